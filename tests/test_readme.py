"""The README tells the truth: its commands, options, tables and examples are those of the program."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.schema import MODELS, FigureRecord, SectionRecordWithFigures
from pipeline.settings import load, stages

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def shell_commands() -> list[list[str]]:
    """The commands of the sh blocks, cut into words."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(part) for line in lines for part in line.split(" && ")]


def own_commands() -> list[list[str]]:
    """What stands behind `pipeline` in the sh blocks and in `code`."""
    spoken = [shlex.split(code) for code in re.findall(r"`(pipeline [^`]+)`", README)]
    called = [words for words in shell_commands() if Path(words[0]).name == "pipeline"]
    return [words[1:] for words in (*spoken, *called)]


def test_the_first_screen_has_the_two_commands() -> None:
    first, second, *_ = blocks("sh")
    assert README.index(second) < 2400
    assert first.endswith(".venv/bin/pipeline run\n")
    assert second.endswith(".venv/bin/pytest -q\n")


@pytest.mark.parametrize("words", own_commands(), ids=" ".join)
def test_commands_and_options_are_there(words: list[str]) -> None:
    command = main.commands[words[0]]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
    for at, word in enumerate(words):
        if word == "--set":
            load(None, [words[at + 1]])


def test_every_command_is_described() -> None:
    table = re.findall(r"^\| `pipeline (\w+)", README, re.MULTILINE)
    assert table == list(main.commands)


def test_every_option_of_the_table_is_there() -> None:
    known = {name for command in main.commands.values() for p in command.params for name in p.opts}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known | {"--help"}


def test_arguments_are_those_of_the_table() -> None:
    for name, argument in re.findall(r"^\| `pipeline (\w+) ?([^`]*)`", README, re.MULTILINE):
        arguments = [p for p in main.commands[name].params if isinstance(p, click.Argument)]
        assert bool(argument) == bool(arguments), name


def test_what_pip_installs_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"'\.\[(\w+)\]'", README)) == set(project["optional-dependencies"])
    assert project["scripts"] == {"pipeline": "pipeline.cli:main"}
    assert "-c constraints.txt" in README
    assert (ROOT / "constraints.txt").exists()


def test_the_stages_are_those_of_the_settings() -> None:
    assert re.findall(r"^\d\. \*\*(\w+)\*\*:", README, re.MULTILINE) == [
        name for name in stages() if name not in {"records", "run"}
    ]


def test_every_key_of_the_records_is_described() -> None:
    for kind, model in (*MODELS.items(), ("sections", SectionRecordWithFigures), ("figures", FigureRecord)):
        for name in model.model_fields:
            assert f"`{name}`" in README, f"{kind}.{name}"


def test_files_that_it_names_are_there() -> None:
    for name in re.findall(r"`((?:seeds|pipeline|tests|schemas|training|\.ci)/[\w./-]*)`", README):
        assert (ROOT / name).exists(), name


def test_the_example_is_what_the_program_does() -> None:
    before, after = (block.rstrip().split("\n…\n") for block in blocks("text"))
    seed = ROOT / "seeds" / "05-headings-behind.txt"
    assert in_order(before, seed.read_text(encoding="utf-8"))
    assert in_order(after, CliRunner().invoke(main, ["clean", str(seed)]).stdout)


def in_order(parts: list[str], text: str) -> bool:
    """Whether the text has all these parts, one after the other."""
    return re.search(".*".join(map(re.escape, parts)), text, re.DOTALL) is not None


def test_the_library_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed == "桥通了\n大桥昨日上午通车，两岸的老人走上桥头，看了又看。 5\n"
