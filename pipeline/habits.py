"""Habits: what the lines of a page have in common tells which lines are headings, and which are of no column.

In: lines and what was decided about each. Out: the decisions, with headings over several lines, and some headings and paragraphs
as captions. A paper sets the headings of an article in one way: where they are couplets, a line in one piece among them, of
which the roles stage is not sure, names a picture. And it sets its text in columns: a few lines wider than these, by themselves,
stand under a picture that is wider, and a question on a line by itself heads what answers it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.characters import Characters
from pipeline.document import Line
from pipeline.features import UNWRAPPED, groups
from pipeline.roles import TERMINAL, Decision

Ints = npt.NDArray[np.int64]

HABIT = 2  # times that a page does a thing, to call it its habit
FEWEST = 4  # headings in two halves that make a habit
SHORTEST = 8  # characters of a line in one piece that is told by it
SURE = 0.9  # a heading that is as likely stays one
LOST = 1  # characters by which a line in one piece is as long as a couplet: it may be one that lost its space
MOST_LINES = 4  # of a caption wider than the columns
FEWEST_BODY = 20  # lines that go on, which show how wide the columns are
WIDER = 1.2  # times as wide as the text, to be of no column
ALIKE = 3  # cells by which lines of one measure differ
INDENTED = 4  # cells by which a paragraph begins further in; a heading stands in the middle, or not in at all
FULL = 0.8  # of the widest line: what lines have that are broken at a measure
RULE, MARKED, WIDE, ASKED = "caption.other_build", "heading.marked", "caption.wider", "heading.asks"
NO_COLUMNS: tuple[list[int], Ints, float] = ([], np.zeros(0, dtype=np.int64), 0.0)
_QUESTION = re.compile(r"(?![^：:]{1,6}[：:])[^。！!；“\u3000]{4,50}(?<!呢)(?<!呢 )[？?]")


def by_habit(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with headings over several lines told by the habit of the page.

    Where at least two headings of a page are broken over the same number of lines, between blank lines and before text, lines
    that stand in the same way, and end without a stop, are one heading too.
    """
    those = [group for group in groups(lines) if _may_head(group, lines, decisions)]
    whole = Counter(len(g) for g in those if all(decisions[i].label in "Hh"[k > 0] for k, i in enumerate(g)))
    decided = list(decisions)
    for group in those:
        if whole[len(group)] >= HABIT:
            for k, i in enumerate(group):
                decided[i] = decided[i]._replace(label="Hh"[k > 0])
    return decided


def _may_head(group: range, lines: Sequence[Line], decisions: Sequence[Decision]) -> bool:
    """Whether a group of lines is built as a heading over several lines is, with text behind it."""
    follows = group.stop < len(lines) and decisions[group.stop].label in "PC"
    if len(group) == 1 or not follows or lines[group[-1]].text.chars[-1] in TERMINAL:
        return False
    labels = "".join([decision.label for decision in decisions[group.start : group.stop]])
    return set(labels) <= set("Hh") or (labels[0] == "P" and set(labels[1:]) == {"J"})


def by_marks(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with a caption that the layout marks as a heading as one: no tool marks a caption so."""
    return [
        decision._replace(label="H", rule=MARKED) if decision.label == "X" and line.hint.level else decision
        for line, decision in zip(lines, decisions, strict=True)
    ]


def by_build(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with headings in one piece as captions where the others are in two halves."""
    after = [decision.label for decision in decisions[1:]] + [""]
    whole = [i for i, d in enumerate(decisions) if d.label == "H" and after[i] != "h"]
    halves = [lines[i].text.chars for i in whole if len(lines[i].text.chars.split()) == 2]
    odd = [i for i in whole if _is_odd(lines[i], halves) and decisions[i].confidence < SURE]
    if len(halves) < FEWEST or 2 * len(odd) > len(halves):
        return list(decisions)
    decided = list(decisions)
    for i in odd:
        decided[i] = decided[i]._replace(label="X", rule=RULE)
    return decided


def _is_odd(line: Line, halves: Sequence[str]) -> bool:
    """Whether a line is in one piece, no couplet that lost its space, and not marked as a heading."""
    chars = line.text.chars
    if " " in chars or "\u3000" in chars or len(chars) < SHORTEST or line.hint.level:
        return False
    return all(abs(len(chars) + 1 - len(half)) > LOST for half in halves)


def by_measure(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with a paragraph of a few lines, wider than all columns and in a measure of its own, as a caption.

    Not right behind a title or a byline, or before any other text: there it is a lead.
    """
    decided = list(decisions)
    those = [group for group in groups(lines) if _is_whole(group, lines, decisions)]
    body, widths, column = _columns(lines, decisions) if those else NO_COLUMNS
    for group in those:
        if body and body[0] < group.start and _is_alone(group, widths, WIDER * column):
            for k, i in enumerate(group):
                decided[i] = decided[i]._replace(label="Xx"[k > 0], rule=WIDE)
    return decided


def by_question(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, with a question on a line by itself, between blank lines, as a heading.

    Not where someone is asked (问：…), where it leads over (…呢？), or where a paragraph is a line and a question one of many.
    """
    decided = list(decisions)
    asked = [group.start for group in groups(lines) if _asks(group, lines, decisions)]
    if asked and _columns(lines, decisions)[0]:
        for i in asked:
            decided[i] = decided[i]._replace(label="H", rule=ASKED)
    return decided


def _columns(lines: Sequence[Line], decisions: Sequence[Decision]) -> tuple[list[int], Ints, float]:
    """The lines of text, the widths of all lines, and the middle width of those that go on with the line before.

    None if the page has no columns: too few lines go on, as in a list, or they are as long as paragraphs.
    """
    goes_on = [i for i, decision in enumerate(decisions) if decision.label == "J"]
    if len(goes_on) < FEWEST_BODY:
        return NO_COLUMNS
    widths = Characters([line.text.chars for line in lines]).cells()
    column = float(np.median(widths[goes_on]))
    body = [i for i, decision in enumerate(decisions) if decision.label in "PJC"]
    return (body, widths, column) if column < UNWRAPPED else NO_COLUMNS


def _asks(group: range, lines: Sequence[Line], decisions: Sequence[Decision]) -> bool:
    """Whether a line between blank ones is a question, read as a paragraph that ends with it."""
    i, goes_on = group.start, group.stop < len(lines) and decisions[group.stop].label == "J"
    alone = len(group) == 1 and not goes_on and not 0 < lines[i].indent <= INDENTED
    return alone and decisions[i].label == "P" and bool(_QUESTION.fullmatch(lines[i].text.chars))


def _is_whole(group: range, lines: Sequence[Line], decisions: Sequence[Decision]) -> bool:
    """Whether a few lines between blank ones are one paragraph, from its first character to a full stop, and no lead."""
    labels = "".join([decision.label for decision in decisions[group.start - 1 : group.stop + 1]])
    if not 2 <= len(group) <= MOST_LINES or lines[group[-1]].text.chars[-1] not in TERMINAL:
        return False
    return labels[1 : len(group) + 1] == "P" + "J" * (len(group) - 1) and labels[0] in "PJCHhXxF" and labels[-1:] != "J"


def _is_alone(group: range, widths: Ints, least: float) -> bool:
    """Whether the lines of a group are full, of a measure from `least` cells on, and no other line is as wide."""
    own = widths[group.start : group.stop]
    widest = int(own.max())
    alike = int((np.abs(widths - widest) <= ALIKE).sum()) - int((widest - own <= ALIKE).sum())
    return widest >= least and not alike and bool((own[:-1] >= FULL * widest).all())
