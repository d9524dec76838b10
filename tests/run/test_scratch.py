"""The folder of a run in the temporary directory: gone afterwards, also after a run that was killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipeline.run.scratch import PREFIX, scratch

HELD = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from pipeline.run.scratch import scratch
with scratch() as folder:
    (folder / "parts" / "00001").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_gone_afterwards(above: Path) -> None:
    with scratch() as folder:
        assert folder.parent == above
        (folder / "stdin").touch()
    assert list(above.iterdir()) == []


def test_one_left_by_a_killed_run_is_removed_and_one_in_use_is_not(above: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", HELD, str(above)]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        other = Path(process.stdout.readline().decode().strip())
        with scratch():
            assert other.is_dir()
        process.kill()
        process.wait()
    assert other.is_dir()
    with scratch() as folder:
        assert list(above.iterdir()) == [folder]


def test_what_is_not_ours_stays(above: Path) -> None:
    (above / f"{PREFIX}x").mkdir()
    (above / f"{PREFIX}x" / "thesis.txt").touch()
    (above / "elsewhere").mkdir()
    (above / f"{PREFIX}link").symlink_to(above / "elsewhere")
    with scratch():
        pass
    assert {path.name for path in above.iterdir()} == {f"{PREFIX}x", "elsewhere", f"{PREFIX}link"}


def test_a_folder_that_another_run_took_for_a_left_one_is_made_anew(
    above: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = tempfile.mkdtemp, []

    def mkdtemp(prefix: str) -> str:
        made.append(real(prefix=prefix))
        if len(made) == 1:
            Path(made[0]).rmdir()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    with scratch() as folder:
        assert str(folder) == made[1]
