"""Numbering: what the numbers and marks of headings tell of the order and the levels of sections.

In: the items of one article, headings over their text. Out: the same items, numbered sections in the order of their numbers, each
heading with its level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.document import Block, Role
from pipeline.order import Item

_DIGITS = "零一二三四五六七八九十"
_NUMBER = re.compile(
    r"(?P<han>(?:[一二三四五六七八九]?十)?[一二三四五六七八九]?(?<=\S)、)"
    r"|(?P<bracket>[（(](?:[一二三四五六七八九]?十)?[一二三四五六七八九]?(?<![（(])[）)])"
    r"|(?P<arabic>\d{1,2}[、.．](?!\d))"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at the start of a heading: the kind of its number ("" for none) and the number."""

    kind: str = ""
    number: int = 0


def mark(heading: str) -> Mark:
    """The number of a heading.

    >>> [mark(text) for text in ("二、大桥", "（十二）大桥", "大桥")]
    [Mark(kind='han', number=2), Mark(kind='bracket', number=12), Mark(kind='', number=0)]
    """
    found = _NUMBER.match(heading)
    return Mark(found.lastgroup or "", number(found[0])) if found else Mark()


def number(text: str) -> int:
    """A number, Chinese up to 99 or Arabic.

    >>> [number(text) for text in ("一、", "（十二）", "三十", "4.")]
    [1, 12, 30, 4]
    """
    digits = "".join(char for char in text if char in "0123456789")
    if digits:
        return int(digits)
    tens, ten, ones = "".join(char for char in text if char in _DIGITS).rpartition("十")
    return (_DIGITS.index(tens or "一") * 10 if ten else 0) + (_DIGITS.index(ones) if ones else 0)


def numbered(items: Sequence[Item]) -> list[Item]:
    """Sections in the order of their numbers, if every heading has one, all of one kind, and no number comes twice."""
    starts = [i for i, item in enumerate(items) if item.block.role is Role.HEADING]
    marks = [mark(items[i].block.text.chars) for i in starts]
    numbers = [one.number for one in marks]
    if len({one.kind for one in marks}) != 1 or not marks[0].kind or len(set(numbers)) < len(numbers):
        return list(items)
    edges = [*starts, len(items)]
    sections = sorted(range(len(starts)), key=lambda k: numbers[k])
    return [*items[: starts[0]], *(item for k in sections for item in items[edges[k] : edges[k + 1]])]


def levelled(items: Sequence[Item]) -> list[Item]:
    """Each heading with its level: 1, or 2 where numbers or layout marks put it under others."""
    starts = [i for i, item in enumerate(items) if item.block.role is Role.HEADING]
    headings = [items[i].block for i in starts]
    marks = [mark(block.text.chars) for block in headings]
    layout = [block.lines[0].hint.level for block in headings]
    kinds = _kinds_under(marks)
    pairs = under(items)
    top = min((level for level in layout if level), default=0)
    placed = list(items)
    for i, block, one, own in zip(starts, headings, marks, layout, strict=True):
        level = 2 if one.kind in kinds or own > top or (top and not own and _bold(block)) or i in pairs else 1
        if level != block.level:
            placed[i] = items[i]._replace(block=block._replace(level=level))
    return placed


def under(items: Sequence[Item]) -> set[int]:
    """The indexes of headings that stand under the one before them: the second of two, where a page sets its headings in twos.

    A page does so if most of its texts have two headings before them, and at least two have.
    """
    is_heading = [item.block.role is Role.HEADING for item in items] + [True]
    sizes: dict[int, int] = {}  # index of the last heading before a text: how many headings stand there in a row
    row = 0
    for i, heading in enumerate(is_heading):
        if not heading and row:
            sizes[i - 1] = row
        row = row + 1 if heading else 0
    twos = {last for last, size in sizes.items() if size == 2}
    return twos if len(twos) >= 2 and 2 * len(twos) > len(sizes) and row <= 1 else set()


def _kinds_under(marks: Sequence[Mark]) -> set[str]:
    """The kinds of numbers that stand under others: （一） under 一、, and those that count from one again."""
    kinds = {one.kind for one in marks}
    under = {"bracket", "arabic"} & kinds if "han" in kinds else set[str]()
    again = [one.kind for one in marks if one.number == 1]
    return under | {kind for kind in kinds if kind and again.count(kind) > 1 and len(kinds) > 1}


def _bold(block: Block) -> bool:
    return all(line.hint.bold == len(line.text) for line in block.lines)
