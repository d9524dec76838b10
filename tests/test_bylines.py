"""Bylines: roles and names as printed, and every letter in one of them."""

from __future__ import annotations

import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.bylines import bylines, runs_on, signature
from pipeline.names import is_name
from pipeline.text import Text

DATA = tomllib.loads((Path(__file__).parent / "cases" / "bylines.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
WORDS = ("记者 通讯员 本报 吕照野 程 满 文 图 / ： （ ） 摄 报道 柳河 · 、 员 特约 A 9月1日电 新华社").split()
WORDS += [" ", "\u3000", "\n"]


def read(lines: list[str]) -> list[list]:
    whole = "\n".join(lines)
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line) + 1)
    texts = [Text.source(whole)[start : end - 1] for start, end in pairwise(ends)]
    return [[byline.role.chars, [name.chars for name in byline.names]] for byline in bylines(texts)]


@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case):
    assert read(case["lines"]) == case["becomes"]


@pytest.mark.parametrize("case", KNOWN)
def test_lines_of_one_byline_run_on(case):
    assert all(runs_on(a, b, False) for a, b in pairwise(case["lines"]))


@pytest.mark.parametrize("case", KNOWN)
def test_read_again_it_says_the_same(case):
    for role, names in case["becomes"]:
        again = read([" ".join([role, *names])])
        if role not in ("文", "图", "摄", "报道", "文/图"):
            assert again == [[role, names]]


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert read(case["lines"]) == case["becomes"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("（吕照野）", "程小满"), ("记者 吕照野", "□记者 程小满"), ("记者 吕照野", "（程小满）"), ("记者 吕照野", "")],
)
def test_bylines_that_stand_apart(before, after):
    assert not runs_on(before, after, False)


@pytest.mark.parametrize("chars", ["阿", "张三李四王五", "A君", "的确良好人家"])
def test_no_names(chars):
    assert not is_name(chars)


@pytest.mark.parametrize(
    "line", ["", "（", "桥通了。", "桥通了（记者 吕照野）", "桥通了。（吕照野摄）", "桥通了。（见下图）"]
)
def test_no_signature(line):
    assert signature(line) is None


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
def test_every_letter_is_in_a_role_or_name(raw):
    found = bylines([Text.source(raw)])
    kept = "".join(text.chars for byline in found for text in (byline.role, *byline.names))
    assert Counter(filter(str.isalnum, kept)) == Counter(filter(str.isalnum, raw))
    origins = [origin for byline in found for text in (byline.role, *byline.names) for origin in text.origins]
    assert len(set(origins)) == len(origins)
    assert not any(c.isspace() for c in kept)
