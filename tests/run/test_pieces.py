"""Large files of rows in pieces: whatever the cut, each row comes out once, under the name that it has in the whole file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run.documents import Reading, documents
from pipeline.run.found import Found
from pipeline.run.rows import Document
from pipeline.run.stores import Store
from pipeline.run.surveys import Surveys, cut, look
from pipeline.run_options import RunOptions
from run import run_fakes
from run.run_outputs import Run, held, records, tree

TIME = 10**18

LINES = [
    b'{"text": "\xe7\x94\xb2", "no": 1}',
    b'{"text": "\xe7\x94\xb2\xe4\xb9\x99", "no": "b"}\r',
    b'{"text": "twice", "no": 1}',
    b'{"no": 1}',
    b'{"text": "no id"}',
    b"",
    b" \r",
    b"{broken",
    b"\xff\xfe",
    b"[1]",
    b'{"text": "' + b"x" * 90 + b'", "no": "long"}',
]


def found(path: Path) -> Found:
    os.utime(path, ns=(TIME, TIME))
    return Found(path.name, str(path), path.stat().st_size, TIME)


def in_pieces(whole: Found, split: int, options: RunOptions) -> Iterator[Document]:
    """The documents of a file, piece by piece."""
    known = None
    for piece in whole.in_pieces(split):
        if piece.pieces > 1:
            known = known or look(piece, split, options)
            piece = replace(piece, cut=cut(known, piece, split))
        reading = Reading()
        yield from documents(piece, options, reading)
        assert (reading.size, reading.mtime_ns) == (whole.size, TIME)
        assert len(reading.sha256) == 64


@given(
    lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=25),
    split=st.integers(1, 400),
    bom=st.booleans(),
    ends=st.booleans(),
    ids=st.booleans(),
)
def test_rows_are_the_same_whatever_the_cut(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], split: int, bom: bool, ends: bool, ids: bool
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" * bom + b"\n".join(lines) + b"\n" * ends)
    options = RunOptions(id_column="no" if ids else "")
    whole = found(path)
    if not whole.size:
        return
    assert told(in_pieces(whole, split, options)) == told(documents(whole, options, Reading()))


def test_a_row_that_is_too_large_lies_over_many_pieces(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"text": "a"}\n{"text": "' + b"x" * (5 << 19) + b'"}\n{"text": "b"}\n')
    options = RunOptions(document_mb=1)
    documents_of = told(in_pieces(found(path), 1 << 18, options))
    assert [source for source, *_ in documents_of] == ["rows.jsonl:1", "rows.jsonl:2", "rows.jsonl:3"]
    assert documents_of == told(documents(found(path), options, Reading()))


@given(
    values=st.lists(st.sampled_from(["甲", "乙" * 50, None]), max_size=40),
    numbers=st.lists(st.sampled_from([1, 2, 3, None]), min_size=40, max_size=40),
    group=st.integers(1, 15),
    split=st.integers(1, 3000),
    ids=st.booleans(),
)
def test_row_groups_are_the_same_whatever_the_cut(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[str | None],
    numbers: list[int | None],
    group: int,
    split: int,
    ids: bool,
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    columns = {"text": pa.array(values, pa.string()), "no": pa.array(numbers[: len(values)], pa.int64())}
    pq.write_table(pa.table(columns), path, row_group_size=group)
    options = RunOptions(id_column="no" if ids else "")
    whole = found(path)
    assert told(in_pieces(whole, split, options)) == told(documents(whole, options, Reading()))


def told(found: Iterator[Document]) -> list[tuple[str, bytes, str, str]]:
    return [(one.source, one.data, str(one.error), one.sha256) for one in found]


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of forty rows, of which one is none, that is cut into pieces of 100 bytes, and a small one."""
    monkeypatch.setattr("pipeline.run.runner.MEGABYTE", 1)
    folder = tmp_path / "rows"
    folder.mkdir()
    lines = [json.dumps({"text": f"第{n}版", "no": f"n{n}"}, ensure_ascii=False) for n in range(40)]
    lines[17] = "{broken"
    write(folder / "large.jsonl", lines)
    write(folder / "small.jsonl", lines[:2])
    return folder


def write(path: Path, lines: list[str], time: int = TIME) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.utime(path, ns=(time, time))


SPLIT = {"split_mb": 100}
WHOLE = {"split_mb": 10**9}


def all_records(out: Path) -> dict[str, list[dict[str, Any]]]:
    kinds = ("articles", "sections", "removed", "quarantine")
    return {kind: sorted(records(out, kind), key=lambda one: str(one)) for kind in kinds}


def test_a_run_in_one_part_leaves_the_same_bytes(run: Run, rows: Path, tmp_path: Path) -> None:
    report = run(rows, options={**SPLIT, "parts": 1})
    whole = run(rows, out=tmp_path / "whole", options={**WHOLE, "parts": 1})
    assert (report.counts, report.exit_code) == (whole.counts, 3)
    for kind in ("articles", "sections", "removed", "quarantine"):
        assert tree(tmp_path / "out" / kind) == tree(tmp_path / "whole" / kind)
    assert run(rows, options={**SPLIT, "parts": 1}).worked == {}


@pytest.mark.parametrize("workers", [0, 2])
def test_the_pieces_are_the_work_of_several_parts(run: Run, rows: Path, tmp_path: Path, workers: int) -> None:
    report = run(rows, workers=workers, options=SPLIT)
    whole = run(rows, out=tmp_path / "whole", options=WHOLE)
    assert (report.parts["work"], whole.parts["work"]) == (4, 2)
    assert report.counts == whole.counts
    assert all_records(tmp_path / "out") == all_records(tmp_path / "whole")
    run(rows, out=tmp_path / "serial", options=SPLIT)
    assert tree(tmp_path / "out") == tree(tmp_path / "serial")
    assert run(rows, options=SPLIT).worked == {}


def test_shares_of_one_file(run: Run, rows: Path, tmp_path: Path) -> None:
    from pipeline.run import finish

    worked = [run(rows, shard=f"{n}/3", options=SPLIT).worked["documents"] for n in (1, 2, 3)]
    assert min(worked) > 0
    finish(tmp_path / "out", run_fakes.FakeSettings(run=RunOptions(parts=4, split_mb=100)))
    run(rows, out=tmp_path / "whole", options=SPLIT)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_from_a_bucket(run: Run, rows: Path, bucket: Store, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    pq.write_table(pa.table({"text": [f"{n}" for n in range(30)]}), rows / "table.parquet", row_group_size=7)
    bucket.files.put(f"{rows}/", f"{bucket.root}/in/", recursive=True)
    report = run(f"{bucket.uri}/in", workers=2, options=SPLIT)
    assert report.documents == 72
    run(rows, out=tmp_path / "local", options=SPLIT)
    assert held(tmp_path / "out")["records"] == held(tmp_path / "local")["records"]
    assert run(f"{bucket.uri}/in", options=SPLIT).worked == {}
    bucket.put((rows / "small.jsonl").read_bytes(), "in/large.jsonl")
    assert run(f"{bucket.uri}/in", options=SPLIT).worked["documents"] == 2


CHANGES = {
    "grown": lambda lines: [*lines, *lines[:20]],
    "shrunk": lambda lines: lines[:5],
    "other": lambda lines: [lines[0].replace("0", "9"), *lines[1:]],
    "none": lambda lines: lines,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changed_is_done_again(run: Run, rows: Path, tmp_path: Path, change: str) -> None:
    run(rows, options=SPLIT)
    lines = (rows / "large.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    changed = CHANGES[change](lines)
    write(rows / "large.jsonl", changed, TIME + 10**9)
    report = run(rows, options=SPLIT)
    assert report.worked.get("documents", 0) == (0 if change == "none" else len(changed))
    assert report.reasons == {"touched" if change == "none" else "changed": 1} | (
        {"added": 0} if change == "grown" else {"deleted": 0} if change == "shrunk" else {}
    )
    run(rows, out=tmp_path / "whole", options=SPLIT)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_what_is_known_of_a_file_does_not_hold_when_it_changes(
    run: Run, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Surveys.add

    def add(self: Surveys, known: Any) -> None:
        real(self, known)
        with (rows / "large.jsonl").open("ab") as file:
            file.write(b"\n")

    monkeypatch.setattr(Surveys, "add", add)
    report = run(rows, options=SPLIT)
    faults = records(tmp_path / "out", "quarantine")
    assert {one["source"].split("@")[0] for one in faults} == {"large.jsonl"}
    assert all("was written to while" in one["message"] for one in faults)
    assert report.counts["cleaned"] == 2
    monkeypatch.undo()
    monkeypatch.setattr("pipeline.run.runner.MEGABYTE", 1)
    run(rows, options=SPLIT)
    run(rows, out=tmp_path / "whole", options=SPLIT)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_file_that_cannot_be_read_is_told_once(
    run: Run, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: Any, *rest: Any) -> int:
        if str(path).endswith("large.jsonl"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *rest)

    monkeypatch.setattr("pipeline.run.streams.os.open", refuse)
    report = run(rows, options=SPLIT)
    assert (report.documents, report.quarantined) == (3, 1)
    monkeypatch.undo()
    monkeypatch.setattr("pipeline.run.runner.MEGABYTE", 1)
    assert run(rows, options=SPLIT).documents == 42


def test_a_column_that_is_not_there_is_told_once(run: Run, rows: Path, tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (rows / "large.jsonl").unlink()
    pq.write_table(pa.table({"body": ["甲"] * 50}), rows / "table.parquet", row_group_size=5)
    report = run(rows, options=SPLIT, workers=1)
    assert (report.documents, report.quarantined) == (3, 1)
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"] == "table.parquet"
    assert "has no column 'text'" in record["message"]
    assert run(rows, options=SPLIT).worked == {}
    pq.write_table(pa.table({"text": ["甲"] * 50}), rows / "table.parquet", row_group_size=5)
    assert run(rows, options=SPLIT).documents == 52


def test_killers_are_found_in_pieces_too(run: Run, rows: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"{n}"}) for n in range(60)]
    lines[7], lines[41] = '{"text": "segfault "}', '{"text": "exit "}'
    write(rows / "large.jsonl", lines)
    report = run(rows, options=SPLIT, workers=2)
    assert (report.documents, report.quarantined) == (62, 2)
    assert {one["source"] for one in records(tmp_path / "out", "quarantine")} == {"large.jsonl:8", "large.jsonl:42"}


def test_a_piece_that_kills_its_reader_is_left_out_alone(run: Run, rows: Path, tmp_path: Path) -> None:
    write(rows / "large.jsonl", [json.dumps({"text": f"{n}"}) for n in range(60)])
    report = run(rows, options=SPLIT, workers=1, make_cleaner=run_fakes.reader_dies_at_twenty)
    assert report.quarantined == 1
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"].startswith("large.jsonl@")
    assert record["error"] == "Crashed"
    assert 50 < report.documents < 62


def test_a_survey_that_kills_its_reader(run: Run, rows: Path, tmp_path: Path) -> None:
    wishes = {"workers": 1, "make_cleaner": run_fakes.survey_dies, "options": SPLIT}
    report = run(rows, **wishes)
    assert (report.documents, report.quarantined) == (3, 1)
    [record] = records(tmp_path / "out", "quarantine")
    assert (record["source"], record["error"]) == ("large.jsonl", "Crashed")
    assert run(rows, **wishes).worked == {}


def test_ids_that_come_twice_are_found_across_pieces(run: Run, rows: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"{n}", "no": n % 30}) for n in range(40)]
    write(rows / "large.jsonl", lines)
    report = run(rows / "large.jsonl", options={**SPLIT, "id_column": "no"})
    assert (report.documents, report.quarantined) == (40, 10)
    assert len({one["id"] for one in records(tmp_path / "out")}) == 30
