"""Headings: over the text that they head.

In: the items of one article in reading order. Out: the same items, headings moved where the evidence is strong. A heading stands right
before its text unless the words it shares with the text, or the habit of the page (headings after their text), say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.document import Block, Role
from pipeline.likeness import pairs, rarity, shared
from pipeline.order import Item
from pipeline.stitch import match

HERE = 1.0  # a heading right before a unit, on a page where headings come before their text
THERE = 0.6  # a heading right after a unit, on a page where they come after it
WORDS = 2.5  # all words of a heading come up in the unit
LEAST = 0.55  # the evidence a heading needs to move


def place(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    """Put each heading over its text."""
    units = _units(items, blocks)
    headings = [i for i, item in enumerate(items) if item.block.role is Role.HEADING]
    if not headings or not units or not _astray(items, headings):
        return list(items)
    said = [pairs("".join(items[i].block.text.chars for i in unit)) for unit in units]
    weight = rarity(said)
    words = np.array([[shared(pairs(items[h].block.text.chars), one, weight) for one in said] for h in headings])
    best = max((_solve(items, headings, units, words, after) for after in (False, True)), key=lambda found: found[0])
    return _moved(items, headings, units, best[1])


def _astray(items: Sequence[Item], headings: Sequence[int]) -> bool:
    """Whether some heading has no text right after it: else all stand where they should."""
    last = len(items) - 1
    return any(h == last or items[h + 1].block.role is Role.HEADING for h in headings)


def _units(items: Sequence[Item], blocks: Sequence[Block]) -> list[list[int]]:
    """Runs of paragraphs with no heading, and nothing foreign, between: what a heading may head."""
    units: list[list[int]] = []
    before: int | None = None
    for i, item in enumerate(items):
        if item.block.role is Role.HEADING:
            before = None
            continue
        if before is not None and _reads_on(items[before], item, blocks):
            units[-1].append(i)
        else:
            units.append([i])
        before = i
    return units


def _reads_on(left: Item, right: Item, blocks: Sequence[Block]) -> bool:
    """Whether two paragraphs stand in one column: next to each other, in lines of one measure."""
    if right.first != left.last + 1:
        return False
    return abs(_measure(left.block) - _measure(right.block)) <= 2


def _measure(block: Block) -> int:
    return max(2 * len(line.text.chars) - len(line.text.chars.encode("ascii", "ignore")) for line in block.lines)


def _solve(
    items: Sequence[Item], headings: Sequence[int], units: Sequence[Sequence[int]], words: np.ndarray, after: bool
) -> tuple[float, list[tuple[int, int]]]:
    scores = (WORDS * words).astype(np.float32)
    for h, heading in enumerate(headings):
        for u, unit in enumerate(units):
            if not after and unit[0] == heading + 1:
                scores[h, u] += HERE
            if after and unit[-1] == heading - 1:
                scores[h, u] += THERE
    chosen = match(scores, LEAST)
    return float(sum(scores[h, u] for h, u in chosen)), chosen


def _moved(
    items: Sequence[Item], headings: Sequence[int], units: Sequence[Sequence[int]], chosen: Sequence[tuple[int, int]]
) -> list[Item]:
    """The items with each chosen heading before its unit."""
    heads = {units[u][0]: headings[h] for h, u in chosen}
    moved = set(heads.values())
    order: list[Item] = []
    for i, item in enumerate(items):
        if i in heads:
            order.append(items[heads[i]])
        if i not in moved:
            order.append(item)
    return order
