"""Zstandard, by an extra library, whose own reader takes a file that was cut short for a whole one; this does not."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any, Final

from pipeline.errors import SourceError

_CHUNK: Final = 1 << 17


class _Reader(io.BufferedIOBase):
    """Frames one after the other, each to its end."""

    def __init__(self, file: io.BufferedReader, library: Any) -> None:  # noqa: ANN401 - an optional library
        self.file, self.library = file, library
        self.frame: Any = None
        self.ready = b""
        self.rest = b""

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end. Raises EOFError where the last frame has no end."""
        while not self.ready:
            data = self.rest or self.file.read(_CHUNK)
            self.rest = b""
            if not data:
                if self.frame is not None:
                    raise EOFError("the last zstd frame has no end")
                return b""
            self._take(data)
        limit = len(self.ready) if size < 0 else size
        data, self.ready = self.ready[:limit], self.ready[limit:]
        return data

    def _take(self, data: bytes) -> None:
        if self.frame is None:
            self.frame = self.library.ZstdDecompressor().decompressobj()
        try:
            self.ready = self.frame.decompress(data)
        except self.library.ZstdError as error:
            raise ValueError(str(error)) from error
        if self.frame.eof:
            self.rest, self.frame = self.frame.unused_data, None


def reader(file: io.BufferedReader) -> io.BufferedIOBase:
    """A stream of the unpacked content. Raises SourceError where the library is not installed."""
    try:
        library = import_module("zstandard")
    except ImportError as error:
        message = "A .zst file needs the library zstandard. Install it, or unpack the file."
        raise SourceError(message, stage="read") from error
    return _Reader(file, library)
