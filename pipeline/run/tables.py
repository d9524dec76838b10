"""Records as Parquet, by pyarrow (the extra `parquet`): the columns have the types of the records' schema.

Comes in: a record as a line of JSON. Goes out: row groups, each as soon as it is full, so that memory stays bounded; and,
read back, the same records as lines of JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow
from pyarrow.parquet import ParquetFile, ParquetWriter
from pydantic import JsonValue

from pipeline.run.card import resolved
from pipeline.run.formats import Put, Schema

_ROWS: Final = 1000  # of a row group
_BYTES: Final = 16 << 20  # of JSON, after which a row group is full before that
_BATCH: Final = 64  # rows that are read back at a time
_TYPES: Final = {
    "string": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
}


class TableSink:
    """Writes the rows of one file."""

    def __init__(self, put: Put, schema: Schema) -> None:
        self.schema = arrow(schema)
        self.writer: Any = ParquetWriter(_Target(put), self.schema, compression="zstd")
        self.rows: list[Any] = []
        self.size = 0

    def write(self, line: bytes) -> None:
        """Take a row."""
        self.rows.append(orjson.loads(line))
        self.size += len(line)
        if len(self.rows) >= _ROWS or self.size >= _BYTES:
            self._group()

    def close(self) -> None:
        """Write the last row group and the foot of the file."""
        self._group()
        self.writer.close()

    def _group(self) -> None:
        if self.rows:
            self.writer.write_table(pyarrow.Table.from_pylist(self.rows, self.schema), row_group_size=len(self.rows))
        self.rows, self.size = [], 0


class _Target:
    """What pyarrow takes for a file; all that it writes is passed on."""

    closed = False

    def __init__(self, put: Put) -> None:
        self.put, self.at = put, 0

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes or a buffer of pyarrow
        self.put(bytes(data))
        self.at += len(data)
        return len(data)

    def tell(self) -> int:
        return self.at

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def rows(path: Path) -> Iterator[bytes]:
    """The records of a file as lines of JSON. Raises ValueError where it is no such file."""
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH, use_threads=False):
                for record in batch.to_pylist():
                    yield orjson.dumps(record) + b"\n"
    except pyarrow.ArrowException as error:
        raise ValueError(f"{path}: {error}") from error


def arrow(schema: Schema) -> Any:  # noqa: ANN401 - an optional library
    """The columns of a kind of record."""
    return pyarrow.schema(_fields(schema, schema))


def _fields(schema: Schema, root: Schema) -> list[Any]:
    properties = schema["properties"]
    if not isinstance(properties, dict):
        raise TypeError("a record's schema has no properties")
    return [pyarrow.field(name, _type(value, root)) for name, value in properties.items()]


def _type(value: JsonValue, root: Schema) -> Any:  # noqa: ANN401 - an optional library
    """The type of a column, an item or a nested record."""
    schema = resolved(value, root)
    if "properties" in schema:
        return pyarrow.struct(_fields(schema, root))
    if schema.get("type") == "array":
        return pyarrow.list_(_type(schema["items"], root))
    return _TYPES[str(schema.get("type", "string"))]
