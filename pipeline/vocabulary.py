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
_LATIN = re.compile("[A-Za-z0-9][A-Za-z0-9]+")  # not {2,}: the engine skips ahead to a class, but not to a repeat
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
    code = (han[:-1] * _HAN + han[1:]).take(place)
    latin: dict[str, int] = {}
    found = [(one.start(), latin.setdefault(one[0], len(latin))) for one in _LATIN.finditer(joined)]
    if found:
        more = np.array(found, dtype=np.int64)
        place = np.concatenate((place, more[:, 0]))
        code = np.concatenate((code, (more[:, 1] + _AFTER_HAN).astype(np.uint32)))
    return _entries(texts, place, code)


def characters(texts: Sequence[str], some: int) -> Ints:
    """How often each text says each Han character that the first `some` of them say, shape (texts, characters).

    >>> characters(["修桥", "大桥通", "桥桥"], 1).tolist()
    [[1, 1], [0, 1], [0, 2]]
    """
    han = codes("\n".join(texts)) - _FIRST
    place = (han < _HAN).nonzero()[0]
    code, owner = han.take(place), _owners(texts).take(place)
    wanted = np.zeros(int(_HAN), dtype=np.bool_)
    wanted[code[owner < some]] = True
    known = wanted.nonzero()[0]
    column = np.full(int(_HAN), -1)
    column[known] = np.arange(len(known))
    at = column.take(code)
    told = owner[at >= 0] * len(known) + at[at >= 0]
    return np.bincount(told, minlength=len(texts) * len(known)).reshape(len(texts), len(known))


def heard(counts: npt.NDArray[Any]) -> Floats:
    """How much it counts that a text says a word so often: once a good deal, twice all that it can."""
    much: Floats = np.where(counts > 0, np.minimum(1.0, 0.5 + 0.25 * counts), 0.0)
    return much


def _entries(texts: Sequence[str], place: Ints, code: npt.NDArray[np.uint32]) -> Vocabulary:
    """The vocabulary whose words have a code each and stand at a place in the texts put one behind the other."""
    # By radix, the two halves of a code one after the other. What is equal stays in the order of its places, so of the texts.
    order = np.lexsort((code.astype(np.uint16), (code >> np.uint32(16)).astype(np.uint16)))
    owner, is_word = _owners(texts).take(place.take(order)), _is_new(code.take(order))
    start = (is_word | _is_new(owner)).nonzero()[0]
    text, word = owner.take(start), is_word.take(start).cumsum() - 1
    count = np.concatenate((start[1:], [len(order)])) - start
    return _weighed(len(texts), text, word, count, int(word[-1]) + 1 if len(word) else 0)


def _owners(texts: Sequence[str]) -> Ints:
    """Which text each character stands in where they are put one behind the other, with one character between."""
    return np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])


def _is_new(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each of the values is another one than that before it."""
    new = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def _weighed(texts: int, text: Ints, word: Ints, count: Ints, words: int) -> Vocabulary:
    held = np.bincount(word, minlength=words)
    return Vocabulary(texts, text, word, count, held, np.log((texts + 1) / (held + 0.5)))
