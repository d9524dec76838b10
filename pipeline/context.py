"""Context: what the lines about a line say of it.

In: for each line the sum of what its features stand for (`roles.py`). Out: what to add to the scores of its labels. A small
network of convolutions over the lines of a page: each layer sees a line with those at a growing distance before and after it, and
the first one the mean of the page too, so that a habit of the page counts. Its weights are learnt (`training/roles.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Layer:
    """A convolution over three lines: `weights` of shape (3 * size in, size out)."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True, eq=False)
class Context:
    """The learnt network; `out` of shape (size, labels)."""

    layers: Sequence[Layer]
    out: Floats
    bias: Floats

    def scores(self, hidden: Floats) -> Floats:
        """What the lines about each line say of its labels, shape (lines, labels); `hidden` of shape (lines, size)."""
        seen = np.maximum(hidden, 0.0)
        inward, kept = np.empty((len(seen), 2 * seen.shape[1]), dtype=np.float32), seen
        inward[:, : seen.shape[1]], inward[:, seen.shape[1] :] = seen, seen.mean(axis=0)
        for depth, layer in enumerate(self.layers):
            kept = np.maximum(_beside(inward, 2**depth) @ layer.weights + layer.bias, 0.0) + kept
            inward = kept
        found: Floats = kept @ self.out + self.bias
        return found


def _beside(rows: Floats, far: int) -> Floats:
    """Each row with the one `far` before it and the one `far` after it; zeros beyond the page."""
    count, size = rows.shape
    wide = np.zeros((count, 3 * size), dtype=np.float32)
    wide[far:, :size] = rows[: max(0, count - far)]
    wide[:, size : 2 * size] = rows
    wide[: max(0, count - far), 2 * size :] = rows[far:]
    return wide
