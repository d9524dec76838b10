"""Rows of Parquet files: streamed, named by number or id, with an error that helps where one is no document."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run import extras
from pipeline.run.documents import Reading, documents
from pipeline.run.inputs import Found
from pipeline.run_options import RunOptions
from run.run_outputs import Run, records, tree

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def sources(out: Path) -> list[str]:
    return sorted({str(record["source"]) for record in records(out)} | {r["id"].split("#")[0] for r in records(out)})


def write(path: Path, columns: dict[str, object], **options: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rows"


def test_rows_are_named_by_their_number(run: Run, folder: Path, tmp_path: Path) -> None:
    write(folder / "a.parquet", {"text": ["甲", "乙", "丙"] * 20, "other": range(60)}, row_group_size=7)
    report = run(folder)
    assert (report.documents, report.quarantined) == (60, 0)
    ids = [record["id"] for record in records(tmp_path / "out")]
    assert ids == [f"a.parquet:{number}#a1" for number in range(1, 61)]
    assert run(folder).worked == {}


KINDS = {
    "string": pa.string(),
    "large": pa.large_string(),
    "bytes": pa.binary(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_text_column(run: Run, folder: Path, tmp_path: Path, kind: str) -> None:
    values = [b"\xe7\x94\xb2", None] if kind == "bytes" else ["甲", None]
    write(folder / "a.parquet", {"text": pa.array(values).cast(KINDS[kind])})
    report = run(folder)
    assert (report.documents, report.quarantined) == (2, 1)
    assert [record["text"] for record in records(tmp_path / "out")] == ["甲"]
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"] == "a.parquet:2"
    assert "has no text under 'text'" in record["message"]


def test_other_columns(run: Run, folder: Path, tmp_path: Path) -> None:
    write(folder / "a.parquet", {"body": ["甲", "乙", "丙", "丁"], "no": ["x", "x", None, "1954-09/a"]})
    report = run(folder, options={"text_column": "body", "id_column": "no"})
    assert (report.documents, report.quarantined) == (4, 2)
    assert {record["id"] for record in records(tmp_path / "out")} == {"a.parquet:x#a1", "a.parquet:1954-09/a#a1"}
    write(folder / "a.parquet", {"body": ["甲"], "no": [7]})
    run(folder, options={"text_column": "body", "id_column": "no"})
    assert [record["id"] for record in records(tmp_path / "out")] == ["a.parquet:7#a1"]


def test_a_column_that_is_not_there_is_told(run: Run, folder: Path, tmp_path: Path) -> None:
    write(folder / "a.parquet", {"body": ["甲"]})
    assert run(folder).quarantined == 1
    [record] = records(tmp_path / "out", "quarantine")
    assert record["source"] == "a.parquet"
    assert "has no column 'text', but 'body'. Name another one with --text-column" in record["message"]


def test_bytes_that_are_no_utf8_go_to_the_decoder(folder: Path) -> None:
    raw = pa.array(["桥".encode("gb18030")])
    path = write(folder / "a.parquet", {"text": pa.StringArray.from_buffers(1, raw.buffers()[1], raw.buffers()[2])})
    assert [one.data for one in read(path)] == ["桥".encode("gb18030")]


def test_damage_is_quarantined(run: Run, folder: Path, tmp_path: Path) -> None:
    whole = write(folder / "a.parquet", {"text": [f"{n}甲" for n in range(500)]}).read_bytes()
    for size in (0, 3, 4, 100, len(whole) // 2, len(whole) - 1):
        (folder / "a.parquet").write_bytes(whole[:size])
        report = run(folder)
        assert report.quarantined == 1, size
        assert "a.parquet" in {record["source"] for record in records(tmp_path / "out", "quarantine")}


@given(st.data())
def test_any_damage_leaves_documents_or_errors(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("damage")
    path = write(folder / "a.parquet", {"text": ["甲", "乙"] * 9})
    content = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    for document in read(path):
        assert document.source.startswith("a.parquet")
        assert document.error is None or str(document.error).startswith(document.source)


def test_a_bomb_is_quarantined(run: Run, folder: Path, tmp_path: Path) -> None:
    write(folder / "a.parquet", {"text": ["字" * (1 << 20)] * 20})
    assert (folder / "a.parquet").stat().st_size < 1 << 20
    report = run(folder, options={"ratio": 1})
    assert report.quarantined == 1
    assert "run.ratio" in str(records(tmp_path / "out", "quarantine"))


def test_without_pyarrow_the_next_run_tries_again(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.parquet", {"text": ["甲"]})
    extras._is_there.cache_clear()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert run(folder).quarantined == 1
    [record] = records(tmp_path / "out", "quarantine")
    assert "pip install 'newspaper-pipeline[parquet]'" in record["message"]
    extras._is_there.cache_clear()
    monkeypatch.undo()
    assert run(folder).quarantined == 0
    run(folder, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def read(path: Path) -> Iterator[object]:
    return documents(Found(path.name, str(path), path.stat().st_size, 0), RunOptions(), Reading())
