"""The documents in a Parquet file: a row each, read a few rows at a time from one row group after the other.

Comes in: the open file. Goes out: a `Document` a row. It needs pyarrow (the extra `parquet`), which is imported only here.
The text column holds strings or bytes; bytes are decoded as those of a file are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from pipeline.errors import SourceError
from pipeline.run.options import RunOptions
from pipeline.run.rows import Document, each_once, row
from pipeline.run.streams import FREE, Seekable, Tap

_BATCH: Final = 16  # rows in memory; each may be as large as a document may
_BUFFER: Final = 1 << 20  # bytes of a column that are read at a time


def rows(tap: Tap, source: str, options: RunOptions) -> Iterator[Document]:
    """Each row of the file. Raises SourceError where it lacks a column, or unpacks to more than it can honestly hold."""
    found = _rows(tap, source, options)
    yield from each_once(found) if options.id_column else found


def _rows(tap: Tap, source: str, options: RunOptions) -> Iterator[Document]:
    from pyarrow.parquet import ParquetFile

    columns = list(dict.fromkeys(filter(None, (options.text_column, options.id_column))))
    left = max(FREE, options.ratio * tap.size)
    number = 0
    with ParquetFile(io.BufferedReader(Seekable(tap)), buffer_size=_BUFFER, pre_buffer=False) as file:
        _check(source, columns, file.schema_arrow.names)
        for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
            for cells in zip(*(map(_value, batch.column(name)) for name in columns), strict=True):
                number += 1
                text, own = cells[0], cells[-1]
                left -= len(text) if isinstance(text, bytes) else 0
                if left < 0:
                    message = f"{source}: unpacks to too much for its size. Raise run.ratio if you trust it."
                    raise SourceError(message, stage="read")
                digest = sha256(text).hexdigest() if isinstance(text, bytes) else ""
                yield row(source, number, _name(own), text, options, digest)


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
