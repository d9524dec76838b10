"""What the model of sounds (`pipeline/sounds.py`) sees of texts, written out: what it is learnt from.

In: texts. Out: for each the mean of its pairs and of its characters, its last pair, its first one and its last character.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.sounds import PARTS
from pipeline.vectors import SCALE, Vectors

Floats = npt.NDArray[np.float32]


def seen(texts: Sequence[str], vectors: Vectors) -> Floats:
    """What the model sees of texts, shape (texts, PARTS * size of a vector): a part after the other."""
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
