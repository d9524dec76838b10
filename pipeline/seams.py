"""How well one piece of text reads on from another: a character n-gram model, read only.

Comes in: pairs of text without white space. Goes out: natural logarithms of probability ratios, one a pair; above zero,
the right piece reads on from the left one. Left alone: the text. Nothing here decides what is joined to what.

The model is an interpolated Kneser-Ney model (Chen & Goodman 1999, modified discounts), pruned and written as a
back-off model. `training/seams.py` makes the file, and `docs/seam-model.md` says what is in it.

The n-grams are kept without their keys, in a table after Chazelle et al. 2004 ("The Bloomier filter"), laid out as in
Graf & Lemire 2022 ("Binary fuse filters"). Three cells of it, XORed, are the value of a key that was put in, and
noise for any other; ten bits of a value are a fingerprint of its key, which tells noise but for one key in 1,024. So a
gram takes two and a quarter bytes instead of ten, and a batch of look-ups is a handful of array operations.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from pipeline.errors import ConfigError

Ids: TypeAlias = npt.NDArray[np.uint16]
Keys: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.intp]

MAGIC: Final = b"SEAMS\x00\x00\x01"
UNKNOWN: Final = 0
BOUNDARY: Final = 1  # where a paragraph begins or ends
DIGIT: Final = 2
LATIN: Final = 3
FIRST_CHARACTER: Final = 4
ABSENT: Final = 0xFFFF  # no character here: the text is shorter than the window
CELL_BITS: Final = 16
_PADDING: Final = "\0"
_PAIRS_AT_ONCE: Final = 8192  # so that the arrays of one pass stay in the processor's cache


class SeamModelError(ConfigError):
    """A model file that is missing, cut short or not a seam model."""


class TableLayout(TypedDict):
    """Where the cells of a table lie: `segments` + 2 segments of `segment` cells."""

    seed: int
    segment: int
    segments: int
    value_bits: int


class Header(TypedDict):
    """The JSON at the head of a model file. Sections: [dtype, first byte, items]."""

    order: int
    base: int
    size: int
    sections: dict[str, tuple[str, int, int]]
    grams: TableLayout
    contexts: TableLayout
    characters: str  # those with an id of their own, from FIRST_CHARACTER up


def scramble(keys: Keys, seed: int) -> Keys:
    """Spread keys over all 64 bits (finaliser of splitmix64, Steele et al. 2014)."""
    x = keys + np.uint64(seed)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def places(hashes: Keys, layout: TableLayout) -> tuple[Rows, Rows, Rows]:
    """Give the three cells of each hash: one in each of three neighbouring segments."""
    segment, mask = np.uint64(layout["segment"]), np.uint64(layout["segment"] - 1)
    span = np.uint64(layout["segment"] * layout["segments"])
    first = ((hashes >> np.uint64(32)) * span) >> np.uint64(32)
    second = (first + segment) ^ ((hashes >> np.uint64(16)) & mask)
    third = (first + segment + segment) ^ (hashes & mask)
    return first.view(np.intp), second.view(np.intp), third.view(np.intp)


def fingerprints(hashes: Keys, layout: TableLayout) -> Keys:
    """Give the fingerprint of each hash, shifted above the bits of the value."""
    value_bits = layout["value_bits"]
    mixed = hashes * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - CELL_BITS + value_bits)) << np.uint64(value_bits)


@dataclass(frozen=True, slots=True)
class Table:
    """A map from keys to small numbers that does not hold its keys."""

    cells: npt.NDArray[np.uint16]
    layout: TableLayout

    def find(self, keys: Keys) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint64]]:
        """Say which keys are in the table, and the value of each that is."""
        hashes = scramble(keys, self.layout["seed"])
        first, second, third = places(hashes, self.layout)
        cell = self.cells.take(first) ^ self.cells.take(second) ^ self.cells.take(third)
        value = cell ^ fingerprints(hashes, self.layout)
        return value < np.uint64(1 << self.layout["value_bits"]), value


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
        return self._score(self._tails(lefts), self._heads(rights, reach))

    def matrix(self, lefts: Sequence[str], rights: Sequence[str], reach: int = 4) -> Floats:
        """Score all pairs as `joins` does. Shape (len(lefts), len(rights))."""
        tails, heads = self._tails(lefts), self._heads(rights, reach)
        pairs = self._score(np.repeat(tails, len(heads), axis=0), np.tile(heads, (len(tails), 1)))
        return pairs.reshape(len(tails), len(heads))

    def ends(self, lefts: Sequence[str]) -> Floats:
        """Log P(the paragraph ends here | the last characters of the left text)."""
        target = np.full((len(lefts), 1), BOUNDARY, dtype=np.uint16)
        after, _ = self._log_p(np.hstack([self._tails(lefts), target]), 0)
        return after

    def starts(self, rights: Sequence[str], reach: int = 4) -> Floats:
        """Score as `joins` does, the left text being the beginning of a paragraph."""
        tails = np.full((len(rights), self.order - 1), ABSENT, dtype=np.uint16)
        tails[:, -1] = BOUNDARY
        return self._score(tails, self._heads(rights, reach))

    def _tails(self, lefts: Sequence[str]) -> Ids:
        """Give the ids of the last order - 1 characters. Shape (n, order - 1)."""
        width = self.order - 1
        return self._window([text[-width:].rjust(width, _PADDING) for text in lefts], width)

    def _heads(self, rights: Sequence[str], reach: int) -> Ids:
        """Give the ids of the first characters: beyond order - 1 the seam is out of sight."""
        width = max(0, min(reach, self.order - 1))
        return self._window([text[:width].ljust(width, _PADDING) for text in rights], width)

    def _window(self, texts: list[str], width: int) -> Ids:
        joined = "".join(texts)
        ids = self.encode(joined)
        if _PADDING in joined:
            ids[np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4") == 0] = ABSENT
        return ids.reshape(len(texts), width)

    def _score(self, tails: Ids, heads: Ids) -> Floats:
        scores = np.zeros(len(tails), dtype=np.float32)
        for start in range(0, len(tails), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            for windows, known, rows in _windows(tails[some], heads[some]):
                after, before = self._log_p(windows, known)
                scores[some][rows] += after - before
        return scores

    def _log_p(self, windows: Ids, known: int) -> tuple[Floats, Floats]:
        """Give log P(last id of each window | the ids before it), twice.

        First with all the window as context, second with its nearest `known` ids only.
        windows: shape (n, up to order); ABSENT ends the context to the left.
        """
        target = windows[:, -1]
        log_p: Floats = self.unigrams[target]
        before = log_p.copy()
        last = target.astype(np.uint64) + np.uint64(1)
        rows: Rows = np.arange(len(windows))
        context: Keys = np.zeros(len(windows), dtype=np.uint64)
        seen = np.ones(len(windows), dtype=np.bool_)
        for length in range(1, windows.shape[1]):
            column = windows[rows, -1 - length]
            digit = (column.astype(np.uint64) + np.uint64(1)) * np.uint64(self.base ** (length - 1))
            context = context + digit
            stored, weight = self.contexts.find(context)
            # A context is stored only if every shorter one is: what fails here is done.
            stored &= column != ABSENT
            rows, context, weight = rows[stored], context[stored], weight[stored]
            found, value = self.grams.find(context * np.uint64(self.base) + last[rows])
            # Likewise a gram; this tells the noise that a fingerprint lets through.
            found &= seen[stored]
            seen = found
            value[~found] = 0
            log_p[rows] = np.where(
                found,
                self.gram_values[length][value],
                log_p[rows] + self.context_values[length][weight],
            )
            if length == known:
                before = log_p.copy()
        return log_p, before


def _windows(tails: Ids, heads: Ids) -> Iterator[tuple[Ids, int, Rows]]:
    """Yield for each place right of the seam its window, how many ids stand between, and the rows that reach there."""
    both = np.hstack([tails, heads])
    width = tails.shape[1] + 1
    for place in range(heads.shape[1]):
        rows = np.flatnonzero(heads[:, place] != ABSENT)
        yield both[rows, place : place + width], place, rows


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
        raise SeamModelError(
            f"{path}: cannot read the seam model ({error}); python -m training.seams makes one"
        ) from error


def header_of(data: mmap.mmap, path: Path) -> Header:
    """Read the header, and hold the file to it; raises SeamModelError."""
    if data[: len(MAGIC)] != MAGIC:
        raise SeamModelError(f"{path}: not a seam model of this version (wrong first bytes)")
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    try:
        header: Header = json.loads(data[start : start + length])
    except ValueError as error:
        raise SeamModelError(f"{path}: the header of the seam model is damaged") from error
    if len(data) != header["size"]:
        raise SeamModelError(
            f"{path}: {len(data)} bytes where the seam model has {header['size']}; it was cut short: copy it again"
        )
    return header
