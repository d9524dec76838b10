"""The measure: how wide the lines of a column are set.

In: the lines of a page. Out: for each the width in cells, and the measure of the column it stands in. Measures change within
a page: around a picture, in a box.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.int32]

INDENT = 6  # cells: two Han characters, and a cell or two of play
WINDOW = 7  # lines on either side that a measure is looked for in
WIDE = 14  # and those in which a wider one is looked for
REACH = 2 * WIDE
NO_LINE = -99  # where a line would stand before the first or behind the last one


def measures(widths: Ints) -> Ints:
    """The measure about each line: the width that most of its neighbours have, within a cell, or a wider one.

    Where paragraphs are short most lines are first lines, narrower by a lost indent. So a width up to `INDENT` wider counts
    as the measure if two lines nearby have it.

    >>> measures(np.array([44, 44, 24, 44, 43, 20, 20, 8])).tolist()
    [44, 44, 44, 44, 44, 44, 44, 44]
    >>> measures(np.array([48, 52, 48, 20, 48, 30, 48, 52, 48])).tolist()[0]
    52
    """
    around = _around(widths.astype(np.int32))
    alike = _alike(around)
    near, votes = _votes(around, alike, WINDOW)
    common = near[votes.argmax(axis=0), np.arange(len(widths))]
    wide, support = _votes(around, alike, WIDE)
    fits = (support >= 2000) & (wide >= common) & (wide <= common + INDENT)
    found: Ints = np.maximum(np.where(fits, wide, 0).max(axis=0), common).astype(np.int64)
    return found


def _around(widths: Cells) -> Cells:
    """The widths of the lines from `REACH` before each line to `REACH` behind it, shape (places, lines)."""
    edge = np.full(REACH, NO_LINE, dtype=np.int32)
    all_ = np.concatenate((edge, widths, edge))
    return np.ndarray((2 * REACH + 1, len(widths)), np.int32, all_, strides=all_.strides * 2)  # each row one line on


def _alike(around: Cells) -> npt.NDArray[np.uint8]:
    """How many lines are as wide as a line, within a cell, of all from `REACH` before it up to each place near it.

    Shape (places + 1, lines), so that the difference of two rows counts the lines between two places.
    """
    apart = around - (around[REACH] - 1)
    alike = np.zeros((len(around) + 1, around.shape[1]), dtype=np.uint8)
    np.add.accumulate(apart.view(np.uint32) <= 2, axis=0, dtype=np.uint8, out=alike[1:])
    return alike


def _votes(around: Cells, alike: npt.NDArray[np.uint8], reach: int) -> tuple[Cells, Cells]:
    """The widths within `reach` lines of each line, and for each a thousand for every one alike and its own width (so that
    the wider one wins a tie).
    """
    near = around[REACH - reach : REACH + reach + 1]
    places, lines = near.shape
    count = np.zeros((places, lines + 2 * reach), dtype=np.int32)
    first, last = alike[REACH + 1 - places : REACH + 1], alike[REACH + 1 : REACH + 1 + places]
    count[:, reach:-reach] = (last - first)[::-1]
    wide, one = count.strides
    votes = np.ndarray(near.shape, np.int32, count, strides=(wide + one, one))  # each row one line on
    return near, np.where(near > 0, votes * 1000 + near, -1)
