"""Lines: what stands on them, and what is set aside; no letter is lost, and clean lines stay as they are."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lines import LinesOptions, lines
from pipeline.text import Text

DATA = tomllib.loads((Path(__file__).parent / "cases" / "lines.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
CLEAN = [clean for group in DATA["negative"] for clean in group["clean"]]
PIECES = ("柳河 开馆仪式 （ ） (( （（ 摄） 。 通讯员 2023 吕照野 ]( ![ a.cn ```").split()
PIECES += ["记者 ", "\n", " ", "\r\n"]


def letters(chars: str) -> Counter[str]:
    return Counter(filter(str.isalnum, chars))


def read(raw: str, **options: bool) -> tuple[list[str], list[list[str]]]:
    found, removed = lines(Text.source(raw), {}, LinesOptions(**options))
    return [line.text.chars for line in found], [[removal.text.chars, removal.rule] for removal in removed]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\u2028"], ids=["lf", "crlf", "separator"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case, ending, last):
    raw = case["raw"].rstrip("\n").replace("\n", ending) + ending * last
    found, removed = read(raw)
    assert found == case["lines"]
    assert removed == case.get("removed", [])


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert read(case["raw"])[0] == case["lines"]


@pytest.mark.parametrize("clean", CLEAN)
def test_stays(clean):
    assert read(clean) == ([clean], [])


def test_options_leave_things_be():
    raw = "柳河开馆仪式柳河开馆仪式\n河上亮灯。（记者 吕照野）\n![水车](1.png)"
    assert read(raw, doubled=False, signed=False, links=False) == (raw.split("\n"), [])


def test_parts_of_a_line_keep_its_number_and_place():
    found, _ = lines(Text.source("桥通了\n\n河上亮灯。（记者 吕照野）"), {}, LinesOptions())
    assert [(line.number, line.blank_before) for line in found] == [(1, True), (3, True), (3, False)]
    assert [line.text.origins[0] for line in found] == [0, 5, 10]


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_every_letter_is_on_a_line_or_removed(raw):
    found, removed = read(raw)
    assert letters("".join(found) + "".join(text for text, _ in removed)) == letters(raw)


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_every_character_knows_its_origin(raw):
    found, removed = lines(Text.source(raw), {}, LinesOptions())
    for text in [*(line.text for line in found), *(removal.text for removal in removed)]:
        assert text.chars == "".join(raw[origin] for origin in text.origins)


@given(st.text(alphabet="柳河大桥通车了。，", min_size=1, max_size=30))
def test_a_line_printed_twice_is_one_again(once):
    doubled = once + once
    found, removed = read(doubled)
    assert letters("".join(found) + "".join(text for text, _ in removed)) == letters(doubled)
    if len(set(filter(str.isalnum, once))) >= 6 and not set(once) & set("、"):
        assert found and len(found[0]) <= len(once) + 1
