"""Partition: which text belongs to which headline, when several articles share a page.

In: the headings and paragraphs of a page in reading order, and the fronts. Out: for each front its run of items. Each article is
taken to be one run. Every way to cut the flow into runs and to deal them to the headlines has a score: how likely an article ends
there (`cuts.py`), words that headline and text share, a headline that stands right before its text; the best is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from pipeline.cuts import cuts
from pipeline.document import Block, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import Floats, Ints, Vocabulary, heard, vocabulary

CUT = 1.4  # what the odds of a cut count for
BEFORE = 0.3  # a headline stands right before the run
WORDS = 2.5  # the words of a headline come up in a paragraph more than in others
MEANING = 0.3  # a headline and a paragraph speak of the same things
DEALT = 3.5  # a headline out of its order
EMPTY = 3.0  # a headline without text
TINY = 1e-9  # stands for the weight of no words
MOST = 3  # headlines dealt out in every order; with more, in the order found
STEPS = 100_000  # steps of the search at most, over all orders


@dataclass(frozen=True, slots=True)
class Table:
    """What speaks for each headline: for each item (`own`), for beginning at it (`starts`); and for a cut before it."""

    own: Floats
    starts: Floats
    cuts: Floats

    def of(self, some: Sequence[int]) -> Table:
        """The table of some of the headlines."""
        return Table(self.own[list(some)], self.starts[list(some)], self.cuts)


def partition(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front]) -> list[list[Item]]:
    """The items of each front, in the order of `fronts`."""
    if len(fronts) <= 1:
        return [list(items)]
    words = vocabulary([*(item.block.text.chars for item in items), *(headline(blocks, front) for front in fronts)])
    _, order, ends = best(table(blocks, items, fronts, words))
    runs: list[list[Item]] = [[] for _ in fronts]
    at = 0
    for front, end in zip(order, ends, strict=True):
        runs[front] = list(items[at:end])
        at = end
    return runs


def table(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front], words: Vocabulary) -> Table:
    """What speaks for and against each way to deal the items. `words`: of the items, then of the fronts."""
    said = words.some(0, len(items))
    return Table(
        own=np.array([_own(words.of(k), said) for k in range(len(items), words.texts)]) + _meant(blocks, items, fronts),
        starts=np.array([_starts(front, blocks, items) for front in fronts]),
        cuts=CUT * np.array(cuts(blocks, items, said)),
    )


def best(those: Table) -> tuple[float, tuple[int, ...], list[int]]:
    """The score, the order of the headlines and the ends of their runs, of the best way to deal the items."""
    count, places = len(those.own), len(those.cuts)
    orders = [tuple(range(count))]
    if count <= MOST and math.factorial(count) * count * places <= STEPS:
        orders = list(permutations(range(count)))
    score, came = _dealt(np.array(orders), those)
    turned = [sum(a > b for a, b in pairwise(order)) for order in orders]
    worth = score - DEALT * np.array(turned)
    k = int(worth.argmax())
    ends, at = [0] * count, places - 1
    for turn in range(count - 1, -1, -1):
        ends[turn] = at
        at = int(came[turn][k, at])
    return float(worth[k]), orders[k], ends


def _own(headline: Ints, said: Vocabulary) -> Floats:
    """What the words of a headline say for each paragraph: how far they come up in it, against all the others."""
    held = np.zeros(len(said.held))
    held[headline] = 1.0
    held *= said.weight * (said.held > 0)
    hits = said.sums(held[said.word] * heard(said.count)) / max(TINY, float(held.sum()))
    own: Floats = WORDS * (hits - hits.sum() / max(1, len(hits)))
    return own


def _meant(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front]) -> Floats:
    """What the meaning of each headline says for each paragraph: how near it is, against all the others."""
    titles = [headline(blocks, front) for front in fronts]
    meant = vectors().of([*titles, *(item.block.text.chars for item in items)])
    near = apart(meant[: len(fronts)]) @ apart(meant[len(fronts) :]).T if items else np.zeros((len(fronts), 0))
    return np.asarray(MEANING * near, dtype=np.float64)


def headline(blocks: Sequence[Block], front: Front) -> str:
    """The title of a front and what stands over and under it, as one text."""
    return "\n".join(blocks[i].text.chars for i in (*front.titles, *front.subtitles, *front.kickers))


def _starts(front: Front, blocks: Sequence[Block], items: Sequence[Item]) -> list[float]:
    """BEFORE at the item that a front stands right before, with nothing of another kind than front matter between."""
    starts = [0.0] * (len(items) + 1)
    end = front.end()
    text = (Role.BODY, Role.HEADING, Role.TITLE)
    after = next((i for i in range(end + 1, len(blocks)) if blocks[i].role in text), None)
    for j, item in enumerate(items):
        if item.first == after:
            starts[j] = BEFORE
    return starts


def _dealt(orders: Ints, those: Table) -> tuple[Floats, list[Ints]]:
    """The best score of all items when the headlines come in each of the orders, and for each turn where its runs began.

    Dynamic programming over items, all orders at once.
    """
    n = len(those.cuts)
    score = np.full((len(orders), n), -np.inf)
    score[:, 0] = 0.0
    came = []
    for turn in range(orders.shape[1]):
        which = orders[:, turn]
        said = np.concatenate((np.zeros((len(orders), 1)), those.own[which].cumsum(axis=1)), axis=1)
        opening = score + (those.cuts if turn else 0.0) + those.starts[which] - said
        ahead, began = _first_best(opening)
        run, empty = ahead + said, score - EMPTY
        score = np.maximum(run, empty)
        came.append(np.where(run >= empty, began, np.arange(n)))
    return score[:, -1], came


def _first_best(worth: Floats) -> tuple[Floats, Ints]:
    """For each place the greatest value before it in its row, and where that first stands."""
    before = np.full_like(worth, -np.inf)
    np.maximum.accumulate(worth[:, :-1], axis=1, out=before[:, 1:])
    where = np.zeros(worth.shape, dtype=np.int64)
    rises = worth[:, :-1] > before[:, :-1]
    np.maximum.accumulate(rises * np.arange(worth.shape[1] - 1), axis=1, out=where[:, 1:])
    return before, where
