"""Closings: a byline in brackets that the lines after it close.

In: lines and what was decided about each. Out: the decisions, with such lines as bylines too. A narrow column cuts a byline
anywhere, so that its last line may be one character of a name and a bracket, which looks like nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Line
from pipeline.roles import Decision

FARTHEST = 4  # lines that a byline goes on for
LONGEST = 80  # characters of them
RULE = "byline.closes_bracket"
_OPEN, _CLOSED = "（(", "）)"
_STOPS = frozenset("。！？；：")


def by_brackets(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with the lines up to the one that closes a bracket which a byline leaves open as bylines."""
    decided = list(decisions)
    for i, decision in enumerate(decisions):
        if decision.label == "Y" and _left_open(lines[i].text.chars):
            for j in range(i + 1, _closing(lines, i) + 1):
                if decided[j].label != "Y":
                    decided[j] = decided[j]._replace(label="Y", rule=RULE)
    return decided


def _left_open(chars: str) -> bool:
    return sum(map(chars.count, _OPEN)) > sum(map(chars.count, _CLOSED))


def _closing(lines: Sequence[Line], start: int) -> int:
    """The line that ends with the bracket which closes that of a line; that line itself, if none near does."""
    said = ""
    for j in range(start + 1, min(len(lines), start + 1 + FARTHEST)):
        said += lines[j].text.chars
        if len(said) > LONGEST or not _STOPS.isdisjoint(said) or not {*_OPEN}.isdisjoint(said):
            return start
        if said[-1] in _CLOSED:
            return j
    return start
