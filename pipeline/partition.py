"""Partition: which text belongs to which headline, when several articles share a page.

In: the headings and paragraphs of a page in reading order, and the fronts. Out: for each front its run of items. Each article is
taken to be one run. Every way to cut the flow into runs and to deal them to the headlines has a score: how likely an article ends
there (`cuts.py`), words that headline and text share, a headline that stands right before its text; the best is taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

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
NOWHERE = -1  # stands behind the last item
TINY = 1e-9  # stands for the weight of no words
MOST = 3  # headlines dealt out in every order; with more, in the order found
STEPS = 100_000  # steps of the search at most, over all orders


@dataclass(frozen=True, slots=True)
class Table:
    """What speaks for each headline: for each item (`own`), for beginning at it (`starts`); and for a cut before it."""

    own: Floats
    starts: Floats
    cuts: Floats


def partition(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front]) -> list[list[Item]]:
    """The items of each front, in the order of `fronts`."""
    if len(fronts) <= 1:
        return [list(items)]
    words = vocabulary([*(item.block.text.chars for item in items), *(headline(blocks, front) for front in fronts)])
    runs: list[list[Item]] = [[] for _ in fronts]
    at = 0
    for front, end in best(table(blocks, items, fronts, words)):
        runs[front] = list(items[at:end])
        at = end
    return runs


def table(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front], words: Vocabulary) -> Table:
    """What speaks for and against each way to deal the items. `words`: of the items, then of the fronts."""
    said = words.some(0, len(items))
    meant = vectors().of([*(headline(blocks, front) for front in fronts), *(item.block.text.chars for item in items)])
    named, told = apart(meant[: len(fronts)]), apart(meant[len(fronts) :])
    firsts = np.array([item.first for item in items] + [NOWHERE])
    return Table(
        own=_own([words.of(k) for k in range(len(items), words.texts)], said) + MEANING * (named @ told.T),
        starts=np.array([_starts(front, blocks, firsts) for front in fronts]),
        cuts=CUT * np.array(cuts(blocks, items, said, told)),
    )


def best(those: Table) -> list[tuple[int, int]]:
    """The headlines in their order, each with the end of its run, of the best way to deal the items."""
    orders = _orders(*those.own.shape)
    score, came = _dealt(orders, those)
    k = int((score - DEALT * _turns(orders)).argmax())
    ends = [len(those.cuts) - 1]
    for began in reversed(came[1:]):
        ends.append(int(began[k, ends[-1]]))
    return list(zip(orders[k].tolist(), reversed(ends), strict=True))


def worth(those: Table, choices: Sequence[Sequence[int]]) -> list[float]:
    """The score of the best way to deal the items to some of the headlines, for each of several choices of as many."""
    orders = _orders(len(choices[0]), those.own.shape[1])
    score, _ = _dealt(np.array(choices)[:, orders].reshape(-1, orders.shape[1]), those)
    found: list[float] = (score.reshape(-1, len(orders)) - DEALT * _turns(orders)).max(axis=1).tolist()
    return found


def _orders(count: int, items: int) -> Ints:
    """The orders in which so many headlines are tried: all, or that in which they were found."""
    if count <= MOST and math.factorial(count) * count * (items + 1) <= STEPS:
        return np.array(list(permutations(range(count))))
    return np.arange(count)[None, :]


def _turns(orders: Ints) -> Ints:
    """How often a headline comes before one that was found earlier, in each of the orders."""
    turns: Ints = (orders[:, :-1] > orders[:, 1:]).sum(axis=1)
    return turns


def _own(headlines: Sequence[Ints], said: Vocabulary) -> Floats:
    """What the words of each headline say for each paragraph: how far they come up in it, against all the others."""
    spoken = np.zeros(len(said.held), dtype=np.bool_)
    spoken[np.concatenate(headlines)] = True
    at = np.flatnonzero(spoken[said.word])  # the few entries that count
    text, word, heard_of = said.text[at], said.word[at], heard(said.count[at])
    tells = said.weight * (said.held > 0)
    own = np.zeros((len(headlines), said.texts))
    for row, headline in zip(own, headlines, strict=True):
        held = np.zeros(len(tells))
        held[headline] = tells[headline]
        hits = np.bincount(text, held[word] * heard_of, said.texts) / max(TINY, float(held.sum()))
        row[:] = WORDS * (hits - hits.sum() / max(1, len(hits)))
    return own


def headline(blocks: Sequence[Block], front: Front) -> str:
    """The title of a front and what stands over and under it, as one text."""
    return "\n".join(blocks[i].text.chars for i in (*front.titles, *front.subtitles, *front.kickers))


def _starts(front: Front, blocks: Sequence[Block], firsts: Ints) -> Floats:
    """BEFORE at the item that a front stands right before, with nothing of another kind than front matter between."""
    text = (Role.BODY, Role.HEADING, Role.TITLE)
    after = next((i for i in range(front.end() + 1, len(blocks)) if blocks[i].role in text), len(blocks))
    starts: Floats = BEFORE * (firsts == after)
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
