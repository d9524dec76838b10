"""Characters that have another form of the same: full-width figures and letters, small and vertical marks, ligatures.

Every one of them is changed wherever it stands; marks whose width depends on what stands around them are not here.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.normalise.draft import Draft
from pipeline.text import Edit, one_for_one

DIGIT: Final = "figures.full_width_digit"
LETTER: Final = "figures.full_width_letter"
LIGATURE: Final = "letters.ligature"
SMALL: Final = "punctuation.small_form"
VERTICAL: Final = "punctuation.vertical_form"
WAVE: Final = "punctuation.wave_dash"


def _table() -> dict[str, tuple[str, str]]:
    table = {chr(0xFF10 + n): (chr(0x30 + n), DIGIT) for n in range(10)}
    for first in (0x41, 0x61):
        table |= {chr(first + n + 0xFEE0): (chr(first + n), LETTER) for n in range(26)}
    table |= {
        was: (becomes, LIGATURE)
        for was, becomes in zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
    }
    table |= _pairs("﹐﹑﹔﹕﹖﹗﹙﹚﹛﹜﹝﹞", "，、；：？！（）｛｝〔〕", SMALL)
    table |= _pairs(
        "︐︑︒︓︔︕︖︗︘︰︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄",
        "，、。：；！？〖〗：（）｛｝〔〕【】《》〈〉「」『』",
        VERTICAL,
    )
    table["︙"] = ("……", VERTICAL)
    table["〜"] = ("～", WAVE)
    return table


def _pairs(was: str, becomes: str, rule: str) -> dict[str, tuple[str, str]]:
    return {one: (other, rule) for one, other in zip(was, becomes, strict=True)}


FORMS: Final = _table()
CHARACTERS: Final = frozenset(FORMS)
FORM: Final = re.compile(f"[{''.join(FORMS)}]")


def edits(draft: Draft) -> list[Edit]:
    """Every character that has another form.

    >>> [edit.becomes for edit in edits(Draft("１９ｋｍ﹐ﬃ"))]
    ['1', '9', 'k', 'm', '，', 'ffi']
    """
    return one_for_one(draft.chars, FORM, FORMS)
