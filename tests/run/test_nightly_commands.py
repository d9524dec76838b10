"""The commands and options of a night's work: what they print, and with which exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline.cli.nightly import night_options, quarantine, status, tell, watching
from pipeline.errors import ConfigError
from pipeline.run.report import Progress
from run.run_outputs import Run


@pytest.fixture
def out(run: Run, pages: Path, tmp_path: Path) -> Path:
    for number in range(7):
        (pages / f"bad{number}.txt").write_text("raise ")
    run()
    return tmp_path / "out"


def call(command: click.Command, *args: str | Path) -> tuple[int, list[str]]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.stdout.splitlines()


def test_status_of_a_whole_output(out: Path) -> None:
    code, lines = call(status, out)
    assert code == 0
    assert "19 documents: 12 cleaned, 7 in quarantine" in lines
    code, lines = call(status, out, "--json")
    found = json.loads(lines[0])
    assert (code, found["complete"], found["counts"]["documents"]) == (0, True, 19)


def test_status_of_an_output_that_was_broken_off(out: Path) -> None:
    next((out / "_run" / "receipts").iterdir()).unlink()
    code, lines = call(status, out)
    assert code == 1
    assert "no receipt" in "\n".join(lines)


def test_status_of_what_is_no_output(tmp_path: Path) -> None:
    done = CliRunner().invoke(status, [str(tmp_path)])
    assert isinstance(done.exception, ConfigError)


def test_quarantine_groups_what_failed(out: Path) -> None:
    code, lines = call(quarantine, out)
    assert code == 0
    assert lines[0] == "7 × SourceError in decode"
    assert lines[-1] == "    … and 2 more (--list shows all)"


def test_quarantine_lists_what_failed(out: Path) -> None:
    listed = [line.split("\t") for line in call(quarantine, out, "--list")[1]]
    assert sorted(source for source, _ in listed) == [f"bad{n}.txt" for n in range(7)]
    rows = [json.loads(line) for line in call(quarantine, out, "--json")[1]]
    assert {row["error"] for row in rows} == {"SourceError"}


def test_nothing_in_quarantine(run: Run, tmp_path: Path) -> None:
    run()
    assert call(quarantine, tmp_path / "out") == (0, ["Nothing is in quarantine."])


def test_the_options_for_a_monitor(run: Run, tmp_path: Path) -> None:
    @click.command()
    @night_options
    def night(metrics: Path | None, log_format: str) -> None:
        with watching(log_format, quiet=False) as on_progress:  # type: ignore[arg-type]
            report = run(on_progress=on_progress)
        tell(report, metrics, log_format)  # type: ignore[arg-type]

    figures = tmp_path / "pipeline.prom"
    done = CliRunner().invoke(night, ["--metrics", str(figures), "--log-format", "json"])
    assert (done.exit_code, done.stdout) == (0, "")
    first, *_, last = map(json.loads, done.stderr.splitlines())
    assert (first["event"], first["total"]) == ("progress", 12)
    assert (last["event"], last["documents"], last["exit_code"]) == ("done", 12, 0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", last["time"])
    assert figures.read_text().endswith("# EOF\n")
    done = CliRunner().invoke(night, ["--metrics", str(tmp_path / "none" / "pipeline.prom")])
    assert isinstance(done.exception, ConfigError)


def test_quiet_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with watching("json", quiet=True) as on_progress:
        assert on_progress is None
    with watching("json", quiet=False) as on_progress:
        assert on_progress is not None
        on_progress(Progress(1, 2, 1, "a.txt"))
        on_progress(Progress(2, 2, 2, "b.txt"))
    assert len(capsys.readouterr().err.splitlines()) == 1
