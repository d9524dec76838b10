"""The record files of one part: written beside, put in place together; and read back where they can be used again.

A part goes on in a further volume when a file of one kind has reached its size, at the next document, so that all
records of a document are in files of one name.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.run import disk, receipts
from pipeline.run.formats import Schema, lines, sink
from pipeline.run.found import Found
from pipeline.run.layout import KINDS, Layout
from pipeline.run.receipts import Counts, Head, Output, Receipt, Row, digest_of
from pipeline.run_options import Format, RunOptions

COUNTED = {"articles": "articles", "sections": "sections", "removed": "removed", "quarantine": "quarantined"}


class Damaged(Exception):
    """The outputs of the earlier run are not what its receipt says, so nothing of them can be used."""


class _File:
    """One file of records that is being written. `length` is what its records would take as JSON Lines."""

    def __init__(self, path: Path, form: Format, schema: Callable[[], Schema]) -> None:
        disk.make_folder(path.parent)
        self.path, self.temporary = path, disk.beside(path)
        self.file = disk.create(self.temporary)
        self.hash = sha256()
        self.size = self.records = self.length = 0
        self.sink = sink(form, self._put, schema)

    def write(self, line: bytes) -> None:
        self.sink.write(line)
        self.length += len(line) + 1
        self.records += 1

    def give_up(self) -> None:
        with suppress(OSError):  # what is left in the buffer may be what can't be written
            self.file.close()

    def close(self) -> None:
        try:
            self.sink.close()
            disk.sync(self.file)
        finally:
            self.file.close()

    def _put(self, data: bytes) -> None:
        if self.file.closed:  # a library that still has something when all is given up
            return
        disk.write(self.file, data)
        self.hash.update(data)
        self.size += len(data)


class PartWriter:
    """Writes the records of a part."""

    def __init__(self, layout: Layout, part: int, options: RunOptions, schema: Callable[[str], Schema]) -> None:
        self.layout, self.part, self.schema = layout, part, schema
        self.limit, self.format = options.part_mb << 20, options.format
        self.volume = 0
        self.open: dict[str, _File] = {}
        self.closed: list[_File] = []

    def write(self, records: Mapping[str, Sequence[bytes]]) -> None:
        """Write all records of one document, by kind."""
        if any(file.length >= self.limit for file in self.open.values()):
            self._close()
            self.volume += 1
        for kind in KINDS:
            for line in records.get(kind, ()):
                self._file(kind).write(line)

    def finish(self) -> list[tuple[Path, Output]]:
        """Sync and close all files. Returns the name beside and the output of each."""
        self._close()
        root = self.layout.root
        outputs = [
            (
                file.temporary,
                Output(file.path.relative_to(root).as_posix(), file.size, file.hash.hexdigest(), file.records),
            )
            for file in self.closed
        ]
        return sorted(outputs, key=lambda pair: pair[1].path)

    def discard(self) -> None:
        """Remove what was written."""
        for file in (*self.open.values(), *self.closed):
            file.give_up()
            disk.remove(file.temporary)
        self.open, self.closed = {}, []

    def _file(self, kind: str) -> _File:
        if kind not in self.open:
            path = self.layout.records(kind, self.part, self.volume, self.format)
            self.open[kind] = _File(path, self.format, lambda: self.schema(kind))
        return self.open[kind]

    def _close(self) -> None:
        for kind in list(self.open):
            self.open[kind].close()
            self.closed.append(self.open.pop(kind))


class Earlier:
    """The records of an earlier run, taken or passed over in the order of their sources."""

    def __init__(self, layout: Layout, receipt: Receipt) -> None:
        self.rows = iter(receipt.rows)
        self.lines = {kind: _Lines(layout.root, kind, receipt.head) for kind in KINDS}

    def row(self, found: Found | Row) -> Row:
        """Go to the records of an input, or a piece of one, and return its row. Raises Damaged where there is none."""
        for row in self.rows:
            if (row.source, row.piece) == (found.source, found.piece):
                return row
            for kind, counter in COUNTED.items():
                self.lines[kind].skip(row.counts.get(counter, 0))
        raise Damaged

    def records(self, row: Row) -> Iterator[dict[str, list[bytes]]]:
        """The records under a row, a document at a time. To be taken to the end before the next row."""
        if not row.counts.get("documents"):
            return
        lines = row.lines or [row.counts.get(counter, 0) for counter in COUNTED.values()]
        for at in range(0, len(lines), len(KINDS)):
            yield {kind: self.lines[kind].take(count) for kind, count in zip(KINDS, lines[at : at + 4], strict=True)}

    def finish(self) -> None:
        """Read the rest. Raises Damaged where any file was not what the receipt says."""
        for one in self.lines.values():
            one.finish()

    def close(self) -> None:
        """Close all files."""
        for one in self.lines.values():
            one.close()


class _Lines:
    """The records of one kind, volume after volume, each checked against its digest before it is read."""

    def __init__(self, root: Path, kind: str, head: Head) -> None:
        outputs = [output for output in head.outputs if output.path.startswith(f"{kind}/")]
        self.lines = _checked(root, outputs)

    def take(self, count: int) -> list[bytes]:
        return [self._line() for _ in range(count)]

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._line()

    def finish(self) -> None:
        for _ in self.lines:
            pass

    def close(self) -> None:
        self.lines.close()

    def _line(self) -> bytes:
        for line in self.lines:
            return line.removesuffix(b"\n")
        raise Damaged


def _checked(root: Path, outputs: Sequence[Output]) -> Generator[bytes, None, None]:
    """The lines of these files. Raises Damaged where one is not what the receipt says."""
    for output in outputs:
        try:
            if digest_of(root / output.path) != output.sha256:
                raise Damaged
            yield from lines(root / output.path)
        except (OSError, ValueError) as error:
            raise Damaged from error


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part that is written beside and waits to be put in place."""

    head: Head
    files: tuple[tuple[Path, Path], ...]  # name beside, name
    receipt: Path  # its name beside
    worked: Counts  # of the documents that were read anew


def publish(layout: Layout, prepared: Prepared, lying: int) -> None:
    """Put a part in place. The old receipt goes first and the new one comes last: between them the part is not done.

    So a run that is killed here leaves no receipt that vouches for a mixture of old and new files.
    """
    part = prepared.head.part
    old = _files(layout, part, lying)
    withdraw(layout, part)
    for temporary, path in prepared.files:
        disk.replace(temporary, path)
    stay = {path for _, path in prepared.files}
    folders = {path.parent for path in stay}
    for path in old:
        if path not in stay:
            disk.remove(path)
            folders.add(path.parent)
    for folder in sorted(folders):
        disk.sync_folder(folder)
    disk.replace(prepared.receipt, layout.receipt(part))
    disk.sync_folder(layout.receipts)


def withdraw(layout: Layout, part: int) -> None:
    """Remove a part's receipt: from here on the part is not done."""
    if layout.receipt(part).exists():
        disk.remove(layout.receipt(part))
        disk.sync_folder(layout.receipts)


def retire(layout: Layout, part: int, lying: int) -> None:
    """Remove a part that has no input any more."""
    old = _files(layout, part, lying)
    withdraw(layout, part)
    for path in old:
        disk.remove(path)
        disk.sync_folder(path.parent)


def _files(layout: Layout, part: int, lying: int) -> list[Path]:
    """The files of a part, of which so many were there. The folders, which may hold those of a million parts, are looked
    through only where they are not those of its receipt.
    """
    head = receipts.read_head(layout.receipt(part))
    named = [layout.root / output.path for output in head.outputs] if head else []
    if len(named) == lying and all(path.exists() for path in named):
        return named
    return list(layout.files(part))
