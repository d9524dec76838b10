"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pipeline.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_options(command: Command) -> Command:
    """Give a command `--config` and `--set`."""
    config = click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Settings file. Default: pipeline.toml in the current folder, if there is one.",
    )
    sets = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="STAGE.OPTION=VALUE",
        help="Set one option, over the settings file. May be given many times.",
    )
    return config(sets(command))


def corrections_option(command: Command) -> Command:
    """Give a command `--corrections`."""
    return click.option(
        "--corrections",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Corrections file. Default: corrections.toml in the current folder, if there is one.",
    )(command)


def load_settings(config: Path | None, sets: tuple[str, ...]) -> Settings:
    """The settings that the shared options ask for. Raises ConfigError, also where they need an extra that is missing."""
    from pipeline.libraries import check
    from pipeline.settings import load

    settings = load(config, sets)
    check(settings)
    return settings
