"""Every change that a run makes to the disk goes through these functions.

That makes one seam: tests put a layer under it that fails, writes half, or cuts the power at any one operation.
Call them as `disk.write(…)`, never by a name imported from here.

The order that makes a file safe is create, write, sync, replace, sync_folder: until `replace` nobody sees it, and
after `sync_folder` it outlives a power cut.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

BUFFER = 1 << 18


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing; each is there for good when this returns."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def create(path: Path) -> BinaryIO:
    """Open a new file for writing; one of that name is emptied. The caller closes it. A link is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    return open(os.open(path, flags, 0o666), "wb", buffering=BUFFER)  # noqa: PTH123 - a descriptor, no path


def write(file: BinaryIO, data: bytes) -> None:
    """Write all of the data."""
    file.write(data)


def sync(file: BinaryIO) -> None:
    """Flush a file and wait until its content is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def replace(path: Path, target: Path) -> None:
    """Put a file in the place of another, at once."""
    path.replace(target)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove an empty folder."""
    path.rmdir()


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder (files made, replaced, removed) are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def beside(path: Path) -> Path:
    """The name under which a file is written before it takes its place; no reader of `*.jsonl` takes it.

    >>> beside(Path("out/part-0000.jsonl")).name.startswith(".part-0000.jsonl.tmp-")
    True
    """
    return path.with_name(f".{path.name}.tmp-{os.getpid()}")


def write_beside(path: Path, data: bytes) -> Path:
    """Write the data to the name beside `path`, synced, and return that name."""
    temporary = beside(path)
    with create(temporary) as file:
        write(file, data)
        sync(file)
    return temporary


def write_atomically(path: Path, data: bytes) -> None:
    """Give a file this content: all of it or, where this fails, none."""
    temporary = write_beside(path, data)
    replace(temporary, path)
    sync_folder(path.parent)
