"""A single run: what it writes, what it refuses, what becomes of bad documents."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.run.names import part_of
from pipeline.run.report import Progress
from run.run_outputs import Run, records, tree


def test_every_document_leaves(run: Run, tmp_path: Path) -> None:
    report = run()
    assert (report.documents, report.quarantined, report.exit_code) == (12, 0, 0)
    assert report.counts["articles"] == 24
    assert len(records(tmp_path / "out")) == 24
    assert len(records(tmp_path / "out", "removed")) == 3
    assert not (tmp_path / "out" / "quarantine").exists()
    assert any("12 documents" in line for line in report.lines())


def test_a_part_holds_its_documents_sorted_by_source(run: Run, tmp_path: Path) -> None:
    run()
    for path in (tmp_path / "out" / "articles").iterdir():
        sources = [json.loads(line)["id"].split("#")[0] for line in path.read_text().splitlines()]
        assert sources == sorted(sources)
        assert {f"part-{part_of(source, 4):04d}.jsonl" for source in sources} == {path.name}


def test_two_runs_leave_the_same_bytes(run: Run, tmp_path: Path) -> None:
    run(out=tmp_path / "one")
    run(out=tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_receipt_names_inputs_and_outputs(run: Run, pages: Path, tmp_path: Path) -> None:
    run()
    out = tmp_path / "out"
    rows = []
    for path in sorted((out / "_run" / "receipts").iterdir()):
        receipt = json.loads(path.read_bytes())
        rows += receipt["rows"]
        assert receipt["inputs"] == len(receipt["rows"])
        for output in receipt["outputs"]:
            data = (out / output["path"]).read_bytes()
            assert output["size"] == len(data)
            assert output["sha256"] == hashlib.sha256(data).hexdigest()
            assert output["records"] == data.count(b"\n")
    assert len(rows) == 12
    for source, _, size, mtime_ns, digest, *_ in rows:
        seen = (pages / source).stat()
        assert (size, mtime_ns) == (seen.st_size, seen.st_mtime_ns)
        assert digest == hashlib.sha256((pages / source).read_bytes()).hexdigest()


def test_nothing_but_records_is_in_the_folders_of_records(run: Run, tmp_path: Path) -> None:
    run()
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"articles", "sections", "removed", "README.md", "_run"}
    for kind in ("articles", "sections", "removed"):
        assert all(path.match("part-????.jsonl") for path in (tmp_path / "out" / kind).iterdir())


def test_the_card_lists_the_kinds_that_are_there(run: Run, tmp_path: Path) -> None:
    run()
    card = (tmp_path / "out" / "README.md").read_text()
    assert "path: articles/*.jsonl" in card
    assert "quarantine" not in card
    assert "- name: schema\n      dtype: int64" in card.replace("    - name: schema\n      ", "- name: schema\n      ")


def test_a_bad_document_stops_nothing(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "bad.txt").write_text("raise ")
    report = run()
    assert (report.documents, report.quarantined, report.exit_code) == (13, 1, 3)
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"] == "bad.txt"
    assert record["document_sha256"] == hashlib.sha256(b"raise ").hexdigest()


def test_time_and_memory_are_bounded(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "slow.txt").write_text("hang ")
    (pages / "swallow.txt").write_text("swallow ")
    (pages / "eat.txt").write_text("eat ")
    report = run(options={"time_limit": 1})
    assert report.quarantined == 3
    found = {record["source"]: record["error"] for record in records(tmp_path / "out", "quarantine")}
    assert found == {"slow.txt": "TimeLimit", "swallow.txt": "TimeLimit", "eat.txt": "MemoryLimit"}


def test_a_part_goes_on_in_a_further_volume(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text("x" * 700_000)
    run(folder, options={"parts": 1, "part_mb": 1})
    names = sorted(path.name for path in (tmp_path / "out" / "articles").iterdir())
    assert names == ["part-0000.jsonl", "part-0000_001.jsonl"]
    assert len(records(tmp_path / "out")) == 4


def test_progress_counts_inputs(run: Run) -> None:
    seen: list[Progress] = []
    run(on_progress=seen.append)
    counts = [one.inputs for one in seen]  # an input is told, and then each document in it
    assert counts == sorted(counts) and set(counts) == set(range(1, 13))
    assert seen[-1].documents == 12
    assert {one.total for one in seen} == {12}


def test_a_missing_path_is_told_before_any_work(run: Run, pages: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        run(pages, tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_documents_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "scan.pdf").touch()
    with pytest.raises(ConfigError, match=r"holds no document .*suffix \.pdf"):
        run(tmp_path / "empty")
    assert not (tmp_path / "out").exists()


def test_an_output_that_holds_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.doc").write_text("x")
    with pytest.raises(ConfigError, match=r"thesis\.doc"):
        run()
    assert [path.name for path in out.iterdir()] == ["thesis.doc"]


def test_a_stranger_beside_an_earlier_output_is_refused(run: Run, tmp_path: Path) -> None:
    run()
    (tmp_path / "out" / "thesis.doc").write_text("x")
    with pytest.raises(ConfigError, match=r"thesis\.doc"):
        run()


def test_an_output_may_hold_gitkeep(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".gitkeep").touch()
    assert run().exit_code == 0
    assert run().exit_code == 0


@pytest.mark.parametrize("name", ["articles", "_run", "quarantine"])
def test_no_link_leads_a_write_out_of_the_output(run: Run, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run()
    out = tmp_path / "out"
    if (out / name).exists():
        (out / name).rename(tmp_path / "was")
    (out / name).symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="is a link"):
        run(full=True)
    assert not list(elsewhere.iterdir())


def test_a_truncated_gzip_is_quarantined(run: Run, pages: Path, tmp_path: Path) -> None:
    whole = gzip.compress(b"text\n" * 1000)
    (pages / "whole.txt.gz").write_bytes(whole)
    (pages / "cut.txt.gz").write_bytes(whole[:-9])
    report = run()
    assert (report.documents, report.quarantined) == (14, 1)
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"] == "cut.txt.gz"
    assert "cut short" in record["message"]
