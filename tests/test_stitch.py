"""Seams: which fragment goes on where; the matching itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.document import Block, Line, Role
from pipeline.seams import shipped
from pipeline.stitch import StitchOptions, is_head, is_tail, match, stitch
from pipeline.text import Text


def block(chars: str, *, opens: bool = True, role: Role = Role.BODY) -> Block:
    starts = (0.97, 0.01, 0.02) if opens else (0.05, 0.05, 0.9)
    line = Line(1, Text.source(chars), blank_before=True)
    return Block(role, line.text, (line,), "test", 0.9, opens=opens, starts=starts)


@pytest.mark.parametrize(
    ("chars", "tail"),
    [
        ("桥面铺装已经完成。", False),
        ("桥面铺装已经", True),
        ("桥面铺装已经完成，", True),
        ("他说：“完成了。”", False),
        ("分三步进行：", False),
        ("通车以后怎么办？", False),
    ],
)
def test_a_tail_ends_in_mid_sentence(chars: str, tail: bool) -> None:
    assert is_tail(block(chars)) is tail


def test_only_body_text_is_stitched() -> None:
    assert not is_tail(block("石桥通车", role=Role.HEADING))
    assert not is_head(block("石桥通车", role=Role.CAPTION, opens=False))


def test_two_cut_sentences_find_their_other_halves() -> None:
    page = [
        block("路一百二十公里，方便了沿线的群众。", opens=False),
        block("查设备，确认安全以后才开始一天的工作。", opens=False),
        block("今年以来，全县新建和改建农村公"),
        block("施工人员每天清晨五点就来到现场检"),
    ]
    seams = stitch(page, StitchOptions(), shipped())
    assert {(seam.tail, seam.head) for seam in seams} == {(2, 0), (3, 1)}


def test_whole_paragraphs_stay_as_found() -> None:
    page = [block("施工人员每天清晨来到现场。"), block("大桥建成以后方便了群众。")]
    assert stitch(page, StitchOptions(), shipped()) == []


def test_a_fragment_does_not_follow_itself() -> None:
    page = [block("查设备，确认安全以后才开始检", opens=False)]
    assert stitch(page, StitchOptions(), shipped()) == []


@given(arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(-8, 8).map(float)))
def test_no_other_matching_has_a_greater_sum(scores: np.ndarray) -> None:
    least = 0.5
    pairs = match(scores, least)
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
    rows, columns = scores.shape
    best = 0.0
    for chosen in itertools.product([*range(columns), None], repeat=rows):
        used = [c for c in chosen if c is not None]
        if len(set(used)) == len(used):
            total = sum(float(scores[r, c]) - least for r, c in enumerate(chosen) if c is not None)
            best = max(best, total)
    assert sum(float(scores[r, c]) - least for r, c in pairs) == pytest.approx(best)


def test_a_long_page_is_matched_in_stretches() -> None:
    page: list[Block] = []
    for i in range(700):
        page += [block(f"施工人员在第{i}天来到现场检"), block("查设备，确认安全。", opens=False)]
    seams = stitch(page, StitchOptions(), shipped())
    assert len({seam.head for seam in seams}) == len(seams)
