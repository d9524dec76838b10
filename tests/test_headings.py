"""The headings stage: each heading over its text, and nothing moved that stands well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.breaks import breaks
from pipeline.document import Block, Hint, Line, Role
from pipeline.headings import place
from pipeline.numbering import number
from pipeline.order import reorder
from pipeline.sections import BREAKS, HEADS, LEADS, flow, heads, leads, runs, weights
from pipeline.text import Text
from pipeline.unwrap import UnwrapOptions

BRIDGE = "大桥昨日通车，两岸居民走上桥头。大桥全长三百米，桥面宽十二米，桥墩用了新的钢材。"
SCHOOL = "学校的孩子第一次坐上校车。老师说，校车每天早晚各开两趟，孩子上学不用再等渡船。"
DOCTOR = "医生每周来村里出诊两天。村民看病取药不出村，诊所添了心电图机和化验设备。"


def lines_of(text, measure):
    return [text[i : i + measure] for i in range(0, len(text), measure)]


def block(text, role=Role.BODY, measure=12, level=0):
    lines = tuple(Line(1, Text.source(part), blank_before=True) for part in lines_of(text, measure))
    return Block(role, Text.source(text), lines, "by_hand", 1.0, level=level)


def heading(text):
    return block(text, Role.HEADING, 40)


def placed(blocks):
    return [item.block.text.chars for item in place(reorder(blocks, [], UnwrapOptions()), blocks)]


def texts(blocks):
    return [one.text.chars for one in blocks if one.role in (Role.BODY, Role.HEADING)]


def test_headings_before_their_text_stay():
    names = ("一声汽笛", "两代人的心愿", "大桥通了", "春天的约定")
    bodies = [block(text) for text in (BRIDGE, SCHOOL, BRIDGE[::-1], DOCTOR)]
    blocks = [block("昨日报道。"), *(one for pair in zip(map(heading, names), bodies, strict=True) for one in pair)]
    assert placed(blocks) == texts(blocks)


def test_an_article_of_very_many_headings_stays_as_found():
    blocks = [heading("大桥"), heading("校车")] * 40 + [block(SCHOOL), block(BRIDGE)]
    assert placed(blocks) == texts(blocks)


def test_headings_in_a_heap_go_over_the_text_that_says_their_words():
    blocks = [
        block(SCHOOL, measure=12), block(DOCTOR, measure=18), block(BRIDGE, measure=9),
        heading("医生出诊到村里"), heading("大桥通车两岸近"), heading("校车接送孩子上学"),
    ]  # fmt: skip
    found = placed(blocks)
    assert found == ["校车接送孩子上学", SCHOOL, "医生出诊到村里", DOCTOR, "大桥通车两岸近", BRIDGE]


def test_headings_after_their_text_go_before_it():
    blocks = [block(BRIDGE, measure=9), heading("大桥通车"), block(SCHOOL, measure=12), heading("校车接送孩子")]
    assert placed(blocks) == ["大桥通车", BRIDGE, "校车接送孩子", SCHOOL]


def test_numbered_sections_follow_their_numbers():
    blocks = [
        heading("二、校车"),
        block(SCHOOL),
        heading("一、大桥"),
        block(BRIDGE),
        heading("三、医生"),
        block(DOCTOR),
    ]
    assert placed(blocks) == ["一、大桥", BRIDGE, "二、校车", SCHOOL, "三、医生", DOCTOR]


@pytest.mark.parametrize("names", [("二、校车", "大桥"), ("一、校车", "一、大桥"), ("2、校车", "一、大桥")])
def test_sections_that_do_not_count_on_stay(names):
    blocks = [heading(names[0]), block(SCHOOL), heading(names[1]), block(BRIDGE)]
    assert placed(blocks) == texts(blocks)


def levels(blocks):
    return [item.block.level for item in place(reorder(blocks, [], UnwrapOptions()), blocks) if item.block.level]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("大桥", "校车", "医生"), [1, 1, 1]),
        (("一、大桥", "（一）校车", "二、医生"), [1, 2, 1]),
        (("1.大桥", "校车", "结语"), [1, 1, 1]),
        (("大桥", "1.校车", "1.医生"), [1, 2, 2]),
    ],
)
def test_levels_by_number(names, expected):
    bodies = [block(BRIDGE), block(SCHOOL), block(DOCTOR)]
    assert levels([one for name, body in zip(names, bodies, strict=True) for one in (heading(name), body)]) == expected


@pytest.mark.parametrize(("hints", "expected"), [((3, 4), [1, 2]), ((4, 4), [1, 1]), ((4, 0), [1, 1])])
def test_levels_by_layout_marks(hints, expected):
    named = []
    for name, level in zip(("大桥", "校车"), hints, strict=True):
        one = heading(name)
        named.append(one._replace(lines=(one.lines[0]._replace(hint=Hint(level=level)),)))
    assert levels([named[0], block(BRIDGE), named[1], block(SCHOOL)]) == expected


@pytest.mark.parametrize(("text", "value"), [("一、", 1), ("十、", 10), ("二十三、", 23), ("（四）", 4), ("12.", 12)])
def test_numbers(text, value):
    assert number(text) == value


@pytest.mark.parametrize("blocks", [[], [heading("大桥")], [block(BRIDGE)], [heading("大桥"), heading("校车")]])
def test_pages_without_text_or_headings(blocks):
    assert placed(blocks) == texts(blocks)


def test_a_change_of_measure_speaks_for_a_new_section():
    blocks = [block(BRIDGE, measure=9), block(SCHOOL, measure=9), block(DOCTOR, measure=18), heading("校车")]
    evidence = breaks(flow(reorder(blocks, [], UnwrapOptions()), blocks)) @ weights()["breaks"]
    assert evidence[1] > evidence[0]


def test_evidence_has_a_column_for_each_name():
    blocks = [block(BRIDGE), heading("大桥"), block(SCHOOL), heading("校车")]
    page = flow(reorder(blocks, [], UnwrapOptions()), blocks)
    those = runs(page, [0])
    assert breaks(page).shape == (1, len(BREAKS))
    assert heads(page, those).shape == (2, 2, len(HEADS))
    assert leads(page, those, np.zeros((2, 2), dtype=np.float32)).shape == (2, len(LEADS))


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([BRIDGE, SCHOOL, DOCTOR, "。", "A"]), st.integers(4, 20)), max_size=14
    )
)
def test_nothing_is_lost_or_doubled(drawn):
    blocks = [heading(text[:6]) if is_heading else block(text, measure=measure) for is_heading, text, measure in drawn]
    assert sorted(placed(blocks)) == sorted(texts(blocks))
