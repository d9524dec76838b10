"""Run after run: only what changed is done, and the output is what a run over everything would leave."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.run import MaxFailures
from pipeline.run.names import part_of
from run.run_outputs import Run, tree

Change = Callable[[Path], None]


def _touch(pages: Path) -> None:
    os.utime(pages / "01.txt", ns=(1, 1_000_000_000))


def _same_size(pages: Path) -> None:
    (pages / "01.txt").write_text((pages / "01.txt").read_text().replace("1", "7"), encoding="utf-8")


def _spoil(pages: Path) -> None:
    (pages / "01.txt").write_text("raise ")


CHANGES: dict[str, tuple[Change, dict[str, int]]] = {
    "nothing": (lambda pages: None, {}),
    "added": (lambda pages: (pages / "new.txt").write_text("新\n") and None, {"added": 1}),
    "deleted": (lambda pages: (pages / "01.txt").unlink(), {"deleted": 1}),
    "changed": (lambda pages: (pages / "01.txt").write_text("改过了\n") and None, {"changed": 1}),
    "same size": (_same_size, {"changed": 1}),
    "touched": (_touch, {"touched": 1}),
    "spoilt": (_spoil, {"changed": 1}),
    "renamed": (lambda pages: (pages / "01.txt").rename(pages / "01b.txt") and None, {"added": 1, "deleted": 1}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_later_run_leaves_what_a_full_one_would(run: Run, pages: Path, tmp_path: Path, name: str) -> None:
    change, reasons = CHANGES[name]
    run()
    change(pages)
    assert run(dry_run=True).reasons == reasons
    report = run()
    assert report.reasons == reasons
    assert report.worked.get("documents", 0) == sum(n for key, n in reasons.items() if key in ("added", "changed"))
    assert report.exit_code == run(out=tmp_path / "full").exit_code
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_only_the_part_of_a_change_is_written_anew(run: Run, pages: Path, tmp_path: Path) -> None:
    run()
    before = {path: path.stat().st_ino for path in (tmp_path / "out" / "articles").iterdir()}
    (pages / "01.txt").write_text("改过了\n")
    run()
    changed = {path.name for path, inode in before.items() if path.stat().st_ino != inode}
    assert changed == {f"part-{part_of('01.txt', 4):04d}.jsonl"}


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [({"mark": "b"}, "settings"), ({"full": True}, "full"), ({"options": {"ratio": 9}}, "options")],
)
def test_what_concerns_all_does_all_again(run: Run, tmp_path: Path, wishes: dict[str, object], reason: str) -> None:
    run()
    report = run(**wishes)
    assert report.worked["documents"] == 12
    assert set(report.reasons) == {reason}


def test_fewer_parts_leave_no_old_part(run: Run, tmp_path: Path) -> None:
    run(options={"parts": 7})
    run(options={"parts": 2})
    run(options={"parts": 2}, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


@pytest.mark.parametrize("how", ["gone", "cut", "changed", "more"])
def test_an_output_that_was_tampered_with_is_made_again(run: Run, tmp_path: Path, how: str) -> None:
    run()
    whole = tree(tmp_path / "out")
    path = sorted((tmp_path / "out" / "articles").iterdir())[0]
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    elif how == "changed":
        path.write_bytes(path.read_bytes().replace(b"a", b"b"))
    else:
        (path.parent / path.name.replace(".jsonl", "_001.jsonl")).write_bytes(b"{}\n")
    assert run().reasons == {"outputs": 1}
    assert tree(tmp_path / "out") == whole


def test_an_earlier_output_that_lies_is_not_used(run: Run, pages: Path, tmp_path: Path) -> None:
    """A file of the right size and time but other content is found out when its records are to be used again."""
    run(options={"parts": 1})
    path = tmp_path / "out" / "articles" / "part-0000.jsonl"
    seen = path.stat()
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    (pages / "new.txt").write_text("新\n")
    report = run(options={"parts": 1})
    assert report.worked["documents"] == 13
    run(options={"parts": 1}, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_a_receipt_that_cannot_be_read_counts_as_none(run: Run, tmp_path: Path) -> None:
    run()
    whole = tree(tmp_path / "out")
    for path in (tmp_path / "out" / "_run" / "receipts").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert run().worked["documents"] == 12
    assert tree(tmp_path / "out") == whole


def test_quarantined_documents_stay_and_can_be_tried_again(run: Run, pages: Path, tmp_path: Path) -> None:
    (pages / "bad.txt").write_text("raise ")
    run()
    report = run()
    assert (report.worked, report.exit_code) == ({}, 3)
    assert run(retry_quarantined=True).worked["documents"] == 1


def test_a_document_that_could_not_be_opened_is_tried_again(run: Run, pages: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list"
    listed.write_text(f"{pages}/01.txt\n{pages}/gone.txt\n")
    assert run(files_from=listed).quarantined == 1
    (pages / "gone.txt").write_text("回来了\n")
    report = run(files_from=listed)
    assert (report.documents, report.quarantined, report.worked["documents"]) == (2, 0, 1)


def test_rows_of_an_unchanged_file_are_used_again(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    for name in "ab":
        rows = [json.dumps({"text": f"{'raise ' if n == 2 else ''}{n}"}) for n in range(5)]
        (folder / f"{name}.jsonl").write_text("\n".join(rows))
    run(folder, options={"parts": 1})
    (folder / "aa.jsonl").write_text('{"text": "新"}\n')
    report = run(folder, options={"parts": 1})
    assert (report.worked["documents"], report.documents, report.quarantined) == (1, 11, 2)
    run(folder, options={"parts": 1}, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_volumes_are_cut_alike_however_the_part_came_about(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(5):
        rows = "\n".join(json.dumps({"text": "x" * 200_000}) for _ in range(3))
        (folder / f"{number}.jsonl").write_text(rows)
    options = {"parts": 1, "part_mb": 1}
    run(folder, options=options)
    (folder / "1.jsonl").unlink()
    (folder / "0b.txt").write_text("新")
    assert run(folder, options=options).worked["documents"] == 1
    run(folder, options=options, out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


def test_too_many_failures_leave_the_old_output(run: Run, pages: Path, tmp_path: Path) -> None:
    run()
    whole = tree(tmp_path / "out")
    for name in ("x", "y"):
        (pages / f"{name}.txt").write_text("raise ")
    report = run(max_failures="1")
    assert (report.exit_code, report.worked["quarantined"]) == (4, 2)
    assert tree(tmp_path / "out") == whole
    assert run(max_failures="99%").exit_code == 4
    assert run(max_failures="2").exit_code == 3
    run(out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")


@pytest.mark.parametrize("text", ["-1", "two", "101%", "nan%", "1.5"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="--max-failures"):
        MaxFailures.parse(text)


def test_a_dry_run_touches_nothing(run: Run, tmp_path: Path) -> None:
    report = run(dry_run=True)
    assert (report.reasons, report.exit_code) == ({"added": 12}, 0)
    assert not (tmp_path / "out").exists()
    assert "Nothing was done" in report.lines()[0]


_STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "delete", "touch", "spoil", "move"]), st.integers(0, 5), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_STEPS)
def test_any_history_leaves_what_a_full_run_leaves(run: Run, tmp_path: Path, steps: list[tuple[str, int, int]]) -> None:
    for name in ("pages", "out", "full"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "always.txt").write_text("在\n")
    for what, number, value in steps:
        path = pages / f"{number}.txt"
        if what == "write":
            path.write_text(f"{value}\n")
        elif what == "spoil":
            path.write_text("raise ")
        elif path.exists() and what == "delete":
            path.unlink()
        elif path.exists() and what == "touch":
            os.utime(path, ns=(0, value * 10**9 + 1))
        elif path.exists():
            path.rename(pages / f"{value}.txt")
        run()
    run(out=tmp_path / "full")
    assert tree(tmp_path / "out") == tree(tmp_path / "full")
