"""Plans: ways to cut the text of an article into runs and to deal its headings out to them, each scored as a whole.

In: the flow of an article, and the evidence for a new section at each gap. Out: the best plan found. Its score adds up what
speaks for each cut, for each heading over its run, and for the lead (`breaks.py`, `sections.py`); that runs are of one length;
that all headings stand on one side of their text; and that headings come in the order of their texts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from pipeline.sections import Floats, Flow, Runs, heads, leads, runs, weights
from pipeline.stitch import match

LEAST = -4.0  # the evidence a heading needs to move (natural log of odds); low: each heading heads something
EVEN = 1.5  # how much it counts against runs that they differ in length, for the squares of the logs of their lengths
SHORT = 20  # characters that are added to each run, so that short ones don't differ much
HABIT = 1.0  # how much it counts against a heading that it stands on the side of its text where fewer do
FOLLOW = 0.3  # how much it counts that two headings in a row head two runs in a row
SPARE = 3  # places of cuts that are looked at, for each run
NO_RUN = -1  # of a heading that heads nothing
TRIES = 100  # runs that are looked at again, at most, while cuts are put elsewhere


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to cut the text into runs and to deal them out, in indexes of items.

    `heads`: the first item of a run and the heading over it; `lead`: the items of the run that has none and comes first.
    """

    score: float
    heads: list[tuple[int, int]]
    lead: range | None


class _Worth(NamedTuple):
    """What dealing out is worth, for some ways to cut in as many runs: `gain` has rows for headings and, last, the lead.

    `before`, `behind`: whether a heading stands right before a run, right behind it; shape (ways, runs, headings).
    """

    gain: Floats  # shape (ways, headings + 1, runs); 0 where too little speaks for it
    before: Floats
    behind: Floats
    cut: Floats  # what the cuts of each way are worth

    def of(self, way: int) -> _Worth:
        """The same for one of the ways alone."""
        return _Worth(*(part[way : way + 1] for part in self))


_UNKNOWN = _Worth(*[np.zeros((0, 0, 0), dtype=np.float32)] * 4)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the text is cut (indexes of gaps, the likeliest first), and the run of each heading; the lead comes last.

    `worth`: of this way alone.
    """

    score: float
    cuts: list[int]
    over: list[int]
    worth: _Worth


def plan(page: Flow, evidence: Floats, counts: Sequence[int]) -> Plan:
    """The best way found to deal out one of several numbers of runs."""
    found = sorted([_way(page, evidence, count) for count in counts], key=lambda way: -way.score)
    best = Plan(-math.inf, [], None)
    for way in found:
        if way.score + FOLLOW * (len(page.headings) - 1) <= best.score:
            break  # order can't make up for it
        told, over = _in_order(way.worth, way.over)
        if (score := float(way.worth.cut[0]) + told) > best.score:
            best = Plan(score, *_heads(page, way.cuts, over))
    return best


def _way(page: Flow, evidence: Floats, count: int) -> _Way:
    """The best way found to deal out so many runs: the likeliest cuts first, then one cut put elsewhere after the other.

    Those moves first that give up the least evidence.
    """
    likely = np.argsort(-evidence, kind="stable")[: SPARE * count].tolist()
    best, tries = _Way(-math.inf, likely[: count - 1], [], _UNKNOWN), 1 + TRIES // count
    told, known = evidence.tolist(), set[tuple[int, ...]]()
    ways = [best.cuts, *islice(_near(best.cuts, likely, told), tries - 1)]
    while ways:
        best, tried = _dealt(page, evidence, ways, best)
        known.update(tuple(sorted(way)) for way in ways[:tried])
        tries -= tried
        unknown = (way for way in _near(best.cuts, likely, told) if tuple(sorted(way)) not in known)
        ways = list(islice(unknown, tries))
    return best


def _near(cuts: list[int], likely: Sequence[int], evidence: Sequence[float]) -> Iterator[list[int]]:
    """The ways with one of the cuts put elsewhere, those first that give up the least evidence."""
    free = [gap for gap in likely if gap not in cuts]
    moves = [(evidence[cuts[k]] - evidence[gap], k, gap) for k in range(len(cuts) - 1, -1, -1) for gap in free]
    for _, k, gap in sorted(moves, key=itemgetter(0)):
        yield [*cuts[:k], gap, *cuts[k + 1 :]]


def as_found(page: Flow, evidence: Floats, headings: Sequence[int]) -> float:
    """The score of leaving a page as it is: each of these headings (indexes of page.headings) heads the text after it."""
    starts = np.searchsorted(page.bodies, page.headings[np.asarray(headings)])
    cuts = [int(start) - 1 for start in starts if start]
    worth = _worth(page, evidence, [cuts])
    over = [NO_RUN] * (len(page.headings) + 1)
    for run, heading in enumerate(headings, start=int(starts[0] > 0)):
        over[heading] = run
    if starts[0]:
        over[-1] = 0
    return float(worth.cut[0]) + _score(worth, 0, over)


def _worth(page: Flow, evidence: Floats, ways: list[list[int]]) -> _Worth:
    """All ways have as many cuts, so that the evidence of all is counted at once."""
    those = runs(page, np.sort(np.array(ways, dtype=np.int64)))
    scores = heads(page, those) @ weights()["heads"]
    lead = leads(page, those, scores) @ weights()["leads"]
    rows = np.concatenate((scores, lead[..., None]), axis=2).swapaxes(1, 2)
    return _Worth(
        np.maximum(0.0, rows - LEAST),
        page.at_first[those.start][..., 0],
        page.at_last[those.end - 1][..., 0],
        evidence[np.array(ways, dtype=np.int64)].sum(axis=1) - EVEN * _uneven(page, those),
    )


def _uneven(page: Flow, those: Runs) -> Floats:
    """How far the runs of each way differ in length."""
    size = np.log(page.size[those.end] - page.size[those.start] + SHORT)
    spread: Floats = ((size - size.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    return spread


def _dealt(page: Flow, evidence: Floats, ways: list[list[int]], best: _Way) -> tuple[_Way, int]:
    """The first of several ways to cut whose runs, dealt out to the headings, score more than the best, and how many were tried.

    The best itself, if none does.
    """
    worth = _worth(page, evidence, ways)
    most = worth.cut + np.minimum(worth.gain.max(axis=1).sum(axis=1), worth.gain.max(axis=2).sum(axis=1))
    for k, cuts in enumerate(ways):
        if most[k] <= best.score:  # no matching can give more
            continue
        over = [NO_RUN] * (len(page.headings) + 1)
        for row, run in match(worth.gain[k], 0.0):
            over[row] = run
        total = float(worth.cut[k]) + _score(worth, k, over, follow=0.0)
        if total > best.score:
            is_new, best = cuts != best.cuts, _Way(total, cuts, over, worth.of(k))
            if is_new:
                return best, k + 1
    return best, len(ways)


def _score(worth: _Worth, way: int, over: Sequence[int], follow: float = FOLLOW) -> float:
    """What it is worth to deal the runs of a way out like this."""
    gain, before, behind = worth.gain[way].tolist(), worth.before[way].tolist(), worth.behind[way].tolist()
    pairs = [(row, run) for row, run in enumerate(over) if run != NO_RUN]
    told = sum([gain[row][run] for row, run in pairs])
    if over[-1] != NO_RUN:
        pairs.pop()  # the lead stands on no side of a heading
    sides = [sum([side[run][row] for row, run in pairs]) for side in (before, behind)]
    in_a_row = sum([b == a + 1 for a, b in pairwise(over[:-1]) if a != NO_RUN])
    return float(told - HABIT * min(sides) + follow * in_a_row)


def _in_order(worth: _Worth, over: list[int]) -> tuple[float, list[int]]:
    """The score of the only way and the best dealing found from one, two headings changing their runs at a time."""
    gain = worth.gain[0].tolist()
    best = _score(worth, 0, over)
    is_better = True
    while is_better:
        is_better = False
        for row in range(len(over) - 1):
            for run in range(len(gain[row])):
                if gain[row][run] <= 0 or run in (over[row], over[-1]):
                    continue
                moved = _moved(gain, over, row, run)
                lost = sum(gain[k][r] for k, r in enumerate(over) if r != NO_RUN and moved[k] != r)
                won = sum(gain[k][r] for k, r in enumerate(moved) if r != NO_RUN and over[k] != r)
                if lost - won >= 2 * HABIT + 4 * FOLLOW:  # order and habit can't make up for it
                    continue
                score = _score(worth, 0, moved)
                if score > best + 1e-6:
                    best, over, is_better = score, moved, True
    return best, over


def _moved(gain: Sequence[Sequence[float]], over: Sequence[int], row: int, run: int) -> list[int]:
    """The dealing with a heading over another run; the one that was there gets its run, if anything speaks for that."""
    moved = list(over)
    if run in over:
        holder, free = over.index(run), over[row]
        moved[holder] = free if free != NO_RUN and gain[holder][free] > 0 else NO_RUN
    moved[row] = run
    return moved


def _heads(page: Flow, cuts: Sequence[int], over: Sequence[int]) -> tuple[list[tuple[int, int]], range | None]:
    """What a plan says of heads and lead, from the run of each heading and of the lead."""
    last = page.bodies[[*sorted(cuts), -1]].tolist()
    first = page.bodies[[0, *(cut + 1 for cut in sorted(cuts))]].tolist()
    lead = None if over[-1] == NO_RUN else range(first[over[-1]], last[over[-1]] + 1)
    return [(first[run], int(page.headings[h])) for h, run in enumerate(over[:-1]) if run != NO_RUN], lead
