"""Which encoding a document is in: files of every kind, mixed ones, and what is refused."""

from __future__ import annotations

import random
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import DecodeOptions, decode
from pipeline.decode_guess import guess
from pipeline.errors import SourceError

CASES = tomllib.loads((Path(__file__).parent / "cases" / "decode.toml").read_text(encoding="utf-8"))
SIMPLIFIED = (
    "全国人民代表大会常务委员会会议在北京举行，审议了政府工作报告。",
    "记者从市卫生局了解到，去年新增病床1200张，比上年增长8.5%。",
    "老人说：“路修好了，买菜方便多了。”",
    "大桥全长3.6公里，总投资12亿元，计划于明年国庆节前通车。",
    "他们白天下地干活，晚上点着油灯学文化，一年下来认得了一千多个字。",
    "CT室主任介绍，这台设备每天可以检查60名患者。",
)
TRADITIONAL = (
    "全國各地代表今天在台北開會，討論教育經費的問題。",
    "記者從醫院了解到，去年新增病床1200張，比上年增加8.5%。",
    "老人說：「路修好了，買菜方便多了。」",
    "大橋全長3.6公里，總投資12億元，計畫於明年國慶日前通車。",
    "他們白天下田工作，晚上點著油燈讀書，一年下來認得了一千多個字。",
)
ENCODINGS = {
    **dict.fromkeys(
        ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030", "gbk"), SIMPLIFIED
    ),
    **dict.fromkeys(("big5", "cp950", "big5hkscs"), TRADITIONAL),
}


def titled(kind: str) -> list:
    return [pytest.param(case, id=case["title"]) for case in CASES[kind]]


@pytest.mark.parametrize("case", titled("case"))
def test_decoded(case):
    data = case["text"].encode(case["encode"])
    document = decode(data, "a.txt", DecodeOptions(**case.get("options", {})))
    assert (document.original, document.encoding) == (case["text"], case["encoding"])
    assert document.text.chars == document.original
    assert document.text.origins.tolist() == list(range(len(document.original)))
    assert document.sha256 == sha256(data).hexdigest()
    assert document.decode_confidence > 0.9


@pytest.mark.parametrize("case", titled("refused"))
def test_refused(case):
    with pytest.raises(SourceError, match=case["says"]) as caught:
        decode(bytes.fromhex(case["hex"]), "pages/a.txt", DecodeOptions())
    assert caught.value.stage == "decode"
    assert "pages/a.txt" in str(caught.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_files_of_200_bytes_and_more(encoding):
    rng = random.Random(encoding)
    for _ in range(40):
        text = rng.choice(ENCODINGS[encoding])
        while len(text.encode(encoding)) < 200:
            text += rng.choice(["", "\n", "\r\n"]) + rng.choice(ENCODINGS[encoding])
        assert decode(text.encode(encoding), "a.txt", DecodeOptions()).original == text


@pytest.mark.parametrize(("one", "other"), [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("utf-8", "cp950")])
def test_mixed_files_line_by_line(one, other):
    foreign = TRADITIONAL[1] if "cp950" in (one, other) else SIMPLIFIED[1]
    parts = [(SIMPLIFIED[0], one), (foreign, other), (SIMPLIFIED[2], one)]
    data = b"\n".join(text.encode(encoding) for text, encoding in parts)
    document = decode(data, "a.txt", DecodeOptions())
    assert document.original == "\n".join(text for text, _ in parts)
    assert set(document.encoding.split("+")) == {one, other}


def test_mixed_files_are_refused_if_the_settings_say_so():
    data = SIMPLIFIED[0].encode() + b"\n" + SIMPLIFIED[1].encode("gbk")
    with pytest.raises(SourceError):
        decode(data, "a.txt", DecodeOptions(mixed=False))


def test_a_guess_of_two_characters_is_in_doubt():
    found = guess("联通".encode("gbk"))
    assert found is None or found.confidence < 0.995


def test_too_large():
    with pytest.raises(SourceError, match="max_bytes"):
        decode(b"abc", "a.txt", DecodeOptions(max_bytes=2))


def test_a_named_encoding_is_strict():
    with pytest.raises(SourceError, match="not sound utf-8"):
        decode("全国".encode("gbk"), "a.txt", DecodeOptions(encoding="utf-8"))


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data):
    try:
        document = decode(data, "a.txt", DecodeOptions())
    except SourceError:
        return
    assert "\0" not in document.original
    document.original.encode("utf-8")  # no lone surrogate
    assert "\ufffd" not in document.original or b"\xef\xbf\xbd" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff")
