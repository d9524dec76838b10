"""Closings: a headline goes on where its quote closes, a byline up to the bracket that closes it."""

from __future__ import annotations

import pytest

from pipeline.closings import RULE, by_brackets, by_quotes
from pipeline.document import Line
from pipeline.roles import Decision
from pipeline.text import Text


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([("Y", "（记者 张三 王小"), ("H", "四）")], "YY"),
        ([("Y", "（记者 张三 通讯"), ("P", "员 李小四 王五 赵"), ("X", "六）")], "YYY"),
        ([("Y", "(记者 张三"), ("P", ")")], "YY"),
        ([("Y", "（记者 张三）"), ("H", "四）")], "YH"),  # nothing is left open
        ([("Y", "记者 张三"), ("P", "（左一）")], "YP"),
        ([("Y", "（记者 张三"), ("P", "大桥昨日通车。（完）")], "YP"),  # a sentence
        ([("Y", "（记者 张三"), ("P", "王五（左二）")], "YP"),  # it closes what it opens itself
        ([("Y", "（记者 张三"), *[("P", "李四")] * 4, ("P", "王五）")], "YPPPPP"),  # too far
        ([("P", "大桥（全长"), ("P", "三百米）")], "PP"),  # no byline
        ([("Y", "（记者 张三")], "Y"),
    ],
)
def test_a_byline_goes_on_up_to_its_bracket(rows: list[tuple[str, str]], labels: str) -> None:
    lines = [Line(i, Text.source(chars), False) for i, (_, chars) in enumerate(rows, 1)]
    found = by_brackets(lines, [Decision(label, "gold", 1.0) for label, _ in rows])
    assert "".join(one.label for one in found) == labels
    assert all((one.rule == RULE) == (one.label != label) for one, (label, _) in zip(found, rows, strict=True))


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([("H", "以人才助力发展，涵养“三"), ("X", "有”人才队伍")], "Hh"),
        ([("T", "一座桥的（百年"), ("P", "）往事")], "Tt"),
        ([("H", "以人才助力发展，涵养“三"), ("h", "有一"), ("X", "强”人才队伍")], "Hhh"),
        ([("H", "以人才助力发展，涵养“三有”"), ("X", "有”人才队伍")], "HX"),  # nothing is left open
        ([("H", "以人才助力发展，涵养“三"), ("X", "“有”人才队伍")], "HX"),  # it closes what it opens itself
        ([("H", "涵养“三"), ("P", "有”人才队伍，医院这样做")], "HP"),  # too long for the line of a headline
        ([("H", "以人才助力发展，涵养“三"), ("P", "有”人才队伍。")], "HP"),  # a sentence
        ([("P", "他说：“桥通"), ("X", "了”之后")], "PX"),  # no headline
    ],
)
def test_a_headline_goes_on_where_its_quote_closes(rows: list[tuple[str, str]], labels: str) -> None:
    lines = [Line(i, Text.source(chars), False) for i, (_, chars) in enumerate(rows, 1)]
    decisions = [Decision(label, "gold", 1.0) for label, _ in rows]
    assert "".join(one.label for one in by_quotes(lines, decisions)) == labels
    apart = [line._replace(blank_before=True) for line in lines]
    assert by_quotes(apart, decisions) == decisions  # nothing goes on over a blank line
