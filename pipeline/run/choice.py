"""Which engine a run gets, and what can't be asked for together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigError
from pipeline.run.engines import Engine, Setup, serial
from pipeline.run.shards import WHOLE

if TYPE_CHECKING:
    from pipeline.run.runner import Order

_SMALL: Final = 4 << 20  # bytes that one worker does before a second one has started


@contextmanager
def cluster_of(order: Order) -> Iterator[Engine | None]:
    """The engine of the cluster, where one is asked for. Raises ConfigError where it can't be used."""
    if order.ray_address and order.engine != "ray":
        raise ConfigError("--ray-address is for --engine ray only. Give both, or none.")
    if order.share != WHOLE and (order.engine == "ray" or order.max_failures):
        raise ConfigError("--shard goes neither with --engine ray nor with --max-failures. Leave one out.")
    if order.store.startswith("memory://") and order.workers != 0 and order.engine != "serial":
        raise ConfigError("memory:// is the memory of one process: give --workers 0.")
    if order.engine != "ray" or order.dry_run:
        yield None
        return
    from pipeline.run.cluster import connected

    with connected(order.ray_address, Setup(order.settings, order.make_cleaner), order.workers) as engine:
        yield engine


def engine_of(order: Order, size: int, parts: int, lock: int | None) -> Engine:
    """The engine on this machine, for so many bytes in so many parts."""
    workers = order.workers
    if workers == 0 or order.engine == "serial":
        return serial
    from pipeline.run.pool import pool

    if workers is None:
        workers = 1 if size < _SMALL else _processors()
    return partial(pool, workers=min(workers, parts), lock=lock)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
