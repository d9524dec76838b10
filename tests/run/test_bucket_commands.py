"""Globs, lists of addresses, a limit of failures and the commands that look at an output, in a bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.run import quarantine, status
from pipeline.run.errors import EngineError
from pipeline.run.stores import Store
from run.run_outputs import Run, held

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")

TESTS = Path(__file__).parent.parent
pytestmark = [pytest.mark.filterwarnings("default")]


def test_a_glob_of_a_bucket(run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    bucket.files.put(f"{pages}/", f"{bucket.root}/in/", recursive=True)
    (pages / "picture.png").write_bytes(b"x")
    for glob in ("0*.txt", "1954/*/0*.txt", "**/*.txt", "19*", "1[01].txt"):
        report = run(f"{bucket.uri}/in/{glob}", out=tmp_path / "remote")
        want = run(f"{pages}/{glob}", out=tmp_path / "local")
        assert report.documents == want.documents > 0
        assert held(tmp_path / "remote")["records"] == held(tmp_path / "local")["records"]
    with pytest.raises(ConfigError, match=r"none\*\.txt: matches no file"):
        run(f"{bucket.uri}/in/none*.txt")
    with pytest.raises(ConfigError, match="wild card where the bucket"):
        run("s3://b*/in")


def test_a_list_of_addresses(run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    bucket.files.put(f"{pages}/", f"{bucket.root}/in/", recursive=True)
    names = [f"{bucket.uri}/in/{name}" for name in ("01.txt", "1954/09/00.txt", "gone.txt", "picture.png")]
    (tmp_path / "list").write_text("\n".join([*names, str(pages / "02.txt"), f"file://{pages / '04.txt'}"]))
    report = run(files_from=tmp_path / "list", workers=1)
    assert (report.documents, report.quarantined, report.skipped.counts) == (5, 1, {"suffix .png": 1})
    [gone] = [
        json.loads(line)
        for name, data in held(tmp_path / "out")["records"].items()
        if "quar" in name
        for line in data.splitlines()
    ]
    assert gone["source"] == f"{bucket.root}/in/gone.txt"
    assert "vanished" in gone["message"]
    assert run(files_from=tmp_path / "list").worked["documents"] == 1  # the one that is gone is tried again
    (tmp_path / "list").write_text("s3://there-is-no-such-bucket/a.txt\n")
    with pytest.raises(ConfigError, match="there is no bucket there-is-no-such-bucket"):
        run(files_from=tmp_path / "list")


def test_too_many_failures_leave_a_bucket_as_it_was(run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    run(out=bucket.uri, max_failures="0")
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")
    before = {one.name: bucket.read(one.name) for one in bucket.objects()}
    (pages / "01.txt").write_text("另一版\n", encoding="utf-8")
    (pages / "bad.txt").write_text("raise ")
    for workers in (0, 2):
        report = run(out=bucket.uri, max_failures="0", workers=workers)
        assert (report.exit_code, report.worked["quarantined"], report.documents) == (4, 1, 12)
        assert {one.name: bucket.read(one.name) for one in bucket.objects()} == before
    assert run(out=bucket.uri, max_failures="1", workers=2).exit_code == 3
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")


def test_what_was_held_by_a_run_that_was_killed_is_swept(
    run: Run, pages: Path, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise EngineError("killed")

    run(out=bucket.uri)
    (pages / "01.txt").write_text("另一版\n", encoding="utf-8")
    monkeypatch.setattr("pipeline.run.runner.put_in_place", killed)
    with pytest.raises(EngineError):
        run(out=bucket.uri, max_failures="0")
    monkeypatch.undo()
    found = status(bucket.uri)
    assert (found.broken, found.leftovers, found.counts["documents"]) == ((), 3, 12)
    run(out=bucket.uri)
    assert status(bucket.uri).is_complete
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")
    assert not list(bucket.objects("_run/held"))


def test_looking_at_an_output_in_a_bucket(run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    (pages / "bad.txt").write_text("raise ")
    run(out=bucket.uri)
    run(out=tmp_path / "folder")
    before = {one.name for one in bucket.objects()}
    there, here = status(bucket.uri), status(tmp_path / "folder")
    assert (there.parts, there.inputs, there.counts, there.is_complete) == (4, 13, here.counts, True)
    assert list(quarantine(bucket.uri)) == list(quarantine(tmp_path / "folder"))
    assert {one.name for one in bucket.objects()} == before
    bucket.remove(next(name for name in before if name.startswith("articles/")))
    assert not status(bucket.uri).is_complete


def test_commands_on_an_output_in_a_bucket(bucket: Store) -> None:
    from click.testing import CliRunner

    from pipeline.cli import main

    def call(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, arguments)
        return done.exit_code, done.output

    assert call("run", str(TESTS.parent / "seeds"), "--out", bucket.uri, "--workers", "0", "--quiet") == (0, "")
    code, verdict = call("validate", bucket.uri)
    assert (code, "all well" in verdict) == (0, True), verdict
    assert call("status", bucket.uri)[0] == 0
    assert call("quarantine", bucket.uri) == (0, "Nothing is in quarantine.\n")
    name = next(one.name for one in bucket.objects("articles"))
    bucket.put(b"{}\n", f"articles/{name.rsplit('/', 1)[-1]}")
    code, verdict = call("validate", bucket.uri)
    assert code == 1
    assert f"{bucket.uri}/articles/" in verdict
    for command in ("status", "quarantine", "validate", "report"):
        code, line = call(command, f"{bucket.uri}-nothing")
        assert (code, line.count("\n")) == (2, 1), line
        assert f"{bucket.uri}-nothing: " in line
        code, line = call(command, "s3://there-is-no-such-bucket/x")
        assert (code, "there is no bucket" in line) == (2, True), line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_review_page_of_an_output_in_a_bucket(bucket: Store, tmp_path: Path, workers: str) -> None:
    pytest.importorskip("jinja2")
    from click.testing import CliRunner

    from pipeline.cli import main

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        return done.output

    bucket.files.put(f"{TESTS.parent / 'seeds'}/", f"{bucket.root}/in/", recursive=True)
    call("run", f"{bucket.uri}/in", "--out", f"{bucket.uri}/out", "--workers", "0", "--quiet")
    refused = CliRunner().invoke(main, ["report", f"{bucket.uri}/out"])
    assert (refused.exit_code, "--to" in refused.output) == (2, True)
    call("report", f"{bucket.uri}/out", "--to", str(tmp_path / "page"), "--workers", workers, "--quiet")
    call("run", f"{TESTS.parent / 'seeds'}", "--out", str(tmp_path / "out"), "--quiet")
    call("report", str(tmp_path / "out"), "--quiet")
    pages = {p.name: p.read_bytes() for p in (tmp_path / "page" / "documents").rglob("*.html")}
    assert pages == {p.name: p.read_bytes() for p in (tmp_path / "out/_run/report/documents").rglob("*.html")}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").touch()
    refused = CliRunner().invoke(main, ["report", str(tmp_path / "out"), "--to", str(tmp_path / "other")])
    assert (refused.exit_code, "no review page" in refused.output) == (2, True)
