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
from typing import Final

from pipeline.errors import SourceError
from pipeline.run.names import PLAIN, source_of, suffixes
from pipeline.run.streams import FREE, Seekable, Tap, read_error, unpacked
from pipeline.run_options import RunOptions

ZIP: Final = ".zip"
TAR: Final = ".tar"

_UTF8_NAME: Final = 0x800  # the flag of a zip member whose name is UTF-8


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive. `is_skipped`: it is no text."""

    name: str
    data: bytes = b""
    error: SourceError | None = None
    is_skipped: bool = False
    size: int = 0  # bytes that were unpacked for it


def members(tap: Tap, source: str, options: RunOptions) -> Iterator[Member]:
    """The members of an archive in their order. Raises what the libraries make of an archive that is damaged."""
    inside = _zip if suffixes(source)[0] == ZIP else _tar
    seen: set[str] = set()
    left = max(FREE, options.ratio * tap.size)
    for member in inside(tap, source, options):
        left -= member.size
        if left < 0:
            message = f"{source}: unpacks to too much for its size. Raise run.ratio if you trust it."
            raise SourceError(message, stage="read")
        if member.name in seen and not member.is_skipped:
            message = f"{source}: holds {member.name} twice. Only the first is read."
            member = Member(member.name, error=SourceError(message, stage="read"))
        seen.add(member.name)
        yield member


def _zip(tap: Tap, source: str, options: RunOptions) -> Iterator[Member]:
    with zipfile.ZipFile(io.BufferedReader(Seekable(tap))) as archive:
        for info in archive.infolist():
            name = source_of(_name(info))
            if info.filename.endswith("/"):  # is_dir() takes no empty name
                continue
            if not _is_text(name):
                yield Member(name, is_skipped=True)
                continue
            try:
                with archive.open(info) as file:
                    yield _whole(name, file.read((options.document_mb << 20) + 1), source, options)
            except Exception as broken:
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
