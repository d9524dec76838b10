"""Train the seam model: an n-gram model of characters in one file for `pipeline.seams`.

In: texts without white space. Out: the bytes of a model file. The same texts, in any order, give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipeline import seams
from pipeline.learn.characters import as_stream, vocabulary
from pipeline.learn.counts import count
from pipeline.learn.packing import pack
from pipeline.learn.pruning import prune
from pipeline.learn.smoothing import estimate

# The longest gram must fit 64 bits: base ** order < 2 ** 64.
MOST_IDS: Final = {2: 60_000, 3: 60_000, 4: 60_000, 5: 7_130}
MOST_NGRAMS: Final = 5_200_000  # a file of 16 MB


def train(texts: Iterable[str], order: int = 4, max_ngrams: int = MOST_NGRAMS, *, paragraphs: bool = True) -> bytes:
    """Train a model and give its file: `max_ngrams` is how many grams of two characters or more are kept.

    `paragraphs`: each text is a whole one, so where it begins and ends is learnt too; else it is a run out of the midst of one.
    Texts are without white space. Memory: about 50 bytes a character of text, at order 4.
    """
    text = list(texts)
    table, characters = vocabulary(text, MOST_IDS[order] - 1)
    size = seams.FIRST_CHARACTER + len(characters)
    base = size + 1
    stream = as_stream(text, table, seams.BOUNDARY if paragraphs else seams.ABSENT)
    del text
    counted = count(stream, order, base)
    unigrams = estimate(counted, base, size)
    kept = prune(counted, max_ngrams)
    return pack(kept, unigrams, table, characters, base)
