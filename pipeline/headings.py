"""Headings: over the text that they head.

In: the items of one article in reading order. Out: the same items, headings moved where the evidence is strong, the lead
first. The paragraphs are cut into about as many runs as there are headings, where most speaks for a new section, and headings
are dealt to runs, each to one, so that the sum of the evidence (`sections.py`) is greatest. Where each heading has text right
after it, the order stays as found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.document import Block, Role
from pipeline.numbering import levelled, numbered, under
from pipeline.order import Item
from pipeline.sections import Floats, Flow, Runs, breaks, flow, heads, leads, runs, weights
from pipeline.stitch import match

LEAST = -4.0  # the evidence a heading needs to move (natural log of odds); low: each heading heads something
SHY = 1.0  # what more must speak for a lead: moving it tears paragraphs apart that may belong together
CROWDED = 2.0  # by how much another order must be better, where several headings stand in a row before a text
MOST = 32  # headings of an article; one with more is left as found, for its cost
LONG = 400  # headings and paragraphs of an article; likewise
SPARE = 3  # places of cuts that are looked at, for each run
TRIES = 60  # runs that are looked at again, at most, while cuts are put elsewhere


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to cut the text into runs and to deal them out: pairs (heading, run), and the run that is the lead."""

    score: float
    cuts: list[int]  # indexes of gaps, the likeliest first
    runs: Runs
    heads: list[tuple[int, int]]
    lead: int | None


def place(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    """Put each heading over its text, and numbered sections in the order of their numbers."""
    return levelled(numbered(_placed(items, blocks)))


def _placed(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    headings = sum(item.block.role is Role.HEADING for item in items)
    if not 0 < headings <= MOST or not headings < len(items) <= LONG or under(items):
        return list(items)
    page = flow(items, blocks)
    if not astray(page):
        return list(items)
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
    own = scores[last, np.searchsorted(those.start, starts)]
    lead = leads(page, those, scores)[:1] @ weights()["leads"] - SHY if starts[0] else np.zeros(0)
    return float(evidence[cuts].sum() + np.maximum(0.0, np.append(own, lead) - LEAST).sum())


def astray(page: Flow) -> bool:
    """Whether some heading has no text right after it: else all stand where they should."""
    last = len(page.items) - 1
    return any(h == last or page.items[h + 1].block.role is Role.HEADING for h in page.headings)


def _counts(page: Flow) -> list[int]:
    """How many runs there may be: one a heading, one more for the lead, one less where a heading heads no text."""
    most, wanted = len(page.bodies), len(page.headings)
    return sorted({min(most, max(1, count)) for count in (wanted, wanted + 1, wanted - 1)})


def _plan(page: Flow, evidence: Floats, count: int) -> Plan:
    """The best way found to deal out `count` runs: the likeliest cuts first, then one cut after the other put elsewhere."""
    likely = np.argsort(-evidence, kind="stable")[: SPARE * count].tolist()
    best = _dealt(page, evidence, likely[: count - 1])
    tries = min(TRIES // count, 40)
    for k in range(count - 2, -1, -1):  # the least likely cut first
        for gap in likely:
            if gap not in best.cuts and tries:
                tries -= 1
                best = _dealt(page, evidence, [*best.cuts[:k], gap, *best.cuts[k + 1 :]], best)
    return best


def _dealt(page: Flow, evidence: Floats, cuts: list[int], rival: Plan | None = None) -> Plan:
    """The runs between the cuts dealt out to the headings; the rival, if that scores no more."""
    those = runs(page, sorted(cuts))
    scores = heads(page, those) @ weights()["heads"]
    lead = leads(page, those, scores) @ weights()["leads"] - SHY
    rows = np.vstack((scores, lead[None, :])).astype(np.float32)
    said = float(evidence[cuts].sum())
    gain = np.maximum(0.0, rows - LEAST)
    if rival and said + min(gain.max(axis=0).sum(), gain.max(axis=1).sum()) <= rival.score:
        return rival  # more than this no matching can give
    chosen = match(rows, LEAST)
    total = said + float(sum(gain[h, r] for h, r in chosen))
    if rival and total <= rival.score:
        return rival
    lead_run = next((r for h, r in chosen if h == len(scores)), None)
    return Plan(total, cuts, those, [(h, r) for h, r in chosen if h < len(scores)], lead_run)


def _moved(page: Flow, plan: Plan) -> list[Item]:
    """The items with each heading that was dealt out before its run, and the lead before all."""
    over = {int(plan.runs.first[r]): int(page.headings[h]) for h, r in plan.heads}
    gone = set(over.values())
    order: list[int] = []
    for i in range(len(page.items)):
        if i in over:
            order.append(over[i])
        if i not in gone:
            order.append(i)
    if plan.lead is not None:
        first = range(plan.runs.first[plan.lead], plan.runs.last[plan.lead] + 1)
        own = [i for i in first if page.items[i].block.role is not Role.HEADING]
        order = own + [i for i in order if i not in set(own)]
    return [page.items[i] for i in order]
