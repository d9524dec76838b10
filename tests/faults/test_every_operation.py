"""At each file operation the disk fails or the power goes; then a plain run leaves what an undisturbed one leaves.

`FAULTS=all` takes every operation in turn for every case; without it each case takes every third, from another start.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from run import run_fakes
from run.run_outputs import tree

import pipeline.run
from faults.power import FaultyDisk, How, Loss, PowerCut
from pipeline.errors import ConfigError
from pipeline.run.errors import EngineError
from pipeline.run_options import RunOptions

OLD = {"a.txt": "甲\n", "b.txt": "remove 乙\n", "c.txt": "raise ", "e.txt": "己\n"}
NEW = {"a.txt": "甲甲\n", "b.txt": "丙乙丙\n", "d.txt": "丁\n", "e.txt": "己\n"}


def write(folder: Path, files: dict[str, str]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, (name, text) in enumerate(files.items()):
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, ns=(0, 10**18 + number + len(text)))
    return folder


def go(pages: Path, out: Path, **wishes: str) -> None:
    settings = run_fakes.FakeSettings(run=RunOptions(parts=2))
    pipeline.run.run([str(pages)], out, settings, workers=0, make_cleaner=run_fakes.make, **wishes)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layer decides what a power cut loses, so nothing need be waited for."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, bytes | None], int]:
    """An output of the old pages, the new pages, what a run over them leaves, and how many operations it takes."""
    folder = tmp_path_factory.mktemp("start")
    go(write(folder / "pages", OLD), folder / "old")
    pages = write(folder / "pages", NEW)
    go(pages, folder / "new")
    shutil.copytree(folder / "old", folder / "counted")
    counting = FaultyDisk()
    with pytest.MonkeyPatch.context() as patch:
        counting.put_under(patch)
        go(pages, folder / "counted")
    assert tree(folder / "counted") == tree(folder / "new")
    return folder / "old", pages, tree(folder / "new"), counting.count


CASES = [(How.FAIL, Loss.NOTHING), (How.HALF, Loss.NOTHING), *((How.AFTER, loss) for loss in Loss)]
STRIDE = 1 if os.environ.get("FAULTS") == "all" else 3
Start = tuple[Path, Path, dict[str, bytes | None], int]


@pytest.mark.parametrize(("how", "loss"), CASES)
def test_every_operation(start: Start, tmp_path: Path, how: How, loss: Loss) -> None:
    old, pages, want, count = start
    assert count > 30
    for at in range(CASES.index((how, loss)) % STRIDE, count, STRIDE):
        out = tmp_path / f"{at}"
        shutil.copytree(old, out)
        broken(lambda out=out: go(pages, out), FaultyDisk(at, how, loss))
        check_records(out)
        go(pages, out)
        assert tree(out) == want, at
        shutil.rmtree(out)


@pytest.mark.parametrize("how", [How.FAIL, How.AFTER])
def test_every_operation_of_a_held_run(start: Start, tmp_path: Path, how: How) -> None:
    """With --max-failures all parts are put in place at the end."""
    old, pages, want, count = start
    for at in range(0, count, STRIDE):
        out = tmp_path / f"{at}"
        shutil.copytree(old, out)
        broken(lambda out=out: go(pages, out, max_failures="5"), FaultyDisk(at, how))
        go(pages, out, max_failures="5")
        assert tree(out) == want, at
        shutil.rmtree(out)


def test_the_input_is_changed_back_after_a_crash(start: Start, tmp_path: Path) -> None:
    """The old receipt must not vouch for new files, even if the inputs are again what it says."""
    _, pages, _, count = start
    before = write(tmp_path / "pages", OLD)
    go(before, tmp_path / "want")
    for at in range(0, count, STRIDE):
        out = tmp_path / f"{at}"
        shutil.copytree(tmp_path / "want", out)
        broken(lambda out=out: go(pages, out), FaultyDisk(at, How.AFTER))
        go(before, out)
        assert tree(out) == tree(tmp_path / "want"), at
        shutil.rmtree(out)


def broken(action: Callable[[], None], faulty: FaultyDisk) -> None:
    """Do it on a disk that breaks; it must break, and in no other way."""
    with pytest.MonkeyPatch.context() as patch:
        faulty.put_under(patch)
        try:
            action()
        except (PowerCut, EngineError, ConfigError):
            pass
        assert faulty.count > faulty.at


def check_records(out: Path) -> None:
    """No half-written file is visible under a final name: each record file is whole lines."""
    for path in out.glob("*/part-*.jsonl"):
        data = path.read_bytes()
        assert data.endswith(b"}\n"), path
