"""The documentation says all there is, and only that: commands, options, rules, links, examples.

`python tests/test_docs.py` writes docs/commands.md anew.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import main
from pipeline.corrections import RULES, parsed
from pipeline.document import Role
from pipeline.schema import MODELS, FigureRecord
from pipeline.settings import stages

ROOT = Path(__file__).parent.parent
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
ALL = "\n".join(DOCS.values())
PREFIXES = (
    "repair|markup|lines|furniture|caption|byline|title|subtitle|heading|body|spaces|quotes|figures|letters|punctuation"
    "|script"
)


BUILT = {"script.simplified", "script.traditional", "quotes.corner_to_curly"}  # put together in the code


def reference() -> str:
    """docs/commands.md: each command with its help and options."""
    parts = [
        "# Commands\n",
        "Written from the program by `python tests/test_docs.py`. `pipeline --help` and `--help` of each say the same.\n",
    ]
    for name, command in main.commands.items():
        context = click.Context(command, info_name=f"pipeline {name}")
        usage = command.get_usage(context).removeprefix("Usage: ")
        parts += [
            f"## {name}\n",
            f"    {' '.join(usage.split())}\n",
            "\n".join(map(str.strip, (command.help or "").splitlines())).strip() + "\n",
        ]
        rows = [f"| {_cell(one)} | {_help(one)} |" for one in command.params if isinstance(one, click.Option)]
        if rows:
            parts.append("\n".join(["| option | |", "| --- | --- |", *rows]) + "\n")
    return "\n".join(parts)


def _cell(option: click.Option) -> str:
    value = "" if option.is_flag else f" {option.make_metavar(click.Context(main))}"
    return f"`{', '.join(option.opts)}{value}`".replace("|", "\\|")


def _help(option: click.Option) -> str:
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"{option.help}{default}".replace("|", "\\|")


def rules() -> Iterator[str]:
    """Every rule that the program can name: those in the code, the cues, the features."""
    options = {f"{stage}.{option}" for stage, model in stages().items() for option in model.model_fields}
    for path in (ROOT / "pipeline").rglob("*.py"):
        for rule in re.findall(rf"[\"']((?:{PREFIXES})\.[a-z_]+)[\"']", path.read_text(encoding="utf-8")):
            if rule not in options and not rule.endswith((".toml", ".py", ".json")):
                yield rule
    cues = tomllib.loads((ROOT / "pipeline" / "lexicon" / "cues.toml").read_text(encoding="utf-8"))
    yield from (f"{role}.{name}" for role, names in cues.items() for name in names)
    yield from (f"correction.{kind}" for kind in RULES)


def features() -> set[str]:
    """The features that a learnt rule can name."""
    known = json.loads((ROOT / "pipeline" / "models" / "roles.json").read_text(encoding="utf-8"))["states"]
    names = {part for name in known for part in name.split("=")[0].split("&")}
    return {re.sub(r"^(?:before|after)2?\.", "", name).split(".")[0] for name in names}


def test_the_commands_are_those_of_the_program():
    assert DOCS["commands.md"] == reference(), "write it anew: python tests/test_docs.py"


@pytest.mark.parametrize("name", main.commands)
def test_every_command_and_option_is_told(name):
    other = "\n".join(text for page, text in DOCS.items() if page != "commands.md") + (ROOT / "README.md").read_text(
        encoding="utf-8"
    )
    assert f"pipeline {name}" in other
    for option in main.commands[name].params:
        if isinstance(option, click.Option):
            assert option.opts[0] in DOCS["commands.md"]


@pytest.mark.parametrize("rule", sorted(set(rules())))
def test_every_rule_is_told(rule):
    assert f"`{rule}`" in DOCS["stages.md"]


@pytest.mark.parametrize("feature", sorted(features()))
def test_every_feature_is_told(feature):
    assert f"`{feature}`" in DOCS["stages.md"]


def test_no_rule_is_told_that_is_not_there():
    made = {f"{role}.{how}" for role in Role for how in ("page", "printed_twice", "no_cue", "closes_quote")}
    told = set(re.findall(rf"`((?:{PREFIXES}|correction)\.[a-z_]+)`", DOCS["stages.md"]))
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    assert {rule for rule in told - made - set(rules()) if f'"{rule}"' not in code} == BUILT


def test_every_key_of_the_records_is_told():
    for model in (*MODELS.values(), FigureRecord):
        for name in model.model_fields:
            assert re.search(rf"\b{name}\b", DOCS["records.md"]), name


@pytest.mark.parametrize("page", DOCS)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", DOCS[page]):
        if "://" not in target:
            assert (ROOT / "docs" / target).exists(), target


def test_each_page_is_in_the_index():
    assert set(re.findall(r"\(([\w-]+\.md)\)", DOCS["README.md"])) == set(DOCS) - {"README.md"}


def test_commands_in_examples_are_there():
    for line in re.findall(
        r"^(?:\S*/)?pipeline .*$", "\n".join(re.findall(r"```sh\n(.*?)```", ALL, re.DOTALL)), re.MULTILINE
    ):
        name, *words = line.split()[1:]
        known = {opt for parameter in main.commands[name].params for opt in parameter.opts}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, line


def test_the_example_of_corrections_is_one():
    for text in re.findall(r"```toml\n(.*?)```", DOCS["review.md"], re.DOTALL):
        assert parsed(tomllib.loads(text), text, "corrections.toml").count() == 2


def test_options_of_settings_that_are_named_are_there():
    known = {f"{stage}.{option}" for stage, model in stages().items() for option in model.model_fields}
    told = set(re.findall(rf"`((?:{'|'.join(stages())})\.[a-z_]+)(?:=[^`]*)?`", ALL))
    assert {one for one in told - known if not (ROOT / "pipeline" / one).exists()} <= set(rules()) | BUILT


def test_the_examples_of_the_library_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("pages").mkdir()
    shutil.copy(ROOT / "seeds" / "12-clean.txt", "pages")
    first, second = re.findall(r"```python\n(.*?)```", DOCS["library.md"], re.DOTALL)
    exec(compile(first, "library.md", "exec"), {})
    assert capsys.readouterr().out.startswith(
        "桥通了\n大桥昨日上午通车，两岸的老人走上桥头，看了又看。\n1 title a1.title\n"
    )
    exec(compile(second, "library.md", "exec"), {})
    assert capsys.readouterr().out == "{'given': 1, 'applied': 1, 'misfits': 0}\n"


if __name__ == "__main__":
    (ROOT / "docs" / "commands.md").write_text(reference(), encoding="utf-8")
