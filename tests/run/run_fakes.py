"""A cleaner that knows no text, for workers too: what a document holds says what it does."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.run.cleaner import Cleaned
from pipeline.run_options import RunOptions
from pipeline.settings import Settings


class FakeSettings(Settings):
    """Settings with a fingerprint of one's own."""

    run: RunOptions = RunOptions(parts=4)
    mark: str = "a"

    def fingerprint(self) -> str:
        return self.mark


class FakeCleaner:
    """Each line of a document becomes an article and a section; a document may misbehave by its first word."""

    def __init__(self, settings: FakeSettings) -> None:
        self.mark = settings.mark

    def clean(self, data: bytes, source: str) -> Cleaned:
        _misbehave(data, source)
        words = data.decode().split("\n")
        articles = [_line(id=f"{source}#a{n}", text=word, mark=self.mark) for n, word in enumerate(words, 1) if word]
        removed = [_line(source=source, text="x")] if b"remove" in data else []
        counts = {"kept": len(data), "removed.noise": len(removed)}
        return Cleaned({"articles": articles, "sections": articles, "removed": removed}, counts)

    def quarantined(self, source: str, error: BaseException, sha256: str) -> bytes:
        stage = error.stage if isinstance(error, SourceError) else ""
        return _line(source=source, stage=stage, error=type(error).__name__, message=str(error), document_sha256=sha256)

    def schema(self, kind: str) -> dict[str, Any]:
        names = {
            "articles": ("id", "text", "mark"),
            "sections": ("id", "text", "mark"),
            "removed": ("source", "text"),
            "quarantine": ("source", "stage", "error", "message", "document_sha256"),
        }
        return {"properties": {name: {"type": "string"} for name in names[kind]}}


def make(settings: FakeSettings) -> FakeCleaner:
    return FakeCleaner(settings)


def reader_dies(settings: FakeSettings) -> FakeCleaner:
    """As if the library that reads rows crashed after the first one. Only in workers: it stays so for good."""
    from pipeline.run import rows

    real = rows.row

    def row(source: str, number: int, *cells: Any) -> rows.Document:
        if number > 1:
            signal.raise_signal(signal.SIGSEGV)
        return real(source, number, *cells)

    rows.row = row
    return FakeCleaner(settings)


def reader_dies_at_twenty(settings: FakeSettings) -> FakeCleaner:
    """As if the library that reads rows crashed at the twentieth. Only in workers: it stays so for good."""
    from pipeline.run import rows

    real = rows.row

    def row(source: str, number: int, *cells: Any) -> rows.Document:
        if number == 20:
            signal.raise_signal(signal.SIGSEGV)
        return real(source, number, *cells)

    rows.row = row
    return FakeCleaner(settings)


def survey_dies(settings: FakeSettings) -> FakeCleaner:
    """As if a look into a large file crashed the process. Only in workers: it stays so for good."""
    from pipeline.run import surveys

    real = surveys._looked

    def looked(file: Any, found: Any, split: int, options: Any, error: Any, tick: Any) -> Any:
        if not error:
            signal.raise_signal(signal.SIGSEGV)
        return real(file, found, split, options, error, tick)

    surveys._looked = looked
    return FakeCleaner(settings)


def cannot_start(settings: FakeSettings) -> FakeCleaner:
    raise RuntimeError("no model")


def _line(**record: str) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def _fail(source: str, rest: str) -> None:
    raise SourceError(f"{source}: is bad. Mend it.", stage="decode")


def _hang_in_c(source: str, rest: str) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    ctypes.CDLL(None).pause()


def _swallow(source: str, rest: str) -> None:
    """A stage that catches everything."""
    while True:
        try:
            time.sleep(3600)
        except Exception:
            continue


def _kill_once(source: str, rest: str) -> None:
    """As if something outside had killed the worker."""
    flag = Path(rest.strip())
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _kill_task_once(source: str, rest: str) -> None:
    """As if something outside had killed the process above the worker, which is Ray's on a cluster."""
    flag = Path(rest.strip())
    if not flag.exists():
        flag.touch()
        os.kill(os.getppid(), signal.SIGKILL)


def _grow(source: str, rest: str) -> None:
    """Memory that grows a little at a time until there is none."""
    kept = []
    while True:
        kept.append(bytes(1 << 18))


_leaked: list[bytes] = []


def _grow_and_be_killed(source: str, rest: str) -> None:
    """As the kernel does it, to a process whose memory no limit holds."""
    kept = [bytes(1 << 18) for _ in range(200)]
    os.kill(os.getpid(), signal.SIGKILL)
    kept.clear()


MISDEEDS = {
    "grow": _grow,
    "oom": _grow_and_be_killed,
    "leak": lambda source, rest: _leaked.append(bytes(int(rest) << 20)),
    "raise": _fail,
    "segfault": lambda source, rest: signal.raise_signal(signal.SIGSEGV),
    "exit": lambda source, rest: os._exit(7),
    "hang": lambda source, rest: time.sleep(3600),
    "hang-in-c": _hang_in_c,
    "swallow": _swallow,
    "eat": lambda source, rest: bytearray(1 << 40),
    "kill-once": _kill_once,
    "kill-task-once": _kill_task_once,
    "slow": lambda source, rest: time.sleep(float(rest)),
}


def _misbehave(data: bytes, source: str) -> None:
    word, _, rest = data[:200].decode(errors="replace").partition(" ")
    if word in MISDEEDS:
        MISDEEDS[word](source, rest)
