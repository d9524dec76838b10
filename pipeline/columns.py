"""Columns: the table of features, as small whole numbers with names.

In: what was counted of each line. Out: columns, one a feature, whose values are indexes into names; and the table of all of
them, widened by the features of the lines before and after and by pairs of features as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int16]
NO_YES = ("no", "yes")
Feature: TypeAlias = tuple[str, tuple[str, ...]]  # the name of a column and the names of its values


class Column(NamedTuple):
    """One feature of each line: `values[i]` is an index into `names`."""

    name: str
    values: npt.NDArray[Any]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of a table, and where in it each kind of them stands; made once a process."""

    fields: tuple[Feature, ...]
    own: Ints  # the columns that were counted
    shifted: tuple[tuple[int, Ints, Ints, Shorts], ...]  # by how many lines, which columns, to where, value at the edge
    crossed: tuple[tuple[int, int, int, int], ...]  # two columns, the number of values of the second, to where


@dataclass(frozen=True)
class Table:
    """All features of all lines: `values[c, i]` is an index into the names of the values of column `c`."""

    layout: Layout
    values: Shorts


def bins(name: str, values: npt.ArrayLike, edges: tuple[float, ...]) -> Column:
    """A number of each line, put in the bin between two edges."""
    return Column(name, _edges(edges).searchsorted(np.asarray(values), side="right"), _bin_names(edges))


@cache
def _edges(edges: tuple[float, ...]) -> npt.NDArray[np.float64]:
    return np.array(edges)


@cache
def _bin_names(edges: tuple[float, ...]) -> tuple[str, ...]:
    return (*(f"<{e:g}" for e in edges), f">={edges[-1]:g}")


def flag(name: str, values: Sequence[bool] | npt.NDArray[np.bool_]) -> Column:
    """A yes or no of each line."""
    return Column(name, np.asarray(values), NO_YES)


def widened(
    own: Sequence[Column],
    more: Sequence[Column],
    shifts: tuple[tuple[str, int, frozenset[str]], ...],
    crosses: tuple[tuple[str, str], ...],
) -> Table:
    """The table of columns: `own` ones with the same of lines near them, `more`, and pairs of all these as one.

    `shifts`: for each the name of the place (before, after2), how many lines back, and which columns, by their name or what
    stands before a dot in it. A linear model can't see that two things together mean something else: hence `crosses`.
    """
    layout = _layout(
        tuple((column.name, column.names) for column in own),
        tuple((column.name, column.names) for column in more),
        shifts,
        crosses,
    )
    counted = [column.values for column in (*own, *more)]
    values = np.empty((len(layout.fields), len(counted[0])), dtype=np.int16)
    values[layout.own] = counted
    for by, of, to, edge in layout.shifted:
        if by > 0:
            values[to, by:] = values[of, :-by]
            values[to, :by] = edge[:, None]
        else:
            values[to, :by] = values[of, -by:]
            values[to, by:] = edge[:, None]
    for left, right, size, at in layout.crossed:
        np.add(values[left] * np.int16(size), values[right], out=values[at])
    return Table(layout, values)


@cache
def _layout(
    own: tuple[Feature, ...],
    more: tuple[Feature, ...],
    shifts: tuple[tuple[str, int, frozenset[str]], ...],
    crosses: tuple[tuple[str, str], ...],
) -> Layout:
    fields, counted = list(own), list(range(len(own)))
    moved: dict[int, list[tuple[int, int]]] = {}
    for k, (name, names) in enumerate(own):
        for where, by, those in shifts:
            if name in those or name.split(".")[0] in those:
                moved.setdefault(by, []).append((k, len(fields)))
                fields.append((f"{where}.{name}", (*names, "edge")))
    counted += range(len(fields), len(fields) + len(more))
    fields += more
    at = {name: k for k, (name, _) in enumerate(fields)}
    crossed = []
    for left, right in crosses:
        (a, x), (b, y) = fields[at[left]], fields[at[right]]
        crossed.append((at[left], at[right], len(y), len(fields)))
        at[f"{a}&{b}"] = len(fields)
        fields.append((f"{a}&{b}", tuple(f"{i}&{j}" for i in x for j in y)))
    assert max(len(names) for _, names in fields) <= np.iinfo(np.int16).max
    shifted = []
    for by, pairs in moved.items():
        of, to = np.array(pairs, dtype=np.int64).T
        shifted.append((by, of, to, np.array([len(own[k][1]) for k in of], dtype=np.int16)))
    return Layout(tuple(fields), np.array(counted), tuple(shifted), tuple(crossed))
