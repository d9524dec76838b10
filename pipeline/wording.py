"""Wording: what the words of a line say of its role.

In: lines in Simplified characters. Out: which cues of the lexicon each one has, and whether it is personal names. Cues are data
(`lexicon/cues.toml`); how much one weighs is learnt.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.characters import OTHER, Characters

LONGEST_BYLINE = 50  # characters
CUE_LONGEST = 120  # characters: cues are for short lines
NAMES = ("no", "some", "all", "bracketed", "signed")


@cache
def cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The wording cues of the lexicon, as (rule, pattern)."""
    return tuple(
        (f"{role}.{name}", re.compile(cue["find"])) for role, group in _lexicon().items() for name, cue in group.items()
    )


@cache
def cue_roles() -> tuple[list[str], npt.NDArray[np.intp]]:
    """The roles that cues speak for, in their order, and the place of the first cue of each."""
    sizes = [len(group) for group in _lexicon().values()]
    return list(_lexicon()), np.cumsum([0, *sizes[:-1]])


@cache
def _lexicon() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((files("pipeline") / "lexicon" / "cues.toml").read_text(encoding="utf-8"))


@cache
def surnames() -> frozenset[str]:
    """The surnames of the lexicon, of one and of two characters."""
    data = tomllib.loads((files("pipeline") / "lexicon" / "names.toml").read_text(encoding="utf-8"))
    return frozenset(data["surnames"]["single"]) | frozenset(data["surnames"]["double"])


@cache
def _needs() -> npt.NDArray[np.uint64]:
    """For each code point of the basic plane the cues that need it, a bit each; for the last one, that stands for others, all."""
    bits = np.zeros(OTHER + 1, dtype=np.uint64)
    digits = [point for point in range(OTHER) if chr(point).isdecimal()]
    for bit, needed in enumerate(cue["needs"] for group in _lexicon().values() for cue in group.values()):
        points = [point for c in needed for point in (digits if c == "0" else [ord(c)])]
        bits[points] |= np.uint64(1 << bit)
    bits[OTHER] = ~np.uint64(0)
    return bits


def found(page: Characters) -> npt.NDArray[np.bool_]:
    """Whether each line, in Simplified characters, has each cue, shape (cues, lines)."""
    has = np.zeros((len(cues()), len(page.lines)), dtype=np.bool_)
    needed = np.bitwise_or.reduceat(_needs().take(page.small), page.starts)
    bits = np.uint64(1) << np.arange(len(has), dtype=np.uint64)
    those, lines = (needed & bits[:, None]).nonzero()
    short = [line[:CUE_LONGEST] for line in page.lines]
    tries = _tries()
    hits = [k for k, (cue, i) in enumerate(zip(those.tolist(), lines.tolist(), strict=True)) if tries[cue](short[i])]
    has[those[hits], lines[hits]] = True
    return has


@cache
def _tries() -> tuple[Callable[[str], re.Match[str] | None], ...]:
    """How each cue is looked for: one whose pattern begins with ^, each way to match it, can only open a line."""
    return tuple(pattern.match if pattern.pattern.startswith("^") else pattern.search for _, pattern in cues())


_SIGNED = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:记者|通讯员|评论员|撰稿人?|编辑)|(?:文|图|摄影|撰文|作者|采写)\s*[/／|:：]|[\u4e00-\u9fff]{2,4}报道$"
)
_MAY_SIGN = re.compile(  # is in whatever _SIGNED finds; quick, since each way begins with a character
    "|".join(("记者", "通讯员", "评论员", "撰稿", "编辑", "报道", *(rf"{end}\s*[/／|:：]" for end in "文图影者写")))
)
_AROUND = "（）()□■◎●◇◆☆★○ "
_SEPARATOR = re.compile(r"[\s、，,]+")
_LONGEST_NAME = 4


def named(page: Characters) -> npt.NDArray[np.int64]:
    """How much of each line, in Simplified characters, is personal names, as an index into NAMES.

    Looked at are lines that may be signed, and those that open as a name does, with a word short enough for one.
    """
    signs = page.starts.searchsorted([sign.start() for sign in _MAY_SIGN.finditer(page.whole)], "right") - 1
    parts = np.append(np.flatnonzero(_parts_names().take(page.small)), len(page.small))  # line feeds too
    some = parts[parts.searchsorted(page.starts)] - page.starts <= _LONGEST_NAME
    some &= _opens_names().take(page.small.take(page.starts))
    some[signs] = True
    some &= page.sizes <= LONGEST_BYLINE
    kinds = np.zeros(len(page.lines), dtype=np.int64)
    for i in np.flatnonzero(some).tolist():
        kinds[i] = names(page.lines[i])
    return kinds


@cache
def _parts_names() -> npt.NDArray[np.bool_]:
    """Which code points of the basic plane end a word of a byline, or may stand around it."""
    table = np.zeros(OTHER + 1, dtype=np.bool_)
    table[[ord(c) for c in f"{_AROUND}{''.join(_SEPARATOR.findall(''.join(map(chr, range(OTHER)))))}"]] = True
    return table


@cache
def _opens_names() -> npt.NDArray[np.bool_]:
    """Which code points of the basic plane open a surname, or may stand before one."""
    table = _parts_names().copy()
    table[[ord(surname[0]) for surname in surnames()]] = True
    return table


def names(chars: str) -> int:
    """How much of a short line is personal names, as an index into NAMES.

    "signed": names and what they are (记者, 通讯员, …报道).
    """
    if len(chars) > LONGEST_BYLINE:
        return 0
    bare = chars.strip(_AROUND)
    others, signed = _SIGNED.subn(" ", bare) if _MAY_SIGN.search(bare) else (bare, 0)
    if not signed and not _SEPARATOR.search(bare, 0, _LONGEST_NAME + 1) and len(bare) > _LONGEST_NAME:
        return 0  # it opens with too long a word
    words = _apart(_SEPARATOR.split(others.strip()))
    if not words:
        return 4 if signed else 0
    known = surnames()
    are = [2 <= len(w) <= _LONGEST_NAME and (w[0] in known or w[:2] in known) and w.isalpha() for w in words]
    if all(are):
        return 4 if signed else 3 if chars[0] in "（(" else 2
    return 1 if are[0] and len(words) > 1 else 0


def _apart(words: Sequence[str]) -> list[str]:
    """Words without the empty ones, single characters (王　五) put together."""
    out: list[str] = []
    for word in filter(None, words):
        if len(word) == 1 and out and len(out[-1]) == 1:
            out[-1] += word
        else:
            out.append(word)
    return out
