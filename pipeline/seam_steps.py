"""The steps that the seam model takes into longer and longer contexts, and what it knows of texts before they meet.

In: how long the texts and the grams of the model are. Out: which place of a right text each step looks back from, and how far. A
page asks for some hundred pairs of texts, where a call of numpy costs more than what it does: so all steps are rows of one array,
looked up together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.seam_table import Keys, Mask, Rows

Floats: TypeAlias = npt.NDArray[np.float32]
Said: TypeAlias = tuple[Mask, Floats]  # what is known, and the logarithm it stands for


class Steps(NamedTuple):
    """Looks back from the places of a right text, each at a context one character longer; those of one length together."""

    place: Rows
    length: Rows
    first: Rows  # the steps from the first place
    parts: tuple[tuple[int, slice, slice], ...]  # for each length: it, its steps, and the places they start from


class Lefts(NamedTuple):
    """What the left texts put into the context of each step over the seam, shape (steps, texts).

    `known` and `back_off` are those of contexts that hold nothing else, a row for each length.
    """

    key: Keys
    is_there: Mask  # whether the text is as long as that
    known: Mask
    back_off: Floats

    def at(self, index: Rows) -> Lefts:
        """The same of the texts at an index."""
        return Lefts._make(one.take(index, axis=1) for one in self)

    def down(self) -> Lefts:
        """The same as columns, to meet each of some right texts."""
        return Lefts._make(one[:, :, None] for one in self)


class Rights(NamedTuple):
    """What is known of each place of each right text from this text alone, shape (places, texts)."""

    log_p: Floats
    digit: Keys  # of its character
    key: Keys  # of all that precedes it
    seen: Mask  # whether the gram is in the model
    goes_on: Mask  # whether a longer context may be: there is a character, and what precedes it is known

    def at(self, index: Rows) -> Rights:
        """The same of the texts at an index."""
        return Rights._make(one.take(index, axis=1) for one in self)

    def along(self) -> Rights:
        """The same as rows, to meet each of some left texts."""
        return Rights._make(one[:, None] for one in self)


class Texts(NamedTuple):
    """Left and right texts, with all looked up that is the same whichever of them meet."""

    lefts: Lefts
    rights: Rights


@cache
def inside(places: int) -> Steps:
    """The steps within the right text."""
    return _steps([(length, range(length, places)) for length in range(1, places)])


@cache
def across(places: int, order: int) -> Steps:
    """The steps over the seam: from each place on, past all that precedes it in the right text."""
    return _steps([(length, range(min(length, places))) for length in range(1, order)])


def _steps(taken: Sequence[tuple[int, range]]) -> Steps:
    """The steps of each length from a range of places."""
    ends = list(accumulate((len(places) for _, places in taken), initial=0))
    those = (slice(*ends) for ends in pairwise(ends))
    parts = tuple(
        (length, some, slice(places.start, places.stop)) for (length, places), some in zip(taken, those, strict=True)
    )
    place = np.array([place for _, places in taken for place in places], dtype=np.intp)
    length = np.array([length for length, places in taken for _ in places], dtype=np.intp)
    return Steps(place, length, np.flatnonzero(place == 0), parts)


@cache
def powers(base: int, count: int) -> Keys:
    """The powers of a base from 0 up, a row each."""
    return np.array([base**k for k in range(count)], dtype=np.uint64)[:, None]
