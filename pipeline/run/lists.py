"""Lists of inputs on the disk: the names of all inputs together may not fit into memory.

What is found goes to a bounded number of files, each for parts side by side, and is sorted a part at a time. What a worker has to
know of a part is a stretch of one more file. A line is an input, or a piece of one; for workers with the word whether its earlier
records still hold, and with what a survey found out of a piece that is to be read.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from pipeline.errors import ConfigError
from pipeline.run.found import Cut, Found

_BUFFER: Final = 1 << 16  # lines that wait to be written
_FILES: Final = 1024


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some bytes of a file: the list of one part."""

    path: Path
    start: int
    length: int

    def read(self) -> bytes:
        """The bytes."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.length)


class Listing:
    """The inputs by part, in files of a temporary folder. `split`: from how many bytes on a file of rows is cut."""

    def __init__(self, folder: Path, parts: int, split: int = 0, corrections: Mapping[str, str] | None = None) -> None:
        self.folder, self.parts, self.split = folder, parts, split
        self.corrections = _by_input(corrections or {})
        self.entries = array("I", bytes(4 * parts))  # of each part
        self.starts, self.lengths = array("Q", bytes(8 * parts)), array("Q", bytes(8 * parts))  # of what was written
        self.buffers: dict[int, list[bytes]] = {}
        self.at_hand: tuple[int, dict[int, list[bytes]]] = (-1, {})  # the lines of a file, by part
        self.written: BinaryIO | None = None
        self.count = self.waiting = self.names = 0
        self.has_remote = False  # is any of them in a bucket?

    def add_all(self, inputs: Iterable[Found]) -> None:
        """Put each input, or each piece of it, to its part."""
        for found in inputs:
            self.count += 1
            self.has_remote |= not found.path.startswith("/")
            self.names ^= int.from_bytes(sha256(line(found)).digest(), "big")
            for piece in found.in_pieces(self.split):
                part = piece.part(self.parts)
                self.buffers.setdefault(self._file(part), []).append(b"%d " % part + line(piece))
                self.entries[part] += 1
                self.waiting += 1
                if self.waiting >= _BUFFER:
                    self._flush()
        self._flush()

    @property
    def digest(self) -> str:
        """Of all inputs with their sizes and times, in whatever order they were found."""
        return f"{self.names:064x}"

    def used(self) -> Iterator[int]:
        """The parts that have inputs, in their order."""
        return (part for part, entries in enumerate(self.entries) if entries)

    def sorted(self, part: int) -> list[Found]:
        """The inputs of a part by source; quick for parts side by side. Raises ConfigError where two files have one source."""
        if not self.entries[part]:
            return []
        inputs: list[Found] = []
        for row in sorted(map(orjson.loads, self._lines(part))):
            found, _ = _of_row(row)
            if inputs and (inputs[-1].source, inputs[-1].piece) == (found.source, found.piece):
                _refuse_double(inputs[-1], found)
                continue
            inputs.append(replace(found, corrections=self.corrections.get(found.source, "")))
        return inputs

    def write(self, part: int, inputs: Iterable[tuple[Found, bool]]) -> None:
        """Write the inputs of a part for the worker, each with the word whether its records still hold."""
        if self.written is None:
            self.written = (self.folder / "written").open("ab")
        data = b"\n".join(line(found, holds) for found, holds in inputs)
        self.starts[part], self.lengths[part] = self.written.tell(), len(data)
        self.written.write(data)

    def stretch(self, part: int) -> Stretch:
        """What was written of a part last."""
        if self.written:
            self.written.flush()
        return Stretch(self.folder / "written", self.starts[part], self.lengths[part])

    def close(self) -> None:
        """Close the file that is written to."""
        if self.written:
            self.written.close()

    def _file(self, part: int) -> int:
        """The number of the file that a part's inputs are found in."""
        return part * _FILES // self.parts if self.parts > _FILES else part

    def _lines(self, part: int) -> list[bytes]:
        number, lines = self.at_hand
        if number != self._file(part):
            lines = {}
            for one in (self.folder / f"{self._file(part):04d}").read_bytes().splitlines():
                own, _, rest = one.partition(b" ")
                lines.setdefault(int(own), []).append(rest)
            self.at_hand = (self._file(part), lines)
        return lines[part]

    def _flush(self) -> None:
        for number, rows in self.buffers.items():
            with (self.folder / f"{number:04d}").open("ab") as file:
                file.write(b"\n".join(rows) + b"\n")
        self.buffers.clear()
        self.waiting = 0


def listed(stretch: Stretch) -> Iterator[tuple[Found, bool]]:
    """The inputs of a part, each with the word whether its earlier records still hold."""
    with stretch.path.open("rb") as lines:
        lines.seek(stretch.start)
        left = stretch.length
        while left > 0:
            one = lines.readline(left)
            left -= len(one)
            yield _of_row(orjson.loads(one))


def line(found: Found, holds: bool = False) -> bytes:
    """An input as a line. They are sorted by what stands in front."""
    cut = astuple(found.cut) if found.cut else None
    about = (found.size, found.mtime_ns, found.pieces, found.corrections)
    return orjson.dumps([found.source, found.piece, name_out(found.path), *about, holds, cut])


def _of_row(row: list[Any]) -> tuple[Found, bool]:
    source, piece, path, size, mtime_ns, pieces, corrections, holds, cut = row
    known = Cut(*cut) if cut else None
    return Found(source, name_in(path), size, mtime_ns, corrections, piece, pieces, known), holds


def name_out(path: str) -> str:
    """A path for JSON, which takes no bytes that are not UTF-8."""
    return path.encode("utf-8", "surrogateescape").hex() if not path.isprintable() else f"={path}"


def name_in(path: str) -> str:
    """The path that `name_out` wrote."""
    return path[1:] if path.startswith("=") else bytes.fromhex(path).decode("utf-8", "surrogateescape")


def _by_input(corrections: Mapping[str, str]) -> dict[str, str]:
    """The digest of the corrections of each input, from those of each document.

    A row or member `a.jsonl:7` is of the input `a.jsonl`; since a file may have a colon in its name, each beginning of a
    source counts.

    >>> sorted(_by_input({"a.jsonl:7": "x", "b.txt": "y"}))
    ['a.jsonl', 'a.jsonl:7', 'b.txt']
    """
    said: dict[str, list[str]] = {}
    for source, digest in sorted(corrections.items()):
        pieces = source.split(":")
        for end in range(1, len(pieces) + 1):
            said.setdefault(":".join(pieces[:end]), []).append(f"{source}\0{digest}")
    return {name: sha256("\n".join(lines).encode()).hexdigest()[:16] for name, lines in said.items()}


def _refuse_double(one: Found, other: Found) -> None:
    """Two files must not have one source; the same file named twice is one file."""
    if Path(one.path).resolve() != Path(other.path).resolve():
        raise ConfigError(
            f"{one.path} and {other.path}: both would have the source {one.source}. Name a folder above both instead."
        )
