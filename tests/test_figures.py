"""Figures in text: what is found, what it is worth, and what is left alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.figures import figures

CASES = tomllib.loads((Path(__file__).parent / "cases" / "figures.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["text"])
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
@pytest.mark.parametrize("text", CASES["known_failures"]["texts"])
def test_known_failures(text):
    assert figures(text)


@given(st.text(alphabet="0123456789.,年月日万亿多元%第百分之十一二三点两零〇个名-～至本部里次家 其中共占", max_size=30))
def test_in_order_and_never_one_inside_another(text):
    at = 0
    for figure in figures(text):
        assert at <= figure.start < figure.end
        assert text[figure.start : figure.end] == figure.text
        at = figure.end
