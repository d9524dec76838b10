"""Habits: where headings are couplets, a line in one piece names a picture; so do lines wider than all columns."""

from __future__ import annotations

import pytest

from pipeline.document import Hint, Line
from pipeline.habits import ASKED, MARKED, RULE, WIDE, by_build, by_marks, by_measure, by_question
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


COLUMN = [
    ("P", "大桥通车的那天两岸居民都走上了桥头", False),
    *[("J", "修桥的师傅说桥墩用了新的钢材能用百年", False)] * 23,
]
WIDER = "在去年秋天举行的全县桥梁建设技能大赛上"
CAPTION = [("P", f"{WIDER}石桥镇代表队凭三项", True), ("J", "绝活拿下了团体第一名和两个单项奖。", False)]
FULL = [("P", f"{WIDER}石桥镇代表队凭三项", True), ("J", f"{WIDER}又拿下了两个单项。", False)]
NEXT = [("P", "诊所添了设备以后村民看病不用再出村", True), *COLUMN[1:]]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([*COLUMN, *CAPTION, *NEXT], "Xx"),
        ([*COLUMN, ("H", "看病不出村", True), *CAPTION, *NEXT], "Xx"),
        ([*COLUMN, *CAPTION, ("C", NEXT[0][1], True), *COLUMN[1:]], "Xx"),  # in the midst of a paragraph
        ([*COLUMN, *FULL, *NEXT], "Xx"),
        ([*CAPTION, *COLUMN, *NEXT], "PJ"),  # a lead: no text before it
        ([*COLUMN, ("T", "诊所的新设备", True), *CAPTION, *NEXT], "PJ"),  # a lead: right under a title
        ([*COLUMN, ("Y", "本报记者 张三", True), *CAPTION, *NEXT], "PJ"),
        ([*COLUMN, *CAPTION, ("J", NEXT[0][1], True), *COLUMN[1:]], "PJ"),  # it goes on
        ([*COLUMN, CAPTION[0], ("J", "绝活拿下了团体第一名和两个单项奖", False), *NEXT], "PJ"),  # no full stop
        ([*COLUMN, *CAPTION, *NEXT, ("P", f"{WIDER}学校校车队也得了奖项", True)], "PJ"),  # another line is as wide
        ([*COLUMN, *CAPTION, *[("P", f"{WIDER}学校校车队得奖{'一' * k}", True) for k in (5, 9, 13)], *NEXT], "Xx"),
        ([*COLUMN, ("P", "校车队也得了奖，孩子上学不用等。", True), ("J", "家长放心。", False), *NEXT], "PJ"),  # no wider
        ([*COLUMN, ("P", f"{WIDER}校车队也得了一个团体奖。", True), *NEXT], "P"),  # one line
        ([*[("P", c * 2, True) for _, c, _ in COLUMN], ("P", f"{WIDER * 3}三", True), CAPTION[1]], "PJ"),  # not wrapped
        ([*COLUMN[:12], *CAPTION], "PJ"),  # too little text to know a column by
        ([*[("P", chars, False) for _, chars, _ in COLUMN], *CAPTION], "PJ"),  # a list
    ],
)  # fmt: skip
def test_a_few_lines_wider_than_all_columns(rows: list[tuple[str, str, bool]], labels: str) -> None:
    lines = [Line(i, Text.source(chars), blank) for i, (_, chars, blank) in enumerate(rows, 1)]
    found = by_measure(lines, [Decision(label, "gold", 0.9) for label, *_ in rows])
    at = next(i for i, (_, chars, _) in enumerate(rows) if chars.startswith(WIDER) or "校车队也得" in chars)
    assert "".join(one.label for one in found[at : at + len(labels)]) == labels
    assert all((one.rule == WIDE) == (one.label in "Xx") for one in found)
    assert [one.label for i, one in enumerate(found) if not at <= i < at + len(labels)] == [
        label for i, (label, *_) in enumerate(rows) if not at <= i < at + len(labels)
    ]


ALONE = ("P", "桥墩为什么用新的钢材？", True)


@pytest.mark.parametrize(
    ("rows", "label"),
    [
        ([*COLUMN, ALONE, *NEXT], "H"),
        ([*COLUMN, ALONE, ("X", "大桥的桥墩", True), *NEXT], "H"),
        ([*COLUMN, ALONE], "H"),  # headings in a heap
        ([*COLUMN, ("P", "3、家长怎样护送孩子上学?", True), *NEXT], "H"),
        ([*COLUMN, ("P", "桥墩为什么用新的钢材", True), *NEXT], "P"),
        ([*COLUMN, ("P", "问：桥墩为什么用新的钢材？", True), *NEXT], "P"),  # someone is asked
        ([*COLUMN, ("P", "桥墩为什么用新的钢材呢？", True), *NEXT], "P"),  # it leads over
        ([*COLUMN, ("P", "桥墩为什么用新的钢材呢 ?", True), *NEXT], "P"),
        ([*COLUMN, ("P", "他问。桥墩为什么用新的钢材？", True), *NEXT], "P"),  # the end of a paragraph
        ([*COLUMN, ("C", "墩为什么用新的钢材？", True), *NEXT], "C"),
        ([*COLUMN, ("P", "桥墩为什么用新的钢材？", False), *NEXT], "P"),  # not by itself
        ([*COLUMN, ALONE, *COLUMN[1:]], "P"),
        ([*COLUMN, ALONE, ("J", "师傅说能用百年。", True), *NEXT], "P"),  # it goes on
        ([*[("P", c * 3, True) for _, c, _ in COLUMN], ALONE], "P"),  # not wrapped
        ([*COLUMN[:12], ALONE], "P"),  # too little text
        ([ALONE], "P"),
    ],
)  # fmt: skip
def test_a_question_by_itself(rows: list[tuple[str, str, bool]], label: str) -> None:
    lines = [Line(i, Text.source(chars), blank) for i, (_, chars, blank) in enumerate(rows, 1)]
    found = by_question(lines, [Decision(label, "gold", 0.9) for label, *_ in rows])
    at = next(i for i, (_, chars, _) in enumerate(rows) if "墩为什么" in chars or "?" in chars)
    assert found[at].label == label
    assert [one.rule == ASKED for one in found] == [i == at and label == "H" for i in range(len(rows))]


@pytest.mark.parametrize(("indent", "label"), [(0, "H"), (2, "P"), (4, "P"), (12, "H")])
def test_an_indented_question_is_a_paragraph(indent: int, label: str) -> None:
    rows = [*COLUMN, ALONE, *NEXT]
    lines = [Line(i, Text.source(chars), blank, indent=indent) for i, (_, chars, blank) in enumerate(rows, 1)]
    assert by_question(lines, [Decision(one, "gold", 0.9) for one, *_ in rows])[len(COLUMN)].label == label
