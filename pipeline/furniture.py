"""Furniture: what belongs to the page and not to an article, and what it says of the issue.

In: furniture blocks. Out: for each the reason it is removed for, and the publication, date and page number read from all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.document import Block, Removal
from pipeline.features import cues
from pipeline.script_fold import simplify

_DATE = re.compile(r"((?:19|20)\d{2})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})")
_PAPER = re.compile(r"^([\u4e00-\u9fff]{2,8}(?:报|周刊|晨刊|月刊|导刊|画刊))(?:\s|$)")
_FOLIO = re.compile(r"[A-Z]?\d{1,3}")
_FULL = str.maketrans("０１２３４５６７８９", "0123456789") | {0x2009: " ", 0xA0: " "}
_REASONS = {"folio": "folio", "number": "folio", "credits": "credits", "team": "credits"}


@dataclass(frozen=True, slots=True)
class Issue:
    """What the furniture says of the issue; "" where it says nothing."""

    publication: str = ""
    date: str = ""  # "20230815"
    page: str = ""


def removal(block: Block) -> Removal:
    """A furniture block as a removal; the wording gives its reason and rule, else it is plain furniture."""
    plain = simplify(block.text.chars).translate(_FULL)
    for rule, pattern in cues():
        role, name = rule.split(".")
        if role == "furniture" and pattern.search(plain):
            return Removal(block.text, _REASONS.get(name, "furniture"), rule)
    return Removal(block.text, "furniture", block.rule if block.rule.startswith("furniture") else "furniture.place")


def issue(blocks: Sequence[Block]) -> Issue:
    """Publication, date and page number, as far as the furniture says them."""
    removed = [(removal(block).rule, block.text.chars.translate(_FULL)) for block in blocks]
    dates = (_date(text) for _, text in removed)
    papers = (_PAPER.match(text) for rule, text in removed if simplify(text) and rule == "furniture.masthead")
    traditional = (re.match(r"^([\u4e00-\u9fff]{2,8}[報刊])(?:\s|$)", text) for _, text in removed)
    folios = (_FOLIO.search(text) for rule, text in removed if rule == "furniture.folio")
    numbers = (_FOLIO.search(text) for rule, text in removed if rule == "furniture.number")
    paper = _first([*papers, *traditional])
    folio = _first([*folios, *numbers])
    return Issue(paper[1] if paper else "", next((d for d in dates if d), ""), folio[0] if folio else "")


def _first(found: Iterable[re.Match[str] | None]) -> re.Match[str] | None:
    return next((one for one in found if one), None)


def _date(text: str) -> str:
    """The first calendar date in a text, as 20230815; "" for none and for a day that does not exist."""
    found = _DATE.search(text)
    if not found:
        return ""
    year, month, day = (int(part) for part in found.groups())
    days = (31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return f"{year}{month:02}{day:02}" if 1 <= month <= 12 and 1 <= day <= days[month - 1] else ""
