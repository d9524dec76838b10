"""The forms of record files: what is written is read back, a later run leaves what a full one would, damage is seen."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.run.cleaner import from_settings
from pipeline.run.formats import FORMATS, lines, sink
from pipeline.run_options import Format
from pipeline.settings import load
from run.run_outputs import Run, tree

pytest.importorskip("zstandard")
pytest.importorskip("pyarrow")

ROOT = Path(__file__).parent.parent.parent
SCHEMA: dict[str, Any] = {
    "properties": {
        "id": {"type": "string"},
        "number": {"type": "integer"},
        "share": {"type": "number"},
        "spans": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "inside": {"$ref": "#/$defs/Inside"},
        "many": {"type": "array", "items": {"$ref": "#/$defs/Inside"}},
    },
    "$defs": {"Inside": {"properties": {"name": {"type": "string"}, "is": {"type": "boolean"}}}},
}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WHOLE = st.integers(0, 2**62)
INSIDE = st.fixed_dictionaries({"name": WORDS, "is": st.booleans()})
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "id": WORDS,
            "number": WHOLE,
            "share": st.floats(0, 1),
            "spans": st.lists(st.lists(WHOLE, max_size=4), max_size=3),
            "inside": INSIDE,
            "many": st.lists(INSIDE, max_size=2),
        }
    ),
    max_size=6,
)


def written(form: Format, records: list[Any], path: Path, schema: Any = SCHEMA) -> bytes:
    pieces: list[bytes] = []
    one = sink(form, pieces.append, lambda: schema)
    for record in records:
        one.write(json.dumps(record, ensure_ascii=False).encode())
    one.close()
    path.write_bytes(b"".join(pieces))
    return b"".join(pieces)


@pytest.mark.parametrize("form", FORMATS)
@given(records=RECORDS)
def test_what_is_written_is_read_back(form: Format, records: list[Any], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.getbasetemp() / f"records.{form}"
    first = written(form, records, path)
    back = list(lines(path))
    assert all(line.endswith(b"\n") for line in back)
    assert [json.loads(line) for line in back] == records
    order = [list(SCHEMA["properties"])] * len(records) if form == "parquet" else [list(one) for one in records]
    assert [list(json.loads(line)) for line in back] == order
    assert written(form, records, path) == first


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    from pyarrow.parquet import ParquetFile

    record = {"id": "甲", "number": 1, "share": 0.5, "spans": [], "inside": {"name": "", "is": True}, "many": []}
    written("parquet", [record] * 2500, tmp_path / "a.parquet")
    written("parquet", [{**record, "id": "x" * (9 << 20)}] * 3, tmp_path / "b.parquet")
    assert [ParquetFile(tmp_path / name).num_row_groups for name in ("a.parquet", "b.parquet")] == [3, 2]
    assert len(list(lines(tmp_path / "a.parquet"))) == 2500


@pytest.mark.parametrize("form", ["jsonl.zst", "parquet"])
def test_a_file_that_was_cut_short_is_no_shorter_file(form: Format, tmp_path: Path) -> None:
    record = {"id": "甲", "number": 1, "share": 0.5, "spans": [], "inside": {"name": "", "is": True}, "many": []}
    whole = written(form, [record] * 100, tmp_path / f"a.{form}")
    (tmp_path / f"a.{form}").write_bytes(whole[:-5])
    with pytest.raises(ValueError, match=f"a.{form}"):
        list(lines(tmp_path / f"a.{form}"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_later_run_leaves_what_a_full_one_would(run: Run, pages: Path, tmp_path: Path, form: str) -> None:
    options = {"format": form, "parts": 2}
    run(options=options)
    (pages / "01.txt").write_text("新的一版\n", encoding="utf-8")
    (pages / "02.txt").unlink()
    (pages / "bad.txt").write_text("raise ")
    again = run(options=options)
    assert again.worked["documents"] == 2
    run(out=tmp_path / "full", options=options, workers=2)
    assert tree(tmp_path / "out") == tree(tmp_path / "full")
    assert all(path.name.endswith(f".{form}") for path in (tmp_path / "out").glob("*/part-*") if path.is_file())


@pytest.mark.parametrize("form", FORMATS)
def test_damage_is_seen_before_it_is_copied(run: Run, pages: Path, tmp_path: Path, form: str) -> None:
    options = {"format": form, "parts": 1}
    run(options=options)
    want = tree(tmp_path / "out")
    [path] = (tmp_path / "out" / "articles").iterdir()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(0, 0))  # as old as can be, so that its size and time tell nothing
    (pages / "00.txt").unlink(missing_ok=True)
    (pages / "01.txt").write_text((pages / "01.txt").read_text() + "多一行\n")
    run(options=options)
    run(out=tmp_path / "full", options=options)
    assert tree(tmp_path / "out") == tree(tmp_path / "full") != want


def test_another_form_takes_the_place_of_the_first(run: Run, tmp_path: Path) -> None:
    for form in (*FORMATS, FORMATS[0]):
        run(options={"format": form})
        assert {path.name.partition(".")[2] for path in (tmp_path / "out" / "articles").iterdir()} == {form}
    run(out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_volumes_are_cut_alike_in_every_form(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text("x" * 700_000)
    for form in FORMATS:
        run(folder, out=tmp_path / form, options={"parts": 1, "part_mb": 1, "format": form})
        names = sorted(path.name for path in (tmp_path / form / "articles").iterdir())
        assert names == [f"part-0000.{form}", f"part-0000_001.{form}"]


@pytest.mark.parametrize("form", FORMATS)
def test_real_records_are_valid_and_the_same_in_every_form(form: str, tmp_path: Path) -> None:
    from pipeline.run import quarantine, run
    from pipeline.validate import validate

    (tmp_path / "scan.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
    inputs = [str(ROOT / "seeds"), str(tmp_path / "scan.txt")]
    run(inputs, tmp_path / "out", load(sets=[f"run.format={form}"]), workers=0, make_cleaner=from_settings)
    run(inputs, tmp_path / "plain", load(), workers=0)
    assert validate(tmp_path / "out").problems == []
    assert [one.source for one in quarantine(tmp_path / "out")] == ["scan.txt"]
    for path in (tmp_path / "plain").glob("*/part-*.jsonl"):
        other = tmp_path / "out" / path.parent.name / path.name.replace("jsonl", form)
        assert list(map(json.loads, lines(other))) == list(map(json.loads, lines(path)))


def test_a_form_whose_library_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.libraries import check

    real = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "pyarrow" else real(name))
    with pytest.raises(ConfigError, match=r"newspaper-pipeline\[parquet\]"):
        check(load(sets=["run.format=parquet"]))
