"""The command line as a whole: help, version, usage errors, what becomes of errors."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.called import SEED, call
from pipeline import __version__
from pipeline.cli import main
from pipeline.schema import schemas


def test_help_names_every_command() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for name in ("run", "clean", "explain", "validate", "schema", "init"):
        assert re.search(rf"^  {name} +\w", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", main.commands)
def test_every_command_and_option_is_described(name: str) -> None:
    command = main.commands[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, pipeline.cli; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"pydantic", "numpy", "cn2an", "ftfy", "opencc", "orjson", "rich"}.isdisjoint(loaded)


def test_version() -> None:
    assert call("--version").output == f"pipeline {__version__}\n"


def test_schema() -> None:
    assert call("schema").stdout.split() == [f"schemas/{name}" for name in schemas()]
    assert call("schema", "--out", "elsewhere").exit_code == 0
    assert len(list(Path("elsewhere").iterdir())) == len(schemas())


def test_init() -> None:
    assert call("init").stdout == "pipeline.toml\n"
    text = Path("pipeline.toml").read_text(encoding="utf-8")
    assert "[markup]" in text
    Path("pipeline.toml").write_text("# own\n", encoding="utf-8")
    result = call("init")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert Path("pipeline.toml").read_text(encoding="utf-8") == "# own\n"
    assert call("init", "--force").exit_code == 0
    assert Path("pipeline.toml").read_text(encoding="utf-8") == text


def test_a_closed_pipe_is_no_error() -> None:
    Path("long.txt").write_text("大桥昨日通车。\n\n" * 2_000, encoding="utf-8")
    command = f'"{sys.executable}" -m pipeline explain long.txt | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_an_error_of_the_program_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("pipeline.flow.read", fail)
    assert call("clean", SEED).exit_code == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "nowhere"], "nowhere"),
        (["run"], "seeds"),
        (["run", "--no-such-option"], "No such option"),
        (["run", "pages", "--set", "markup.markdwon=true"], "Did you mean 'markdown'?"),
        (["run", "pages", "--set", "markup=true"], "stage.option=value"),
        (["run", "pages", "--config", "none.toml"], "none.toml: can't be read"),
        (["run", "pages", "--workers", "-1"], "Invalid value for '--workers'"),
        (["clean", "nowhere.txt"], "nowhere.txt"),
        (["clean", "pages"], "is a directory"),
        (["explain"], "Missing argument 'FILE'"),
        (["validate", "nowhere"], "is no output of `pipeline run`"),
        (["rum"], "No such command 'rum'"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("pages")
def test_usage_errors(args: list[str], message: str) -> None:
    result = call(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert not Path("out").exists()
