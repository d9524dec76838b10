"""The documents in an archive: each member of a zip or tar that is named as text.

Comes in: the open file. Goes out: for each member its name, and its bytes or why it can't be read. Nothing is ever written
to the disk, so no name in an archive can lead anywhere. All members together may be no more than an archive of this
size can honestly hold.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipeline.errors import SourceError
from pipeline.run.names import PLAIN, source_of, suffixes
from pipeline.run.options import RunOptions
from pipeline.run.streams import BROKEN, FREE, Tap, read_error, unpacked

ZIP: Final = ".zip"
TAR: Final = ".tar"

_UTF8_NAME: Final = 0x800  # the flag of a zip member whose name is UTF-8


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive. `name` "": the error concerns the archive as a whole. `is_skipped`: it is no text."""

    name: str
    data: bytes = b""
    error: SourceError | None = None
    is_skipped: bool = False
    size: int = 0  # bytes that were unpacked for it


def members(tap: Tap, source: str, options: RunOptions) -> Iterator[Member]:
    """The members of an archive in their order; what is wrong with the archive itself comes last, as one more."""
    inside = _zip if suffixes(source)[0] == ZIP else _tar
    seen: set[str] = set()
    left = max(FREE, options.ratio * tap.size)
    try:
        for member in inside(tap, source, options):
            left -= member.size
            if left < 0:
                message = f"{source}: unpacks to too much for its size. Raise run.ratio if you trust it."
                yield Member("", error=SourceError(message, stage="read"))
                return
            if member.name in seen and not member.is_skipped:
                message = f"{source}: holds {member.name} twice. Only the first is read."
                member = Member(member.name, error=SourceError(message, stage="read"))
            seen.add(member.name)
            yield member
    except (*BROKEN, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError, SourceError) as broken:
        yield Member("", error=read_error(source, broken))


def _zip(tap: Tap, source: str, options: RunOptions) -> Iterator[Member]:
    with zipfile.ZipFile(io.BufferedReader(_Seekable(tap))) as archive:
        for info in archive.infolist():
            name = source_of(_name(info))
            if info.is_dir():
                continue
            if not _is_text(name):
                yield Member(name, is_skipped=True)
                continue
            try:
                with archive.open(info) as file:
                    yield _whole(name, file.read((options.document_mb << 20) + 1), source, options)
            except (*BROKEN, zipfile.BadZipFile, NotImplementedError, RuntimeError) as broken:
                yield Member(name, error=read_error(f"{source}:{name}", broken))


def _tar(tap: Tap, source: str, options: RunOptions) -> Iterator[Member]:
    with (
        unpacked(tap, source, options) as stream,
        tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape") as archive,
    ):
        while info := archive.next():
            name = source_of(info.name.removeprefix("./"))
            file = archive.extractfile(info) if info.isreg() and _is_text(name) else None
            if file:
                yield _whole(name, file.read((options.document_mb << 20) + 1), source, options)
            elif not info.isdir():
                yield Member(name, is_skipped=True)
            vars(archive)["members"] = []  # it would keep all of them
        if stream.read(1):  # the end of the archive was reached; what packs it must end well too
            while stream.read(1 << 18):
                pass


def _whole(name: str, data: bytes, source: str, options: RunOptions) -> Member:
    if len(data) <= options.document_mb << 20:
        return Member(name, data, size=len(data))
    message = f"{source}:{name}: is larger than {options.document_mb} MB. Cut it up, or raise run.document_mb."
    return Member(name, error=SourceError(message, stage="read"), size=len(data))


def _is_text(name: str) -> bool:
    """Whether a member is read: named as text, and neither hidden nor in a hidden folder."""
    pieces = [piece for piece in name.split("/") if piece not in (".", "..")]
    return suffixes(name) in {(plain, "") for plain in PLAIN} and not any(p.startswith((".", "_")) for p in pieces)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member. Old programs wrote it in the encoding of their place, and zipfile took it for CP437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return os.fsdecode(raw)


class _Seekable(io.RawIOBase):
    """The file under a tap, read at any place, without moving the tap."""

    def __init__(self, tap: Tap) -> None:
        self.tap, self.at = tap, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.tap.size}[whence]
        self.at = max(0, start + offset)
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer, as in io.RawIOBase
        data = os.pread(self.tap.descriptor, len(buffer), self.at)
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)
