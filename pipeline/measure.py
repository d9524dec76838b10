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
    narrow = widths.astype(np.int32)
    alike = _alike(narrow)
    near, votes = _votes(narrow, alike, WINDOW)
    common = near[votes.argmax(axis=0), np.arange(len(widths))]
    wide, support = _votes(narrow, alike, WIDE)
    fits = (support >= 2000) & (wide >= common) & (wide <= common + INDENT)
    found: Ints = np.maximum(np.where(fits, wide, 0).max(axis=0), common).astype(np.int64)
    return found


def _alike(widths: Cells) -> npt.NDArray[np.uint8]:
    """How many lines are as wide as a line, within a cell, of all from 2 `WIDE` before it up to each place near it.

    Shape (places + 1, lines), so that the difference of two rows counts the lines between two places.
    """
    near = _near(widths, 2 * WIDE)
    alike = np.zeros((len(near) + 1, len(widths)), dtype=np.uint8)
    np.cumsum(np.abs(near - widths) <= 1, axis=0, out=alike[1:])
    return alike


def _near(values: Cells, reach: int) -> Cells:
    """The values of the lines from `reach` before each line to `reach` behind it, shape (places, lines)."""
    edge = np.full(reach, NO_LINE, dtype=values.dtype)
    return np.lib.stride_tricks.sliding_window_view(np.concatenate((edge, values, edge)), len(values))


def _votes(widths: Cells, alike: npt.NDArray[np.uint8], reach: int) -> tuple[Cells, Cells]:
    """The widths within `reach` lines of each line, and for each a thousand for every one alike and its own width (so that
    the wider one wins a tie).
    """
    near = _near(widths, reach)
    place = np.arange(len(near))[:, None]
    middle = 2 * WIDE - place[:, 0]
    count = np.zeros((len(near), len(widths) + 2 * reach), dtype=np.int32)
    count[:, reach : reach + len(widths)] = alike[middle + len(near)] - alike[middle]
    votes = count[place, place + np.arange(len(widths))]
    return near, np.where(near > 0, votes * 1000 + near, -1)
