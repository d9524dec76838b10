"""The sample pages in seeds/ and their gold readings hold together.

Every page has a gold reading and the reverse; nothing of a page is lost or made up in its gold; and the
gold itself is in normal form.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
PAGES = sorted(p for p in (TESTS.parent / "seeds").iterdir() if p.is_file())
GOLD = sorted((TESTS / "gold").glob("*.json"))

HAN = r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
HALF_WIDTH_MARK = re.compile(rf"{HAN}[,;:?!]|[()]{HAN}|{HAN}[()]")
STRAIGHT_QUOTE = re.compile(r"[\"']")
FULL_WIDTH_FIGURE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]")
SPACE_BY_HAN = re.compile(rf"(?:{HAN}|[，。、；：！？“”‘’（）《》])\s|\s(?:{HAN}|[，。、；：！？“”‘’（）《》])")
LAYOUT_MARK = re.compile(r"\*\*|^#|^[□■▲▼◀▶●]|\n")

# A run-in heading opens its paragraph and is set off from it by one space.
RUN_IN = re.compile(r"^([^\s。！？]{2,14}) (?=\S)")
PARALLEL_HALVES = re.compile(r"(?<=\S) (?=\S)")

FIELDS = {"kicker", "title", "subtitle", "bylines", "sections", "captions"}


def read_page(page: Path) -> str:
    """The text of a page: UTF-8, with or without a mark at its head, else GB 18030."""
    data = page.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def load_gold(path: Path) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return gold


def page_of(gold: Path) -> Path:
    return TESTS.parent / "seeds" / str(load_gold(gold)["source"])


def characters(text: str) -> Counter[str]:
    """How often each Han character, letter and digit stands in the text."""
    folded = unicodedata.normalize("NFKC", text)
    return Counter(c for c in folded if unicodedata.category(c)[0] in "LN")


def strings(gold: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every string of the articles, with the kind of place it stands in."""
    for article in gold["articles"]:
        headlines = [article["kicker"], article["title"], article["subtitle"]]
        headlines += [section["heading"] for section in article["sections"]]
        yield from (("headline", text) for text in headlines if text is not None)
        for byline in article["bylines"]:
            yield from (("name", text) for text in [byline["role"], *byline["names"]] if text is not None)
        for section in article["sections"]:
            yield from (("paragraph", text) for text in section["paragraphs"])
        yield from (("caption", text) for text in article["captions"])


def without_allowed_space(kind: str, text: str) -> str:
    """The text with the one space that its place allows taken out."""
    if kind == "headline":
        return PARALLEL_HALVES.sub("", text, count=1)
    if kind == "paragraph":
        return RUN_IN.sub(r"\1", text, count=1)
    return text


def faults(kind: str, text: str) -> list[str]:
    """What keeps the text from being in normal form."""
    checks = {
        "half-width mark beside a Han character": HALF_WIDTH_MARK,
        "straight quote": STRAIGHT_QUOTE,
        "full-width figure or letter": FULL_WIDTH_FIGURE,
        "layout mark": LAYOUT_MARK,
    }
    found = [fault for fault, pattern in checks.items() if pattern.search(text)]
    if SPACE_BY_HAN.search(without_allowed_space(kind, text)) or text != text.strip():
        found.append("white space beside Chinese text")
    return found


def test_every_page_has_a_gold_reading() -> None:
    assert PAGES, "no sample pages"
    assert [p.stem for p in PAGES] == [g.stem for g in GOLD]


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_gold_has_the_right_form(path: Path) -> None:
    gold = load_gold(path)
    assert set(gold) == {"source", "articles", "removed"}
    assert Path(gold["source"]).stem == path.stem
    assert page_of(path).is_file()
    assert gold["articles"]
    for article in gold["articles"]:
        assert set(article) == FIELDS
        assert article["title"]
        for number, section in enumerate(article["sections"]):
            assert set(section) == {"heading", "level", "paragraphs"}
            assert (section["heading"] is None) == (section["level"] == 0)
            assert section["heading"] is not None or number == 0
            assert all(section["paragraphs"])
        for byline in article["bylines"]:
            assert set(byline) == {"role", "names"}
            assert byline["names"]
    for removal in gold["removed"]:
        assert set(removal) == {"text", "reason"}


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_nothing_is_lost_or_made_up(path: Path) -> None:
    gold = load_gold(path)
    kept = "\n".join(text for _, text in strings(gold))
    removed = "\n".join(removal["text"] for removal in gold["removed"])
    ours, theirs = characters(kept + removed), characters(read_page(page_of(path)))
    assert theirs - ours == Counter(), "in the page, not in its gold"
    assert ours - theirs == Counter(), "in the gold, not in its page"


@pytest.mark.parametrize("path", GOLD, ids=lambda p: p.stem)
def test_gold_is_in_normal_form(path: Path) -> None:
    found = {text: faults(kind, text) for kind, text in strings(load_gold(path))}
    assert {text: fault for text, fault in found.items() if fault} == {}
