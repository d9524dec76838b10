"""Straight quotes become “ ” and ‘ ’, paired over the whole paragraph.

Pairing is by nesting: a quote closes what is open, else it opens. It is held against what stands around each mark
(nothing opens before ，or closes behind （), and where the two disagree, or a mark is left over, all of that kind stay as
they are and `doubtful` names them. Apostrophes, feet and inches stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from pipeline.normalise.draft import BLANK_CHARACTERS, Draft, Kind
from pipeline.text import Edit

DOUBLE: Final = re.compile('["＂“”]')
SINGLE: Final = re.compile("['＇‘’]")
STRAIGHT: Final = "\"＂'＇"
CHANGING: Final = frozenset(STRAIGHT + "〝〞〟")
CORNERS: Final = dict(zip("「」『』", "“”‘’", strict=True))
PRIMES: Final = dict(zip("〝〞〟", "“””", strict=True))

NEVER_AFTER_OPEN: Final = "，。、；：？！）》】〉”’,.;:?!)"
NEVER_BEFORE_CLOSE: Final = "（《【〈“‘("


def might_be_straight(text: str) -> bool:
    """Whether there is any straight quote."""
    return '"' in text or "'" in text or "＂" in text or "＇" in text


def edits(draft: Draft) -> list[Edit]:
    """Straight quotes as curly ones, where all of them pair.

    >>> [edit.becomes for edit in edits(Draft('他说："好。"又说："走。"'))]
    ['“', '”', '“', '”']
    """
    found: list[Edit] = []
    if not draft.present.isdisjoint('"＂'):
        found += _pairs(draft, DOUBLE, "“”", "quotes.straight_double")
    if not draft.present.isdisjoint("'＇"):
        found += _pairs(draft, SINGLE, "‘’", "quotes.straight_single")
        found.sort()
    return found


def corners(draft: Draft, becomes: Literal["curly"]) -> Iterator[Edit]:
    """「」『』 as “”‘’, only where the settings ask for it."""
    for found in re.finditer("[「」『』]", draft.shown):
        yield Edit(found.start(), found.end(), CORNERS[found.group()], f"quotes.corner_to_{becomes}")


def primes(draft: Draft) -> Iterator[Edit]:
    """〝 〞 〟, which stand for nothing but quotes."""
    if draft.present.isdisjoint(PRIMES):
        return
    for found in re.finditer("[〝〞〟]", draft.shown):
        yield Edit(found.start(), found.end(), PRIMES[found.group()], "quotes.prime")


def _pairs(draft: Draft, marks: re.Pattern[str], shape: str, rule: str) -> Iterator[Edit]:
    places = [m.start() for m in marks.finditer(draft.shown) if not is_apostrophe(draft, m.start())]
    if not any(draft.shown[at] in STRAIGHT for at in places):
        return
    sides = pairing(draft, places)
    if sides is None:
        return
    for at, side in zip(places, sides, strict=True):
        if draft.shown[at] in STRAIGHT:
            yield Edit(at, at + 1, shape[side], rule)


def pairing(draft: Draft, places: list[int]) -> list[int] | None:
    """0 (opens) or 1 (closes) for each mark, or None where that is in doubt."""
    sides: list[int] = []
    is_open = False
    for at in places:
        mark = draft.shown[at]
        if mark in "“‘":
            side = 0
        elif mark in "”’":
            side = 1
        else:
            side = int(is_open)
            if not _fits(draft.shown, at, side):
                return None
        sides.append(side)
        is_open = side == 0
    # A quotation of several paragraphs opens each of them and closes in the last only.
    if is_open and draft.shown[places[-1]] in STRAIGHT and not _may_stay_open(draft.shown, places):
        return None
    return sides


def _fits(shown: str, at: int, side: int) -> bool:
    if side == 0:
        after = shown[at + 1 :].lstrip(BLANK_CHARS)[:1]
        return bool(after) and after not in NEVER_AFTER_OPEN and after != shown[at]  # '' may stand for one double quote
    before = shown[:at].rstrip(BLANK_CHARS)[-1:]
    return bool(before) and before not in NEVER_BEFORE_CLOSE and before != "："


BLANK_CHARS: Final = "".join(sorted(BLANK_CHARACTERS))


def _may_stay_open(shown: str, places: list[int]) -> bool:
    return len(places) == 1 and not shown[: places[0]].strip(BLANK_CHARS)


def is_apostrophe(draft: Draft, at: int) -> bool:
    """Between Latin letters or figures, as in Crohn's or workers' union."""
    if draft.shown[at] not in "'’＇":
        return False
    before, after = draft.kind(at - 1), draft.beside(at)[1]
    return before in (Kind.LATIN, Kind.DIGIT) and after in (Kind.LATIN, Kind.DIGIT)
