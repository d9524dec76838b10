"""Figures in text: what is found, what it is worth, and what is left alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.figures import figures

FOLDER = Path(__file__).parent / "cases"
CASES, MORE = (
    tomllib.loads((FOLDER / name).read_text(encoding="utf-8")) for name in ("figures.toml", "figures_more.toml")
)


@pytest.mark.parametrize("case", [*CASES["case"], *MORE["case"]], ids=lambda case: case["text"])
def test_found(case):
    found = figures(case["text"])
    assert [[f.text, f.value, f.unit, f.kind] for f in found] == case["figures"]
    assert all(case["text"][f.start : f.end] == f.text for f in found)


@pytest.mark.parametrize("case", CASES["flagged"], ids=lambda case: case["text"])
def test_flags(case):
    assert [figure.flag for figure in figures(case["text"])] == case["flags"]


@pytest.mark.parametrize("text", CASES["none"]["texts"])
def test_none(text):
    assert figures(text) == []


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", CASES["known_failure"], ids=lambda case: case["text"])
def test_known_failures(case):
    assert [[f.text, f.value, f.unit, f.kind] for f in figures(case["text"])] == case["figures"]


def test_there_are_enough_cases_for_what_is_said_of_them():
    assert len(CASES["case"]) + len(MORE["case"]) >= 500


@pytest.mark.parametrize("text", ["9" * 400 + "人", "1" + "0" * 400 + "亿元", "一" * 500 + "元", "第" + "9" * 999])
def test_numbers_without_end_are_none(text):
    assert all(abs(figure.value) < 1e300 for figure in figures(text))


@given(
    st.text(
        alphabet="0123456789.,年月日万亿多元%第百分之十一二三点两零〇个名-～至本部里次家 其中共占小时第半余届秒内号元",
        max_size=30,
    )
)
def test_in_order_and_never_one_inside_another(text):
    at = 0
    for figure in figures(text):
        assert at <= figure.start < figure.end
        assert text[figure.start : figure.end] == figure.text
        at = figure.end
