"""Unwrap: the lines of one block become one text.

In: the lines of a paragraph, heading or caption, in order. Out: one text. Han lines meet without a space, Latin words with one,
a word hyphenated at the line end without either; a figure cut by the wrap is whole again. The two halves of a
headline that was set on two lines keep a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from pipeline.text import Text, join

SHORTEST_WORD = 4  # letters of a Latin word that a figure may follow after a space (Windows 11, but CT64)
SHORTEST_HALF = 5  # characters of the half of a headline
_HYPHENATED = re.compile("[a-z][-\u00ad\u2010]$")
_ADDRESS = re.compile(r"(?:https?:|www\.|[A-Za-z0-9_]@|[a-z]\.(?:com|cn|org|net))[!-~]*$")
_WORD = re.compile(r"[A-Za-z0-9]+")
_PAIRED = "“”‘’（）《》"


class UnwrapOptions(BaseModel):
    """Settings of the unwrap stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hyphens: bool = Field(default=True, description="join a Latin word that was hyphenated at the end of a line")


def unwrap(lines: Sequence[Text], options: UnwrapOptions, *, headline: bool = False) -> Text:
    """Join lines to one text.

    `headline` says that the lines are of a title or heading, whose parallel halves keep a space.

    >>> [unwrap([Text.source(a), Text.source(b)], UnwrapOptions()).chars
    ...  for a, b in [("修桥用了318", "357元"), ("the deep", "sea"), ("inter-", "national"), ("在GE", "公司")]]
    ['修桥用了318357元', 'the deep sea', 'international', '在GE公司']
    >>> unwrap([Text.source("石桥通了车"), Text.source("两岸少绕路")], UnwrapOptions(), headline=True).chars
    '石桥通了车 两岸少绕路'
    """
    if len(lines) == 1:
        return lines[0]
    pieces = [lines[0]]
    halves = headline and len(lines) == 2 and _parallel(lines[0].chars, lines[1].chars)
    for line in lines[1:]:
        before, first = pieces[-1].chars, line.chars[:1]
        if halves or (first.isascii() and _space_between(before, line.chars)):
            pieces.append(Text.made(" "))
        elif first.islower() and options.hyphens and _HYPHENATED.search(before) and not _ADDRESS.search(before):
            pieces[-1] = pieces[-1][:-1]
        pieces.append(line)
    return join(pieces)


def _space_between(before: str, after: str) -> bool:
    """Whether Latin words met at the line break; what it cut inside a figure or an address is one word.

    >>> [_space_between(*pair) for pair in (("the deep", "sea"), ("用了3", "D打印"), ("www.", "sea.cn"), ("长5", "km"))]
    [True, False, False, False]
    """
    left, right = before[-1:], after[:1]
    if not _is_latin(right) or _ADDRESS.search(before):
        return False
    if not _is_latin(left):
        return left != "" and left in ",.;:!?%)" and not right.isdigit()
    if left.isdigit() and right.isdigit():
        return False
    beside = _WORD.findall(before)[-1] if right.isdigit() else _WORD.findall(after)[0]
    return left.isalpha() == right.isalpha() or len(beside) >= SHORTEST_WORD


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _parallel(first: str, second: str) -> bool:
    """Whether two lines of a headline are halves of one length, and no pair of marks is open across them."""
    balanced = all(first.count(a) == first.count(b) for a, b in zip(_PAIRED[::2], _PAIRED[1::2], strict=True))
    return len(first) == len(second) >= SHORTEST_HALF and " " not in first and balanced
