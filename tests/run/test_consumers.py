"""The output is read by those that it is for, in each form in which it is written; and docs/downstream.md says how."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pipeline.run
from pipeline.run.formats import FORMATS
from pipeline.settings import Settings, load
from run.run_outputs import records

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs" / "downstream.md").read_text(encoding="utf-8")
SMALL = "桥通了\n\n大桥昨日上午通车，两岸的老人走上桥头，看了又看，久久不肯离去。\n"

pytestmark = pytest.mark.filterwarnings("default")  # those of other people's libraries


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The sample pages, some without titles, bylines or captions, as records in a form; made once each."""
    made: dict[str, Path] = {}
    pages = tmp_path_factory.mktemp("consumers") / "pages"
    shutil.copytree(ROOT / "seeds", pages)
    (pages / "00.txt").write_text(SMALL, encoding="utf-8")
    (pages / "scan.txt").write_bytes(b"%PDF-1.7\n\x00\xff")

    def made_once(form: str) -> Path:
        if {"jsonl.zst": "zstandard", "parquet": "pyarrow"}.get(form):
            pytest.importorskip({"jsonl.zst": "zstandard", "parquet": "pyarrow"}[form])
        if form not in made:
            made[form] = tmp_path_factory.mktemp("form") / "out"
            report = pipeline.run.run([str(pages)], made[form], load(sets=[f"run.format={form}"]), workers=0)
            assert (report.documents, report.quarantined) == (14, 1)
        return made[form]

    return made_once


@pytest.fixture(scope="module")
def wanted(outputs: Callable[[str], Path]) -> dict[str, dict[str, Any]]:
    """The articles by id."""
    return {record["id"]: record for record in records(outputs("jsonl"))}


def from_datasets(out: Path, form: str, tmp_path: Path) -> Sequence[Any]:
    datasets = pytest.importorskip("datasets")
    for kind in ("sections", "removed", "quarantine"):
        read = datasets.load_dataset(str(out), kind, split="train", cache_dir=str(tmp_path))
        assert len(read) == sum(1 for _ in lines_of(out, kind))
    return list(datasets.load_dataset(str(out), "articles", split="train", cache_dir=str(tmp_path)))


def from_duckdb(out: Path, form: str, tmp_path: Path) -> Sequence[Any]:
    duckdb = pytest.importorskip("duckdb")
    table = duckdb.sql(f"SELECT * FROM '{out}/articles/*.{form}'")
    return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]


def from_polars(out: Path, form: str, tmp_path: Path) -> Sequence[Any]:
    polars = pytest.importorskip("polars")
    scan = polars.scan_parquet if form == "parquet" else polars.scan_ndjson
    rows: list[Any] = scan(f"{out}/articles/*.{form}", **({} if form == "parquet" else NO_GUESS)).collect().to_dicts()
    return rows


NO_GUESS: dict[str, Any] = {"infer_schema_length": None}


def from_pyarrow(out: Path, form: str, tmp_path: Path) -> Sequence[Any]:
    dataset = pytest.importorskip("pyarrow.dataset")
    if form == "jsonl.zst":
        import pyarrow.json

        rows: list[Any] = []
        for path in sorted((out / "articles").iterdir()):
            with pyarrow.input_stream(str(path), compression="zstd") as file:
                rows += pyarrow.json.read_json(file).to_pylist()
        return rows
    articles = dataset.dataset(out / "articles", format="parquet" if form == "parquet" else "json")
    rows = articles.to_table(use_threads=False).to_pylist()  # its threads wait forever where it has one processor
    return rows


def from_datatrove(out: Path, form: str, tmp_path: Path) -> Sequence[Any]:
    readers = pytest.importorskip("datatrove.pipeline.readers")
    loguru = pytest.importorskip("loguru")
    loguru.logger.remove()
    kind = readers.ParquetReader if form == "parquet" else readers.JsonlReader
    found = []
    for document in kind(str(out / "articles"))():
        metadata = {key: value for key, value in document.metadata.items() if key != "file_path"}
        found.append({"id": document.id, "text": document.text, **metadata})
    return found


READERS = [from_datasets, from_duckdb, from_polars, from_pyarrow, from_datatrove]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_they_read_what_was_written(
    reader: Callable[[Path, str, Path], Sequence[Any]],
    form: str,
    outputs: Callable[[str], Path],
    wanted: dict[str, dict[str, Any]],
    tmp_path: Path,
) -> None:
    read = {row["id"]: row for row in reader(outputs(form), form, tmp_path)}
    assert read.keys() == wanted.keys()
    for name, want in wanted.items():
        got = json.loads(json.dumps(read[name], default=list))
        for key in ("text", "source", "kicker", "title", "subtitle", "bylines", "language", "sections", "captions"):
            assert got[key] == want[key], (name, key)
        if reader is not from_datatrove:  # there its keys are among the others
            assert got["metadata"] == want["metadata"]


def test_datasets_sees_that_files_of_the_same_name_have_other_records(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    (tmp_path / "pages").mkdir()
    for words in (SMALL, SMALL.replace("昨日上午", "今日下午")):
        (tmp_path / "pages" / "00.txt").write_text(words, encoding="utf-8")
        pipeline.run.run([str(tmp_path / "pages")], tmp_path / "out", load(), workers=0)
        read = datasets.load_dataset(
            str(tmp_path / "out"), "articles", split="train", cache_dir=str(tmp_path / "cache")
        )
        assert read["text"][0] == records(tmp_path / "out")[0]["text"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_record_struct_of_dolma_takes_each_record(form: str, outputs: Callable[[str], Path]) -> None:
    msgspec = pytest.importorskip("msgspec")
    struct = dolma_types().InputSpecWithMetadata
    for line in lines_of(outputs(form), "articles"):
        taken = msgspec.json.decode(line, type=struct)
        record = json.loads(line)
        assert (taken.id, taken.text, taken.source) == (record["id"], record["text"], record["source"])
        assert taken.metadata == record["metadata"]


def dolma_types() -> ModuleType:
    """Dolma's module of record structs, without the taggers, which want much more installed."""
    spec = importlib.util.find_spec("dolma")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("dolma is not installed")
    path = Path(spec.submodule_search_locations[0]) / "core" / "data_types.py"
    own = importlib.util.spec_from_file_location("dolma_data_types", path)
    assert own and own.loader
    module = importlib.util.module_from_spec(own)
    sys.modules[own.name] = module
    own.loader.exec_module(module)
    return module


def lines_of(out: Path, kind: str) -> Any:
    from pipeline.run.formats import lines

    for path in sorted((out / kind).iterdir()):
        yield from lines(path)


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL), ids=range(5))
def test_the_blocks_of_the_docs(
    block: str,
    outputs: Callable[[str], Path],
    wanted: dict[str, dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [module] = re.findall(r"^(?:from|import) (\w+)", block)
    pytest.importorskip(module)
    monkeypatch.chdir(outputs("jsonl").parent)
    if module == "datasets":
        monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path))
    scope: dict[str, Any] = {}
    exec(block, scope)
    titles = [title[0] if isinstance(title, tuple) else title for title in scope["titles"]]
    assert sorted(titles) == sorted(record["title"] for record in wanted.values())


def test_the_shell_lines_of_the_docs(outputs: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(outputs("jsonl"))
    link, jq = re.findall(r"```sh\n(.*?)```", DOCS, re.DOTALL)
    subprocess.run(["/bin/sh", "-c", link], cwd=tmp_path, check=True)
    assert list((tmp_path / "corpus" / "documents").glob("part-*.jsonl"))
    if shutil.which("jq"):
        done = subprocess.run(["/bin/sh", "-c", jq], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert "桥通了" in done.stdout


def test_the_formats_of_the_command_are_those_of_the_library() -> None:
    from pipeline.cli import main

    [option] = [one for one in main.commands["run"].params if "--format" in one.opts]
    assert tuple(option.type.choices) == FORMATS  # type: ignore[attr-defined]
    assert Settings().run.format == FORMATS[0]
