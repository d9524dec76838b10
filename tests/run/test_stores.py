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
from pipeline.run import finish, stores
from pipeline.run.errors import EngineError
from pipeline.run.stores import Store, opened
from pipeline.run_options import RunOptions
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
