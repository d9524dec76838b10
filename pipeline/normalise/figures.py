"""Marks and letters inside figures: 19.37%, 3,500, and the O that an OCR engine read for a zero.

Left alone: range signs, colons between figures, Chinese numerals, and every letter that might be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.normalise.draft import HAN, Draft
from pipeline.text import Edit

# "1．2023年" at the head of a paragraph is a list mark and a year, no decimal.
POINT: Final = re.compile("(?<=[0-9])．(?=[0-9])")
LIST_MARK: Final = re.compile("\\s*[（(]?[0-9]{1,2}．(?=(?:19|20)[0-9]{2}年)")
COMMA: Final = re.compile(f"(?<![0-9０-９.,，．])[１-９][０-９]{{0,2}}(?:，[０-９]{{3}})+(?![０-９0-9，])(?=[{HAN}％])")
PERCENT: Final = re.compile("(?<=[0-9])(\\s*)％")
WORD_MARK: Final = re.compile("(?<=[A-Za-z])[．＆－](?=[A-Za-z0-9])|(?<=[A-Za-z])．(?=\\s*$|[A-Z])")
WORD_MARKS: Final = {"．": ".", "＆": "&", "－": "-"}

# A year of four, a month, a day, a letter O between two digits of a counted figure, or at the end of a percentage or an
# ordinal: the token leaves no other reading.
LOOKALIKE: Final = re.compile(
    "(?<![0-9A-Za-z.,])(?:"
    "[12][0-9OoIl]{3}(?=\\s*年)"
    "|1[OoIl](?=\\s*月)|[OoIl][1-9](?=\\s*月[0-9])"
    "|[123][OoIl](?=\\s*日)"
    "|[1-9][0-9]*[Oo][0-9Oo]*[0-9](?=\\s*[余多万亿％%元人名个户亩吨])"
    "|[1-9][0-9]*[Oo]+(?=\\s*[％%])|(?<=第)[1-9][0-9]*[Oo](?=[届次期条章名位])"
    ")(?![0-9A-Za-z])"
)
WIDE_DIGITS: Final = frozenset("０１２３４５６７８９")
LETTERS: Final = frozenset("OoIl")
DIGITS: Final = str.maketrans("OoIl", "0011")


def edits(draft: Draft) -> Iterator[Edit]:
    """Decimal points, thousands commas, percent signs and misread letters inside figures; sorted.

    >>> [edit.becomes for edit in edits(Draft("19．37％，1．必须"))]
    ['.', '%']
    """
    present = draft.present
    found: list[Edit] = []
    if "．" in present:
        found += _points(draft)
    if not present.isdisjoint(WIDE_DIGITS):
        found += _commas(draft)
    if "％" in present:
        found += _percents(draft)
    if not present.isdisjoint(WORD_MARKS):
        found += _word_marks(draft)
    if not present.isdisjoint(LETTERS):
        found += _letters(draft)
    found.sort(key=lambda edit: edit.start)
    yield from found


def _points(draft: Draft) -> Iterator[Edit]:
    head = LIST_MARK.match(draft.shown)
    for found in POINT.finditer(draft.shown):
        if head is None or found.end() > head.end():
            yield Edit(found.start(), found.end(), ".", "figures.decimal_point")


def _commas(draft: Draft) -> Iterator[Edit]:
    """Only where the digits are full-width too: then the whole figure was widened, its commas with it."""
    for figure in COMMA.finditer(draft.chars):
        for comma in re.finditer("，", figure.group()):
            at = figure.start() + comma.start()
            yield Edit(at, at + 1, ",", "figures.thousands_comma")


def _percents(draft: Draft) -> Iterator[Edit]:
    for found in PERCENT.finditer(draft.shown):
        yield Edit(found.end() - 1, found.end(), "%", "figures.percent_sign")


def _word_marks(draft: Draft) -> Iterator[Edit]:
    """Of a word that was widened as a whole (ＡＴ＆Ｔ, ＣＯＶＩＤ－１９)."""
    for found in WORD_MARK.finditer(draft.shown):
        if draft.chars[found.start() - 1] != draft.shown[found.start() - 1]:
            yield Edit(found.start(), found.end(), WORD_MARKS[found.group()], "figures.full_width_mark")


def _letters(draft: Draft) -> Iterator[Edit]:
    """Letters O and l among digits, where the whole token proves it.

    >>> list(_letters(Draft("2O23年")))
    [Edit(start=1, end=2, becomes='0', rule='figures.letter_for_digit')]
    """
    for token in LOOKALIKE.finditer(draft.shown):
        for letter in re.finditer("[OoIl]", token.group()):
            at = token.start() + letter.start()
            yield Edit(at, at + 1, letter.group().translate(DIGITS), "figures.letter_for_digit")
