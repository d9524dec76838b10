"""Cut ends: a line before a blank one that reads like a heading, and whose sentence goes on elsewhere, is text."""

from __future__ import annotations

import pytest

from pipeline.cut_ends import RULE, by_seams
from pipeline.document import Hint, Line
from pipeline.roles import Decision
from pipeline.script_fold import simplify
from pipeline.seams import shipped
from pipeline.text import Text

Row = tuple[str, str]
CUT = ("H", "这座大桥的设计师是一位年轻的工")
REST = ("C", "程师，他在桥头住了三年。")
OTHER = ("C", "元，比上年增长百分之三。")
HEADING = ("H", "送医到村")
TEXT: list[Row] = [("P", "诊所添了设备以后，村民看病不用再出村。"), ("P", "药价同城里一样。")]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([*TEXT, CUT, HEADING, *TEXT, REST], "PPPHPPC"),
        ([*TEXT, CUT, HEADING, *TEXT, OTHER], "PPHHPPC"),  # nothing reads on from it
        ([*TEXT, CUT, HEADING, *TEXT], "PPHHPP"),  # no text without a beginning
        ([*TEXT, CUT, ("h", "口"), *TEXT, REST], "PPHhPPC"),  # a heading over two lines
        ([*TEXT, (CUT[0], CUT[1] + "。"), *TEXT, REST], "PPHPPC"),  # it ends
        ([*TEXT, CUT, ("P", CUT[1]), HEADING, *TEXT, REST], "PPHPHPPC"),  # another end fits as well
        ([("P", CUT[1]), ("J", "人。"), CUT, HEADING, REST], "PJPHC"),  # an end that goes on is none
        ([], ""),
    ],
)
def test_a_heading_whose_sentence_goes_on_elsewhere(rows: list[Row], labels: str) -> None:
    lines = [Line(i, Text.source(chars), True) for i, (_, chars) in enumerate(rows, 1)]
    found = by_seams(lines, [Decision(label, "gold", 0.9) for label, _ in rows], shipped(), simplify)
    assert "".join(one.label for one in found) == labels
    assert [one.rule == RULE for one in found] == [a != b for a, (b, _) in zip(labels, rows, strict=True)]


@pytest.mark.parametrize(
    ("hint", "sure", "label"),
    [(Hint(), 0.9, "P"), (Hint(), 0.999, "H"), (Hint(level=2), 0.9, "H"), (Hint(bold=20), 0.9, "H")],
)
def test_a_heading_that_is_sure_or_marked_stays_one(hint: Hint, sure: float, label: str) -> None:
    rows = [*TEXT, CUT, REST]
    lines = [Line(i, Text.source(chars), True, hint=hint) for i, (_, chars) in enumerate(rows, 1)]
    decided = [Decision(one, "gold", sure) for one, _ in rows]
    assert by_seams(lines, decided, shipped(), simplify)[2].label == label
