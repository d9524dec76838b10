"""Engines: who does the work on the parts. Each takes shards and gives outcomes, around the one `work` in work.py.

`serial` works in this process. `pool` (pool.py) works in processes of its own, so that a document which crashes,
hangs or eats memory takes only a worker with it. Both are held to the same tests; a cluster's engine would be a third.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.run.cleaner import MakeCleaner
from pipeline.run.errors import EngineError
from pipeline.run.work import At, Outcome, Shard, work

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


Engine = Callable[[Sequence[Shard], Setup, At], Iterator[Outcome]]


def serial(shards: Sequence[Shard], setup: Setup, at: At) -> Iterator[Outcome]:
    """Work in this process. Raises EngineError where the disk fails."""
    cleaner = setup.make_cleaner(setup.settings)
    for shard in shards:
        try:
            yield work(shard, cleaner, at)
        except OSError as error:
            raise disk_failed(error) from error


def disk_failed(error: OSError) -> EngineError:
    """What to tell when the output can't be written."""
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else "the output "
    return EngineError(f"{where}can't be written ({what}). Mend that and run again: the parts that are done stay done.")
