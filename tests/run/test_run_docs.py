"""What docs/nightly.md says works: the units, the cron line, the exit codes; and docs/runs.md's example."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NIGHTLY = (ROOT / "docs" / "nightly.md").read_text(encoding="utf-8")
RUNS = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the program and two pages, one of them with a Chinese name, and a broken one."""
    command = tmp_path / "pipeline" / ".venv" / "bin" / "pipeline"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m pipeline "$@"\n')
    command.chmod(0o755)
    (tmp_path / "pages").mkdir()
    shutil.copy(ROOT / "seeds" / "12-clean.txt", tmp_path / "pages" / "第一版.txt")
    return tmp_path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_the_units_are_valid(home: Path) -> None:
    service, timer = blocks(NIGHTLY, "ini")
    (home / "pipeline.service").write_text(service.replace("%h", str(home)))
    (home / "pipeline.timer").write_text(timer)
    units = [str(home / "pipeline.service"), str(home / "pipeline.timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "pipeline" in line]
    assert (done.returncode, ours) == (0, [])


def cron_line() -> str:
    [line] = blocks(NIGHTLY, "crontab")
    return line.split(" ", 5)[5].strip().replace("\\%", "%")


def container_command() -> str:
    """What the CronJob's container runs in its working folder; the program is elsewhere here."""
    [job] = blocks(NIGHTLY, "yaml")
    [command] = re.findall(r"command: (\[.*\])", job)
    shell, option, line = json.loads(command)
    assert (shell, option) == ("sh", "-c")
    return f'cd "$HOME" && pipeline/.venv/bin/{line}'


@pytest.mark.parametrize("command", [cron_line(), container_command()], ids=["cron", "container"])
def test_the_night_runs_without_an_environment(home: Path, command: str) -> None:
    env = {"HOME": str(home), "PATH": os.defpath}
    for bad, code in ((None, 0), ("a", 0), ("b", 4)):
        if bad:
            (home / "pages" / f"{bad}.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
        shell = command if bad != "a" else command.replace("5%", "100%")
        done = subprocess.run(["/bin/sh", "-c", shell], env=env, capture_output=True, check=False)
        assert done.returncode == (1 if code else 0), done.stderr
    assert "第一版.txt" in "".join(path.read_text() for path in (home / "corpus" / "articles").iterdir())


def test_the_exit_codes_are_those_of_the_table() -> None:
    from pipeline.run.report import SOME_QUARANTINED, TOO_MANY_FAILED

    codes = set(re.findall(r"^\| ([\d, ]+) \|", NIGHTLY, re.MULTILINE))
    assert codes == {"0", "1", "2", str(SOME_QUARANTINED), str(TOO_MANY_FAILED), "130, 143"}


def test_every_option_of_a_run_that_is_named_is_there() -> None:
    from pipeline.run_options import RunOptions

    named = set(re.findall(r"`run\.(\w+)`", RUNS + NIGHTLY))
    assert named <= set(RunOptions.model_fields)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    shutil.copy(ROOT / "seeds" / "12-clean.txt", tmp_path / "pages")
    [example] = blocks(RUNS, "python")
    exec(example, {})
    assert capsys.readouterr().out == "0 1 0\nTrue\n"
