"""The command line: each command parses, makes one call of the library, prints.

Nothing but click is imported until a command runs, so that `--help` answers at once. Results go to standard output,
progress, the summary of a run and errors to standard error. Exit codes: 0 all well, 1 an error of the program, 2 a wrong
command or setting (nothing has been touched), 3 some documents are in quarantine, 4 more of them than `--max-failures` allows.
"""

from __future__ import annotations

import os
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.corpus import run, validate
from pipeline.cli.learn import learn
from pipeline.cli.nightly import quarantine, status
from pipeline.cli.page import clean, explain
from pipeline.cli.review import compare, report, trace
from pipeline.cli.setup import init, schema
from pipeline.errors import ConfigError, PipelineError, SourceError

# One thread a process, here and in the workers: they share the cores among them, and sums come out the same on any machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class _WrongUse(click.ClickException):
    exit_code = 2


class _Quarantined(click.ClickException):
    exit_code = 3


class _Commands(click.Group):
    """A group that turns the errors of the library into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise _WrongUse(str(error)) from error
        except SourceError as error:
            raise _Quarantined(str(error)) from error
        except PipelineError as error:
            raise click.ClickException(str(error)) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one needs them, not by the alphabet."""
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="pipeline %(version)s")
def main() -> None:
    """Turn the raw text of Chinese newspaper pages into clean, validated JSON Lines.

    Exit codes: 0 all well, 1 an error of the program, 2 a wrong command or setting (nothing has been
    touched), 3 some documents are in quarantine, 4 more of them than --max-failures allows.
    """


for command in (run, clean, explain, report, trace, compare, validate, status, quarantine, learn, schema, init):
    main.add_command(command)
