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

from pipeline.audit import codes
from pipeline.columns import Column, bins

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

PLACES = 6  # the first characters of a line that a run may begin at or reach
LONGEST = 4  # characters of a run
BITS = 17  # of the hash
KINDS = ("paragraph", "sentence")
_FOLD = np.arange(0x80, dtype=np.uint64)  # half-width marks are read as full-width ones
_FOLD[[ord(mark) for mark in ",;:?!()"]] = [ord(mark) for mark in "，；：？！（）"]
_EDGES = (-4, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 4)
_PRIME, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
_SEEDS = [  # what tells a run of some size at some place from the same run elsewhere
    np.array([[(16 * size + at) * int(_PRIME) ** size % 2**64] for at in range(PLACES - size + 1)], dtype=np.uint64)
    for size in range(1, LONGEST + 1)
]


@dataclass(frozen=True, eq=False)
class Openings:
    """The learnt model: weights of shape (2**BITS + 1, KINDS), the last row of zeros, and a bias for each kind."""

    weights: Floats
    bias: Floats

    def scores(self, lines: Sequence[str]) -> Floats:
        """The score of each kind for each line, shape (lines, KINDS)."""
        runs, there = hashed(lines)
        found: Floats = self.weights.take(np.where(there, runs, 1 << BITS), axis=0).sum(axis=0) + self.bias
        return found


def hashed(lines: Sequence[str]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """For each run the row of the table that it has in each line, and which lines are long enough for it: shape (runs, lines).

    >>> runs, there = hashed(["桥通了", "桥"])
    >>> runs.shape == there.shape, there.sum(axis=0).tolist(), bool(runs[0, 0] == runs[0, 1])
    (True, [6, 1], True)
    """
    points = codes("".join(map(_first, lines))).reshape(len(lines), PLACES).T.astype(np.uint64)  # a row for each place
    points = np.where(points < len(_FOLD), _FOLD.take(points.view(np.int64), mode="clip"), points)
    run = np.zeros_like(points)
    hashes = []
    for size in range(1, LONGEST + 1):
        run = run[: PLACES - size + 1] * _PRIME + points[size - 1 :]  # all runs of a size at once, by place
        hashes.append(run + _SEEDS[size - 1])
    there = np.concatenate([points[size:] > 0 for size in range(LONGEST)])
    return ((np.concatenate(hashes) * _MIX) >> np.uint64(64 - BITS)).view(np.int64), there


def _first(line: str) -> str:
    """The first characters of a line without the white space of letter-spacing, filled up to PLACES."""
    first = line[:PLACES]
    if " " in first or "\u3000" in first:
        first = line[: 4 * PLACES].replace(" ", "").replace("\u3000", "")[:PLACES]
    return first.ljust(PLACES, "\0")


@cache
def shipped() -> Openings:
    """The model that comes with the package."""
    with (files("pipeline") / "models" / "openings.npz").open("rb") as file:
        data = np.load(file)
        weights = data["weights"].astype(np.float32) * data["scale"]
        return Openings(np.concatenate((weights, np.zeros_like(weights[:1]))), data["bias"])


def columns(plain: Sequence[str], openings: Openings) -> list[Column]:
    """How each line opens, as columns of the table of features."""
    scores = openings.scores(plain)
    return [bins(f"opening.{kind}", scores[:, k], _EDGES) for k, kind in enumerate(KINDS)]
