"""The contract of stores: a bucket holds what a folder would, by whatever engine, after whatever went wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.run import finish, quarantine, status, stores
from pipeline.run.errors import EngineError
from pipeline.run.options import RunOptions
from pipeline.run.stores import Store, opened
from run import run_fakes
from run.run_outputs import SECRET, Run, held

pytest.importorskip("s3fs")
pytest.importorskip("moto.server")

TESTS = Path(__file__).parent.parent
pytestmark = [pytest.mark.filterwarnings("default")]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("form", ["jsonl", "jsonl.zst", "parquet"])
def test_a_bucket_holds_what_a_folder_would(
    run: Run, pages: Path, bucket: Store, tmp_path: Path, workers: int, form: str
) -> None:
    (pages / "bad.txt").write_text("raise ")
    if workers:
        (pages / "killer.txt").write_text("segfault ")
        (pages / "victim.txt").write_text(f"kill-once {tmp_path / 'flag'}")
    options = {"format": form}
    first = run(out=bucket.uri, workers=workers, options=options)
    want = run(out=tmp_path / "folder", workers=workers, options=options)
    assert (first.exit_code, first.counts, first.worked) == (3, want.counts, want.worked)
    assert held(bucket) == held(tmp_path / "folder")
    assert run(out=bucket.uri, workers=workers, options=options).worked == {}
    (pages / "01.txt").write_text("另一版\n", encoding="utf-8")
    (pages / "02.txt").unlink()
    again = run(out=bucket.uri, workers=workers, options=options)
    assert again.worked["documents"] == 1
    run(out=tmp_path / "folder", workers=workers, options=options)
    assert held(bucket) == held(tmp_path / "folder")


def test_pages_in_a_bucket_are_read_as_those_in_a_folder(run: Run, pages: Path, bucket: Store, tmp_path: Path) -> None:
    (pages / "rows.jsonl").write_text('{"text": "甲"}\n{"text": "乙"}\n', encoding="utf-8")
    (pages / "picture.png").write_bytes(b"x")
    bucket.files.put(f"{pages}/", f"{bucket.root}/in/", recursive=True)
    report = run(f"{bucket.uri}/in", workers=2)
    want = run(out=tmp_path / "folder")
    assert (report.documents, report.exit_code, report.skipped.counts) == (14, 0, want.skipped.counts)
    assert held(tmp_path / "out") == held(tmp_path / "folder")
    assert run(f"{bucket.uri}/in").worked == {}
    bucket.put("换了\n".encode(), "in/01.txt")
    assert run(f"{bucket.uri}/in").worked["documents"] == 1
    one = run(f"{bucket.uri}/in/rows.jsonl", out=tmp_path / "one")
    assert one.documents == 2
    for source in (
        record["id"] for record in map(json.loads, held(tmp_path / "one")["records"].popitem()[1].splitlines())
    ):
        assert source.startswith("rows.jsonl:")


def test_an_output_among_its_pages_is_left_out(
    run: Run, pages: Path, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bucket.files.put(f"{pages}/", f"{bucket.root}/", recursive=True)
    for _ in range(2):
        report = run(bucket.uri, out=f"{bucket.uri}/out")
        assert (report.documents, report.skipped.counts) == (12, {})
    with pytest.raises(ConfigError, match="lies in the output"):
        run(f"{bucket.uri}/out/articles", out=f"{bucket.uri}/out")
    assert run("pages", out=f"{bucket.uri}/other").documents == 12  # where one stands has nothing to do with it


def test_a_dry_run_leaves_a_bucket_as_it_is(run: Run, bucket: Store, tmp_path: Path) -> None:
    assert run(out=bucket.uri, dry_run=True).parts == {"work": 4}
    assert not list(bucket.objects())
    run(out=bucket.uri)
    bucket.put(b"{}\n", "articles/part-0001-0123456789abcdef.jsonl")
    before = {one.name for one in bucket.objects()}
    run(out=bucket.uri, dry_run=True)
    assert {one.name for one in bucket.objects()} == before


def test_strays_are_swept_and_a_part_without_receipt_is_done_again(run: Run, bucket: Store, tmp_path: Path) -> None:
    run(out=bucket.uri)
    want = held(bucket)
    bucket.put(b"{}\n", "articles/part-0001-0123456789abcdef.jsonl")  # of a run that was killed before its receipt
    [receipt, *_] = [one.name for one in bucket.objects("_run/receipts")]
    bucket.remove(f"_run/receipts/{receipt.rsplit('/', 1)[-1]}")
    lost = next(one.name for one in bucket.objects() if one.name.startswith("articles/part-0002"))
    bucket.remove(lost)
    report = run(out=bucket.uri)
    assert report.parts["work"] == 2
    assert held(bucket) == want


def test_shares_into_a_bucket(run: Run, bucket: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        run(out=bucket.uri, shard=f"{number}/2")
    finish(bucket.uri, run_fakes.FakeSettings(run=RunOptions(parts=4)))
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")


def test_the_memory_of_this_process_is_a_store_too(run: Run, tmp_path: Path) -> None:
    run(out="memory://corpus")
    run(out=tmp_path / "folder")
    assert held(opened("memory://corpus")) == held(tmp_path / "folder")
    with pytest.raises(ConfigError, match="--workers 0"):
        run(out="memory://corpus", workers=1)
    run(out=f"file://{tmp_path / 'third'}")
    assert held(tmp_path / "third") == held(tmp_path / "folder")


def test_a_store_that_fails_for_a_moment_is_asked_again(
    run: Run, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([OSError("reset"), TimeoutError("slow")] * 2)
    _failing(bucket, monkeypatch, lambda: next(failures, None))
    run(out=bucket.uri)
    monkeypatch.undo()
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")


def test_a_store_that_stays_away_ends_the_run_and_the_next_goes_on(
    run: Run, bucket: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(10**6))
    _failing(bucket, monkeypatch, lambda: OSError("reset") if next(calls) > 6 else None)
    with pytest.raises(EngineError, match="the store failed 5 times"):
        run(out=bucket.uri)
    monkeypatch.undo()
    report = run(out=bucket.uri)
    assert 0 < report.worked["documents"] < 12
    run(out=tmp_path / "folder")
    assert held(bucket) == held(tmp_path / "folder")


def _failing(bucket: Store, monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception | None]) -> None:
    monkeypatch.setattr("pipeline.run.stores._WAIT", 0.001)
    real = bucket.files.put_file

    def put_file(*names: Any, **options: Any) -> Any:
        if failure := error():
            raise failure
        return real(*names, **options)

    monkeypatch.setattr(bucket.files, "put_file", put_file)


def told(out: str, env: dict[str, str], *inputs: str) -> tuple[int, str]:
    """The exit code of the command and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", *(inputs or [str(TESTS.parent / "seeds")]), "--out", out, "--quiet"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stderr


WRONG = [
    ("s3://there-is-no-such-bucket/x", {}, "there is no bucket there-is-no-such-bucket"),
    ("s3://bucket/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "can't be reached"),
    ("nosuch://bucket/x", {}, "no store that fsspec knows"),
    ("s3://key:secret@bucket/x", {}, "leave the credentials out"),
    ("s3://", {}, "names no bucket"),
]


@pytest.mark.parametrize(("out", "env", "what"), WRONG, ids=[what for _, _, what in WRONG])
def test_what_is_wrong_is_told_in_a_line_before_any_work(s3: str, out: str, env: dict[str, str], what: str) -> None:
    code, line = told(out, env)
    assert (code, line.count("\n")) == (2, 1), line
    assert what in line
    assert SECRET not in line
    assert "secret" not in line


def test_a_place_that_no_run_wrote_is_refused(run: Run, bucket: Store) -> None:
    bucket.put(b"x", "other.txt")
    with pytest.raises(ConfigError, match=f"{bucket.uri}: is not empty"):
        run(out=bucket.uri)


def test_denied_access_is_told_before_any_work(run: Run, bucket: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(bucket.files, "pipe_file", denied)
    with pytest.raises(ConfigError, match="access is denied to write"):
        run(out=bucket.uri)


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(protocol: str) -> None:
        raise ImportError("Install gcsfs")

    monkeypatch.setattr(stores, "_files", missing)
    with pytest.raises(ConfigError, match=r"newspaper-pipeline\[gcs\]"):
        opened("gs://bucket/x")


def test_no_credential_is_in_the_output(run: Run, bucket: Store) -> None:
    run(out=bucket.uri, workers=1)
    assert not any(SECRET.encode() in bucket.read(one.name) for one in bucket.objects())


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
