"""The measure: how wide the lines of a column are set.

In: the lines of a page. Out: for each the width in cells, and the measure of the column it stands in. Measures change within
a page: around a picture, in a box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

INDENT = 6  # cells: two Han characters, and a cell or two of play
WINDOW = 7  # lines on either side that a measure is looked for in


def cells(chars: Sequence[str]) -> Ints:
    """Width of each line: a Han character is two cells, a Latin letter or figure one."""
    return np.array([2 * len(c) - len(c.encode("ascii", "ignore")) for c in chars], dtype=np.int64)


def measures(widths: Ints) -> Ints:
    """The measure about each line: the width that most of its neighbours have, within a cell, or a wider one.

    Where paragraphs are short most lines are first lines, narrower by a lost indent. So a width up to `INDENT` wider counts
    as the measure if two lines nearby have it.

    >>> measures(np.array([44, 44, 24, 44, 43, 20, 20, 8])).tolist()
    [44, 44, 44, 44, 44, 44, 44, 44]
    >>> measures(np.array([48, 52, 48, 20, 48, 30, 48, 52, 48])).tolist()[0]
    52
    """
    near, votes = _votes(widths, WINDOW)
    common = near[np.arange(len(widths)), votes.argmax(axis=1)]
    wide, support = _votes(widths, 2 * WINDOW)
    fits = (support >= 2000) & (wide >= common[:, None]) & (wide <= common[:, None] + INDENT)
    found: Ints = np.maximum(np.where(fits, wide, 0).max(axis=1), common)
    return found


def _votes(widths: Ints, reach: int) -> tuple[Ints, Floats]:
    """The widths within `reach` lines of each line, and for each a thousand for every one alike and its own width (so that
    the wider one wins a tie).
    """
    n, span = len(widths), 2 * reach + 1
    padded = np.concatenate((np.full(reach, -99), widths, np.full(reach, -99)))
    near = np.lib.stride_tricks.sliding_window_view(padded, span)[:n]
    votes = np.zeros(near.shape, dtype=np.float32)
    for k in range(span):
        votes[:, k] = (np.abs(near - near[:, k : k + 1]) <= 1).sum(axis=1)
    return near, np.where(near > 0, votes * 1000 + near, -1)
