"""The contract of the engines: same bytes, same failures, same exit code; and what only processes of their own survive."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.run.errors import EngineError
from run import run_fakes
from run.run_outputs import Run, records, tree


@pytest.mark.parametrize("workers", [1, 2])
def test_every_engine_leaves_the_same_bytes(run: Run, pages: Path, tmp_path: Path, workers: int) -> None:
    (pages / "bad.txt").write_text("raise ")
    (pages / "eat.txt").write_text("eat ")
    serial = run(out=tmp_path / "serial")
    pool = run(workers=workers)
    assert tree(tmp_path / "out") == tree(tmp_path / "serial")
    assert (pool.exit_code, pool.counts, pool.worked) == (3, serial.counts, serial.worked)


def test_killers_are_found_and_all_others_are_done(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "a.txt").write_text("segfault ")
    (pages / "b.txt").write_text("exit ")
    (pages / "c.jsonl").write_text('{"text": "甲"}\n{"text": "segfault "}\n{"text": "乙"}\n')
    report = run(workers=2, options={"parts": 2})
    assert (report.documents, report.quarantined, report.exit_code) == (17, 3, 3)
    found = {
        record["source"]: (record["error"], record["message"]) for record in records(tmp_path / "out", "quarantine")
    }
    assert set(found) == {"a.txt", "b.txt", "c.jsonl:2"}
    assert {error for error, _ in found.values()} == {"Crashed"}
    assert "SIGSEGV" in found["a.txt"][1]
    assert "exit code 7" in found["b.txt"][1]
    assert not list(tmp_path.rglob("*.tmp-*"))


def test_a_killer_in_the_first_row_is_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "segfault "}\n{"text": "甲"}\n{"text": "exit "}\n')
    report = run(tmp_path / "rows.jsonl", workers=1)
    assert (report.documents, report.quarantined) == (3, 2)
    assert {record["source"] for record in records(tmp_path / "out", "quarantine")} == {"rows.jsonl:1", "rows.jsonl:3"}


def test_an_input_that_kills_its_reader_is_left_out_as_a_whole(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "rows.jsonl").write_text('{"text": "甲"}\n{"text": "乙"}\n')
    report = run(workers=1, make_cleaner=run_fakes.reader_dies, options={"parts": 1})
    assert (report.documents, report.quarantined) == (13, 1)
    [record] = records(tmp_path / "out", "quarantine")
    assert (record["source"], record["error"]) == ("rows.jsonl", "Crashed")
    assert record["message"].startswith("rows.jsonl:")
    assert run(workers=1, make_cleaner=run_fakes.reader_dies, options={"parts": 1}).worked == {}


def test_a_document_that_hangs_beyond_the_reach_of_signals(
    run: Run, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.run.pool._GRACE", 0.5)
    (pages / "hang.txt").write_text("hang-in-c ")
    (pages / "swallow.txt").write_text("swallow ")
    report = run(workers=2, options={"time_limit": 1})
    assert (report.documents, report.quarantined) == (14, 2)
    assert {record["error"] for record in records(tmp_path / "out", "quarantine")} == {"TimeLimit"}


def test_documents_that_eat_memory_are_found_and_all_others_are_done(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "grow.txt").write_text("grow ")
    (pages / "rows.jsonl").write_text('{"text": "甲"}\n{"text": "grow "}\n{"text": "乙"}\n')
    (pages / "oom.txt").write_text("oom ")
    report = run(workers=2, options={"memory_mb": 256})
    assert (report.documents, report.quarantined) == (17, 3)
    found = {record["source"]: record for record in records(tmp_path / "out", "quarantine")}
    assert {source: record["error"] for source, record in found.items()} == {
        "grow.txt": "MemoryLimit",
        "rows.jsonl:2": "MemoryLimit",
        "oom.txt": "Crashed",
    }
    assert "run.memory_mb" in found["grow.txt"]["message"]
    assert "memory is short" in found["oom.txt"]["message"]
    assert run(workers=2, options={"memory_mb": 256}).worked == {}


def test_no_document_is_blamed_for_memory_that_others_took(run: Run, tmp_path: Path) -> None:
    """A library that never gives memory back: the worker is replaced when it has none left."""
    folder = tmp_path / "leaky"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02d}.txt").write_text("leak 40")
    report = run(folder, workers=2, options={"memory_mb": 400, "parts": 8})
    assert (report.documents, report.quarantined) == (12, 0)


def test_a_worker_killed_from_outside_costs_no_document(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "victim.txt").write_text(f"kill-once {tmp_path / 'flag'}")
    report = run(workers=2)
    assert (report.documents, report.quarantined, report.exit_code) == (13, 0, 0)
    run(out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_a_worker_that_cannot_start_ends_the_run(run: Run) -> None:
    with pytest.raises(EngineError, match="no model"):
        run(workers=2, make_cleaner=run_fakes.cannot_start)


def test_a_script_need_not_guard_its_main_module(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("桥通了\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; sys.path[:0] = sys.argv[1].split(':')\n"
        "from pathlib import Path\n"
        "from run import run_fakes\n"
        "from pipeline.run import run\n"
        "report = run(['page.txt'], Path('out'), run_fakes.FakeSettings(), workers=2, make_cleaner=run_fakes.make)\n"
        "print(report.documents)\n"
    )
    tests = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, str(script), f"{tests}:{tests.parent}"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"1\n", b"")


def test_a_run_without_workers_that_crashed_goes_on_with_one(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "bad.txt").write_text("segfault ")
    code = (
        "import sys; sys.path[:0] = sys.argv[1].split(':')\n"
        "from pathlib import Path\n"
        "from run import run_fakes\n"
        "from pipeline.run import run\n"
        "run(['pages'], Path('out'), run_fakes.FakeSettings(), workers=0, make_cleaner=run_fakes.make)\n"
    )
    tests = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code, f"{tests}:{tests.parent}"], cwd=tmp_path, check=False)
    assert done.returncode == -signal.SIGSEGV
    report = run(workers=1)
    assert (report.documents, report.quarantined) == (13, 1)
    run(out=tmp_path / "full", workers=1)
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """After kill -9 of the parent no worker goes on, and the lock is free."""
    (tmp_path / "page.txt").write_text("slow 3600")
    code = (
        "import sys, os; sys.path[:0] = sys.argv[1].split(':')\n"
        "from pathlib import Path\n"
        "from run import run_fakes\n"
        "from pipeline.run import run\n"
        "def at(progress): print(progress.source, flush=True)\n"
        "run(['page.txt'], Path('out'), run_fakes.FakeSettings(), workers=1, on_progress=at, make_cleaner=run_fakes.make)\n"
    )
    tests = Path(__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", code, f"{tests}:{tests.parent}"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline() == b"page.txt\n"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 1
        process.kill()
        process.wait()
    until = time.monotonic() + 5
    while Path(f"/proc/{children[0]}/stat").exists() and time.monotonic() < until:
        if Path(f"/proc/{children[0]}/stat").read_text().split()[2] == "Z":
            break
        time.sleep(0.02)
    else:
        assert time.monotonic() < until
    assert (tmp_path / "out" / "_run" / "lock").exists()
