"""A table of n-grams that does not hold its keys.

In: keys of 64 bits. Out: which of them were put in, and the small number that was put in with each.

After Chazelle et al. 2004 ("The Bloomier filter"), laid out as in Graf & Lemire 2022 ("Binary fuse filters"). Three
cells, XORed, are the value of a key that was put in, and noise for any other; ten bits of a value are a fingerprint of
its key, which tells noise but for one key in 1,024. So a gram takes two and a quarter bytes instead of ten, and a batch
of look-ups is a handful of array operations.

A page asks for a few hundred keys at a time, so what counts is the cost of a call: numbers are arrays without dimensions, which
numpy takes faster than its scalars, and results go where their operands stood.
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]
Found: TypeAlias = tuple[Mask, Keys]  # which keys are there, and their values
Hits: TypeAlias = tuple[Rows, Keys]  # at which places keys are that are there, and their values

CELL_BITS: Final = 16


class TableLayout(TypedDict):
    """Where the cells of a table lie: `segments` + 2 segments of `segment` cells."""

    seed: int
    segment: int
    segments: int
    value_bits: int


def number(value: int) -> Keys:
    """A number as an array without dimensions."""
    return np.array(value, dtype=np.uint64)


_16, _27, _30, _31, _32 = map(number, (16, 27, 30, 31, 32))
_SPREAD, _SPREAD_AGAIN = number(0xBF58476D1CE4E5B9), number(0x94D049BB133111EB)
_MIXED = number(0x9E3779B97F4A7C15)


def scramble(keys: Keys, seed: Keys) -> Keys:
    """Spread keys over all 64 bits (finaliser of splitmix64, Steele et al. 2014)."""
    x = keys + seed
    x ^= x >> _30
    x *= _SPREAD
    x ^= x >> _27
    x *= _SPREAD_AGAIN
    x ^= x >> _31
    return x


class Hashing:
    """Where the cells of a hash lie in a table of some layout, and what its fingerprint is."""

    def __init__(self, layout: TableLayout) -> None:
        bits = layout["value_bits"]
        self.seed = number(layout["seed"])
        self.segment, self.mask = number(layout["segment"]), number(layout["segment"] - 1)
        self.span = number(layout["segment"] * layout["segments"])
        self.down, self.up, self.values = number(64 - CELL_BITS + bits), number(bits), number(1 << bits)

    def places(self, hashes: Keys) -> tuple[Rows, Rows, Rows]:
        """Give the three cells of each hash: one in each of three neighbouring segments."""
        first = hashes >> _32
        first *= self.span
        first >>= _32
        second, third = hashes >> _16, hashes & self.mask
        second &= self.mask
        after = first + self.segment
        second ^= after
        after += self.segment
        third ^= after
        return first.view(np.intp), second.view(np.intp), third.view(np.intp)

    def fingerprints(self, hashes: Keys) -> Keys:
        """Give the fingerprint of each hash, shifted above the bits of the value."""
        mixed = hashes * _MIXED
        mixed >>= self.down
        mixed <<= self.up
        return mixed


class Table:
    """A map from keys to small numbers that does not hold its keys."""

    __slots__ = ("_hashing", "cells", "layout")

    def __init__(self, cells: npt.NDArray[np.uint16], layout: TableLayout) -> None:
        self.cells, self.layout, self._hashing = cells, layout, Hashing(layout)

    def find(self, keys: Keys) -> Found:
        """Say which keys are in the table, and the value of each that is."""
        hashes = scramble(keys, self._hashing.seed)
        first, second, third = self._hashing.places(hashes)
        cell = self.cells.take(first)
        cell ^= self.cells.take(second)
        cell ^= self.cells.take(third)
        value = self._hashing.fingerprints(hashes)
        value ^= cell
        return value < self._hashing.values, value

    def find_some(self, keys: Keys, wanted: Mask) -> Hits:
        """The same for those keys that are wanted alone: at which places of `keys`, laid flat, one is there, and its value."""
        at = wanted.ravel().nonzero()[0]
        here, value = self.find(keys.ravel().take(at))
        hits = here.nonzero()[0]
        return at.take(hits), value.take(hits)
