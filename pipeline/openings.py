"""Openings: does a line sound like the start of a paragraph, or of a sentence, going by its first characters alone?

In: lines. Out: two scores for each, the natural log of the odds that a paragraph opens there against the middle of one, and
that a sentence does. A log-linear model over the characters and the runs of two to four characters at each of the first places of a
line, learnt from clean prose (`training/openings.py`), where starts of paragraphs and of sentences are known without anyone's
having labelled them. A run is looked up by a hash of it, so that the table stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.columns import Column, bins

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

PLACES = 6  # the first characters of a line that a run may begin at or reach
LONGEST = 4  # characters of a run
BITS = 17  # of the hash
KINDS = ("paragraph", "sentence")
_FOLD = str.maketrans(",;:?!()", "，；：？！（）", " \u3000")
_EDGES = (-4, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 4)
_PRIME, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Openings:
    """The learnt model: weights of shape (2**BITS, KINDS) and a bias for each kind."""

    weights: Floats
    bias: Floats

    def scores(self, lines: Sequence[str]) -> Floats:
        """The score of each kind for each line, shape (lines, KINDS)."""
        runs, there = hashed(lines)
        found: Floats = (self.weights[runs] * there[..., None]).sum(axis=1) + self.bias
        return found


def hashed(lines: Sequence[str]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """For each line the row in the table of each of its runs, and whether the line is long enough for that run.

    >>> runs, there = hashed(["桥通了", "桥"])
    >>> runs.shape == there.shape, there.sum(axis=1).tolist(), bool(runs[0, 0] == runs[1, 0])
    (True, [6, 1], True)
    """
    firsts = [line[: 4 * PLACES].translate(_FOLD)[:PLACES] for line in lines]
    text = "".join(first.ljust(PLACES, "\0") for first in firsts)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).reshape(len(lines), PLACES)
    points = points.astype(np.uint64)
    hashes, there = [], []
    for size in range(1, LONGEST + 1):
        for at in range(PLACES - size + 1):
            run = np.full(len(lines), 16 * size + at, dtype=np.uint64)
            for k in range(at, at + size):
                run = run * _PRIME + points[:, k]
            hashes.append((run * _MIX) >> np.uint64(64 - BITS))
            there.append(points[:, at + size - 1] > 0)
    return np.stack(hashes, axis=1).astype(np.int64), np.stack(there, axis=1)


@cache
def shipped() -> Openings:
    """The model that comes with the package."""
    with (files("pipeline") / "models" / "openings.npz").open("rb") as file:
        data = np.load(file)
        return Openings(data["weights"].astype(np.float32) * data["scale"], data["bias"])


def columns(plain: Sequence[str], openings: Openings) -> list[Column]:
    """How each line opens, as columns of the table of features."""
    scores = openings.scores(plain)
    return [bins(f"opening.{kind}", scores[:, k], _EDGES) for k, kind in enumerate(KINDS)]
