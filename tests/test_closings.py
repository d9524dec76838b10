"""Closings: a byline goes on up to the bracket that closes it."""

from __future__ import annotations

import pytest

from pipeline.closings import RULE, by_brackets
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
