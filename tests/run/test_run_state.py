"""The lock, signals, and looking at an output: status, quarantine, metrics."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from pipeline.errors import ConfigError
from pipeline.run import disk, grouped, lock, metrics, quarantine, status
from pipeline.run.errors import EngineError, OutputBusy
from run.run_outputs import Run, tree


def test_a_second_run_is_refused_with_the_first_ones_pid(run: Run, tmp_path: Path) -> None:
    run()
    whole = tree(tmp_path / "out")
    with lock.locked(tmp_path / "out" / "_run" / "lock", tmp_path / "out"):
        assert lock.holder(tmp_path / "out" / "_run" / "lock") == os.getpid()
        assert status(tmp_path / "out").running == os.getpid()
        with pytest.raises(OutputBusy, match=f"process {os.getpid()} "):
            run()
    assert tree(tmp_path / "out") == whole
    assert status(tmp_path / "out").running is None


def test_a_dead_process_holds_no_lock(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out" / "_run" / "lock"
    code = (
        "from pathlib import Path; from pipeline.run import lock; import os, sys\n"
        "with lock.locked(Path(sys.argv[1]), Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    assert path.read_bytes().isdigit()
    assert lock.holder(path) is None
    assert run().exit_code == 0


def test_a_lock_is_waited_for_while_a_dead_runs_workers_go(tmp_path: Path) -> None:
    path = tmp_path / "_run" / "lock"
    path.parent.mkdir()
    with path.open("w") as file:
        file.write("999999999")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        timer = threading.Timer(0.2, fcntl.flock, (file, fcntl.LOCK_UN))
        timer.start()
        with lock.locked(path, path.parent.parent):
            timer.join()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_signal_stops_a_run_cleanly(run: Run, pages: Path, tmp_path: Path, signum: int, workers: int) -> None:
    (pages / "05.txt").write_text("slow 60")
    before = signal.getsignal(signum)

    def at(progress: object) -> None:
        if getattr(progress, "source", "") == "05.txt":
            signal.raise_signal(signum)

    report = run(on_progress=at, workers=workers)
    assert report.exit_code == 128 + signum
    assert "goes on" in report.lines()[0]
    assert not list((tmp_path / "out").rglob("*.tmp-*"))
    assert signal.getsignal(signum) is before
    (pages / "05.txt").write_text("快了\n")
    assert run().exit_code == 0
    run(out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_a_run_in_a_thread_sets_no_signals(run: Run) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run().exit_code))
    thread.start()
    thread.join()
    assert codes == [0]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_full_disk_ends_the_run_and_leaves_the_old_output(
    run: Run, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    run()
    whole = tree(tmp_path / "out")
    (pages / "01.txt").write_text("改过了\n")
    if workers:
        start = (
            "import sys, json, resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50)); sys.path[:] = json.loads(sys.argv[1]);"
            "from pipeline.run.worker import main; main({}, {})"
        )
        monkeypatch.setattr("pipeline.run.pool._START", start)
    else:

        def full(file: BinaryIO, data: bytes) -> None:
            file.write(data[:5])
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(disk, "write", full)
    with pytest.raises(EngineError, match="can't be written"):
        run(workers=workers)
    monkeypatch.undo()
    assert tree(tmp_path / "out") == whole
    assert run().worked["documents"] == 1


def test_status(run: Run, pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match="no output"):
        status(out)
    (pages / "bad.txt").write_text("raise ")
    run()
    state = status(out)
    assert (state.is_complete, state.inputs, state.counts["quarantined"], state.leftovers) == (True, 13, 1, 0)
    sorted((out / "articles").iterdir())[0].unlink()
    sorted((out / "_run" / "receipts").iterdir())[-1].unlink()
    (out / "articles" / ".part-0000.jsonl.tmp-1").touch()
    state = status(out)
    assert (state.is_complete, len(state.broken), state.leftovers) == (False, 2, 1)
    assert json.loads(state.as_json())["complete"] is False
    assert any("Run again" in line for line in state.lines())
    run()
    assert status(out).is_complete


def test_quarantine(pages: Path, tmp_path: Path) -> None:
    """With the program's own cleaner, whose records have all keys."""
    from pipeline.run import run
    from pipeline.settings import Settings

    folder = tmp_path / "bad"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
    (folder / "c.txt.gz").write_bytes(b"")
    assert run([str(folder)], tmp_path / "out", Settings(), workers=0).exit_code == 3
    groups = grouped(quarantine(tmp_path / "out"))
    assert [(group.number, group.stage) for group in groups] == [(2, "decode"), (1, "read")]
    assert sorted(one.source for one in groups[0].examples) == ["a.txt", "b.txt"]


def test_metrics_keep_the_last_success(run: Run, pages: Path, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.prom"
    metrics.write(path, run())
    text = path.read_text()
    assert 'pipeline_documents{state="cleaned"} 12\n' in text
    assert text.endswith("# EOF\n")
    last = text.split("last_success_timestamp_seconds ")[-1]
    (pages / "bad.txt").write_text("raise ")
    metrics.write(path, run(max_failures="0"))
    text = path.read_text()
    assert "pipeline_run_exit_code 4\n" in text
    assert text.split("last_success_timestamp_seconds ")[-1] == last
