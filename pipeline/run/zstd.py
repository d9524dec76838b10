"""Zstandard, by an extra library, whose own reader takes a file that was cut short for a whole one; this does not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

_MORSEL: Final = 256  # packed bytes at a time: four of them may unpack to 128 KB, so it is 8 MB at most
_ENOUGH: Final = 1 << 16


class _Reader(io.BufferedIOBase):
    """Frames one after the other, each to its end. However a file is made, little of it is in memory."""

    def __init__(self, file: io.BufferedReader, library: Any) -> None:  # noqa: ANN401 - an optional library
        self.file, self.library = file, library
        self.frame: Any = None
        self.ready = memoryview(b"")
        self.rest = b""
        self.error: Exception | None = None

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end. Raises EOFError where the last frame has no end."""
        if not self.ready:
            self.ready = memoryview(b"".join(self._pieces()))
        if not self.ready and self.error:
            raise self.error
        limit = len(self.ready) if size < 0 else size
        data, self.ready = self.ready[:limit], self.ready[limit:]
        return bytes(data)

    def _pieces(self) -> Iterator[bytes]:
        """Unpack until there is enough, the file ends, or it proves broken; `error` says so then."""
        count = 0
        while count < _ENOUGH and self.error is None:
            data = self.rest or self.file.read(_MORSEL)
            self.rest = b""
            if not data:
                self.error = EOFError("the last zstd frame has no end") if self.frame else None
                return
            try:
                piece = self._unpacked(data)
            except self.library.ZstdError as error:
                self.error = ValueError(str(error))
                return
            count += len(piece)
            yield piece

    def _unpacked(self, data: bytes) -> bytes:
        if self.frame is None:
            self.frame = self.library.ZstdDecompressor().decompressobj()
        piece: bytes = self.frame.decompress(data)
        if self.frame.eof:
            self.rest, self.frame = self.frame.unused_data, None
        return piece


def reader(file: io.BufferedReader) -> io.BufferedIOBase:
    """A stream of the unpacked content."""
    return _Reader(file, import_module("zstandard"))
