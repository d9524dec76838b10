"""The network that sees the lines about a line."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.context import Context, Layer

SIZE, LABELS = 4, 3


def context(depth: int) -> Context:
    dice = np.random.default_rng(1)
    layers = [
        Layer(
            dice.normal(size=(3 * SIZE * (2 if k == 0 else 1), SIZE)).astype(np.float32),
            dice.normal(size=SIZE).astype(np.float32),
        )
        for k in range(depth)
    ]
    return Context(layers, dice.normal(size=(SIZE, LABELS)).astype(np.float32), np.zeros(LABELS, dtype=np.float32))


def by_hand(one: Context, hidden: np.ndarray) -> np.ndarray:
    """The same, line by line."""
    seen = np.maximum(hidden, 0)
    page = seen.mean(axis=0)
    inward = [np.concatenate((row, page)) for row in seen]
    kept = list(seen)
    for depth, layer in enumerate(one.layers):
        far, nothing = 2**depth, np.zeros_like(inward[0])
        about = [
            np.concatenate(
                (
                    inward[i - far] if i >= far else nothing,
                    inward[i],
                    inward[i + far] if i + far < len(inward) else nothing,
                )
            )
            for i in range(len(inward))
        ]
        kept = [np.maximum(row @ layer.weights + layer.bias, 0) + k for row, k in zip(about, kept, strict=True)]
        inward = kept
    return np.array([row @ one.out + one.bias for row in kept])


@pytest.mark.parametrize("lines", [1, 2, 3, 9, 40])
@pytest.mark.parametrize("depth", [1, 3])
def test_each_line_sees_those_about_it(lines: int, depth: int) -> None:
    hidden = np.random.default_rng(lines).normal(size=(lines, SIZE)).astype(np.float32)
    one = context(depth)
    assert np.allclose(one.scores(hidden), by_hand(one, hidden), rtol=1e-4, atol=1e-4)
