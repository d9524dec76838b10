"""Stitch: fragments that a column end cut in mid-sentence find each other again.

In: the blocks of a page in the order found. Out: the seams: which block of body text reads on in which other one. Tails are
blocks that end in mid-sentence, heads begin in one. All are matched at once: each pair has a score (how well the models say
that it reads on, whether quotes and brackets that are open close again, what the roles stage thinks of the head), a pair must
beat leaving both alone, and the matching with the greatest sum is taken. Where nothing speaks for a move, the text stays.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pipeline.document import Block, Role
from pipeline.seam_net import shipped as seam_net
from pipeline.seams import BOUNDARY, EDGE, SeamModel

Floats = npt.NDArray[np.float32]

TERMINAL = "。！？…!?"
STOPS = TERMINAL + "：:；;"  # no text goes on behind these; behind quotes and brackets only TERMINAL counts
CLOSERS = "”’》）)」』】\"'"
CONTEXT = 12  # characters on each side of a seam
CERTAIN = 0.999  # a block that opens a paragraph with this probability is no head
LEAST_ODDS = 0.02  # a probability below it speaks no louder
MAY_OPEN = 0.3  # a block that opens a paragraph with this probability may well do so
UNLIKELY = 0.7  # what more must speak for such a head: a wrong move is worse than none
FOLLOWS = (-8.0, 8.0)  # the network's score speaks no louder
SLACK = 2  # cells by which lines of one measure vary
SEARCHED = 300  # tails or heads matched at once
_PAIRS = (("“", "”"), ("‘", "’"), ("（", "）"), ("《", "》"), ("「", "」"), ("『", "』"), ("(", ")"))


class StitchOptions(BaseModel):
    """Settings of the stitch stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: float = Field(default=-1.5, description="how strong the case for a seam must be (natural log of odds)")
    seam_model: str = Field(
        default="",
        description="file of a model that `pipeline learn` made, to ask beside the shipped one; empty: the shipped one alone",
    )


@dataclass(frozen=True, slots=True)
class Seam:
    """The block at index `head` goes on where the one at `tail` stops. `score` is the evidence, in natural log of odds."""

    tail: int
    head: int
    score: float


FEATURES = (
    "bias", "joins", "follows", "may_end", "may_start", "comma", "both", "one_sided", "next", "measure", "opens", "goes_on",
    "resumes", "few",
)  # fmt: skip


@cache
def weights() -> Floats:
    """The weight of each of FEATURES, learnt by `training/stitch.py`."""
    data = json.loads((files("pipeline") / "models" / "stitch.json").read_text(encoding="utf-8"))
    return np.array([data[name] for name in FEATURES], dtype=np.float32)


def is_tail(block: Block) -> bool:
    """Whether a block of body text ends in mid-sentence."""
    chars = block.text.chars
    if block.role is not Role.BODY or chars[-1:] in STOPS:
        return False
    return (chars.rstrip(CLOSERS) or chars)[-1] not in TERMINAL


def is_head(block: Block) -> bool:
    """Whether a block of body text may go on with text that stands elsewhere."""
    return block.role is Role.BODY and (not block.opens or block.starts[0] < CERTAIN)


def stitch(blocks: Sequence[Block], options: StitchOptions, model: SeamModel) -> list[Seam]:
    """Find the seams of a page, in the order of their heads."""
    seams: list[Seam] = []
    for tails, heads in _windows(blocks):
        scores = evidence(blocks, tails, heads, model) @ weights()
        scores[:, [blocks[i].starts[0] > MAY_OPEN for i in heads]] -= UNLIKELY
        scores[np.array(tails)[:, None] == np.array(heads)[None, :]] = -np.inf
        seams += (Seam(tails[t], heads[h], round(float(scores[t, h]), 2)) for t, h in match(scores, options.evidence))
    return sorted(seams, key=lambda seam: seam.head)


def _windows(blocks: Sequence[Block]) -> Iterator[tuple[list[int], list[int]]]:
    """Tails and heads to be matched together: all of a page, or of each stretch of a very long text."""
    tails: list[int] = []
    heads: list[int] = []
    for i, block in enumerate(blocks):
        if is_head(block):
            heads.append(i)
        if is_tail(block):
            tails.append(i)
        if max(len(tails), len(heads)) >= SEARCHED:
            if tails and heads:
                yield tails, heads
            tails, heads = tails[-1:], []
    if tails and heads:
        yield tails, heads


def evidence(blocks: Sequence[Block], tails: Sequence[int], heads: Sequence[int], model: SeamModel) -> Floats:
    """What speaks for and against each pair, shape (tails, heads, FEATURES)."""
    left = [blocks[i] for i in tails]
    right = [blocks[i] for i in heads]
    lefts = [_bare(block.text.chars[-3 * CONTEXT :])[-CONTEXT:] for block in left]
    rights = [_bare(block.text.chars[: 3 * CONTEXT])[:CONTEXT] for block in right]
    table = np.zeros((len(tails), len(heads), len(FEATURES)), dtype=np.float32)
    table[..., 0] = 1.0
    joins = model.matrix([*lefts, EDGE], [*rights, EDGE])  # the edges of a paragraph too, in one batch
    table[..., 1] = joins[:-1, :-1].clip(-12, 12)
    table[..., 2] = seam_net().scores(lefts, rights).clip(*FOLLOWS)
    table[..., 3] = joins[:-1, -1:] + model.unigrams[BOUNDARY]
    table[..., 4] = joins[-1:, :-1].clip(-12, 12)
    table[..., 5] = np.array([block.text.chars[-1] in "，、,—-" for block in left])[:, None]
    table[..., 6], table[..., 7] = _balance(left, right)
    joined = np.array(tails)[:, None] + 1 == np.array(heads)
    table[..., 8] = joined
    measures = {i: _measure(blocks[i]) for i in {*tails, *heads}}
    apart = np.array([measures[i] for i in tails])[:, None] - np.array([measures[i] for i in heads])
    table[..., 9] = np.abs(apart) <= SLACK
    odds = np.log(np.array([block.starts for block in right]).clip(LEAST_ODDS, 1.0))
    table[..., 10] = odds[:, 0]
    table[..., 11] = np.where(joined, odds[:, 1], 0.0)
    table[..., 12] = np.where(joined, 0.0, odds[:, 2])
    table[..., 13] = -np.log(max(len(tails), sum(block.starts[0] < 0.5 for block in right), 1))
    return table


def _bare(chars: str) -> str:
    return "".join(chars.split())


def cells(chars: str) -> int:
    """The width of a text: a Han character is two cells wide."""
    return 2 * len(chars) - len(chars.encode("ascii", "ignore"))


def _measure(block: Block) -> int:
    """The width of the lines of a block, in cells: that of its widest line."""
    return max([cells(line.text.chars) for line in block.lines])


def _balance(left: Sequence[Block], right: Sequence[Block]) -> tuple[Floats, Floats]:
    """How many kinds of quotes and brackets stay open on the left and close on the right, and on one side only."""
    lefts, rights = ([block.text.chars for block in blocks] for blocks in (left, right))
    whole = "".join((*lefts, *rights))
    pairs = [(a, z) for a, z in _PAIRS if a in whole or z in whole]
    opened = np.array([[chars.count(a) > chars.count(z) for a, z in pairs] for chars in lefts], dtype=np.bool_)
    closed = np.array([[_closes(chars, a, z) for a, z in pairs] for chars in rights], dtype=np.bool_)
    both = (opened[:, None, :] & closed).sum(axis=2)
    return both.astype(np.float32), (opened[:, None, :] ^ closed).sum(axis=2).astype(np.float32)


def _closes(chars: str, opening: str, closing: str) -> bool:
    """Whether a text closes a mark that it has not opened."""
    first = chars.find(closing)
    return first >= 0 and not 0 <= chars.find(opening) < first


def match(scores: Floats, least: float) -> list[tuple[int, int]]:
    """Pairs (row, column), each used once, of the greatest sum; a pair must score more than `least`.

    The assignment problem by shortest augmenting paths (Kuhn 1955, Jonker and Volgenant 1987), in which a row may stay
    alone. Cubic in the number of rows, which `SEARCHED` bounds.

    >>> match(np.array([[5.0, 4.0], [4.5, 0.0]], dtype=np.float32), 1.0)
    [(0, 1), (1, 0)]
    """
    speaks = np.asarray(scores > least, dtype=np.bool_)
    rows, columns = np.flatnonzero(speaks.any(axis=1)), np.flatnonzero(speaks.any(axis=0))
    if not len(rows):
        return []
    gain = np.where(speaks, scores - least, -1e6).astype(np.float64)[rows][:, columns]
    best = gain.argmax(axis=1)
    if len(set(best.tolist())) == len(rows):  # each can have its best
        return list(zip(rows.tolist(), columns[best].tolist(), strict=True))
    pairs = [(int(rows[r]), int(columns[c])) for c, r in enumerate(_assigned((-gain).tolist())) if r >= 0]
    return sorted(pair for pair in pairs if speaks[pair])


def _assigned(cost: list[list[float]]) -> list[int]:
    """The row of each column (-1: none) in the cheapest assignment of rows, each of which may stay alone at no cost.

    Each row begins with its cheapest column, which costs less than nothing; those that find it taken look for a way on.
    """
    u, v = list(map(min, cost)), [0.0] * len(cost[0])
    owner = [-1] * len(v)
    for row in reversed(range(len(cost))):  # of several rows the first one stays
        owner[cost[row].index(u[row])] = row
    for row in sorted(set(range(len(cost))).difference(owner)):
        at, came = _way_on(row, cost, u, v, owner)
        while at >= 0:
            owner[at], at = owner[came[at]] if came[at] >= 0 else row, came[at]
    return owner


def _way_on(
    row: int, cost: list[list[float]], u: list[float], v: list[float], owner: list[int]
) -> tuple[int, list[int]]:
    """The last column on the cheapest way on for a row (-1: it stays alone), and for each column the one before it on the way.

    The last column had no row, or its row stays alone from now on. `u` and `v` are brought up to what the way costs.
    """
    least, came = [math.inf] * len(v), [-1] * len(v)
    left, done = list(range(len(v))), list[int]()
    alone, last = math.inf, -1  # what it costs at least that a row on the way stays alone, and its column
    here, at = row, -1  # no column yet
    while True:
        step, onward = math.inf, -1
        costs, own = cost[here], u[here]
        for column in left:
            reduced = costs[column] - own - v[column]
            if reduced < least[column]:
                least[column], came[column] = reduced, at
            if least[column] < step:
                step, onward = least[column], column
        if -own < alone:
            alone, last = -own, at
        ends = alone < step
        step = min(step, alone)
        u[row] += step
        for column in done:
            u[owner[column]] += step
            v[column] -= step
        if ends or owner[onward] < 0:
            return last if ends else onward, came
        alone -= step
        for column in left:
            least[column] -= step
        left.remove(onward)
        done.append(onward)
        here, at = owner[onward], onward
