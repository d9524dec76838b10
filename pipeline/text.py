"""One text that knows where it came from.

A `Text` is a string and, for each of its characters, the offset in the decoded input of the character
that stands behind it (-1: nothing does, such as the line break between two paragraphs). Slicing, joining and
editing carry the offsets along, so no later stage has to think of provenance. Stitching moves text, so
offsets jump: nothing here assumes that they rise.

Offsets are code points. All work is done by C-level string and array operations; the only Python loops run
over edits and pieces, never over characters.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

GAP = 4  # characters taken out of the middle of a run (soft hyphens, say), for it to be one run still
NOWHERE = -1  # the origin of a character that the program set itself


class Edit(NamedTuple):
    """Put `becomes` in place of the characters `start` to `end` (half-open) because of `rule`."""

    start: int
    end: int
    becomes: str
    rule: str


class Change(NamedTuple):
    """An edit that was made, in offsets of the decoded input: the ledger is a list of these.

    One that changes nothing is on record since it was in doubt what should stand there.
    """

    start: int
    end: int
    was: str
    becomes: str
    rule: str


@dataclass(frozen=True, slots=True)
class Text:
    """Characters and their origins; both have the same length, checked once at birth.

    >>> text = Text.source("第 5 版")
    >>> text[2:].chars, text[2:].origins.tolist()
    ('5 版', [2, 3, 4])
    """

    chars: str
    origins: array[int]

    def __post_init__(self) -> None:
        if len(self.chars) != len(self.origins):
            raise ValueError(f"{len(self.chars)} characters have {len(self.origins)} origins")

    @classmethod
    def source(cls, chars: str) -> Text:
        """The decoded input itself: character i comes from offset i."""
        return cls(chars, array("i", np.arange(len(chars), dtype=np.int32).tobytes()))

    @classmethod
    def made(cls, chars: str) -> Text:
        """Characters that nothing in the source stands behind."""
        return cls(chars, array("i", [NOWHERE]) * len(chars))

    def __len__(self) -> int:
        return len(self.chars)

    def __bool__(self) -> bool:
        return bool(self.chars)

    def __str__(self) -> str:
        return self.chars

    def __getitem__(self, where: slice) -> Text:
        return _sound(self.chars[where], self.origins[where])

    def __add__(self, other: Text) -> Text:
        return Text(self.chars + other.chars, self.origins + other.origins)

    def strip(self, blanks: str | None = None) -> Text:
        """Without the white space (or the characters `blanks`) at both ends.

        >>> Text.source("  版 ").strip().origins.tolist()
        [2]
        """
        start = len(self.chars) - len(self.chars.lstrip(blanks))
        end = len(self.chars.rstrip(blanks))
        return self[start:end] if start < end else self[:0]

    def with_chars(self, chars: str) -> Text:
        """The same origins under other characters, one for one (a translation by table).

        Raises ValueError where the lengths differ.
        """
        return Text(chars, self.origins)

    def apply(self, edits: Iterable[Edit]) -> tuple[Text, list[Change]]:
        """Make the edits, all at once. They must not overlap and must come in order of their start.

        Where both sides are of one length each new character has the origin of the old one at its place;
        otherwise all the new ones have the origin of the first old one (and the ledger's span tells how far it
        reaches); what stands in for nothing has none. Returns the new text and the ledger of what was done.

        >>> text, ledger = Text.source("ﬃ卷１").apply([Edit(0, 1, "ffi", "ligature"), Edit(2, 3, "1", "width")])
        >>> text.chars, text.origins.tolist(), [(c.start, c.end, c.rule) for c in ledger]
        ('ffi卷1', [0, 0, 0, 1, 2], [(0, 1, 'ligature'), (2, 3, 'width')])
        """
        was, source, size = self.chars, self.origins, len(self.chars)
        chars: list[str] = []
        origins: array[int] = array("i")
        ledger: list[Change] = []
        at = copied = 0  # an edit that keeps the length keeps the origins: they are copied only up to one that does not
        is_moved = False
        make, put, note = tuple.__new__, chars.append, ledger.append
        for edit in edits:
            start, end, becomes, rule = edit
            if not at <= start <= end <= size:
                raise ValueError(f"edit {edit} overlaps the one before it or lies outside the text")
            put(was[at:start])
            put(becomes)
            if end - start != len(becomes):
                origins += source[copied:start]
                origins.extend([source[start] if end > start else NOWHERE] * len(becomes))
                copied, is_moved = end, True
            if end - start == 1 and (origin := source[start]) != NOWHERE:  # nearly all edits: made without a call
                note(make(Change, (origin, origin + 1, was[start], becomes, rule)))
            else:
                note(_change(edit, was[start:end], source[start:end]))
            at = end
        if not ledger:
            return self, ledger
        chars.append(was[at:])
        origins += source[copied:] if is_moved else source
        return Text("".join(chars), origins), ledger


_CHARS, _ORIGINS = vars(Text)["chars"].__set__, vars(Text)["origins"].__set__


def _sound(chars: str, origins: array[int]) -> Text:
    """A text whose two sides are known to be of one length: made without the check, since pages are cut to thousands."""
    text = object.__new__(Text)
    _CHARS(text, chars)
    _ORIGINS(text, origins)
    return text


def _change(edit: Edit, was: str, behind: array[int]) -> Change:
    """The edit in source offsets. Where what it replaces was not one run of the source, its first run counts."""
    if behind and behind[0] != NOWHERE and behind[-1] - behind[0] == len(behind) - 1:
        return Change(behind[0], behind[-1] + 1, was, edit.becomes, edit.rule)
    known = [o for o in behind if o != NOWHERE]
    if not known:
        return Change(NOWHERE, NOWHERE, was, edit.becomes, edit.rule)
    end = known[0] + 1
    for origin in known[1:]:
        if not end <= origin <= end + GAP:
            break
        end = origin + 1
    return Change(known[0], end, was, edit.becomes, edit.rule)


def one_for_one(chars: str, marks: re.Pattern[str], table: Mapping[str, tuple[str, str]]) -> list[Edit]:
    """An edit for each character that a pattern finds: what it becomes, and the rule, stand in the table.

    >>> one_for_one("１年", re.compile("[０-９]"), {"１": ("1", "width")})
    [Edit(start=0, end=1, becomes='1', rule='width')]
    """
    make = tuple.__new__
    return [make(Edit, (at := found.start(), at + 1, *table[chars[at]])) for found in marks.finditer(chars)]


def join(pieces: Sequence[Text], between: str = "") -> Text:
    """All pieces in one, with `between` (that has no origin) in the gaps.

    >>> join([Text.source("甲"), Text.source("乙")], " ").origins.tolist()
    [0, -1, 0]
    """
    gap = (array("i", [NOWHERE]) * len(between)).tobytes()
    origins = array("i", gap.join([piece.origins for piece in pieces]))
    return _sound(between.join([piece.chars for piece in pieces]), origins)


def runs(text: Text) -> list[list[int]]:
    """The spans [start, end, source_start, source_end] in which text and source go side by side.

    Together they hold each character that has an origin. Several characters of one origin (an opened
    ligature) make a run of their own, whose source is that one character.

    >>> runs(join([Text.source("甲乙"), Text.source("丙")], "\\n"))
    [[0, 2, 0, 2], [3, 4, 0, 1]]
    """
    if not text.chars:
        return []
    origins = np.frombuffer(text.origins, dtype=np.int32)
    step = np.diff(origins)
    known = origins[:-1] != NOWHERE
    same = (step == 0) & known
    # A run goes on where the origin rises by one; characters of one origin are a run of their own.
    cut = ~((step == 1) & known)
    if same.any():
        shared = np.append(same, False) | np.append(False, same)
        cut = np.where(shared[:-1] | shared[1:], ~same, cut)
    last = np.append(cut.nonzero()[0], len(origins) - 1)
    first = np.concatenate(([0], last[:-1] + 1))
    spans = np.stack((first, last + 1, origins[first], origins[last] + 1), axis=1)
    found: list[list[int]] = spans[origins[first] != NOWHERE].tolist()
    return found
