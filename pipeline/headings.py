"""Headings: over the text that they head.

In: the items of one article in reading order. Out: the same items, headings moved where the evidence is strong, the lead
first. The paragraphs are cut into about as many runs as there are headings, where most speaks for a new section, and headings
are dealt to runs, each to one, so that the sum of the evidence (`sections.py`) is greatest. Where each heading has text right
after it, the order stays as found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.breaks import breaks
from pipeline.document import Block, Role
from pipeline.numbering import levelled, numbered, under
from pipeline.order import Item
from pipeline.plans import Plan, as_found, plan
from pipeline.sections import Flow, flow, weights

CROWDED = 2.0  # by how much another order must be better, where several headings stand in a row before a text
MOST = 32  # headings of an article; one with more is left as found, for its cost
LONG = 400  # headings and paragraphs of an article; likewise
LARGE = 100_000  # characters of an article; likewise: no page has so many


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
    best = plan(page, evidence, _counts(page))
    if page.items[-1].block.role is Role.HEADING or best.score > as_found(page, evidence, _own(page)) + CROWDED:
        return _moved(page, best)
    return list(items)


def _own(page: Flow) -> list[int]:
    """The headings that have text right after them: the last of several in a row."""
    return [k for k, h in enumerate(page.headings) if page.items[h + 1].block.role is not Role.HEADING]


def astray(items: Sequence[Item]) -> bool:
    """Whether some heading has no text right after it: else all stand where they should."""
    is_heading = [item.block.role is Role.HEADING for item in items]
    return is_heading[-1] or any(one and other for one, other in pairwise(is_heading))


def _counts(page: Flow) -> list[int]:
    """How many runs there may be: one a heading, and one more for the lead."""
    most, wanted = len(page.bodies), len(page.headings)
    return sorted({min(most, wanted), min(most, wanted + 1)})


def _moved(page: Flow, best: Plan) -> list[Item]:
    """The items with each heading that was dealt out before its run, and the lead before all."""
    over = dict(best.heads)
    gone = set(over.values())
    order: list[int] = []
    for i in range(len(page.items)):
        if i in over:
            order.append(over[i])
        if i not in gone:
            order.append(i)
    if best.lead is not None:
        own = [i for i in best.lead if page.items[i].block.role is not Role.HEADING]
        order = own + [i for i in order if i not in set(own)]
    return [page.items[i] for i in order]
