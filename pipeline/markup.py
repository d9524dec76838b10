"""Markdown marks become hints.

In: the text of a document. Out: the edits that take the marks off, and for each line that had some a `Hint`
of what they said (heading level, bold opening, list item). Wording and tables stay as they are; only marks that a
vision model or a converter sets around text are taken off, and only where they can be nothing else. What a link or
picture points at has letters, so no edit may take it: `targets` finds it, and the lines stage sets it aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from pipeline.document import UNMARKED, Hint
from pipeline.text import Edit, Text

Mark: TypeAlias = tuple[int, int, str, str]  # start, end, what stands in for it, rule

_HEADING = re.compile(
    r"[ \t]{0,3}(#{1,6})(?:[ \t]+|(?![#\d])(?![^#]*[^\s#]#)|$)"
)  # models forget the space; #话题# is none
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")
_STRONG = re.compile(
    r"(?<![\\*])(\*{2,3})(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?!\*)"
    r"|(?<![A-Za-z0-9_\\])(__)(?=[^\s_])(.+?)(?<=[^\s_])__(?![A-Za-z0-9_])"
)
_EMPHASIS = re.compile(r"(?<![\\*\w])\*(?=[^\s*])([^*]+?)(?<=[^\s*\\])\*(?![*\w])")
_STRAY = re.compile(r"^[ \t]*\*{2,3}(?=[^\s*])|(?<=[。！？：:”）])\*{2,3}[ \t]*$")  # half a pair; not 李**
_ITEM = re.compile(r"[ \t]*([-*+•])[ \t]+(?=\S)")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]*)+(?<!>)(?=\S)|[ \t]*>+(?=[^\s\d>])")  # not the > of >60岁
_RULE = re.compile(
    r"[ \t]*(?:([-*_=])([ \t]*\1){2,}|\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?|`{3,})[ \t]*$"
)
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>br|hr|p|div|center|b|strong|i|em|u|s|del|sub|sup|span|font|a|img|figure|figcaption"
    r"|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|blockquote|html|body)(?![\w-])[^<>]{0,300}>|<!--[^<>]{0,300}-->",
    re.IGNORECASE,
)
_APART = frozenset(("br", "p", "div", "tr", "td", "th", "li"))  # tags that part what stands on their two sides
_ENTITY = re.compile(
    r"&(?:nbsp|[a-z]{1,2}sp|thinsp|amp|lt|gt|quot|apos|[lr][ds]quo|[mn]dash|hellip|middot|bull|times|deg|yen|permil"
    r"|#\d{2,6}|#[xX][0-9a-fA-F]{2,6});"
)
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!|<>~&%$])")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_ANY = re.compile(r"[#*_>|<`=\\&]|^[ \t]*[-+•][ \t]|[ \t]{2}\r?$|-{3}|- -", re.MULTILINE)
_MAY = re.compile(  # finds all that _ANY does, ten times as fast, since it is one class of characters that it looks for
    r"[#*_>|<`=\\&\-+•\t ](?:(?<=[#*_>|<`=\\&])|(?<=[-+•])[ \t]|(?<=[ \t])[ \t]\r?$|--)", re.MULTILINE
)
_TARGET = re.compile(r"!?\[([^\[\]]*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+[\"“][^\"”]*[\"”])?\)")
_LINKS_TO = re.compile(r"[/.#@:]|^\w*$", re.ASCII)
_NO_WORDS = re.compile(r"[\w.\-/ ]*|图片?\s*\d*|image.*", re.ASCII | re.IGNORECASE)
_FENCE = re.compile(r"[ \t]*`{3,}[ \t]*[A-Za-z]+[ \t]*$")


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
    whole = text.chars
    if not options.markdown or not (_MAY.search(whole) and _ANY.search(whole)):
        return edits, hints
    for number, start, end in line_spans(whole):
        if not _MAY.search(whole, start, end):
            continue
        line = whole[start:end]
        found = list(_marks(line))
        edits += (Edit(start + a, start + b, becomes, rule) for a, b, becomes, rule in found)
        hint = _hint(line, found)
        if hint != UNMARKED:
            hints[number] = hint
    return edits, hints


def targets(line: str) -> list[tuple[int, int, int, int, str]]:
    """The links and pictures of a line as (start, end, start and end of the words to keep, rule).

    >>> targets("![大桥通车](images/1.png)"), targets("![](2.jpg)"), targets("f(x)=[a](b c)")
    ([(0, 21, 2, 6, 'markup.image')], [(0, 10, 2, 2, 'markup.image')], [])
    """
    found: list[tuple[int, int, int, int, str]] = []
    if "](" in line:
        for one in _TARGET.finditer(line):
            image = one[0][0] == "!"
            if not image and not _LINKS_TO.search(one[2]):
                continue
            words = (one.start(1), one.start(1)) if image and _NO_WORDS.fullmatch(one[1]) else one.span(1)
            found.append((*one.span(), *words, "markup.image" if image else "markup.link"))
    elif "```" in line and _FENCE.match(line):
        found.append((0, len(line), 0, 0, "markup.fence"))
    return found


def line_spans(chars: str) -> Iterator[tuple[int, int, int]]:
    """(number from 1, start, end without the line break) of each line, the last one too when it has no break."""
    for separator in "\x1c\x1d\x1e":  # they break no line here, unlike in str.splitlines
        chars = chars.replace(separator, " ")
    at = 0
    for number, (line, whole) in enumerate(zip(chars.splitlines(), chars.splitlines(keepends=True), strict=True), 1):
        yield number, at, at + len(line)
        at += len(whole)


def _marks(line: str) -> Iterator[Mark]:
    """The marks of a line as (start, end, what stands in for it, rule), in order and not overlapping."""
    if len(line) < 200 and _RULE.match(line):
        yield 0, len(line), "", "markup.rule"
        return
    found = list(_openings(line))
    body = found[-1][1] if found else 0
    closing = _CLOSING.search(line, body) if any(rule == "markup.heading" for *_, rule in found) else None
    if closing:
        found.append((*closing.span(), "", "markup.heading"))
    targeted = targets(line)
    inline = (*_pairs(line, body), *_tags(line, body))
    found += (
        mark for mark in inline if not any(a <= mark[0] < b and not c <= mark[0] < d for a, b, c, d, _ in targeted)
    )
    at = 0
    for mark in sorted(found):
        if mark[0] >= at:
            yield mark
            at = mark[1]


def _openings(line: str) -> Iterator[Mark]:
    """What stands before the words of a line: quote marks, the signs of a heading, the bullet of a list."""
    body = 0
    for pattern, rule in ((_QUOTE, "markup.quote"), (_HEADING, "markup.heading"), (_ITEM, "markup.item")):
        opening = pattern.match(line, body)
        if opening and opening.end() < len(line) + (rule != "markup.item"):
            yield (*opening.span(), "", rule)
            body = opening.end()


def _pairs(line: str, body: int) -> Iterator[Mark]:
    """Marks that stand on both sides of words (bold, emphasis), halves of such pairs, and escaping backslashes."""
    for pair in _STRONG.finditer(line, body):
        size = len(pair[1] or pair[3])
        yield pair.start(), pair.start() + size, "", "markup.strong"
        yield pair.end() - size, pair.end(), "", "markup.strong"
    for pair in _EMPHASIS.finditer(line, body):
        yield pair.start(), pair.start() + 1, "", "markup.emphasis"
        yield pair.end() - 1, pair.end(), "", "markup.emphasis"
    for half in _STRAY.finditer(line, body):
        yield half.start(), half.end(), "", "markup.strong"
    for escape in _ESCAPE.finditer(line, body):
        yield escape.start(), escape.end(), "", "markup.escape"


def _tags(line: str, body: int) -> Iterator[Mark]:
    """HTML tags and entities. A tag that parts what stands about it becomes a space."""
    if "<" in line:
        for tag in _TAG.finditer(line, body):
            inside = all(_TAG.sub("", part).strip() for part in (line[: tag.start()], line[tag.end() :]))
            apart = inside and (tag["name"] or "").lower() in _APART
            yield tag.start(), tag.end(), " " if apart else "", "markup.tag"
    if "&" in line:
        for entity in _ENTITY.finditer(line, body):
            meant = unescape(entity[0])
            if meant.isprintable() or meant.isspace():
                yield entity.start(), entity.end(), " " if meant.isspace() else meant, "markup.entity"


def _hint(line: str, found: list[Mark]) -> Hint:
    rules = [rule for *_, rule in found]
    heading = next((line[a:b].strip() for a, b, _, rule in found if rule == "markup.heading"), "")
    tagged = re.search(r"<h([1-6])\b", line, re.IGNORECASE) if "markup.tag" in rules else None
    strong = [(start, end) for start, end, _, rule in found if rule == "markup.strong"]
    bold = 0
    if len(strong) >= 2 and not _visible(line[: strong[0][0]], found, 0):
        bold = _visible(line[strong[0][1] : strong[1][0]], found, strong[0][1])
    return Hint(
        level=int(tagged[1]) if tagged else len(heading),
        bold=bold,
        item="markup.item" in rules or bool(_ROW.match(line)),
        hard_break=line.endswith("  ") and bool(line.strip()),
    )


def _visible(part: str, found: list[Mark], offset: int) -> int:
    """Characters of `part` (which begins at `offset` of its line) that no mark covers, white space at the ends aside."""
    kept, at = "", 0
    for start, end, *_ in found:  # in order, and not overlapping
        kept += part[at : max(at, start - offset)]
        at = max(at, end - offset)
    return len((kept + part[at:]).strip())
