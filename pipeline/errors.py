"""The errors of this program, named by their consequence.

    PipelineError
    ├── ConfigError    the command can't start: a setting, an option or a path is wrong (exit code 2)
    ├── SourceError    this document can't be read: it goes to quarantine, the run goes on
    └── LawBroken      a promise failed on this document, so a bug of ours: quarantine, the run goes on

Each message says what happened, to which input, and what to do next.
"""

from __future__ import annotations


class PipelineError(Exception):
    """Base of all errors that this program raises on purpose."""


class ConfigError(PipelineError):
    """A setting, an option or a path is wrong; nothing has been touched."""


class SourceError(PipelineError):
    """One document can't be read. `stage` says where it failed."""

    def __init__(self, message: str, *, stage: str) -> None:
        super().__init__(message)
        self.stage = stage

    def __reduce__(self) -> tuple[object, ...]:
        return (_source_error, (type(self), str(self), self.stage))


class LawBroken(SourceError):
    """A stage lost, doubled or made up a character: our bug, never the user's."""


def _source_error(kind: type[SourceError], message: str, stage: str) -> SourceError:
    """Rebuild an error that came out of a worker process (keyword-only arguments don't pickle by themselves)."""
    return kind(message, stage=stage)
