"""Headings: over the text that they head.

In: the items of one article in reading order. Out: the same items, headings moved where the evidence is strong, the lead first. Where
each heading has text right after it, nothing is moved. Elsewhere the paragraphs are cut into about as many runs as there are
headings, where most speaks for a new section, and headings are dealt to runs, each to one, so that the sum of the evidence
(`sections.py`) is greatest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.sections import Floats, Flow, Runs, breaks, flow, heads, leads, runs, weights
from pipeline.stitch import match

LEAST = -4.0  # the evidence a heading needs to move (natural log of odds); low: each heading heads something
_DIGITS = "零一二三四五六七八九十"
_NUMBER = re.compile(
    r"(?P<han>(?:[一二三四五六七八九]?十)?[一二三四五六七八九]?(?<=\S)、)"
    r"|(?P<bracket>[（(](?:[一二三四五六七八九]?十)?[一二三四五六七八九]?(?<![（(])[）)])"
    r"|(?P<arabic>\d{1,2}[、.．](?!\d))"
)
MOST = 80  # headings dealt out at once
SPARE = 3  # places of cuts that are looked at, for each run
TRIES = 40  # cuts that are put elsewhere, at most


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
    return _by_number(_placed(items, blocks))


def _placed(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    page = flow(items, blocks)
    if not len(page.bodies) or not 0 < len(page.headings) <= MOST or not astray(page):
        return list(items)
    evidence = breaks(page) @ weights()["breaks"]
    plans = [_plan(page, evidence, count) for count in _counts(page)]
    return _moved(page, max(plans, key=lambda plan: plan.score))


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
    best = _dealt(page, evidence, likely[: count - 1], -np.inf)
    assert best is not None  # noqa: S101 - nothing is less than minus infinity
    tries = TRIES
    for k in range(count - 2, -1, -1):  # the least likely cut first
        for gap in likely:
            if gap not in best.cuts and tries:
                tries -= 1
                best = _dealt(page, evidence, [*best.cuts[:k], gap, *best.cuts[k + 1 :]], best.score) or best
    return best


def _dealt(page: Flow, evidence: Floats, cuts: list[int], floor: float) -> Plan | None:
    """The runs between the cuts dealt out to the headings; None if that scores no more than `floor`."""
    those = runs(page, sorted(cuts))
    scores = heads(page, those) @ weights()["heads"]
    lead = leads(page, those, scores) @ weights()["leads"]
    rows = np.vstack((scores, lead[None, :])).astype(np.float32)
    said = float(evidence[cuts].sum())
    gain = np.maximum(0.0, rows - LEAST)
    if said + min(gain.max(axis=0).sum(), gain.max(axis=1).sum()) <= floor:
        return None  # more than this no matching can give
    chosen = match(rows, LEAST)
    total = said + float(sum(gain[h, r] for h, r in chosen))
    if total <= floor:
        return None
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


def _by_number(items: list[Item]) -> list[Item]:
    """Sections in the order of their numbers, if every heading has one, all of one kind, and no number comes twice."""
    starts = [i for i, item in enumerate(items) if item.block.role is Role.HEADING]
    found = [_NUMBER.match(items[i].block.text.chars) for i in starts]
    kinds = {match.lastgroup if match else None for match in found}
    numbers = [number(match[0]) for match in found if match]
    if len(starts) < 2 or len(kinds) > 1 or kinds == {None} or len(set(numbers)) < len(starts):
        return items
    edges = [*starts, len(items)]
    sections = sorted(range(len(starts)), key=lambda k: numbers[k])
    return [*items[: starts[0]], *(item for k in sections for item in items[edges[k] : edges[k + 1]])]


def number(text: str) -> int:
    """The number at the start of a heading, Chinese up to 99 or Arabic.

    >>> [number(text) for text in ("一、", "（十二）", "三十", "4.")]
    [1, 12, 30, 4]
    """
    digits = "".join(char for char in text if char in "0123456789")
    if digits:
        return int(digits)
    tens, ten, ones = "".join(char for char in text if char in _DIGITS).rpartition("十")
    return (_DIGITS.index(tens or "一") * 10 if ten else 0) + (_DIGITS.index(ones) if ones else 0)
