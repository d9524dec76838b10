"""The labelled pages: raw files beside their gold readings, cut into a part to learn from and a part to score.

A page's part hangs on its name alone, so that it never changes: no page of the held-out part is ever looked at or
learnt from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.decode import DecodeOptions, decode
from pipeline.document import Line
from pipeline.lines import LinesOptions, lines
from pipeline.markup import MarkupOptions, markup
from pipeline.repair import RepairOptions, repair
from training.labels import Found, align, label, read_gold

Gold = dict[str, Any]


@dataclass(frozen=True)
class LabelledPage:
    """A page with what gold says of each of its lines, and, where it is no mixture, the gold reading itself."""

    name: str
    family: str
    lines: list[Line]
    found: list[Found | None]
    labels: list[str | None]
    gold: Gold = field(default_factory=dict)


def held_out(name: str) -> bool:
    """Whether a page is only ever scored: one in four, by the digest of its number (all variants of a page together).

    >>> [name for name in ("00001_ocr", "00003_ocr", "00004_ocr", "00003_vlm_md") if held_out(name)]
    ['00003_ocr', '00003_vlm_md']
    """
    number = name.split("_")[0]
    return int(hashlib.sha256(number.encode()).hexdigest(), 16) % 4 == 0


def labelled(folder: Path, *, part: str = "all") -> Iterator[LabelledPage]:
    """The pages of `folder` (raw/ and gold/): `part` is "learn", "score" or "all"."""
    for path in sorted((folder / "gold").glob("*.json")):
        gold = read_gold(path)
        name = gold["source"]
        if part != "all" and held_out(name) != (part == "score"):
            continue
        yield page_of((folder / "raw" / name).read_bytes(), name, gold)


def page_of(data: bytes, name: str, gold: Gold) -> LabelledPage:
    """A raw page, labelled by its gold reading; its lines numbered anew, since a line may have been cut in two."""
    found_lines = [line._replace(number=number) for number, line in enumerate(page_lines(data, name), 1)]
    found = align(found_lines, gold)
    family = re.sub(r"^\d+_|\.\w+$", "", name)
    return LabelledPage(name, family, found_lines, found, label(found_lines, found), gold)


def page_lines(data: bytes, name: str) -> list[Line]:
    """The lines of a page as the roles stage gets them."""
    text = decode(data, name, DecodeOptions()).text
    text, _ = text.apply(repair(text, RepairOptions()))
    edits, hints = markup(text, MarkupOptions())
    text, _ = text.apply(edits)
    return lines(text, hints, LinesOptions())[0]
