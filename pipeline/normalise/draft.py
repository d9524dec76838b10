"""A paragraph on its way to the normal form: what stands where, what kind it is, what has been decided so far.

Each step looks at `shown`, which has the length of the paragraph and shows at each place what will stand there, and
proposes edits of the paragraph as it came in. So no step needs to know what another one did, and offsets never shift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

from pipeline.text import Edit


class Kind(Enum):
    """What a character says about the text it stands in."""

    CHINESE = auto()  # Han, kana, bopomofo, Chinese punctuation, and what closes a figure: % ℃ ①
    LATIN = auto()  # letters of other scripts, and the signs of formulas and addresses
    DIGIT = auto()
    SHELL = auto()  # quotes and brackets: look what is behind them
    BLANK = auto()
    MARK = auto()  # punctuation that has both widths: since its width is in question, it is evidence for nothing
    EDGE = auto()  # beyond the text


BLANKS: Final = " \t\n\r\x0b\x0c\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_MAYBE_BLANK: Final = (*range(0x21), 0xA0, 0x1680, *range(0x2000, 0x2060), 0x3000)
BLANK_CHARACTERS: Final = frozenset(char for char in map(chr, _MAYBE_BLANK) if re.match(f"[{BLANKS}]", char))
HAN: Final = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SHELLS: Final = "\"'“”‘’()（）「」『』＂＇〝〞〟[]［］"
# What is left of ASCII (+ / = ~ < > & @ # _ * ^ \ $ |) goes with Latin letters.
MARKS: Final = ",.:;?!，。：；？！．…⋯—―─━–－-·•‧・･∙⋅"
CLOSES_FIGURE: Final = "%‰℃℉㎡㎥㎜㎝㎞㎏㎎％"

IS_HAN: Final = re.compile(f"[{HAN}]")
# All that is neither Han, nor figure, nor the commonest punctuation: what steps look for is among them.
SIGNS: Final = re.compile(
    "[^\u3001-\u3002\u3400-\u9fff\uff0c0-9。“”A-HJ-NP-Za-kmnp-z]"
)  # O, o, I and l may be misread figures

_LATIN: Final = "!-~\u00a1-\u00b6\u00b8-\u036f\u0370-\u058f\u0600-\u1fff\u2c00-\u2dff"
_KINDS: Final = (
    (Kind.BLANK, re.compile(f"[{BLANKS}]")),
    (Kind.SHELL, re.compile(f"[{re.escape(SHELLS)}]")),
    (Kind.MARK, re.compile(f"[{re.escape(MARKS)}]")),
    (Kind.DIGIT, re.compile("[0-9]")),
    (Kind.LATIN, re.compile(f"[{_LATIN}]")),
)
# The same as a class of characters: what is of kind CHINESE is none of these, or closes a figure.
NOT_CHINESE: Final = f"{BLANKS}{re.escape(SHELLS)}{re.escape(MARKS)}0-9{_LATIN}"


class _Kinds(dict[str, Kind]):
    """The kind of a character, found out once."""

    def __missing__(self, char: str) -> Kind:
        kind = Kind.CHINESE
        if char not in CLOSES_FIGURE:
            kind = next((k for k, pattern in _KINDS if pattern.match(char)), Kind.CHINESE)
        self[char] = kind
        return kind


KINDS: Final = _Kinds()
BLANK_ONLY: Final = (Kind.BLANK,)
LOOK_BEHIND: Final = (Kind.SHELL, Kind.BLANK, Kind.MARK)


class Draft:
    """What has been decided about one paragraph."""

    __slots__ = ("_edits", "chars", "present", "shown")

    def __init__(self, chars: str) -> None:
        self.chars = chars
        self.shown = chars
        self.present = set(SIGNS.findall(chars))  # so that a step that has nothing to look for costs nothing
        self._edits: dict[int, Edit] = {}

    def end(self, edits: Iterable[Edit]) -> None:
        """Accept the edits of the last step: nobody looks at what is shown any more."""
        kept = self._edits
        for edit in edits:
            kept[edit.start] = edit
            for inside in range(edit.start + 1, edit.end):
                kept.pop(inside, None)

    def take(self, edits: Iterable[Edit]) -> None:
        """Accept the edits of one step; of two edits of the same characters the later one counts."""
        shown, kept = self.shown, self._edits
        pieces: list[str] = []
        put = pieces.append
        at = 0
        for edit in edits:
            start, end, becomes, _ = edit
            kept[start] = edit
            put(shown[at:start])
            if end - start == 1 == len(becomes):
                put(becomes)
            else:
                for inside in range(start + 1, end):
                    kept.pop(inside, None)
                put((becomes or shown[start - 1])[:1] * (end - start))
                self.present.update(becomes)
            at = end
        if at:
            self.present.update(pieces[1::2])
            put(shown[at:])
            self.shown = "".join(pieces)

    def edits(self) -> list[Edit]:
        """All of them in order; those that in the end change nothing are left out."""
        found = [self._edits[start] for start in sorted(self._edits)]
        return [edit for edit in found if self.chars[edit.start : edit.end] != edit.becomes]

    @property
    def chinese(self) -> bool:
        """Whether there is any Han character."""
        return IS_HAN.search(self.chars) is not None

    def kind(self, at: int) -> Kind:
        """The kind of what stands at `at`; beyond the text, EDGE."""
        return KINDS[self.shown[at]] if 0 <= at < len(self.shown) else Kind.EDGE

    def before(self, at: int) -> Kind:
        """The kind of the nearest character before `at` that is no blank, quote, bracket or mark."""
        return self._beyond(at - 1, -1, LOOK_BEHIND)

    def after(self, at: int) -> Kind:
        """The same, from `at` on."""
        return self._beyond(at, 1, LOOK_BEHIND)

    def beside(self, at: int) -> tuple[Kind, Kind]:
        """The kinds of the characters on both sides of the one at `at`, blanks left out."""
        return self._beyond(at - 1, -1, BLANK_ONLY), self._beyond(at + 1, 1, BLANK_ONLY)

    def _beyond(self, at: int, step: int, skipped: tuple[Kind, ...]) -> Kind:
        kind = self.kind(at)
        while kind in skipped:
            at += step
            kind = self.kind(at)
        return kind
