"""Openings: starts of paragraphs, starts of sentences and what stands in their middle are told apart by their first characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.openings import KINDS, PLACES, columns, hashed, shipped

STARTS = [
    "据了解，新桥建成以后", "近年来，柳河镇", "“水车转了三百年，”老人说", "昨天上午，记者来到",
    "对此，镇里的负责人表示", "今年六十岁的吕照野", "为了让老人少走路，", "随着最后一块石板落位",
]  # fmt: skip
MIDDLES = [
    "的石板一块一块铺好", "起来的木头堆在岸边", "了三十年的手艺传给", "，又修好了水车",
    "和工人一道把桥面", "里的人都来看热闹", "业收入增长一成", "着灯笼走过老街",
]  # fmt: skip
LINES = st.lists(st.text("的据近年来“。， A1\n\ud800𠮷醫", max_size=12), max_size=6)


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_every_start_sounds_more_like_one_than_every_middle(kind: int) -> None:
    scores = shipped().scores([*STARTS, *MIDDLES])[:, kind]
    assert scores[: len(STARTS)].min() > scores[len(STARTS) :].max()


@given(LINES)
def test_any_line_has_scores_and_no_line_changes_those_of_another(lines: list[str]) -> None:
    scores = shipped().scores(lines)
    assert scores.shape == (len(lines), len(KINDS))
    assert np.isfinite(scores).all()
    for line, score in zip(lines, scores, strict=True):
        assert shipped().scores([line]).tolist() == [score.tolist()]


@given(st.text("的据近年来。", min_size=PLACES, max_size=PLACES), st.text("的据近，", max_size=9))
def test_only_the_first_characters_count(first: str, rest: str) -> None:
    assert np.array_equal(shipped().scores([first]), shipped().scores([first + rest]))


def test_letter_spacing_and_half_width_marks_do_not_count() -> None:
    assert np.array_equal(hashed(["对 此 ,镇里"])[0], hashed(["对此，镇里"])[0])


def test_columns_have_a_value_a_line() -> None:
    assert [(column.name, len(column.values)) for column in columns(STARTS, shipped())] == [
        ("opening.paragraph", len(STARTS)), ("opening.sentence", len(STARTS))
    ]  # fmt: skip
