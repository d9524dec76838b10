"""Confidence: between 0 and 1, and low where a page is no prose or much of it is in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.confidence import FEATURES, UNTOLD, confidence, evidence, prose, weights
from pipeline.document import Block, Line, Role
from pipeline.order import Item
from pipeline.text import Text

PROSE = "去年三月，镇里把旧粮仓改成了图书馆。\n\n开馆那天来了三百多人，书架前站满了孩子。\n\n馆长说，周末还会请老人来讲故事。"
VERSE = "远山一抹黛如眉\n细雨斜风燕子飞\n莫道小城春色浅\n满街桃李尽芳菲"
TABLE = "指标名称\t单位\t数值\n粮食产量\t万吨\t35.2\n造林面积\t公顷\t120.7\n公路里程\t公里\t984"
ENGLISH = (
    "The bridge over the river was opened to traffic\non Tuesday. Crowds walked across the deck and\ntook pictures."
)


def item(chars: str, role: Role = Role.BODY, sure: float = 1.0, unresolved: int = 0) -> Item:
    text = Text.source(chars)
    return Item(Block(role, text, (Line(1, text, True),), "rule", sure), 0, 0, 0, unresolved)


def of(items: list[Item], articles: int = 1) -> float:
    return confidence([one.block for one in items], items, articles)


@pytest.mark.parametrize("page", [VERSE, TABLE, ENGLISH])
def test_what_is_no_prose_says_so(page: str) -> None:
    (plain,), (other,) = (
        pipeline.clean(text).articles for text in (f"粮仓成了图书馆\n\n{PROSE}", f"标题一行\n\n{page}")
    )
    assert other.confidence < plain.confidence / 2


def test_doubt_and_lost_halves_count() -> None:
    title, text = item("粮仓成了图书馆", Role.TITLE), item("镇里把旧粮仓改成了图书馆。")
    whole = of([title, text])
    doubted = text._replace(block=text.block._replace(confidence=0.4))
    cut = item("镇里把旧粮仓改成了", unresolved=1)
    assert of([title, doubted]) < whole
    assert of([title, cut]) < whole


def test_there_is_a_weight_for_each_sign() -> None:
    items = [item("标题", Role.TITLE), item("一行。")]
    assert len(weights()) == len(FEATURES) == len(evidence([one.block for one in items], items, 1))
    assert confidence([], [], 1) == 1.0
    assert prose([]) == UNTOLD


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.sampled_from(list(Role)), st.floats(0, 1)), max_size=6))
def test_it_is_a_share(those: list[tuple[str, Role, float]]) -> None:
    assert 0 <= of([item(chars, role, sure) for chars, role, sure in those]) <= 1
