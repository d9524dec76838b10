"""Cuts: where on a page one article may end and the next begin.

In: the blocks of a page, and its headings and paragraphs in the order of reading. Out: for each place between two of
them the natural log of the odds that an article ends there. It is learnt (`training/headline.py`): words that come up on
both sides and texts of one meaning speak against it; a byline, a dateline, front matter between, the measure, and
whether a sentence or a bracket just closed, for or against.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.continuing import goes_on
from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.vocabulary import Floats, Vocabulary

Vectors = npt.NDArray[np.float32]

NEAR = 6  # paragraphs: a word that comes up again within them binds them
WIDE = 4  # paragraphs on each side whose meaning is compared
FAR = 30  # blocks between two paragraphs that are looked at
NOTHING = (False,) * 4
SLACK = 2  # characters by which lines of one measure vary
_DATELINE = re.compile(
    r"^.{0,12}?(?:本报|本刊|新华社|中新社|中新网|人民网|央视网|记者).{0,24}?(?:讯|电|报道|消息)|^[（(【]?(?:本报|本刊)"
)
_CLOSING = re.compile(r"[（(【](?:[^（）()。]{2,24})[)）】]\s*$")
_STOPS = "。！？…!?"
_BRACKETS = ")）】"

FEATURES = (
    "bias", "near", "near_dip", "across", "across_dip", "byline", "front", "caption", "furniture", "apart", "measure",
    "dateline", "heading", "open", "title", "closing", "unended", "meaning",
    "continues",
)  # fmt: skip


@cache
def weights() -> Floats:
    """The weight of each of FEATURES, learnt by `training/headline.py`."""
    data = json.loads((files("pipeline") / "models" / "cuts.json").read_text(encoding="utf-8"))
    return np.array([data[name] for name in FEATURES])


def cuts(blocks: Sequence[Block], items: Sequence[Item], said: Vocabulary, told: Vectors) -> list[float]:
    """The log odds of a cut before each item; 0 before the first one and after the last one. `said`, `told`: see `evidence`."""
    if not items:
        return [0.0]
    inner: list[float] = np.round(evidence(blocks, items, said, told) @ weights(), 4).tolist()
    return [0.0, *inner, 0.0]


def evidence(blocks: Sequence[Block], items: Sequence[Item], said: Vocabulary, told: Vectors) -> Floats:
    """What speaks for and against a cut between each item and the next, shape (items - 1, FEATURES).

    `said`: the words of the items; `told`: what they speak of, seen from their middle.
    """
    if len(items) < 2:
        return np.zeros((0, len(FEATURES)))
    near, across = bonds(said)
    table = np.empty((len(items) - 1, len(FEATURES)))
    table[:, 0] = 1.0
    table[:, 1], table[:, 2] = near, near.mean() - near
    table[:, 3], table[:, 4] = across, across.mean() - across
    table[:, 5:9] = [_between(blocks, *pair) for pair in pairwise(items)]
    table[:, 9] = [after.first != before.last + 1 for before, after in pairwise(items)]
    table[:, 10] = _differ(items)
    table[:, 11:14] = [_beginning(item.block) for item in items[1:]]
    table[:, 14] = _titled(blocks)[[item.first for item in items[1:]]]
    table[:, 15:17] = [_end(item.block) for item in items[:-1]]
    table[:, 17] = meanings(told)
    table[:, 18] = [goes_on(item.block.text.chars) for item in items[1:]]
    return table


def meanings(told: Vectors) -> Floats:
    """How far the texts just before each inner place and just after it speak of the same things, -1 to 1."""
    sums = np.concatenate((np.zeros_like(told[:1]), told)).cumsum(axis=0)
    places = np.arange(1, len(told))
    before = sums[places] - sums[np.maximum(0, places - WIDE)]
    after = sums[np.minimum(len(told), places + WIDE)] - sums[places]
    length = np.sqrt((before**2).sum(axis=1)) * np.sqrt((after**2).sum(axis=1))
    found: Floats = ((before * after).sum(axis=1) / np.maximum(length, 1e-6)).astype(np.float64)
    return found


def bonds(said: Vocabulary) -> tuple[Floats, Floats]:
    """How much the texts on both sides of each inner place share: within NEAR of it, and altogether; 0 to 1."""
    n, text, word = said.texts, said.text, said.word
    weight = said.weight[word]
    again = np.flatnonzero((word[1:] == word[:-1]) & (text[1:] - text[:-1] <= NEAR))
    near = _reach(*(np.bincount(text[at], weight[at], n) for at in (again, again + 1)))
    held = said.held[said.held > 0]
    last = held.cumsum() - 1  # entry of each word
    new, ended = (np.bincount(text[at], weight[at], n) for at in (last - held + 1, last))
    there = np.minimum(new.cumsum()[: n - 1], ended.sum() - ended.cumsum()[: n - 1])
    return _share(near, _beside(said.sums(weight))), _share(_reach(new, ended), there)


def _reach(begins: npt.NDArray[Any], ends: npt.NDArray[Any]) -> Floats:
    """For each inner place the weight of what begins before it and goes on behind it."""
    reach: Floats = (begins - ends).cumsum()[:-1]
    return reach


def _beside(own: Floats) -> Floats:
    """The weight of the words just before or just after each inner place, whichever is less."""
    n = len(own)
    sums = np.concatenate(([0.0], own.cumsum()))
    places = np.arange(1, n)
    before = sums[places] - sums[np.maximum(0, places - NEAR // 2)]
    after = sums[np.minimum(n, places + NEAR // 2)] - sums[places]
    least: Floats = np.minimum(before, after)
    return least


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = (part / np.maximum(1.0, whole)).clip(0.0, 1.0)
    return share


def _between(blocks: Sequence[Block], before: Item, after: Item) -> tuple[bool, ...]:
    """Which kinds of blocks stand between two items: a byline, another part of a headline, a caption, furniture."""
    if after.first == before.last + 1:
        return NOTHING
    roles = {blocks[i].role for i in range(before.last + 1, min(after.first, before.last + FAR))}
    headline = not roles.isdisjoint((Role.TITLE, Role.KICKER, Role.SUBTITLE))
    return Role.BYLINE in roles, headline, Role.CAPTION in roles, Role.FURNITURE in roles


def _differ(items: Sequence[Item]) -> npt.NDArray[np.bool_]:
    """Whether the measures of an item and the next one differ, where both have lines enough to tell."""
    widths = np.array([max([len(line.text.chars) for line in item.block.lines]) for item in items])
    long = np.array([len(item.block.lines) > 1 for item in items])
    return np.asarray(long[1:] & long[:-1] & (np.abs(widths[1:] - widths[:-1]) > SLACK), dtype=np.bool_)


def _beginning(block: Block) -> tuple[bool, bool, bool]:
    """Whether an item begins with a dateline, as a heading, and in mid-sentence."""
    return bool(_DATELINE.match(block.text.chars)), block.role is Role.HEADING, not block.opens


def _end(block: Block) -> tuple[bool, bool]:
    """Whether an item ends with a bracket, as articles do, and whether without any end."""
    last = block.text.chars.rstrip()
    closes = last[-1:] in _BRACKETS and bool(_CLOSING.search(last[-30:]))
    return closes, block.role is Role.BODY and last[-1:] not in _STOPS and not closes


def _titled(blocks: Sequence[Block]) -> Floats:
    """How likely a title stands just before each block, or the block is one."""
    odds = np.array([0.0, 0.0, *(block.odds[0] if block.odds else 0.0 for block in blocks)])
    titled: Floats = np.maximum(odds[2:], np.maximum(odds[1:-1], odds[:-2]))
    return titled
