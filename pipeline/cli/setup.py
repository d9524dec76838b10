"""Commands that write files of the project itself: schema and init."""

from __future__ import annotations

from pathlib import Path

import click

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--out", type=_FOLDER, default=Path("schemas"), show_default=True, help="Folder to write into.")
def schema(out: Path) -> None:
    """Write the JSON Schema of each kind of record."""
    from pipeline.schema import write_schemas

    for path in write_schemas(out):
        click.echo(str(path))


@click.command()
@click.option("--force", is_flag=True, help="Overwrite a pipeline.toml that is already there.")
def init(force: bool) -> None:
    """Write a pipeline.toml that shows every setting."""
    from pipeline.errors import ConfigError
    from pipeline.settings import DEFAULT_FILE, template

    if DEFAULT_FILE.exists() and not force:
        raise ConfigError(f"{DEFAULT_FILE} is already here. Use --force to overwrite it.")
    try:
        DEFAULT_FILE.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{DEFAULT_FILE}: can't be written ({error.strerror}).") from error
    click.echo(str(DEFAULT_FILE))
