"""Sounds: what kind of block a short line sounds like, going by its words alone.

In: lines. Out: for each a score for each kind: a title, a heading, a caption, a line that opens a paragraph, one from its
middle. A place, people at work, a ceremony sound like a picture; an aim, a question, a turn of events like a heading.
A log-linear model over word vectors (`vectors.py`): the mean of the pairs and of the characters of a line, its last pair and
its first, and its last character. Its weights are learnt with the roles (`training/sounds.py`); how much it weighs, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.characters import Characters, Groups
from pipeline.columns import Column, bins
from pipeline.script_fold import simplified
from pipeline.vectors import FIRST_HAN, LAST_HAN, SCALE, Vectors

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

KINDS = ("title", "heading", "caption", "opening", "inner")
PARTS = 5  # vectors a line is seen by
LONGEST = 60  # characters of a line or of a group of lines that is listened to
MOST_LINES = 5  # lines of a group
_RIVALS = (("caption", "heading"), ("caption", "opening"))  # others sound too much alike: learnt, they misled
LINE_FEED = 10
_UNHEARD = -99.0
_EDGES = (-50, -3, -2, -1, 0, 1, 2, 3)


class Told(NamedTuple):
    """What each row of the vectors adds to the scores of the kinds, by the part of a text that it is seen in."""

    pair: Floats
    character: Floats
    last: Floats  # as the last pair
    first: Floats
    ending: Floats  # as the last character


@dataclass(frozen=True, eq=False)
class Sounds:
    """The learnt model: weights of shape (PARTS * size of a vector, KINDS), and a bias for each kind."""

    weights: Floats
    bias: Floats

    def scores(self, page: Characters, starts: Ints, ends: Ints, vectors: Vectors) -> Scores:
        """The score of each kind for each stretch of a page, shape (stretches, KINDS).

        A stretch begins and ends with a line, and its lines are heard as one. Only lines of up to LONGEST characters are heard. The
        model is linear: so each pair and character is looked up once, whichever stretches it is in.
        """
        told = _told(self, vectors)
        none = len(vectors.table) - 1
        is_han, points = _listened_to(page), simplified().take(page.points)
        at = np.flatnonzero(is_han)
        if not len(at):
            return np.broadcast_to(self.bias.astype(np.float64), (len(starts), len(KINDS)))
        row = np.append(vectors.characters.take(points.take(at)), none)
        first, stop = at.searchsorted(starts), at.searchsorted(ends)
        scores = _mean(told.character, row, none, first, stop)
        scores += told.ending.take(np.where(stop > first, row[stop - 1], none), axis=0)
        beside = np.flatnonzero(at[1:] - at[:-1] <= 1 + (page.points.take(at[:-1] + 1) == LINE_FEED))
        pair = vectors.find(points.take(at.take(beside)), points.take(at.take(beside + 1)))
        known = pair != none
        at, row = at.take(beside[known]), np.append(pair[known], none)
        first, stop = at.searchsorted(starts), at.searchsorted(ends - 1)
        scores += _mean(told.pair, row, none, first, stop)
        some = stop > first
        scores += told.first.take(np.where(some, row[first], none), axis=0)
        scores += told.last.take(np.where(some, row[stop - 1], none), axis=0)
        scores += self.bias
        return scores


def _listened_to(page: Characters) -> npt.NDArray[np.bool_]:
    """Which characters are Han and stand on a line that is not too long."""
    is_han = (page.points >= FIRST_HAN) & (page.points <= LAST_HAN)
    if page.sizes.max() > LONGEST:
        is_han &= (page.sizes <= LONGEST).repeat(page.sizes + 1)[:-1]
    return is_han


def _mean(told: Floats, rows: Ints, none: int, first: Ints, stop: Ints) -> Scores:
    """The mean of what the rows from `first` to `stop` tell, those that are none left out. The last row is none."""
    edges = np.stack((first, stop), axis=1).ravel()  # every other sum is of what lies between two stretches
    sums = np.add.reduceat(told.take(rows, axis=0), edges, axis=0, dtype=np.float64)[::2]
    sums[first == stop] = 0.0
    known = np.append(0, (rows != none).cumsum())
    mean: Scores = sums / np.maximum(known[stop] - known[first], 1)[:, None]
    return mean


@cache
def _told(sounds: Sounds, vectors: Vectors) -> Told:
    table = vectors.table.astype(np.float32)
    parts = (sounds.weights / SCALE).reshape(PARTS, table.shape[1], len(KINDS))
    return Told(*(np.asarray(table @ part, dtype=np.float32) for part in parts))


def columns(page: Characters, groups: Groups, sounds: Sounds, vectors: Vectors) -> list[Column]:
    """What each line sounds like beside its rivals, and what its group does: the lines between two blank ones, as one."""
    ends = page.starts + page.sizes
    starts = np.append(page.starts, page.starts[groups.first])
    scores = sounds.scores(page, starts, np.append(ends, ends[groups.last]), vectors)
    letters = np.add.reduceat(page.sizes, groups.first)
    short = (groups.sizes <= MOST_LINES) & (letters <= LONGEST)
    heard = np.append(page.sizes <= LONGEST, short)
    made = []
    for left, right in _RIVALS:
        both = np.where(heard, scores[:, KINDS.index(left)] - scores[:, KINDS.index(right)], _UNHEARD)
        line, group = both[: len(ends)], both[len(ends) :].take(groups.of)
        made.append(bins(f"sounds.{left}_{right}", line, _EDGES))
        made.append(bins(f"group_sounds.{left}_{right}", group, _EDGES))
    return made
