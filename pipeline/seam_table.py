"""A table of n-grams that does not hold its keys.

In: keys of 64 bits. Out: which of them were put in, and the small number that was put in with each.

After Chazelle et al. 2004 ("The Bloomier filter"), laid out as in Graf & Lemire 2022 ("Binary fuse filters"). Three
cells, XORed, are the value of a key that was put in, and noise for any other; ten bits of a value are a fingerprint of
its key, which tells noise but for one key in 1,024. So a gram takes two and a quarter bytes instead of ten, and a batch
of look-ups is a handful of array operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.intp]
Found: TypeAlias = tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint64]]  # which keys are there, and their values

CELL_BITS: Final = 16


class TableLayout(TypedDict):
    """Where the cells of a table lie: `segments` + 2 segments of `segment` cells."""

    seed: int
    segment: int
    segments: int
    value_bits: int


def scramble(keys: Keys, seed: int) -> Keys:
    """Spread keys over all 64 bits (finaliser of splitmix64, Steele et al. 2014)."""
    x = keys + np.uint64(seed)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def places(hashes: Keys, layout: TableLayout) -> tuple[Rows, Rows, Rows]:
    """Give the three cells of each hash: one in each of three neighbouring segments."""
    segment, mask = np.uint64(layout["segment"]), np.uint64(layout["segment"] - 1)
    span = np.uint64(layout["segment"] * layout["segments"])
    first = ((hashes >> np.uint64(32)) * span) >> np.uint64(32)
    second = (first + segment) ^ ((hashes >> np.uint64(16)) & mask)
    third = (first + segment + segment) ^ (hashes & mask)
    return first.view(np.intp), second.view(np.intp), third.view(np.intp)


def fingerprints(hashes: Keys, layout: TableLayout) -> Keys:
    """Give the fingerprint of each hash, shifted above the bits of the value."""
    value_bits = layout["value_bits"]
    mixed = hashes * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - CELL_BITS + value_bits)) << np.uint64(value_bits)


@dataclass(frozen=True, slots=True)
class Table:
    """A map from keys to small numbers that does not hold its keys."""

    cells: npt.NDArray[np.uint16]
    layout: TableLayout

    def find(self, keys: Keys) -> Found:
        """Say which keys are in the table, and the value of each that is."""
        hashes = scramble(keys, self.layout["seed"])
        first, second, third = places(hashes, self.layout)
        cell = self.cells.take(first) ^ self.cells.take(second) ^ self.cells.take(third)
        value = cell ^ fingerprints(hashes, self.layout)
        return value < np.uint64(1 << self.layout["value_bits"]), value
