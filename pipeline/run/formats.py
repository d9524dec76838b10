"""The forms in which records are written and read back: JSON Lines, plain or packed, and Parquet (tables.py).

Comes in: a record as a line of JSON, its line end left out. Goes out: the bytes of the file. Read back, a record is such
a line again, whatever the form of its file, so that nothing else needs to know of forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from pydantic import JsonValue

from pipeline.run_options import Format

Schema: TypeAlias = Mapping[str, JsonValue]  # the JSON Schema of one kind of record
Put: TypeAlias = Callable[[bytes], None]  # takes the next bytes of a file

FORMATS: Final[tuple[Format, ...]] = ("jsonl", "jsonl.zst", "parquet")

_LEVEL: Final = 3  # the usual one of zstandard, named so that another version of it changes nothing
_PIECE: Final = 1 << 18


class Sink(Protocol):
    """Takes records and passes on the bytes of their file."""

    def write(self, line: bytes) -> None:
        """Take a record."""

    def close(self) -> None:
        """Pass on what is left; nothing more is written."""


def sink(form: Format, put: Put, schema: Callable[[], Schema]) -> Sink:
    """A sink for one file of this form; the schema is asked for only where the form has types."""
    if form == "parquet":
        from pipeline.run.tables import TableSink

        return TableSink(put, schema())
    return _Packed(put) if form == "jsonl.zst" else _Plain(put)


def lines(path: Path) -> Iterator[bytes]:
    """The records of a file, a line each with its line end. Raises OSError, or ValueError where it is damaged."""
    if path.name.endswith(".parquet"):
        from pipeline.run.tables import rows

        yield from rows(path)
    elif path.name.endswith(".zst"):
        yield from _unpacked(path)
    else:
        with path.open("rb") as file:
            yield from file


class _Plain:
    def __init__(self, put: Put) -> None:
        self.put = put

    def write(self, line: bytes) -> None:
        self.put(line + b"\n")

    def close(self) -> None:
        pass


class _Packed:
    def __init__(self, put: Put) -> None:
        import zstandard

        self.put = put
        self.frame: Any = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()

    def write(self, line: bytes) -> None:
        if data := self.frame.compress(line + b"\n"):
            self.put(data)

    def close(self) -> None:
        self.put(self.frame.flush())


def _unpacked(path: Path) -> Iterator[bytes]:
    """The lines of a packed file. Raises ValueError where it ends too soon."""
    from pipeline.run.zstd import reader

    rest = b""
    with path.open("rb") as file:
        unpacked = reader(file)
        try:
            while piece := unpacked.read1(_PIECE):
                *whole, rest = (rest + piece).split(b"\n")
                yield from (line + b"\n" for line in whole)
        except EOFError as error:
            raise ValueError(f"{path}: {error}") from error
    if rest:
        yield rest
