"""Sounds: what kind of block a short line sounds like, going by its words alone.

In: lines. Out: for each a score for each kind: a title, a heading, a caption, a line that opens a paragraph, one from its
middle. A place, people at work, a ceremony sound like a picture; an aim, a question, a turn of events like a heading.
A log-linear model over word vectors (`vectors.py`): the mean of the pairs and of the characters of a line, its first pair and
its last, and its last character. Its weights are learnt with the roles (`training/sounds.py`); how much it weighs, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.columns import Column, bins
from pipeline.vectors import SCALE, Vectors

Floats = npt.NDArray[np.float32]

KINDS = ("title", "heading", "caption", "opening", "inner")
PARTS = 5  # vectors a line is seen by
LONGEST = 60  # characters of a line or of a group of lines that is listened to
MOST_LINES = 5  # lines of a group
_RIVALS = (("caption", "heading"), ("caption", "opening"))  # others sound too much alike: learnt, they misled
_UNHEARD = -99.0
_EDGES = (-50, -3, -2, -1, 0, 1, 2, 3)


@dataclass(frozen=True, eq=False)
class Sounds:
    """The learnt model: weights of shape (PARTS * size of a vector, KINDS), and a bias for each kind."""

    weights: Floats
    bias: Floats

    def scores(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """The score of each kind for each text, shape (texts, KINDS)."""
        found: Floats = seen(texts, vectors) @ self.weights + self.bias
        return found


def seen(texts: Sequence[str], vectors: Vectors) -> Floats:
    """What the model sees of texts, shape (texts, PARTS * size of a vector)."""
    words = vectors.words(texts)
    if not texts:
        return np.zeros((0, PARTS * vectors.table.shape[1]), dtype=np.float32)
    none = len(vectors.table) - 1
    ends = np.full((3, len(texts)), none)
    is_pair = words.pair != none
    backward, last = words.row[is_pair][::-1], words.pair[is_pair][::-1]
    ends[1, backward] = last  # of several the one written last stays: the first pair of the line
    ends[0, backward[::-1]] = last[::-1]
    ends[2, words.row] = words.character
    singles = vectors.rows(ends.ravel()).reshape(3, len(texts), -1)
    parts = (vectors.mean(words, words.pair), vectors.mean(words, words.character), *singles)
    return np.asarray(np.concatenate(parts, axis=1) / SCALE, dtype=np.float32)


def columns(plain: Sequence[str], groups: Sequence[range], sounds: Sounds, vectors: Vectors) -> list[Column]:
    """What each line sounds like beside its rivals, and what its group does: the lines between two blank ones, as one."""
    whole = [_joined(plain, group) for group in groups]
    scores = sounds.scores([*(line[:LONGEST] for line in plain), *whole], vectors)
    of_group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    own, together = scores[: len(plain)], scores[len(plain) :][of_group]
    heard = np.array([len(line) <= LONGEST for line in plain]), np.array([bool(text) for text in whole])[of_group]
    made = []
    for left, right in _RIVALS:
        a, b = KINDS.index(left), KINDS.index(right)
        line = bins(f"sounds.{left}_{right}", np.where(heard[0], own[:, a] - own[:, b], _UNHEARD), _EDGES)
        group = np.where(heard[1], together[:, a] - together[:, b], _UNHEARD)
        made += [line, bins(f"group_sounds.{left}_{right}", group, _EDGES)]
    return made


def _joined(plain: Sequence[str], group: range) -> str:
    """The lines of a group as one text; nothing where they are too many or too long to be one headline or caption."""
    if len(group) > MOST_LINES or sum(len(plain[i]) for i in group) > LONGEST:
        return ""
    return "".join(plain[i] for i in group)
