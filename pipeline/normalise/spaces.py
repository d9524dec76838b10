"""White space: none inside Chinese text or between Chinese and figures or Latin letters, one inside Latin phrases.

In a heading, one ASCII space parts two parallel halves, and a letter-spaced line loses its spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from pipeline.normalise.draft import BLANK_CHARACTERS, BLANKS, HAN, NOT_CHINESE, Draft, Kind
from pipeline.text import Edit

__all__ = ["BLANK_CHARACTERS", "edits"]

RUN: Final = re.compile(f"[{BLANKS}]+")
WORD: Final = re.compile(f"[^{BLANKS}]+")
HAN_CHARACTER: Final = re.compile(f"[{HAN}]")
FULL_MARKS: Final = "，。：；？！…—·"
OPENING: Final = "“‘（《〈「『【〔［[("
CLOSING: Final = "”’）》〉」』】〕］])"
RANGE: Final = "~～—–-"
# Digits that were set apart one by one, as in "2 0 2 4 年".
SPACED_DIGITS: Final = re.compile(f"(?<![0-9.,])[0-9](?:[{BLANKS}]+[0-9](?![0-9.,])){{2,}}")
# White space inside one figure, none of which stays. Behind a list mark (1. 50%) a point with a space is no decimal: the
# figure has to follow a word.
_WORD_BEFORE: Final = f"(?<=[{HAN}，、（“])[{BLANKS}]*"
_WRAP: Final = f"[{BLANKS}]*\n[{BLANKS}]*"
INSIDE_FIGURE: Final = re.compile(
    f"(?<=[0-9])[{BLANKS}]*[{RANGE}][{BLANKS}]*(?=[0-9])"
    f"|(?<=[0-9])[{BLANKS}]+(?=\\.[0-9])"
    f"|{_WORD_BEFORE}[0-9]+\\.(?:{_WRAP}(?=[0-9]{{1,3}}(?![0-9.]|[{BLANKS}]*[年月]))|[{BLANKS}]+(?=[0-9]+[{BLANKS}]*[%‰万亿倍]))"
    f"|(?<=[0-9],){_WRAP}(?=[0-9]{{3}}(?![0-9]))"
    f"|{_WORD_BEFORE}[1-9][0-9]{{0,2}}(?:[{BLANKS}][0-9]{{3}})+(?=[{BLANKS}]*[{HAN}])"
)
AT_FIGURE: Final = re.compile(f"[{BLANKS}][0-9.{RANGE}]|[0-9.,{RANGE}][{BLANKS}]")  # quick: is there any
BEHIND_CHINESE: Final = re.compile(f"(?<=[^{NOT_CHINESE}])[{BLANKS}]+")  # most of all white space
HALF: Final = 2  # Han characters that a half of a couplet has at least


def edits(draft: Draft, *, heading: bool, run_in: int) -> Iterator[Edit]:
    """White space that goes, or shrinks to one space.

    >>> [(edit.start, edit.becomes) for edit in edits(Draft("2024 年 GE  Revolution CT"), heading=False, run_in=0)]
    [(4, ''), (6, ''), (9, ' ')]
    """
    shown = draft.shown
    figures = AT_FIGURE.search(shown) is not None
    spaced = [found.span() for found in SPACED_DIGITS.finditer(shown)] if figures else []
    inside = (
        {r.start() for f in INSIDE_FIGURE.finditer(shown) for r in RUN.finditer(shown, *f.span())} if figures else ()
    )
    halves = _halves(shown) if heading else frozenset[int]()
    loose = heading and _is_letter_spaced(shown, [found.span() for found in WORD.finditer(shown)])
    for found in RUN.finditer(shown):
        start, end = found.span()
        becomes, rule = "", "spaces.chinese"
        if start == 0 or end == len(shown):
            rule = "spaces.edge"
        elif start in halves or (run_in and start <= run_in <= end):
            becomes, rule = " ", "spaces.couplet" if start in halves else "spaces.run_in"
        elif loose or any(first < start < last for first, last in spaced):
            rule = "spaces.letter_spaced"
        elif start in inside:
            rule = "spaces.figure"
        elif not (BEHIND_CHINESE.match(shown, start) or _is_chinese_gap(draft, start, end)):
            becomes = _latin_gap(shown, start, end)
            rule = "spaces.figure" if not becomes else "spaces.run"
        if becomes != found.group():
            yield Edit(start, end, becomes, rule)


def _is_chinese_gap(draft: Draft, start: int, end: int) -> bool:
    """Chinese on one side; behind quotes and brackets, what they hold counts."""
    before, after = draft.shown[start - 1], draft.shown[end]
    if before in OPENING or after in CLOSING:
        return True
    if before in FULL_MARKS or after in FULL_MARKS:
        return True
    sides = draft.kind(start - 1), draft.kind(end)
    if Kind.CHINESE in sides:
        return not (before in "%‰°℃" and sides[1] is Kind.LATIN)
    if before in "）》】" or after in "（《【":
        return True
    if Kind.SHELL in sides:
        return Kind.CHINESE in (draft.before(start), draft.after(end))
    return False


def _latin_gap(shown: str, start: int, end: int) -> str:
    """What stays between two Latin words or figures: one space, or nothing inside a figure."""
    before, after = shown[start - 1], shown[end]
    if before.isdigit() and (after == "%" or (after.isdigit() and "\n" in shown[start:end])):
        return ""
    return " "


def _halves(shown: str) -> frozenset[int]:
    """Where the gaps of a heading are that part the halves of a couplet."""
    words = [found.span() for found in WORD.finditer(shown)]
    gaps = [second[0] - first[1] for first, second in pairwise(words)]
    if not gaps:
        return frozenset()
    wide = max(gaps) if _is_letter_spaced(shown, words) else 0
    cuts = [first[1] for first, gap in zip(words, gaps, strict=False) if gap >= wide]
    if wide and (min(gaps) == wide or len(cuts) > 2):
        return frozenset()
    starts, ends = [0, *cuts], [*cuts, len(shown)]
    full = [len(HAN_CHARACTER.findall(shown, start, end)) >= HALF for start, end in zip(starts, ends, strict=True)]
    if wide and not all(full):
        return frozenset()
    return frozenset(cut for cut, sides in zip(cuts, pairwise(full), strict=True) if all(sides))


def _is_letter_spaced(shown: str, words: list[tuple[int, int]]) -> bool:
    """Most of the words are one Han character."""
    single = sum(end - start == 1 and HAN_CHARACTER.match(shown, start) is not None for start, end in words)
    return single > 1 and single * 2 > len(words)
