"""Counts: the grams of a stream of ids, and how often each occurs.

In: the stream. Out: the grams of each length. A gram is a 64-bit number throughout, its characters the digits, so that counting is
sorting.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline import seams
from pipeline.seam_table import Keys
from pipeline.seams import Floats, Ids

Rows: TypeAlias = npt.NDArray[np.int32]


@dataclass(slots=True)
class Grams:
    """The grams of one length, in rising order of `keys`."""

    keys: Keys
    raw: Rows  # how often each occurs
    adjusted: Rows  # before how many different characters, Kneser-Ney
    log_p: Floats
    score: Floats  # what leaving it out would cost, in nats over the corpus
    shorter: Rows  # row of the gram without its first character
    context: Rows  # row of the gram without its last character


def count(stream: Ids, order: int, base: int) -> list[Grams]:
    """Count the grams of 1 to `order` characters; give them shortest first."""
    lengths = []
    longer: Keys | None = None
    for length in range(order, 0, -1):
        keys, raw = _distinct(_windows(stream, length, base))
        adjusted = raw.copy()
        if longer is not None:
            # A gram at the beginning of a text has nothing before it, so keeps its count.
            suffixes, before = _distinct(longer % np.uint64(base**length))
            adjusted[np.searchsorted(keys, suffixes)] = before
        lengths.append(_grams(keys, raw, adjusted))
        longer = keys
    lengths.reverse()
    for length, (shorter, grams) in enumerate(pairwise(lengths), 1):
        grams.shorter = _rows(shorter.keys, grams.keys % np.uint64(base**length))
        grams.context = _rows(shorter.keys, grams.keys // np.uint64(base))
    return lengths


def _windows(stream: Ids, length: int, base: int) -> Keys:
    """Give the key of each window with no paragraph boundary inside (at its ends only), and no gap at all."""
    places = max(0, len(stream) - length + 1)
    keys = np.zeros(places, dtype=np.uint64)
    whole = np.ones(places, dtype=np.bool_)
    for offset in range(length):
        ids = stream[offset : offset + places]
        keys *= np.uint64(base)
        keys += ids.astype(np.uint64) + np.uint64(1)
        whole &= ids != seams.ABSENT
        if 0 < offset < length - 1:
            whole &= ids != seams.BOUNDARY
    return keys[whole]


def _distinct(keys: Keys) -> tuple[Keys, Rows]:
    """Give the different keys in rising order, and how often each occurs. Sorts in place."""
    keys.sort()
    first = np.flatnonzero(_is_first(keys))
    times = np.diff(np.append(first, len(keys))).astype(np.int32)
    return keys[first], times


def _grams(keys: Keys, raw: Rows, adjusted: Rows) -> Grams:
    none = np.zeros(0, dtype=np.int32)
    floats = np.zeros(0, dtype=np.float32)
    return Grams(keys, raw, adjusted, floats, floats, none, none)


def _rows(keys: Keys, wanted: Keys) -> Rows:
    return np.searchsorted(keys, wanted).astype(np.int32)


def first_of_each(context: Rows) -> npt.NDArray[np.intp]:
    """Give the row of the first gram of each context."""
    return np.flatnonzero(_is_first(context))


def _is_first(values: Keys | Rows) -> npt.NDArray[np.bool_]:
    """Whether the value before is another one."""
    first = np.ones(len(values), dtype=np.bool_)
    first[1:] = values[1:] != values[:-1]
    return first
