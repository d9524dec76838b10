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
from math import prod

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import Ints, Vocabulary, characters, vocabulary

Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
FRONT = (Role.TITLE, Role.KICKER, Role.SUBTITLE, Role.BYLINE)

BREAKS = (
    "bias", "dense", "heading", "front", "foreign", "jump", "measure", "measure_by", "measures_by", "same_measure",
    "measure_near", "spill", "tail", "resumes", "topic", "colon", "meaning", "adds", "turns",
    "concludes", "points", "passes", "figure",
)  # fmt: skip
HEADS = (
    "bias", "few", "before", "before_heap", "before_habit", "after_front", "after", "after_heap", "after_habit",
    "words", "meaning", "best_there", "best_meaning", "best_here", "opening", "characters",
)  # fmt: skip
LEADS = ("bias", "first", "last", "after_front", "after_heading", "before_heading", "words", "title", "best_head")
HEARD = np.array([0.0, 0.75, 1.0], dtype=np.float32)  # what it counts that a text says a word never, once, more often


@dataclass(frozen=True)
class Words:
    """Words of headings and of the title, a row each: pairs of characters, then single characters.

    `names` says which of them are in a name, a column each: the pairs of each heading, those of the title, and the single
    characters of each heading.
    """

    names: Floats
    heard: Floats  # how much it counts that each paragraph says them
    before: Counts  # how often the paragraphs before each one say them, and all of them
    held: Floats  # how much a word tells by the headings: nothing if all share it


@dataclass(frozen=True)
class Flow:
    """The items of an article, the indexes of its headings and of its paragraphs, and what they say."""

    items: Sequence[Item]
    blocks: Sequence[Block]
    headings: Ints
    bodies: Ints
    at_first: Floats  # what of HEADS the first paragraph of a run decides, from "before" on, by paragraph and heading
    at_last: Floats  # what the last one decides, from "after" on
    leading: Bools  # what of LEADS the first paragraph of a run decides, from "after_front" on
    headed: Bools  # whether a heading stands right after a paragraph
    said: Vocabulary  # of the paragraphs
    words: Words
    named: Floats  # what the headings speak of, shape (headings, size)
    meant: Floats  # what the paragraphs speak of, shape (paragraphs, size)
    told: Floats  # the same of the paragraphs before each one, and of all of them, added up
    size: Ints  # the characters of the paragraphs before each one, and of all of them


def flow(items: Sequence[Item], blocks: Sequence[Block]) -> Flow:
    """The flow of an article."""
    is_heading = np.array([False, *(item.block.role is Role.HEADING for item in items), False], dtype=np.bool_)
    headings, bodies = is_heading[1:-1].nonzero()[0], (~is_heading[1:-1]).nonzero()[0]
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
        *_beside(headings, bodies, fronted),
        np.stack((fronted, is_heading[bodies]), axis=1),
        is_heading[bodies + 2],
        said.some(len(headings) + 1, len(texts)),
        _words(_named(said, len(headings) + 1), characters(texts, len(headings) + 1), len(headings)),
        apart(named),
        meant,
        np.concatenate((np.zeros_like(spoken[:1]), meant)).cumsum(axis=0, dtype=np.float32),
        np.cumsum([0, *map(len, told)]),
    )


def _beside(headings: Ints, bodies: Ints, fronted: Bools) -> tuple[Floats, Floats]:
    """How each heading stands to each paragraph as the first one of a run, and as the last one, by paragraph and heading.

    Right before it, or in a heap before it; whether most headings stand so; whether the paragraph follows front matter.
    """
    after = np.searchsorted(bodies, headings)
    onto = np.append(bodies, -1)[after]  # for each heading the first paragraph after it
    back = np.append(bodies, -1)[after - 1] if len(bodies) else after  # and the last one before it
    at = bodies[:, None]
    direct, behind = at == headings + 1, at == headings - 1
    first, last = (np.empty((*direct.shape, columns), dtype=np.float32) for columns in (4, 3))
    first[..., 0], first[..., 1], first[..., 3] = direct, ~direct & (at == onto), fronted[:, None]
    first[..., 2] = direct * (onto == headings + 1).mean()
    last[..., 0], last[..., 1] = behind, ~behind & (at == back)
    last[..., 2] = behind * (back == headings - 1).mean()
    return first, last


def _words(pairs: Counts, single: Ints, count: int) -> Words:
    """The words of the first `count` texts, the headings, and of the next one, the title."""
    edge = pairs.shape[1]
    table = np.concatenate((pairs, single), axis=1, dtype=np.int32)
    own = (table[: count + 1] > 0).astype(np.float32)
    names = np.zeros((table.shape[1], 2 * count + 1), dtype=np.float32)
    names[:edge, : count + 1] = own[:, :edge].T
    names[edge:, count + 1 :] = own[:count, edge:].T
    held = np.log((count + 1) / (own[:count].sum(axis=0) + 0.5)) / np.log(count + 1)
    said = table[count + 1 :]
    before = np.concatenate((np.zeros_like(table[:1]), said)).cumsum(axis=0, dtype=np.int32)
    return Words(names, _heard(said), before, held)


def _named(those: Vocabulary, count: int) -> Counts:
    """How often each text says the words of the first `count` ones."""
    words = np.zeros(len(those.held), dtype=np.bool_)
    words[those.word[those.text < count]] = True
    return those.table(words).astype(np.int32)


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
    """Paragraphs cut into runs: the indexes of the first paragraph of each run and of the one after it, and what they say.

    Several ways to cut stand in one: the last axis of `start` and `end` has the runs, those before it the ways. `shares`: the
    share of each name that each run says, shape (runs, names); `openings`: what its first paragraph says of it.
    """

    start: Ints
    end: Ints
    shares: Floats
    openings: Floats


def runs(page: Flow, cuts: npt.ArrayLike) -> Runs:
    """The runs of paragraphs between cuts, given as sorted indexes of gaps; for several ways to cut in as many pieces at once.

    A word that few runs say tells much; one that all headings share tells nothing.
    """
    inner = np.asarray(cuts, dtype=np.int64) + 1
    edge = np.zeros((*inner.shape[:-1], 1), dtype=np.int64)
    start = np.concatenate((edge, inner), axis=-1)
    end = np.concatenate((inner, edge + len(page.bodies)), axis=-1)
    counts = page.words.before[end] - page.words.before[start]
    count = start.shape[-1]
    rare = np.log((count + 1) / ((counts > 0).sum(axis=-2, keepdims=True) + 0.5))
    tells = np.maximum(0.0, rare * page.words.held).astype(np.float32)
    said = np.concatenate((_heard(counts), page.words.heard[start]), axis=-2)
    whole = np.maximum(1e-6, _times(tells, page.words.names))
    shares: Floats = np.divide(_times(tells * said, page.words.names), whole)
    return Runs(start, end, shares[..., :count, :], shares[..., count:, :])


def _heard(counts: Counts) -> Floats:
    heard: Floats = HEARD.take(counts, mode="clip")
    return heard


def _times(tables: Floats, matrix: Floats) -> Floats:
    """Tables times a matrix, all in one product."""
    *shape, size = tables.shape
    product: Floats = (tables.reshape(prod(shape), size) @ matrix).reshape(*shape, matrix.shape[1])
    return product


def heads(page: Flow, those: Runs) -> Floats:
    """What speaks for each heading to head each run, shape (runs, headings, HEADS), or (ways, runs, headings, HEADS)."""
    count = len(page.headings)
    lengths = (those.end - those.start)[..., None]
    meant = apart((page.told[those.end] - page.told[those.start]) / lengths)
    alike = those.shares[..., count + 1 :]
    table = np.empty((*alike.shape, len(HEADS)), dtype=np.float32)
    table[..., 0] = 1.0
    table[..., 1] = -np.log(alike.shape[-2])
    table[..., 2:6] = page.at_first[those.start]
    table[..., 6:9] = page.at_last[those.end - 1]
    table[..., 9] = those.shares[..., :count]
    table[..., 10] = _times(meant, page.named.T)
    table[..., 11:13] = _ahead(table[..., 9:11].swapaxes(-1, -2)).swapaxes(-1, -2)  # of the other headings
    table[..., 13] = _ahead(table[..., 9].swapaxes(-1, -2)).swapaxes(-1, -2)  # of the other runs
    table[..., 14] = those.openings[..., :count]
    table[..., 15] = alike - alike.mean(axis=-2, keepdims=True)
    return table


def _ahead(values: Floats) -> Floats:
    """By how much each value is above the greatest of the others in its row."""
    if values.shape[-1] < 2:
        return values
    ordered = np.sort(values, axis=-1)
    top, second = ordered[..., -1:], ordered[..., -2:-1]
    return values - np.where(values == top, second, top)


def leads(page: Flow, those: Runs, scores: Floats) -> Floats:
    """What speaks for each run to be the lead, which has no heading, shape (runs, LEADS), or (ways, runs, LEADS).

    `scores`: of runs by headings.
    """
    share = those.shares[..., len(page.headings)]
    table = np.zeros((*share.shape, len(LEADS)), dtype=np.float32)
    table[..., 0] = 1.0
    table[..., 0, 1] = table[..., -1, 2] = 1.0
    table[..., 3:5] = page.leading[those.start]
    table[..., 5] = page.headed[those.end - 1]
    table[..., 6] = share >= share.max(axis=-1, keepdims=True) - 1e-6  # a tie, whatever the rounding
    table[..., 7] = share
    table[..., 8] = scores.max(axis=-1).clip(-4, 4)
    return table
