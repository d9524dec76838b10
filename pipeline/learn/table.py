"""The table of a model file: keys and values put in so that `pipeline.seam_table` finds them again."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline import seam_table
from pipeline.learn.counts import Rows
from pipeline.seam_table import Keys

Round: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def build_table(keys: Keys, values: npt.NDArray[np.uint8], value_bits: int) -> seam_table.Table:
    """Put the keys into a table whose three cells, XORed, give fingerprint and value.

    Peeling: a key that has a cell to itself may be set last, so it is taken off, which leaves
    others alone in a cell, and so on (Botelho, Pagh & Ziviani 2007). If keys are left, the
    hashes were unlucky: try another seed.
    """
    for seed in range(1, 100):
        layout = table_layout(len(keys), seed, value_bits)
        hashing = seam_table.Hashing(layout)
        hashes = seam_table.scramble(keys, hashing.seed)
        where = np.stack(hashing.places(hashes)).astype(np.int32)
        room = layout["segment"] * (layout["segments"] + 2)
        rounds = peel(where, room)
        if rounds is None:
            continue
        cells = np.zeros(room, dtype=np.uint16)
        wanted = hashing.fingerprints(hashes) | values
        wanted = wanted.astype(np.uint16)
        for rows, own in reversed(rounds):
            first, second, third = where[:, rows]
            # Its own cell is still zero, so this sets it to what the other two leave over.
            cells[own] = wanted[rows] ^ cells[first] ^ cells[second] ^ cells[third]
        return seam_table.Table(cells, layout)
    raise ValueError("no table for these keys: are some of them twice there?")


def table_layout(items: int, seed: int, value_bits: int) -> seam_table.TableLayout:
    """Choose the sizes of Graf & Lemire 2022, section 4, for three places a key."""
    log = float(np.log(max(items, 2)))
    segment = 1 << max(2, min(16, int(log / np.log(3.33) + 2.25)))
    factor = max(1.125, 0.875 + 0.25 * np.log(1e6) / log)
    segments = max(1, -(-int(items * factor) // segment) - 2)
    return {"seed": seed, "segment": segment, "segments": segments, "value_bits": value_bits}


def peel(where: Rows, room: int) -> list[Round] | None:
    """Give the rounds in which keys come off: their rows, and the cell each had to itself."""
    count = np.bincount(where.ravel(), minlength=room).astype(np.int32)
    mixed = np.zeros(room, dtype=np.int64)  # XOR of the rows in a cell: of a lone one, itself
    rows = np.arange(where.shape[1])
    for place in where:
        np.bitwise_xor.at(mixed, place, rows)
    rounds = []
    left = where.shape[1]
    lone = np.flatnonzero(count == 1)
    while len(lone):
        off, index = np.unique(mixed[lone], return_index=True)
        rounds.append((off, lone[index]))
        left -= len(off)
        touched = where[:, off]
        np.subtract.at(count, touched.ravel(), 1)
        for place in touched:
            np.bitwise_xor.at(mixed, place, off)
        near = np.unique(touched)
        lone = near[count[near] == 1]
    return None if left else rounds
