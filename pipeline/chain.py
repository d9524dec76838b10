"""The chain of a page's lines: the best labels for all of them together, and how sure each one is.

In: a score for each label of each line, and one for each pair of neighbouring labels (`roles.py`). Out: the best sequence, and the
probabilities. A call of numpy on so few numbers costs more than the sum it does: so a line takes as few calls as can be.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

AT_ONCE = 512  # lines looked back over in one array
RESCALED = 4  # lines between two scalings of the forward and backward sums


def best_path(scores: Floats, moves: Floats) -> npt.NDArray[np.int64]:
    """The labels whose scores and moves add up to the most (Viterbi 1967).

    The first half of the lines is gone through from the top and the other one from the end, side by side: that halves the calls.
    """
    n, size = scores.shape
    middle = (n + 1) // 2  # the lines before it are the first half
    best = np.zeros((middle, 2, size), dtype=np.float32)
    best[:, 0], best[: n - middle, 1] = scores[:middle], scores[middle:][::-1]
    steps = np.stack((moves, moves.T))
    reach, most = np.empty_like(steps), np.empty_like(best[0])
    add, top = np.add, np.maximum.reduce
    for before, here in zip(best[:-1, :, :, None], best[1:], strict=True):
        add(before, steps, reach)
        top(reach, 1, None, most)
        add(here, most, here)
    first, other = best[:, 0], best[: n - middle, 1]
    if not len(other):
        return np.array([first[0].argmax()])
    left, right = divmod(int((first[-1, :, None] + moves + other[-1]).argmax()), size)
    return np.array([*_followed(first, moves, left)[::-1], *_followed(other, moves.T, right)], dtype=np.int64)


def _followed(best: Floats, moves: Floats, last: int) -> list[int]:
    """The labels of the best way to a label of the last line, the last one first."""
    path = [last]
    for end in range(len(best) - 1, 0, -AT_ONCE):
        start = max(0, end - AT_ONCE)
        back = (best[start:end, None] + moves.T).argmax(axis=2).tolist()
        for labels in reversed(back):
            path.append(labels[path[-1]])
    return path


def marginals(scores: Floats, moves: Floats) -> Floats:
    """The probability of each label of each line given the whole page (forward-backward), shape of `scores`.

    Scaled back to one every `RESCALED` lines: a float has room for the rest.
    """
    local = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    step = np.exp((moves - moves.max()).astype(np.float64))
    ahead, behind = _passed(local, step)
    both = ahead * behind / np.maximum(local, 1e-300)
    found: Floats = (both / both.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def _passed(local: Doubles, step: Doubles) -> tuple[Doubles, Doubles]:
    """For each line and label the weight of all paths up to it, and of all from it on, up to a factor a line.

    Both ways go side by side in one row, since it is the number of calls that costs.
    """
    size = len(step)
    steps = np.zeros((2 * size, 2 * size))
    steps[:size, :size], steps[size:, size:] = step, step.T
    passed = np.concatenate((local, local[::-1]), axis=1)
    reach = np.empty(2 * size)
    multiply, total = np.multiply, np.add.reduce
    for line, (before, here) in enumerate(pairwise(passed), 1):
        before.dot(steps, reach)
        multiply(here, reach, here)
        if line % RESCALED == 0 or line == len(passed) - 1:
            ways = here.reshape(2, size)
            ways /= total(ways, 1, keepdims=True)
    return passed[:, :size], passed[::-1, size:]
