"""Partition: which text belongs to which headline, when several articles share a page.

In: the headings and paragraphs of a page in reading order, and the fronts. Out: for each front its run of items. Each article is
taken to be one run. Every way to cut the flow into runs and to deal them to the headlines has a score: how likely an article ends
there (`cuts.py`), words that headline and text share, a headline that stands right before its text; the best is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from pipeline.cuts import cuts
from pipeline.document import Block, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.vocabulary import Ints, Vocabulary, heard, vocabulary

CUT = 1.4  # what the odds of a cut count for
BEFORE = 0.3  # a headline stands right before the run
WORDS = 2.5  # the words of a headline come up in a paragraph more than in others
DEALT = 3.5  # a headline out of its order
EMPTY = 3.0  # a headline without text
TINY = 1e-9  # stands for the weight of no words
MOST = 3  # headlines dealt out in every order; with more, in the order found
STEPS = 100_000  # steps of the search at most, over all orders


@dataclass(frozen=True, slots=True)
class Table:
    """What speaks for each headline: for each item (`own`), for beginning at it (`starts`); and for a cut before it."""

    own: list[list[float]]
    starts: list[list[float]]
    cuts: list[float]

    def of(self, some: Sequence[int]) -> Table:
        """The table of some of the headlines."""
        return Table([self.own[f] for f in some], [self.starts[f] for f in some], self.cuts)


def partition(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front]) -> list[list[Item]]:
    """The items of each front, in the order of `fronts`."""
    if len(fronts) <= 1:
        return [list(items)]
    titles = ["\n".join(blocks[i].text.chars for i in (*f.titles, *f.subtitles, *f.kickers)) for f in fronts]
    words = vocabulary([*(item.block.text.chars for item in items), *titles])
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
        own=[_own(words.of(k), said) for k in range(len(items), words.texts)],
        starts=[_starts(front, blocks, items) for front in fronts],
        cuts=[CUT * cut for cut in cuts(blocks, items, said)],
    )


def best(those: Table) -> tuple[float, tuple[int, ...], list[int]]:
    """The score, the order of the headlines and the ends of their runs, of the best way to deal the items."""
    count = len(those.own)
    found = _deal(tuple(range(count)), those)
    if count > MOST or _factorial(count) * count * len(those.cuts) > STEPS:
        return found
    for order in permutations(range(count)):
        found = max(found, _deal(order, those), key=lambda one: one[0])
    return found


def _factorial(n: int) -> int:
    return 1 if n < 2 else n * _factorial(n - 1)


def _own(headline: Ints, said: Vocabulary) -> list[float]:
    """What the words of a headline say for each paragraph: how far they come up in it, against all the others."""
    held = np.zeros(len(said.held))
    held[headline] = 1.0
    held *= said.weight * (said.held > 0)
    hits = said.sums(held[said.word] * heard(said.count)) / max(TINY, float(held.sum()))
    own: list[float] = (WORDS * (hits - hits.mean())).tolist() if len(hits) else []
    return own


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


def _deal(order: tuple[int, ...], those: Table) -> tuple[float, tuple[int, ...], list[int]]:
    """The best ends of the runs when the headlines come in `order`: dynamic programming over items."""
    n = len(those.cuts) - 1
    score = [0.0] + [float("-inf")] * n
    came: list[list[int]] = []
    for k, f in enumerate(order):
        score, back = _one_more(score, those.own[f], those.starts[f], those.cuts if k else [0.0] * (n + 1))
        came.append(back)
    ends: list[int] = []
    at = n
    for back in reversed(came):
        ends.append(at)
        at = back[at]
    turned = sum(order[k] > order[k + 1] for k in range(len(order) - 1))
    return score[n] - DEALT * turned, order, ends[::-1]


def _one_more(
    score: Sequence[float], own: Sequence[float], starts: Sequence[float], cut: Sequence[float]
) -> tuple[list[float], list[int]]:
    """The best score up to each item when one more headline has had its run, and where that run began."""
    grown, back = [float("-inf")] * len(score), [0] * len(score)
    total, ahead, where = 0.0, float("-inf"), 0
    for j in range(len(score)):
        run, empty = ahead + total, score[j] - EMPTY
        grown[j], back[j] = (run, where) if run >= empty else (empty, j)
        opening = score[j] + cut[j] + starts[j] - total
        if opening > ahead:
            ahead, where = opening, j
        if j < len(own):
            total += own[j]
    return grown, back
