"""Vectors: which words are used alike.

In: texts. Out: vectors, so that the likeness of two texts is that of their words' use, where not a word of
theirs is the same (责任 and 担当). Each pair of neighbouring Han characters that is common enough, and each character, has a
vector of length one, made by counting what stands beside it (`training/vectors.py`). Nothing here decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.script_fold import simplify

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.uint32]

FIRST_HAN, LAST_HAN = 0x3400, 0x9FFF
SCALE = 127  # of numbers kept in a byte
HASHED = 17  # bits of a hash
MOST_ALIKE = 6  # pairs that have one hash
REMEMBERED = 1024  # texts whose vectors are kept: several stages ask for those of one page


_BITS, _LOW = np.uint32(16), np.uint32(32 - HASHED)
_GOLDEN = np.uint32(2654435761)


@dataclass(frozen=True, slots=True)
class Words:
    """The Han characters of some texts, one after the other; `pair` is of a character and the one right after it.

    `row` says which text one stands in; `character` and `pair` are rows of the vectors, the last one where none is known.
    """

    row: Ints
    character: Ints
    pair: Ints
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Vectors of pairs and characters: `table` has a row each, pairs first, then characters, and zeros last."""

    pairs: Points  # both code points, 16 bits each, in the order of their hashes; then MOST_ALIKE times 0
    buckets: Ints  # where the pairs of each hash begin
    characters: Ints  # the row of each code point below 65,536
    table: npt.NDArray[np.int8]
    remembered: dict[str, Floats] = field(default_factory=dict)

    def words(self, texts: Sequence[str]) -> Words:
        """Look up the words of texts, in either script."""
        joined = simplify("".join(text + "\n" for text in texts))
        points = np.minimum(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32), 0xFFFF)
        row = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
        is_han = (points >= FIRST_HAN) & (points <= LAST_HAN)
        pair = np.full(len(points), len(self.table) - 1, dtype=np.intp)
        at = np.flatnonzero(is_han[:-1] & is_han[1:])
        pair[at] = self.find(points.take(at), points.take(at + 1))
        return Words(row[is_han], self.characters[points[is_han]], pair[is_han], len(texts))

    def find(self, first: Points, second: Points) -> Ints:
        """The row of each pair of Han characters; the last one where none is known."""
        keys = (first << _BITS) | second
        row = np.full(len(keys), len(self.table) - 1, dtype=np.intp)
        at = self.buckets.take(_hash(keys))
        for _ in range(MOST_ALIKE):
            hit = (self.pairs.take(at) == keys).nonzero()[0]
            row[hit] = at.take(hit)
            at += 1
        return row

    def mean(self, words: Words, rows: Ints) -> Floats:
        """The mean of the vectors of `rows` (words.pair, words.character) of each text, times SCALE, shape (texts, size)."""
        at = np.flatnonzero(rows != len(self.table) - 1)
        known = np.bincount(words.row.take(at), minlength=words.count)
        some = np.flatnonzero(known)
        sums = np.zeros((words.count, self.table.shape[1]), dtype=np.float32)
        if len(some):
            starts = (known.cumsum() - known).take(some)
            sums[some] = np.add.reduceat(self.rows(rows.take(at)), starts, axis=0)
        mean: Floats = (sums / np.maximum(known, 1)[:, None]).astype(np.float32)
        return mean

    def rows(self, rows: Ints) -> Floats:
        """Rows of the table, times SCALE."""
        return self.table.take(rows, axis=0).astype(np.float32)

    def of(self, texts: Sequence[str]) -> Floats:
        """A vector for each text: the mean of its pairs, times SCALE; zeros where it has none. Shape (texts, size)."""
        if len(self.remembered) > REMEMBERED:
            self.remembered.clear()
        unknown = [text for text in dict.fromkeys(texts) if text not in self.remembered]
        if unknown:
            words = self.words(unknown)
            self.remembered.update(zip(unknown, self.mean(words, words.pair), strict=True))
        if not texts:
            return np.zeros((0, self.table.shape[1]), dtype=np.float32)
        return np.stack([self.remembered[text] for text in texts])


def apart(vectors: Floats) -> Floats:
    """Vectors seen from their middle, of length one: what each text speaks of that the others don't. Shape of `vectors`.

    The texts of a page are much alike as a whole; what tells them apart is what is left.
    """
    from_middle = vectors - vectors.sum(axis=-2, keepdims=True) / max(1, vectors.shape[-2])
    length = np.sqrt((from_middle**2).sum(axis=-1, keepdims=True))
    return np.asarray(from_middle / np.maximum(length, 1e-6), dtype=np.float32)


def _hash(keys: Points) -> Points:
    """The hash of pairs (Knuth's, by the golden ratio)."""
    return (keys * _GOLDEN) >> _LOW


@cache
def shipped() -> Vectors:
    """The vectors that come with the package, read once a process."""
    with np.load(str(files("pipeline") / "models" / "vectors.npz")) as data:
        pairs, characters, small = data["pairs"], data["characters"], data["vectors"]
    order = _hash(pairs).argsort(kind="stable")
    pairs, small[: len(pairs)] = pairs[order], small[order]
    none = len(pairs) + len(characters)
    at = np.full(0x10000, none, dtype=np.intp)
    at[characters] = np.arange(len(pairs), none)
    buckets = _hash(pairs).searchsorted(np.arange(1 << HASHED))
    return Vectors(
        np.append(pairs, np.zeros(MOST_ALIKE, dtype=np.uint32)),
        buckets,
        at,
        np.concatenate((small, np.zeros_like(small[:1]))),
    )
