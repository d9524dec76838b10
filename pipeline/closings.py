"""Closings: lines that close what a headline or a byline leaves open.

In: lines and what was decided about each. Out: the decisions, with such lines as its next ones. A narrow column cuts a headline or
a byline anywhere, so that its last line may be one character and a bracket, which looks like nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Line
from pipeline.roles import ROLE_OF, TERMINAL, Decision

SPARE = 3  # characters by which a line of a headline may be longer than those before it
PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("「", "」"), ("『", "』"), ("（", "）"))
FARTHEST = 4  # lines that a byline goes on for
LONGEST = 80  # characters of them
RULE = "byline.closes_bracket"
_OPEN, _CLOSED = "（(", "）)"
_STOPS = frozenset("。！？；：")


def by_quotes(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with a line that closes a quote or bracket which a headline right before it leaves open as its next line."""
    decided = list(decisions)
    said, widest = "", 0  # the headline so far, and the length of its longest line
    for i, line in enumerate(lines):
        label, chars = decided[i].label, line.text.chars
        if label in "HTS":
            said, widest = chars, len(chars)
            continue
        near = said and not line.blank_before and len(chars) <= widest + SPARE
        if near and label not in "hts" and _closes(said, chars):
            label = decided[i - 1].label.lower()
            decided[i] = decided[i]._replace(label=label, rule=f"{ROLE_OF[label]}.closes_quote")
        if decided[i].label in "hts":
            said, widest = said + chars, max(widest, len(chars))
        else:
            said = ""
    return decided


def _closes(said: str, chars: str) -> bool:
    """Whether a text closes a quote or bracket that what was said before leaves open, and does not end a sentence."""
    return chars[-1] not in TERMINAL and any(
        said.count(a) > said.count(z) and 0 <= chars.find(z) and a not in chars[: chars.find(z)] for a, z in PAIRS
    )


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
