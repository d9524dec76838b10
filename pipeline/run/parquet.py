"""The documents in a Parquet file: a row each, read a few rows at a time from one row group after the other.

Comes in: the open file. Goes out: a `Document` a row. It needs pyarrow (the extra `parquet`), which is imported only here.
The text column holds strings or bytes; bytes are decoded as those of a file are.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

from pipeline.errors import SourceError
from pipeline.run.found import Cut, Found
from pipeline.run.rows import Document, each_once, repeated, row
from pipeline.run.streams import FREE, Ranged, Seekable, Tap
from pipeline.run_options import RunOptions

_BATCH: Final = 16  # rows in memory; each may be as large as a document may
_BUFFER: Final = 1 << 20  # bytes of a column that are read at a time


def rows(tap: Tap, source: str, options: RunOptions) -> Iterator[Document]:
    """Each row of the file. Raises SourceError where it lacks a column, or unpacks to more than it can honestly hold."""
    found = (one for _, one in _rows(tap, source, options, 0, tap.size))
    yield from each_once(found) if options.id_column else found


def piece(file: Ranged, found: Found, options: RunOptions) -> Iterator[Document]:
    """The rows of the row groups that begin in a piece of the file."""
    cut = found.cut or Cut("")
    repeats = frozenset(cut.repeats)
    for number, one in _rows(file, found.source, options, cut.start, cut.end):
        yield repeated(one) if number in repeats else one


def begins(file: Ranged, source: str, options: RunOptions) -> list[tuple[int, int]]:
    """Where each row group begins, and the number of its first row. Raises SourceError where the file lacks a column."""
    with _opened(file) as table:
        _check(source, _columns(options), table.schema_arrow.names)
        return _begins(table.metadata, file.size)


def named(file: Ranged, source: str, options: RunOptions) -> Iterator[tuple[int, str]]:
    """The number of each row, and what it is called. Only the ids are read."""
    with _opened(file) as table:
        groups = enumerate(number for _, number in _begins(table.metadata, file.size))
        for number, [own] in _cells(table, groups, [options.id_column]):
            yield number, row(source, number, _name(own), b"", options, "").source


def _rows(file: Ranged, source: str, options: RunOptions, start: int, end: int) -> Iterator[tuple[int, Document]]:
    """The rows of the row groups that begin from `start` on and before `end`, with their numbers."""
    with _opened(file) as table:
        columns = _columns(options)
        _check(source, columns, table.schema_arrow.names)
        all_groups = enumerate(_begins(table.metadata, file.size))
        groups = [(group, number) for group, (place, number) in all_groups if start <= place < end]
        left = max(FREE, options.ratio * _packed(table.metadata, [group for group, _ in groups], file.size))
        for number, cells in _cells(table, groups, columns):
            text, own = cells[0], cells[-1]
            left -= len(text) if isinstance(text, bytes) else 0
            if left < 0:
                message = f"{source}: unpacks to too much for its size. Raise run.ratio if you trust it."
                raise SourceError(message, stage="read")
            digest = sha256(text).hexdigest() if isinstance(text, bytes) else ""
            yield number, row(source, number, _name(own), text, options, digest)


def _opened(file: Ranged) -> Any:  # noqa: ANN401 - an optional library
    from pyarrow.parquet import ParquetFile

    return ParquetFile(io.BufferedReader(Seekable(file)), buffer_size=_BUFFER, pre_buffer=False)


def _columns(options: RunOptions) -> list[str]:
    return list(dict.fromkeys(filter(None, (options.text_column, options.id_column))))


def _cells(
    table: Any,  # noqa: ANN401
    groups: Iterable[tuple[int, int]],
    columns: list[str],
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """The cells of each row of some row groups, with the row's number; that of the first row comes with its group."""
    for group, number in groups:
        for batch in table.iter_batches(_BATCH, row_groups=[group], columns=columns, use_threads=False):
            for cells in zip(*(map(_value, batch.column(name)) for name in columns), strict=True):
                yield number, cells
                number += 1


def _begins(metadata: Any, size: int) -> list[tuple[int, int]]:  # noqa: ANN401
    """Where each row group begins and the number of its first row; a place never falls nor leaves the file."""
    found: list[tuple[int, int]] = []
    place, number = 0, 1
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        columns = map(group.column, range(group.num_columns))
        own = min((one.dictionary_page_offset or one.data_page_offset for one in columns), default=0)
        place = min(max(place, own), size - 1)
        found.append((place, number))
        number += max(0, group.num_rows)
    return found


def _packed(metadata: Any, groups: list[int], size: int) -> int:  # noqa: ANN401
    """How many bytes of the file some row groups take; its foot may say more than there are."""
    chosen = [metadata.row_group(n) for n in groups]
    packed = sum(max(0, one.column(n).total_compressed_size) for one in chosen for n in range(one.num_columns))
    return size if len(groups) == metadata.num_row_groups else min(size, packed)


def _check(source: str, columns: list[str], there: list[str]) -> None:
    """Raise SourceError where the file lacks a column."""
    for name in columns:
        if name not in there:
            message = (
                f"{source}: has no column {name!r}, but {', '.join(map(repr, there)) or 'none at all'}."
                " Name another one with --text-column or --id-column."
            )
            raise SourceError(message, stage="read")


def _value(scalar: Any) -> object:  # noqa: ANN401 - an optional library
    """What a cell holds; text as bytes, since that of some writers is no UTF-8."""
    import pyarrow

    if isinstance(scalar, pyarrow.DictionaryScalar):
        scalar = scalar.value
    if isinstance(scalar, pyarrow.BinaryScalar) and scalar.is_valid:  # strings too
        return scalar.as_buffer().to_pybytes()
    return scalar.as_py()


def _name(own: object) -> object:
    """An id as it is written in a source."""
    return own.decode("utf-8", "surrogateescape") if isinstance(own, bytes) else own
