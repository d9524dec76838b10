"""Learning: what is taken from pages, what a model learnt from it knows, and the command."""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from pipeline import flow
from pipeline.cli import main
from pipeline.document import Block, Line, Role
from pipeline.learn.characters import as_stream, vocabulary
from pipeline.learn.corpus import learn
from pipeline.learn.counts import count
from pipeline.learn.model import train
from pipeline.learn.pages import runs
from pipeline.libraries import libraries
from pipeline.own_seams import stitching_seams
from pipeline.run import disk
from pipeline.script_fold import traditional_seams
from pipeline.seams import ABSENT, FIRST_CHARACTER, SeamModel, shipped
from pipeline.settings import Settings, load
from pipeline.stitch import StitchOptions, stitch
from pipeline.text import Text

SEEDS = Path(__file__).parent.parent / "seeds"
CASES = tomllib.loads((Path(__file__).parent / "cases" / "learn.toml").read_text(encoding="utf-8"))["case"]
MEASURE = 24

TEXTS = st.lists(st.text("大桥通车两岸，。", min_size=1, max_size=12), min_size=1, max_size=12)


def jargon(sentences: int, seed: int) -> list[str]:
    """Sentences of a trade with words of its own: each of its sixty words has two that may follow it."""
    characters = [chr(0x3500 + at) for at in range(120)]  # too rare for the shipped model
    words = ["".join(pair) for pair in zip(characters[::2], characters[1::2], strict=True)]
    follow = {word: random.Random(n).sample(words, 2) for n, word in enumerate(words)}
    chance = random.Random(seed)
    found = []
    for _ in range(sentences):
        sentence = [chance.choice(words)]
        while len(sentence) < 20:
            sentence.append(chance.choice(follow[sentence[-1]]))
        found.append("".join(sentence) + "。")
    return found


def page(text: str) -> str:
    """The text hard-wrapped, without a break that means anything."""
    return "\n".join(text[at : at + MEASURE] for at in range(0, len(text), MEASURE)) + "\n"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for number in range(6):
        path = folder / ("" if number % 2 else "below") / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page("".join(jargon(60, number))), encoding="utf-8")
    return folder


def call(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_what_is_taken_from_a_line(case) -> None:
    assert list(runs(case["line"])) == case["runs"]


@given(st.text())
def test_runs_are_of_the_line_and_taken_once(line: str) -> None:
    found = list(runs(line))
    assert sum(map(len, found)) <= len(line)
    assert [again for run in found for again in runs(run)] == found


@given(TEXTS)
def test_nothing_is_counted_across_a_line_end(texts: list[str]) -> None:
    table, characters = vocabulary(texts, 100, rarest=1)
    base = FIRST_CHARACTER + len(characters) + 1
    lengths = count(as_stream(texts, table, ABSENT), 3, base)
    for length, grams in enumerate(lengths, 1):
        pieces = [text[at : at + length] for text in texts for at in range(len(text) - length + 1)]
        expected = {sum((int(table[ord(c)]) + 1) * base**place for place, c in enumerate(reversed(p))) for p in pieces}
        assert set(grams.keys.tolist()) == expected
        assert grams.raw.sum() == len(pieces)


@given(TEXTS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_texts_does_not_matter(texts: list[str], chance: random.Random, paragraphs: bool) -> None:
    texts = [text + "大桥昨日" for text in texts]
    shuffled = chance.sample(texts, len(texts))
    assert train(texts, paragraphs=paragraphs) == train(shuffled, paragraphs=paragraphs)


def test_same_pages_same_bytes_whatever_the_process(pages: Path, tmp_path: Path) -> None:
    for name, seed in (("a.bin", "1"), ("b.bin", "2")):
        command = [sys.executable, "-m", "pipeline", "learn", str(pages), "--out", str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_encoding_and_packing_make_no_difference(tmp_path: Path) -> None:
    for number, path in enumerate(sorted(SEEDS.glob("0[1-5]*.txt"))):
        text = path.read_text(encoding="utf-8")
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        (tmp_path / f"{number}.txt.gz").write_bytes(gzip.compress(text.encode("gb18030")))
    for pattern, name in (("*.txt", "a.bin"), ("*.gz", "b.bin")):
        assert call("learn", tmp_path / pattern, "--out", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def block(chars: str, *, opens: bool) -> Block:
    line = Line(1, Text.source(chars), blank_before=True)
    starts = (0.97, 0.01, 0.02) if opens else (0.05, 0.05, 0.9)
    return Block(Role.BODY, line.text, (line,), "test", 0.9, opens=opens, starts=starts)


def test_what_was_learnt_from_pages_stitches_their_sentences(pages: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.bin"
    learn([str(pages)], own, Settings())
    # Each is cut behind another word, or there would be two right answers.
    sentences = list({sentence[18:20]: sentence for sentence in jargon(9, 99)}.values())[:5]
    tails = [block(sentence[:19], opens=True) for sentence in sentences]
    # In another order, or who knows nothing of these words, and finds all pairs alike, would be right by their order.
    heads = [block(sentence[19:], opens=False) for sentence in reversed(sentences)]
    true = {(5 + number, 4 - number) for number in range(5)}
    found = stitch([*heads, *tails], StitchOptions(), stitching_seams(str(own)))
    assert {(seam.tail, seam.head) for seam in found} == true
    assert {(seam.tail, seam.head) for seam in stitch([*heads, *tails], StitchOptions(), shipped())} != true


def test_where_a_paragraph_ends_the_shipped_model_says(pages: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.bin"
    learn([str(pages)], own, Settings())
    texts = ["大桥昨日通车。", *jargon(3, 5)]
    both = stitching_seams(str(own))
    assert np.array_equal(both.ends(texts), shipped().ends(texts))
    assert np.array_equal(both.starts(texts), shipped().starts(texts))
    assert not np.array_equal(both.matrix(texts, texts), shipped().matrix(texts, texts))
    assert stitching_seams("") is shipped()


def test_a_running_head_counts_once(pages: Path, tmp_path: Path) -> None:
    before = learn([str(pages)], tmp_path / "a.bin", Settings())
    for number, path in enumerate(sorted(pages.rglob("*.txt"))):
        path.write_text(f"白芦日报二〇二三年第{number}版\n\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    after = learn([str(pages)], tmp_path / "b.bin", Settings())
    assert after.runs == before.runs + 1


def test_traditional_pages_are_learnt_in_the_characters_that_they_are_read_in(tmp_path: Path) -> None:
    models = []
    for name, text in (("hant", "兩岸學校於橋頭開會，看著渡船說話。"), ("hans", "两岸学校于桥头开会，看着渡船说话。")):
        (tmp_path / f"{name}.txt").write_text(text * 3, encoding="utf-8")
        learn([str(tmp_path / f"{name}.txt")], tmp_path / f"{name}.bin", Settings())
        models.append((tmp_path / f"{name}.bin").read_bytes())
    assert models[0] == models[1]


def test_the_limit_of_characters_is_kept_and_told(pages: Path, tmp_path: Path) -> None:
    result = call("learn", pages, "--out", tmp_path / "own.bin", "--characters", "2000", "--max-ngrams", "1000")
    assert result.exit_code == 0
    assert "Stopped at 2,0" in result.stderr
    assert result.stdout == ""
    learnt = learn([str(pages)], tmp_path / "own.bin", Settings(), characters=2000)
    assert 2000 <= learnt.characters < 2000 + MEASURE
    assert call("learn", pages, "--out", tmp_path / "own.bin", "--quiet").output == ""


@pytest.mark.parametrize(
    ("inputs", "out", "message"),
    [
        (["nowhere"], "own.bin", "nowhere: there is no such file or folder."),
        (["*.txt"], "own.bin", "*.txt: matches no file."),
        (["empty"], "own.bin", "empty: holds no document (passed over: 1 suffix .png)."),
        (["figures"], "own.bin", "figures: no line of Chinese prose to learn from in 1 documents."),
        (["scans"], "own.bin", "in 1 documents. 1 could not be read, the first: scan.txt is a PDF"),
        (["figures", "-"], "own.bin", "learn reads no standard input."),
        (["pages"], "figures", "figures: is no place for a file."),
        (["pages"], "figures/1.txt/own.bin", "figures/1.txt/own.bin: is no place for a file."),
        (["pages/1.txt"], "pages/1.txt", "lies in the output"),
    ],
)
def test_what_is_refused(pages, tmp_path, monkeypatch, inputs, out, message) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in {"empty/a.png": b"", "figures/1.txt": b"15.3 2,480\n", "scans/scan.txt": b"%PDF-1.7\n"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    result = call("learn", *inputs, "--out", out)
    assert result.exit_code == 2
    assert message in result.stderr
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_settings_may_name_the_model_that_is_to_be_made(pages: Path, tmp_path: Path) -> None:
    config = tmp_path / "pipeline.toml"
    config.write_text(f"[stitch]\nseam_model = {json.dumps(str(tmp_path / 'own.bin'))}\n", encoding="utf-8")
    assert call("learn", pages, "--out", tmp_path / "own.bin", "--config", config).exit_code == 0
    assert call("clean", SEEDS / "12-clean.txt", "--config", config).exit_code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_is_locked_is_told_before_the_work(pages: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    result = call("learn", pages, "--out", tmp_path / "locked" / "own.bin")
    assert result.exit_code == 2
    assert "can't be written (permission denied)" in result.stderr


def test_a_document_that_cannot_be_read_is_told_and_stops_nothing(pages: Path, tmp_path: Path) -> None:
    (pages / "scan.txt").write_bytes(b"%PDF-1.7\n")
    result = call("learn", pages, "--out", tmp_path / "new" / "own.bin")
    assert result.exit_code == 3
    assert "1 documents could not be read" in result.stderr
    assert "scan.txt is a PDF" in result.stderr
    assert SeamModel.load(tmp_path / "new" / "own.bin").order == 4


def test_a_full_disk_leaves_the_old_model(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    own = tmp_path / "models" / "own.bin"
    own.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "sync", full)
    result = call("learn", pages, "--out", own)
    assert result.exit_code == 1
    assert f"{own}: can't be written (No space left on device)" in result.stderr
    assert [(path.name, path.read_bytes()) for path in own.parent.iterdir()] == [("own.bin", b"old")]


def test_a_bug_in_a_stage_stops_nothing(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lined(data: bytes, source: str, settings: Settings) -> object:
        if source == "1.txt":
            raise ZeroDivisionError("a bug")
        return flow.lined(data, source, settings)

    monkeypatch.setattr("pipeline.learn.pages.lined", lined)
    learnt = learn([str(pages)], tmp_path / "own.bin", Settings())
    assert (learnt.documents, learnt.failures) == (6, ("1.txt: ZeroDivisionError: a bug",))


def test_a_run_uses_it_and_a_changed_model_does_the_work_again(pages: Path, tmp_path: Path) -> None:
    own, out = tmp_path / "own.bin", tmp_path / "out"
    learn([str(pages)], own, Settings())
    command = ("run", pages, "--out", out, "--workers", "0", "--json", "--set", f"stitch.seam_model={own}")
    reports = [json.loads(call(*command).stdout)]
    reports.append(json.loads(call(*command).stdout))
    used = json.loads((out / "_run" / "manifest.json").read_bytes())["libraries"]
    learn([str(pages)], own, Settings(), characters=3000)
    reports.append(json.loads(call(*command).stdout))
    assert [report["this_run"]["documents"] for report in reports] == [6, 0, 6]
    assert used.startswith("seam model ")
    assert json.loads((out / "_run" / "manifest.json").read_bytes())["libraries"] != used


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "No such file or directory"),
        (b"", "cannot read the seam model"),
        (b"PK\x03\x04 no model", "not a seam model"),
        (b"SEAMS\x00\x00\x01\x02\x00\x00\x00{}", "damaged"),
    ],
    ids=["missing", "empty", "other", "header"],
)
@pytest.mark.parametrize("command", ["run", "clean", "explain"])
def test_a_model_that_is_no_good_is_told_before_the_work(tmp_path, command, data, message) -> None:
    own, out = tmp_path / "own.bin", tmp_path / "out"
    if data is not None:
        own.write_bytes(data)
    options = ["--out", out] if command == "run" else []
    result = call(command, SEEDS / "12-clean.txt", *options, "--set", f"stitch.seam_model={own}")
    assert result.exit_code == 2
    assert message in result.stderr and str(own) in result.stderr
    assert not out.exists()


def test_by_default_no_model_is_asked_for() -> None:
    settings = load()
    assert libraries(settings) == ""
    assert stitching_seams(settings.stitch.seam_model, traditional=True) is traditional_seams()
