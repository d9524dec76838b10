"""Engines: who does the work on the parts. Each takes tasks and gives what came of them, around the one `do` in work.py.

Tasks are taken one by one, as there is someone to do them: there may be a million.

`serial` works in this process. `pool` (pool.py) works in processes of its own, so that a document which crashes,
hangs or eats memory takes only a worker with it. `ray` (cluster.py) works on a cluster. All are held to the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.run.cleaner import MakeCleaner
from pipeline.run.errors import EngineError
from pipeline.run.work import At, Done, Task, do

if TYPE_CHECKING:
    from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Setup:
    """What each worker needs before its first shard."""

    settings: Settings
    make_cleaner: MakeCleaner

    @property
    def time_limit(self) -> int:
        """Seconds that a document may take."""
        return self.settings.run.time_limit


Engine = Callable[[Iterable[Task], Setup, At], Iterator[Done]]


def serial(tasks: Iterable[Task], setup: Setup, at: At) -> Iterator[Done]:
    """Work in this process. Raises EngineError where the disk fails."""
    cleaner = setup.make_cleaner(setup.settings)
    for task in tasks:
        try:
            yield do(task, cleaner, at)
        except OSError as error:
            raise disk_failed(error) from error


def disk_failed(error: OSError) -> EngineError:
    """What to tell when the output can't be written."""
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else "the output "
    return EngineError(f"{where}can't be written ({what}). Mend that and run again: the parts that are done stay done.")
