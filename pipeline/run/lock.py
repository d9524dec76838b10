"""One run at a time on an output: a lock that a dead process can't hold.

The lock is `flock` on `_run/lock`, which the system gives back when the last process that holds it is gone, however
it went. Workers inherit it, so that a worker which outlives its killed parent for a moment still keeps others out. The
process id in the file only serves the message.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run import disk
from pipeline.run.errors import OutputBusy

_PATIENCE: Final = 5.0  # seconds for the workers of a killed run to go


@contextmanager
def locked(path: Path, out: Path, *, shared: bool = False) -> Iterator[int]:
    """Hold a lock of the output and give its descriptor, which workers inherit. A shared one keeps only whole runs out.

    Raises OutputBusy with the other's process id, and ConfigError where the folder can't be written to.
    """
    try:
        disk.make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise ConfigError(f"{out}: can't be written to ({error.strerror}). Name another output with --out.") from error
    try:
        _take(descriptor, out, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        if shared:
            yield descriptor
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        try:
            yield descriptor
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The process id of the run that holds the lock, 0 where it can't be told, None where nobody holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _take(descriptor: int, out: Path, how: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = _pid(descriptor)
            if (pid and _alive(pid)) or time.monotonic() > until:
                who = f"process {pid}" if pid else "a share of a run"
                message = f"{out}: {who} is writing to it. Wait until it is done, or stop it."
                raise OutputBusy(message) from error
            time.sleep(0.05)
        else:
            return


def _pid(descriptor: int) -> int:
    content = os.pread(descriptor, 20, 0)
    return int(content) if content.isdigit() else 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
