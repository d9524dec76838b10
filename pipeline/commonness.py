"""How common a character is in Chinese prose: what tells a right decoding from a wrong one.

The table (`lexicon/commonness.toml`) is counted from clean prose by `training/commonness.py`, once in
Simplified and once in Traditional script; here a character has the better of its two values.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

UNSEEN = -24.0  # log2: a character that 12 million of prose don't hold
PRIVATE = -32.0  # private use, unassigned and control characters: no text has them
ASCII = -9.0
BLANK = (0x09, 0x0A, 0x0D, 0x20, 0x3000)
HAN_UNSEEN = -19.0  # a rare but real character of the main block


@cache
def _classes() -> dict[str, dict[str, float]]:
    """log2 of the share of each character, for Simplified and for Traditional prose."""
    tables = tomllib.loads(files("pipeline.lexicon").joinpath("commonness.toml").read_text("utf-8"))
    return {
        script: {char: -float(bits) for bits, chars in classes.items() for char in chars}
        for script, classes in tables.items()
    }


def share(char: str, script: str) -> float:
    """log2 of the share of `char` in prose of that script (`simplified` or `traditional`)."""
    return _classes()[script].get(char, UNSEEN)


@cache
def table() -> NDArray[np.float32]:
    """log2 of the share, by code point, for the basic plane; the last entry stands for all others."""
    values = np.full(0x10001, UNSEEN, dtype=np.float32)
    values[0xE000:0xF900] = PRIVATE
    values[:0x20] = PRIVATE
    values[0x7F:0xA0] = PRIVATE
    values[0x20:0x7F] = ASCII
    values[list(BLANK)] = ASCII
    values[0x4E00:0x9FFF] = HAN_UNSEEN
    for shares in _classes().values():
        for char, bits in shares.items():
            values[ord(char)] = max(values[ord(char)], bits)
    return values


@cache
def _inked() -> NDArray[np.bool_]:
    """Which code points are no white space."""
    mask = np.ones(0x10001, dtype=np.bool_)
    mask[list(BLANK)] = False
    return mask


def codes(text: str) -> NDArray[np.uint32]:
    """The code points, those outside the basic plane as 0x10000."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(points, 0x10000)


def per_character(text: str, *, ascii_too: bool = True) -> float:
    """The mean log2 commonness of the characters of `text` that aren't white space; 0 where there are none.

    Running prose has about -9.5; what a wrong codec makes of it stays under -14.

    >>> per_character("全国人民代表大会") > -11 > -15 > per_character("鍏ㄥ浗浜烘皯浠ｈ〃澶т細")
    True
    """
    points = codes(text)
    points = points[_inked()[points] if ascii_too else points > 0x7F]
    return float(table()[points].mean()) if points.size else 0.0


def per_line(text: str) -> NDArray[np.float64]:
    """The same for each line, all at once.

    >>> [round(score) for score in per_line("全国人民\\n\\n123")]
    [-8, 0, -8]
    """
    points = codes(text + "\n")
    starts = np.concatenate(([0], np.flatnonzero(points == 0x0A)[:-1] + 1))
    counted = _inked()[points]
    sums = np.add.reduceat(np.where(counted, table()[points], 0), starts, dtype=np.float64)
    scores: NDArray[np.float64] = sums / np.maximum(np.add.reduceat(counted, starts, dtype=np.intp), 1)
    return scores


def is_common(char: str) -> bool:
    """Seen in prose, in either script."""
    return char in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(map(chr, np.flatnonzero(table()[:0x10000] > HAN_UNSEEN).tolist()))
