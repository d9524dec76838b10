"""The view of one document: its raw lines, the fields that were made of it, and which character went where.

In: a page, or the records of one whose reading can't be repeated. Out: a `View`, which the templates turn into HTML. Nothing is
decided here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.audit import reach, strange
from pipeline.document import Article, Byline, Page, SeamMark
from pipeline.markup import line_spans
from pipeline.text import GAP, Text, join, runs

MOST_LINES = 4_000  # lines of a document that its page shows
MOST_CHARS = 150_000  # characters of it: so no page is larger than 5 MB
BREAK = "\n\n"  # between the paragraphs of a record's text


@dataclass(frozen=True, slots=True)
class Piece:
    """Text between two seams, and the seam that it begins with: its score, None for none, infinite for a pinned one."""

    text: str
    seam: float | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Something that was made of the input: a title, a paragraph, a removal. `kind` is a role, or `removed`."""

    id: int
    kind: str
    pieces: tuple[Piece, ...]
    sources: tuple[tuple[int, int], ...] = ()
    level: int = 0
    rule: str = ""  # of a removal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """An article: its fields in the order in which they are read."""

    number: int
    fields: tuple[Field, ...]
    confidence: float
    stitched: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters of a raw line that went to one field; -1: to none (white space, marks)."""

    text: str
    field: int


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line of the input, what it was taken for, and by which rule."""

    number: int
    start: int
    end: int
    segments: tuple[Segment, ...]
    role: str = ""
    rule: str = ""
    confidence: float = 0.0
    went: str = ""
    begins: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """All that a document's page shows. `left_out`: lines behind those that are shown."""

    parts: tuple[Part, ...] = ()
    removed: tuple[Field, ...] = ()
    lines: tuple[RawLine, ...] = ()
    left_out: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)  # publication, date, page, encoding, language
    misfits: tuple[str, ...] = ()


def of_page(page: Page, removed: Sequence[Mapping[str, Any]]) -> View:
    """The view of a page that was read; `removed` are its records of removals."""
    maker = _Maker(page)
    parts = tuple(maker.part(number, article) for number, article in enumerate(page.articles, 1))
    taken = tuple(maker.removal(record) for record in removed)
    fields = [*(one for part in parts for one in part.fields), *taken]
    lines, left_out = _lines(page.document.original, fields, page)
    facts = {
        "publication": page.publication,
        "date": page.issue_date,
        "page": page.folio,
        "language": page.language,
        "encoding": page.document.encoding,
    }
    return View(parts, taken, lines, left_out, facts, page.misfits)


def of_records(records: Mapping[str, Sequence[Mapping[str, Any]]], raw: str = "") -> View:
    """The view of records alone: no rules, and of the fields only text knows its lines, where there is `raw` at all."""
    counter = iter(range(1 << 30))
    parts = tuple(_recorded(number, one, counter, bool(raw)) for number, one in enumerate(records["articles"], 1))
    taken = tuple(_removal(next(counter), one, bool(raw)) for one in records["removed"])
    fields = [*(one for part in parts for one in part.fields), *taken]
    lines, left_out = _lines(raw, fields)
    return View(parts, taken, lines, left_out)


class _Maker:
    """Makes the fields of a page, each with a number of its own."""

    def __init__(self, page: Page) -> None:
        self.reach = reach(strange(page.document.changes))
        self.seams = page.seams
        self.count = 0

    def part(self, number: int, article: Article) -> Part:
        """An article."""
        fields = tuple(self.fields(article))
        return Part(number, fields, article.confidence, article.stitched, article.unresolved)

    def fields(self, article: Article) -> Iterator[Field]:
        """The fields of an article in the order in which they are read."""
        for kind, text in (("kicker", article.kicker), ("title", article.title), ("subtitle", article.subtitle)):
            if text:
                yield self.field(kind, text)
        yield from (self.field("byline", _byline(byline)) for byline in article.bylines)
        for section in article.sections:
            if section.heading:
                yield self.field("heading", section.heading, section.level)
            yield from (self.field("body", text) for text in section.paragraphs)
        yield from (self.field("caption", text) for text in article.captions)

    def field(self, kind: str, text: Text, level: int = 0) -> Field:
        """A text with where it came from, cut at its seams."""
        spans = runs(text)
        sources = tuple((first, max(last, self.reach.get(last - 1, last))) for _, _, first, last in spans)
        return Field(self._next(), kind, tuple(self.pieces(text.chars, spans)), sources, level)

    def pieces(self, chars: str, spans: Sequence[Sequence[int]]) -> Iterator[Piece]:
        """The text cut where it jumps in the source along a seam."""
        at, score = 0, None
        for (*_, last), (start, _, first, _) in pairwise(spans):
            found = _seam(self.seams, last, first)
            if found is not None:
                yield Piece(chars[at:start], score)
                at, score = start, found
        yield Piece(chars[at:], score)

    def removal(self, record: Mapping[str, Any]) -> Field:
        """A removal."""
        return _removal(self._next(), record, True)

    def _next(self) -> int:
        self.count += 1
        return self.count - 1


def _byline(byline: Byline) -> Text:
    names = join(byline.names, "、")
    return join([text for text in (byline.role, names) if text], " ")


def _seam(seams: Sequence[SeamMark], end: int, start: int) -> float | None:
    """The score of the seam at which text that ends at `end` goes on at `start`; marks beside it may have gone."""
    near = (seam.score for seam in seams if abs(seam.end - end) <= GAP and abs(seam.start - start) <= GAP)
    return max(near, default=None)


def _removal(number: int, record: Mapping[str, Any], placed: bool) -> Field:
    sources = ((record["start"], record["end"]),) if placed else ()
    return Field(number, "removed", (Piece(record["text"]),), sources, rule=record["rule"], reason=record["reason"])


def _recorded(number: int, record: Mapping[str, Any], counter: Iterator[int], placed: bool) -> Part:
    fields: list[Field] = []

    def add(kind: str, text: str, at: int = -1, level: int = 0) -> None:
        spans = record["metadata"]["spans"] if placed and at >= 0 else ()
        sources = tuple((c, d) for a, b, c, d in spans if a < at + len(text) and b > at)
        if text:
            fields.append(Field(next(counter), kind, (Piece(text),), sources, level))

    for kind in ("kicker", "title", "subtitle"):
        add(kind, record[kind])
    for byline in record["bylines"]:
        add("byline", f"{byline['role']} {'、'.join(byline['names'])}".strip())
    for section in record["sections"]:
        at = section["start"]
        for paragraph in record["text"][at : section["end"]].split(BREAK):
            heads = at == section["start"] and section["heading"]
            add("heading" if heads else "body", paragraph, at, section["level"] if heads else 0)
            at += len(paragraph) + len(BREAK)
    for caption in record["captions"]:
        add("caption", caption)
    known = record["metadata"]
    return Part(number, tuple(fields), known["confidence"], known["stitched"], known["unresolved"])


def _lines(raw: str, fields: Sequence[Field], page: Page | None = None) -> tuple[tuple[RawLine, ...], int]:
    owner = np.full(len(raw) + 1, -1, dtype=np.int32)
    for one in fields:
        for start, end in one.sources:
            owner[start:end] = one.id
    spans = list(line_spans(raw))
    shown = [span for span in spans[:MOST_LINES] if span[2] <= MOST_CHARS]
    fates = {fate.number: fate for fate in reversed(page.fates)} if page else {}
    lines = []
    for number, start, end in shown:
        line = RawLine(number, start, end, tuple(_segments(raw, owner, start, end)))
        if fate := fates.get(number):
            line = RawLine(
                *(number, start, end, line.segments, str(fate.role or ""), fate.rule, round(float(fate.confidence), 2)),
                *(fate.went, fate.begins),
            )
        lines.append(line)
    return tuple(lines), len(spans) - len(shown)


def _segments(raw: str, owner: np.ndarray[Any, np.dtype[np.int32]], start: int, end: int) -> Iterator[Segment]:
    """The runs of one field in a line. What went nowhere (spaces, marks) stays with the field on its left, if any."""
    owners = owner[start:end]
    known = np.flatnonzero(owners >= 0)
    if not len(known):
        if end > start:
            yield Segment(raw[start:end], -1)
        return
    cuts = [0, *(int(k) for k, before in zip(known[1:], known[:-1], strict=True) if owners[k] != owners[before])]
    if known[0] > 0:
        yield Segment(raw[start : start + int(known[0])], -1)
        cuts[0] = int(known[0])
    for a, b in pairwise([*cuts, end - start]):
        yield Segment(raw[start + a : start + b], int(owners[a]))


def is_pinned(score: float | None) -> bool:
    """Whether a seam is one that a person set."""
    return score is not None and math.isinf(score)
