"""Which script a text is in, by the characters that only one script uses (`lexicon/scripts.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

SIMPLIFIED = "zh-Hans"
TRADITIONAL = "zh-Hant"


@cache
def script_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for one character that only Simplified, and that only Traditional text has."""
    simplified, traditional = _lists()
    return re.compile(f"[{simplified}]"), re.compile(f"[{traditional}]")


@cache
def _lists() -> tuple[str, str]:
    """The characters that only Simplified, and that only Traditional text has."""
    lists = tomllib.loads(files("pipeline.lexicon").joinpath("scripts.toml").read_text("utf-8"))
    return lists["simplified"]["chars"], lists["traditional"]["chars"]


def evidence(text: str) -> tuple[int, int]:
    """How many characters of `text` only Simplified, and how many only Traditional text has.

    >>> evidence("記者馬建國 记者")
    (1, 3)
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts = np.bincount(_scripts()[np.minimum(points, 0xFFFF)], minlength=3)
    return int(counts[1]), int(counts[2])


@cache
def _scripts() -> npt.NDArray[np.uint8]:
    """For each code point 1 where only Simplified, 2 where only Traditional text has it."""
    table = np.zeros(0x10000, dtype=np.uint8)
    for kind, characters in enumerate(_lists(), 1):
        table[[point for point in map(ord, characters) if point < len(table)]] = kind
    return table


def language(text: str) -> str:
    """`zh-Hant` where Traditional characters outnumber Simplified ones, else `zh-Hans`.

    >>> language("全國人民代表大會"), language("全国人民代表大会"), language("2024")
    ('zh-Hant', 'zh-Hans', 'zh-Hans')
    """
    simplified, traditional = evidence(text)
    return TRADITIONAL if traditional > simplified else SIMPLIFIED
