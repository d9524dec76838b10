"""`pipeline clean` and `pipeline explain`: one page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.called import PDF, SEED, call
from pipeline.cli import main


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
