"""Columns: the table of features, as small whole numbers with names.

In: what was counted of each line. Out: columns, one a feature, whose values are indexes into names; the same feature of
the line before or after; two features as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """One feature of each line: `values[i]` is an index into `names`."""

    name: str
    values: Ints
    names: tuple[str, ...]


def bins(name: str, values: npt.ArrayLike, edges: tuple[float, ...]) -> Column:
    """A number of each line, put in the bin between two edges."""
    return Column(name, np.searchsorted(np.array(edges), np.asarray(values), side="right"), _bin_names(edges))


@cache
def _bin_names(edges: tuple[float, ...]) -> tuple[str, ...]:
    return (*(f"<{e:g}" for e in edges), f">={edges[-1]:g}")


def flag(name: str, values: Sequence[bool] | npt.NDArray[np.bool_]) -> Column:
    """A yes or no of each line."""
    return Column(name, np.asarray(values, dtype=np.int64), ("no", "yes"))


def shift(column: Column, by: int, where: str) -> Column:
    """The feature of the line before (by=1) or after (by=-1), with a value of its own at the edge of the page."""
    values = np.full_like(column.values, len(column.names))
    if by > 0:
        values[by:] = column.values[:-by]
    else:
        values[:by] = column.values[-by:]
    return Column(f"{where}.{column.name}", values, _edged(column.names))


@cache
def _edged(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, "edge")


def crossed(table: Sequence[Column], pairs: Sequence[tuple[str, str]]) -> list[Column]:
    """Pairs of features as one: a linear model can't see that two things together mean something else."""
    by_name = {column.name: column for column in table}
    both_of = []
    for left, right in pairs:
        a, b = by_name[left], by_name[right]
        both = a.values * len(b.names) + b.values
        column = by_name[f"{left}&{right}"] = Column(f"{left}&{right}", both, _both_names(a.names, b.names))
        both_of.append(column)
    return both_of


@cache
def _both_names(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{x}&{y}" for x in left for y in right)
