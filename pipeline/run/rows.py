"""The documents in a file of rows: JSONL here, Parquet in parquet.py; what a row must have is the same for both.

Comes in: the open file. Goes out: a `Document` a row, named by its number or by its id, or why it can't be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from io import BufferedReader
from typing import Final

import orjson

from pipeline.errors import SourceError
from pipeline.run.names import source_of
from pipeline.run.options import RunOptions
from pipeline.run.streams import Tap, unpacked

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its bytes, or the error that stands in their place."""

    source: str
    data: bytes = b""
    error: SourceError | None = None
    sha256: str = ""


def rows(tap: Tap, source: str, options: RunOptions) -> Iterator[Document]:
    """Each row of a JSONL file that is not blank."""
    with unpacked(tap, source, options) as stream:
        found = (_row(source, *line, options) for line in _lines(stream, options.document_mb << 20))
        yield from each_once(found) if options.id_column else found


def row(source: str, number: int, own: object, text: object, options: RunOptions, digest: str) -> Document:
    """The document of a row: `own` is what stands under the id column, `text` what under the text column."""
    name = f"{source}:{number}"
    if options.id_column:
        if not isinstance(own, str | int) or own == "":
            return bad_row(name, f"has no id under {options.id_column!r}", digest)
        name = f"{source}:{source_of(str(own))}"
    if not isinstance(text, str | bytes):
        return bad_row(name, f"has no text under {options.text_column!r}", digest)
    data = text if isinstance(text, bytes) else text.encode()
    return too_large(name, options) if len(data) > options.document_mb << 20 else Document(name, data)


def each_once(found: Iterator[Document]) -> Iterator[Document]:
    """The rows; those with the id of an earlier one as errors. Takes some memory for each id."""
    seen: set[bytes] = set()
    for one in found:
        digest = blake2b(one.source.encode(), digest_size=8).digest()
        yield (
            bad_row(one.source, "has the id of an earlier one", one.sha256) if digest in seen and not one.error else one
        )
        seen.add(digest)


def bad_row(name: str, what: str, digest: str) -> Document:
    """A row that is no document."""
    message = f"{name}: this row {what}. Mend it, or name another column (--text-column, --id-column)."
    return Document(name, error=SourceError(message, stage="read"), sha256=digest)


def too_large(name: str, options: RunOptions, digest: str = "") -> Document:
    """A document that is larger than it may be."""
    message = f"{name}: is larger than {options.document_mb} MB. Cut it up, or raise run.document_mb."
    return Document(name, error=SourceError(message, stage="read"), sha256=digest)


def _lines(stream: BufferedReader, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, with their numbers; None for one that is longer than the limit."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        is_whole = len(line) <= limit or line.endswith(b"\n")
        if number == 1:
            line = line.removeprefix(_BOM)
        if not is_whole:
            while (more := stream.readline(limit)) and not more.endswith(b"\n"):
                pass
        if not is_whole or line.strip():
            yield number, line if is_whole else None


def _row(source: str, number: int, line: bytes | None, options: RunOptions) -> Document:
    name = f"{source}:{number}"
    if line is None:
        return too_large(name, options)
    digest = sha256(line).hexdigest()
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return bad_row(name, f"is no JSON ({error})", digest)
    if not isinstance(content, dict):
        return bad_row(name, "is no JSON object", digest)
    return row(source, number, content.get(options.id_column), content.get(options.text_column), options, digest)
