"""Commands over a corpus: run and validate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from pipeline.cli.nightly import LogFormat, night_options, tell, watching
from pipeline.cli.options import corrections_option, load_settings, settings_options
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.run.runner import EngineName

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Wishes(TypedDict):
    """The options of `run` that the library takes as they are."""

    out: str
    engine: EngineName
    ray_address: str
    workers: int | None
    shard: str
    files_from: Path | None
    full: bool
    retry_quarantined: bool
    max_failures: str
    dry_run: bool


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("--out", default="out", show_default=True, help="Output folder, or bucket (s3://bucket/folder).")
@click.option(
    "--engine",
    type=click.Choice(["pool", "serial", "ray"]),
    default="pool",
    show_default=True,
    help="Who works: processes here, this process alone, or a Ray cluster (extra ray).",
)
@click.option(
    "--ray-address", default="", metavar="ADDRESS", help="The Ray cluster. Default: RAY_ADDRESS, or one here."
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Processes. Default: as many as there is work for. 0: none, for debugging.",
)
@click.option("--shard", default="", metavar="I/N", help="Only the I-th of N shares, for the jobs of an array.")
@click.option("--finish", metavar="OUT", help="Close the manifest of OUT when all shares are done.")
@click.option("--files-from", type=_FILE, help="Read the paths in this file too, one a line.")
@click.option("--text-column", metavar="NAME", help="Key or column of the text in rows. Default: text.")
@click.option("--id-column", metavar="NAME", help="That of a row's id, which then names it. Default: its number.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "jsonl.zst", "parquet"]),
    help="Form of the record files. Default: jsonl.",
)
@click.option("--full", is_flag=True, help="Do everything again, not only what is new or changed.")
@click.option("--retry-quarantined", is_flag=True, help="Also try again what is in quarantine.")
@click.option("--max-failures", default="", metavar="N|P%", help="Leave the output as it was if more documents fail.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--quiet", is_flag=True, help="No progress and no summary, only errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--figures", is_flag=True, help="List the figures of each section's text in its record (key figures).")
@night_options
@corrections_option
@settings_options
@click.pass_context
def run(
    ctx: click.Context,
    inputs: tuple[str, ...],
    quiet: bool,
    as_json: bool,
    figures: bool,
    finish: str | None,
    text_column: str | None,
    id_column: str | None,
    form: str | None,
    metrics: Path | None,
    log_format: LogFormat,
    corrections: Path | None,
    config: Path | None,
    sets: tuple[str, ...],
    **wishes: Unpack[Wishes],
) -> None:
    """Read all pages in files, folders or globs into records.

    INPUT defaults to the folder seeds; - is standard input. Only what is new, changed or gone since the last
    run is done; the output is what a run over everything would leave.
    """
    from pipeline.corrections import load
    from pipeline.run import finish as finish_all
    from pipeline.run import run as run_all

    pinned = load(corrections)
    asked = {
        "run.text_column": text_column,
        "run.id_column": id_column,
        "run.format": form,
        "records.figures": "true" if figures else None,
    }
    sets = (*sets, *(f"{option}={value}" for option, value in asked.items() if value is not None))
    settings = load_settings(config, sets)
    if not inputs and wishes["files_from"] is None:
        inputs = ("seeds",)
    if finish is not None:
        if inputs != ("seeds",):
            raise ConfigError("--finish takes no inputs: it only closes the manifest of OUT.")
        report = finish_all(finish, settings, pinned)
    else:
        with watching(log_format, quiet=quiet) as on_progress:
            report = run_all(inputs, settings=settings, on_progress=on_progress, corrections=pinned, **wishes)
    tell(report, metrics, log_format)
    if as_json:
        click.echo(report.as_json())
    elif not quiet and (log_format == "text" or report.dry_run):
        for line in report.lines():
            click.echo(line, err=not report.dry_run)  # what a dry run tells is its result
    ctx.exit(report.exit_code)


@click.command()
@click.argument("out", default="out")
@click.pass_context
def validate(ctx: click.Context, out: str) -> None:
    """Check every record in OUT against its schema and the promises. OUT defaults to out."""
    from pipeline.validate import validate as validate_folder

    verdict = validate_folder(out)
    for problem in verdict.problems:
        click.echo(problem, err=True)
    counted = ", ".join(f"{number} {kind}" for kind, number in verdict.records.items())
    click.echo(f"{counted}: {f'{verdict.wrong} problems' if verdict.wrong else 'all well'}")
    ctx.exit(1 if verdict.wrong else 0)
