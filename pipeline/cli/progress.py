"""Progress of a run on standard error: a bar on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

import click

if TYPE_CHECKING:
    from pipeline.run import Progress

OnProgress: TypeAlias = "Callable[[Progress], None]"

EVERY: Final = 10.0  # seconds between two plain lines


@contextmanager
def watching(*, quiet: bool) -> Iterator[OnProgress | None]:
    """What a run is to call: None if nobody wants to know, a bar on a terminal, else plain lines."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as on_progress:
            yield on_progress
    else:
        yield _plain()


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[source]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, source="")

        def show(at: Progress) -> None:
            bar.update(task, total=at.total, completed=at.inputs, source=Text(at.source, overflow="ellipsis"))

        yield show


def _plain() -> OnProgress:
    last = -EVERY

    def show(at: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if last < 0:
            click.echo(f"{at.total} inputs to read", err=True)
            last = now
        elif now - last >= EVERY:
            click.echo(f"{at.inputs} of {at.total} inputs, {at.documents} documents", err=True)
            last = now

    return show
