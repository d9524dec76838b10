"""`pipeline run` as a user calls it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.called import PDF, call, shell
from pipeline.schema import MODELS


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


def test_an_output_folder_that_holds_something_else_is_not_touched(pages: Path) -> None:
    Path("photos").mkdir()
    Path("photos/holiday.jpg").write_bytes(b"x")
    result = call("run", pages, "--out", "photos")
    assert result.exit_code == 2
    assert "photos" in result.stderr
    assert [path.name for path in Path("photos").iterdir()] == ["holiday.jpg"]
