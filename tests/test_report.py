"""The review page without a browser: what is there of each document, whatever became of its input."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.cli import main
from pipeline.corrections import Corrections
from pipeline.records import records
from pipeline.review import view
from pipeline.review.documents import name_of
from pipeline.review.pages import POLICY
from pipeline.review.report import report
from pipeline.review.view import MOST_CHARS, MOST_LINES, of_page, of_records
from pipeline.review.words import words
from pipeline.run import run
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
SEEDS = ("02-columns-cut.txt", "07-two-articles.txt", "06-vision-model.md", "10-gb18030.txt")
REVIEW = ROOT / "pipeline" / "review"
TEXT = "桥通了\n\n大桥昨日上午通车，两岸的老人走上桥头，\n看了又看。\n"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output of a few sample pages, some of them rows of one file; the working folder has pages and out."""
    monkeypatch.chdir(tmp_path)
    Path("pages").mkdir()
    for name in SEEDS:
        shutil.copy(ROOT / "seeds" / name, "pages")
    rows = [{"text": TEXT}, {"text": ""}, {"text": TEXT.replace("桥", "船")}]
    Path("pages/rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert run(["pages"], Path("out"), Settings(), workers=0).documents == 7
    return Path("out")


def page_of(out: Path, source: str) -> str:
    name = name_of(source)
    return (out / "_run" / "report" / "documents" / name[:2] / f"{name}.html").read_text(encoding="utf-8")


def rows_of(out: Path) -> dict[str, list]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((out / "_run/report/list").glob("0*.js")))
    found = re.findall(r"^(\[.*\]),?$", text, re.MULTILINE)
    return {row[1]: row for row in map(json.loads, found)}


def bare(html: str) -> str:
    return "".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def test_each_document_has_its_page_and_row(out):
    sums = report(out).sums
    assert sums.states == {"ok": 6, "quarantined": 1}
    rows = rows_of(out)
    assert set(rows) == {*SEEDS, "rows.jsonl:1", "rows.jsonl:2", "rows.jsonl:3"}
    articles = [json.loads(line) for path in (out / "articles").iterdir() for line in path.read_bytes().splitlines()]
    for source, row in rows.items():
        own = [article for article in articles if article["source"] == source]
        assert row[0] == name_of(source)
        assert row[4] == len(own)
        own = [
            article for article in own if not article["metadata"]["stitched"]
        ]  # the marks of seams stand in the others
        assert all(bare(paragraph) in bare(page_of(out, source)) for a in own for paragraph in a["text"].split("\n\n"))
    assert "SourceError in decode" in page_of(out, "rows.jsonl:2")


def test_twice_and_with_more_processes_it_is_the_same(out):
    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in (out / "_run/report").rglob("*") if path.is_file()}

    report(out)
    first = files()
    report(out, workers=3)
    assert files() == first


def test_an_input_that_is_gone_or_changed_shows_its_records(out):
    Path("pages/02-columns-cut.txt").unlink()
    with Path("pages/07-two-articles.txt").open("a", encoding="utf-8") as file:
        file.write("又及。\n")
    assert report(out).sums.states == {"ok": 4, "quarantined": 1, "gone": 1, "changed": 1}
    for source, note in (("02-columns-cut.txt", "no longer where"), ("07-two-articles.txt", "has changed since")):
        page = page_of(out, source)
        assert note in page
        assert '<ol class="lines"' not in page
        assert 'class="field body"' in page


def test_inputs_that_moved_are_found_where_one_says(out):
    Path("pages").rename("elsewhere")
    assert report(out).sums.states == {"gone": 6, "quarantined": 1}
    assert report(out, inputs=["elsewhere"]).sums.states == {"ok": 6, "quarantined": 1}


def test_what_would_be_read_otherwise_says_so(out):
    text = '[[correction]]\nsource = "02-columns-cut.txt"\nrole = "caption"\nat = [21]\n'
    Path("corrections.toml").write_text(text, encoding="utf-8")
    from pipeline.corrections import load

    assert report(out, load()).sums.states == {"ok": 5, "quarantined": 1, "differs": 1}
    page = page_of(out, "02-columns-cut.txt")
    assert "otherwise than the run did" in page
    assert "data-rule" not in page
    assert '<ol class="lines"' in page
    run(["pages"], out, Settings(), workers=0, corrections=load())
    assert report(out, load()).sums.states == {"ok": 6, "quarantined": 1}
    assert 'data-rule="correction.role"' in page_of(out, "02-columns-cut.txt")


def test_the_command(out):
    result = CliRunner().invoke(main, ["report", "--workers", "1"])
    assert result.exit_code == 0, result.output
    assert result.stdout == "out/_run/report/index.html\n"
    assert Path("out/_run/report/index.html").exists()
    assert CliRunner().invoke(main, ["report", "--quiet"]).output == ""
    assert CliRunner().invoke(main, ["validate"]).exit_code == 0
    assert run(["pages"], out, Settings(), workers=0).documents == 7  # a report does not stand in a run's way


@pytest.mark.parametrize("name", ["nowhere", "pages"])
def test_what_is_no_output(out, name):
    result = CliRunner().invoke(main, ["report", name])
    assert result.exit_code == 2
    assert f"{name}: is no output of `pipeline run`" in result.stderr


def test_records_that_were_changed(out):
    path = next((out / "articles").iterdir())
    path.write_bytes(path.read_bytes().replace(b'"kicker":""', b'"kicker":"x"'))
    result = CliRunner().invoke(main, ["report", "--workers", "1"])
    assert result.exit_code == 2
    assert "is not what its receipt says" in result.stderr
    assert not (out / "_run/report").exists()
    assert [path.name for path in (out / "_run").iterdir() if "tmp" in path.name] == []


def test_a_run_that_did_not_end(out):
    (out / "_run/manifest.json").unlink()
    result = CliRunner().invoke(main, ["report"])
    assert result.exit_code == 2
    assert "its run did not end" in result.stderr


def test_without_its_extra(out, monkeypatch):
    monkeypatch.setattr("pipeline.review.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["report"])
    assert result.exit_code == 2
    assert "newspaper-pipeline[report]" in result.stderr


def test_every_page_has_the_policy_and_no_script_of_its_own(out):
    report(out)
    for path in (out / "_run/report").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert unescape(text.split('Content-Security-Policy" content="')[1].split('"')[0]) == POLICY
        assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=|https?://(?!www\.w3\.org/2000/svg)", text)


LINES = st.text(alphabet="桥通车。，、\n \t#*<&\"'a1图摄", min_size=1, max_size=120)


@given(LINES)
def test_a_page_shows_every_character_of_its_input(text):
    try:
        page = pipeline.clean(text)
    except pipeline.errors.SourceError:
        return
    shown = of_page(page, [json.loads(line) for line in records(page, Settings()).removed])
    raw = page.document.original
    for line in shown.lines:
        assert "".join(segment.text for segment in line.segments) == raw[line.start : line.end]
    owned = {segment.field for line in shown.lines for segment in line.segments} - {-1}
    fields = {one.id: one for one in (*(f for part in shown.parts for f in part.fields), *shown.removed)}
    assert owned <= set(fields)
    assert {one.id for one in fields.values() if any(a < b for a, b in one.sources)} == owned


@pytest.mark.parametrize("name", SEEDS)
def test_records_alone_show_the_same_articles(name):
    page = pipeline.clean((ROOT / "seeds" / name).read_bytes(), source=name)
    made = records(page, Settings())
    known = {kind: [json.loads(line) for line in getattr(made, kind)] for kind in ("articles", "removed")}
    whole, alone = of_page(page, known["removed"]), of_records(known, page.document.original)
    said = [
        [(f.kind, "".join(p.text for p in f.pieces), f.level) for part in v.parts for f in part.fields]
        for v in (whole, alone)
    ]
    assert said[0] == said[1]
    texts = [
        [f.sources for part in v.parts for f in part.fields if f.kind in ("body", "heading")] for v in (whole, alone)
    ]
    assert texts[0] == texts[1]


def test_a_very_long_document_is_cut_short():
    text = "大桥昨日上午通车，两岸的老人走上桥头看了又看。\n" * 2000
    shown = of_page(pipeline.clean(text), [])
    assert shown.left_out == 0
    raw = "桥\n" * (MOST_LINES + 7)
    assert of_records({"articles": [], "removed": []}, raw).left_out == 7
    assert of_records({"articles": [], "removed": []}, "桥" * (MOST_CHARS + 1)).left_out == 1


def test_scripts_of_the_list_are_of_bounded_size(out, monkeypatch):
    monkeypatch.setattr("pipeline.review.report.SHARD", 400)
    report(out)
    shards = sorted((out / "_run/report/list").glob("0*.js"))
    assert len(shards) > 1
    assert len(rows_of(out)) == 7
    index = (out / "_run/report/index.html").read_text(encoding="utf-8")
    assert all(f"list/{shard.name}" in index for shard in shards)


def test_each_word_of_the_interface_is_there_in_both_languages():
    known = words()
    used = set()
    for path in (*REVIEW.glob("templates/*.html"), *REVIEW.glob("static/*.js")):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"(?:\bt\(|words\[|word\(|data-(?:t|label|placeholder)=)[\"']([\w.]+)[\"']", text))
    assert {key for key in used if key[-1] not in "._"} <= set(known)
    assert all(english and re.search("[\u4e00-\u9fff]|English|/", chinese) for english, chinese in known.values())
    made = {key for key in known if re.split("[._]", key)[0] in ("role", "kind", "state", "note", "sort", "key")}
    spoken = "".join(
        path.read_text(encoding="utf-8") for path in REVIEW.rglob("*") if path.suffix in (".html", ".js", ".py")
    )
    assert {key for key in set(known) - made if not re.search(rf"[\"' ]{key}[\"':,]", spoken)} == set()


def test_corrections_are_given_as_they_are(out):
    assert report(out, Corrections()).sums.misfits == []
    assert view.is_pinned(float("inf"))
    assert not view.is_pinned(2.0)
