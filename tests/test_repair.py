"""Mojibake and invisible characters: repaired character by character, or left and on record."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.flow import read
from pipeline.repair import RepairOptions, repair
from pipeline.settings import Settings
from pipeline.text import Text

CASES = tomllib.loads((Path(__file__).parent / "cases" / "repair.toml").read_text(encoding="utf-8"))
OPTIONS = RepairOptions()
PROSE = (
    "全国人民代表大会常务委员会会议在北京举行，审议了政府工作报告。",
    "记者从市卫生局了解到，去年新增病床1200张，比上年增长8.5%。",
    "老人说：“路修好了，买菜方便多了。”",
    "大橋全長3.6公里，總投資12億元，計畫於明年國慶日前通車。",
)


def damaged(text: str, damage: list[str]) -> str:
    for written, misreader in zip(damage[::2], damage[1::2], strict=True):
        text = text.encode(written).decode(misreader)
    return text


def repaired(raw: str) -> str:
    text = Text.source(raw)
    return text.apply(repair(text, OPTIONS))[0].chars


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES["case"]])
def test_becomes(case):
    raw = case.get("raw") or damaged(case["text"], case["damage"])
    becomes = case.get("becomes") or case["text"]
    text = Text.source(raw)
    edits = repair(text, OPTIONS)
    assert text.apply(edits)[0].chars == becomes
    assert {*case.get("rules", [])} <= {edit.rule for edit in edits}
    assert repaired(becomes) == becomes


@pytest.mark.parametrize("clean", CASES["negative"][0]["clean"])
def test_stays(clean):
    assert repair(Text.source(clean), OPTIONS) == []


@pytest.mark.parametrize("prose", PROSE)
@pytest.mark.parametrize("reading", [("utf-8", "latin-1"), ("gbk", "latin-1")])
def test_every_character_knows_what_it_stood_for(prose, reading):
    written, misreader = reading
    raw = damaged(prose, [written, misreader])
    text, _ = Text.source(raw).apply(repair(Text.source(raw), OPTIONS))
    assert text.chars == prose
    at = 0
    for char, origin in zip(prose, text.origins, strict=True):
        assert origin == at
        at += len(char.encode(written))


@given(st.lists(st.sampled_from(PROSE), min_size=1, max_size=5), st.integers(0, 4))
def test_damaged_lines_among_sound_ones(lines, which):
    raw = [damaged(line, ["utf-8", "latin-1"]) if index == which else line for index, line in enumerate(lines)]
    assert repaired("\n".join(raw)) == "\n".join(lines)


DAMAGES = [("utf-8", "latin-1"), ("utf-8", "cp1252"), ("gbk", "latin-1"), ("gbk", "cp1252"), ("utf-8", "gb18030")]


def misread(text: str, damage: tuple[str, str]) -> str:
    """Read by the wrong encoding, as far as that goes; the holes of cp1252 stand for themselves."""
    written, misreader = damage
    if misreader == "cp1252":
        return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode(written, "ignore"))
    return text.encode(written, "ignore").decode(misreader, "ignore")


@given(st.lists(st.tuples(st.sampled_from(PROSE[:3]), st.sampled_from(DAMAGES)), min_size=1, max_size=6))
def test_lines_damaged_in_different_ways(lines):
    lines = [(line, damage) for line, damage in lines if misread(misread(line, damage), damage[::-1]) == line]
    assert repaired("\n".join(misread(*line) for line in lines)) == "\n".join(line for line, _ in lines)


pieces = st.tuples(
    st.sampled_from(PROSE), st.integers(0, 30), st.integers(1, 20), st.lists(st.sampled_from(DAMAGES), max_size=2)
)


@given(st.lists(pieces, min_size=1, max_size=12), st.sampled_from(["", " ", "\n", "\xad"]))
def test_whatever_is_mixed_no_letter_is_lost(mixed, between):
    texts = []
    for line, start, size, damages in mixed:
        text = line[start : start + size]
        for damage in damages:
            text = misread(text, damage)
        texts.append(text)
    data = between.join(texts).encode()
    with suppress(SourceError):  # nothing but marks, or control characters
        read(data, "mixed.txt", Settings())  # raises LawBroken where a letter is lost, doubled or made up


@given(st.text(max_size=30) | st.text(alphabet="åä¸›½ç€œ\x81\x9d \n中国，鍏ㄥ浗éà\u200b\x85ï¼Œ", max_size=20))
def test_twice_is_once(raw):
    once = repaired(raw)
    assert repaired(once) == once


@pytest.mark.parametrize("option", ["invisible", "mojibake"])
def test_switches(option):
    raw = {"invisible": "全\u200b国", "mojibake": "å…¨å›½"}[option]
    text = Text.source(raw)
    assert repair(text, OPTIONS)
    assert repair(text, RepairOptions(**{option: False})) == []
