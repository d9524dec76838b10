"""Runs over real pages: the program's own cleaner, the sample pages, and every kind of bad input."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline.run
from pipeline.run.cleaner import from_settings
from pipeline.run.report import Report
from pipeline.run.rows import Document
from pipeline.run.work import clean
from pipeline.run_options import RunOptions
from pipeline.schema import MODELS
from pipeline.settings import Settings
from pipeline.validate import validate
from run.run_outputs import records, tree

SEEDS = Path(__file__).parents[2] / "seeds"
TEXT = "大桥昨日上午通车，两岸的老人走上桥头，\n看了又看，久久不肯离去。\n"


def run(folder: Path, out: Path, workers: int | None = 0, **options: int) -> Report:
    """A run whose output is whole and valid, and in which no document was lost."""
    report = pipeline.run.run([str(folder)], out, Settings(run=RunOptions(**options)), workers=workers)
    verdict = validate(out)
    assert verdict.problems == []
    assert verdict.records["quarantine"] == report.quarantined
    cleaned = {record["source"] for record in records(out)}
    assert len(cleaned) == report.counts.get("cleaned", 0) == report.documents - report.quarantined
    assert not [name for name in tree(out) if ".tmp-" in name]
    return report


def quarantined(out: Path) -> dict[str, tuple[str, str]]:
    return {record["source"]: (record["stage"], record["message"]) for record in records(out, "quarantine")}


def written(out: Path) -> dict[Path, int]:
    """When each file was written, but for the lock."""
    return {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != "lock"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pages"
    made.mkdir()
    (made / "good.txt").write_text(TEXT, encoding="utf-8")
    return made


def test_the_sample_pages_give_the_same_bytes_in_every_engine(tmp_path: Path) -> None:
    for name, workers in (("here", 0), ("one", 1), ("two", 2)):
        report = run(SEEDS, tmp_path / name, workers)
        assert (report.documents, report.exit_code) == (len(list(SEEDS.iterdir())), 0)
    assert tree(tmp_path / "here") == tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    run(SEEDS, tmp_path / "out")
    before = written(tmp_path / "out")
    assert run(SEEDS, tmp_path / "out").worked == {}
    assert written(tmp_path / "out") == before


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\n\r\n",
    "binary.txt": bytes(range(256)) * 40,
    "nul.txt": TEXT.encode() + b"\0\0",
    "surrogate.txt": b"\xed\xa0\x80" + TEXT.encode(),
    "scan.txt": b"%PDF-1.7\n\x00\xff",
    "cut.txt": TEXT.encode()[:-2],
    "cut.txt.gz": gzip.compress(TEXT.encode() * 100, mtime=0)[:-5],
    "damaged.txt.gz": b"\x1f\x8b" + b"\x55" * 40,
    "none.txt.bz2": b"text, not bzip2",
    "none.txt.xz": b"",
}


def test_bad_documents_are_quarantined_and_the_good_one_is_read(folder: Path, tmp_path: Path) -> None:
    for name, data in BAD.items():
        (folder / name).write_bytes(data)
    report = run(folder, tmp_path / "out")
    found = quarantined(tmp_path / "out")
    assert set(found) == set(BAD)
    assert report.exit_code == 3
    for name, (stage, message) in found.items():
        assert stage in ("decode", "read"), name
        assert message.startswith(name), message
        assert message.endswith((".", "?")), message


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-8-sig"])
def test_old_encodings_are_read(folder: Path, tmp_path: Path, encoding: str) -> None:
    page = (
        "本報訊 大橋昨日上午通車，兩岸的老人走上橋頭，看了又看，久久不肯離去。老人說：「這座橋我們等了三十年。」\n" * 5
    )
    (folder / "old.txt").write_bytes(page.encode(encoding))
    assert run(folder, tmp_path / "out").quarantined == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_quarantined_until_it_has_it(folder: Path, tmp_path: Path) -> None:
    (folder / "locked.txt").write_text(TEXT, encoding="utf-8")
    (folder / "locked.txt").chmod(0)
    run(folder, tmp_path / "out")
    assert set(quarantined(tmp_path / "out")) == {"locked.txt"}
    (folder / "locked.txt").chmod(0o644)
    assert run(folder, tmp_path / "out").quarantined == 0


def test_a_line_of_50_megabytes(folder: Path, tmp_path: Path) -> None:
    (folder / "line.txt").write_bytes(TEXT.replace("\n", "").encode() * (50 * 2**20 // 90))
    assert (folder / "line.txt").stat().st_size > 50 * 2**20
    run(folder, tmp_path / "out")
    assert "document_mb" in quarantined(tmp_path / "out")["line.txt"][1]


def test_a_long_line_is_read(folder: Path, tmp_path: Path) -> None:
    (folder / "line.txt").write_bytes(TEXT.replace("\n", "").encode() * 2000)
    report = run(folder, tmp_path / "out")
    assert report.quarantined == 0
    assert report.counts["kept"] == sum(map(str.isalnum, TEXT)) * 2001


def test_changes_are_counted_by_rule(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "half.txt").write_text(TEXT.replace("，", ","), encoding="utf-8")
    report = run(folder, tmp_path / "out")
    assert report.as_dict()["changes"] == {"punctuation.half_width_comma": TEXT.count("，")}
    assert f"{TEXT.count('，')} changes of the text ({TEXT.count('，')} punctuation)" in report.lines()
    manifest = json.loads((tmp_path / "out" / "_run" / "manifest.json").read_bytes())
    assert manifest["counts"]["changed.punctuation.half_width_comma"] == TEXT.count("，")


def test_a_million_blank_lines(folder: Path, tmp_path: Path) -> None:
    (folder / "blank.txt").write_text(TEXT + "\n" * 1_000_000 + TEXT, encoding="utf-8")
    assert run(folder, tmp_path / "out").quarantined == 0


def test_names_in_any_bytes_lead_to_valid_records(folder: Path, tmp_path: Path) -> None:
    names = [b"\xff\xfe.txt", b"a\nb.txt", "乡 镇#a1.txt".encode(), b"a\\b.txt", "\u2028.txt".encode(), b"%20.txt"]
    for name in names:
        (folder / os.fsdecode(name)).write_text(TEXT, encoding="utf-8")
    assert run(folder, tmp_path / "out").documents == len(names) + 1
    assert len({record["id"] for record in records(tmp_path / "out")}) == len(names) + 1


def test_rows_with_one_id_do_not_give_two_articles_of_one_id(folder: Path, tmp_path: Path) -> None:
    rows = [{"id": "a", "text": TEXT}, {"id": "a", "text": TEXT}]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = Settings(run=RunOptions(id_column="id"))
    pipeline.run.run([str(folder)], tmp_path / "out", settings, workers=0)
    assert validate(tmp_path / "out").problems == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the high water mark is read from /proc")
def test_the_default_run_needs_less_than_200_megabytes(tmp_path: Path) -> None:
    code = """if True:
        import re, resource, sys
        from pathlib import Path
        from pipeline.run import run
        from pipeline.settings import Settings
        run([sys.argv[1]], Path(sys.argv[2]), Settings())
        own = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
        print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    """
    command = [sys.executable, "-c", code, str(SEEDS), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    parent, worker = (int(kilobytes) // 1024 for kilobytes in done.stdout.split())
    assert parent + worker < 200


SEED = (SEEDS / "02-columns-cut.txt").read_bytes()
CUTS = st.lists(st.integers(0, len(SEED)), min_size=2, max_size=8)


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")) | CUTS)
def test_any_bytes_end_in_valid_records_or_in_quarantine(data: bytes | list[int]) -> None:
    if isinstance(data, list):  # pieces of a page, cut anywhere and put together anew
        data = b"".join(SEED[at : at + 200] for at in data)
    settings = Settings()
    made = clean(Document("a.txt", data), from_settings(settings), settings.run)
    if "quarantine" not in made.records and not made.records["articles"]:
        assert not made.counts["kept"]  # nothing but marks
    for kind, lines in made.records.items():
        for line in lines:
            MODELS[kind].model_validate_json(line)
            assert b"\n" not in line
    for line in made.records.get("quarantine", ()):
        assert json.loads(line)["error"] in ("SourceError", "LawBroken"), line  # and never an uncaught one
