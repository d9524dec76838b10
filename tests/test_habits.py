"""Habits: where headings are couplets, a line in one piece names a picture."""

from __future__ import annotations

import pytest

from pipeline.document import Hint, Line
from pipeline.habits import MARKED, RULE, by_build, by_marks
from pipeline.roles import Decision
from pipeline.text import Text

COUPLETS = [
    ("H", text, 0.99)
    for text in (
        "修桥铺路百姓喜 通车致富日子甜",
        "送医下乡进村屯 问诊开方暖人心",
        "校车接送保安全 孩子上学不再难",
        "春茶上市价看好 茶农增收笑开颜",
    )
]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([*COUPLETS, ("H", "县医院外科团队在手术室", 0.7)], "HHHHX"),
        ([*COUPLETS[:3], ("H", "县医院外科团队在手术室", 0.7)], "HHHH"),  # three make no habit
        ([*COUPLETS, ("H", "县医院外科团队在手术室", 0.95)], "HHHHH"),  # too sure
        ([*COUPLETS, ("H", "编后的话", 0.7)], "HHHHH"),  # too short to be told
        ([*COUPLETS, ("H", "修桥铺路百姓喜通车致富日子甜", 0.7)], "HHHHH"),  # a couplet that lost its space
        ([*COUPLETS, ("H", "县医院外科团队", 0.7), ("h", "在手术室里合影", 0.7)], "HHHHHh"),  # on two lines
        ([*COUPLETS, *[("H", f"县医院{name}团队在手术室", 0.7) for name in ("外科", "内科", "骨科")]], "HHHHHHH"),  # two habits
        ([*COUPLETS, ("P", "县医院外科团队在手术室", 0.7)], "HHHHP"),
        ([], ""),
    ],
)  # fmt: skip
def test_a_line_in_one_piece_among_couplets(rows: list[tuple[str, str, float]], labels: str) -> None:
    lines = [Line(i, Text.source(chars), True) for i, (_, chars, _) in enumerate(rows, 1)]
    found = by_build(lines, [Decision(label, "gold", sure) for label, _, sure in rows])
    assert "".join(one.label for one in found) == labels
    assert all((one.rule == RULE) == (one.label == "X") for one in found)


def test_a_caption_that_is_marked_as_a_heading_is_one() -> None:
    marked, plain = (Line(1, Text.source("诊所一角"), True, hint=Hint(level=level)) for level in (4, 0))
    for label, line, found in [("X", marked, "H"), ("X", plain, "X"), ("P", marked, "P"), ("T", marked, "T")]:
        [decision] = by_marks([line], [Decision(label, "gold", 0.6)])
        assert (decision.label, decision.rule) == (found, MARKED if found != label else "gold")


def test_a_line_in_one_piece_that_is_marked_stays_a_heading() -> None:
    rows = [*COUPLETS, ("H", "县医院外科团队在手术室", 0.7)]
    lines = [Line(i, Text.source(chars), True, hint=Hint(level=4)) for i, (_, chars, _) in enumerate(rows, 1)]
    assert {one.label for one in by_build(lines, [Decision(label, "gold", sure) for label, _, sure in rows])} == {"H"}
