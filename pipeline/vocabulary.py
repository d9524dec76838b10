"""Vocabulary: the words of some texts, and which of the texts share them.

In: texts. Out: an entry for each word of each text, as arrays, so that what texts share is a sum over entries. A word is a pair of
neighbouring Han characters, a Latin word or a figure: in a language without spaces pairs are what comes up again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.audit import codes

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 4096  # words in one table
_FIRST, _HAN = np.uint32(0x3400), np.uint32(0x6C00)  # the first Han character, and how many there are
_LATIN = re.compile("[A-Za-z0-9]{2,}")
_AFTER_HAN = 1 << 30  # codes of Latin words begin behind those of all pairs


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Entry k says that the text at index `text[k]` has the word number `word[k]` `count[k]` times.

    The entries of a word stand together, in the order of the texts. `weight` is how much a word tells: the fewer of the texts
    have it, the more (inverse document frequency).
    """

    texts: int
    text: Ints
    word: Ints
    count: Ints
    held: Ints  # for each word, how many of the texts have it
    weight: Floats

    def sums(self, values: npt.ArrayLike) -> Floats:
        """For each text the sum of the values of its entries."""
        return np.asarray(np.bincount(self.text, values, self.texts), dtype=np.float64)

    def table(self, words: npt.NDArray[np.bool_]) -> Floats:
        """How often each text says each of some words, shape (texts, words)."""
        column = words.cumsum() - 1
        some = words[self.word]
        counts = np.zeros((self.texts, int(column[-1]) + 1 if len(column) else 0))
        counts[self.text[some], column[self.word[some]]] = self.count[some]
        return counts

    def tables(self, words: npt.NDArray[np.bool_]) -> Iterator[tuple[Ints, Floats]]:
        """The same in pieces of so many words that they fit in memory, with the numbers of the words."""
        numbers = np.flatnonzero(words)
        for start in range(0, len(numbers), AT_ONCE):
            some = np.zeros_like(words)
            some[numbers[start : start + AT_ONCE]] = True
            yield numbers[start : start + AT_ONCE], self.table(some)

    def of(self, text: int) -> Ints:
        """The words of one text."""
        words: Ints = self.word[self.text == text]
        return words

    def some(self, start: int, end: int) -> Vocabulary:
        """The vocabulary of the texts from `start` to `end` alone; its words keep their numbers."""
        own = (self.text >= start) & (self.text < end)
        return _weighed(end - start, self.text[own] - start, self.word[own], self.count[own], len(self.held))

    def picked(self, texts: Sequence[int]) -> Vocabulary:
        """The vocabulary of some of the texts alone, given in their order; its words keep their numbers."""
        place = np.full(self.texts, -1)
        place[list(texts)] = np.arange(len(texts))
        text = place[self.text]
        own = text >= 0
        return _weighed(len(texts), text[own], self.word[own], self.count[own], len(self.held))


def vocabulary(texts: Sequence[str]) -> Vocabulary:
    """The vocabulary of texts.

    >>> those = vocabulary(["修桥，3D", "大桥修桥3D3D"])
    >>> those.text.tolist(), those.word.tolist(), those.count.tolist(), those.held.tolist()
    ([0, 1, 1, 1, 0, 1], [0, 0, 1, 2, 3, 4], [1, 1, 1, 1, 1, 1], [2, 1, 1, 1, 1])
    """
    joined = "\n".join(texts)
    han = codes(joined) - _FIRST
    is_han = han < _HAN
    place = (is_han[:-1] & is_han[1:]).nonzero()[0]
    code = han[place] * _HAN + han[place + 1]
    latin: dict[str, int] = {}
    found = [(one.start(), latin.setdefault(one[0], len(latin))) for one in _LATIN.finditer(joined)]
    if found:
        more = np.array(found, dtype=np.int64)
        place = np.concatenate((place, more[:, 0]))
        code = np.concatenate((code, (more[:, 1] + _AFTER_HAN).astype(np.uint32)))
    return _entries(texts, place, code)


def characters(texts: Sequence[str]) -> Vocabulary:
    """The vocabulary of texts whose words are the single Han characters."""
    han = codes("\n".join(texts)) - _FIRST
    place = (han < _HAN).nonzero()[0]
    return _entries(texts, place, han[place])


def heard(counts: npt.NDArray[Any]) -> Floats:
    """How much it counts that a text says a word so often: once a good deal, twice all that it can."""
    much: Floats = np.where(counts > 0, np.minimum(1.0, 0.5 + 0.25 * counts), 0.0)
    return much


def _entries(texts: Sequence[str], place: Ints, code: npt.NDArray[np.uint32]) -> Vocabulary:
    """The vocabulary whose words have a code each and stand at a place in the texts put one behind the other."""
    ends = np.cumsum([len(text) + 1 for text in texts])
    owner = ends.searchsorted(place, side="right").astype(np.uint64)
    every = np.sort((code.astype(np.uint64) << np.uint64(32)) | owner)
    start = np.append(True, every[1:] != every[:-1]).nonzero()[0] if len(every) else place
    entries = every[start]
    words = entries >> np.uint64(32)
    word = np.append(0, (words[1:] != words[:-1]).cumsum())[: len(entries)]
    text = (entries & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return _weighed(len(texts), text, word, np.diff(start, append=len(every)), int(word[-1]) + 1 if len(word) else 0)


def _weighed(texts: int, text: Ints, word: Ints, count: Ints, words: int) -> Vocabulary:
    held = np.bincount(word, minlength=words)
    return Vocabulary(texts, text, word, count, held, np.log((texts + 1) / (held + 0.5)))
