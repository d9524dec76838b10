"""Word vectors, and what lines sound like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.characters import Characters, grouped
from pipeline.roles import weights
from pipeline.script_fold import simplify, simplify_all
from pipeline.sounds import KINDS, LONGEST, columns
from pipeline.vectors import MOST_ALIKE, SCALE, apart, shipped
from training.seen import seen

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
    scores = scored([caption, heading])
    difference = scores[:, KINDS.index("caption")] - scores[:, KINDS.index("heading")]
    assert difference[0] > difference[1]


def scored(lines: list[str], last: list[int] | None = None) -> np.ndarray:  # type: ignore[type-arg]
    """How each line sounds, or the stretch from each line to a last one."""
    page = Characters(lines)
    ends = page.starts + page.sizes
    return weights().sounds.scores(page, page.starts, ends if last is None else ends[last], shipped())


@given(
    st.lists(st.text("的一是在不了有和人这中大为 A1，。\ud800𠮷醫薴", min_size=1, max_size=12), min_size=1, max_size=6)
)
def test_a_page_sounds_like_its_lines(lines: list[str]) -> None:
    """All at once, each word looked up once, as by what the model was learnt from."""
    sounds, last = weights().sounds, len(lines) - 1
    wholes = ["".join(lines[i:]) for i in range(len(lines))]
    for texts, found in ((lines, scored(lines)), (wholes, scored(lines, [last] * len(lines)))):
        assert np.allclose(found, seen(texts, shipped()) @ sounds.weights + sounds.bias, atol=1e-3)


def test_no_more_pairs_have_one_hash_than_are_looked_at() -> None:
    pairs = shipped().pairs[:-MOST_ALIKE]
    assert np.array_equal(shipped().find(pairs >> np.uint32(16), pairs & np.uint32(0xFFFF)), np.arange(len(pairs)))


@given(st.text("於著醫院A1，\n\ud800𠮷𫠃", min_size=65, max_size=90))
def test_a_page_is_folded_like_a_line(text: str) -> None:
    assert simplify(text) == "".join(map(simplify, text))
    assert simplify_all(text) == "".join(map(simplify_all, text))


def test_long_lines_and_long_groups_are_not_listened_to() -> None:
    long = "水" * (LONGEST + 1)
    page = Characters([long, "桥", "通车"])
    of_line, of_group = columns(page, grouped(np.array([True, True, False])), weights().sounds, shipped())[:2]
    assert of_line.values[0] == 0 and of_group.values[0] == 0
    assert of_line.values[1] > 0 and of_group.values[1] == of_group.values[2] > 0
