"""Sections: what speaks for a new section between two paragraphs, and for a heading to head a run of them.

In: the items of one article. Out: tables of evidence, one row a gap or a pair. The weights of their columns are data, learnt by
`training/headings.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Line, Role
from pipeline.likeness import pairs, rarity, shared
from pipeline.order import Item
from pipeline.stitch import is_tail

Floats = npt.NDArray[np.float32]
FULL = 3  # lines a paragraph needs for its measure to be known
SLACK = 2  # cells by which lines of one measure vary
FAR = 8  # cells by which measures are wholly different
REACH = 2  # paragraphs on each side of a gap that are compared
FRONT = (Role.TITLE, Role.KICKER, Role.SUBTITLE, Role.BYLINE)

BREAKS = (
    "bias", "dense", "heading", "front", "foreign", "jump", "measure", "measure_by", "measures_by", "same_measure",
    "measure_near", "spill", "tail", "resumes", "topic", "colon",
)  # fmt: skip
HEADS = (
    "bias", "few", "before", "before_heap", "after", "after_heap", "before_habit", "after_habit", "words", "best_here",
    "best_there", "opening", "characters", "after_front",
)  # fmt: skip
LEADS = ("bias", "first", "last", "after_front", "before_heading", "after_heading", "words", "title", "best_head")


@dataclass(frozen=True)
class Words:
    """Words of headings (rows of `names`) and of the title, and how often each paragraph says them; columns are words."""

    names: Floats
    title: Floats
    said: Floats


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
    words: Words  # pairs of characters
    signs: Words  # single characters


def flow(items: Sequence[Item], blocks: Sequence[Block]) -> Flow:
    """The flow of an article."""
    headings = np.array([i for i, item in enumerate(items) if item.block.role is Role.HEADING], dtype=np.int64)
    bodies = np.array([i for i, item in enumerate(items) if item.block.role is not Role.HEADING], dtype=np.int64)
    after = np.searchsorted(bodies, headings)
    fronted = np.array([_after_front(blocks, items[i].first) for i in bodies], dtype=bool)
    title = "\n".join(block.text.chars for block in blocks if block.role in (Role.TITLE, Role.SUBTITLE))
    names, texts = ([items[i].block.text.chars for i in those] for those in (headings, bodies))
    return Flow(
        items,
        blocks,
        headings,
        bodies,
        np.append(bodies, -1)[after],
        np.append(bodies, -1)[after - 1] if len(bodies) else after,
        fronted,
        _table(names, texts, title, pairs),
        _table(names, texts, title, _han),
    )


def _table(names: Sequence[str], texts: Sequence[str], title: str, words: Callable[[str], Counter[str]]) -> Words:
    parted, head = [words(name) for name in names], words(title)
    every = sorted(set(head).union(*parted))
    return Words(
        names=np.array([[word in name for word in every] for name in parted], dtype=np.float32),
        title=np.array([word in head for word in every], dtype=np.float32),
        said=np.array([[one[word] for word in every] for one in map(words, texts)], dtype=np.float32),
    )


def _han(text: str) -> Counter[str]:
    return Counter(char for char in text if "\u3400" <= char <= "\u9fff")


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


def breaks(page: Flow) -> Floats:
    """What speaks for a new section between each two paragraphs, shape (paragraphs - 1, BREAKS)."""
    gaps = max(0, len(page.bodies) - 1)
    table = np.zeros((gaps, len(BREAKS)), dtype=np.float32)
    measures = [_measure(page.items[i].block) for i in page.bodies]
    near = _carried(measures), _carried(measures[::-1])[::-1]
    said = [pairs(page.items[i].block.text.chars) for i in page.bodies]
    weight = rarity(said)
    prior = np.log(max(1, len(page.headings)) / max(1, gaps))
    for g in range(gaps):
        i, j = int(page.bodies[g]), int(page.bodies[g + 1])
        left, right = page.items[i], page.items[j]
        between = {page.blocks[k].role for k in range(left.last + 1, right.first)} - {Role.BODY, Role.HEADING}
        a, b = measures[g], measures[g + 1]
        known = bool(a and b)
        table[g] = (
            1.0,
            prior,
            j > i + 1,
            any(role in FRONT for role in between),
            bool(between) and not any(role in FRONT for role in between),
            not left.last < right.first <= left.last + 1 + (j - i - 1) + len(between),
            known and abs(a - b) > SLACK,
            min(FAR, abs(a - b)) / FAR if known else 0.0,
            _apart(measures, g),
            known and abs(a - b) < SLACK,
            not known and bool(near[0][g] and near[1][g + 1]) and abs(near[0][g] - near[1][g + 1]) > SLACK,
            _spills(left.block, right.block),
            is_tail(left.block),
            not right.block.opens,
            _topic(said, weight, g),
            left.block.text.chars[-1] in "：:",
        )
    return table


def _measure(block: Block) -> int:
    """The width of the full lines of a paragraph in cells, the middle one of all; 0 where too few tell."""
    full = sorted(map(_width, block.lines[1:-1]))
    return full[len(full) // 2] if full else 0


def _width(line: Line) -> int:
    return 2 * len(line.text.chars) - len(line.text.chars.encode("ascii", "ignore"))


def _widest(block: Block) -> int:
    return max(map(_width, block.lines))


def _apart(measures: Sequence[int], gap: int) -> float:
    """How far the measures of the paragraphs before a gap are from those after it, 0 to 1."""
    left = [m for m in measures[max(0, gap + 1 - REACH) : gap + 1] if m]
    right = [m for m in measures[gap + 1 : gap + 1 + REACH] if m]
    if not left or not right:
        return 0.0
    return min(FAR, abs(sum(left) / len(left) - sum(right) / len(right))) / FAR


def _carried(measures: Sequence[int]) -> list[int]:
    """For each paragraph its measure, or that of the last one before it that has one."""
    carried, last = [], 0
    for measure in measures:
        last = measure or last
        carried.append(last)
    return carried


def _spills(left: Block, right: Block) -> bool:
    """Whether a paragraph of few lines is wider than the measure of its neighbour."""
    few, many = (left, right) if len(left.lines) < len(right.lines) else (right, left)
    return len(few.lines) < FULL <= len(many.lines) and _widest(few) > _widest(many) + SLACK


def _topic(said: Sequence[Counter[str]], weight: Mapping[str, float], gap: int) -> float:
    """How far the paragraphs on both sides of a gap share their words."""
    left, right = Counter[str](), Counter[str]()
    for one in said[max(0, gap + 1 - REACH) : gap + 1]:
        left.update(one)
    for one in said[gap + 1 : gap + 1 + REACH]:
        right.update(one)
    few, many = (left, right) if len(left) < len(right) else (right, left)
    return min(1.0, 3 * shared(few, many, weight))


@dataclass(frozen=True)
class Runs:
    """Paragraphs cut into runs: for each run the indexes of its first and last item, and of its first paragraph."""

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]


def runs(page: Flow, cuts: Sequence[int]) -> Runs:
    """The runs of paragraphs between cuts, given as sorted indexes of gaps."""
    start = np.array([0, *(cut + 1 for cut in cuts)], dtype=np.int64)
    end = np.append(start[1:], len(page.bodies)) - 1
    return Runs(page.bodies[start], page.bodies[end], start)


def heads(page: Flow, those: Runs) -> Floats:
    """What speaks for each heading to head each run, shape (headings, runs, HEADS)."""
    names, count = len(page.headings), len(those.first)
    table = np.zeros((names, count, len(HEADS)), dtype=np.float32)
    direct = those.first[None, :] == page.headings[:, None] + 1
    behind = those.last[None, :] == page.headings[:, None] - 1
    words, weight = _overlap(page.words, those)
    known = words @ (weight * page.words.names).T
    share = _share(known, weight * page.words.names)
    characters, rare = _overlap(page.signs, those)
    alike = _share(characters @ (rare * page.signs.names).T, rare * page.signs.names)
    opening = _said(page.words.said[those.start]) @ (weight * page.words.names).T
    table[..., 0] = 1.0
    table[..., 1] = -np.log(count)
    table[..., 2] = direct
    table[..., 3] = ~direct & (those.first[None, :] == page.onto[:, None])
    table[..., 4] = behind
    table[..., 5] = ~behind & (those.last[None, :] == page.back[:, None])
    table[..., 6] = direct * np.mean(page.onto == page.headings + 1)
    table[..., 7] = behind * np.mean(page.back == page.headings - 1)
    table[..., 8] = share
    table[..., 9] = share - _rival(share)
    table[..., 10] = share - _rival(share.T).T
    table[..., 11] = _share(opening, weight * page.words.names)
    table[..., 12] = alike - alike.mean(axis=1, keepdims=True)
    table[..., 13] = page.fronted[those.start][None, :]
    return table


def _overlap(words: Words, those: Runs) -> tuple[Floats, Floats]:
    """How much each run says each word, shape (runs, words), and how much each word tells.

    A word that few runs say tells much; one that all headings share tells nothing.
    """
    told = np.add.reduceat(words.said, those.start, axis=0)
    rare = np.log((len(told) + 1) / ((told > 0).sum(axis=0) + 0.5))
    held = np.log((len(words.names) + 1) / (words.names.sum(axis=0) + 0.5)) / np.log(len(words.names) + 1)
    return _said(told), np.asarray(np.maximum(0.0, rare * held), dtype=np.float32)


def _said(counts: Floats) -> Floats:
    return np.where(counts > 0, np.minimum(1.0, 0.5 + 0.25 * counts), 0.0).astype(np.float32)


def _share(known: Floats, names: Floats) -> Floats:
    """The share of each name that each run says, shape (names, runs)."""
    return np.asarray(known.T / np.maximum(1e-6, names.sum(axis=1, keepdims=True)), dtype=np.float32)


def _rival(words: Floats) -> Floats:
    """For each cell the greatest of the others in its row."""
    if words.shape[1] < 2:
        return np.zeros_like(words)
    top = np.sort(words, axis=1)[:, -2:]
    return np.where(words == top[:, 1:], top[:, :1], top[:, 1:])


def leads(page: Flow, those: Runs, scores: Floats) -> Floats:
    """What speaks for each run to be the lead, which has no heading, shape (runs, LEADS). `scores`: of headings by runs."""
    count = len(those.first)
    words, weight = _overlap(page.words, those)
    share = _share(words @ (weight * page.words.title)[:, None], (weight * page.words.title)[None, :])[0]
    table = np.zeros((count, len(LEADS)), dtype=np.float32)
    table[:, 0] = 1.0
    table[0, 1] = table[-1, 2] = 1.0
    table[:, 3] = page.fronted[those.start]
    table[:, 4] = np.isin(those.last + 1, page.headings)
    table[:, 5] = np.isin(those.first - 1, page.headings)
    table[:, 6] = share >= share.max()
    table[:, 7] = share
    table[:, 8] = np.clip(scores.max(axis=0), -4, 4)
    return table
