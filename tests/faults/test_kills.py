"""The real program, as a process, killed at random instants: a plain run after it leaves what an undisturbed one leaves.

`FAULTS_KILLS` says how many times (a few without it), `FAULTS_SEED` which instants.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from run.run_outputs import tree

ROOT = Path(__file__).parent.parent.parent
KILLS = int(os.environ.get("FAULTS_KILLS", "4"))
SEED = int(os.environ.get("FAULTS_SEED", "7"))
WHOM = ("parent", "worker", "both")


def start(pages: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", "run", str(pages), "--out", str(out), "--workers", "2", *options]
    (spare := pages.parent / "spare").mkdir(exist_ok=True)
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(spare)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> int:
    assert process.stderr
    with process.stderr:
        told = process.stderr.read()
    code = process.wait()
    assert b"Traceback" not in told, told.decode()
    return code


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    return []


def kill(process: subprocess.Popen[bytes], whom: str, chance: random.Random) -> None:
    with suppress(ProcessLookupError):
        if whom == "both":
            os.killpg(process.pid, signal.SIGKILL)
        elif whom == "parent":
            process.kill()
        elif pids := workers(process):
            os.kill(chance.choice(pids), signal.SIGKILL)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills") / "pages"
    folder.mkdir()
    for path in (ROOT / "seeds").iterdir():
        for copy in "ab":
            shutil.copy2(path, folder / f"{copy}-{path.name}")
    (folder / "scan.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
    return folder


@pytest.fixture(scope="module")
def undisturbed(pages: Path) -> tuple[dict[str, bytes | None], float]:
    """What an undisturbed run leaves, and how long it takes."""
    out = pages.parent / "undisturbed"
    began = time.monotonic()
    assert finish(start(pages, out)) == 3
    return tree(out), time.monotonic() - began


@pytest.mark.timeout(120 + 60 * KILLS)
def test_kills(pages: Path, undisturbed: tuple[dict[str, bytes | None], float], tmp_path: Path) -> None:
    want, seconds = undisturbed
    chance = random.Random(SEED)
    out = tmp_path / "out"
    spare = pages.parent / "spare"
    for number in range(KILLS):
        whom = WHOM[number % len(WHOM)]
        process = start(pages, out, *(["--full"] if out.exists() and number % 2 else []))
        time.sleep(chance.uniform(0.1, seconds))
        kill(process, whom, chance)
        code = finish(process)
        if whom == "worker":
            assert code == 3
        else:
            assert all(path.read_bytes().endswith(b"}\n") for path in out.glob("*/part-*.jsonl"))
            assert finish(start(pages, out)) == 3
        assert tree(out) == want, (number, whom)
        if number % 5 == 4:
            shutil.rmtree(out)
    assert list(spare.iterdir()) == []  # what a run that was killed left there is gone after the next one


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signals(
    pages: Path, undisturbed: tuple[dict[str, bytes | None], float], tmp_path: Path, signum: signal.Signals
) -> None:
    want, seconds = undisturbed
    out = tmp_path / "out"
    process = start(pages, out)
    while not (out / "_run" / "lock").exists() or not workers(process):
        time.sleep(0.01)
    time.sleep(0.2 * seconds)  # well before the end: an interpreter that is done has no handlers any more
    process.send_signal(signum)
    began = time.monotonic()
    assert finish(process) in (128 + signum, 3)
    assert time.monotonic() - began < 5
    assert not list(out.rglob("*.tmp-*"))
    assert finish(start(pages, out)) == 3
    assert tree(out) == want
