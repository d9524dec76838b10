"""Commands over one page: clean and explain."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import load_settings, settings_options

if TYPE_CHECKING:
    from pipeline.document import Page
    from pipeline.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the records as one JSON object.")
@settings_options
def clean(file: Path, as_json: bool, config: Path | None, sets: tuple[str, ...]) -> None:
    """Print the articles of one page as readable text. FILE may be - for standard input."""
    settings = load_settings(config, sets)
    page = _read(file, settings)
    if as_json:
        from pipeline.records import records

        click.echo(records(page, settings).as_json())
    else:
        from pipeline.readable import readable

        click.echo(readable(page), nl=False)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, with the text in full.")
@settings_options
def explain(file: Path, as_json: bool, config: Path | None, sets: tuple[str, ...]) -> None:
    """Show what became of each line of a page and what was changed in it, and by which rule. FILE may be - for standard input."""
    from pipeline.readable import explained, explained_json

    page = _read(file, load_settings(config, sets))
    lines = explained_json(page) if as_json else explained(page, shutil.get_terminal_size((120, 24)).columns)
    for line in lines:
        click.echo(line)


def _read(file: Path, settings: Settings) -> Page:
    """The page in a file or on standard input. Raises ConfigError where it can't be opened, SourceError if not read."""
    from pipeline.errors import ConfigError
    from pipeline.flow import read

    if str(file) == "-":
        return read(sys.stdin.buffer.read(), "stdin", settings)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror}).") from error
    return read(data, file.name, settings)
