"""Unwrap: what meets at a line break, with a space or without."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import NOWHERE, Text
from pipeline.unwrap import UnwrapOptions, unwrap

DATA = tomllib.loads((Path(__file__).parent / "cases" / "unwrap.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
LINES = st.lists(st.text(alphabet="河车ab9.-，。（ ", min_size=1, max_size=6), min_size=1, max_size=6)


def joined(case: dict) -> str:
    return unwrap(
        [Text.source(line) for line in case["lines"]], UnwrapOptions(), headline=case.get("headline", False)
    ).chars


@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case):
    assert joined(case) == case["becomes"]
    assert joined({**case, "lines": [case["becomes"]]}) == case["becomes"]


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert joined(case) == case["becomes"]


def test_hyphens_stay_if_told_so():
    options = UnwrapOptions(hyphens=False)
    assert unwrap([Text.source("inter-"), Text.source("national")], options).chars == "inter-national"


@given(LINES, st.booleans())
def test_letters_stay_and_only_spaces_come(lines, headline):
    text = unwrap([Text.source(line) for line in lines], UnwrapOptions(), headline=headline)
    assert [c for c in text.chars if c.isalnum()] == [c for line in lines for c in line if c.isalnum()]
    assert {c for c, origin in zip(text.chars, text.origins, strict=True) if origin == NOWHERE} <= {" "}
