"""The normal form: what becomes what, what stays, and that doing it twice changes nothing more."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language import language
from pipeline.normalise import NormaliseOptions, doubtful, normalise
from pipeline.text import Edit, Text

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[dict]:
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"]


def titled(name: str) -> list:
    return [pytest.param(case, id=case["title"]) for case in cases(name)]


def run(case: dict) -> tuple[str, list[Edit]]:
    text = Text.source(case["raw"])
    options = NormaliseOptions(**case.get("options", {}))
    edits = normalise(text, options, heading=case.get("heading", False), run_in=case.get("run_in", 0))
    return text.apply(edits)[0].chars, edits


@pytest.mark.parametrize("case", titled("normalise.toml"))
def test_becomes(case):
    becomes, edits = run(case)
    assert becomes == case["becomes"]
    assert {*case.get("rules", [])} <= {edit.rule for edit in edits}
    again, edits = run({**case, "raw": becomes})
    assert (again, edits) == (becomes, [])


@pytest.mark.parametrize("case", titled("normalise.toml"))
def test_the_ledger_points_into_the_source(case):
    text = Text.source(case["raw"])
    options = NormaliseOptions(**case.get("options", {}))
    _, ledger = text.apply(normalise(text, options, heading=case.get("heading", False), run_in=case.get("run_in", 0)))
    assert all(case["raw"][change.start : change.end] == change.was for change in ledger)


@pytest.mark.xfail(strict=True, reason="known failures")
@pytest.mark.parametrize("case", titled("normalise_known_failures.toml"))
def test_known_failures(case):
    assert run(case)[0] == case["becomes"]


NEGATIVE = tomllib.loads((CASES / "normalise_negative.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("clean", NEGATIVE["clean"])
def test_stays(clean):
    assert normalise(Text.source(clean), NormaliseOptions()) == []


@pytest.mark.parametrize(("to", "clean"), [(s["to"], text) for s in NEGATIVE["script"] for text in s["clean"]])
def test_script_stays(to, clean):
    assert normalise(Text.source(clean), NormaliseOptions(script=to)) == []


@pytest.mark.parametrize(
    ("option", "raw"),
    [
        ("width", "１９年"),
        ("punctuation", "他说:好"),
        ("quotes", '他说"好"'),
        ("figures", "10％"),
        ("spaces", "今天 好"),
    ],
)
def test_every_switch_switches(option, raw):
    text = Text.source(raw)
    assert normalise(text, NormaliseOptions())
    assert normalise(text, NormaliseOptions(**{option: False})) == []


def test_quotes_in_doubt_stay_and_are_flagged():
    raw = '他说："好。又说："走。"'
    assert normalise(Text.source(raw), NormaliseOptions()) == []
    left = doubtful(raw)
    assert [edit.rule for edit in left] == ["quotes.doubtful"] * 3
    assert Text.source(raw).apply(left)[0].chars == raw
    assert doubtful("他说：“好。”Crohn's病") == []


def test_language():
    assert language("全國人民代表大會") == "zh-Hant"
    assert language("全国人民代表大会") == "zh-Hans"


# Characters and pieces that rules look at, so that they meet in every order.
ALPHABET = (
    "中国人在与乾隆史蒂芬金一三年月日个万元記者國３０１２ＡＢab19OlI \n　\u2009,.:;?!()\"'＂＇“”‘’「」『』（）《》"
    "，。、：；？！…—-－―~～·•．％%℃‰／/+=ﬃ﹐︰〝〞é①@_─━"
)
PIECES = [
    *("中国", "（", "）", "(", ")", ",", "，", ".", "3.5", "1,000", "10:30", "GE", "A, B", " ", '"', "“", "”", "'"),
    *("...", "--", "—", "http://a.cn/b", "a@b.cn", "2024年", "５０％", "史蒂芬.金", "!", "?", ":", "；", "1．", "\n"),
]
texts = st.one_of(
    st.text(alphabet=ALPHABET, max_size=24),
    st.text(max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
)
options = st.builds(
    NormaliseOptions,
    script=st.sampled_from(["keep", "keep", "simplified", "traditional"]),
    corner_quotes=st.sampled_from(["keep", "keep", "curly"]),
    doubled_marks=st.booleans(),
)


@given(texts, options, st.booleans())
def test_twice_is_once(raw, options, heading):
    text = Text.source(raw)
    once, _ = text.apply(normalise(text, options, heading=heading))
    assert normalise(once, options, heading=heading) == []


@given(texts, st.booleans())
def test_no_letter_and_no_figure_is_lost(raw, heading):
    text = Text.source(raw)
    edits = [e for e in normalise(text, NormaliseOptions(), heading=heading) if e.rule != "figures.letter_for_digit"]
    assert letters(text.apply(edits)[0].chars) == letters(raw)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


@given(texts, options)
def test_edits_are_sorted_and_change_something(raw, options):
    at = 0
    for edit in normalise(Text.source(raw), options):
        assert at <= edit.start < edit.end <= len(raw)
        assert raw[edit.start : edit.end] != edit.becomes
        at = edit.end
