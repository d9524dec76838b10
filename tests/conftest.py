"""What all tests share: quick, repeatable hypothesis runs, and a page built by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import pytest
from hypothesis import settings

from pipeline.document import Article, Byline, Document, Fate, Page, Removal, Role, Section
from pipeline.text import Change, Text

settings.register_profile("usual", deadline=None, max_examples=60, derandomize=True, database=None)
settings.register_profile("long", deadline=None, max_examples=2000, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

NONE = Text.made("")
RAW = (
    "第5版\n工程建设\n桥通了\n——记白芦河大桥\n本报记者 佘文霁 吕照野\n大桥昨日 通车。\n人人夸好\n老人说好。\n图为大桥\n"
)

MakePage = Callable[..., Page]


def find(raw: str, words: str) -> Text:
    """The words, as they stand in the raw text."""
    at = raw.index(words)
    return Text.source(raw)[at : at + len(words)]


def article_of(raw: str = RAW) -> Article:
    """The article that RAW holds."""
    return Article(
        kicker=find(raw, "工程建设"),
        title=find(raw, "桥通了"),
        subtitle=find(raw, "记白芦河大桥"),
        bylines=(Byline(find(raw, "本报记者"), (find(raw, "佘文霁"), find(raw, "吕照野"))),),
        sections=(
            Section(NONE, 0, (find(raw, "大桥昨日") + find(raw, "通车。"),)),
            Section(find(raw, "人人夸好"), 1, (find(raw, "老人说好。"),)),
        ),
        captions=(find(raw, "图为大桥"),),
    )


def page_of(
    raw: str = RAW,
    articles: Sequence[Article] | None = None,
    removals: Sequence[Removal] | None = None,
    changes: Sequence[Change] = (),
) -> Page:
    """A page by hand: that of RAW unless told otherwise."""
    if articles is None:
        articles = [article_of(raw)]
    if removals is None:
        removals = [Removal(find(raw, "第5版"), "folio", "furniture.folio")] if raw == RAW else []
    return Page(
        document=Document("桥.txt", "0" * 64, "utf-8", raw, Text.source(raw), tuple(changes)),
        articles=tuple(articles),
        removals=tuple(removals),
        told=lambda: (
            Fate(1, Role.FURNITURE, "furniture.folio", 1.0, "removed"),
            Fate(3, Role.TITLE, "title.x", 0.5, "a1.title"),
        ),
        publication="蔺桥日报",
        issue_date="20230815",
        folio="5",
    )


def plain_article(*paragraphs: Text) -> Article:
    """An article of nothing but paragraphs."""
    return Article(NONE, NONE, NONE, (), (Section(NONE, 0, paragraphs),), ())


@pytest.fixture
def make_page() -> MakePage:
    """The function that builds pages."""
    return page_of
