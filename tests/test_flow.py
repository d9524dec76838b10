"""The sample pages in seeds/, read from bytes to articles: lawful, repeatable, and not worse than before."""

from __future__ import annotations

import copy
import json
import pickle
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.audit import audit
from pipeline.document import Page
from pipeline.errors import SourceError
from pipeline.flow import read
from pipeline.records import records
from pipeline.settings import Settings

TESTS = Path(__file__).resolve().parent
PAGES = sorted(path for path in (TESTS.parent / "seeds").iterdir() if path.is_file())
SETTINGS = Settings()

# What was measured on all sample pages together, less a small margin: the weights may change, the score may not sink.
LEAST = {"paragraphs": 0.75, "headings": 0.72, "titles": 0.8, "bylines": 0.88, "captions": 0.58, "removed": 0.82}


@cache
def page_of(path: Path) -> Page:
    return read(path.read_bytes(), path.name, SETTINGS)


def bare(text: str | None) -> str:
    return "".join((text or "").split())


def of_gold(path: Path) -> dict[str, Counter[Any]]:
    gold = json.loads((TESTS / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    sections = [section for article in gold["articles"] for section in article["sections"]]
    return {
        "paragraphs": Counter(bare(text) for section in sections for text in section["paragraphs"]),
        "headings": Counter((section["level"], bare(section["heading"])) for section in sections if section["heading"]),
        "titles": Counter(tuple(map(bare, (a["kicker"], a["title"], a["subtitle"]))) for a in gold["articles"]),
        "bylines": Counter((bare(b["role"]), *map(bare, b["names"])) for a in gold["articles"] for b in a["bylines"]),
        "captions": Counter(bare(text) for article in gold["articles"] for text in article["captions"]),
        "removed": Counter(
            bare(removal["text"]) for removal in gold["removed"] if bare(removal["text"]).strip("—【】□■*#▲")
        ),
    }


def of_page(page: Page) -> dict[str, Counter[Any]]:
    sections = [section for article in page.articles for section in article.sections]
    return {
        "paragraphs": Counter(bare(text.chars) for section in sections for text in section.paragraphs),
        "headings": Counter((section.level, bare(section.heading.chars)) for section in sections if section.heading),
        "titles": Counter(tuple(bare(t.chars) for t in (a.kicker, a.title, a.subtitle)) for a in page.articles),
        "bylines": Counter(tuple(bare(t.chars) for t in (b.role, *b.names)) for a in page.articles for b in a.bylines),
        "captions": Counter(bare(text.chars) for article in page.articles for text in article.captions),
        "removed": Counter(bare(removal.text.chars) for removal in page.removals),
    }


def scores() -> dict[str, float]:
    """F1 of what is found exactly, by kind, over all sample pages."""
    both = [(of_gold(path), of_page(page_of(path))) for path in PAGES]
    found: dict[str, float] = {}
    for kind in LEAST:
        hits = sum((gold[kind] & ours[kind]).total() for gold, ours in both)
        known = sum(gold[kind].total() + ours[kind].total() for gold, ours in both)
        found[kind] = round(2 * hits / known, 4)
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_letter_is_accounted_for(path):
    audit(page_of(path))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_twice_is_the_same(path):
    again = read(path.read_bytes(), path.name, SETTINGS)
    assert (again, again.fates) == (page_of(path), page_of(path).fates)
    assert records(again, SETTINGS) == records(page_of(path), SETTINGS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_line_ends_change_nothing(path):
    data = path.read_bytes()
    if b"\r\n" in data:
        pytest.skip("has them already")
    other = read(data.replace(b"\n", b"\r\n").rstrip(b"\r\n"), path.name, SETTINGS)
    assert of_page(other) == of_page(page_of(path))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_line_has_a_fate(path):
    page = page_of(path)
    assert all(fate.went and fate.rule for fate in page.fates)
    assert [fate.number for fate in page.fates] == sorted(fate.number for fate in page.fates)


@pytest.mark.parametrize("kind", LEAST)
def test_the_score_does_not_sink(kind):
    found = scores()
    assert found[kind] >= LEAST[kind], f"measured now: {found}"


@pytest.mark.parametrize("data", [b"****", b"---\n", b"\x01\n"])
def test_a_document_without_text_is_told_not_passed_over(data):
    with pytest.raises(SourceError, match="holds no text"):
        read(data, "空.txt", SETTINGS)


def test_nothing_and_next_to_nothing_can_be_read():
    for data in ("桥".encode(), b"![](1.png)", "。".encode()):
        page = read(data, "空.txt", SETTINGS)
        audit(page)
        records(page, SETTINGS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_in_traditional_script_is_read_as_the_same_page(path: Path) -> None:
    opencc = pytest.importorskip("opencc")
    page = page_of(path)
    traditional = opencc.OpenCC("s2tw").convert(page.document.original)
    converted = read(traditional.encode(), path.name, SETTINGS)
    assert converted.language == "zh-Hant"
    assert [fate.went for fate in converted.fates] == [fate.went for fate in page.fates]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_goes_to_another_process_and_back(path):
    page = page_of(path)
    for twin in (pickle.loads(pickle.dumps(page)), copy.deepcopy(page)):
        assert twin == page
        assert twin.fates == page.fates
