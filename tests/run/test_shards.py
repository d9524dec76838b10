"""A run in shares leaves what a whole one leaves; the manifest is closed only when all shares are done, in one way."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.run import finish
from pipeline.run.errors import OutputBusy
from pipeline.run.report import Report
from pipeline.run_options import RunOptions
from run import run_fakes
from run.run_outputs import Run, tree


def close(out: Path, mark: str = "a") -> Report:
    return finish(out, run_fakes.FakeSettings(mark=mark, run=RunOptions(parts=4)))


def test_shares_leave_what_a_whole_run_leaves(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "bad.txt").write_text("raise ")
    (pages / "picture.png").write_bytes(b"x")
    reports = [run(shard=f"{number}/3", workers=1) for number in (3, 1, 2)]
    closed = close(tmp_path / "out")
    whole = run(out=tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sum(report.worked.get("documents", 0) for report in reports) == 13
    assert (closed.exit_code, closed.counts) == (3, whole.counts)
    assert close_again_is_refused(tmp_path / "out")


def close_again_is_refused(out: Path) -> bool:
    with pytest.raises(ConfigError, match="no share of it is done"):
        close(out)
    return True


def test_shares_at_the_same_time(run: Run, tmp_path: Path) -> None:
    threads = [threading.Thread(target=run, kwargs={"shard": f"{n}/4", "workers": 1}) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close(tmp_path / "out")
    run(out=tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_later_shares_do_what_changed_and_more_parts_go_than_come(run: Run, pages: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        run(shard=f"{number}/2")
    close(tmp_path / "out")
    for path in sorted(pages.rglob("*.txt"))[2:]:
        path.unlink()
    worked = [run(shard=f"{number}/2").worked.get("documents", 0) for number in (1, 2)]
    close(tmp_path / "out")
    run(out=tmp_path / "whole")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sum(worked) == 0  # the records of what stayed are copied


def broken(what: str, run: Run, pages: Path, out: Path) -> dict[str, Any]:
    """Do something to shares that are all done but one. Returns how to finish."""
    if what == "missing":
        return {}
    if what == "inputs":
        (pages / "new.txt").write_text("新\n")
    run(shard="2/2", mark="b" if what == "program" else "a")
    if what == "cut":
        run(shard="1/5")
    if what == "changed":
        next(iter(sorted((out / "articles").iterdir()))).write_text("{}\n")
    if what == "receipt":
        next(iter(sorted((out / "_run" / "receipts").iterdir()))).unlink()
    return {"mark": "c"} if what == "settings" else {}


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("missing", "share 2/2 is not done"),
        ("inputs", "saw other inputs"),
        ("program", "by another program or with other settings"),
        ("settings", "by another program or with other settings"),
        ("cut", "was cut into 2 and into 5 shares"),
        ("changed", "the files of part . were changed"),
        ("receipt", "part . is not done"),
    ],
)
def test_the_manifest_is_closed_only_when_all_is_done(
    run: Run, pages: Path, tmp_path: Path, what: str, told: str
) -> None:
    run(shard="1/2")
    wishes = broken(what, run, pages, tmp_path / "out")
    with pytest.raises(ConfigError, match=told):
        close(tmp_path / "out", **wishes)
    assert not (tmp_path / "out" / "_run" / "manifest.json").exists()


def test_shares_keep_out_whole_runs_and_themselves(run: Run, tmp_path: Path) -> None:
    from pipeline.run import lock
    from pipeline.run.shards import Share

    out = tmp_path / "out"
    with lock.locked(out / "_run" / "lock", out, shared=True):
        run(shard="1/2")
        with pytest.raises(OutputBusy, match="a share of a run is writing"):
            run()
    with lock.locked(out / "_run" / "shards" / f"{Share(2, 2).name}.lock", out):
        run(shard="1/2")
        with pytest.raises(OutputBusy, match="process"):
            run(shard="2/2")


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4"])
def test_a_share_that_is_none(run: Run, tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="1/16 to 16/16"):
        run(shard=text)
    assert not (tmp_path / "out").exists()


def test_the_command_closes_too(pages: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pipeline.cli import main

    for number in (1, 2):
        done = CliRunner().invoke(main, ["run", str(pages), "--out", str(tmp_path / "out"), "--shard", f"{number}/2"])
        assert done.exit_code == 0, done.output
    assert CliRunner().invoke(main, ["run", "--finish", str(tmp_path / "out")]).exit_code == 0
    assert CliRunner().invoke(main, ["validate", str(tmp_path / "out")]).exit_code == 0
    assert CliRunner().invoke(main, ["run", str(pages), "--finish", str(tmp_path / "out")]).exit_code == 2
    assert CliRunner().invoke(main, ["run", "--finish", str(tmp_path / "nowhere")]).exit_code == 2
