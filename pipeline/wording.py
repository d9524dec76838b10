"""Wording: what the words of a line say of its role.

In: lines in Simplified characters. Out: which cues of the lexicon each one has, and whether it is personal names. Cues are data
(`lexicon/cues.toml`); how much one weighs is learnt.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

CUE_LONGEST = 120  # characters: cues are for short lines
NAMES = ("no", "some", "all", "bracketed", "signed")


@cache
def cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The wording cues of the lexicon, as (rule, pattern)."""
    data = tomllib.loads((files("pipeline") / "lexicon" / "cues.toml").read_text(encoding="utf-8"))
    return tuple(
        (f"{role}.{name}", re.compile(cue["find"])) for role, group in data.items() for name, cue in group.items()
    )


@cache
def surnames() -> frozenset[str]:
    """The surnames of the lexicon, of one and of two characters."""
    data = tomllib.loads((files("pipeline") / "lexicon" / "names.toml").read_text(encoding="utf-8"))
    return frozenset(data["surnames"]["single"]) | frozenset(data["surnames"]["double"])


def found(plain: Sequence[str]) -> dict[str, Ints]:
    """For each cue, by its rule, whether each line has it (1) or not (0)."""
    has = {rule: np.zeros(len(plain), dtype=np.int64) for rule, _ in cues()}
    short = [line[:CUE_LONGEST] for line in plain]
    opening = [(has[rule], pattern.match) for rule, pattern in cues() if _opens(pattern)]
    some = _any_opening().match
    for i, line in enumerate(short):
        if some(line):  # most lines open with none, and one try of all says so
            for values, match in opening:
                if match(line):
                    values[i] = 1
    for rule, pattern in cues():
        if not _opens(pattern):
            has[rule][[i for i, line in enumerate(short) if pattern.search(line)]] = 1
    return has


def _opens(cue: re.Pattern[str]) -> bool:
    """Whether a cue can only stand at the start of a line: then its pattern begins with ^, each way to match it."""
    return cue.pattern.startswith("^")


@cache
def _any_opening() -> re.Pattern[str]:
    """One pattern that matches whatever any cue matches that opens a line."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in cues() if _opens(pattern)))


_SIGNED = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:记者|通讯员|评论员|撰稿人?|编辑)|(?:文|图|摄影|撰文|作者|采写)\s*[/／|:：]|[\u4e00-\u9fff]{2,4}报道$"
)
_MAY_SIGN = re.compile("[者员稿辑文图影写道]")  # a character that is in whatever _SIGNED finds
_SEPARATOR = re.compile(r"[\s、，,]+")
_LONGEST_NAME = 4


def names(chars: str) -> int:
    """How much of a short line is personal names, as an index into NAMES.

    "signed": names and what they are (记者, 通讯员, …报道).
    """
    if len(chars) > 50:
        return 0
    bare = chars.strip("（）()□■◎●◇◆☆★○ ")
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
