"""Bytes of an input: opened without following links, unpacked, counted and hashed while they are read.

Comes in: a path. Goes out: a stream of the unpacked content. A packed file that ends too soon is an error, never a
short text; one that unpacks to more than `ratio` times its size is a bomb.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import lzma
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, cast

from pipeline.errors import SourceError
from pipeline.run.names import suffixes
from pipeline.run_options import RunOptions

FREE: Final = 16 << 20  # bytes that any packed input may unpack to
_CHUNK: Final = 1 << 18
_BLOCK: Final = 1 << 20
_SETTLED: Final = 0.05  # seconds; file systems tell times apart in steps of up to 10 ms


class Ranged(Protocol):
    """A file that can be read at any place, on the disk or in a bucket."""

    size: int
    mtime_ns: int

    def pread(self, count: int, at: int) -> bytes:
        """At most so many bytes from a place; none only at the end."""

    def is_changed(self) -> bool:
        """Whether the file was written to since it was opened."""


class Tap(io.RawIOBase):
    """The file as it lies on the disk: hashes what is read, and knows whether the file was changed meanwhile."""

    def __init__(self, path: str, *, follow_links: bool) -> None:
        if not follow_links and os.path.realpath(path) != path:  # there was none when it was found
            raise OSError(errno.ELOOP, "has become a link", path)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
        self.descriptor = os.open(path, flags)
        try:
            seen = os.fstat(self.descriptor)
            if not stat.S_ISREG(seen.st_mode):
                raise IsADirectoryError(21, "is no regular file", path)
            if 0 <= time.time() - seen.st_mtime < _SETTLED:  # a write after this one must get a later time
                time.sleep(_SETTLED)
                seen = os.fstat(self.descriptor)
        except OSError:
            os.close(self.descriptor)
            raise
        self.size, self.mtime_ns = seen.st_size, seen.st_mtime_ns
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer, as in io.RawIOBase
        """Read into the buffer and hash what came."""
        count = os.readv(self.descriptor, [buffer])
        self.hash.update(memoryview(buffer)[:count])
        return count

    def pread(self, count: int, at: int) -> bytes:
        """At most so many bytes from a place, without moving the tap."""
        return os.pread(self.descriptor, count, at)

    def drain(self) -> str:
        """Read what is left and return the digest of the whole file."""
        while self.read(_CHUNK):
            pass
        return self.hash.hexdigest()

    def is_changed(self) -> bool:
        """Whether the file was written to since it was opened."""
        seen = os.fstat(self.descriptor)
        return (seen.st_size, seen.st_mtime_ns) != (self.size, self.mtime_ns)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            os.close(self.descriptor)
        super().close()


class Seekable(io.RawIOBase):
    """A file that can be read at any place, as a stream."""

    def __init__(self, file: Ranged, at: int = 0) -> None:
        self.file, self.at = file, at

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.file.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def tell(self) -> int:
        """The place at hand."""
        return self.at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer, as in io.RawIOBase
        """Read into the buffer from the place at hand."""
        data = self.file.pread(len(buffer), self.at)
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


class Bounded(io.RawIOBase):
    """The unpacked content, as long as it is no more than a packed file of this size can honestly hold."""

    def __init__(self, packed: io.BufferedIOBase, source: str, bound: int) -> None:
        self.packed, self.source, self.bound = packed, source, bound
        self.count = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer, as in io.RawIOBase
        """Unpack into the buffer. Raises SourceError past the bound."""
        data = self.packed.read1(len(buffer))  # read() loses what comes before a cut
        buffer[: len(data)] = data
        self.count += len(data)
        if self.count > self.bound:
            message = f"{self.source}: unpacks to more than {self.bound} bytes. Raise run.ratio if you trust it."
            raise SourceError(message, stage="read")
        return len(data)


def blocks(file: Ranged) -> Iterator[bytes]:
    """The content of a file, a block at a time."""
    at = 0
    while block := file.pread(_BLOCK, at):
        at += len(block)
        yield block


@contextmanager
def unpacked(tap: Tap, source: str, options: RunOptions) -> Iterator[io.BufferedReader]:
    """The content of the file, unpacked as its name says. Raises SourceError for a packing that can't be read."""
    packing = suffixes(source)[1]
    if packing and not tap.size:
        raise SourceError(f"{source}: is empty, so no {packing} file. Fetch it again.", stage="read")
    file: io.BufferedReader = io.BufferedReader(tap, _CHUNK)
    try:
        if packing:
            bounded = Bounded(_OPENERS[packing](file), source, max(FREE, options.ratio * tap.size))
            yield io.BufferedReader(bounded, _CHUNK)
        else:
            yield file
    finally:
        file.detach()  # or the tap would be closed with it


def read_error(source: str, error: BaseException) -> SourceError:
    """What it means for a document that its file could not be read."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, FileNotFoundError):
        message = f"{source}: vanished before it was read. Run again; if it is gone for good, so are its records."
    elif isinstance(error, EOFError):
        message = f"{source}: ends too soon ({error}). It was cut short: fetch it again."
    elif isinstance(error, OSError) and error.strerror:
        message = f"{source}: can't be read ({error.strerror}). Mend that and run again."
    else:
        what = str(error) or type(error).__name__
        message = f"{source}: can't be unpacked ({what}). It is damaged: fetch it again."
    return SourceError(message, stage="read")


def _zstd(file: io.BufferedReader) -> io.BufferedIOBase:
    from pipeline.run.zstd import reader

    return reader(file)


_OPENERS: Final[dict[str, Callable[[io.BufferedReader], io.BufferedIOBase]]] = {
    ".gz": lambda file: cast("io.BufferedIOBase", gzip.GzipFile(fileobj=file)),
    ".bz2": lambda file: cast("io.BufferedIOBase", bz2.BZ2File(file)),
    ".xz": lambda file: cast("io.BufferedIOBase", lzma.LZMAFile(file)),
    ".zst": _zstd,
}
