"""A folder for what a run needs only while it is at work: the lists of inputs, which may not fit into memory.

It is locked by its run, and the system gives the lock back however that ends. So the next run can tell a folder
that was left by a run which was killed from one that is in use, and removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "newspaper-pipeline-run-"
PARTS: Final = "parts"
STDIN: Final = "stdin"
MIRROR: Final = "mirror"
HEADS: Final = "heads"
SURVEYS: Final = "surveys"
_OURS: Final = {PARTS, STDIN, MIRROR, HEADS, SURVEYS}


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder in the temporary directory, which is gone afterwards; it holds the empty folders PARTS and SURVEYS."""
    _sweep(Path(tempfile.gettempdir()))
    folder, descriptor = _new()
    try:
        (folder / PARTS).mkdir()
        (folder / SURVEYS).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _new() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):  # another run swept it before it was locked
            descriptor = _opened(folder)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)


def _sweep(above: Path) -> None:
    """Remove the folders that runs of this user left when they were killed."""
    for folder in above.glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use, not ours, or just gone
            descriptor = _opened(folder)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = os.fstat(descriptor).st_uid == os.geteuid()
                names = {path.name for path in folder.iterdir() if not path.name.startswith("part-")}
                if is_ours and names <= _OURS:
                    shutil.rmtree(folder)
            finally:
                os.close(descriptor)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
