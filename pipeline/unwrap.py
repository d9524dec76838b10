"""Unwrap: the lines of one block become one text.

In: the lines of a paragraph, heading or caption, in order. Out: one text. Han lines meet without a space, Latin words with one,
a word hyphenated at the line end without either; a figure cut by the wrap is whole again. The two halves of a
headline that was set on two lines keep a space.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from pipeline.text import Text, join

HYPHENS = "-\u00ad\u2010"
SHORTEST_HALF = 5  # characters of the half of a headline
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
    joined = lines[0]
    pieces = [joined]
    halves = headline and len(lines) == 2 and _parallel(lines[0].chars, lines[1].chars)
    for line in lines[1:]:
        before, after = pieces[-1].chars[-1:], line.chars[:1]
        if halves:
            pieces.append(Text.made(" "))
        elif _is_latin(before) and _is_latin(after):
            if not (before.isdigit() and after.isdigit()):
                pieces.append(Text.made(" "))
        elif options.hyphens and before in HYPHENS and after.islower() and pieces[-1].chars[-2:-1].islower():
            pieces[-1] = pieces[-1][:-1]
        elif before in ",.;:!?%)" and before and _is_latin(after) and not after.isdigit():
            pieces.append(Text.made(" "))
        pieces.append(line)
    return join(pieces)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _parallel(first: str, second: str) -> bool:
    """Whether two lines of a headline are halves of one length, and no pair of marks is open across them."""
    balanced = all(first.count(a) == first.count(b) for a, b in zip(_PAIRED[::2], _PAIRED[1::2], strict=True))
    return len(first) == len(second) >= SHORTEST_HALF and " " not in first and balanced
