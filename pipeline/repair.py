"""Damage that a wrong decoding or an extractor left in the text: invisible characters and mojibake.

In goes the decoded text of a document, out come edits, one for each character that is repaired, so that every repaired
character knows exactly which damaged ones it stands for. Left alone: everything that can't be repaired for certain
(`mojibake` says so with the rule `repair.mojibake_left`), U+FFFD, private-use characters, and all sound text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from pipeline import mojibake
from pipeline.text import Edit, Text


class RepairOptions(BaseModel):
    """What is repaired before anything is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invisible: bool = Field(default=True, description="drop control, zero-width and direction characters, soft hyphens")
    mojibake: bool = Field(default=True, description="undo UTF-8 or GBK read as Latin-1, and UTF-8 read as GBK")


# All that no sound text has. C1 controls are in it, so that mojibake that holds them is looked at too.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0001-\U000e007f]"
)
LAYERS: Final = 3
LINE_BREAKS: Final = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
JOINER: Final = "\u200d"  # between two emoji it makes one of them: that is no damage
RULES: Final = {
    "\xad": "repair.soft_hyphen",
    "\ufeff": "repair.byte_order_mark",
    **dict.fromkeys("\u034f\u180e\u200b\u200c\u200d\u2060", "repair.zero_width"),
    **dict.fromkeys(
        map(chr, (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))), "repair.direction"
    ),
}


def repair(text: Text, options: RepairOptions) -> list[Edit]:
    r"""The edits that undo the damage, sorted; an empty list for sound text.

    Damage may lie under damage (UTF-8 read as Latin-1 twice), so it is looked at again until nothing more comes up.

    >>> repair(Text.source("全\u200b国"), RepairOptions())
    [Edit(start=1, end=2, becomes='', rule='repair.zero_width')]
    """
    edits = _layer(text.chars, options)
    for _ in range(LAYERS):
        if not edits:
            break
        repaired, _ledger = Text.source(text.chars).apply(edits)
        deeper = [e for e in _layer(repaired.chars, options) if repaired.chars[e.start : e.end] != e.becomes]
        if not deeper:
            break
        edits = _composed(text.chars, edits, deeper, repaired.origins)
    return edits


def _layer(chars: str, options: RepairOptions) -> list[Edit]:
    edits = mojibake.edits(chars) if options.mojibake else []
    if options.invisible and INVISIBLE.search(chars):
        edits += _invisible(chars, edits)
        edits.sort(key=lambda edit: edit.start)
    return edits


def _composed(chars: str, edits: list[Edit], deeper: list[Edit], origins: Sequence[int]) -> list[Edit]:
    """Edits of the repaired text in terms of the damaged one; what they go over again is theirs.

    Letters that would vanish, since they stand for a control character, stay as found: bytes are missing here.
    """
    ends = {edit.start: edit.end for edit in edits}
    outer: list[Edit] = []
    for deep in deeper:
        start, last = origins[deep.start], origins[deep.end - 1]
        if not outer or outer[-1].end <= start:
            outer.append(_kept(chars, Edit(start, ends.get(last, last + 1), deep.becomes, deep.rule)))
    covered = {at for edit in outer for at in range(edit.start, edit.end)}
    kept = [edit for edit in edits if covered.isdisjoint(range(edit.start, edit.end))]
    return sorted(kept + outer, key=lambda edit: edit.start)


def _kept(chars: str, edit: Edit) -> Edit:
    was = chars[edit.start : edit.end]
    return Edit(edit.start, edit.end, was, mojibake.LEFT) if not edit.becomes and any(map(str.isalnum, was)) else edit


def _invisible(chars: str, repaired: list[Edit]) -> Iterator[Edit]:
    """Characters that nobody sees; those that mojibake has already explained are left out."""
    taken = {at for edit in repaired for at in range(edit.start, edit.end)} if repaired else frozenset()
    for found in INVISIBLE.finditer(chars):
        at, char = found.start(), found.group()
        if at in taken or (char == JOINER and _between_emoji(chars, at)):
            continue
        if char in LINE_BREAKS:
            yield Edit(at, at + 1, "\n", "repair.line_break")
        else:
            yield Edit(at, at + 1, "", RULES.get(char, "repair.control"))


def _between_emoji(chars: str, at: int) -> bool:
    sides = chars[max(0, at - 1) : at] + chars[at + 1 : at + 2]
    return len(sides) == 2 and all(c >= "\u2190" and not "\u3000" <= c < "\U0001f000" for c in sides)
