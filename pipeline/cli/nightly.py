"""What a night's work needs: commands that look at an output, and the options by which `run` tells a monitor.

`status` and `quarantine` touch nothing. `night_options` gives `run` its `--metrics` and `--log-format`, `watching` and
`tell` do what these ask for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import click

if TYPE_CHECKING:
    from pipeline.run import Progress, Report

Command = TypeVar("Command", bound=Callable[..., Any])
LogFormat: TypeAlias = Literal["text", "json"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("out", default="out")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def status(ctx: click.Context, out: str, as_json: bool) -> None:
    """Say what OUT holds, and whether a run is at work or was broken off. OUT defaults to out.

    Exit code 1 where a run is at work, or the next one has something to mend.
    """
    from pipeline.run import status as status_of

    found = status_of(out)
    for line in [found.as_json()] if as_json else found.lines():
        click.echo(line)
    ctx.exit(0 if found.is_complete else 1)


@click.command()
@click.argument("out", default="out")
@click.option("--list", "as_list", is_flag=True, help="Print each document on a line of its own: source, tab, message.")
@click.option("--json", "as_json", is_flag=True, help="Print each document as a line of JSON.")
def quarantine(out: str, as_list: bool, as_json: bool) -> None:
    """Say which documents of OUT could not be read, and why. OUT defaults to out.

    They are grouped by the stage and the error, the most frequent first. Mend what the messages say, then
    `pipeline run --retry-quarantined` tries them again.
    """
    from pipeline.run import grouped
    from pipeline.run import quarantine as quarantined

    failures = quarantined(out)
    if as_json or as_list:
        for failure in failures:
            line = (
                json.dumps(asdict(failure), ensure_ascii=False) if as_json else f"{failure.source}\t{failure.message}"
            )
            click.echo(line)
        return
    groups = grouped(failures)
    for group in groups:
        click.echo(f"{group.number} × {group.error} in {group.stage or 'an unknown stage'}")
        for failure in group.examples:
            click.echo(f"    {failure.message}")
        if group.number > len(group.examples):
            click.echo(f"    … and {group.number - len(group.examples)} more (--list shows all)")
    if not groups:
        click.echo("Nothing is in quarantine.")


def night_options(command: Command) -> Command:
    """Give `run` the options `--metrics` (Path or None) and `--log-format` ("text" or "json")."""
    metrics = click.option("--metrics", type=_FILE, help="Write the run's figures here, as OpenMetrics text.")
    log_format = click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How progress and the summary are told on standard error: for people, or a JSON object a line.",
    )
    return metrics(log_format(command))


@contextmanager
def watching(log_format: LogFormat, *, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """What a run is to call with its progress."""
    from pipeline.cli import progress

    if log_format == "text" or quiet:
        with progress.watching(quiet=quiet) as on_progress:
            yield on_progress
    else:
        yield _logged(progress.EVERY)


def tell(report: Report, metrics: Path | None, log_format: LogFormat) -> None:
    """Write the figures of a run where they were asked for. Raises ConfigError where that fails."""
    from pipeline.errors import ConfigError
    from pipeline.run.metrics import write
    from pipeline.run.report import SOME_QUARANTINED

    if log_format == "json":
        _log("done" if report.exit_code in (0, SOME_QUARANTINED) else "failed", report.as_dict())
    if metrics is not None:
        try:
            write(metrics, report)
        except OSError as error:
            raise ConfigError(f"{metrics}: the run is over, but this can't be written ({error.strerror}).") from error


def _logged(every: float) -> Callable[[Progress], None]:
    """Log the first document, and then one in so many seconds."""
    from time import monotonic

    last = -every

    def log(at: Progress) -> None:
        nonlocal last
        if monotonic() - last >= every:
            last = monotonic()
            _log("progress", asdict(at))

    return log


def _log(event: str, fields: dict[str, object]) -> None:
    """Write an event as one line of JSON, at once: a reader may be waiting at the other end of a pipe."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    click.echo(json.dumps({"time": now, "event": event, **fields}, ensure_ascii=False), file=sys.stderr)
