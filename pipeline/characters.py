"""Characters: all those of a page in one array, and what they say of its lines.

In: the lines of a document. Out: for each how many marks of each kind it has, how far its words come up again elsewhere, and
how it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.audit import codes, is_letter

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OTHER = 0xFFFF  # stands for all code points beyond the basic plane
LAST_NARROW = 0x7F


class Groups(NamedTuple):
    """The runs of lines with no blank line between, as arrays: of each its first line, its last one, and how many it has.

    `of` is the group of each line.
    """

    first: Ints
    last: Ints
    sizes: Ints
    of: Ints


def grouped(opens: npt.NDArray[np.bool_]) -> Groups:
    """The groups of lines, given which lines open one.

    >>> grouped(np.array([True, False, True])).sizes.tolist()
    [2, 1]
    """
    first = np.flatnonzero(opens)
    sizes = np.concatenate((first[1:], [len(opens)])) - first
    return Groups(first, first + sizes - 1, sizes, np.cumsum(opens) - 1)


class Characters:
    """The code points of lines, parted by line feeds, and where each line begins."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.whole = "\n".join(lines)
        self.points = codes(self.whole)
        self.small = np.minimum(self.points, OTHER)  # those of the basic plane, for tables that hold no others
        self.sizes = np.array(list(map(len, lines)), dtype=np.int64)
        self.starts = np.cumsum(self.sizes + 1) - self.sizes - 1

    def read_as(self, to: Callable[[str], str]) -> Characters:
        """The same characters as others, one for one; nearly all pages are in Simplified script already."""
        whole = to(self.whole)
        return self if whole == self.whole else Characters(whole.split("\n"))

    def cells(self) -> Ints:
        """Width of each line: a Han character is two cells, a Latin letter or figure one."""
        wide: Ints = np.add.reduceat(self.points > LAST_NARROW, self.starts, dtype=np.int64)
        return self.sizes + wide

    def counts(self, groups: tuple[str, ...]) -> list[Ints]:
        """How many characters of each group each line has."""
        kinds = _kinds(groups).take(self.small)
        rows = np.repeat(np.arange(len(self.sizes)) * (len(groups) + 1), self.sizes + 1)[: len(kinds)]
        size = len(self.sizes) * (len(groups) + 1)
        table = np.bincount(rows + kinds, minlength=size).reshape(len(self.sizes), -1)
        return list(table.T[1:])

    def echoes(self) -> Floats:
        """The share of the pairs of neighbouring characters of each line that come more than once on the page."""
        points: npt.NDArray[Any] = self.points if self.points.max() > OTHER else self.small.astype(np.uint16)
        order = np.lexsort((points[1:], points[:-1]))  # by radix, where two bytes are enough for a character
        left, right = points.take(order), points.take(order + 1)
        same = ((left[1:] == left[:-1]) & (right[1:] == right[:-1])).nonzero()[0]
        again = np.zeros(len(points) + 1, dtype=np.int64)
        again[order.take(same) + 1] = again[order.take(same + 1) + 1] = 1
        total = again.cumsum()
        last = self.starts + np.maximum(self.sizes - 1, 0)
        share: Floats = (total[last] - total[self.starts]) / np.maximum(self.sizes - 1, 1)
        return share

    def forms(self) -> list[str]:
        """Each line with an x for each letter, Han character and digit: where its marks and white space stand."""
        masked = np.where(is_letter(self.points), np.uint32(ord("x")), self.points)
        return masked.tobytes().decode("utf-32-le", "surrogatepass").split("\n")


@cache
def _kinds(groups: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """For each code point the number of its group, from 1; 0 for none."""
    table = np.zeros(0x10000, dtype=np.uint8)
    for kind, group in enumerate(groups, 1):
        table[[ord(character) for character in group]] = kind
    return table
