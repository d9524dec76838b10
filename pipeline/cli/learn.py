"""The command learn: a seam model from the user's own pages."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.options import settings_options


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("seams.bin"), show_default=True, help="File to write."
)
@click.option(
    "--max-ngrams",
    type=click.IntRange(min=1000),
    default=5_200_000,
    show_default=True,
    help="Sequences of two to four characters to keep, at three bytes of the file each.",
)
@click.option(
    "--characters",
    type=click.IntRange(min=1),
    default=20_000_000,
    show_default=True,
    help="Learn from no more than this many. A million take 0.3 GB of memory, 20 million 1.3 GB.",
)
@click.option("--quiet", is_flag=True, help="No progress and no figures, only errors.")
@settings_options
@click.pass_context
def learn(
    ctx: click.Context,
    inputs: tuple[str, ...],
    out: Path,
    max_ngrams: int,
    characters: int,
    quiet: bool,
    config: Path | None,
    sets: tuple[str, ...],
) -> None:
    """Learn from your own pages how their text reads on.

    INPUT is what `run` takes: files, folders, globs. What stands inside the lines of Chinese prose is learnt, each line
    once. Then give the file to the other commands by stitch.seam_model (--set or pipeline.toml). Exit code 3: some
    documents could not be read; the others were learnt from.
    """
    from pipeline.cli.progress import watching
    from pipeline.learn.corpus import learn as learn_from
    from pipeline.settings import load

    settings = load(config, sets)  # unchecked: it may name the very model that is to be made
    with watching(quiet=quiet) as on_progress:
        learnt = learn_from(
            inputs, out, settings, max_ngrams=max_ngrams, characters=characters, on_progress=on_progress
        )
    if not quiet:
        for line in learnt.lines():
            click.echo(line, err=True)
    ctx.exit(learnt.exit_code)
