"""Furniture: what belongs to the page and not to an article, and what it says of the issue.

In: furniture blocks. Out: for each the reason it is removed for (a line that holds several things is parted), and the
publication, date and page number read from all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.document import Block, Reason, Removal
from pipeline.script_fold import simplify
from pipeline.text import Text
from pipeline.wording import cues

_HAN = "[\u3400-\u9fff]"
_FULL = {0xFF01 + k: 0x21 + k for k in range(94)} | dict.fromkeys((0x2009, 0x200A, 0x2002, 0x2003, 0xA0, 0x3000), " ")
_DAY = r"(?P<year>(?:19|20)\d{2})\s?[年./\-]\s?(?P<month>\d{1,2})\s?[月./\-]\s?(?P<day>\d{1,2})"
_DATE = re.compile(rf"{_DAY}(?!\d)")
_PAPER = re.compile(rf"(?:^|(?<=[\s|·\d—\-]))(?P<paper>{_HAN}{{2,8}}?(?:报|周刊|晨刊|月刊|导刊|画刊))(?=\s|$|\d|[|·])")
_COUNTED = re.compile(r"星期[一二三四五六日天]|总?第\s?\d+\s?[期号]")
_LETTERED = re.compile(r"(?<![A-Z\d])(?:第\s?)?([A-Z]\s?\d{1,3}|\d{1,3}(?=\s?版))(?!\d)")
_NUMBER = re.compile(r"(?<![\d.:/@\-])\d{1,3}(?![\d.:/@\-])")
_NOT_A_PAGE = re.compile(r"总?第\s?\d+\s?期|[\w.]+@[\w.]+|(?:https?:|www\.)\S+|\d{3,4}-\d{6,8}|\d{5,}|CN\s?[\d\-]+")
_PARTS = re.compile(
    r"(?P<credits>(?:本版|责任|值班|执行|美术)?(?:责编|编辑|编委|美编|主编))(?!\w*部)"
    r"|(?P<contact>(?:新闻|读者|服务)?热线|(?:投稿)?邮箱|网址|电话\s*:|国内统一|邮发代号)"
    r"|(?P<number>(?<!\d)[—\-·~]\s?\d{1,4}\s?[—\-·~])(?!\d)"
    rf"|(?P<paper>(?<=[·—~]){_HAN}{{2,8}}?(?:报|周刊|晨刊|月刊|导刊|画刊)(?=\s|$))"
    rf"|(?P<date>(?<![\d\-]){_DAY.replace('?P<year>', '?:').replace('?P<month>', '?:').replace('?P<day>', '?:')})"
)
_WHOSE_PHONE = ("credits", "contact")  # the telephone of who made the page
_REASONS = {"folio": "folio", "number": "folio", "credits": "credits", "team": "credits"}


@dataclass(frozen=True, slots=True)
class Issue:
    """What the furniture says of the issue; "" where it says nothing."""

    publication: str = ""
    date: str = ""  # "20230815"
    page: str = ""


def removals(block: Block) -> list[Removal]:
    """A furniture block as removals, one for each thing that a line holds.

    The wording gives reason and rule, else it is plain furniture.
    """
    plain = _plain(block.text.chars)
    found = [(m.start(), m.lastgroup) for m in _PARTS.finditer(plain)]
    cuts = [at for (_, before), (at, kind) in pairwise(found) if kind != before and (before, kind) != _WHOSE_PHONE]
    parts = [block.text[a:b] for a, b in pairwise([0, *cuts, len(plain)])]
    return [_removal(part, block.rule) for part in parts]


def issue(blocks: Sequence[Block]) -> Issue:
    """Publication, date and page number, as far as the furniture says them."""
    whole = [block.text.chars for block in blocks]
    plain = [_plain(chars) for chars in whole]
    papers = (_paper(chars, one) for chars, one in zip(whole, plain, strict=True))
    bare = [_NOT_A_PAGE.sub(" ", _DATE.sub(" ", one)) for one in plain]
    lettered = (m[1].replace(" ", "") for one in bare for m in _LETTERED.finditer(one))
    paged = (one for one, block in zip(bare, blocks, strict=True) if _rule(block.text) in _PAGED)
    numbers = (m[0] for one in paged for m in _NUMBER.finditer(one))
    return Issue(_first(papers), _first(map(_date, plain)), _first(lettered) or _first(numbers))


_PAGED = {"furniture.folio", "furniture.number", "furniture.masthead", "furniture.contact", "furniture.dateline"}


def _removal(text: Text, given: str | Reason) -> Removal:
    if given == "correction.role":
        return Removal(text, "furniture", "correction.role")
    rule = _rule(text)
    if not rule:
        known = str(given)
        return Removal(text, "furniture", known if known.startswith("furniture") else "furniture.place")
    return Removal(text, _REASONS.get(rule.split(".")[1], "furniture"), rule)


def _rule(text: Text) -> str:
    """The furniture cue that the wording of a text answers to; "" for none."""
    plain = _plain(text.chars).strip()
    return next((rule for rule, cue in cues() if rule.startswith("furniture.") and cue.search(plain)), "")


def _plain(chars: str) -> str:
    """Simplified script, half-width forms and plain spaces, one for one."""
    return simplify(chars).translate(_FULL)


def _paper(chars: str, plain: str) -> str:
    found = _PAPER.search(_COUNTED.sub(lambda m: " " * len(m[0]), plain))
    return chars[found.start("paper") : found.end("paper")] if found else ""


def _first(found: Iterable[str]) -> str:
    return next((one for one in found if one), "")


def _date(text: str) -> str:
    """The first calendar date in a text, as 20230815; "" for none and for a day that does not exist.

    >>> _date("2023年8月15日 星期二"), _date("2023.2.30"), _date("0123-4567890")
    ('20230815', '', '')
    """
    found = _DATE.search(text)
    if not found:
        return ""
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return f"{year}{month:02}{day:02}" if 1 <= month <= 12 and 1 <= day <= days[month - 1] else ""
