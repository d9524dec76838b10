"""The documents in one input: the file itself, each row of a JSONL file, or each member of an archive.

Comes in: a `Found`. Goes out: for each document its source and bytes, or why it can't be read; and, when the input has
been read to its end, its digest. A document that can't be read never stops the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from io import BufferedReader
from typing import Final

import orjson

from pipeline.errors import SourceError
from pipeline.run.archives import members
from pipeline.run.inputs import Found
from pipeline.run.names import ARCHIVES, ROWS, source_of, suffixes
from pipeline.run.options import RunOptions
from pipeline.run.streams import BROKEN, Tap, read_error, unpacked

_TRIES: Final = 3
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its bytes, or the error that stands in their place."""

    source: str
    data: bytes = b""
    error: SourceError | None = None
    sha256: str = ""


@dataclass(slots=True)
class Reading:
    """How an input was found when it was read: what a receipt says of it. No digest: it could not be read."""

    size: int = -1
    mtime_ns: int = 0
    sha256: str = ""
    skipped: int = 0  # members of an archive that are no text


def documents(found: Found, options: RunOptions, reading: Reading) -> Iterator[Document]:
    """The documents of an input, one after the other; `reading` is filled in when the last has been taken."""
    kind = suffixes(found.source)[0]
    if kind in ROWS:
        yield from _rows(found, options, reading)
    elif kind in ARCHIVES:
        yield from _members(found, options, reading)
    else:
        yield _whole(found, options, reading)


def _whole(found: Found, options: RunOptions, reading: Reading) -> Document:
    """The file as one document; read again where it is written to meanwhile."""
    limit = options.document_mb << 20
    for _ in range(_TRIES):
        error: BaseException | None = None
        data = b""
        try:
            with Tap(found.path, follow_links=options.follow_links) as tap:
                try:
                    with unpacked(tap, found.source, options) as stream:
                        data = stream.read(limit + 1)
                except BROKEN as broken:
                    error = broken
                except SourceError as broken:
                    error = broken
                digest = tap.drain()
                if tap.is_changed():
                    continue
                reading.size, reading.mtime_ns, reading.sha256 = tap.size, tap.mtime_ns, digest
        except OSError as unreadable:
            return Document(found.source, error=read_error(found.source, unreadable))
        if error is None and len(data) > limit:
            error = _too_large(found.source, options)
        if error is not None:
            return Document(found.source, error=read_error(found.source, error), sha256=digest)
        return Document(found.source, data)
    return Document(found.source, error=_changed(found.source))


def _rows(found: Found, options: RunOptions, reading: Reading) -> Iterator[Document]:
    """Each row of the file; a last document, of the file's own name, says what went wrong with the file."""
    try:
        with Tap(found.path, follow_links=options.follow_links) as tap:
            try:
                with unpacked(tap, found.source, options) as stream:
                    rows = (_row(found.source, *line, options) for line in _lines(stream, options.document_mb << 20))
                    yield from _each_once(rows) if options.id_column else rows
            except BROKEN as broken:
                yield Document(found.source, error=read_error(found.source, broken))
            except SourceError as broken:
                yield Document(found.source, error=broken)
            digest = tap.drain()
            if tap.is_changed():
                yield Document(found.source, error=_changed(found.source))
            else:
                reading.size, reading.mtime_ns, reading.sha256 = tap.size, tap.mtime_ns, digest
    except OSError as unreadable:
        yield Document(found.source, error=read_error(found.source, unreadable))


def _members(found: Found, options: RunOptions, reading: Reading) -> Iterator[Document]:
    """Each text in an archive; a last document, of the archive's own name, says what went wrong with it."""
    try:
        with Tap(found.path, follow_links=options.follow_links) as tap:
            for member in members(tap, found.source, options):
                name = f"{found.source}:{member.name}" if member.name else found.source
                if member.is_skipped:
                    reading.skipped += 1
                else:
                    yield Document(name, member.data, member.error)
            digest = tap.drain()
            if tap.is_changed():
                yield Document(found.source, error=_changed(found.source))
            else:
                reading.size, reading.mtime_ns, reading.sha256 = tap.size, tap.mtime_ns, digest
    except OSError as unreadable:
        yield Document(found.source, error=read_error(found.source, unreadable))


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


def _each_once(rows: Iterator[Document]) -> Iterator[Document]:
    """The rows; those with the id of an earlier one as errors. Takes some memory for each id."""
    seen: set[bytes] = set()
    for row in rows:
        digest = blake2b(row.source.encode(), digest_size=8).digest()
        if digest in seen and not row.error:
            yield Document(row.source, error=_bad_row(row.source, "has the id of an earlier one"), sha256=row.sha256)
        else:
            yield row
        seen.add(digest)


def _row(source: str, number: int, line: bytes | None, options: RunOptions) -> Document:
    name = f"{source}:{number}"
    if line is None:
        return Document(name, error=_too_large(name, options))
    digest = sha256(line).hexdigest()
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Document(name, error=_bad_row(name, f"is no JSON ({error})"), sha256=digest)
    if not isinstance(row, dict):
        return Document(name, error=_bad_row(name, "is no JSON object"), sha256=digest)
    if options.id_column:
        own = row.get(options.id_column)
        if not isinstance(own, str | int) or own == "":
            return Document(name, error=_bad_row(name, f"has no id under {options.id_column!r}"), sha256=digest)
        name = f"{source}:{source_of(str(own))}"
    text = row.get(options.text_column)
    if not isinstance(text, str):
        return Document(name, error=_bad_row(name, f"has no text under {options.text_column!r}"), sha256=digest)
    return Document(name, text.encode())


def _bad_row(name: str, what: str) -> SourceError:
    return SourceError(f"{name}: this row {what}. Mend it, or name another run.text_column.", stage="read")


def _too_large(name: str, options: RunOptions) -> SourceError:
    return SourceError(
        f"{name}: is larger than {options.document_mb} MB. Cut it up, or raise run.document_mb.", stage="read"
    )


def _changed(source: str) -> SourceError:
    return SourceError(f"{source}: was written to while it was read. Run again when it is complete.", stage="read")
