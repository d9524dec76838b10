"""The contract of the engines on a Ray cluster of two nodes on this machine: same bytes, same quarantine, same exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.run.errors import EngineError
from pipeline.run.stores import Store
from run import run_fakes
from run.run_outputs import Run, held, records, tree

ray = pytest.importorskip("ray")

TESTS = Path(__file__).parent.parent
pytestmark = [pytest.mark.timeout(300), pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def cluster(s3: str) -> Iterator[Any]:
    """Two nodes of two processors each, which can import the tests' cleaner."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{TESTS}:{TESTS.parent}")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        one = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
        one.add_node(num_cpus=2)
        one.wait_for_nodes()
        yield one
        one.shutdown()


@pytest.fixture
def on_ray(run: Run, cluster: Any) -> Run:
    def call(*inputs: Any, **wishes: Any) -> Any:
        return run(*inputs, **{"workers": None, "engine": "ray", "ray_address": cluster.address, **wishes})

    return call


def test_the_same_bytes_and_the_same_quarantine(on_ray: Run, run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "a.txt").write_text("segfault ")
    (pages / "b.txt").write_text("raise ")
    (pages / "c.jsonl").write_text('{"text": "甲"}\n{"text": "exit "}\n{"text": "乙"}\n')
    (pages / "d.txt").write_text("eat ")
    seen: list[Any] = []
    report = on_ray(on_progress=seen.append)
    pool = run(out=tmp_path / "pool", workers=2)
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")
    assert (report.exit_code, report.counts, report.worked) == (3, pool.counts, pool.worked)
    assert (report.documents, report.quarantined) == (18, 4)
    assert {one["source"] for one in records(tmp_path / "out", "quarantine")} == {
        "a.txt",
        "b.txt",
        "c.jsonl:2",
        "d.txt",
    }
    assert seen[-1].inputs == seen[-1].total == 16
    assert on_ray().worked == {}


def test_the_pieces_of_a_file(on_ray: Run, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.run.runner.MEGABYTE", 1)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"text": "{n}"}}\n' for n in range(50)) + '{"text": "segfault "}', encoding="utf-8")
    report = on_ray(path, options={"split_mb": 90})
    assert (report.documents, report.quarantined, report.parts["work"]) == (51, 1, 4)
    run(path, out=tmp_path / "pool", workers=2, options={"split_mb": 90})
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


def test_a_worker_that_is_killed_costs_no_document(on_ray: Run, run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "victim.txt").write_text(f"kill-once {tmp_path / 'flag'}")
    (pages / "task.txt").write_text(f"kill-task-once {tmp_path / 'other'}")
    report = on_ray()
    assert (report.documents, report.quarantined, report.exit_code) == (14, 0, 0)
    run(out=tmp_path / "serial")
    assert tree(tmp_path / "out") == tree(tmp_path / "serial")


def test_the_shards_of_a_lost_node_run_again(on_ray: Run, run: Run, cluster: Any, pages: Path, tmp_path: Path) -> None:
    doomed = cluster.add_node(num_cpus=4)
    cluster.wait_for_nodes()
    for number in range(16):
        (pages / f"slow{number:02d}.txt").write_text("slow 0.4")
    options = {"parts": 16}
    lost = False

    def lose(progress: Any) -> None:
        nonlocal lost
        if not lost:
            lost = True
            cluster.remove_node(doomed, allow_graceful=False)

    report = on_ray(options=options, on_progress=lose)
    assert lost
    assert (report.documents, report.quarantined, report.exit_code) == (28, 0, 0)
    run(out=tmp_path / "pool", workers=2, options=options)
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


def test_another_driver_goes_on_where_one_died(
    on_ray: Run, run: Run, cluster: Any, pages: Path, tmp_path: Path
) -> None:
    for number in range(12):
        (pages / f"slow{number:02d}.txt").write_text("slow 0.3")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from run import run_fakes\n"
        "from pipeline.run import run\n"
        "from pipeline.run_options import RunOptions\n"
        "settings = run_fakes.FakeSettings(run=RunOptions(parts=12))\n"
        "run(['pages'], Path('out').absolute(), settings, engine='ray', ray_address=sys.argv[1], workers=2,\n"
        "    make_cleaner=run_fakes.make)\n"
    )
    env = {**os.environ, "PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    driver = subprocess.Popen([sys.executable, "-c", code, cluster.address], cwd=tmp_path, env=env)
    receipts = tmp_path / "out" / "_run" / "receipts"
    until = time.monotonic() + 120
    while not (receipts.is_dir() and any(receipts.glob("part-*.json"))):
        assert driver.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    done = len(list(receipts.glob("part-*.json")))
    report = on_ray(options={"parts": 12})
    assert report.documents == 24
    assert report.worked["documents"] < 24 or done == 0
    run(out=tmp_path / "pool", workers=2, options={"parts": 12})
    assert tree(tmp_path / "out") == tree(tmp_path / "pool")


def test_into_a_bucket(on_ray: Run, run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    (pages / "a.txt").write_text("segfault ")
    report = on_ray(out=bucket.uri)
    want = run(out=tmp_path / "folder", workers=1)
    assert (report.exit_code, report.counts) == (3, want.counts)
    assert held(bucket) == held(tmp_path / "folder")


def test_a_task_that_fails_ends_the_run(on_ray: Run) -> None:
    with pytest.raises(EngineError, match="no model"):
        on_ray(make_cleaner=run_fakes.cannot_start)


def test_a_node_of_another_version_is_refused(on_ray: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.run.receipts.code_digest", lambda: "another")
    with pytest.raises(ConfigError, match="Install the same one on all nodes"):
        on_ray()
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_not_there_is_told_before_any_work(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1:1: can't be used"):
        run(engine="ray", ray_address="127.0.0.1:1")
    assert not (tmp_path / "out").exists()


def test_an_address_needs_the_engine(run: Run) -> None:
    with pytest.raises(ConfigError, match="--engine ray only"):
        run(ray_address="auto")
