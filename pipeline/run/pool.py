"""The process pool: a worker that dies or hangs is replaced, and the document that did it is found and quarantined.

A worker says before each input and each document in it which one it takes up. When it dies, that document is the
suspect: it is read alone in a fresh process, up to `_TRIALS` times. If it ends that process each time, it is banned: the
shard is done again and the document goes to quarantine unread. If it comes through once, something else killed the
worker, and the shard is done again. Where a document that is banned seems to do it again, it is the reading of its input
that does, so the whole input is banned, and nobody looks into it any more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from multiprocessing.connection import Connection, Pipe, wait
from typing import Final

from pipeline.errors import SourceError
from pipeline.run import disk
from pipeline.run.engines import Setup
from pipeline.run.errors import EngineError, crashed, memory_limit, time_limit
from pipeline.run.layout import Layout
from pipeline.run.surveys import Survey
from pipeline.run.work import At, Done, Shard, Task
from pipeline.run.worker import EXHAUSTED, Failed, Harmless, Message, Probe
from pipeline.run.worker import At as Reached

_TRIALS: Final = 2  # deaths alone in a process that make a suspect the culprit
_DEATHS: Final = 8  # of workers on one shard without a culprit, after which the run gives up
_GRACE: Final = 5.0  # seconds over the time limit that a worker's own alarm has
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # a worker is one core: others would only wait for its small products
_START: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from pipeline.run.worker import main; main({}, {})"
)

Job = Task | Probe


@dataclass(slots=True)
class _Worker:
    """A process, the job that it has, and the document that it is at."""

    process: subprocess.Popen[bytes]
    connection: Connection
    job: Job | None = None
    input: str = ""
    source: str = ""
    since: float = 0.0
    is_hung: bool = False

    def give(self, job: Job) -> None:
        self.job, self.since = job, time.monotonic()
        self.input, self.source = (job.input, job.source) if isinstance(job, Probe) else ("", "")
        self.connection.send(job)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.connection.close()


@dataclass(slots=True)
class Pool:
    """Workers, the jobs that wait for them, and what is known of those that died."""

    setup: Setup
    size: int
    at: At
    lock: int | None
    tasks: Iterator[Task]  # that nobody has looked at yet
    waiting: deque[Job] = field(default_factory=deque)
    workers: list[_Worker] = field(default_factory=list)
    deaths: Counter[int] = field(default_factory=Counter)
    trials: Counter[tuple[int, str]] = field(default_factory=Counter)

    def outcomes(self) -> Iterator[Done]:
        """Give out the jobs until all are done."""
        while self._is_something_waiting() or any(worker.job for worker in self.workers):
            self._give_out()
            busy = {worker.connection: worker for worker in self.workers if worker.job}
            for connection in wait(list(busy), timeout=0.5):
                outcome = self._hear(busy[connection])  # type: ignore[index]
                if outcome:
                    yield outcome
            self._watch()

    def _is_something_waiting(self) -> bool:
        """Whether there is a job to give out; those that were given back come first."""
        if not self.waiting:
            self.waiting.extend(islice(self.tasks, 1))
        return bool(self.waiting)

    def close(self) -> None:
        """End all workers, whatever they are at; what they had written beside is removed."""
        for worker in self.workers:
            worker.kill()
            self._sweep(worker)
        self.workers.clear()

    def _give_out(self) -> None:
        for worker in list(self.workers):
            if not worker.job and self._is_something_waiting():
                if isinstance(self.waiting[0], Probe):  # only a fresh process tells who is to blame
                    self.workers.remove(worker)
                    worker.kill()
                    continue
                self._hand(worker)
        while len(self.workers) < self.size and self._is_something_waiting():
            worker = self._start()
            self.workers.append(worker)
            self._hand(worker)

    def _hand(self, worker: _Worker) -> None:
        job = self.waiting.popleft()
        try:
            worker.give(job)
        except (BrokenPipeError, ConnectionResetError):
            worker.job = job  # it died idle; `_hear` finds out

    def _hear(self, worker: _Worker) -> Done | None:
        try:
            message: Message = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return None
        if isinstance(message, Failed):
            raise message.error
        if isinstance(message, Reached):
            worker.source, worker.since = message.source, time.monotonic()
            worker.input = message.source if message.is_input else worker.input
            self.at(message.source, message.is_input)
            return None
        job, worker.job = worker.job, None
        if isinstance(message, Harmless):
            if isinstance(job, Probe):
                self.waiting.appendleft(job.shard)
            return None
        return message

    def _watch(self) -> None:
        """Kill each worker whose document takes longer than it may."""
        limit = self.setup.time_limit + _GRACE
        for worker in list(self.workers):
            if worker.job and worker.source and time.monotonic() - worker.since > limit:
                worker.is_hung = True
                self._bury(worker)

    def _bury(self, worker: _Worker) -> None:
        """A worker is dead or to be killed: decide what becomes of its job."""
        if worker.is_hung:
            worker.process.kill()
        worker.process.wait()
        worker.connection.close()
        self.workers.remove(worker)
        self._sweep(worker)
        job, source = worker.job, worker.source
        if isinstance(job, Survey):
            self._survey_again(job, worker)
            return
        shard = job.shard if isinstance(job, Probe) else job
        if shard is None:
            return
        self.deaths[shard.part] += 1
        suspect = (shard.part, source)
        how = _how(worker.process.returncode)
        if isinstance(job, Probe):
            self.trials[suspect] += 1
        if worker.is_hung:
            self._ban(shard, worker, lambda name: time_limit(name, self.setup.time_limit))
        elif self.trials[suspect] >= _TRIALS:
            self._ban(shard, worker, lambda name: self._ended(name, worker.process.returncode))
        elif self.deaths[shard.part] > _DEATHS:
            raise EngineError(
                f"part {shard.part}: {_DEATHS + 1} workers ended with {how}, none on a document that does it alone. "
                "See whether memory is short; run again with fewer workers."
            )
        else:
            self.waiting.appendleft(Probe(shard, worker.input, source) if source else shard)

    def _survey_again(self, job: Survey, worker: _Worker) -> None:
        """Try a survey once more, and then without a look inside."""
        self.deaths[job.part] += 1
        name, code = job.found.source, worker.process.returncode
        if worker.is_hung:
            job = replace(job, error=time_limit(name, self.setup.time_limit))
        elif self.deaths[job.part] > _DEATHS:
            raise EngineError(
                f"{name}: {_DEATHS + 1} workers ended with {_how(code)} over it. See the disk, run again."
            )
        elif self.deaths[job.part] >= _TRIALS:
            job = replace(job, error=self._ended(name, code))
        self.waiting.appendleft(job)

    def _ended(self, name: str, code: int) -> SourceError:
        """The error of what ended its process with this code."""
        if code == EXHAUSTED:
            return memory_limit(name, self.setup.settings.run.memory_mb)
        return crashed(name, _how(code))

    def _ban(self, shard: Shard, worker: _Worker, why: Callable[[str], SourceError]) -> None:
        """Do the shard again without a document, or without its input where the document was left out already."""
        self.deaths[shard.part] = self.trials[shard.part, worker.source] = 0
        if worker.source not in shard.banned:
            shard = replace(shard, banned={**shard.banned, worker.source: why(worker.source)})
        elif worker.input not in shard.unread:
            shard = replace(shard, unread={**shard.unread, worker.input: why(worker.input)})
        else:
            raise EngineError(
                f"{why(worker.input)} It was left out already, so the fault lies elsewhere: see the disk."
            )
        self.waiting.appendleft(shard)

    def _sweep(self, worker: _Worker) -> None:
        """Remove what a dead worker left beside the files of its part."""
        if isinstance(worker.job, Shard):
            for path in list(Layout(worker.job.out).temporaries(worker.process.pid, worker.job.part)):
                disk.remove(path)

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        inherited = [theirs.fileno(), *([self.lock] if self.lock is not None else [])]
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _START.format(theirs.fileno(), os.getpid()), json.dumps(sys.path)],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                env={**ONE_THREAD, **os.environ},
            )
        finally:
            theirs.close()
        try:
            ours.send(self.setup)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it died at once; `_hear` finds out
        return _Worker(process, ours)


def pool(tasks: Iterable[Task], setup: Setup, at: At, *, workers: int, lock: int | None = None) -> Iterator[Done]:
    """Work in `workers` processes, which inherit the lock. Raises EngineError where no worker can go on."""
    engine = Pool(setup, workers, at, lock, iter(tasks))
    try:
        yield from engine.outcomes()
    finally:
        engine.close()


def _how(returncode: int) -> str:
    if returncode == EXHAUSTED:
        return "no memory left"
    if returncode >= 0:
        return f"exit code {returncode}"
    if returncode == -signal.SIGKILL:
        return "SIGKILL, as the system does when memory is short"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"
