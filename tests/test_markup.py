"""Markup: Markdown marks and HTML tags become hints, and what only looks like one stays."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import audit
from pipeline.document import Hint
from pipeline.errors import LawBroken, SourceError
from pipeline.flow import read
from pipeline.markup import _ANY, _MAY, MarkupOptions, line_spans, markup
from pipeline.settings import Settings
from pipeline.text import Text

DATA = tomllib.loads((Path(__file__).parent / "cases" / "markup.toml").read_text(encoding="utf-8"))
KNOWN = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" not in case]
FAILURES = [pytest.param(case, id=case["title"]) for case in DATA["case"] if "known_failure" in case]
CLEAN = [clean for group in DATA["negative"] for clean in group["clean"]]
PIECES = ("水车 ** * __ _ ## | \\ <b> </b> [ ]( ) ! a.png `").split()
PIECES += ["# ", "> ", "- ", "\n", " "]

WORDS = ("老街通了车。", "![水车](1.png)", "见[网站](https://a.cn)。", "```markdown\n")


def marked(raw: str) -> tuple[str, dict[int, Hint]]:
    text = Text.source(raw)
    edits, hints = markup(text, MarkupOptions())
    return text.apply(edits)[0].chars, hints


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"], ids=["open", "lf", "crlf"])
@pytest.mark.parametrize("case", KNOWN)
def test_becomes(case, ending):
    raw, becomes = (case[key].replace("\n", ending or "\n") + ending for key in ("raw", "becomes"))
    chars, hints = marked(raw)
    assert chars == becomes
    hint = hints.get(1, Hint())
    assert hint == Hint(
        case.get("level", 0), case.get("bold", 0), case.get("item", False), case.get("hard_break", False)
    )


@pytest.mark.parametrize("case", KNOWN)
def test_twice_is_once(case):
    once, _ = marked(case["raw"])
    if "\\" not in case["raw"] and "&" not in case["raw"]:
        assert marked(once)[0] == once


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", FAILURES)
def test_known_failures(case):
    assert marked(case["raw"])[0] == case["becomes"]


@pytest.mark.parametrize("clean", CLEAN)
def test_stays(clean):
    assert marked(clean) == (clean, {})


def test_switched_off():
    assert markup(Text.source("# 桥"), MarkupOptions(markdown=False)) == ([], {})


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_only_marks_go(raw):
    chars, _ = marked(raw)
    gone = Counter(filter(str.isalnum, raw)) - Counter(filter(str.isalnum, chars))
    assert set(gone) <= set("b")  # of the tag
    assert len(list(line_spans(chars))) <= len(list(line_spans(raw)))


@given(st.text("字a#*_>|<`=\\&-+• \t\r\n", max_size=12))
def test_a_mark_may_be_wherever_there_is_one(chars):
    assert _MAY.search(chars) or not _ANY.search(chars)


@given(st.text("字 \r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", max_size=12))
def test_lines_end_where_an_editor_ends_them(chars):
    lines = re.split("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", chars)
    lines = lines if lines[-1] else lines[:-1]
    assert [chars[start:end] for _, start, end in line_spans(chars)] == lines
    assert [number for number, _, _ in line_spans(chars)] == list(range(1, len(lines) + 1))


@given(st.lists(st.sampled_from([*PIECES, *WORDS]), max_size=16).map("".join))
def test_pages_of_marks_pass_the_audit(raw):
    try:
        page = read(raw.encode(), "页.md", Settings())
    except LawBroken:
        raise
    except SourceError:  # nothing but marks and white space
        return
    audit(page)
