"""Breaks: what speaks for a new section between two paragraphs.

In: the flow of one article. Out: a table of evidence, one row a gap. The weights of its columns are data, learnt by
`training/headings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.continuing import LONGEST, continues
from pipeline.cuts import meanings
from pipeline.document import Block, Role
from pipeline.sections import BREAKS, FRONT, Floats, Flow
from pipeline.stitch import cells, is_tail
from pipeline.vectors import apart
from pipeline.vocabulary import Vocabulary, heard

FULL = 3  # lines a paragraph needs for its measure to be known
SLACK = 2  # cells by which lines of one measure vary
FAR = 8  # cells by which measures are wholly different
REACH = 2  # paragraphs on each side of a gap that are compared
_NUMERALS = frozenset("0123456789０１２３４５６７８９一二三四五六七八九十")
TINY = 1e-9  # stands for the weight of no words


def breaks(page: Flow) -> Floats:
    """What speaks for a new section between each two paragraphs, shape (paragraphs - 1, BREAKS)."""
    gaps = max(0, len(page.bodies) - 1)
    table = np.zeros((gaps, len(BREAKS)), dtype=np.float32)
    measures = [_measure(page.items[i].block) for i in page.bodies]
    near = _carried(measures), _carried(measures[::-1])[::-1]
    topics = _topics(page.said)
    meant = meanings(apart(page.meant)) if gaps else topics
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
            topics[g],
            left.block.text.chars[-1] in "：:",
            meant[g],
            *continues(right.block.text.chars),
            _has_figure(right.block.text.chars),
        )
    return table


def _measure(block: Block) -> int:
    """The width of the full lines of a paragraph in cells, the middle one of all; 0 where too few tell."""
    full = sorted([cells(line.text.chars) for line in block.lines[1:-1]])
    return full[len(full) // 2] if full else 0


def _widest(block: Block) -> int:
    return max([cells(line.text.chars) for line in block.lines])


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


def _has_figure(text: str) -> bool:
    return not _NUMERALS.isdisjoint(text[:LONGEST])


def _spills(left: Block, right: Block) -> bool:
    """Whether a paragraph of few lines is wider than the measure of its neighbour."""
    few, many = (left, right) if len(left.lines) < len(right.lines) else (right, left)
    return len(few.lines) < FULL <= len(many.lines) and _widest(few) > _widest(many) + SLACK


def _topics(said: Vocabulary) -> Floats:
    """How far the paragraphs on both sides of each gap share their words: `REACH` of them on each side, taken together.

    Of the two sides the one with fewer words is asked how much of what it says the other one says too.
    """
    again = said.held > 1  # no other word can stand on both sides
    weight, alone = said.weight[again], ~again[said.word]
    told = _sides(said.table(again))
    sizes = [(side > 0).sum(axis=1) for side in told]
    more = _sides(np.stack((said.sums(alone), said.sums(alone * said.weight[said.word])), axis=1))
    is_left = sizes[0] + more[0][:, 0] < sizes[1] + more[1][:, 0]
    few, many = np.where(is_left[:, None], told, told[::-1])
    whole = (few > 0) @ weight + np.where(is_left, more[0][:, 1], more[1][:, 1])
    topics: Floats = np.minimum(1.0, 3 * ((few > 0) * heard(many)) @ weight / np.maximum(TINY, whole)).astype(
        np.float32
    )
    return topics


def _sides(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sums of the rows before each gap and of those behind it, `REACH` on each side; shape (2, gaps, columns)."""
    gaps = np.arange(1, max(1, len(rows)))
    running = np.concatenate((np.zeros_like(rows[:1]), rows.cumsum(axis=0)))
    before = running[gaps] - running[np.maximum(0, gaps - REACH)]
    return np.stack((before, running[np.minimum(len(rows), gaps + REACH)] - running[gaps]))
