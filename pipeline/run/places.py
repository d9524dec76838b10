"""Where an output is and how it is held: a folder under its lock, or a bucket by its mirror."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.run import stores
from pipeline.run.engines import disk_failed
from pipeline.run.layout import Layout
from pipeline.run.lock import locked
from pipeline.run.mirror import Mirror
from pipeline.run.scratch import MIRROR
from pipeline.run.shards import WHOLE, Share, withdraw


def place(out: str | Path) -> tuple[Path, str]:
    """An output as a path, or else as the address of a bucket."""
    name = stores.without_file(str(out))
    return (Path(), name) if stores.is_uri(name) else (Path(name), "")


def mirrored(store: str, folder: Path, share: Share, *, dry_run: bool = False) -> Mirror | None:
    """The output in a bucket, where it is in one. Raises ConfigError where that can't be used."""
    if not store:
        return None
    bucket = stores.opened(store)
    stores.check(bucket, write=not dry_run)
    mirror = Mirror(bucket, Layout(folder / MIRROR))
    mirror.fill()
    if not dry_run:
        mirror.sweep(share)
    return mirror


@contextmanager
def held(layout: Layout, share: Share) -> Iterator[int]:
    """Hold the lock of the output: alone or, with a share of it, beside the other shares."""
    if share == WHOLE:
        with locked(layout.lock, layout.root) as lock:
            yield lock
        return
    with (
        locked(layout.lock, layout.root, shared=True),
        locked(layout.shards / f"{share.name}.lock", layout.root) as lock,
    ):
        with disk_errors():
            withdraw(layout, share)
        yield lock


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raise EngineError for the disk's errors."""
    try:
        yield
    except OSError as error:
        raise disk_failed(error) from error
