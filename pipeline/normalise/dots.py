"""Dots and dashes: …… and ——, and the dot between the parts of a foreign name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from pipeline.normalise.draft import BLANKS, HAN, Draft, Kind
from pipeline.text import Edit

ELLIPSIS: Final = re.compile(f"\\.(?:[{BLANKS}]*\\.){{2,}}|．{{3,}}|。{{3,}}|·{{3,}}|・{{3,}}|•{{3,}}|⋯+|…+")
# Two or more, of one kind or mixed; a minus that belongs to the figure after it is left out.
DASHES: Final = re.compile(
    f"[—―─━–－-](?:[{BLANKS}]*[—―─━–－-])+(?:(?<=[—―─━–])|(?![0-9０-９]))|[―─━](?![{BLANKS}]*[—―─━–－-])"
)
# Words that open a clause: no name that a single — joins begins with them (不丹 does, 就业 and 还原 would).
CLAUSE_WORDS: Final = "(?:[是只但她他它我你这這却卻]|不(?!丹)|就是|还是|還是|而是)"
HALF_DASH: Final = re.compile(f"(?<=[{HAN}\"＂〞〟”’')）》」』])—(?={CLAUSE_WORDS})")
ELLIPSIS_SIGNS: Final = frozenset("．・•⋯…")
SPACED_DOTS: Final = re.compile(f"\\.(?=[{BLANKS}]*\\.)")
DASH_SIGNS: Final = frozenset("-－―─━–—")
MIDDLE_SIGNS: Final = frozenset("•‧・･∙⋅．.")
MIDDLE: Final = re.compile(f"(?<=[{HAN}A-Za-z])\\s*[•‧・･∙⋅．.](?=\\s*[{HAN}A-Za-z])")
NAME: Final = 2  # so many characters on each side have to be ones that foreign names are written with


def might_have_ellipsis(draft: Draft) -> bool:
    """Whether the full look is worth it: a quick one for each kind of dot."""
    present = draft.present
    return (
        not present.isdisjoint(ELLIPSIS_SIGNS)
        or "。。。" in draft.shown
        or ("·" in present and "···" in draft.shown)
        or ("." in present and SPACED_DOTS.search(draft.shown) is not None)
    )


def ellipses(draft: Draft) -> Iterator[Edit]:
    """Three dots or more of any kind, next to Chinese text; ……, and longer runs of …, stay.

    >>> [edit.becomes for edit in ellipses(Draft("他说...等等…好……")) ]
    ['……', '……']
    """
    for found in ELLIPSIS.finditer(draft.shown):
        dots = found.group()
        if dots[0] == "…" and len(dots) > 1:
            continue
        if Kind.CHINESE in (draft.before(found.start()), draft.after(found.end())):
            yield Edit(found.start(), found.end(), "……", "punctuation.ellipsis")


def dashes(draft: Draft) -> Iterator[Edit]:
    """--, －－, ―― and the like next to Chinese text become ——; between figures they stay, as range signs do.

    A single ─ or ━ joins names (丽江─香格里拉: all 9 in 69 million characters of clean prose do) and becomes —. A single —
    is a range sign, or joins names; only where a word follows that opens a clause it becomes —— (that holds for 8 places
    there, all of them faults).
    """
    for found in DASHES.finditer(draft.shown):
        start, end = found.span()
        if set(found.group()) == {"—"}:  # —— as it should be, or longer as found
            continue
        sides = draft.before(start), draft.after(end)
        if Kind.CHINESE in sides or sides == (Kind.EDGE, Kind.LATIN):
            yield Edit(start, end, "—" if found.group() in "─━" else "——", "punctuation.dash")


def half_dashes(draft: Draft) -> Iterator[Edit]:
    """The single — of pages whose extractor saw —— as one sign.

    >>> [edit.start for edit in half_dashes(Draft("他成功了—但那個星期，中國—中亞"))]
    [4]
    """
    for found in HALF_DASH.finditer(draft.shown):
        yield Edit(found.start(), found.end(), "——", "punctuation.dash")


def middles(draft: Draft) -> Iterator[Edit]:
    """The dot in a foreign name; a full stop between Han characters only where both sides are names."""
    for found in MIDDLE.finditer(draft.shown):
        at = found.end() - 1
        dot = draft.shown[at]
        if dot in ".．" and not _in_name(draft.shown, found.start(), found.end()):
            continue
        yield Edit(at, at + 1, "·", "punctuation.middle_dot")


def _in_name(shown: str, start: int, end: int) -> bool:
    """Whether the characters on both sides are those that foreign names are written with."""
    before = shown[:start].rstrip()[-NAME:]
    after = shown[end:].lstrip()[:NAME]
    sure = "。" in shown  # then this text has a full stop of its own
    known = _name_characters()
    need = before[-1:] + after[:1] if sure else before + after
    return len(need) == (2 if sure else 2 * NAME) and all(char in known for char in need)


def might_be_name(shown: str, at: int) -> bool:
    """Whether the dot at `at` could be that of a name: right between two characters that names are written with."""
    known = _name_characters()
    return 0 < at < len(shown) - 1 and shown[at - 1] in known and shown[at + 1] in known


@cache
def _name_characters() -> frozenset[str]:
    entries = tomllib.loads(files("pipeline.lexicon").joinpath("foreign_names.toml").read_text("utf-8"))
    return frozenset(entries["characters"]["chars"])
