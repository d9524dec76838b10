"""The network that tells how well one piece of text reads on from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.seam_net import shipped
from training.halves import GROUP, GROUPS, REACH, halves, material

TEXTS = st.lists(st.text("的一是在不了有和人这中大为上个国我以要他 A1，。\n\ud800𠮷醫", max_size=30), max_size=6)
HALVES = [
    ("连日来，各地农民抢抓农时，田间地头一片繁", "忙景象，机器轰鸣，播种正酣。"),
    ("经过三年努力，这座老码头终于实现", "了华丽转身，成为市民散步的好去处。"),
    ("医生提醒，出现头痛、恶心等症", "状时应及时到医院就诊，以免耽误。"),
    ("记者从教育部门了解到，今年秋季学期将新", "建小学十二所，增加学位一万多个。"),
    ("老人把一生的积蓄都捐给了山区的孩", "子们，自己却住在一间旧屋里。"),
    ("随着气温回升，前来赏花的游", "客络绎不绝，带火了乡村旅游。"),
]


def test_halves_find_each_other() -> None:
    lefts, rights = zip(*HALVES, strict=True)
    scores = shipped().scores(lefts, rights)
    assert (scores.argmax(axis=1) == np.arange(len(HALVES))).all()
    assert (scores.argmax(axis=0) == np.arange(len(HALVES))).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [("醫院門診", "医院门诊"), ("共12人,其中", "共１２人，其中"), ("他說:", "他说：")],
)
def test_scripts_and_widths_are_one(one: str, other: str) -> None:
    net = shipped()
    assert np.array_equal(net.tails([one]), net.tails([other]))
    assert np.array_equal(net.heads([one]), net.heads([other]))


def test_a_side_sees_what_is_next_to_the_seam() -> None:
    net, near, far = shipped(), "近" * shipped().reach, "远" * 5
    assert np.array_equal(net.tails([near]), net.tails([far + near]))
    assert np.array_equal(net.heads([near]), net.heads([near + far]))
    assert not np.array_equal(net.tails([near]), net.tails([near + far]))


@given(TEXTS, TEXTS)
def test_any_texts_have_a_score(lefts: list[str], rights: list[str]) -> None:
    scores = shipped().scores(lefts, rights)
    assert scores.shape == (len(lefts), len(rights)) and np.isfinite(scores).all()


@given(TEXTS)
def test_a_score_does_not_hang_on_the_other_texts(texts: list[str]) -> None:
    together = shipped().tails(texts)
    for one, text in zip(together, texts, strict=True):
        assert np.allclose(one, shipped().tails([text])[0], atol=1e-3)


PARAGRAPHS = [
    f"第{a}天，{b}在{c}里看见了一只{d}的鸟，它停了一会儿就飞走了。"
    for a in "一二三四五"
    for b in "我你他她"
    for c in "山林水"
    for d in "红黄"
]


def test_halves_are_cut_where_a_column_may_end() -> None:
    those = material([text * 2 for text in PARAGRAPHS])
    left, right = halves(those, np.random.default_rng(3))
    assert left.shape == right.shape == (GROUPS * GROUP, REACH)
    stops = np.isin(right[:, 0], np.flatnonzero(those.no_head))
    assert stops.mean() < 0.1  # misread characters and unlucky draws aside
    for half in (left, right):  # what is beyond is beyond
        assert (np.diff((half == 0).astype(int), axis=1) >= 0).all() and (half[:, 0] != 0).all()
