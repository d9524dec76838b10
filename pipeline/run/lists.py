"""Lists of inputs on the disk, a file for each part: the names of all inputs together may not fit into memory.

A line is an input, or a piece of one; the lists that workers get say of each whether its earlier records still hold,
and of a piece that is to be read what its survey found out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import ConfigError
from pipeline.run.found import Cut, Found

_BUFFER: Final = 4096


class Listing:
    """The inputs by part, in files of a temporary folder. `split`: from how many bytes on a file of rows is cut."""

    def __init__(self, folder: Path, parts: int, split: int = 0, corrections: Mapping[str, str] | None = None) -> None:
        self.folder, self.parts, self.split = folder, parts, split
        self.corrections = _by_input(corrections or {})
        self.entries = array("I", bytes(4 * parts))  # of each part
        self.buffers: dict[int, list[bytes]] = {}
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
                self.buffers.setdefault(part, []).append(line(piece))
                self.entries[part] += 1
                self.waiting += 1
                if self.waiting >= _BUFFER:
                    self._flush()
        self._flush()

    @property
    def digest(self) -> str:
        """Of all inputs with their sizes and times, in whatever order they were found."""
        return f"{self.names:064x}"

    def path(self, part: int) -> Path:
        """The file of a part."""
        return self.folder / f"{part:05d}"

    def used(self) -> Iterator[int]:
        """The parts that have inputs, in their order."""
        return (part for part, entries in enumerate(self.entries) if entries)

    def sorted(self, part: int) -> list[Found]:
        """The inputs of a part by source. Raises ConfigError where two files have one source."""
        if not self.entries[part]:
            return []
        inputs: list[Found] = []
        for row in sorted(orjson.loads(one) for one in self.path(part).read_bytes().splitlines()):
            found, _ = _of_row(row)
            if inputs and (inputs[-1].source, inputs[-1].piece) == (found.source, found.piece):
                _refuse_double(inputs[-1], found)
                continue
            inputs.append(replace(found, corrections=self.corrections.get(found.source, "")))
        return inputs

    def write(self, part: int, inputs: list[Found], holding: frozenset[str]) -> None:
        """Write the sorted inputs of a part for the worker, each with the word whether its records still hold."""
        self.path(part).write_bytes(b"\n".join(line(found, found.name in holding) for found in inputs))

    def _flush(self) -> None:
        for part, rows in self.buffers.items():
            with self.path(part).open("ab") as file:
                file.write(b"\n".join(rows) + b"\n")
        self.buffers.clear()
        self.waiting = 0


def listed(listing: Path) -> Iterator[tuple[Found, bool]]:
    """The inputs of a part, each with the word whether its earlier records still hold."""
    with listing.open("rb") as lines:
        for one in lines:
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
