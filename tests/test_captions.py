"""Captions: one for each picture, second copies set aside, no letter lost."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.captions import captions, set_aside
from pipeline.document import Block, Line, Role
from pipeline.text import Text
from pipeline.unwrap import UnwrapOptions, unwrap

DATA = tomllib.loads((Path(__file__).parent / "cases" / "captions.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
CLEAN = [clean for group in DATA["negative"] for clean in group["clean"]]
WORDS = ("柳河水车 老街一角 3月5日， 图为 。 （左二） （吕照野摄） ▲ 医院 开通 引进设备 柳河镇 博物馆 ， （").split()
WORDS += [" "]

LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("".join)
GROUPS = st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=4)


def blocks_of(groups: list[list[str]], gap: int = 0, role: Role = Role.CAPTION) -> list[Block]:
    whole = Text.source("\n".join(line for group in groups for line in group))
    blocks, at, number = [], 0, 1
    for group in groups:
        lines = []
        for chars in group:
            lines.append(Line(number, whole[at : at + len(chars)], False))
            at, number = at + len(chars) + 1, number + 1
        number += gap
        blocks.append(
            Block(role, unwrap([line.text for line in lines], UnwrapOptions()), tuple(lines), f"{role}.x", 1.0)
        )
    return blocks


def read(groups: list[list[str]], gap: int = 0) -> tuple[list[str], list[list[str]]]:
    removals, blocks = set_aside(blocks_of(groups, gap))
    found = captions([block for block in blocks if block.role is Role.CAPTION])
    return [caption.chars for caption in found], [[removal.text.chars, removal.rule] for removal in removals]


@pytest.mark.parametrize("gap", [0, 1], ids=["tight", "blank"])
@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case, gap):
    assert read(case["blocks"], gap) == (case["captions"], case.get("removed", []))


@pytest.mark.parametrize("case", KNOWN)
def test_read_again_they_stay(case):
    for caption in case["captions"]:
        assert read([[caption]])[0] == [caption]


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert read(case["blocks"])[0] == case["captions"]


@pytest.mark.parametrize("clean", CLEAN)
def test_stays(clean):
    assert read([[clean]]) == ([clean], [])


def test_a_credit_far_away_stands_alone():
    assert read([["水车转了起来"], ["（吕照野摄）"]], gap=8)[0] == ["水车转了起来", "（吕照野摄）"]


def test_headings_are_removed_the_second_time_and_paragraphs_are_not():
    headings = blocks_of([["人人夸好"], ["人人夸好"]], role=Role.HEADING)
    removals, kept = set_aside(headings)
    assert [removal.rule for removal in removals] == ["heading.printed_twice"]
    assert [block.role for block in kept] == [Role.HEADING, Role.FURNITURE]
    paragraphs = blocks_of([["老人说好。"], ["老人说好。"]], role=Role.BODY)
    assert set_aside(paragraphs) == ([], paragraphs)


@given(
    st.lists(
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("".join), min_size=1, max_size=3),
        max_size=4,
    )
)
def test_every_letter_is_in_a_caption_or_removed(groups):
    groups = [[line.strip() or "水" for line in group] for group in groups]
    found, removed = read(groups)
    kept = "".join(found) + "".join(text for text, _ in removed)
    assert Counter(filter(str.isalnum, kept)) == Counter(
        c for group in groups for line in group for c in line if c.isalnum()
    )
