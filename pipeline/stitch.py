"""Stitch: fragments that a column end cut in mid-sentence find each other again.

In: the blocks of a page in the order found. Out: the seams: which block of body text reads on in which other one. Tails
are blocks that end in mid-sentence, heads begin in one. All are matched at once: each pair has a score (how well the
model says it reads on, whether quotes and brackets that are open close again, how far apart they stand), a pair must beat leaving both
alone, and the matching with the greatest sum is taken. Where nothing speaks for a move, the text stays as found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pipeline.document import Block, Role
from pipeline.seams import SeamModel

Floats = npt.NDArray[np.float32]

TERMINAL = "。！？…!?"
CLOSERS = "”’》）)」』】\"'"
CONTEXT = 12  # characters on each side of a seam
SEARCHED = 400  # tails and heads matched at once; on a longer page only the nearest are compared
_PAIRS = (("“", "”"), ("‘", "’"), ("（", "）"), ("《", "》"), ("「", "」"), ("『", "』"), ("(", ")"))


class StitchOptions(BaseModel):
    """Settings of the stitch stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: float = Field(default=2.0, description="how strong (natural log of odds) the case for a seam must be")


@dataclass(frozen=True, slots=True)
class Seam:
    """The block at index `head` goes on where the one at `tail` stops. `score` is the evidence, in natural log of odds."""

    tail: int
    head: int
    score: float


def is_tail(block: Block) -> bool:
    """Whether a block of body text ends in mid-sentence."""
    last = block.text.chars.rstrip(CLOSERS)[-1:] or block.text.chars[-1:]
    return block.role is Role.BODY and last not in TERMINAL and block.text.chars[-1] not in "：:；;"


def stitch(blocks: Sequence[Block], options: StitchOptions, model: SeamModel) -> list[Seam]:
    """Find the seams of a page, in the order of their heads."""
    tails = [i for i, block in enumerate(blocks) if is_tail(block)][:SEARCHED]
    heads = [i for i, block in enumerate(blocks) if block.role is Role.BODY and _may_resume(block)][:SEARCHED]
    if not tails or not heads:
        return []
    scores = _scores(blocks, tails, heads, model)
    return sorted(
        (Seam(tails[t], heads[h], round(float(scores[t, h]), 2)) for t, h in match(scores, options.evidence)),
        key=lambda seam: seam.head,
    )


def _may_resume(block: Block) -> bool:
    return not block.opens


def _scores(blocks: Sequence[Block], tails: Sequence[int], heads: Sequence[int], model: SeamModel) -> Floats:
    """The evidence for each pair, shape (tails, heads); minus infinity for a block and itself."""
    lefts = [_bare(blocks[i].text.chars[-3 * CONTEXT :])[-CONTEXT:] for i in tails]
    rights = [_bare(blocks[i].text.chars[: 3 * CONTEXT])[:CONTEXT] for i in heads]
    scores = model.matrix(lefts, rights)
    opened = [_open(blocks[i].text.chars) for i in tails]
    closed = [_closed(blocks[i].text.chars) for i in heads]
    for t, tail in enumerate(tails):
        for h, head in enumerate(heads):
            scores[t, h] += _balance(opened[t], closed[h]) + 0.5 * (head == tail + 1)
            if head == tail:
                scores[t, h] = -np.inf
    return scores


def _bare(chars: str) -> str:
    return "".join(chars.split())


def _open(chars: str) -> str:
    """The marks that are still open at the end of a text."""
    return "".join(a for a, b in _PAIRS if chars.count(a) > chars.count(b))


def _closed(chars: str) -> str:
    """The opening marks whose closing ones stand in a text without them, before any other of their kind."""
    lacking = ""
    for a, b in _PAIRS:
        first = chars.find(b)
        if first >= 0 and not 0 <= chars.find(a) < first:
            lacking += a
    return lacking


def _balance(opened: str, closed: str) -> float:
    """What open quotes and brackets on both sides say of a seam."""
    both = len(set(opened) & set(closed))
    return 3.0 * both - 2.0 * len(set(opened) ^ set(closed))


def match(scores: Floats, least: float) -> list[tuple[int, int]]:
    """Pairs (row, column), each used once, of the greatest sum; a pair must score more than `least`.

    The assignment problem by shortest augmenting paths (Kuhn 1955, Jonker and Volgenant 1987), with a spare column for
    each row to stay alone in. Cubic in the number of rows, which `SEARCHED` bounds.

    >>> match(np.array([[5.0, 4.0], [4.5, 0.0]], dtype=np.float32), 1.0)
    [(0, 1), (1, 0)]
    """
    rows, columns = scores.shape
    gain = np.where(scores > least, scores - least, -1e6).astype(np.float64)
    cost = np.hstack((-gain, np.zeros((rows, rows))))
    row_of = _assigned(cost)
    return sorted((int(r), c) for c, r in enumerate(row_of[:columns]) if r >= 0 and scores[r, c] > least)


def _assigned(cost: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The row of each column (-1: none) in the cheapest assignment of all rows; there are at least as many columns."""
    rows, columns = cost.shape
    u, v = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.full(columns + 1, -1, dtype=np.int64)  # the last column stands for "not yet placed"
    for row in range(rows):
        owner[columns] = row
        at = columns
        least = np.full(columns + 1, np.inf)
        came = np.full(columns + 1, -1, dtype=np.int64)
        done = np.zeros(columns + 1, dtype=bool)
        while owner[at] >= 0:
            done[at] = True
            here = owner[at]
            reduced = cost[here] - u[here] - v[:columns]
            better = ~done[:columns] & (reduced < least[:columns])
            least[:columns][better] = reduced[better]
            came[:columns][better] = at
            onward = int(np.where(done[:columns], np.inf, least[:columns]).argmin())
            step = least[onward]
            u[owner[done]] += step
            v[done] -= step
            least[~done] -= step
            at = onward
        while at != columns:
            owner[at] = owner[came[at]]
            at = int(came[at])
    return owner[:columns]
