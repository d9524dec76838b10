"""The documents in one input: the file itself, each row of a JSONL or Parquet file or a piece of one, each member of an archive.

Comes in: a `Found`. Goes out: for each document its source and bytes, or why it can't be read; and, when the input has
been read to its end, its digest. A document that can't be read never stops the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from pipeline.errors import SourceError
from pipeline.run import archives, parquet, rows
from pipeline.run.errors import EngineError, memory_limit
from pipeline.run.extras import missing
from pipeline.run.found import Cut, Found
from pipeline.run.names import ARCHIVES, COLUMNS, ROWS, suffixes
from pipeline.run.rows import Document
from pipeline.run.stores import Remote, fetched, is_uri
from pipeline.run.streams import Ranged, Tap, blocks, read_error, unpacked
from pipeline.run_options import RunOptions

_TRIES: Final = 3


@dataclass(slots=True)
class Reading:
    """How an input was found when it was read: what a receipt says of it. No digest: it could not be read."""

    size: int = -1
    mtime_ns: int = 0
    sha256: str = ""
    skipped: int = 0  # members of an archive that are no text

    def note(self, tap: Tap, digest: str) -> None:
        """The file was read to its end."""
        self.size, self.mtime_ns, self.sha256 = tap.size, tap.mtime_ns, digest

    def is_piece_of(self, found: Found, cut: Cut) -> None:
        """A piece of a file was read: it holds as long as the whole file does."""
        if cut.sha256:
            self.size, self.mtime_ns, self.sha256 = found.size, found.mtime_ns, cut.sha256


Inside: TypeAlias = Callable[[Tap, str, RunOptions], Iterator[Document]]
InPiece: TypeAlias = Callable[[Ranged, Found, RunOptions], Iterator[Document]]


def documents(found: Found, options: RunOptions, reading: Reading) -> Iterator[Document]:
    """The documents of an input, one after the other; `reading` is filled in when the last has been taken."""
    kind = suffixes(found.source)[0]
    if found.pieces > 1:
        yield from _piece(found, options, reading, rows.piece if kind in ROWS else parquet.piece)
    elif lacking := missing(found.source):
        yield Document(found.source, error=lacking)  # without a digest, so that the next run tries it again
    elif kind in ROWS:
        yield from _several(found, options, reading, rows.rows)
    elif kind in COLUMNS:
        yield from _several(found, options, reading, parquet.rows)
    elif kind in ARCHIVES:
        yield from _several(found, options, reading, lambda *inside: _members(reading, *inside))
    else:
        yield _whole(found, options, reading)


def unread(found: Found, options: RunOptions, reading: Reading, error: SourceError) -> Iterator[Document]:
    """The input, or a piece, as one document that failed, without a look inside; only its digest is taken."""
    if found.cut:
        reading.is_piece_of(found, found.cut)
        yield Document(found.name, error=error)
        return
    yield from _several(found, options, reading, lambda *_: iter([Document(found.source, error=error)]))


def _whole(found: Found, options: RunOptions, reading: Reading) -> Document:
    """The file as one document; read again where it is written to meanwhile."""
    limit = options.document_mb << 20
    for _ in range(_TRIES):
        error: Exception | None = None
        data = b""
        try:
            with _tapped(found, options) as tap:
                try:
                    with unpacked(tap, found.source, options) as stream:
                        data = stream.read(limit + 1)
                except Exception as broken:
                    error = broken
                digest = tap.drain()
                if tap.is_changed():
                    continue
                reading.note(tap, digest)
        except OSError as unreadable:
            return Document(found.source, error=read_error(found.source, unreadable))
        if error is not None:
            return Document(found.source, error=_broken(found.source, error, options), sha256=digest)
        if len(data) > limit:
            return rows.too_large(found.source, options, digest)
        return Document(found.source, data)
    return Document(found.source, error=changed(found.source))


def _several(found: Found, options: RunOptions, reading: Reading, inside: Inside) -> Iterator[Document]:
    """All documents inside the file; a last one, of the file's own name, says what went wrong with the file."""
    try:
        with _tapped(found, options) as tap:
            try:
                yield from inside(tap, found.source, options)
            except Exception as broken:  # libraries raise what they like over a damaged file
                yield Document(found.source, error=_broken(found.source, broken, options))
            digest = tap.drain()
            if tap.is_changed():
                yield Document(found.source, error=changed(found.source))
            else:
                reading.note(tap, digest)
    except OSError as unreadable:
        yield Document(found.source, error=read_error(found.source, unreadable))


def _piece(found: Found, options: RunOptions, reading: Reading, inside: InPiece) -> Iterator[Document]:
    """The documents of one piece of a file, which must still be the one that was surveyed."""
    cut = found.cut or Cut("")
    if cut.start < 0:
        reading.is_piece_of(found, cut)
        return
    try:
        with ranged(found, options) as file:
            if is_other(file, found):
                yield Document(found.name, error=changed(found.name))
                return
            try:
                yield from inside(file, found, options)
            except EngineError:
                raise
            except Exception as broken:  # libraries raise what they like over a damaged file
                yield Document(found.name, error=_broken(found.name, broken, options))
            if file.is_changed():
                yield Document(found.name, error=changed(found.name))
            else:
                reading.is_piece_of(found, cut)
    except OSError as unreadable:
        yield Document(found.name, error=read_error(found.name, unreadable))


@contextmanager
def ranged(found: Found, options: RunOptions) -> Iterator[Ranged]:
    """The input, opened to be read at any place. Raises OSError."""
    if is_uri(found.path):
        yield Remote(found.path)
    else:
        with Tap(found.path, follow_links=options.follow_links) as tap:
            yield tap


def is_other(file: Ranged, found: Found) -> bool:
    """Whether this is no longer the file that was found."""
    return (file.size, file.mtime_ns) != (found.size, found.mtime_ns)


def digest_of(path: str) -> str:
    """The digest of an input. Raises OSError."""
    digest = sha256()
    with ranged(Found("", path, 0, 0), RunOptions(follow_links=True)) as file:
        for block in blocks(file):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _tapped(found: Found, options: RunOptions) -> Iterator[Tap]:
    """The input, opened; one in a bucket is copied to the disk first."""
    if is_uri(found.path):
        with fetched(found.path, found.mtime_ns) as path, Tap(path, follow_links=True) as tap:
            yield tap
    else:
        with Tap(found.path, follow_links=options.follow_links) as tap:
            yield tap


def _members(reading: Reading, tap: Tap, source: str, options: RunOptions) -> Iterator[Document]:
    """Each text in an archive; the others are counted."""
    for member in archives.members(tap, source, options):
        if member.is_skipped:
            reading.skipped += 1
        else:
            yield Document(f"{source}:{member.name}", member.data, member.error)


def _broken(source: str, error: Exception, options: RunOptions) -> SourceError:
    if isinstance(error, MemoryError):
        limit = memory_limit(source, options.memory_mb)
        limit.__cause__ = error  # a worker tells by it that there was none left before it began
        return limit
    return read_error(source, error)


def changed(source: str) -> SourceError:
    """What it means that a file is no longer what it was when it was looked at."""
    return SourceError(f"{source}: was written to while it was read. Run again when it is complete.", stage="read")
