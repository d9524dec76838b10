"""Furniture: for which reason it is removed, and what it says of the issue."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Line, Role
from pipeline.furniture import Issue, issue, removals
from pipeline.text import Text

DATA = tomllib.loads((Path(__file__).parent / "cases" / "furniture.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
WORDS = ("责编 ： 吕照野 — 5 — 第3版 柳河日报 2021年3月18日 电话 0123-4567 · 7 · 2021-3-1 １ 報").split()
WORDS += [" ", "\u2009"]
REASONS = {"furniture", "folio", "credits", "duplicate", "noise"}


def block(line: str, rule: str = "furniture.place") -> Block:
    text = Text.source(line)
    return Block(Role.FURNITURE, text, (Line(1, text, True),), rule, 1.0)


def parts(case: dict) -> list[list[str]]:
    return [[removal.text.chars, removal.reason, removal.rule] for removal in removals(block(case["line"]))]


@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case):
    assert parts(case) == case["becomes"]


@pytest.mark.parametrize("case", [*KNOWN, *FAILURES])
def test_says_of_the_issue(case):
    assert issue([block(case["line"])]) == Issue(*case["issue"])


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert parts(case) == case["becomes"]


def test_an_issue_is_read_from_several_lines():
    lines = ["第3版", "A03", "柳河日报", "柳河晚报", "2021年3月18日", "2021年3月19日"]
    assert issue([block(line) for line in lines]) == Issue("柳河日报", "20210318", "3")
    assert issue([]) == Issue()


def test_a_rule_of_another_role_is_not_the_removals():
    assert removals(block("水车与老街", "title.length"))[0].rule == "furniture.place"
    assert removals(block("水车与老街", "furniture.from_top=<1"))[0].rule == "furniture.from_top=<1"


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=10).map("".join))
def test_the_parts_are_the_line(line):
    found = removals(block(line))
    assert "".join(removal.text.chars for removal in found) == line
    assert {removal.reason for removal in found} <= REASONS
