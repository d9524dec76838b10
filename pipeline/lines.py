"""Lines: the text cut at its line breaks, copies printed twice on one line set aside.

In: the text of a document and the hints of its marks. Out: the lines that have something on them, stripped,
with what the white space around them said (a blank line before, an indent), and what was removed.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pipeline.document import Hint, Line, Removal
from pipeline.markup import line_spans
from pipeline.text import Text

LONGEST = 400  # characters; a longer line is no shadowed caption, and looking for copies costs the square
SHORTEST_COPY = 4
_PLAIN = Hint()


class LinesOptions(BaseModel):
    """Settings of the lines stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doubled: bool = Field(default=True, description="set aside the second copy of text printed twice on one line")


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
    blank = True
    for number, start, end in line_spans(text.chars):
        chars = text.chars[start:end]
        inner = chars.strip()
        if not inner:
            blank = True
            continue
        lead = len(chars) - len(chars.lstrip())
        line = text[start + lead : start + lead + len(inner)]
        copy = _copy(inner) if options.doubled and len(inner) <= LONGEST else None
        if copy:
            removed.append(Removal(line[copy[0] : copy[1]], "duplicate", "lines.doubled"))
            line = (line[: copy[0]] + line[copy[1] :]).strip()
        indent = sum(2 if c in "\u3000\t" else 1 for c in chars[:lead])
        found.append(Line(number, line, blank, indent, hints.get(number, _PLAIN)))
        blank = False
    return found, removed


def _copy(chars: str) -> tuple[int, int] | None:
    """The span of the second of two copies that stand side by side at the start or end of a line, if any.

    >>> _copy("开馆仪式开馆仪式")
    (4, 8)
    >>> _copy("哈哈哈哈哈哈哈哈"), _copy("2000000000")
    (None, None)
    """
    size = len(chars)
    for half in range(size // 2, SHORTEST_COPY - 1, -1):
        if chars[-half:] == chars[-2 * half : -half] and _says_something(chars[-half:]):
            return size - half, size
        if chars[:half] == chars[half : 2 * half] and _says_something(chars[:half]):
            return half, 2 * half
    return None


def _says_something(copy: str) -> bool:
    """Whether a copy is words: at least four different letters or Han characters (not ……, 000 or 哈哈)."""
    return len({c for c in copy if c.isalpha()}) >= SHORTEST_COPY
