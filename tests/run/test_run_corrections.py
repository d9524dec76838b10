"""Corrections in a run: only the parts of their documents are done again, and what doesn't fit is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.corrections import Corrections, load
from pipeline.run import Report, run
from pipeline.settings import Settings

SEEDS = Path(__file__).parent.parent.parent / "seeds"
JOIN = '[[correction]]\nsource = "02-columns-cut.txt"\njoin = [29, 39]\n'
ROW = '[[correction]]\nsource = "rows.jsonl:2"\nrole = "title"\nat = [3]\n'
MISFIT = '[[correction]]\nsource = "12-clean.txt"\nrole = "caption"\nat = [2]\n'
NOWHERE = '[[correction]]\nsource = "nowhere.txt"\nrole = "caption"\nat = [2]\n'
TEXT = "桥通了\n\n大桥昨日上午通车，两岸的老人走上桥头，\n看了又看。\n"


@pytest.fixture(autouse=True)
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pages").mkdir()
    for name in ("02-columns-cut.txt", "07-two-articles.txt", "12-clean.txt"):
        shutil.copy(SEEDS / name, "pages")
    Path("pages/rows.jsonl").write_text("\n".join([json.dumps({"text": TEXT})] * 2), encoding="utf-8")


def work(text: str = "", workers: int = 0) -> Report:
    if not text:
        return run(["pages"], Path("out"), Settings(), workers=workers)
    Path("corrections.toml").write_text(text, encoding="utf-8")
    return run(["pages"], Path("out"), Settings(), workers=workers, corrections=load())


def files(out: str = "out") -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in Path(out).rglob("*.json*")}


def test_only_their_documents_are_done_again():
    work()
    report = work(JOIN)
    assert report.worked["documents"] == 1
    assert report.reasons == {"corrected": 1}
    assert "能伸进拳头的裂缝" in "".join(path.read_text(encoding="utf-8") for path in Path("out/articles").iterdir())
    assert work(JOIN).worked.get("documents", 0) == 0
    assert work("# Moved down.\n\n" + JOIN).worked.get("documents", 0) == 0


def test_a_row_is_corrected_by_its_name():
    report = work(ROW)
    assert report.counts["corrections"] == 1
    titles = [json.loads(line) for p in Path("out/articles").iterdir() for line in p.read_bytes().splitlines()]
    assert [one["title"] for one in titles if one["source"].startswith("rows")] == [
        "桥通了",
        "大桥昨日上午通车，两岸的老人走上桥头，",
    ]


def test_the_history_leaves_no_trace():
    work()
    plain = files()
    work(JOIN + ROW, workers=2)
    corrected = files()
    assert corrected != plain
    shutil.rmtree("out")
    work(JOIN + ROW)
    assert files() == corrected
    Path("corrections.toml").unlink()
    work()
    assert files() == plain


def test_what_does_not_fit_is_told():
    work()
    before = files()
    report = work(MISFIT + NOWHERE)
    assert report.as_dict()["corrections"] == {"given": 2, "applied": 0, "misfits": 1}
    told = "\n".join(report.lines())
    assert "0 of 2 corrections applied" in told
    assert "1 corrections don't fit their page any more" in told
    assert "1 corrections are of documents that are not here" in told
    assert report.exit_code == 0
    assert {k: v for k, v in files().items() if k.startswith("articles")} == {
        k: v for k, v in before.items() if k.startswith("articles")
    }


def test_a_row_in_a_piece_of_a_file_is_corrected_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pipeline.run.runner.MEGABYTE", 10)
    work()
    report = work(ROW)
    assert report.counts["corrections"] == 1
    assert report.worked["documents"] == 2  # those of its file
    corrected = files()
    shutil.rmtree("out")
    work(ROW)
    assert files() == corrected


def test_no_corrections_are_the_same_as_none():
    work()
    before = files()
    run(["pages"], Path("out"), Settings(), workers=0, corrections=Corrections())
    assert files() == before
