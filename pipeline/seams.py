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
from math import prod
from pathlib import Path
from typing import Any, Final, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from pipeline.errors import ConfigError
from pipeline.seam_steps import Lefts, Rights, Said, Steps, Texts, across, inside, powers
from pipeline.seam_table import Hits, Keys, Mask, Rows, Table, TableLayout

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
_PAIRS_AT_ONCE: Final = 4096  # so that the arrays of one pass stay in the processor's cache


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
        return self.scores(self.texts(lefts, rights, reach), left, right)

    def texts(self, lefts: Sequence[str], rights: Sequence[str], reach: int = 4) -> Texts:
        """Look texts up, so that more than one question can be asked of them."""
        heads = self._heads(rights, reach)
        return Texts(self._lefts(self._tails(lefts), len(heads)), self._rights(heads))

    def scores(self, texts: Texts, left: Rows, right: Rows) -> Floats:
        """Score as `joins` does the pairs of these texts at index `left` and `right`."""
        scores = np.empty(len(left), dtype=np.float32)
        for start in range(0, len(left), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            scores[some] = self._score(texts.lefts.at(left[some]), texts.rights.at(right[some]))
        return scores

    def table(self, texts: Texts, left: Rows, right: Rows) -> Floats:
        """Score all pairs of these texts, one at index `left` and one at `right`. Shape (len(left), len(right))."""
        rights, rows = texts.rights.at(right).along(), max(1, _PAIRS_AT_ONCE // max(1, len(right)))
        scores = np.empty((len(left), len(right)), dtype=np.float32)
        for start in range(0, len(left), rows):
            some = slice(start, start + rows)
            scores[some] = self._score(texts.lefts.at(left[some]).down(), rights)
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
        return np.ascontiguousarray(self.encode("".join(texts)).reshape(len(texts), width).T)

    def _lefts(self, tails: Ids, places: int) -> Lefts:
        """What the left texts put before each place of the right ones."""
        power = powers(self.base, self.order)
        keys = (_digit(tails) * power[:-1]).cumsum(axis=0, dtype=np.uint64)
        steps = across(places, self.order)
        row = steps.length - steps.place - 1
        is_there, alone = tails != ABSENT, len(steps.first)
        key = keys.take(row, axis=0) * power.take(steps.place, axis=0)
        known = self._known(keys[:alone], is_there[:alone], np.arange(1, alone + 1))
        return Lefts(key, is_there.take(row, axis=0), *known)

    def _rights(self, heads: Ids) -> Rights:
        """Log P of each character of the right texts given what precedes it there."""
        digit, goes_on = _digit(heads), heads != ABSENT
        log_p, seen = self.unigrams[np.where(goes_on, heads, UNKNOWN)], np.ones_like(goes_on)
        steps, power = inside(len(heads)), powers(self.base, self.order)
        key, keys = np.zeros_like(digit), np.empty((len(steps.place), heads.shape[1]), dtype=np.uint64)
        for length, those, places in steps.parts:
            key[places] += digit[:-length] * power[length - 1]
            keys[those] = key[places]
        contexts = self._known(keys, goes_on.take(steps.place, axis=0), steps.length)
        self._look_back(steps, keys, contexts, digit.take(steps.place, axis=0), log_p, seen, goes_on)
        return Rights(log_p, digit, key, seen, goes_on)

    def _score(self, lefts: Lefts, rights: Rights) -> Floats:
        """What each left text adds at each place of its right one: the contexts that reach over the seam."""
        steps = across(len(rights.log_p), self.order)
        keys = lefts.key + rights.key.take(steps.place, axis=0)
        wanted = lefts.is_there & rights.goes_on.take(steps.place, axis=0)
        wanted[steps.first] = False
        known, back_off = self._known(keys, wanted, steps.length)
        known[steps.first], back_off[steps.first] = lefts.known, lefts.back_off
        each = np.zeros(keys.shape[1:], dtype=np.bool_)
        log_p, seen, goes_on = rights.log_p + each, rights.seen | each, rights.goes_on | each  # one for each pair
        self._look_back(steps, keys, (known, back_off), rights.digit.take(steps.place, axis=0), log_p, seen, goes_on)
        log_p -= rights.log_p
        scores: Floats = log_p.sum(axis=0)
        return scores

    def _known(self, keys: Keys, wanted: Mask, length: Rows) -> Said:
        """Which of the contexts that are wanted are known, and their log back-off weights; a row for each length."""
        return _spread(self.contexts.find_some(keys, wanted), self.context_values, length, keys.shape)

    def _look_back(
        self, steps: Steps, keys: Keys, contexts: Said, targets: Keys, log_p: Floats, seen: Mask, goes_on: Mask
    ) -> None:
        """Take all steps: bring log P of each place (`log_p`) up to date with the longest context that is known.

        A context is known only if every shorter one is (`goes_on`), and so is a gram (`seen`): this tells the noise that a
        fingerprint lets through.
        """
        known, back_off = contexts
        for _, those, places in steps.parts:
            is_known = known[those]
            is_known &= goes_on[places]
            goes_on[places] = is_known
        back_off *= known
        keys *= powers(self.base, 2)[1]
        keys += targets
        found, said = _spread(self.grams.find_some(keys, known), self.gram_values, steps.length, keys.shape)
        for _, those, places in steps.parts:
            is_seen, best = found[those], log_p[places]
            is_seen &= seen[places]
            seen[places] = is_seen
            best += back_off[those]
            np.putmask(best, is_seen, said[those])


def _spread(hits: Hits, values: Floats, length: Rows, shape: tuple[int, ...]) -> Said:
    """Where the hits of a look-up are in an array of that shape, and what their codes stand for (0 elsewhere)."""
    at, codes = hits
    found, said = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.float32)
    row = length.take(at // prod(shape[1:]))
    found.reshape(-1)[at] = True
    said.reshape(-1)[at] = values.ravel().take(row * values.shape[1] + codes.view(np.intp))
    return found, said


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
    """The ids with half-width marks read as the full-width ones that the model was trained on, and those of no character."""
    ids = ids.copy()
    ids[[ord(mark) for mark in ",;:?!()"]] = ids[[ord(mark) for mark in "，；：？！（）"]]
    ids[[ord(_PADDING), ord(EDGE)]] = ABSENT, BOUNDARY
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
