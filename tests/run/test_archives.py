"""Archives: each member that is text is a document; bombs, damage and odd names stop nothing."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from run.run_outputs import Run, records, tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "archives"
    made.mkdir()
    return made


def zipped(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def tarred(path: Path, members: dict[str, bytes], mode: str = "w") -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def sources(out: Path, kind: str = "articles") -> list[str]:
    return sorted(str(record.get("source") or record["id"].split("#")[0]) for record in records(out, kind))


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar.xz", "w:xz"), ("a.TAR.BZ2", "w:bz2")],
)
def test_members_of_a_tar_are_documents(run: Run, folder: Path, tmp_path: Path, name: str, mode: str) -> None:
    tarred(folder / name, {"d/甲.txt": b"a", "b.md": b"b", "c.pdf": b"c", ".d.txt": b"d"}, mode)
    report = run(folder)
    assert sources(tmp_path / "out") == [f"{name}:b.md", f"{name}:d/甲.txt"]
    assert (report.documents, report.counts["skipped_members"]) == (2, 2)


def test_members_of_a_zip_are_documents(run: Run, folder: Path, tmp_path: Path) -> None:
    zipped(folder / "a.zip", {"d/甲.txt": b"a", "d/": b"", "b.md": b"b", "__MACOSX/b.md": b"c"})
    report = run(folder)
    assert sources(tmp_path / "out") == ["a.zip:b.md", "a.zip:d/甲.txt"]
    assert report.exit_code == 0


def test_names_in_the_encoding_of_the_place_are_read(run: Run, folder: Path, tmp_path: Path) -> None:
    zipped(folder / "a.zip", {"xxxx.txt": b"a"})
    content = (folder / "a.zip").read_bytes()
    (folder / "a.zip").write_bytes(content.replace(b"xxxx", "要闻".encode("gb18030")))
    run(folder)
    assert sources(tmp_path / "out") == ["a.zip:要闻.txt"]


def test_a_bomb_is_quarantined(run: Run, folder: Path, tmp_path: Path) -> None:
    bomb = {"good.txt": b"a", "bomb.txt": b"\n" * (10 << 20), "more.txt": b"\n" * (10 << 20)}
    zipped(folder / "a.zip", bomb)
    tarred(folder / "b.tgz", bomb, "w:gz")
    report = run(folder, options={"ratio": 2})
    assert (report.documents, report.quarantined) == (6, 2)
    assert sources(tmp_path / "out", "quarantine") == ["a.zip", "b.tgz"]


def test_a_member_that_is_too_large_is_quarantined(run: Run, folder: Path, tmp_path: Path) -> None:
    zipped(folder / "a.zip", {"good.txt": b"a", "large.txt": b"\n" * (1 << 21)})
    run(folder, options={"document_mb": 1})
    assert sources(tmp_path / "out", "quarantine") == ["a.zip:large.txt"]


def test_a_member_that_is_there_twice_is_told(run: Run, folder: Path, tmp_path: Path) -> None:
    tarred(folder / "a.tar", {"a.txt": b"a"})
    with tarfile.open(folder / "a.tar", "a") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    run(folder)
    assert sources(tmp_path / "out") == ["a.tar:a.txt"]
    [record] = records(tmp_path / "out", "quarantine")
    assert "twice" in record["message"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_damage_is_quarantined(run: Run, folder: Path, tmp_path: Path, name: str) -> None:
    members = {f"{n}.txt": bytes(range(65, 91)) * 1000 for n in range(3)}
    if name == "a.zip":
        zipped(folder / name, members)
    else:
        tarred(folder / name, members, "w:gz" if name == "a.tgz" else "w")
    whole = (folder / name).read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 600, len(whole) - 30):
        (folder / name).write_bytes(whole[: max(0, size)])
        report = run(folder)
        read = len(sources(tmp_path / "out"))
        assert report.documents == read + report.quarantined
        assert report.quarantined or (name != "a.zip" and read == 3), size


def test_an_archive_that_is_encrypted_is_quarantined(run: Run, folder: Path, tmp_path: Path) -> None:
    zipped(folder / "a.zip", {"a.txt": b"a"}, zipfile.ZIP_STORED)
    content = bytearray((folder / "a.zip").read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (folder / "a.zip").write_bytes(content)
    run(folder)
    [record] = records(tmp_path / "out", "quarantine")
    assert "encrypted" in record["message"]


def test_no_member_leads_out_of_the_output(run: Run, folder: Path, tmp_path: Path) -> None:
    tarred(folder / "a.tar", {"../../evil.txt": b"a", "/abs.txt": b"b"})
    with tarfile.open(folder / "a.tar", "a") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    before = {path.name for path in tmp_path.iterdir()}
    run(folder)
    assert {path.name for path in tmp_path.iterdir()} == {*before, "out"}
    assert sources(tmp_path / "out") == ["a.tar:../../evil.txt", "a.tar:/abs.txt"]


def test_a_changed_archive_is_read_anew(run: Run, folder: Path, tmp_path: Path) -> None:
    zipped(folder / "a.zip", {"a.txt": b"a", "b.txt": b"raise "})
    run(folder)
    zipped(folder / "a.zip", {"b.txt": b"bb"})
    run(folder)
    run(folder, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")
    assert sources(tmp_path / "out") == ["a.zip:b.txt"]
