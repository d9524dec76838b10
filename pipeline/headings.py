"""Headings: over the text that they head.

In: the items of one article in reading order. Out: the same items, headings moved where the evidence is strong, the lead
first. The paragraphs are cut into about as many runs as there are headings, where most speaks for a new section, and headings
are dealt to runs, each to one, so that the sum of the evidence (`sections.py`) is greatest. Where each heading has text right
after it, the order stays as found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.breaks import breaks
from pipeline.document import Block, Role
from pipeline.numbering import levelled, numbered, under
from pipeline.order import Item
from pipeline.sections import Floats, Flow, Runs, flow, heads, leads, runs, weights
from pipeline.stitch import match

LEAST = -4.0  # the evidence a heading needs to move (natural log of odds); low: each heading heads something
SHY = 0.5  # what more must speak for a lead: moving it tears paragraphs apart that may belong together
CROWDED = 2.0  # by how much another order must be better, where several headings stand in a row before a text
MOST = 32  # headings of an article; one with more is left as found, for its cost
LONG = 400  # headings and paragraphs of an article; likewise
LARGE = 100_000  # characters of an article; likewise: no page has so many
SPARE = 3  # places of cuts that are looked at, for each run
NO_GAP = -1  # put in place of no cut
TRIES = 60  # runs that are looked at again, at most, while cuts are put elsewhere


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to cut the text into runs and to deal them out, in indexes of items.

    `heads`: the first item of a run and the heading over it; `lead`: the items of the run that has none and comes first.
    """

    score: float
    cuts: list[int]  # indexes of gaps, the likeliest first
    heads: list[tuple[int, int]]
    lead: range | None


def place(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    """Put each heading over its text, and numbered sections in the order of their numbers."""
    return levelled(numbered(_placed(items, blocks)))


def _placed(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    headings = sum(item.block.role is Role.HEADING for item in items)
    if not 0 < headings <= MOST or not headings < len(items) <= LONG or under(items):
        return list(items)
    if not astray(items) or sum(len(item.block.text) for item in items) > LARGE:
        return list(items)
    page = flow(items, blocks)
    evidence = breaks(page) @ weights()["breaks"]
    best = max((_plan(page, evidence, count) for count in _counts(page)), key=lambda plan: plan.score)
    if page.items[-1].block.role is Role.HEADING or best.score > _as_found(page, evidence) + CROWDED:
        return _moved(page, best)
    return list(items)


def _as_found(page: Flow, evidence: Floats) -> float:
    """The score of leaving a page as it is: the last of several headings in a row heads the text after them."""
    last = [k for k, h in enumerate(page.headings) if page.items[h + 1].block.role is not Role.HEADING]
    starts = np.searchsorted(page.bodies, np.asarray(page.headings)[last])
    cuts = [int(start) - 1 for start in starts if start]
    those = runs(page, cuts)
    scores = heads(page, those) @ weights()["heads"]
    own = scores[np.searchsorted(those.start, starts), last]
    lead = leads(page, those, scores)[:1] @ weights()["leads"] - SHY if starts[0] else np.zeros(0)
    return float(evidence[cuts].sum() + np.maximum(0.0, np.append(own, lead) - LEAST).sum())


def astray(items: Sequence[Item]) -> bool:
    """Whether some heading has no text right after it: else all stand where they should."""
    is_heading = [item.block.role is Role.HEADING for item in items]
    return is_heading[-1] or any(one and other for one, other in pairwise(is_heading))


def _counts(page: Flow) -> list[int]:
    """How many runs there may be: one a heading, one more for the lead, one less where a heading heads no text."""
    most, wanted = len(page.bodies), len(page.headings)
    return sorted({min(most, max(1, count)) for count in (wanted, wanted + 1, wanted - 1)})


def _plan(page: Flow, evidence: Floats, count: int) -> Plan:
    """The best way found to deal out `count` runs: the likeliest cuts first, then one cut after the other put elsewhere."""
    likely = np.argsort(-evidence, kind="stable")[: SPARE * count].tolist()
    best, tries = Plan(-math.inf, likely[: count - 1], [], None), 1 + min(TRIES // count, 40)
    left = [
        (count - 1, NO_GAP),
        *((k, gap) for k in range(count - 2, -1, -1) for gap in likely),
    ]  # the least likely first
    while moves := [move for move in left if move[1] not in best.cuts][:tries]:
        ways = [[*best.cuts[:k], gap, *best.cuts[k + 1 :]][: count - 1] for k, gap in moves]
        best, tried = _dealt(page, evidence, ways, best)
        left, tries = left[left.index(moves[tried - 1]) + 1 :], tries - tried
    return best


def _dealt(page: Flow, evidence: Floats, ways: list[list[int]], best: Plan) -> tuple[Plan, int]:
    """The first of several ways to cut whose runs, dealt out to the headings, score more than the best, and how many were tried.

    The best itself, if none does. All ways have as many cuts, so that the evidence of all is counted at once.
    """
    those = runs(page, np.sort(ways))
    scores = heads(page, those) @ weights()["heads"]
    lead = leads(page, those, scores) @ weights()["leads"] - SHY
    rows = np.concatenate((scores, lead[..., None]), axis=2).swapaxes(1, 2)
    gain = np.maximum(0.0, rows - LEAST)
    said = evidence[np.array(ways, dtype=np.int64)].sum(axis=1)
    most = said + np.minimum(gain.max(axis=1).sum(axis=1), gain.max(axis=2).sum(axis=1))  # no matching can give more
    for k, cuts in enumerate(ways):
        if most[k] <= best.score:
            continue
        chosen = match(rows[k], LEAST)
        total = float(said[k]) + float(sum(gain[k, h, r] for h, r in chosen))
        if total > best.score:
            is_new, best = cuts != best.cuts, Plan(total, cuts, *_heads(page, those, k, chosen))
            if is_new:
                return best, k + 1
    return best, len(ways)


def _heads(
    page: Flow, those: Runs, way: int, chosen: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], range | None]:
    """What a plan says of heads and lead, from the pairs of heading and run; the lead is behind the last heading."""
    first, last = page.bodies[those.start[way]].tolist(), page.bodies[those.end[way] - 1].tolist()
    lead = next((range(first[r], last[r] + 1) for h, r in chosen if h == len(page.headings)), None)
    return [(first[r], int(page.headings[h])) for h, r in chosen if h < len(page.headings)], lead


def _moved(page: Flow, plan: Plan) -> list[Item]:
    """The items with each heading that was dealt out before its run, and the lead before all."""
    over = dict(plan.heads)
    gone = set(over.values())
    order: list[int] = []
    for i in range(len(page.items)):
        if i in over:
            order.append(over[i])
        if i not in gone:
            order.append(i)
    if plan.lead is not None:
        own = [i for i in plan.lead if page.items[i].block.role is not Role.HEADING]
        order = own + [i for i in order if i not in set(own)]
    return [page.items[i] for i in order]
