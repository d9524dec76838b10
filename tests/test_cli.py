"""The command line: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from pipeline import __version__
from pipeline.cli import main
from pipeline.schema import MODELS, schemas

SEEDS = Path(__file__).parent.parent / "seeds"
SEED = SEEDS / "01-lost-indents.txt"
PDF = b"%PDF-1.7\n\x00\xff"  # what no stage can read


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def call(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)


def shell(*args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of two small pages."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("01-lost-indents.txt", "12-clean.txt"):
        (folder / name).write_bytes((SEEDS / name).read_bytes())
    return folder


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


def test_the_log_of_a_run_is_json_alone(pages: Path) -> None:
    (pages / "scan.txt").write_bytes(b"%PDF-1.7")
    result = call("run", pages, "--log-format", "json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert json.loads(result.stderr.splitlines()[-1])["event"] == "done"
    assert {"event", "time"} <= set.intersection(*(set(json.loads(line)) for line in result.stderr.splitlines()))


def test_the_columns_of_rows_are_named(pages: Path) -> None:
    (pages / "rows.jsonl").write_text('{"no": "x", "body": "桥通了"}', encoding="utf-8")
    assert call("run", pages / "rows.jsonl", "--text-column", "body", "--id-column", "no").exit_code == 0
    [path] = Path("out", "articles").iterdir()
    assert json.loads(path.read_bytes())["id"] == "rows.jsonl:x#a1"


def test_run_and_validate(pages: Path) -> None:
    result = call("run", pages)
    assert result.exit_code == 0, result.output
    assert "2 documents" in result.stderr
    assert result.stdout == ""
    assert {path.name for path in Path("out").iterdir()} >= {"articles", "sections", "_run"}
    result = call("validate")
    assert result.exit_code == 0, result.output
    assert "all well" in result.stdout


def test_run_twice_leaves_the_same_bytes(pages: Path) -> None:
    def records() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for kind in MODELS for path in Path("out", kind).glob("*")}

    assert call("run", pages).exit_code == 0
    first = records()
    assert call("run", pages, "--workers", "1").exit_code == 0
    assert records() == first


def test_run_lists_figures_when_asked_to(pages: Path) -> None:
    assert call("run", pages).exit_code == 0
    assert "name: figures" not in Path("out/README.md").read_text(encoding="utf-8")
    assert call("run", pages, "--figures").exit_code == 0
    sections = [json.loads(line) for path in Path("out/sections").iterdir() for line in path.read_bytes().splitlines()]
    assert all(list(section)[-1] == "figures" for section in sections)
    figures = [(section["text"][f["start"] : f["end"]], f["text"]) for section in sections for f in section["figures"]]
    assert len(figures) > 5
    assert all(there == told for there, told in figures)
    assert "name: figures" in Path("out/README.md").read_text(encoding="utf-8")
    assert call("validate").exit_code == 0
    assert json.loads(Path("out/_run/manifest.json").read_bytes())["libraries"].startswith("cn2an ")


def test_validate_finds_figures_that_are_not_there(pages: Path) -> None:
    assert call("run", pages, "--figures").exit_code == 0
    path = next(path for path in Path("out/sections").iterdir() if b'"figures":[{' in path.read_bytes())
    path.write_text(
        path.read_text(encoding="utf-8").replace('"figures":[{"start":', '"figures":[{"start":1'), encoding="utf-8"
    )
    assert "does not stand at 1" in call("validate").stderr
    path.write_text(re.sub(r',"figures":.*', "}", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert "figures: Field required" in call("validate").stderr


def test_figures_without_their_extra(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for args in (
        ("run", pages, "--figures"),
        ("clean", pages / "12-clean.txt", "--json", "--set", "records.figures=true"),
    ):
        result = call(*args)
        assert result.exit_code == 2
        assert "newspaper-pipeline[figures]" in result.stderr
    assert not Path("out").exists()


def test_the_manifest_names_the_dictionaries_of_the_script(pages: Path) -> None:
    def manifest() -> dict[str, Any]:
        return json.loads(Path("out/_run/manifest.json").read_bytes())

    assert call("run", pages).exit_code == 0
    usual = manifest()
    assert usual["libraries"] == ""
    assert call("run", pages, "--set", "normalise.script=simplified").exit_code == 0
    assert re.fullmatch(r"OpenCC [\d.]+ [0-9a-f]{16}", manifest()["libraries"])
    assert manifest()["stamp"]["code"] != usual["stamp"]["code"]


def test_a_run_that_keeps_the_script_imports_no_library_for_it(pages: Path) -> None:
    code = "import sys; from pipeline.run import run; from pipeline.settings import load; from pathlib import Path;"
    code += f"run([{str(pages)!r}], Path('out'), load(), workers=0); print(*sys.modules)"
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root}
    )
    assert done.returncode == 0, done.stderr
    assert {"opencc", "cn2an", "ftfy"}.isdisjoint(done.stdout.split())


def test_run_prints_json(pages: Path) -> None:
    result = call("run", pages, "--json")
    summary = json.loads(result.stdout)
    assert (summary["documents"], summary["quarantined"], summary["exit_code"]) == (2, 0, 0)
    assert summary["articles"] >= 2


def test_run_is_quiet_if_told(pages: Path) -> None:
    result = call("run", pages, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_run_keeps_progress_out_of_the_results(pages: Path) -> None:
    done = shell("run", pages, "--json")
    assert json.loads(done.stdout)["documents"] == 2
    assert done.stderr == "2 inputs to read\n"


def test_a_bad_document_stops_nothing(pages: Path) -> None:
    (pages / "scan.pdf.txt").write_bytes(PDF)
    result = call("run", pages)
    assert result.exit_code == 3
    lines = [line for path in Path("out/quarantine").iterdir() for line in path.read_text().splitlines()]
    assert [(json.loads(line)["source"], json.loads(line)["stage"]) for line in lines] == [("scan.pdf.txt", "decode")]
    assert call("validate").exit_code == 0


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


def test_an_output_folder_that_holds_something_else_is_not_touched(pages: Path) -> None:
    Path("photos").mkdir()
    Path("photos/holiday.jpg").write_bytes(b"x")
    result = call("run", pages, "--out", "photos")
    assert result.exit_code == 2
    assert "photos" in result.stderr
    assert [path.name for path in Path("photos").iterdir()] == ["holiday.jpg"]


def test_clean() -> None:
    result = call("clean", SEED)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("# 老粮站变身图书馆\n\n—— 云汀县棠渡街道旧仓新用记\n\n本报记者 温以宁、邵长庚\n\n")
    assert "早上八点半，云汀县棠渡街道的老粮站门前已经排起了队。" in result.stdout


def test_clean_reads_standard_input() -> None:
    assert call("clean", "-", stdin=SEED.read_bytes()).stdout == call("clean", SEED).stdout


def test_clean_prints_records() -> None:
    found = json.loads(call("clean", SEED, "--json").stdout)
    assert [article["id"] for article in found["articles"]] == ["01-lost-indents.txt#a1"]
    assert {section["article_id"] for section in found["sections"]} == {"01-lost-indents.txt#a1"}
    assert found["removed"] == []


def test_clean_of_what_is_no_text() -> None:
    Path("scan.txt").write_bytes(PDF)
    result = call("clean", "scan.txt")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: ")
    assert "extract its text first" in result.stderr


def test_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    result = call("explain", SEED)
    assert result.exit_code == 0, result.output
    first, second, *_ = result.stdout.splitlines()
    assert re.match(r"1 +title +[01]\.\d\d +a1\.title +\S+ +老粮站变身图书馆$", first)
    assert re.match(r"2 +subtitle ", second)
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_explain_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = CliRunner().invoke(main, ["explain", str(SEED)], color=True).stdout
    assert "\x1b[91m\x1b[1mtitle" in coloured
    assert "\x1b[" not in call("explain", SEED).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in CliRunner().invoke(main, ["explain", str(SEED)], color=True).stdout


def test_corrections_are_laid_over_a_page() -> None:
    text = '[[correction]]\nsource = "mine"\nrole = "kicker"\nat = [2]\n\n[[correction]]\nsource = "mine"\njoin = [1, 999]\n'
    Path("corrections.toml").write_text(text, encoding="utf-8")
    result = call("explain", SEED, "--source", "mine")
    assert re.search(r"^2 +kicker +1\.00 +a1\.kicker +correction\.role", result.stdout, re.MULTILINE)
    assert result.stderr == (
        "Warning: corrections.toml:6: mine: there is nothing on line 999. The page is read without it.\n"
    )
    assert "correction" not in call("explain", SEED).stdout
    Path("corrections.toml").rename("mine.toml")
    assert call("clean", SEED, "--source", "mine", "--corrections", "mine.toml").stdout.startswith(
        "——云汀县棠渡街道旧仓新用记\n\n# "
    )


def test_explain_accounts_for_every_line() -> None:
    rows = [json.loads(line) for line in call("explain", SEED, "--json").stdout.splitlines()]
    lines = SEED.read_text(encoding="utf-8").splitlines()
    assert {row["line"] for row in rows} >= {number for number, line in enumerate(lines, 1) if line.strip()}
    assert all(row["text"] == lines[row["line"] - 1].strip() and row["rule"] for row in rows)


def test_validate_finds_what_is_wrong(pages: Path) -> None:
    assert call("run", pages).exit_code == 0
    path = next(path for path in sorted(Path("out/articles").iterdir()) if path.stat().st_size)
    good = path.read_text(encoding="utf-8")
    article = json.loads(good.split("\n")[0])
    article["sections"][0]["start"] = 1
    for bad, message in [
        (good + good, "stands twice"),
        (good[:-1], "cut short"),
        (good + "{}\n", "Field required"),
        (good + "nonsense\n", "is no JSON"),
        ("", "there is no article"),
        (json.dumps(article, ensure_ascii=False) + "\n", "begins at 1"),
        (good.replace('"text":"', '"text":"甲', 1), "sections end at"),
    ]:
        path.write_text(bad, encoding="utf-8")
        result = call("validate")
        assert result.exit_code == 1
        assert message in result.stderr
        assert "problems" in result.stdout
    path.write_text(good, encoding="utf-8")
    assert call("validate").exit_code == 0


def test_validate_finds_what_does_not_belong(pages: Path) -> None:
    assert call("run", pages).exit_code == 0
    Path("out/articles/notes.txt").write_text("x")
    Path("out/articles/.part-0000.jsonl.tmp-123").write_text("x")
    Path("out/photos").mkdir()
    (part, *_) = sorted(Path("out/sections").iterdir())
    part.rename("out/sections/part-9999.jsonl")
    found = call("validate").stderr
    assert "notes.txt: is no file of records" in found
    assert ".tmp-123: was left by a run that did not end" in found
    assert "photos: does not belong into an output folder" in found
    assert f"sections/{part.name} is listed, but not there" in found
    assert "sections/part-9999.jsonl is not listed" in found
    Path("out/_run/manifest.json").unlink()
    assert "manifest.json: can't be read: the run did not end" in call("validate").stderr


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
