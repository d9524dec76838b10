"""The survey of a large file of rows: read once, before its pieces, by one worker.

Comes in: the file. Goes out: its digest, where each piece of a JSONL file begins and which row that is, and the rows with the id
of an earlier one; so that each piece, read alone, gives what it would in the whole. Text is not looked at.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from pipeline.errors import SourceError
from pipeline.run import parquet, rows
from pipeline.run.documents import changed, is_other, ranged
from pipeline.run.errors import EngineError
from pipeline.run.extras import missing
from pipeline.run.found import Cut, Found
from pipeline.run.names import COLUMNS, suffixes
from pipeline.run.receipts import Stamp
from pipeline.run.rows import is_repeat
from pipeline.run.streams import Ranged, blocks, read_error
from pipeline.run_options import RunOptions

At: TypeAlias = Callable[[str, bool], None]
Tick: TypeAlias = Callable[[], None]

_TICK: Final = 64  # blocks after which the engine is told that the work goes on
_TICK_ROWS: Final = 10_000  # the same in rows


@dataclass(frozen=True, slots=True)
class Survey:
    """A file to survey. With `error`, which ended the process that tried it, only its digest is taken."""

    part: int  # a number of its own, since it is of no part
    found: Found
    split: int
    out: Path
    options: RunOptions
    stamp: Stamp
    store: str = ""  # the bucket that the output is in
    error: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was found out. Without a digest the file could not be read, or was changed; the next run tries it again."""

    source: str
    sha256: str = ""
    starts: Sequence[int] = ()  # of the first row or row group of each piece, -1 where none begins in it
    numbers: Sequence[int] = ()  # of these rows
    repeats: Sequence[int] = ()
    error: SourceError | None = None


def cut(known: Surveyed, found: Found, split: int) -> Cut:
    """What is to be known of a piece."""
    piece = found.piece
    if known.error or known.starts[piece] < 0:
        return Cut(known.sha256)
    first = known.numbers[piece]
    after = next((number for number in known.numbers[piece + 1 :] if number), None)
    here = slice(bisect_left(known.repeats, first), bisect_left(known.repeats, after) if after else None)
    return Cut(known.sha256, known.starts[piece], (piece + 1) * split, first, list(known.repeats[here]))


def survey(job: Survey, at: At) -> Surveyed:
    """Do a survey."""
    return look(job.found, job.split, job.options, job.error, lambda: at(job.found.source, True))


def look(
    found: Found, split: int, options: RunOptions, error: SourceError | None = None, tick: Tick = lambda: None
) -> Surveyed:
    """Survey a file that is cut into pieces of so many bytes. It is told now and then that the work goes on."""
    source, error = found.source, error or missing(found.source)
    try:
        with ranged(found, options) as file:
            if is_other(file, found):
                return Surveyed(source, error=changed(source))
            known = _looked(file, found, split, options, error, tick)
            return Surveyed(source, error=changed(source)) if file.is_changed() else known
    except OSError as unreadable:
        return Surveyed(source, error=read_error(source, unreadable))


def _looked(
    file: Ranged, found: Found, split: int, options: RunOptions, error: SourceError | None, tick: Tick
) -> Surveyed:
    source, begins = found.source, _Begins(split, found.pieces)
    is_table = suffixes(source)[0] in COLUMNS
    digest = _digest(file, begins, tick)
    if error:
        return Surveyed(source, "" if missing(source) else digest, error=error)
    try:
        if is_table:
            begins = _Begins(split, found.pieces)
            for start, number in parquet.begins(file, source, options):
                begins.note(start, number)
        named = parquet.named if is_table else rows.named
        repeats = _repeats(named(file, source, options), tick) if options.id_column else ()
        return Surveyed(source, digest, begins.starts, begins.numbers, repeats)
    except EngineError:
        raise
    except Exception as broken:  # libraries raise what they like over a damaged file
        return Surveyed(source, digest, error=read_error(source, broken))


def _digest(file: Ranged, begins: _Begins, tick: Tick) -> str:
    """The digest of the file, while its lines are counted."""
    digest = sha256()
    for number, block in enumerate(blocks(file)):
        digest.update(block)
        begins.add(block)
        if not number % _TICK:
            tick()
    return digest.hexdigest()


def _repeats(named: Iterable[tuple[int, str]], tick: Tick) -> array[int]:
    """The numbers of the rows with the name of an earlier one. Takes some memory for each name."""
    found, seen = array("Q"), set[bytes]()
    for number, name in named:
        if is_repeat(name, seen):
            found.append(number)
        if not number % _TICK_ROWS:
            tick()
    return found


class _Begins:
    """Where the pieces of a file begin; those of a JSONL file from its bytes as they come."""

    def __init__(self, split: int, pieces: int) -> None:
        self.split = split
        self.starts, self.numbers = array("q", [0] + [-1] * (pieces - 1)), array("Q", [1] + [0] * (pieces - 1))
        self.at = self.ends = 0  # bytes, and line ends among them
        self.next = split - 1  # a line that begins in a further piece stands behind a line end from here on

    def note(self, start: int, number: int) -> None:
        """A row begins here; the first in a piece counts."""
        piece = start // self.split
        if piece < len(self.starts) and not self.numbers[piece]:
            self.starts[piece], self.numbers[piece] = start, number

    def add(self, block: bytes) -> None:
        """The next bytes of the file."""
        done = 0
        while (end := block.find(b"\n", max(done, self.next - self.at)) + 1) > 0:
            self.ends += block.count(b"\n", done, end)
            done = end
            self.note(self.at + end, self.ends + 1)
            self.next = ((self.at + end) // self.split + 1) * self.split - 1
        self.ends += block.count(b"\n", done)
        self.at += len(block)


class Surveys:
    """What surveys found out, a file each: it may not fit into memory. Errors stay at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: dict[str, SourceError] = {}
        self.read = lru_cache(maxsize=256)(self._read)

    def add(self, known: Surveyed) -> None:
        """Keep what was found out of a file."""
        if known.error:
            self.errors[known.source] = known.error
        content = (known.sha256, list(known.starts), list(known.numbers), list(known.repeats))
        self._path(known.source).write_bytes(orjson.dumps(content))

    def _read(self, source: str) -> Surveyed:
        digest, starts, numbers, repeats = orjson.loads(self._path(source).read_bytes())
        return Surveyed(source, digest, starts, numbers, repeats, self.errors.get(source))

    def _path(self, source: str) -> Path:
        return self.folder / sha256(source.encode()).hexdigest()
