"""Commands over one page: clean and explain."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.options import Command, corrections_option, load_settings, settings_options

if TYPE_CHECKING:
    from pipeline.document import Page, Role
    from pipeline.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_PAINT: dict[str | None, dict[str, Any]] = {
    "title": {"fg": "bright_red", "bold": True},
    "kicker": {"fg": "red"},
    "subtitle": {"fg": "red"},
    "byline": {"fg": "cyan"},
    "heading": {"fg": "yellow", "bold": True},
    "caption": {"fg": "green"},
    "furniture": {"fg": "bright_black"},
}


def _page_options(command: Command) -> Command:
    """Give a command over one page `--source`, `--corrections` and what all take."""
    source = click.option("--source", default="", help="Name of the page in records and corrections. Default: FILE's.")
    return source(corrections_option(settings_options(command)))


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the records as one JSON object.")
@_page_options
def clean(
    file: Path, as_json: bool, source: str, corrections: Path | None, config: Path | None, sets: tuple[str, ...]
) -> None:
    """Print the articles of one page as readable text. FILE may be - for standard input."""
    settings = load_settings(config, sets)
    page = _read(file, settings, source, corrections)
    if as_json:
        from pipeline.records import records

        click.echo(records(page, settings).as_json())
    else:
        from pipeline.readable import readable

        click.echo(readable(page), nl=False)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, with the text in full.")
@_page_options
def explain(
    file: Path, as_json: bool, source: str, corrections: Path | None, config: Path | None, sets: tuple[str, ...]
) -> None:
    """Show what became of each line of a page and what was changed in it, and by which rule. FILE may be - for standard input.

    For each line: its number, role, how sure that is, where it went, the rule, the line that it was found to read on
    from (with the score of the seam), its text; under it what was changed.
    """
    from pipeline.readable import explained, explained_json

    page = _read(file, load_settings(config, sets), source, corrections)
    width = shutil.get_terminal_size((120, 24)).columns
    for line in explained_json(page) if as_json else explained(page, width, _painted):
        click.echo(line, color=False if "NO_COLOR" in os.environ else None)


def _painted(role: Role | None, text: str) -> str:
    return click.style(text, **_PAINT[role]) if role in _PAINT else text


def _read(file: Path, settings: Settings, source: str, corrections: Path | None) -> Page:
    """The page in a file or on standard input. Raises ConfigError where it can't be opened, SourceError if not read."""
    from pipeline.corrections import load
    from pipeline.errors import ConfigError
    from pipeline.flow import read

    pinned = load(corrections)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror}).") from error
    name = source or ("stdin" if str(file) == "-" else file.name)
    page = read(data, name, settings, pinned.of(name))
    for misfit in page.misfits:
        click.echo(f"Warning: {misfit} The page is read without it.", err=True)
    return page
