"""What can stop a run, or one document of it, that no stage knows of.

PipelineError
├── ConfigError
│   └── OutputBusy     another run writes to this output (exit code 2)
├── EngineError        the workers or the disk can't go on; what is done stays done (exit code 1)
└── SourceError
    ├── TimeLimit      this document took too long
    ├── MemoryLimit    this document wanted too much memory
    └── Crashed        this document ended the process that read it
BaseException
├── OutOfTime          raised by the alarm in the midst of a stage, which must not catch it
└── Stopped            raised by SIGINT or SIGTERM
"""

from __future__ import annotations

from pipeline.errors import ConfigError, PipelineError, SourceError


class OutputBusy(ConfigError):
    """Another run has the lock of this output."""


class EngineError(PipelineError):
    """The run can't go on. Parts that are done stay done, and the same command goes on from there."""


class TimeLimit(SourceError):
    """A document took longer than it may."""


class MemoryLimit(SourceError):
    """A document wanted more memory than a worker may take."""


class Crashed(SourceError):
    """A document ended the process that read it, each time it was tried."""


class OutOfTime(BaseException):
    """The alarm of the time limit; no `except Exception` of a stage may swallow it."""


class Stopped(BaseException):
    """SIGINT or SIGTERM came."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def time_limit(source: str, seconds: int) -> TimeLimit:
    """The error of a document that took too long; the same words whoever noticed it."""
    return TimeLimit(
        f"{source}: took longer than {seconds} s. Raise run.time_limit if it is worth the wait, else leave it out.",
        stage="run",
    )


def memory_limit(source: str, megabytes: int) -> MemoryLimit:
    """The error of a document that wanted too much memory."""
    return MemoryLimit(
        f"{source}: needed more than {megabytes} MB of memory. Cut it up, or raise run.memory_mb.", stage="run"
    )


def crashed(source: str, how: str) -> Crashed:
    """The error of a document that ended its process; `how` names the signal or the exit code."""
    return Crashed(
        f"{source}: the process that read it ended with {how}, each time it was tried. Leave it out, and report it.",
        stage="run",
    )
