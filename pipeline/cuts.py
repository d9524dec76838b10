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

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import Ints, Vocabulary

Floats = npt.NDArray[np.float64]

NEAR = 6  # paragraphs: a word that comes up again within them binds them
WIDE = 4  # paragraphs on each side whose meaning is compared
_DATELINE = re.compile(
    r"^.{0,12}?(?:本报|本刊|新华社|中新社|中新网|人民网|央视网|记者).{0,24}?(?:讯|电|报道|消息)|^[（(【]?(?:本报|本刊)"
)
_CLOSING = re.compile(r"[（(【](?:[^（）()。]{2,24})[)）】]\s*$")
_STOPS = "。！？…!?"

FEATURES = (
    "bias", "near", "near_dip", "across", "across_dip", "byline", "dateline", "closing", "front", "caption",
    "furniture", "apart", "heading", "open", "unended", "measure", "title", "meaning",
)  # fmt: skip


@cache
def weights() -> Floats:
    """The weight of each of FEATURES, learnt by `training/headline.py`."""
    data = json.loads((files("pipeline") / "models" / "cuts.json").read_text(encoding="utf-8"))
    return np.array([data[name] for name in FEATURES])


def cuts(blocks: Sequence[Block], items: Sequence[Item], said: Vocabulary) -> list[float]:
    """The log odds of a cut before each item; 0 before the first one and after the last one. `said`: the items' words."""
    if not items:
        return [0.0]
    inner: list[float] = np.round(evidence(blocks, items, said) @ weights(), 4).tolist()
    return [0.0, *inner, 0.0]


def evidence(blocks: Sequence[Block], items: Sequence[Item], said: Vocabulary) -> Floats:
    """What speaks for and against a cut between each item and the next, shape (items - 1, FEATURES)."""
    near, across = bonds(said)
    table = np.zeros((max(0, len(items) - 1), len(FEATURES)))
    if not len(table):
        return table
    table[:, 0] = 1.0
    table[:, 1], table[:, 2] = near, near.mean() - near
    table[:, 3], table[:, 4] = across, across.mean() - across
    widths = [max(len(line.text.chars) for line in item.block.lines) for item in items]
    for j in range(1, len(items)):
        table[j - 1, 5:-1] = _between(blocks, items[j - 1], items[j], widths[j - 1 : j + 1])
    table[:, -1] = meanings([item.block.text.chars for item in items])
    return table


def meanings(texts: Sequence[str]) -> Floats:
    """How far the texts just before each inner place and just after it speak of the same things, -1 to 1."""
    those = apart(vectors().of(texts))
    sums = np.concatenate((np.zeros_like(those[:1]), those)).cumsum(axis=0)
    places = np.arange(1, len(texts))
    before = sums[places] - sums[np.maximum(0, places - WIDE)]
    after = sums[np.minimum(len(texts), places + WIDE)] - sums[places]
    length = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    found: Floats = ((before * after).sum(axis=1) / np.maximum(length, 1e-6)).astype(np.float64)
    return found


def bonds(said: Vocabulary) -> tuple[Floats, Floats]:
    """How much the texts on both sides of each inner place share: within NEAR of it, and altogether; 0 to 1."""
    n = said.texts
    text, word = said.text, said.word
    weight = said.weight[word]
    same = word[1:] == word[:-1]
    again, goes_on = (np.zeros(len(word), dtype=np.bool_) for _ in range(2))
    again[1:] = goes_on[:-1] = same
    is_near = same & (text[1:] - text[:-1] <= NEAR)
    near = _reach(text[:-1][is_near], text[1:][is_near], weight[1:][is_near], n)
    first, last = text[~again], text[~goes_on]
    across = _reach(first, last, weight[~again], n)
    new, ended = np.bincount(first, weight[~again], n), np.bincount(last, weight[~goes_on], n)
    there = np.minimum(new.cumsum()[: n - 1], ended.sum() - ended.cumsum()[: n - 1])
    return _share(near, _beside(said.sums(said.weight[said.word]))), _share(across, there)


def _reach(first: Ints, last: Ints, weight: Floats, n: int) -> Floats:
    """For each inner place the weight of what begins before it and goes on behind it."""
    steps = np.bincount(first + 1, weight, n + 1) - np.bincount(last + 1, weight, n + 1)
    reach: Floats = steps.cumsum()[1:n]
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
    share: Floats = np.clip(part / np.maximum(1.0, whole), 0.0, 1.0)
    return share


def _between(blocks: Sequence[Block], before: Item, after: Item, widths: Sequence[int]) -> list[float]:
    """What stands between two items, how the first ends and the second begins. `widths`: of their widest lines."""
    between = [blocks[i].role for i in range(before.last + 1, min(after.first, before.last + 30))]
    last, first = before.block.text.chars.rstrip(), after.block.text.chars
    closes = bool(_CLOSING.search(last[-30:]))
    long = min(len(item.block.lines) for item in (before, after)) > 1
    titled = [b.odds[0] for b in blocks[max(0, after.first - 2) : after.first + 1] if b.odds]
    return [
        float(Role.BYLINE in between), float(bool(_DATELINE.match(first))), float(closes),
        float(any(role in between for role in (Role.TITLE, Role.KICKER, Role.SUBTITLE))), float(Role.CAPTION in between),
        float(Role.FURNITURE in between), float(after.first != before.last + 1),
        float(after.block.role is Role.HEADING), float(not after.block.opens),
        float(before.block.role is Role.BODY and last[-1:] not in _STOPS and not closes),
        float(long and abs(widths[0] - widths[1]) > 2), max(titled, default=0.0),
    ]  # fmt: skip
