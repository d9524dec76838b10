"""What there is to read: a file or, where a file of rows is large, one piece of it.

A large file of rows (JSON Lines or Parquet, not packed) is cut into pieces of `run.split_mb`, by its size alone. A row, or a row
group of Parquet, belongs to the piece in which it begins. The pieces go to parts side by side, so that several workers
have something of the file; what its rows are called does not depend on the cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.run.names import COLUMNS, ROWS, part_of, suffixes

MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """What a survey of a large file found out that is needed to read one piece of it.

    A row, or row group, is of this piece if it begins at `start` or after, and before `end`. `start` is -1 where none
    does, or where the file can't be read.
    """

    sha256: str  # of the whole file; "": it could not be read, or was changed meanwhile
    start: int = -1
    end: int = -1
    number: int = 0  # of the row that begins at `start`, where lines are counted
    repeats: Sequence[int] = ()  # the numbers of rows with the id of an earlier one


@dataclass(frozen=True, slots=True)
class Found:
    """Something to read, and what is compared to see whether it changed. `mtime_ns` 0: compare the content."""

    source: str
    path: str  # absolute, as `os.fsdecode` gives it, or an address
    size: int  # of the whole file, as all that follows but the piece
    mtime_ns: int
    corrections: str = ""  # a digest of those of its documents
    piece: int = 0
    pieces: int = 1
    cut: Cut | None = None  # only where a piece is to be read

    @property
    def name(self) -> str:
        """What it is called: the source, and after the first piece its number. No file that is read is called so."""
        return named(self.source, self.piece)

    def part(self, parts: int) -> int:
        """The part that it is done with. The pieces of a file go to parts side by side."""
        return (part_of(self.source, parts) + self.piece) % parts

    def in_pieces(self, size: int) -> Iterator[Found]:
        """The pieces of that many bytes, or the file itself where it is not to be cut."""
        count = -(-self.size // size) if size and suffixes(self.source) in _CUT else 1
        if count < 2:
            yield self
        else:
            yield from (replace(self, piece=number, pieces=count) for number in range(count))


def named(source: str, piece: int) -> str:
    """The name of a piece.

    >>> named("rows.jsonl", 0), named("rows.jsonl", 3)
    ('rows.jsonl', 'rows.jsonl@3')
    """
    return f"{source}@{piece}" if piece else source


_CUT: Final = {(kind, "") for kind in (*ROWS, *COLUMNS)}
