"""A page for people: its articles as plain Markdown, and what became of each line.

In: a page. Out: text. Nothing is decided here; all that is shown stands in the page.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, pairwise, product
from math import inf
from typing import TypeAlias
from unicodedata import combining, east_asian_width

import orjson

from pipeline.document import Article, Fate, Page, Role
from pipeline.markup import line_spans
from pipeline.text import GAP, NOWHERE, Change, runs

Paint: TypeAlias = Callable[["Role | None", str], str]

_NEAR = tuple(product(range(-GAP, GAP + 1), repeat=2))  # marks at a seam may have gone
_PART = "\n\n---\n\n"  # between articles


def readable(page: Page) -> str:
    """The articles of a page as Markdown, each with its title, bylines, paragraphs, headings and captions."""
    articles = ["\n\n".join(_parts(article)) for article in page.articles]
    return _PART.join(articles) + "\n" if articles else ""


def explained(page: Page, width: int, paint: Paint = lambda role, text: text) -> Iterator[str]:
    """A line for each line of the page, its text cut to `width`.

    Number, role, confidence, where it went, rule, and the line that it reads on from; `paint` colours by role. Under it
    stands what was changed in it: the rule, what became what, and how often.
    """
    joins = joined(page)
    rows = [(fate, _columns(fate, joins)) for fate in _fates(page)]
    widths = [max((len(row[i]) for _, row in rows), default=0) for i in range(6)]
    text_of, changes_of = _lines(page), _changes(page)
    for fate, row in rows:
        head = "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True) if size)
        text = _cut(text_of.get(fate.number, ""), width - len(head) - 2)
        shown = head.replace(row[1], paint(fate.role, row[1]), 1) if fate.role else head
        yield f"{shown}  {paint(fate.role, text) if text else ''}".rstrip()
        for line in _told(changes_of.pop(fate.number, ())):
            yield _cut(f"{'':{widths[0]}}  {line}", width)


def explained_json(page: Page) -> Iterator[str]:
    """The same as JSON Lines, the text in full."""
    joins, text_of, changes_of = joined(page), _lines(page), _changes(page)
    for fate in _fates(page):
        before, score = joins.get(fate.number, (0, inf))
        row = {
            "line": fate.number,
            "role": fate.role or "",
            "rule": fate.rule,
            "confidence": round(float(fate.confidence), 4),
            "went": fate.went,
            "reads_on_from": before,
            "seam": score if score < inf else None,
            "text": text_of.get(fate.number, ""),
            "changes": [change._asdict() for change in changes_of.pop(fate.number, ())],
        }
        yield orjson.dumps(row).decode()


def joined(page: Page) -> dict[int, tuple[int, float]]:
    """For each line at which a seam ends: the line it reads on from, and the score. Only seams that were joined."""
    spans = list(line_spans(page.document.original))
    starts = [start for _, start, _ in spans]
    met = {
        (before + 1, after)
        for article in page.articles
        for section in article.sections
        for text in section.paragraphs
        for (*_, before), (_, _, after, _) in pairwise((a, b, c, d - 1) for a, b, c, d in runs(text))
    }
    found = {}
    for seam in page.seams:
        if not met.isdisjoint((seam.end + a, seam.start + b) for a, b in _NEAR):
            tail, head = (spans[bisect_right(starts, at) - 1][0] for at in (seam.end - 1, seam.start))
            found[head] = (tail, seam.score)
    return found


def _parts(article: Article) -> Iterator[str]:
    if article.kicker:
        yield article.kicker.chars
    if article.title:
        yield f"# {article.title.chars}"
    if article.subtitle:
        yield f"—— {article.subtitle.chars}"
    bylines = [" ".join([byline.role.chars, "、".join(n.chars for n in byline.names)]) for byline in article.bylines]
    if bylines:
        yield " ".join(line.strip() for line in bylines)
    for section in article.sections:
        if section.heading:
            yield f"{'#' * (section.level + 1)} {section.heading.chars}"
        yield from (paragraph.chars for paragraph in section.paragraphs)
    yield from (f"> {caption.chars}" for caption in article.captions)


def _columns(fate: Fate, joins: Mapping[int, tuple[int, float]]) -> tuple[str, str, str, str, str, str]:
    line, score = joins.get(fate.number, (0, 0.0))
    join = f"\N{LEFTWARDS ARROW}{line} {'pinned' if score == inf else f'{score:+.1f}'}" if line else ""
    return str(fate.number), fate.role or "-", f"{fate.confidence:.2f}", fate.went, fate.rule, join


def _lines(page: Page) -> dict[int, str]:
    original = page.document.original
    return {number: original[start:end].strip() for number, start, end in line_spans(original)}


def _changes(page: Page) -> dict[int, list[Change]]:
    """The ledger by the line in which a change begins, in the order of the text."""
    spans = list(line_spans(page.document.original))
    starts = [start for _, start, _ in spans]
    found: dict[int, list[Change]] = {}
    for change in sorted(page.document.changes, key=lambda change: change.start):
        if change.start != NOWHERE:
            found.setdefault(spans[bisect_right(starts, change.start) - 1][0], []).append(change)
    return found


def _told(changes: Iterable[Change]) -> Iterator[str]:
    """A line for each rule: what became what, and how often.

    >>> list(_told([Change(4, 5, ",", "，", "comma"), Change(9, 10, ",", "，", "comma"), Change(2, 3, '"', '"', "doubt")]))
    ['comma  “,” → “，” ×2', 'doubt  “"” stays']
    """
    by_rule: dict[str, Counter[str]] = {}
    for change in changes:
        becomes = "stays" if change.was == change.becomes else f"→ {_shown(change.becomes)}"
        by_rule.setdefault(change.rule, Counter())[f"{_shown(change.was)} {becomes}"] += 1
    for rule, times in by_rule.items():
        yield f"{rule}  {', '.join(what + (f' ×{n}' if n > 1 else '') for what, n in times.items())}"


def _fates(page: Page) -> list[Fate]:
    """All fates, and one for each line of which nothing is left but what was changed in it."""
    bare = set(_changes(page)) - {fate.number for fate in page.fates}
    return sorted([*page.fates, *(Fate(n, None, "-", 1.0, "-") for n in bare)], key=lambda fate: fate.number)


def _shown(chars: str) -> str:
    """Between quotes, what has no shape by its number.

    >>> _shown("，"), _shown("\\u3000")
    ('“，”', '“U+3000”')
    """
    return f"“{''.join(c if c.isprintable() and not c.isspace() else f'U+{ord(c):04X}' for c in chars)}”"


def _cut(text: str, width: int) -> str:
    """The start of a text that takes up at most `width` cells of a terminal.

    >>> _cut("大桥昨日通车", 7), _cut("通车", 7)
    ('大桥昨…', '通车')
    """
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    ends = list(accumulate(map(_cells, text)))
    if not ends or ends[-1] <= width:
        return text
    return text[: bisect_right(ends, width - 1)] + "…" if width > 0 else ""


def _cells(char: str) -> int:
    """How many cells of a terminal a character takes up."""
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
