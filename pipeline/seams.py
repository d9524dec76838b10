"""How well one piece of text reads on from another: a character n-gram model, read only.

Comes in: pairs of text without white space. Goes out: natural logarithms of probability ratios, one a pair; above zero,
the right piece reads on from the left one. Left alone: the text. Nothing here decides what is joined to what.

The model is an interpolated Kneser-Ney model (Chen & Goodman 1999, modified discounts), pruned and written as a
back-off model. `pipeline.learn` makes the file, and `docs/seam-model.md` says what is in it.

A look-up costs little and a call of numpy much, so all texts of a call are looked up together, one n-gram length after
the other.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from pipeline.errors import ConfigError
from pipeline.seam_table import Found, Keys, Rows, Table, TableLayout

Ids: TypeAlias = npt.NDArray[np.uint16]
Floats: TypeAlias = npt.NDArray[np.float32]

MAGIC: Final = b"SEAMS\x00\x00\x01"
UNKNOWN: Final = 0
BOUNDARY: Final = 1  # where a paragraph begins or ends
DIGIT: Final = 2
LATIN: Final = 3
FIRST_CHARACTER: Final = 4
ABSENT: Final = 0xFFFF  # no character here: the text is shorter than the window
EDGE: Final = "\x01"  # stands in a text for the place where a paragraph begins or ends
_PADDING: Final = "\0"
_PAIRS_AT_ONCE: Final = 8192  # so that the arrays of one pass stay in the processor's cache


class SeamModelError(ConfigError):
    """A model file that is missing, cut short or not a seam model."""


class Header(TypedDict):
    """The JSON at the head of a model file. Sections: [dtype, first byte, items]."""

    order: int
    base: int
    size: int
    sections: dict[str, tuple[str, int, int]]
    grams: TableLayout
    contexts: TableLayout
    characters: str  # those with an id of their own, from FIRST_CHARACTER up


class Within(NamedTuple):
    """What is known of each place of each right text from this text alone, shape (places, texts)."""

    log_p: Floats
    digit: Keys  # of its character
    key: Keys  # of all that precedes it
    seen: npt.NDArray[np.bool_]  # whether the gram is in the model
    goes_on: npt.NDArray[
        np.bool_
    ]  # whether a longer context may be: there is a character, and what precedes it is known


class Contexts(NamedTuple):
    """The ends of the left texts, a row for each distance or length in characters, shape (order - 1, texts)."""

    digit: Keys  # of the character so far from the end
    is_there: npt.NDArray[np.bool_]  # whether the text is as long as that
    key: Keys  # of the context of that length
    known: npt.NDArray[np.bool_]  # whether the model has it
    weight: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class SeamModel:
    """The model, mapped from its file. All logarithms are natural.

    order: characters in the longest gram; base: a key is a number in this base, its digits the ids plus one;
    ids: id of each code point below 65,536; unigrams: log P(character) for each id;
    gram_values[k], context_values[k]: what the codes of grams after k characters, and of contexts of k, stand for:
    log probabilities and log back-off weights.
    """

    order: int
    base: int
    ids: Ids
    unigrams: Floats
    grams: Table
    contexts: Table
    gram_values: Floats
    context_values: Floats

    @classmethod
    def load(cls, path: Path | None = None) -> SeamModel:
        """Map the model at `path` into memory (None: the one shipped, mapped once)."""
        return shipped() if path is None else _read(path)

    def encode(self, text: str) -> Ids:
        """Give the id of each character; digits, Latin letters and scripts are folded."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        ids: Ids = self.ids[np.minimum(points, 0xFFFF)]
        return ids

    def joins(self, lefts: Sequence[str], rights: Sequence[str], reach: int = 4) -> Floats:
        """Score aligned pairs: how much likelier the left text makes the start of the right.

        Sum over the first `reach` characters of the right text of log P(c | what precedes it
        on both sides) - log P(c | what precedes it on the right). Shape (len(lefts),).
        """
        if len(lefts) != len(rights):
            raise ValueError(f"{len(lefts)} left texts, {len(rights)} right texts: not pairs")
        each = np.arange(len(lefts))
        return self.pairs(lefts, rights, each, each, reach)

    def matrix(self, lefts: Sequence[str], rights: Sequence[str], reach: int = 4) -> Floats:
        """Score all pairs as `joins` does. Shape (len(lefts), len(rights))."""
        left, right = np.repeat(np.arange(len(lefts)), len(rights)), np.tile(np.arange(len(rights)), len(lefts))
        return self.pairs(lefts, rights, left, right, reach).reshape(len(lefts), len(rights))

    def ends(self, lefts: Sequence[str]) -> Floats:
        """Log P(the paragraph ends here | the last characters of the left text)."""
        ends: Floats = self.joins(lefts, [EDGE] * len(lefts), 1) + self.unigrams[BOUNDARY]
        return ends

    def starts(self, rights: Sequence[str], reach: int = 4) -> Floats:
        """Score as `joins` does, the left text being the beginning of a paragraph."""
        return self.joins([EDGE] * len(rights), rights, reach)

    def pairs(self, lefts: Sequence[str], rights: Sequence[str], left: Rows, right: Rows, reach: int = 4) -> Floats:
        """Score as `joins` does the pairs of the texts at index `left` and `right`; several questions in one."""
        outside, within = self._contexts(self._tails(lefts)), self._within(self._heads(rights, reach))
        scores = np.empty(len(left), dtype=np.float32)
        for start in range(0, len(left), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            scores[some] = self._score(outside, within, left[some], right[some])
        return scores

    def _tails(self, lefts: Sequence[str]) -> Ids:
        """Give the ids of the last order - 1 characters, the last one first. Shape (order - 1, n)."""
        width = self.order - 1
        return self._ids([text[-width:].rjust(width, _PADDING) for text in lefts], width)[::-1]

    def _heads(self, rights: Sequence[str], reach: int) -> Ids:
        """Give the ids of the first characters: beyond order - 1 the seam is out of sight. Shape (places, n)."""
        width = max(0, min(reach, self.order - 1))
        return self._ids([text[:width].ljust(width, _PADDING) for text in rights], width)

    def _ids(self, texts: list[str], width: int) -> Ids:
        joined = "".join(texts)
        ids = self.encode(joined)
        if _PADDING in joined or EDGE in joined:
            points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
            ids[points == ord(_PADDING)] = ABSENT
            ids[points == ord(EDGE)] = BOUNDARY
        return np.ascontiguousarray(ids.reshape(len(texts), width).T)

    def _within(self, heads: Ids) -> Within:
        """Log P of each character of the right texts given what precedes it there."""
        count = heads.shape[1]
        target = heads.ravel()
        log_p = self.unigrams[np.where(target == ABSENT, UNKNOWN, target)]
        goes_on = target != ABSENT
        key = np.zeros(target.size, dtype=np.uint64)
        seen = np.ones(target.size, dtype=np.bool_)
        for length in range(1, len(heads)):
            jobs = np.flatnonzero(goes_on[length * count :]) + length * count
            key[jobs] += _digit(target[jobs - length * count]) * np.uint64(self.base ** (length - 1))
            contexts = self.contexts.find(key[jobs])
            at, found, better = self._after(length, contexts, key[jobs], _digit(target[jobs]), seen[jobs], log_p[jobs])
            goes_on[jobs] = False
            jobs = jobs[at]
            goes_on[jobs], seen[jobs], log_p[jobs] = True, found, better
        shape = heads.shape
        return Within(
            log_p.reshape(shape), _digit(heads), key.reshape(shape), seen.reshape(shape), goes_on.reshape(shape)
        )

    def _contexts(self, tails: Ids) -> Contexts:
        """Which contexts the left texts end with, a row for each length."""
        powers = np.array([self.base**k for k in range(len(tails))], dtype=np.uint64)[:, None]
        key = (_digit(tails) * powers).cumsum(axis=0, dtype=np.uint64)
        known, weight = self.contexts.find(key)
        return Contexts(_digit(tails), tails != ABSENT, key, known & (tails != ABSENT), weight)

    def _score(self, outside: Contexts, within: Within, left: Rows, right: Rows) -> Floats:
        """What the left text of each pair adds at each place of the right one: the contexts that reach over the seam."""
        scores = np.zeros(len(left), dtype=np.float32)
        for place in range(len(within.log_p)):
            pair = np.flatnonzero(within.goes_on[place].take(right))
            one, other = left.take(pair), right.take(pair)
            key, target = within.key[place].take(other), within.digit[place].take(other)
            seen, log_p = within.seen[place].take(other), within.log_p[place].take(other)
            job, after, before = np.arange(len(pair)), log_p.copy(), log_p
            for length in range(place + 1, self.order):
                row = length - 1 - place
                if place:
                    key = key + (outside.digit[row] * np.uint64(self.base ** (length - 1))).take(one)
                    known, weight = self.contexts.find(key)
                    known &= outside.is_there[row].take(one)
                else:  # nothing but the left text stands before the place
                    key, known, weight = (part[row].take(one) for part in outside[2:])
                at, seen, log_p = self._after(length, (known, weight), key, target, seen, log_p)
                job, one, key, target = job.take(at), one.take(at), key.take(at), target.take(at)
                after[job] = log_p
            scores[pair] += after - before
        return scores

    def _after(
        self, length: int, contexts: Found, key: Keys, target: Keys, seen: npt.NDArray[np.bool_], log_p: Floats
    ) -> tuple[Rows, npt.NDArray[np.bool_], Floats]:
        """Look `length` characters back: which contexts are known, and for these whether the gram is, and log P(target).

        A context is known only if every shorter one is, and so is a gram (`seen`): this tells the noise that a fingerprint
        lets through.
        """
        known, weight = contexts
        at = np.flatnonzero(known)
        found, value = self.grams.find(key.take(at) * np.uint64(self.base) + target.take(at))
        found &= seen.take(at)
        value *= found  # of the others the value is noise
        backed_off = log_p.take(at) + self.context_values[length].take(weight.take(at).view(np.intp))
        return at, found, np.where(found, self.gram_values[length].take(value.view(np.intp)), backed_off)


def _digit(ids: Ids) -> Keys:
    """The digits of a key that stand for characters."""
    return ids.astype(np.uint64) + np.uint64(1)


@cache
def shipped() -> SeamModel:
    """Map the model that comes with the package, once a process."""
    return _read(Path(str(files("pipeline") / "models" / "seams.bin")))


def _read(path: Path) -> SeamModel:
    data = mapped(path)
    header = header_of(data, path)

    def section(name: str) -> npt.NDArray[Any]:
        dtype, start, items = header["sections"][name]
        return np.frombuffer(data, dtype=dtype, count=items, offset=start)

    return SeamModel(
        order=header["order"],
        base=header["base"],
        ids=_folded(section("ids")),
        unigrams=section("unigrams"),
        grams=Table(section("grams"), header["grams"]),
        contexts=Table(section("contexts"), header["contexts"]),
        gram_values=section("gram_values").reshape(header["order"], -1),
        context_values=section("context_values").reshape(header["order"], -1),
    )


def _folded(ids: Ids) -> Ids:
    """The ids with half-width marks read as the full-width ones that the model was trained on."""
    ids = ids.copy()
    ids[[ord(mark) for mark in ",;:?!()"]] = ids[[ord(mark) for mark in "，；：？！（）"]]
    return ids


def mapped(path: Path) -> mmap.mmap:
    """Map a file, unread."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise SeamModelError(f"{path}: cannot read the seam model ({error}); `pipeline learn` makes one") from error


def header_of(data: mmap.mmap, path: Path) -> Header:
    """Read the header, and hold the file to it; raises SeamModelError."""
    if data[: len(MAGIC)] != MAGIC:
        raise SeamModelError(f"{path}: not a seam model of this version (wrong first bytes)")
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    try:
        header: Header = json.loads(data[start : start + length])
        size = header["size"]
    except (ValueError, LookupError, TypeError) as error:
        raise SeamModelError(f"{path}: the header of the seam model is damaged") from error
    if len(data) != size:
        raise SeamModelError(
            f"{path}: {len(data)} bytes where the seam model has {size}; it was cut short: copy it again"
        )
    return header
