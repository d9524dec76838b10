"""The figures that a text holds: where, how much, of what.

In goes a section's text in normal form, out come its figures in order: dates, years, counts, percentages, sums of money,
measures, ordinals and telephone numbers, with 万 and 亿 multiplied out and Chinese numerals read (cn2an). A number without a unit
is none, nor are times of the day, scores, versions and names of models. A figure that cannot be right (30 February, a part
larger than its whole) carries a flag.
"""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Final, Literal

from pipeline.numerals import DIGITS, NUMERAL, ONES, SCALE, YEAR_DIGITS, is_readable, number, product

Kind = Literal["date", "year", "count", "percent", "money", "measure", "ordinal", "phone"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Of a date the value is its digits: 20230815, 202308, 815; of a day or month alone, its number (unit 日 or 月)."""

    start: int
    end: int
    text: str
    value: float
    unit: str
    kind: Kind
    flag: str = ""  # why it can't be right


ABOUT: Final = re.compile("[一二三四五六七八九两兩]{2}")  # 四五千, 两三秒: no number is meant
REIGNS: Final = re.compile(
    "(?:康熙|雍正|乾隆|嘉庆|嘉慶|道光|咸丰|咸豐|同治|光绪|光緒|宣统|宣統|顺治|順治|万历|萬曆|崇祯|崇禎|嘉靖|洪武|永乐|永樂|贞观|貞觀"
    "|开元|開元|民国|民國|明治|大正|昭和|平成|令和|公元|公元前|西元|西元前|前)$"
)
RANGE: Final = "[-－~～—–至到]"
# Not inside a word (B-52, 5.1.2), but behind the first half of a range (10%-15%).
NOT_IN_WORD: Final = "(?:(?<![0-9A-Za-z.,/万千百亿萬億-])|(?<=[0-9%‰元人个個米吨亩日月年岁℃]-))"
NEAR: Final = 16  # characters before a figure that may say what it is
COMMON_YEAR: Final = 2024  # a day without a year may be 29 February

PHONE: Final = re.compile("(?<![0-9-])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}|400-?[0-9]{3}-?[0-9]{4})(?![0-9-])")
DATE: Final = re.compile(
    f"(?<![0-9])(?:(?P<year>[12][0-9]{{3}}|{YEAR_DIGITS}{{4}})年)?(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})月"
    "(?:(?P<day>[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号號](?!线|線|楼|樓|院|文))?"
)
# 18日上午, 2月底; 10日内, 3日后 and 逾期3日 are spans of time, 7日游 and 2月龄 none of both.
PART_OF_DATE: Final = re.compile(
    f"(?<![0-9A-Za-z.,/:第])(?<!逾期)(?<!超过|超過|提前|连续|連續)(?:(?P<first>[0-9]{{1,2}}){RANGE})?(?P<number>[0-9]{{1,2}})"
    "(?:日(?!以[内內上下]|之[内內]|[内內游遊元圆圓均龄齡后後前间間])|月(?![内內龄齡大亮球饼餅]))"
)
LAST: Final = {"日": 31, "月": 12}
YEAR: Final = re.compile(f"(?:(?<![0-9])(?:[12][0-9]{{3}}|{YEAR_DIGITS}{{4}})|(?<=[公西]元)[0-9]{{1,4}})年(?!级|級|代)")
PERCENT: Final = re.compile(
    f"{NOT_IN_WORD}(?:(?P<first>{DIGITS}){RANGE})?(?P<number>{DIGITS})(?P<unit>%|‰|个百分点|個百分點)"
    f"|(?P<of>百分之|千分之)(?P<numeral>{NUMERAL}|百(?![分万])|{DIGITS})"
)
OF_A_WHOLE: Final = re.compile(
    "(?:占|佔|比重|比例|份额|份額|覆盖率|覆蓋率|普及率|合格率|入学率|入學率|满意率|滿意率|及格率)(?P<of>[^，。；0-9]{0,8})$"
)
COMPARED: Final = re.compile(
    "[上去]年|同期|计划|計劃|预算|預算|目标|目標|任务|任務|此前|原来|原來"
)  # 占预算的105% is well
# The measure word of an ordinal, unless it opens another word (第三集团军, 第一代表团).
OF_ORDER: Final = (
    "周年|週年|季度|分钟|分鐘|[届屆位期章號号页頁款场場轮輪卷篇艘枚辆輛]|次(?![要序])|名(?![牌单單])|[个個](?![体體性])|批(?![发發判评評])"
    "|[条條](?![件例])|[节節](?![目日能水])|集(?![团團体體中])|代(?![表理])|版(?![权權])|[项項](?!目)|[台臺](?![湾灣风風])|年(?![级級])"
    "|天(?![然津文下])|[周週](?![边邊刊报報末])|[波幅份所季]|[类類](?!似)|日(?![报報])|[编編](?![队隊辑輯制])|架(?!构|構)|座(?![谈談])|道(?![路德])|站(?![起点點])"
)
ORDINAL: Final = re.compile(
    f"第(?P<number>[0-9]+|{NUMERAL})(?P<scale>[万亿萬億]?)(?!者|方|时间|時間|线|線|手|书记|書記)(?P<unit>{OF_ORDER})?"
)
# 3分18秒, 1小时25分; the minutes of a time of day and the points of a score are no figures.
MINUTES: Final = re.compile(
    "(?:(?<=[0-9]小时)|(?<=[0-9]小時))[0-9]{1,2}分(?![钟鐘之])|(?<![0-9.:])[0-9]{1,2}分(?=[0-9]{1,2}秒)"
)
CONGRESS: Final = re.compile("全国|全國|人大|政协|政協|中央|[一二三四五六七]中全")  # 八届 is an ordinal before these
NO_WHOLE: Final = re.compile("[总總]?[共计計]$")


def figures(text: str) -> list[Figure]:
    """All figures of `text`, in order, none inside another.

    >>> [(f.text, f.value, f.unit, f.kind) for f in figures("2023年8月15日，投资3.5亿元，增长19.37%，共有二十名医生。")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('2023年8月15日', 20230815.0, '', 'date'), ('3.5亿元', 350000000.0, '元', 'money'),
     ('19.37%', 19.37, '%', 'percent'), ('二十名', 20.0, '名', 'count')]
    """
    found: list[Figure] = []
    taken: set[int] = set()
    for kind in (_phones, _dates, _parts_of_dates, _years, _percents, _ordinals, _minutes, _amounts):
        for figure in kind(text):
            places = range(figure.start, figure.end)
            if taken.isdisjoint(places) and isfinite(figure.value):
                taken.update(places)
                found.append(figure)
    found.sort(key=lambda figure: figure.start)
    return _checked(text, found)


def _phones(text: str) -> Iterator[Figure]:
    for m in PHONE.finditer(text):
        yield Figure(m.start(), m.end(), m.group(), float(m.group().replace("-", "")), "", "phone")


def _dates(text: str) -> Iterator[Figure]:
    for m in DATE.finditer(text):
        if not (m["year"] or m["day"]) or not all(map(is_readable, m.group("year", "month", "day"))):
            continue
        year, month, day = (int(number(part)) if part else 0 for part in m.group("year", "month", "day"))
        value = (year * 100 + month) * 100 + day if m["day"] else year * 100 + month
        real = 1 <= month <= 12 and (not m["day"] or 1 <= day <= monthrange(year or COMMON_YEAR, month)[1])
        yield Figure(m.start(), m.end(), m.group(), float(value), "", "date", "" if real else "no_such_date")


def _parts_of_dates(text: str) -> Iterator[Figure]:
    """A day or a month alone, in digits."""
    for m in PART_OF_DATE.finditer(text):
        unit = text[m.end() - 1]
        parts = [part for part in ("first", "number") if m[part]]
        if not all(1 <= int(m[part]) <= LAST[unit] for part in parts):
            continue
        if m["first"]:
            yield Figure(m.start(), m.end("first"), m["first"], float(m["first"]), unit, "date")
        start = m.start("number")
        yield Figure(start, m.end(), text[start : m.end()], float(m["number"]), unit, "date")


def _years(text: str) -> Iterator[Figure]:
    for m in YEAR.finditer(text):
        yield Figure(m.start(), m.end(), m.group(), number(m.group()[:-1]), "年", "year")


def _percents(text: str) -> Iterator[Figure]:
    """Percentages; one over 100 that is said to be a part of a whole (占120%) can't be right."""
    for m in PERCENT.finditer(text):
        unit = m["unit"] or ("%" if m["of"] == "百分之" else "‰")
        if m["first"]:
            yield Figure(m.start(), m.end("first"), m["first"], number(m["first"]), unit, "percent")
        told = m["number"] or m["numeral"]
        if told != "百" and not is_readable(told):
            continue
        start = m.start("number") if m["number"] else m.start()
        value = 100.0 if told == "百" else number(told)
        share = OF_A_WHOLE.search(text, max(0, m.start() - NEAR), m.start()) if value > 100 and unit == "%" else None
        flag = "share_over_100" if share and not COMPARED.search(share["of"]) else ""
        yield Figure(start, m.end(), text[start : m.end()], value, unit, "percent", flag)


def _ordinals(text: str) -> Iterator[Figure]:
    for m in ORDINAL.finditer(text):
        if is_readable(m["number"]):
            value = product(m["number"], m["scale"])
            yield Figure(m.start(), m.end(), m.group(), value, m["unit"] or "", "ordinal")


def _minutes(text: str) -> Iterator[Figure]:
    for m in MINUTES.finditer(text):
        yield Figure(m.start(), m.end(), m.group(), float(m.group()[:-1]), "分", "measure")


def _amounts(text: str) -> Iterator[Figure]:
    """Money, measures and counts; the first half of a range has the unit of the second."""
    for m in amount().finditer(text):
        unit = m["one"] + m["span"] if m["one"] else m["unit"]
        kind: Kind = "measure" if m["one"] else units()[unit]
        if m["numeral"] and not _is_counted(m["numeral"], kind, unit, text[m.end() :][:3]):
            continue
        if unit == "年" and (
            (m["number"] and text.startswith("代", m.end())) or REIGNS.search(text, max(0, m.start() - NEAR), m.start())
        ):
            continue
        if m["numeral"] and unit in ("届", "屆"):
            kind = "ordinal"
        if m["first"]:
            end = m.end("first_scale") if m["first_scale"] else m.end("first")
            first: Kind = "year" if unit == "年" and re.fullmatch("1[0-9]{3}|20[0-9]{2}", m["first"]) else kind
            value = product(m["first"], m["first_scale"] or m["scale"])
            yield Figure(m.start(), end, text[m.start() : end], value, unit, first)
        start = m.start("number") if m["number"] else m.start("numeral")
        value = product(m["number"] or m["numeral"], m["scale"] or m["size"]) + (0.5 if m["half"] else 0)
        if m["more"]:
            value += product(m["more"], m["less"])
        yield Figure(start, m.end(), text[start : m.end()], value, unit, kind)


def _is_counted(numeral: str, kind: Kind, unit: str, after: str) -> bool:
    """Chinese numerals are parts of words as well (一个, 三元电池, 一天): below ten only spans and sizes count, from two on."""
    if ABOUT.search(numeral.partition("点")[0]) or not is_readable(numeral):
        return False
    if re.search("[十百千万亿萬億点]", numeral):
        return True
    if unit in ("届", "屆"):
        return CONGRESS.match(after) is not None
    return numeral != "一" and (kind == "measure" or unit == "倍")


@cache
def amount() -> re.Pattern[str]:
    """A number with a unit, or two that stand for a range."""
    scale = "|".join(sorted(SCALE, key=len, reverse=True))
    known = "|".join(sorted((re.escape(unit) for unit in units() if unit != "日"), key=len, reverse=True))
    return re.compile(
        f"{NOT_IN_WORD}(?:(?P<first>{DIGITS})(?P<first_scale>{scale})?{RANGE})?"
        f"(?:(?P<number>{DIGITS})[多余餘]?(?P<scale>{scale})?(?:(?P<more>[0-9]{{1,4}})(?P<less>[千百万萬]))?"
        f"|(?:(?<=[年岁歲]零)|(?<![{ONES}点數数几幾好第]))(?<!(?<![以之])上)(?P<numeral>{NUMERAL})(?:[多余餘](?P<size>[万亿萬億]))?)"
        f"[多余餘]?(?:(?P<one>[个個])(?:[多余餘]|(?P<half>半))(?P<span>小时|小時|月|星期)|(?P<unit>{known}|日(?=[内內]|[以之][内內]|以[上下]))"
        "(?![A-Za-z]|(?<=年)[级級度代]|(?<=本)[文报報地市身人省]|(?<=元)[素旦]|(?<=人)[民工行]|(?<=节)[气氣日目能约假水点]"
        "|(?<=部)[门門委队隊落分]|(?<=[双雙])1[12]|(?<=里)[冲庄莊铺鋪店长長弄桥橋山]|(?<=次)[官要]|(?<=家)[庭人长長]|(?<=单)[元位身一独]|(?<=具)[有备備体體]))"
    )


@cache
def units() -> dict[str, Kind]:
    """The kind of each unit; 日 is one only before 内 (10日内)."""
    tables = tomllib.loads(files("pipeline.lexicon").joinpath("units.toml").read_text("utf-8"))
    kinds: tuple[Kind, ...] = ("count", "measure", "money")
    return {"日": "measure", **{unit: kind for kind in kinds for unit in tables[kind]["words"]}}


def _checked(text: str, found: list[Figure]) -> list[Figure]:
    """With a flag on each part that is larger than the whole it is said to be of (共100名，其中120名)."""
    checked: list[Figure] = []
    for figure in found:
        flag = figure.flag
        is_sum = NO_WHOLE.search(text, max(0, figure.start - NEAR), figure.start) is not None
        for whole in reversed(checked):
            between = text[whole.end : figure.start]
            if "。" in between or len(between) > 40:
                break
            same = (whole.unit, whole.kind) == (figure.unit, figure.kind)
            if "其中" in between and same and figure.kind in ("count", "money", "measure"):
                flag = flag or ("part_exceeds_whole" if figure.value > whole.value > 0 and not is_sum else "")
                break
        checked.append(replace(figure, flag=flag))
    return checked
