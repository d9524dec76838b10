"""Numbers as Chinese text writes them: digits with thousands commas, Chinese numerals, the digits of years.

Comes in: the characters of a number. Goes out: its value. What a number is of, `figures` says. Chinese numerals are read by
cn2an, which is imported when the first one comes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

DIGITS: Final = "[0-9]{1,3}(?:,[0-9]{3})+(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?"
ONES: Final = "零〇一二三四五六七八九十百千两兩"
NUMERAL: Final = f"[一二三四五六七八九十两兩][{ONES}万亿萬億]*(?:点[零〇一二三四五六七八九]+[万亿萬億]*)?"
YEAR_DIGITS: Final = "[零〇○一二三四五六七八九]"
SCALE: Final = {
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "百万": 1e6,
    "千万": 1e7,
    "亿": 1e8,
    "億": 1e8,
    "万亿": 1e12,
    "萬億": 1e12,
}
LONGEST: Final = 40  # characters; what is longer is no number that means something

_VARIANTS: Final = str.maketrans("〇○萬億兩", "零零万亿两")


def is_readable(text: str | None) -> bool:
    """No, where characters of numerals stand together that make none (十十)."""
    if text is None:
        return True
    if len(text) > LONGEST:
        return False
    try:
        number(text)
    except (ValueError, KeyError):  # cn2an raises both
        return False
    return True


@lru_cache(maxsize=4096)
def number(text: str) -> float:
    """The value of digits with thousands commas, of year digits, or of a Chinese numeral.

    >>> number("1,200.5"), number("二〇二三"), number("二十")
    (1200.5, 2023.0, 20.0)
    """
    bare = text.replace(",", "")
    if bare[0] in "0123456789":
        return float(bare)
    plain = bare.translate(_VARIANTS)
    if re.fullmatch("[零一二三四五六七八九]+", plain):
        return float("".join(str("零一二三四五六七八九".index(char)) for char in plain))
    return _read(plain)


def product(text: str, scale: str | None) -> float:
    """The value with 万 or 亿 multiplied out; in decimal, so that 1247.4亿 has no 0.00002 behind it."""
    return float(Decimal(str(number(text))) * Decimal(str(SCALE.get(scale or "", 1.0))))


def _read(numeral: str) -> float:
    """A Chinese numeral, also with a decimal before 万 and 亿 (十点九二亿)."""
    from cn2an import cn2an  # type: ignore[import-untyped]  # an extra: only --figures needs it

    decimal = re.fullmatch("(.+点[零一二三四五六七八九]+)([万亿]*)", numeral)
    if decimal is None:
        return float(cn2an(numeral, "smart"))
    return round(float(cn2an(decimal[1], "smart")) * SCALE.get(decimal[2], 1.0), 6)
