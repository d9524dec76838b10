"""Partition: which text belongs to which headline, when several articles share a page.

In: the headings and paragraphs of a page in reading order, and the fronts. Out: for each front its run of items. Each article is taken to be
one run. Every way to cut the flow into runs and to deal them to the headlines has a score: words that headline and text
share, a headline that stands right before its text, how little the two sides of a cut have in common; the best is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

from pipeline.document import Block, Role
from pipeline.fronts import Front
from pipeline.likeness import pairs, rarity
from pipeline.order import Item

MOST = 5  # headlines dealt out in every order; with more, in the order found
BEFORE = 4.0  # a headline stands right before the run
SIGNED = 1.5  # a byline stands between two runs
WORDS = 1.0  # a word of the headline comes up in a paragraph
APART = 3.0  # the two sides of a cut share nothing
DEALT = 1.5  # a headline out of its order
EMPTY = 3.0  # a headline without text
REACH = 4  # paragraphs on each side of a cut that are compared


def partition(blocks: Sequence[Block], items: Sequence[Item], fronts: Sequence[Front]) -> list[list[Item]]:
    """The items of each front, in the order of `fronts`."""
    if len(fronts) <= 1:
        return [list(items)]
    said = [pairs(item.block.text.chars) for item in items]
    weight = rarity(said)
    gain = [[_own(front, blocks, one, weight) for one in said] for front in fronts]
    cuts = [_cut(said, j, weight) + _signed(blocks, items, j) for j in range(len(items) + 1)]
    starts = [[_starts(front, blocks, items, j) for j in range(len(items) + 1)] for front in fronts]
    orders = permutations(range(len(fronts))) if len(fronts) <= MOST else [tuple(range(len(fronts)))]
    best: tuple[float, tuple[int, ...], list[int]] | None = None
    for order in orders:
        score, ends = _deal(order, gain, cuts, starts)
        score -= DEALT * sum(order[k] > order[k + 1] for k in range(len(order) - 1))
        if best is None or score > best[0]:
            best = score, order, ends
    assert best is not None  # noqa: S101 - there is at least one order
    runs: list[list[Item]] = [[] for _ in fronts]
    at = 0
    for front, end in zip(best[1], best[2], strict=True):
        runs[front] = list(items[at:end])
        at = end
    return runs


def _own(front: Front, blocks: Sequence[Block], said: Counter[str], weight: dict[str, float]) -> float:
    """What the words of a headline say for a paragraph: their weight, as far as they come up in it."""
    words = pairs("".join(blocks[i].text.chars + "\n" for i in (*front.titles, *front.subtitles, *front.kickers)))
    whole = sum(weight.get(p, 0.0) for p in words) or 1.0
    return WORDS * min(2.0, 4.0 * sum(weight.get(p, 0.0) for p in words if p in said) / whole)


def _cut(said: Sequence[Counter[str]], j: int, weight: dict[str, float]) -> float:
    """What is said for a cut before item j: how little the paragraphs on both sides share."""
    if j in (0, len(said)):
        return 0.0
    left, right = Counter[str](), Counter[str]()
    for one in said[max(0, j - REACH) : j]:
        left.update(one)
    for one in said[j : j + REACH]:
        right.update(one)
    both = sum(weight[p] for p in left.keys() & right.keys())
    least = min(sum(weight[p] for p in left), sum(weight[p] for p in right)) or 1.0
    return -APART * min(1.0, 4 * both / least)


def _signed(blocks: Sequence[Block], items: Sequence[Item], j: int) -> float:
    """A byline between two items, as at the end of an article."""
    if j in (0, len(items)):
        return 0.0
    last, first = items[j - 1].last, items[j].first
    return SIGNED * any(blocks[i].role is Role.BYLINE for i in range(last + 1, first))


def _starts(front: Front, blocks: Sequence[Block], items: Sequence[Item], j: int) -> float:
    """Whether a front stands right before item j, with nothing of another kind than front matter between."""
    if j >= len(items):
        return 0.0
    first = items[j].first
    between = range(front.end() + 1, first)
    text = (Role.BODY, Role.HEADING, Role.TITLE)
    if front.end() < first and not any(blocks[i].role in text for i in between):
        return BEFORE
    return 0.0


def _deal(
    order: Sequence[int], gain: Sequence[Sequence[float]], cuts: Sequence[float], starts: Sequence[Sequence[float]]
) -> tuple[float, list[int]]:
    """The best ends of the runs when the fronts come in `order`: dynamic programming over items."""
    n = len(cuts) - 1
    totals = [[0.0] * (n + 1) for _ in gain]
    for f, row in enumerate(gain):
        for j, value in enumerate(row):
            totals[f][j + 1] = totals[f][j] + value
    best = [[float("-inf")] * (n + 1) for _ in range(len(order) + 1)]
    came = [[0] * (n + 1) for _ in range(len(order) + 1)]
    best[0][0] = 0.0
    for k, f in enumerate(order):
        ahead, where = float("-inf"), 0
        for j in range(n + 1):
            opening = best[k][j] + cuts[j] * (k > 0) + starts[f][j] - totals[f][j]
            empty = best[k][j] - EMPTY
            if ahead + totals[f][j] >= empty:
                best[k + 1][j], came[k + 1][j] = ahead + totals[f][j], where
            else:
                best[k + 1][j], came[k + 1][j] = empty, j
            if opening > ahead:
                ahead, where = opening, j
    ends: list[int] = []
    at = n
    for k in range(len(order), 0, -1):
        ends.append(at)
        at = came[k][at]
    return best[len(order)][n], ends[::-1]
