"""The figures that a text holds: where, how much, of what.

In goes a section's text in normal form, out come its figures in order: dates, years, counts, percentages, sums of money,
measures, ordinals and telephone numbers, with 万 and 亿 multiplied out and Chinese numerals read (cn2an). A number without a unit
is none. A figure that cannot be right (30 February, a part larger than its whole) carries a flag.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal

Kind = Literal["date", "year", "count", "percent", "money", "measure", "ordinal", "phone"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Of a date the value is its digits: 20230815, 202308, 815."""

    start: int
    end: int
    text: str
    value: float
    unit: str
    kind: Kind
    flag: str = ""  # why it can't be right


DIGITS: Final = "[0-9]{1,3}(?:,[0-9]{3})+(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?"
ONES: Final = "零〇一二三四五六七八九十百千两兩"
NUMERAL: Final = f"[一二三四五六七八九十两兩][{ONES}万亿萬億]*(?:点[零〇一二三四五六七八九]+[万亿萬億]*)?"
ABOUT: Final = re.compile("[一二三四五六七八九两兩]{2}")  # 四五千, 两三秒: no number is meant
REIGNS: Final = re.compile(
    "(?:康熙|雍正|乾隆|嘉庆|嘉慶|道光|咸丰|咸豐|同治|光绪|光緒|宣统|宣統|顺治|順治|万历|萬曆|崇祯|崇禎|嘉靖|洪武|永乐|永樂|贞观|貞觀"
    "|开元|開元|民国|民國|明治|大正|昭和|平成|令和|公元|公元前|西元|西元前|前)$"
)
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
NOT_IN_WORD: Final = "(?<![0-9A-Za-z.,/万千百亿萬億-])"

PHONE: Final = re.compile("(?<![0-9-])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}|400-?[0-9]{3}-?[0-9]{4})(?![0-9-])")
DATE: Final = re.compile(
    f"(?<![0-9])(?:(?P<year>[12][0-9]{{3}}|{YEAR_DIGITS}{{4}})年)?(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})月"
    "(?:(?P<day>[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号號](?!线|線|楼|樓|院|文))?"
)
YEAR: Final = re.compile(f"(?<![0-9])(?:[12][0-9]{{3}}|{YEAR_DIGITS}{{4}})年(?!级|級|代)")
PERCENT: Final = re.compile(
    f"{NOT_IN_WORD}(?P<number>{DIGITS})(?P<unit>%|‰|个百分点|個百分點)|(?P<of>百分之|千分之)(?P<numeral>{NUMERAL}|百(?![分万])|{DIGITS})"
)
ORDINAL: Final = re.compile(
    f"第(?P<number>[0-9]+|{NUMERAL})(?!者|方|时间|時間|线|線|手|书记|書記)(?P<unit>[届屆次名位个個期批条條章节節号號集代版页頁]?)"
)
RANGE: Final = "[-~～—–至到]"
COMMON_YEAR: Final = 2023  # a day without a year may be 29 February


def figures(text: str) -> list[Figure]:
    """All figures of `text`, in order, none inside another.

    >>> [(f.text, f.value, f.unit, f.kind) for f in figures("2023年8月15日，投资3.5亿元，增长19.37%，共有二十名医生。")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('2023年8月15日', 20230815.0, '', 'date'), ('3.5亿元', 350000000.0, '元', 'money'),
     ('19.37%', 19.37, '%', 'percent'), ('二十名', 20.0, '名', 'count')]
    """
    found: list[Figure] = []
    taken: set[int] = set()
    for kind in (_phones, _dates, _years, _percents, _ordinals, _amounts):
        for figure in kind(text):
            places = range(figure.start, figure.end)
            if taken.isdisjoint(places):
                taken.update(places)
                found.append(figure)
    found.sort(key=lambda figure: figure.start)
    return _checked(text, found)


def _phones(text: str) -> Iterator[Figure]:
    for m in PHONE.finditer(text):
        yield Figure(m.start(), m.end(), m.group(), float(m.group().replace("-", "")), "", "phone")


def _dates(text: str) -> Iterator[Figure]:
    for m in DATE.finditer(text):
        if not (m["year"] or m["day"]) or not all(map(_is_readable, m.group("year", "month", "day"))):
            continue
        year, month, day = (int(_number(part)) if part else 0 for part in m.group("year", "month", "day"))
        value = (year * 100 + month) * 100 + day if m["day"] else year * 100 + month
        real = 1 <= month <= 12 and (not m["day"] or 1 <= day <= monthrange(year or 2024, month)[1])
        yield Figure(m.start(), m.end(), m.group(), float(value), "", "date", "" if real else "no_such_date")


def _years(text: str) -> Iterator[Figure]:
    for m in YEAR.finditer(text):
        yield Figure(m.start(), m.end(), m.group(), _number(m.group()[:-1]), "年", "year")


def _percents(text: str) -> Iterator[Figure]:
    for m in PERCENT.finditer(text):
        unit = m["unit"] or ("%" if m["of"] == "百分之" else "‰")
        number = m["number"] or m["numeral"]
        if number != "百" and not _is_readable(number):
            continue
        flag = ""
        value = 100.0 if number == "百" else _number(number)
        if value > 100 and unit == "%" and re.search("占[^，。；]{0,8}$", text[: m.start()]):
            flag = "share_over_100"
        yield Figure(m.start(), m.end(), m.group(), value, unit, "percent", flag)


def _ordinals(text: str) -> Iterator[Figure]:
    for m in ORDINAL.finditer(text):
        if not _is_readable(m["number"]):
            continue
        yield Figure(m.start(), m.end(), m.group(), _number(m["number"]), m["unit"], "ordinal")


def _amounts(text: str) -> Iterator[Figure]:
    """Money, measures and counts; the first half of a range has the unit of the second."""
    for m in _amount().finditer(text):
        unit, kind = m["unit"] or "", _kind_of(m["unit"] or "")
        if m["numeral"] and not _is_counted(m["numeral"], kind):
            continue
        if unit == "年" and m["number"] and text[m.end() : m.end() + 1] == "代":
            continue
        if unit == "年" and REIGNS.search(text[: m.start()]):
            continue
        if m["numeral"] and unit in ("届", "屆"):
            kind = "ordinal"
        scale = SCALE.get(m["scale"] or "", 1.0)
        number = m["number"] or m["numeral"]
        if m["first"]:
            size = SCALE.get(m["first_scale"] or m["scale"] or "", 1.0)
            end = m.end("first_scale") if m["first_scale"] else m.end("first")
            first: Kind = "year" if unit == "年" and re.fullmatch("1[0-9]{3}|20[0-9]{2}", m["first"]) else kind
            yield Figure(m.start(), end, text[m.start() : end], _product(m["first"], size), unit, first)
        start = m.start("number") if m["number"] else m.start("numeral")
        yield Figure(start, m.end(), text[start : m.end()], _product(number, scale), unit, kind)


def _product(number: str, scale: float) -> float:
    """In decimal, so that 1247.4亿 has no 0.00002 behind it."""
    return float(Decimal(str(_number(number))) * Decimal(str(scale)))


def _is_counted(numeral: str, kind: Kind) -> bool:
    """Chinese numerals are parts of words as well (一个, 三元电池, 一天): below ten only spans and sizes count, from two on."""
    if ABOUT.search(numeral.partition("点")[0]) or not _is_readable(numeral):
        return False
    if re.search("[十百千万亿萬億点]", numeral):
        return True
    return kind == "measure" and numeral != "一"


@cache
def _amount() -> re.Pattern[str]:
    scale = "|".join(sorted(SCALE, key=len, reverse=True))
    units = "|".join(sorted((re.escape(unit) for unit in _units()), key=len, reverse=True))
    return re.compile(
        f"{NOT_IN_WORD}(?:(?P<first>{DIGITS})(?P<first_scale>{scale})?{RANGE})?"
        f"(?:(?P<number>{DIGITS})[多余餘]?(?P<scale>{scale})?|(?<![{ONES}点数數几幾好上第])(?P<numeral>{NUMERAL}))"
        f"[多余餘]?(?P<unit>{units})(?![A-Za-z]|(?<=年)[级級度代]|(?<=本)[文报報地市身人省]|(?<=元)[素旦]|(?<=人)[民工行]"
        "|(?<=部)[门門委队隊落分]|(?<=[双雙])1[12]|(?<=里)[冲铺鋪店长長弄桥橋山]|(?<=次)[官要]|(?<=家)[庭人长長])"
    )


@cache
def _units() -> dict[str, Kind]:
    tables = tomllib.loads(files("pipeline.lexicon").joinpath("units.toml").read_text("utf-8"))
    kinds: tuple[Kind, ...] = ("count", "measure", "money")
    return {unit: kind for kind in kinds for unit in tables[kind]["words"]}


def _kind_of(unit: str) -> Kind:
    return _units()[unit]


def _is_readable(text: str | None) -> bool:
    """No, where characters of numerals stand together that make none (十十)."""
    try:
        _number(text or "0")
    except (ValueError, KeyError):  # cn2an raises both
        return False
    return True


@lru_cache(maxsize=4096)
def _number(text: str) -> float:
    """The value of digits with thousands commas, of year digits, or of a Chinese numeral."""
    bare = text.replace(",", "")
    if bare[0] in "0123456789":
        return float(bare)
    plain = bare.replace("〇", "零").replace("○", "零").translate(str.maketrans("萬億兩", "万亿两"))
    if re.fullmatch("[零一二三四五六七八九]+", plain):
        return float("".join(str("零一二三四五六七八九".index(char)) for char in plain))
    return _read(plain)


def _read(numeral: str) -> float:
    """A Chinese numeral, also with a decimal before 万 and 亿 (十点九二亿)."""
    from cn2an import cn2an  # type: ignore[import-untyped]

    decimal = re.fullmatch("(.+点[零一二三四五六七八九]+)([万亿]*)", numeral)
    if decimal is None:
        return float(cn2an(numeral, "smart"))
    return round(float(cn2an(decimal[1], "smart")) * SCALE.get(decimal[2], 1.0), 6)


def _checked(text: str, found: list[Figure]) -> list[Figure]:
    """With a flag on each part that is larger than the whole it is said to be of (共100名，其中120名)."""
    checked: list[Figure] = []
    for figure in found:
        flag = figure.flag
        for whole in reversed(checked):
            between = text[whole.end : figure.start]
            if "。" in between or len(between) > 40:
                break
            if (
                "其中" in between
                and (whole.unit, whole.kind) == (figure.unit, figure.kind)
                and figure.kind != "percent"
            ):
                flag = flag or ("part_exceeds_whole" if figure.value > whole.value > 0 else "")
                break
        checked.append(replace(figure, flag=flag))
    return checked
