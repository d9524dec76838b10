"""Corrections: a person's decision stands, is named, and leaves no trace where it doesn't fit."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import audit
from pipeline.corrections import Correction, Corrections, Place, digest, load, parsed
from pipeline.document import Page, Role
from pipeline.errors import ConfigError
from pipeline.flow import read
from pipeline.readable import readable
from pipeline.records import records
from pipeline.settings import Settings

TESTS = Path(__file__).parent
CASES = tomllib.loads((TESTS / "cases" / "corrections.toml").read_text(encoding="utf-8"))["case"]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
SETTINGS = Settings()
SEED = (TESTS.parent / "seeds" / "07-two-articles.txt").read_bytes()


def corrections_of(case: dict) -> Corrections:
    head = f'[[correction]]\nsource = "{case["seed"]}"\n'
    text = head + case["corrections"].replace("[[correction]]\n", head)
    return parsed(tomllib.loads(text), text, "corrections.toml")


def page_of(case: dict, corrections: Corrections | None = None) -> Page:
    data = (TESTS.parent / "seeds" / case["seed"]).read_bytes()
    return read(data, case["seed"], SETTINGS, (corrections or Corrections()).of(case["seed"]))


def went(page: Page) -> dict[int, str]:
    return {fate.number: fate.went for fate in page.fates}


@EACH
def test_a_correction_stands(case):
    page = page_of(case, corrections_of(case))
    audit(page)
    text = readable(page)
    assert [part for part in case.get("has", []) if part not in text] == []
    assert [part for part in case.get("lacks", []) if part in text] == []
    rules = {str(fate.number): fate.rule for fate in page.fates}
    assert {line: rules[line] for line in case.get("rules", {})} == case.get("rules", {})
    assert len(page.misfits) == len(case.get("misfits", []))
    assert all(part in said for part, said in zip(case.get("misfits", []), page.misfits, strict=True))


@EACH
def test_it_was_needed(case):
    """Without the correction the page reads otherwise, so that the case can fail."""
    if not case.get("misfits"):
        assert page_of(case).articles != page_of(case, corrections_of(case)).articles


@pytest.mark.parametrize(
    "case",
    [
        c
        for c in CASES
        if c.get("misfits") and len(c["misfits"]) == c["corrections"].count("= [") + c["corrections"].count("over")
    ],
    ids=lambda c: c["title"],
)
def test_a_misfit_leaves_no_trace(case):
    page = page_of(case, corrections_of(case))
    plain = page_of(case)
    assert (page.articles, page.fates, page.removals) == (plain.articles, plain.fates, plain.removals)
    assert records(page, SETTINGS) == records(plain, SETTINGS)


@pytest.mark.parametrize("case", [case for case in CASES if case.get("gold")], ids=lambda case: case["title"])
def test_a_page_is_brought_to_its_gold_reading(case):
    gold = json.loads((TESTS / "gold" / case["seed"].replace(".txt", ".json")).read_text(encoding="utf-8"))
    page = page_of(case, corrections_of(case))
    found = [
        (
            article.title.chars,
            [(b.role.chars, [name.chars for name in b.names]) for b in article.bylines],
            [(s.heading.chars, [p.chars for p in s.paragraphs]) for s in article.sections],
            [caption.chars for caption in article.captions],
        )
        for article in page.articles
    ]
    assert found == [
        (
            article["title"] or "",
            [(b["role"], b["names"]) for b in article["bylines"]],
            [(s["heading"] or "", s["paragraphs"]) for s in article["sections"]],
            article["captions"],
        )
        for article in gold["articles"]
    ]


def test_two_lines_that_are_joined_are_of_one_paragraph():
    for case in CASES:
        if "joined" in case:
            places = went(page_of(case, corrections_of(case)))
            assert len({places[line] for line in case["joined"]}) == 1


def test_a_title_gets_the_text_that_it_is_set_over():
    for case in CASES:
        if "first" in case:
            places = went(page_of(case, corrections_of(case)))
            assert len({places[line].split(".")[0] for line in case["first"]}) == 1


def test_the_records_of_a_corrected_page_have_a_fingerprint_of_their_own():
    case = CASES[0]
    plain, corrected = page_of(case), page_of(case, corrections_of(case))
    prints = [json.loads(records(page, SETTINGS).articles[0])["metadata"]["settings"] for page in (plain, corrected)]
    assert prints[0] == SETTINGS.fingerprint() != prints[1]


PLACES = st.builds(Place, line=st.integers(1, 73))
KINDS = st.one_of(
    st.builds(lambda role, at: ("role", (at,), role, None), st.sampled_from(Role), PLACES),
    st.builds(
        lambda kind, at: (kind, at, None, None), st.sampled_from(["join", "break", "order"]), st.tuples(PLACES, PLACES)
    ),
    st.builds(lambda kind, at, over: (kind, (at,), None, over), st.sampled_from(["heading", "title"]), PLACES, PLACES),
)
ANY = st.lists(KINDS.map(lambda k: Correction("07-two-articles.txt", *k)), min_size=1, max_size=6)


@given(ANY)
def test_whatever_is_corrected_nothing_is_lost(corrections):
    page = read(SEED, "07-two-articles.txt", SETTINGS, corrections)
    audit(page)
    fit = {fate.number: fate.rule for fate in page.fates if fate.rule.startswith("correction.")}
    assert fit or page.misfits
    assert all(fate.went for fate in page.fates)


@given(ANY)
def test_a_digest_says_what_they_say(corrections):
    assert digest(corrections) == digest([*corrections]) != digest([])
    assert digest([*corrections, *corrections]) != digest(corrections)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[correction]]\n", "corrections.toml:1: source: Field required"),
        ('[[correction]]\nsource = "a"\n', "says nothing. Give one of role, join"),
        ('\n[[correction]]\nsource = "a"\nrole = "body"\n', "corrections.toml:2: `at` names the lines of a role"),
        ('[[correction]]\nsource = "a"\nrole = "bodi"\nat = [1]\n', "role: Input should be 'title', 'kicker'"),
        ('[[correction]]\nsource = "a"\njoin = [1]\n', "join: List should have at least 2 items"),
        ('[[correction]]\nsource = "a"\njoin = [1, 2]\nbreak = [1, 2]\n', "says join and break"),
        ('[[correction]]\nsource = "a"\nheading = 3\n', "`over` names the text under a heading"),
        ('[[correction]]\nsource = "a"\nrole = "body"\nat = [0]\n', "at: Input should be greater than"),
        ('[[correction]]\nsource = "a"\nroll = "body"\n', "roll: Extra inputs are not permitted"),
        ('[correction]\nsource = "a"\n', "holds more than corrections"),
        ('[[corection]]\nsource = "a"\n', "holds more than corrections"),
        ("[[correction]\n", "is not valid TOML"),
    ],
)
def test_what_is_no_correction_is_refused(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    Path("corrections.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load()
    assert message in str(raised.value)


def test_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load() == Corrections()
    with pytest.raises(ConfigError, match=r"none\.toml: can't be read"):
        load(Path("none.toml"))
