"""Input as it comes: names, links, packed files, rows, lists, standard input."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.run.documents import Reading, documents
from pipeline.run.inputs import Found
from pipeline.run.names import name_of, source_of
from pipeline.run_options import RunOptions
from run.run_outputs import Run, records


def sources(out: Path) -> set[str]:
    return {str(record["id"]).rsplit("#", 1)[0] for record in records(out)}


def faults(out: Path) -> dict[str, str]:
    return {str(record["source"]): str(record["message"]) for record in records(out, "quarantine")}


def test_a_source_is_the_path_below_what_was_named(run: Run, pages: Path, tmp_path: Path) -> None:
    run(pages)
    assert {"1954/09/00.txt", "01.txt"} <= sources(tmp_path / "out")
    run(pages / "01.txt", out=tmp_path / "file")
    assert sources(tmp_path / "file") == {"01.txt"}
    run(f"{pages}/1954/*/0*.txt", out=tmp_path / "glob")
    assert sources(tmp_path / "glob") == {"09/00.txt", "09/03.txt", "09/06.txt", "09/09.txt"}
    run(f"{pages}/**", out=tmp_path / "all")
    assert sources(tmp_path / "all") == sources(tmp_path / "out")


def test_what_is_passed_over_is_told(run: Run, pages: Path) -> None:
    for name in ("scan.pdf", ".hidden.txt", "_draft.txt", "notes.docx"):
        (pages / name).touch()
    (pages / "link.txt").symlink_to(pages / "01.txt")
    os.mkfifo(pages / "pipe.txt")
    report = run()
    assert report.documents == 12
    assert sum(report.skipped.counts.values()) == 6
    assert any("scan.pdf" in line for line in report.lines())


def test_two_files_of_one_source_are_refused(run: Run, pages: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "01.txt").write_text("又一\n")
    with pytest.raises(ConfigError, match=r"source 01\.txt"):
        run(pages, other)
    assert not (tmp_path / "out").exists()


def test_a_file_named_twice_is_read_once(run: Run, pages: Path) -> None:
    assert run(pages, pages, pages / "01.txt").documents == 12


def test_an_output_inside_the_input_is_not_read(run: Run, pages: Path) -> None:
    for _ in range(2):
        assert run(out=pages / "out").documents == 12
    with pytest.raises(ConfigError, match="lies in"):
        run(pages / "out" / "articles", out=pages / "out")


def test_links_are_followed_only_if_asked_for(run: Run, pages: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("秘\n")
    (pages / "more").symlink_to(outside)
    (pages / "loop").symlink_to(pages)
    (pages / "secret.txt").symlink_to(outside / "secret.txt")
    assert run().documents == 12
    followed = run(options={"follow_links": True}, out=tmp_path / "followed")
    assert followed.documents == 14
    assert {"more/secret.txt", "secret.txt"} <= sources(tmp_path / "followed")


def test_a_named_link_is_followed(run: Run, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pages)
    assert run(tmp_path / "link").documents == 12


def test_names_in_any_bytes(run: Run, pages: Path, tmp_path: Path) -> None:
    for raw in (b"\xff\xfe.txt", b"a\nb.txt", b"c\\d.txt", "版".encode("gb18030") + b".txt"):
        Path(os.fsdecode(os.fsencode(pages) + b"/" + raw)).write_text("字\n")
    assert run().documents == 16
    names = {os.fsencode(name_of(source)) for source in sources(tmp_path / "out")}
    assert {b"\xff\xfe.txt", b"a\nb.txt", b"c\\d.txt", "版".encode("gb18030") + b".txt"} <= names
    assert run().worked == {}


@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_sources_can_be_turned_back(raw: bytes) -> None:
    source = source_of(os.fsdecode(raw))
    source.encode()
    assert os.fsencode(name_of(source)) == raw


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_files(run: Run, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "packed"
    folder.mkdir()
    whole = PACKERS[suffix]("字句\n".encode() * 5000)
    bomb = PACKERS[suffix](b"\n" * (40 << 20))
    files = {"whole": whole, "cut": whole[: len(whole) // 2], "empty": b"", "wrong": b"not packed at all", "bomb": bomb}
    for name, data in files.items():
        (folder / f"{name}.txt.{suffix}").write_bytes(data)
    report = run(folder)
    assert (report.documents, report.quarantined) == (5, 4)
    found = faults(tmp_path / "out")
    assert set(found) == {f"{name}.txt.{suffix}" for name in ("cut", "empty", "wrong", "bomb")}
    assert "run.ratio" in found[f"bomb.txt.{suffix}"]


def test_zstd_files(run: Run, tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    folder = tmp_path / "packed"
    folder.mkdir()
    frame = zstandard.ZstdCompressor().compress("字句\n".encode() * 5000)
    many = frame + zstandard.ZstdCompressor().compress("末\n".encode())
    for name, data in {"whole": frame, "two": many, "cut": frame[:-3], "wrong": b"xxxxxxxx"}.items():
        (folder / f"{name}.txt.zst").write_bytes(data)
    assert (run(folder).documents, run(folder).quarantined) == (4, 2)
    assert set(faults(tmp_path / "out")) == {"cut.txt.zst", "wrong.txt.zst"}


def test_a_zstd_bomb_is_never_in_memory() -> None:
    zstandard = pytest.importorskip("zstandard")
    from pipeline.run import zstd

    bomb = zstandard.ZstdCompressor().compress(bytes(256 << 20))
    stream = zstd.reader(io.BufferedReader(io.BytesIO(bomb)))  # type: ignore[arg-type]
    pieces = [len(stream.read1()) for _ in range(8)]
    assert 0 < min(pieces)
    assert max(pieces) <= 8 << 20


def test_rows(run: Run, tmp_path: Path) -> None:
    rows = [
        '\ufeff{"text": "甲"}',
        "",
        '{"text": "乙", "n": 1}',
        '{"body": "丙"}',
        "[1]",
        "{broken",
        '{"text": "\\ud800"}',
        '{"text": 7}',
        '{"text": "末"}',
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    report = run(tmp_path / "rows.jsonl")
    assert (report.documents, report.quarantined) == (8, 5)
    assert sources(tmp_path / "out") == {"rows.jsonl:1", "rows.jsonl:3", "rows.jsonl:9"}
    assert "--text-column" in faults(tmp_path / "out")["rows.jsonl:4"]


def test_rows_with_ids_and_another_text_column(run: Run, tmp_path: Path) -> None:
    rows = [{"no": "1954-a", "body": "甲"}, {"no": 7, "body": "乙"}, {"no": "", "body": "丙"}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    report = run(tmp_path / "rows.jsonl", options={"id_column": "no", "text_column": "body"})
    assert report.quarantined == 1
    assert sources(tmp_path / "out") == {"rows.jsonl:1954-a", "rows.jsonl:7"}


def test_rows_of_a_file_that_was_cut_short(run: Run, tmp_path: Path) -> None:
    data = gzip.compress("\n".join(json.dumps({"text": f"{n} {os.urandom(99).hex()}"}) for n in range(50)).encode())
    (tmp_path / "rows.jsonl.gz").write_bytes(data[: len(data) // 2])
    report = run(tmp_path / "rows.jsonl.gz")
    assert report.documents > 2
    assert set(faults(tmp_path / "out")) == {"rows.jsonl.gz"}


def test_a_document_that_is_too_large(run: Run, tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"x" * (1 << 20) + b"x")
    (tmp_path / "rows.jsonl").write_bytes(b'{"text": "' + b"x" * (1 << 20) + b'"}\n{"text": "x"}\n')
    report = run(tmp_path / "large.txt", tmp_path / "rows.jsonl", options={"document_mb": 1})
    assert (report.documents, report.quarantined) == (3, 2)
    assert all("run.document_mb" in message for message in faults(tmp_path / "out").values())


def test_a_list_of_files(run: Run, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for mark in ("\n", "\0", "\r\n"):
        (tmp_path / "list").write_text(mark.join(["pages/01.txt", "pages/1954/09/00.txt", "", "pages/gone.txt"]))
        report = run(files_from=tmp_path / "list")
        assert (report.documents, report.quarantined) == (3, 1)
    assert sources(tmp_path / "out") == {"pages/01.txt", "pages/1954/09/00.txt"}
    assert "vanished" in faults(tmp_path / "out")["pages/gone.txt"]
    with pytest.raises(ConfigError, match="nolist"):
        run(files_from=tmp_path / "nolist")


def test_standard_input(run: Run, tmp_path: Path) -> None:
    assert run("-", stdin=io.BytesIO("桥通了\n".encode())).documents == 1
    assert sources(tmp_path / "out") == {"stdin"}
    assert run("-", stdin=io.BytesIO("桥通了\n".encode())).worked == {}
    assert run("-", stdin=io.BytesIO("桥断了\n".encode())).worked["documents"] == 1


def test_a_file_that_is_written_to_while_it_is_read(
    run: Run, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.run.streams import Tap

    def drain(self: Tap) -> str:
        with (pages / "01.txt").open("ab") as file:
            file.write(b"x")
        return ""

    monkeypatch.setattr(Tap, "drain", drain)
    assert run(pages / "01.txt").quarantined == 1
    assert "written to while" in faults(tmp_path / "out")["01.txt"]
    monkeypatch.undo()
    assert run(pages / "01.txt").quarantined == 0


def test_a_file_that_vanishes_or_cannot_be_opened(run: Run, pages: Path, tmp_path: Path) -> None:
    def vanish(progress: object) -> None:
        (pages / "11.txt").unlink(missing_ok=True)

    report = run(on_progress=vanish, options={"parts": 1})
    assert (report.documents, report.quarantined) == (12, 1)
    assert "vanished" in faults(tmp_path / "out")["11.txt"]


def test_a_folder_that_cannot_be_listed(run: Run, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("1954"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = run()
    assert (report.documents, report.quarantined) == (9, 1)
    assert [source.rstrip("/") for source in faults(tmp_path / "out")] == ["1954"]


def test_a_link_that_a_glob_finds_is_not_followed(run: Run, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (pages / "secret.txt").symlink_to(tmp_path / "secret.txt")
    (pages / "all").symlink_to(tmp_path)
    report = run(pages / "*")
    assert report.documents == 12
    assert report.skipped.examples["link (run.follow_links is off)"] == ["all", "secret.txt"]


def test_a_file_that_becomes_a_link_before_it_is_read_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "d").symlink_to(tmp_path)
    for path in (tmp_path / "link.txt", tmp_path / "d" / "secret.txt"):
        if not path.exists():
            path.symlink_to(tmp_path / "secret.txt")
        found = Found("a.txt", str(path), 1, 1)
        [document] = documents(found, RunOptions(), Reading())
        assert "has become a link" in str(document.error)
        [document] = documents(found, RunOptions(follow_links=True), Reading())
        assert document.data == b"x"


def test_sources_below_a_named_link_are_as_below_its_target(run: Run, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(pages)
    run(out=tmp_path / "plain")
    run(tmp_path / "link", out=tmp_path / "linked")
    run(f"{tmp_path}/l*k/", out=tmp_path / "globbed", options={"follow_links": True})
    assert sources(tmp_path / "plain") == sources(tmp_path / "linked")
    assert sources(tmp_path / "globbed") == {f"link/{source}" for source in sources(tmp_path / "plain")}
