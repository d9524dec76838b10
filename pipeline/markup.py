"""Markdown marks become hints.

In: the text of a document. Out: the edits that take the marks off, and for each line that had some a `Hint`
of what they said (heading level, bold opening, list item). Wording, tables and links stay as they are; only marks that a
vision model or a converter sets around text are taken off, and only where they can be nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from pipeline.document import Hint
from pipeline.text import Edit, Text

_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]*")
_BREAK = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})(?!#)[ \t]*")  # "## 标题"; models forget the space, so it may be missing
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![*\w])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![*\w])")
_STRAY = re.compile(r"\*{2,}")  # the half of a pair whose other half was lost
_ITEM = re.compile(r"[ \t]*([-*+•])[ \t]+(?=\S)")
_QUOTE = re.compile(r"[ \t]*(>[ \t]*)+(?=\S)")
_RULE = re.compile(r"[ \t]*([-*_])([ \t]*\1){2,}[ \t]*$")
_TAG = re.compile(r"</?(?:br|p|div|center|b|strong|u|sub|sup|span|font)\b[^<>]{0,200}/?>", re.IGNORECASE)
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_ANY = re.compile(r"[#*_>|<]|^[ \t]*[-+•][ \t]|[ \t]{2}$", re.MULTILINE)


class MarkupOptions(BaseModel):
    """Settings of the markup stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    markdown: bool = Field(default=True, description="read Markdown marks (#, **, >, tags) as hints and take them off")


def markup(text: Text, options: MarkupOptions) -> tuple[list[Edit], dict[int, Hint]]:
    """Find the layout marks of each line.

    Returns the edits that take them off, and the hints by line number (from 1; line breaks are never touched, so
    the numbers hold afterwards).

    >>> edits, hints = markup(Text.source("## 桥通了\\n**记者** 在现场"), MarkupOptions())
    >>> [(e.start, e.end) for e in edits], hints[1].level, hints[2].bold
    ([(0, 3), (7, 9), (11, 13)], 2, 2)
    """
    edits: list[Edit] = []
    hints: dict[int, Hint] = {}
    if not options.markdown or not _ANY.search(text.chars):
        return edits, hints
    for number, start, end in line_spans(text.chars):
        line = text.chars[start:end]
        if not _ANY.search(line):
            continue
        found = list(_marks(line))
        edits += (Edit(start + a, start + b, becomes, rule) for a, b, becomes, rule in found)
        hint = _hint(line, found)
        if hint != Hint():
            hints[number] = hint
    return edits, hints


def line_spans(chars: str) -> Iterator[tuple[int, int, int]]:
    """(number from 1, start, end without the line break) of each line, the last one too when it has no break."""
    at, number = 0, 1
    for found in _BREAK.finditer(chars):
        yield number, at, found.start()
        at, number = found.end(), number + 1
    if at < len(chars):
        yield number, at, len(chars)


def _marks(line: str) -> Iterator[tuple[int, int, str, str]]:
    """The marks of a line as (start, end, what stands in for it, rule), in order and not overlapping."""
    if _RULE.match(line) and len(line) < 200:
        yield 0, len(line), "", "markup.rule"
        return
    found: list[tuple[int, int, str, str]] = []
    body = 0
    for pattern, rule in ((_QUOTE, "markup.quote"), (_HEADING, "markup.heading"), (_ITEM, "markup.item")):
        opening = pattern.match(line, body)
        if opening and opening.end() < len(line) + (rule != "markup.item"):
            found.append((opening.start(), opening.end(), "", rule))
            body = opening.end()
    closing = _CLOSING.search(line, body) if any(rule == "markup.heading" for *_, rule in found) else None
    if closing:
        found.append((closing.start(), closing.end(), "", "markup.heading"))
    for pair in _STRONG.finditer(line, body):
        found += (
            (pair.start(), pair.start() + 2, "", "markup.strong"),
            (pair.end() - 2, pair.end(), "", "markup.strong"),
        )
    for pair in _EMPHASIS.finditer(line, body):
        found += (
            (pair.start(), pair.start() + 1, "", "markup.emphasis"),
            (pair.end() - 1, pair.end(), "", "markup.emphasis"),
        )
    found += ((m.start(), m.end(), "", "markup.strong") for m in _STRAY.finditer(line, body))
    found += ((m.start(), m.end(), "", "markup.tag") for m in _TAG.finditer(line, body))
    at = 0
    for mark in sorted(found):
        if mark[0] >= at:
            yield mark
            at = mark[1]


def _hint(line: str, found: list[tuple[int, int, str, str]]) -> Hint:
    rules = [rule for *_, rule in found]
    heading = _HEADING.match(line)
    strong = [(start, end) for start, end, _, rule in found if rule == "markup.strong"]
    opening = next((start for start, end, _, rule in found if rule == "markup.strong"), None)
    bold = 0
    if opening is not None and len(strong) >= 2 and not _visible(line[:opening], found, 0):
        bold = _visible(line[strong[0][1] : strong[1][0]], found, strong[0][1])
    return Hint(
        level=len(heading[1]) if heading else 0,
        bold=bold,
        item="markup.item" in rules or bool(_ROW.match(line)),
        hard_break=line.endswith("  ") and bool(line.strip()),
    )


def _visible(part: str, found: list[tuple[int, int, str, str]], offset: int) -> int:
    """Characters of `part` (which begins at `offset` of its line) that no mark covers, white space at the ends aside."""
    kept = "".join(c for i, c in enumerate(part, offset) if not any(start <= i < end for start, end, *_ in found))
    return len(kept.strip())
