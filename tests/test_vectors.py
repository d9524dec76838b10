"""Word vectors, and what lines sound like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.roles import weights
from pipeline.sounds import KINDS, LONGEST, PARTS, columns, seen
from pipeline.vectors import SCALE, apart, shipped

TEXTS = st.lists(st.text("的一是在不了有和人这中大为上个国我以要他 A1，。\n\ud800𠮷醫", max_size=12), max_size=6)


def likeness(one: str, other: str) -> float:
    a, b = shipped().of([one, other])
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [("医院里的病人", "医生和护士", "铁路与桥梁"), ("小麦丰收", "农民种粮", "股票上涨"), ("責任", "担当", "天气")],
)
def test_words_used_alike_are_near(text: str, near: str, far: str) -> None:
    assert likeness(text, near) > likeness(text, far)


def test_both_scripts_have_one_vector() -> None:
    assert np.array_equal(*shipped().of(["記者報導醫院", "记者报导医院"]))


@given(TEXTS)
def test_any_text_has_a_vector(texts: list[str]) -> None:
    found = shipped().of(texts)
    assert found.shape == (len(texts), shipped().table.shape[1])
    assert np.isfinite(found).all() and (np.linalg.norm(found, axis=1) <= 1.05 * SCALE).all()


@given(TEXTS)
def test_the_vector_of_a_text_does_not_hang_on_the_others(texts: list[str]) -> None:
    alone = [shipped().mean(*pair_rows(text))[0] for text in texts]
    for one, together in zip(alone, shipped().of(texts), strict=True):
        assert np.allclose(one, together, atol=1e-4)


def pair_rows(text: str) -> tuple:  # type: ignore[type-arg]
    words = shipped().words([text])
    return words, words.pair


def test_apart_has_unit_length_and_no_middle() -> None:
    found = apart(shipped().of(["医院里的病人", "铁路与桥梁", "小麦丰收在望"]))
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert apart(np.zeros((0, 4), dtype=np.float32)).shape == (0, 4)
    assert not apart(np.ones((1, 4), dtype=np.float32)).any()  # a text alone is like nothing else


@pytest.mark.parametrize(
    ("caption", "heading"),
    [
        ("门诊大厅一角", "让患者少跑路"),
        ("志愿者在社区讲解用药常识", "怎样才能睡得好？"),
        ("学生参观科技馆", "从一粒种子说起"),
        ("职工运动会开幕", "改革为何从这里开始"),
    ],
)
def test_a_caption_does_not_sound_like_a_heading(caption: str, heading: str) -> None:
    scores = weights().sounds.scores([caption, heading], shipped())
    difference = scores[:, KINDS.index("caption")] - scores[:, KINDS.index("heading")]
    assert difference[0] > difference[1]


@given(TEXTS)
def test_any_line_can_be_listened_to(texts: list[str]) -> None:
    assert seen(texts, shipped()).shape == (len(texts), PARTS * shipped().table.shape[1])


def test_long_lines_and_long_groups_are_not_listened_to() -> None:
    long = "水" * (LONGEST + 1)
    groups = [range(1), range(1, 3)]
    of_line, of_group = columns([long, "桥", "通车"], groups, weights().sounds, shipped())[:2]
    assert of_line.values[0] == 0 and of_group.values[0] == 0
    assert of_line.values[1] > 0 and of_group.values[1] == of_group.values[2] > 0
