"""The documents in a file of rows: JSONL here, Parquet in parquet.py; what a row must have is the same for both.

Comes in: the open file. Goes out: a `Document` a row, named by its number or by its id, or why it can't be read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Final

import orjson

from pipeline.errors import SourceError
from pipeline.run.found import Cut, Found
from pipeline.run.names import source_of
from pipeline.run.streams import Ranged, Seekable, Tap, unpacked
from pipeline.run_options import RunOptions

_BOM: Final = b"\xef\xbb\xbf"
_BUFFER: Final = 1 << 18
_WHOLE: Final = Cut("", start=0, number=1)


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
        found = (_row(source, *line, options) for line in _lines(stream, options.document_mb << 20, _WHOLE))
        yield from each_once(found) if options.id_column else found


def piece(file: Ranged, found: Found, options: RunOptions) -> Iterator[Document]:
    """The rows of a piece of a JSONL file that are not blank."""
    cut = found.cut or Cut("")
    repeats = frozenset(cut.repeats)
    stream = io.BufferedReader(Seekable(file, cut.start), _BUFFER)
    for number, line in _lines(stream, options.document_mb << 20, cut):
        one = _row(found.source, number, line, options)
        yield repeated(one) if number in repeats else one


def named(file: Ranged, source: str, options: RunOptions) -> Iterator[tuple[int, str]]:
    """The number of each row of a JSONL file that is not blank, and what it is called."""
    for number, line in _lines(io.BufferedReader(Seekable(file), _BUFFER), options.document_mb << 20, _WHOLE):
        yield number, _row(source, number, line, options).source


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
        yield repeated(one) if is_repeat(one.source, seen) else one


def is_repeat(name: str, seen: set[bytes]) -> bool:
    """Whether a name was seen before; it is noted."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    if digest in seen:
        return True
    seen.add(digest)
    return False


def repeated(one: Document) -> Document:
    """A row with the id of an earlier one."""
    return one if one.error else bad_row(one.source, "has the id of an earlier one", one.sha256)


def bad_row(name: str, what: str, digest: str) -> Document:
    """A row that is no document."""
    message = f"{name}: this row {what}. Mend it, or name another column (--text-column, --id-column)."
    return Document(name, error=SourceError(message, stage="read"), sha256=digest)


def too_large(name: str, options: RunOptions, digest: str = "") -> Document:
    """A document that is larger than it may be."""
    message = f"{name}: is larger than {options.document_mb} MB. Cut it up, or raise run.document_mb."
    return Document(name, error=SourceError(message, stage="read"), sha256=digest)


def _lines(stream: io.BufferedIOBase, limit: int, cut: Cut) -> Iterator[tuple[int, bytes | None]]:
    """The lines that begin in a piece and are not blank, with their numbers; None for one that is longer than the limit."""
    number, at = cut.number, cut.start
    while (at < cut.end or cut.end < 0) and (line := stream.readline(limit + 1)):
        at += len(line)
        is_whole = len(line) <= limit or line.endswith(b"\n")
        if not is_whole:
            at += _passed_over(stream, limit)
        if number == 1:
            line = line.removeprefix(_BOM)
        if not is_whole or line.strip():
            yield number, line if is_whole else None
        number += 1


def _passed_over(stream: io.BufferedIOBase, limit: int) -> int:
    """The length of the rest of a line, which is read and let go of."""
    length = 0
    while more := stream.readline(limit):
        length += len(more)
        if more.endswith(b"\n"):
            break
    return length


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
