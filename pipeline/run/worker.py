"""A worker process: takes tasks from its parent over a pipe, says at which document it is, and gives back what came of them.

It is started as a plain Python process and not by `multiprocessing`, so that a script or notebook that calls
`run` need not guard its main module. When its parent dies, the system ends it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from pipeline.errors import PipelineError
from pipeline.run.cleaner import Cleaned, Cleaner
from pipeline.run.engines import Setup, disk_failed
from pipeline.run.errors import EngineError
from pipeline.run.formats import Schema
from pipeline.run.work import Done, Shard, do, probe

EXHAUSTED: Final = 77  # exit code of a worker that found no memory
_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class At:
    """The worker is about to read this input (`is_input`), or to clean this document of it."""

    source: str
    is_input: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """Read an input of a shard, clean this one document of it and let go of it."""

    shard: Shard
    input: str
    source: str


@dataclass(frozen=True, slots=True)
class Harmless:
    """The probed document did not end the process."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker can't go on, and neither can the run."""

    error: PipelineError


Message = At | Done | Harmless | Failed


@dataclass(frozen=True, slots=True)
class _Exhaustible:
    """A cleaner whose process ends where it finds no memory.

    The document at hand may be the one that took it, or only the next after others: a fresh process will show.
    """

    cleaner: Cleaner

    def clean(self, data: bytes, source: str) -> Cleaned:
        try:
            return self.cleaner.clean(data, source)
        except MemoryError:
            os._exit(EXHAUSTED)

    def quarantined(self, source: str, error: BaseException, sha256: str) -> bytes:
        if isinstance(error.__cause__, MemoryError):
            os._exit(EXHAUSTED)  # there was none left to read it, which says as little of it
        return self.cleaner.quarantined(source, error, sha256)

    def schema(self, kind: str) -> Schema:
        return self.cleaner.schema(kind)


def main(descriptor: int, parent: int) -> None:
    """Serve the parent at the other end of the pipe until it hangs up."""
    _bind_to(parent)
    connection = Connection(descriptor)
    try:
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _serve(connection)
    finally:
        connection.close()


def _serve(connection: Connection) -> None:
    try:
        setup: Setup = connection.recv()
        _limit_memory(setup.settings.run.memory_mb)
        cleaner = _Exhaustible(setup.make_cleaner(setup.settings))
    except Exception as error:
        connection.send(Failed(EngineError(f"a worker can't start: {type(error).__name__}: {error}")))
        return
    while (job := connection.recv()) is not None:
        try:
            if isinstance(job, Probe):
                probe(job.shard, job.input, job.source, cleaner)
                answer: Message = Harmless()
            else:
                answer = do(job, cleaner, lambda source, is_input: connection.send(At(source, is_input)))
        except (BrokenPipeError, ConnectionResetError):
            raise  # the parent is gone
        except OSError as error:
            answer = Failed(disk_failed(error))
        except PipelineError as error:
            answer = Failed(error)
        connection.send(answer)


def _bind_to(parent: int) -> None:
    """Let the terminal's interrupt to the parent, and end when the parent does, where the system offers that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _limit_memory(megabytes: int) -> None:
    """Bound the data of this process, so that a document which wants more gets a MemoryError, not the whole machine."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes << 20
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
