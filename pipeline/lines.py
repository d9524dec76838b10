"""Lines: the text cut at its line breaks, copies printed twice on one line set aside.

In: the text of a document and the hints of its marks. Out: the lines that have something on them, stripped,
with what the white space around them said (a blank line before, an indent), and what was removed. What Markdown links and
pictures point at is set aside as noise. A byline in brackets behind the last sentence of an article becomes a line of its
own, and so does a subtitle behind its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from pipeline.bylines import signature
from pipeline.document import UNMARKED, Hint, Line, Removal
from pipeline.markup import line_spans, targets
from pipeline.text import Text, join

LONGEST = 400  # characters; a longer line is no shadowed caption
SHORTEST_COPY = 4
SHORTEST_REPEAT = 8  # characters of a line printed again on the next line
SHORTEST_STUTTER = 5  # different letters of a line in which each letter stands twice; fewer may be 平平安安 快快乐乐
_SUBTITLED = re.compile(r"^[^，。；！：:,;]{2,40}?(?P<gap>\s+)[—–-]{2}[^\s—–-][^。]{3,60}$")
_BRACKETS = re.compile(r"([(（])\1")
_BEFORE_BRACKETS = re.compile(r"([^()（）\s]{2,24})\1$")
_BEHIND_BRACKETS = re.compile(r"([^(（\s]{2,24})\1")


class LinesOptions(BaseModel):
    """Settings of the lines stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doubled: bool = Field(default=True, description="set aside the second copy of text printed twice on one line")
    links: bool = Field(
        default=True, description="set aside the addresses of Markdown links and pictures, keep their words"
    )
    signed: bool = Field(default=True, description="part a byline in brackets from the sentence it stands behind")
    subtitled: bool = Field(
        default=True, description="part a subtitle that begins with a dash from the title it stands behind"
    )


def lines(text: Text, hints: dict[int, Hint], options: LinesOptions) -> tuple[list[Line], list[Removal]]:
    """Cut the text into lines.

    A line printed twice on itself (a shadowed caption: each glyph string is drawn two times) keeps its first copy;
    the second is a removal of reason `duplicate`.

    >>> found, removed = lines(Text.source("  桥通了\\n\\n开馆开馆仪式开馆仪式"), {}, LinesOptions())
    >>> [(line.number, line.text.chars, line.blank_before) for line in found]
    [(1, '桥通了', True), (3, '开馆开馆仪式', True)]
    >>> [r.text.chars for r in removed]
    ['开馆仪式']
    """
    found: list[Line] = []
    removed: list[Removal] = []
    blank, whole = True, text.chars
    aims = options.links and ("](" in whole or "```" in whole)
    brackets = "（（" in whole or "((" in whole
    for number, start, end in line_spans(whole):
        chars = whole[start:end].strip()
        if not chars:
            blank = True
            continue
        lead = whole.index(chars, start) - start
        line = text[start + lead : start + lead + len(chars)]
        if aims and ("](" in chars or "```" in chars):
            line = _aimed(line, removed)
            chars = line.chars
            if not chars:
                blank = True
                continue
        if options.doubled:
            if not blank and chars == found[-1].text.chars and _is_no_refrain(chars):
                removed.append(Removal(line, "duplicate", "lines.repeated"))
                continue
            if len(chars) <= LONGEST and (spans := _copies(chars, brackets=brackets)):
                removed.append(Removal(join([line[a:b] for a, b in spans]), "duplicate", "lines.doubled"))
                line = _without(line, spans)
                chars = line.chars
        indent = sum(2 if c in "\u3000\t" else 1 for c in whole[start : start + lead]) if lead else 0
        cut = _cut(chars, options)
        found.append(Line(number, line[:cut].strip() if cut else line, blank, indent, hints.get(number, UNMARKED)))
        if cut:
            found.append(Line(number, line[cut:], False))
        blank = False
    return found, removed


def _cut(chars: str, options: LinesOptions) -> int | None:
    """Where a line is cut in two: before a byline in brackets, or before a subtitle behind its title.

    >>> _cut("旧 桥 ——它的一百年", LinesOptions()), _cut("他说——好", LinesOptions())
    (4, None)
    """
    if options.subtitled and "—" in chars and (found := _SUBTITLED.match(chars)):
        return found.end("gap")
    return signature(chars) if options.signed and ("（" in chars or "(" in chars) else None


def _is_no_refrain(chars: str) -> bool:
    """Whether a line that is printed twice says too much for a refrain."""
    return len(chars) >= SHORTEST_REPEAT and len(set(filter(str.isalpha, chars))) >= SHORTEST_REPEAT - 2


def _aimed(line: Text, removed: list[Removal]) -> Text:
    """The line without what its links and pictures point at, which goes to the removals."""
    kept: list[Text] = []
    at = 0
    for start, end, first, last, rule in targets(line.chars):
        kept += line[at:start], line[first:last]
        removed.append(Removal(line[last:end].strip('![]()`"” '), "noise", rule))
        at = end
    return join([*kept, line[at:]]).strip()


def _without(line: Text, spans: list[tuple[int, int]]) -> Text:
    edges = [0, *(edge for span in spans for edge in span), len(line)]
    return join([line[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]).strip()


def _copies(chars: str, *, brackets: bool = True) -> list[tuple[int, int]]:
    """The spans of second copies on a line. One cheap test for each kind dismisses nearly every line.

    `brackets` says whether to look for a bracket printed twice: most pages have none.

    >>> _copies("开馆仪式开馆仪式"), _copies("（（李四摄）李四摄）"), _copies("党党建建引引领领未未来来")[:2]
    ([(4, 8)], [(1, 2), (6, 10)], [(1, 2), (3, 4)])
    >>> _copies("哈哈哈哈哈哈哈哈"), _copies("2000000000"), _copies("平平安安快快乐乐")
    ([], [], [])
    """
    if chars[0] == chars[1:2] and chars[2:3] == chars[3:4] and _stutters(chars):
        return [(k, k + 1) for k in range(1, len(chars), 2)]
    if brackets and ("（（" in chars or "((" in chars):
        return list(_bracketed(chars))
    if (
        chars.find(chars[-SHORTEST_COPY:], 0, -SHORTEST_COPY) < 0
        and chars.find(chars[:SHORTEST_COPY], SHORTEST_COPY) < 0
    ):
        return []
    copy = _copy(chars)
    return [copy] if copy else []


def _copy(chars: str) -> tuple[int, int] | None:
    """The span of the second of two copies that stand side by side at the start or end of a line, if any."""
    size = len(chars)
    tail, head = chars[-SHORTEST_COPY:], chars[:SHORTEST_COPY]
    at = chars.find(tail, 0, size - SHORTEST_COPY)
    while at >= 0:
        half = size - SHORTEST_COPY - at
        if chars[-half:] == chars[-2 * half : -half] and _says_something(chars[-half:]):
            return size - half, size
        at = chars.find(tail, at + 1, size - SHORTEST_COPY)
    half = chars.find(head, SHORTEST_COPY)
    while half >= 0:
        if chars[:half] == chars[half : 2 * half] and _says_something(chars[:half]):
            return half, 2 * half
        half = chars.find(head, half + 1)
    return None


def _bracketed(chars: str) -> Iterator[tuple[int, int]]:
    """Second copies about a bracket printed twice: “（（李四摄）李四摄）”, “楼长楼长（（左一）值守”.

    A shadow draws each run of glyphs two times, and a bracket begins a run.
    """
    at = 0
    for bracket in _BRACKETS.finditer(chars):
        if bracket.start() < at:
            continue
        before = _BEFORE_BRACKETS.search(chars, at, bracket.start())
        behind = _BEHIND_BRACKETS.match(chars, bracket.end())
        if not before and not behind:
            continue
        if before:
            yield before.start() + len(before[1]), bracket.start()
        yield bracket.start() + 1, bracket.end()
        at = bracket.end()
        if behind:
            yield bracket.end() + len(behind[1]), behind.end()
            at = behind.end()


def _stutters(chars: str) -> bool:
    """Whether each letter of a line stands twice (a bold face made by printing it again a little aside)."""
    return (
        len(chars) % 2 == 0 and chars[::2] == chars[1::2] and len({c for c in chars if c.isalpha()}) >= SHORTEST_STUTTER
    )


def _says_something(copy: str) -> bool:
    """Whether a copy is words: at least four different letters or Han characters (not ……, 000 or 哈哈), no list (、)."""
    return "、" not in copy and len({c for c in copy if c.isalpha()}) >= SHORTEST_COPY
