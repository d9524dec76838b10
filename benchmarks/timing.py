"""Times and peaks of memory: the median of several rounds, of a call or of a command."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

POLL = 0.02  # seconds between two looks at the memory of a command's workers
ENV = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # one core is one core


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took: seconds of wall clock, of the processor with all its workers, and the greatest memory of itself
    and of one of its workers, in MB.
    """

    seconds: float
    processor: float
    parent: float
    worker: float


def of_call(call: Callable[[], object], rounds: int) -> float:
    """Seconds of processor time of a call: the median of some rounds, after one that does not count."""
    call()
    return median(_timed(call) for _ in range(rounds))


def _timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def pipeline(*arguments: str | Path) -> Ran:
    """Run a command of the program."""
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    start, before = time.perf_counter(), _spent()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENV)
    parent = worker = 0.0
    while process.poll() is None:
        parent = max(parent, _peak(process.pid))
        worker = max([worker, *map(_peak, _children(process.pid))])
        time.sleep(POLL)
    seconds = time.perf_counter() - start
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
    return Ran(seconds, _spent() - before, parent, worker)


def median_of(runs: list[Ran]) -> Ran:
    """The median of each figure."""
    return Ran(*(median(getattr(ran, name) for ran in runs) for name in Ran.__slots__))


def _spent() -> float:
    """Seconds of the processor that all commands so far took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children(pid: int) -> list[int]:
    """The processes that a process has started; none where the system has no /proc."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _peak(pid: int) -> float:
    """The greatest memory that a process has had so far, in MB; 0 where it can't be known."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)
