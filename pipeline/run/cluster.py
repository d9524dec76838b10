"""The Ray engine: each shard is a task on some node of a cluster, done there by a process pool of one.

The pool inside a task finds the document that kills, hangs or eats memory just as it does on one machine, so the same
records and the same quarantine come out. Ray starts a task again when its worker or node is lost; since a part is done
when its receipt says so, a task that ran twice leaves what one would. A driver that died is followed by the next one, which
goes on from the receipts. All nodes need the same version of this package and see the inputs and the output under the
same paths; both are checked.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pipeline.errors import ConfigError, PipelineError
from pipeline.libraries import libraries
from pipeline.run import receipts
from pipeline.run.engines import Engine, Setup
from pipeline.run.errors import EngineError
from pipeline.run.layout import Layout
from pipeline.run.lists import Stretch
from pipeline.run.pool import Pool
from pipeline.run.receipts import Stamp
from pipeline.run.surveys import Survey
from pipeline.run.work import At, Done, Task
from pipeline.run.worker import Failed

_RETRIES: Final = 8  # of a task whose worker or node was lost
_AHEAD: Final = 2  # tasks in flight for each processor of the cluster: one at work, one waiting
_ANSWER: Final = 120  # seconds that a node has to say its version; starting a worker takes some
_KNOCK: Final = 10.0
_PATIENCE: Final = 1.0  # seconds between two looks at the size of the cluster


@dataclass(frozen=True, slots=True)
class _Done:
    """What a task gives back."""

    outcome: Done | Failed
    inputs: int = 0
    documents: int = 0
    source: str = ""


@contextmanager
def connected(address: str, setup: Setup, workers: int | None) -> Iterator[Engine]:
    """The engine of a cluster, whose nodes all have this very version.

    Without an address that of the environment (`RAY_ADDRESS`) is taken, or else Ray is started on this machine. Raises
    ConfigError where Ray is not installed, does not answer, or a node has another version.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise ConfigError(
            "--engine ray needs the extra `ray`, on each node of the cluster. Install it, as in"
            " `pip install 'newspaper-pipeline[ray]'`, or leave --engine out."
        ) from error
    is_ours = not ray.is_initialized()
    if is_ours:
        _connect(ray, address)
    try:
        _check_nodes(ray, setup)
        yield partial(_engine, ray=ray, workers=workers)
    finally:
        if is_ours:
            with _signals_kept():
                ray.shutdown()


def _connect(ray: Any, address: str) -> None:  # noqa: ANN401 - an optional library
    where = address or os.environ.get("RAY_ADDRESS", "")
    try:
        _knock(where)
        with _signals_kept():
            ray.init(address=where or None, log_to_driver=False, logging_level="error", configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ConfigError(
            f"Ray at {where or 'this machine'}: can't be used ({_first_line(error)}). Check --ray-address, and that"
            " the cluster runs with the same versions of Ray and Python."
        ) from error


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray itself would try for minutes."""
    found = re.search(r"([^/:]+):(\d+)$", address)
    if found:
        socket.create_connection((found[1], int(found[2])), timeout=_KNOCK).close()


def _check_nodes(ray: Any, setup: Setup) -> None:  # noqa: ANN401
    """Raise ConfigError where a node that is alive has another version of what the records depend on."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    look = ray.remote(num_cpus=0, max_retries=1)(_stamp)
    for node in filter(lambda one: one["Alive"], ray.nodes()):
        place = NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False)
        name = node.get("NodeManagerHostname", node["NodeID"])
        try:
            there = ray.get(look.options(scheduling_strategy=place).remote(setup), timeout=_ANSWER)
        except ray.exceptions.RayTaskError as error:
            raise ConfigError(f"{_other(name)} ({_first_line(error)})") from error
        except ray.exceptions.RayError:  # it is about to go, or busy: its tasks will look themselves
            continue
        if there != _stamp(setup):
            raise ConfigError(_other(name))


def _other(name: str) -> str:
    from pipeline import __version__

    return (
        f"node {name}: has not this version of newspaper-pipeline and its libraries ({__version__}). Install the"
        " same one on all nodes."
    )


def _engine(
    tasks: Iterable[Task],
    setup: Setup,
    at: At,
    *,
    ray: Any,  # noqa: ANN401
    workers: int | None,
) -> Iterator[Done]:
    """Keep a bounded number of tasks in flight until all are done. Raises EngineError where one can't be."""
    do = ray.remote(num_cpus=1, max_retries=_RETRIES)(_do)
    shared, run = ray.put(setup), uuid4().hex
    waiting = iter(tasks)
    parts: dict[Any, int] = {}  # of the tasks in flight
    try:
        while True:
            for task in islice(waiting, max(0, (workers or _size(ray)) - len(parts))):
                token = Layout(task.out).lock.read_bytes()
                listing = b"" if isinstance(task, Survey) else task.listing.read()
                parts[do.remote(task, listing, shared, token, run)] = task.part
            if not parts:
                return
            ready, _ = ray.wait(list(parts), num_returns=1, timeout=_PATIENCE)
            for ref in ready:
                yield _taken(ray, ref, parts.pop(ref), at)
    finally:
        for ref in parts:
            with suppress(Exception):  # whatever is left goes with the driver
                ray.cancel(ref, force=True)


def _taken(ray: Any, ref: Any, part: int, at: At) -> Done:  # noqa: ANN401
    try:
        done: _Done = ray.get(ref)
    except ray.exceptions.RayError as error:
        raise EngineError(
            f"part {part}: its task failed {_RETRIES + 1} times, or could not be started ({_first_line(error)})."
            " See the cluster; the same command goes on from there."
        ) from error
    if isinstance(done.outcome, Failed):
        raise done.outcome.error
    for _ in range(done.inputs):
        at(done.source, True)
    for _ in range(done.documents):
        at(done.source, False)
    return done.outcome


def _size(ray: Any) -> int:  # noqa: ANN401
    """How many tasks may be in flight; the cluster may grow or shrink meanwhile."""
    return max(2, _AHEAD * int(ray.cluster_resources().get("CPU", 1)))


_standing: Pool | None = None  # of this worker of Ray: starting it anew for each task would read the models each time
_run: str = ""  # that it stands for


def _do(task: Task, listing: bytes, setup: Setup, token: bytes, run: str) -> _Done:
    """The task: do a part, or survey a file, on this node."""
    global _standing, _run
    here = socket.gethostname()
    counts = [0, 0]
    last = ""

    def at(source: str, is_input: bool) -> None:
        nonlocal last
        if source:
            counts[not is_input] += 1
            last = source

    try:
        if _stamp(setup) != task.stamp:
            raise EngineError(_other(here))
        if not task.store:
            _check_output(task.out, token, here)
        if _standing is None or _run != run:
            _stop_standing()
            _standing, _run = Pool(setup, 1, at, None, iter(())), run
        _standing.at = at
        with tempfile.TemporaryDirectory(prefix="newspaper-pipeline-task-") as folder:
            path = Path(folder) / "inputs"
            path.write_bytes(listing)
            _standing.waiting.append(
                task if isinstance(task, Survey) else replace(task, listing=Stretch(path, 0, len(listing)))
            )
            [outcome] = _standing.outcomes()
    except PipelineError as error:
        _stop_standing()
        return _Done(Failed(error))
    except BaseException:
        _stop_standing()
        raise
    return _Done(outcome, counts[0], counts[1], last)


def _stop_standing() -> None:
    global _standing
    if _standing is not None:
        _standing.close()
    _standing = None


def _check_output(out: Path, token: bytes, here: str) -> None:
    """Raise EngineError where this node does not see the output that the driver has locked."""
    try:
        seen = Layout(out).lock.read_bytes()
    except OSError:
        seen = b""
    if seen != token:
        raise EngineError(
            f"node {here}: does not see the output {out}, or another run has it. Put it on a file system that all"
            " nodes share, under the same path, or into a bucket."
        )


def _stamp(setup: Setup) -> Stamp:
    """What the records depend on, on this node."""
    settings = setup.settings
    return receipts.stamp(settings.fingerprint(), settings.run, libraries(settings))


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray puts handlers of its own over those of a run."""
    try:
        before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        yield
    finally:
        with suppress(ValueError):  # not in the main thread
            for one, handler in before.items():
                signal.signal(one, handler)
