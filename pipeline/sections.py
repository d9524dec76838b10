"""Sections: what speaks for a heading to head a run of paragraphs, and for a run to be the lead.

In: the items of one article. Out: tables of evidence, one row a pair or a run. The weights of their columns are data, learnt by
`training/headings.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import Vocabulary, characters, heard, vocabulary

Floats = npt.NDArray[np.float32]
FRONT = (Role.TITLE, Role.KICKER, Role.SUBTITLE, Role.BYLINE)

BREAKS = (
    "bias", "dense", "heading", "front", "foreign", "jump", "measure", "measure_by", "measures_by", "same_measure",
    "measure_near", "spill", "tail", "resumes", "topic", "colon", "meaning",
)  # fmt: skip
HEADS = (
    "bias", "few", "before", "before_heap", "after", "after_heap", "before_habit", "after_habit", "words", "best_here",
    "best_there", "opening", "characters", "after_front", "meaning", "best_meaning",
)  # fmt: skip
LEADS = ("bias", "first", "last", "after_front", "before_heading", "after_heading", "words", "title", "best_head")


@dataclass(frozen=True)
class Words:
    """Words of headings (rows of `names`) and of the title, and how often each paragraph says them; columns are words."""

    names: Floats
    title: Floats
    said: Floats
    before: Floats  # how often the paragraphs before each one say them, and all of them
    held: Floats  # how much a word tells by the headings: nothing if all share it


@dataclass(frozen=True)
class Flow:
    """The items of an article, the indexes of its headings and of its paragraphs, and what they say."""

    items: Sequence[Item]
    blocks: Sequence[Block]
    headings: npt.NDArray[np.int64]
    bodies: npt.NDArray[np.int64]
    onto: npt.NDArray[np.int64]  # for each heading the first paragraph after it
    back: npt.NDArray[np.int64]  # for each heading the last paragraph before it
    fronted: npt.NDArray[np.bool_]  # paragraphs right after a title or what goes with it
    is_heading: npt.NDArray[np.bool_]  # of the place before the first item, each item, and the place after the last one
    said: Vocabulary  # of the paragraphs
    words: Words  # pairs of characters
    signs: Words  # single characters
    named: Floats  # what the headings speak of, shape (headings, size)
    meant: Floats  # what the paragraphs speak of, shape (paragraphs, size)
    told: Floats  # the same of the paragraphs before each one, and of all of them, added up


def flow(items: Sequence[Item], blocks: Sequence[Block]) -> Flow:
    """The flow of an article."""
    is_heading = np.array([False, *(item.block.role is Role.HEADING for item in items), False], dtype=np.bool_)
    headings, bodies = is_heading[1:-1].nonzero()[0], (~is_heading[1:-1]).nonzero()[0]
    after = np.searchsorted(bodies, headings)
    fronted = np.array([_after_front(blocks, items[i].first) for i in bodies.tolist()], dtype=np.bool_)
    title = "\n".join(block.text.chars for block in blocks if block.role in (Role.TITLE, Role.SUBTITLE))
    names, told = ([items[i].block.text.chars for i in those.tolist()] for those in (headings, bodies))
    texts = [*names, title, *told]
    said = vocabulary(texts)
    spoken = vectors().of([*names, *told])
    named, meant = spoken[: len(headings)], spoken[len(headings) :]
    return Flow(
        items,
        blocks,
        headings,
        bodies,
        np.append(bodies, -1)[after],
        np.append(bodies, -1)[after - 1] if len(bodies) else after,
        fronted,
        is_heading,
        said.some(len(headings) + 1, len(texts)),
        _words(said, len(headings)),
        _words(characters(texts), len(headings)),
        apart(named),
        meant,
        np.concatenate((np.zeros_like(spoken[:1]), meant)).cumsum(axis=0, dtype=np.float32),
    )


def _words(those: Vocabulary, count: int) -> Words:
    """The words of the first `count` texts, the headings, and of the next one, the title."""
    table = those.table(those.some(0, count + 1).held > 0).astype(np.float32)
    names, title, said = (
        (table[:count] > 0).astype(np.float32),
        (table[count] > 0).astype(np.float32),
        table[count + 1 :],
    )
    before = np.concatenate((np.zeros_like(said[:1]), said)) if len(said) else table[:1] * 0
    held = np.log((count + 1) / (names.sum(axis=0) + 0.5)) / np.log(count + 1)
    return Words(names, title, said, before.cumsum(axis=0, dtype=np.float32), held)


def _after_front(blocks: Sequence[Block], index: int) -> bool:
    at = index - 1
    while at >= 0 and blocks[at].role in (Role.CAPTION, Role.FURNITURE):
        at -= 1
    return at >= 0 and blocks[at].role in FRONT


@cache
def weights() -> dict[str, Floats]:
    """The weights of BREAKS, HEADS and LEADS."""
    data = json.loads((files("pipeline") / "models" / "headings.json").read_text(encoding="utf-8"))
    names = {"breaks": BREAKS, "heads": HEADS, "leads": LEADS}
    return {key: np.array([data[key][name] for name in columns], dtype=np.float32) for key, columns in names.items()}


@dataclass(frozen=True)
class Runs:
    """Paragraphs cut into runs: for each run the indexes of its first and last item, of its first paragraph, and the one after.

    Several ways to cut stand in one: the last axis has the runs, those before it the ways.
    """

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


def runs(page: Flow, cuts: npt.ArrayLike) -> Runs:
    """The runs of paragraphs between cuts, given as sorted indexes of gaps; for several ways to cut in as many pieces at once."""
    inner = np.asarray(cuts, dtype=np.int64) + 1
    edge = np.zeros((*inner.shape[:-1], 1), dtype=np.int64)
    start = np.concatenate((edge, inner), axis=-1)
    end = np.concatenate((inner, edge + len(page.bodies)), axis=-1)
    return Runs(page.bodies[start], page.bodies[end - 1], start, end)


def heads(page: Flow, those: Runs) -> Floats:
    """What speaks for each heading to head each run, shape (headings, runs, HEADS), or (ways, headings, runs, HEADS)."""
    first, last = those.first[..., None, :], those.last[..., None, :]
    headings = page.headings[:, None]
    table = np.zeros((*first.shape[:-2], len(headings), first.shape[-1], len(HEADS)), dtype=np.float32)
    direct, behind = first == headings + 1, last == headings - 1
    words, weight = _overlap(page.words, those)
    share = _share(words, weight * page.words.names)
    characters, rare = _overlap(page.signs, those)
    alike = _share(characters, rare * page.signs.names)
    table[..., 0] = 1.0
    table[..., 1] = -np.log(first.shape[-1])
    table[..., 2] = direct
    table[..., 3] = ~direct & (first == page.onto[:, None])
    table[..., 4] = behind
    table[..., 5] = ~behind & (last == page.back[:, None])
    table[..., 6] = direct * np.mean(page.onto == page.headings + 1)
    table[..., 7] = behind * np.mean(page.back == page.headings - 1)
    table[..., 8] = share
    table[..., 9] = share - _rival(share)
    table[..., 10] = share - _rival(share.swapaxes(-1, -2)).swapaxes(-1, -2)
    table[..., 11] = _share(_said(page.words.said[those.start]), weight * page.words.names)
    table[..., 12] = alike - alike.mean(axis=-1, keepdims=True)
    table[..., 13] = page.fronted[those.start][..., None, :]
    meant = (page.told[those.end] - page.told[those.start]) / (those.end - those.start)[..., None]
    near = page.named @ apart(meant).swapaxes(-1, -2)
    table[..., 14] = near
    table[..., 15] = near - _rival(near.swapaxes(-1, -2)).swapaxes(-1, -2)
    return table


def _overlap(words: Words, those: Runs) -> tuple[Floats, Floats]:
    """How much each run says each word, shape (runs, words), and how much each word tells, shape (1, words).

    A word that few runs say tells much; one that all headings share tells nothing.
    """
    told = words.before[those.end] - words.before[those.start]
    rare = np.log((told.shape[-2] + 1) / ((told > 0).sum(axis=-2, keepdims=True) + 0.5))
    return _said(told), np.maximum(0.0, rare * words.held).astype(np.float32)


def _said(counts: Floats) -> Floats:
    return heard(counts).astype(np.float32)


def _share(said: Floats, names: Floats) -> Floats:
    """The share of each name, given the weights of its words, that each run says, shape (names, runs)."""
    return np.asarray(names @ said.swapaxes(-1, -2) / np.maximum(1e-6, names.sum(axis=-1, keepdims=True)), np.float32)


def _rival(words: Floats) -> Floats:
    """For each cell the greatest of the others in its row."""
    if words.shape[-1] < 2:
        return np.zeros_like(words)
    top = np.sort(words, axis=-1)[..., -2:]
    return np.where(words == top[..., 1:], top[..., :1], top[..., 1:])


def leads(page: Flow, those: Runs, scores: Floats) -> Floats:
    """What speaks for each run to be the lead, which has no heading, shape (runs, LEADS), or (ways, runs, LEADS).

    `scores`: of headings by runs.
    """
    words, weight = _overlap(page.words, those)
    share = _share(words, weight * page.words.title)[..., 0, :]
    table = np.zeros((*those.first.shape, len(LEADS)), dtype=np.float32)
    table[..., 0] = 1.0
    table[..., 0, 1] = table[..., -1, 2] = 1.0
    table[..., 3] = page.fronted[those.start]
    table[..., 4] = page.is_heading[those.last + 2]
    table[..., 5] = page.is_heading[those.first]
    table[..., 6] = share >= share.max(axis=-1, keepdims=True)
    table[..., 7] = share
    table[..., 8] = np.clip(scores.max(axis=-2), -4, 4)
    return table
