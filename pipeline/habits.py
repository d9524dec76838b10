"""Habits: what the headings of a page have in common tells which line is none.

In: lines and what was decided about each. Out: the decisions, with some headings as captions. A paper sets the headings of an
article in one way: where they are couplets, a line in one piece among them, of which the roles stage is not sure, names a picture.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Line
from pipeline.roles import Decision

FEWEST = 4  # headings in two halves that make a habit
SHORTEST = 8  # characters of a line in one piece that is told by it
SURE = 0.9  # a heading that is as likely stays one
LOST = 1  # characters by which a line in one piece is as long as a couplet: it may be one that lost its space
RULE = "caption.other_build"


def by_build(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with headings in one piece as captions where the others are in two halves."""
    after = [decision.label for decision in decisions[1:]] + [""]
    whole = [i for i, d in enumerate(decisions) if d.label == "H" and after[i] != "h"]
    halves = [lines[i].text.chars for i in whole if len(lines[i].text.chars.split()) == 2]
    odd = [i for i in whole if _is_odd(lines[i].text.chars, halves) and decisions[i].confidence < SURE]
    if len(halves) < FEWEST or 2 * len(odd) > len(halves):
        return list(decisions)
    decided = list(decisions)
    for i in odd:
        decided[i] = decided[i]._replace(label="X", rule=RULE)
    return decided


def _is_odd(chars: str, halves: Sequence[str]) -> bool:
    """Whether a line is in one piece, and no couplet that lost its space."""
    if " " in chars or "\u3000" in chars or len(chars) < SHORTEST:
        return False
    return all(abs(len(chars) + 1 - len(half)) > LOST for half in halves)
