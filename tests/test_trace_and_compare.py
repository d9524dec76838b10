"""trace leads from a record back to the lines of its input; compare tells what changed between two outputs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.corrections import load
from pipeline.run import run
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
STITCH = '[[correction]]\nsource = "02-columns-cut.txt"\njoin = [29, 39]\n'


def call(*args: str, color: bool = False) -> Result:
    return CliRunner().invoke(main, list(args), color=color)


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Outputs `a` and, with a correction, `b` of three sample pages."""
    monkeypatch.chdir(tmp_path)
    Path("pages").mkdir()
    for name in ("02-columns-cut.txt", "06-vision-model.md", "12-clean.txt"):
        shutil.copy(ROOT / "seeds" / name, "pages")
    Path("corrections.toml").write_text(STITCH, encoding="utf-8")
    run(["pages"], Path("a"), Settings(), workers=0)
    run(["pages"], Path("b"), Settings(), workers=0, corrections=load())
    return Path("b")


def records_of(out: Path, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted((out / kind).iterdir()) for line in path.read_bytes().splitlines()]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("kind", ["articles", "sections"])
def test_every_record_leads_back_to_lines_that_say_the_same(out, kind):
    for record in records_of(out, kind):
        if record["text"]:
            lines = [json.loads(line) for line in call("trace", "b", record["id"], "--json").stdout.splitlines()]
            raw = Path("pages", record["source"]).read_text(encoding="utf-8")
            assert letters("".join(line["text"] for line in lines)) == letters(record["text"])
            for line in lines:
                assert line["before"] + line["text"] + line["after"] == raw.splitlines()[line["line"] - 1]
                assert raw[line["start"] : line["end"]] == line["text"]


def test_a_span_over_a_seam(out):
    [text] = [one["text"] for one in records_of(out, "articles") if one["source"] == "02-columns-cut.txt"]
    at = text.index("能伸进拳头的裂缝")
    result = call("trace", "b", "02-columns-cut.txt#a1", f"{at}:{at + 8}")
    assert result.exit_code == 0, result.output
    first, *lines = result.stdout.splitlines()
    assert first.startswith("02-columns-cut.txt: …")
    assert [line.split()[0] for line in lines] == ["29", "39"]
    assert "\x1b[" in call("trace", "b", "02-columns-cut.txt#a1", f"{at}:", color=True).stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["b", "nothing.txt#a1"], "there is no record nothing.txt#a1"),
        (["b", "12-clean.txt#a1", "9:5"], "there is no span 9:5"),
        (["b", "12-clean.txt#a1", "0:99999"], "its text has"),
        (["b", "12-clean.txt#a1", "5"], "write the span as START:END"),
        (["pages", "12-clean.txt#a1"], "it is no output"),
    ],
)
def test_what_can_not_be_traced(out, args, message):
    result = call("trace", *args)
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_input_that_changed_or_is_gone(out):
    path = Path("pages/12-clean.txt")
    path.write_text("桥通了\n", encoding="utf-8")
    assert "is not what it was" in call("trace", "b", "12-clean.txt#a1").stderr
    path.unlink()
    result = call("trace", "b", "12-clean.txt#a1")
    assert "no longer among the inputs" in result.stderr
    Path("moved").mkdir()
    shutil.copy(ROOT / "seeds" / "12-clean.txt", "moved")
    assert call("trace", "b", "12-clean.txt#a1", "--input", "moved").exit_code == 0


def test_outputs_that_say_the_same(out):
    result = call("compare", "a", "a")
    assert result.exit_code == 0
    assert result.stdout.startswith("3 documents: 3 the same, 0 changed, 0 gone, 0 new\n")


def test_outputs_that_differ(out):
    result = call("compare", "a", "b")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == ["--- a/02-columns-cut.txt", "+++ b/02-columns-cut.txt"]
    assert any(line.startswith("+") and "能伸进拳头的裂缝" in line for line in lines)
    assert "3 documents: 2 the same, 1 changed, 0 gone, 0 new" in lines
    summary = call("compare", "a", "b", "--summary").stdout.splitlines()
    assert summary == lines[-len(summary) :]
    assert "\x1b[32m" in call("compare", "a", "b", color=True).stdout


def test_how_much_may_change(out):
    codes = [call("compare", "a", "b", "--max-changed", limit).exit_code for limit in ("0", "1", "33%", "34%", "x")]
    assert codes == [1, 0, 1, 0, 2]


def test_for_a_program(out):
    Path("pages/new.txt").write_text("桥通了\n\n大桥昨日上午通车，两岸的老人走上桥头。\n", encoding="utf-8")
    Path("pages/12-clean.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
    Path("pages/06-vision-model.md").unlink()
    run(["pages"], Path("c"), Settings.model_validate({"run": {"parts": 3}}), workers=0)
    found = json.loads(call("compare", "a", "c", "--json").stdout)
    assert found["differing"] == ["06-vision-model.md", "12-clean.txt", "new.txt"]
    counts = {key: found[key] for key in ("documents", "same", "changed", "gone", "new", "failing", "mended")}
    assert counts == {"documents": 4, "same": 1, "changed": 1, "gone": 1, "new": 1, "failing": 1, "mended": 0}
    assert found["articles"]["a"] == len(records_of(Path("a"), "articles"))
    assert found["articles"]["b"] == len(records_of(Path("c"), "articles"))
    assert json.loads(call("compare", "c", "a", "--json").stdout)["mended"] == 1


def test_versions_and_offsets_are_no_change(out):
    for path in Path("b").joinpath("articles").iterdir():
        shutil.copy(Path("a/articles") / path.name, path)
        text = (
            path.read_text(encoding="utf-8")
            .replace('"version":"', '"version":"9')
            .replace('"spans":[[0', '"spans":[[1')
        )
        path.write_text(text, encoding="utf-8")
    assert call("compare", "a", "b").exit_code == 0


@pytest.mark.parametrize("pair", [("a", "pages"), ("pages", "a")])
def test_what_is_no_output(out, pair):
    result = call("compare", *pair)
    assert result.exit_code == 2
    assert "pages: is no output of `pipeline run`" in result.stderr
