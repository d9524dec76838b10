"""Roles: the search over a page, and what the shipped weights make of small pages."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.chain import best_path, marginals
from pipeline.characters import Characters
from pipeline.document import Line, Role
from pipeline.features import features
from pipeline.measure import measures
from pipeline.roles import ROLE_OF, RolesOptions, blocks_of, roles, weights
from pipeline.script_fold import simplify
from pipeline.seams import shipped
from pipeline.text import Text, join
from pipeline.wording import CUE_LONGEST, cues, found, named, names


def lines_of(page: str) -> list[Line]:
    lines, blank = [], True
    for number, chars in enumerate(page.splitlines(), 1):
        if chars.strip():
            lines.append(Line(number, Text.source(chars.strip()), blank))
        blank = not chars.strip()
    return lines


PAGE = """
石桥镇修通环山公路

本报记者 王小明 通讯员 李建国

昨天上午，全长十二公里的环山公路正式通车，沿线六个
村的村民从此不用再绕道出行。这条路从去年三月开工，历时
十四个月完成，比原计划提前了两个月。

为了赶工期，施工队分成三班，昼夜不停。工程负责人告诉
记者，最难的是穿过老鹰岩的那一段，岩石坚硬，机械难以进
入，只能靠人工一点一点地凿。

图为通车后的环山公路（资料图片）

责编：赵一 校对：钱二
"""


def test_a_plain_page_is_read() -> None:
    lines = lines_of(PAGE)
    decided = [ROLE_OF[d.label] for d in roles(lines, RolesOptions(), shipped(), simplify)]
    by_line = dict(zip((line.text.chars[:4] for line in lines), decided, strict=True))
    # an event may be a title or a picture's name: which, the page as a whole decides
    assert by_line["石桥镇修"] in (Role.TITLE, Role.CAPTION)
    assert pipeline.clean(PAGE).articles[0].title.chars == "石桥镇修通环山公路"
    assert by_line["本报记者"] is Role.BYLINE
    assert by_line["昨天上午"] is Role.BODY
    assert by_line["图为通车"] is Role.CAPTION
    assert by_line["责编：赵"] is Role.FURNITURE


def test_lines_of_a_paragraph_become_one_block() -> None:
    lines = lines_of(PAGE)
    decided = roles(lines, RolesOptions(), shipped(), simplify)
    blocks = blocks_of(lines, decided, lambda texts, _headline: join(texts))
    body = [block.text.chars for block in blocks if block.role is Role.BODY]
    assert [text[:4] for text in body] == ["昨天上午", "为了赶工"]
    assert sum(len(block.lines) for block in blocks) == len(lines)


def test_no_lines_no_decisions() -> None:
    assert roles([], RolesOptions(), shipped(), simplify) == []


def test_one_line_of_marks() -> None:
    assert len(roles(lines_of("……"), RolesOptions(), shipped(), simplify)) == 1


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 6])
def test_the_best_path_is_the_best_of_all(lines: int) -> None:
    dice = np.random.default_rng(7)
    scores, moves = dice.normal(size=(lines, 3)).astype(np.float32), dice.normal(size=(3, 3)).astype(np.float32)

    def worth(path: tuple[int, ...]) -> float:
        return float(
            sum(scores[i, k] for i, k in enumerate(path)) + sum(moves[a, b] for a, b in itertools.pairwise(path))
        )

    best = max(itertools.product(range(3), repeat=lines), key=worth)
    assert tuple(best_path(scores, moves).tolist()) == best


@pytest.mark.parametrize("lines", [511, 512, 1025, 1300])
def test_where_no_move_counts_each_line_has_its_own_best(lines: int) -> None:
    scores = np.random.default_rng(5).normal(size=(lines, 4)).astype(np.float32)
    # So far apart that no rounding of the sums over a long page matters.
    scores += 10 * np.eye(4, dtype=np.float32)[np.arange(lines) * 7 % 4]
    assert best_path(scores, np.zeros((4, 4), dtype=np.float32)).tolist() == scores.argmax(axis=1).tolist()


def test_marginals_are_shares_of_all_paths() -> None:
    dice = np.random.default_rng(3)
    scores, moves = dice.normal(size=(6, 3)).astype(np.float32), dice.normal(size=(3, 3)).astype(np.float32)
    share = np.zeros((6, 3))
    for path in itertools.product(range(3), repeat=6):
        worth = sum(scores[i, k] for i, k in enumerate(path)) + sum(moves[a, b] for a, b in itertools.pairwise(path))
        for i, k in enumerate(path):
            share[i, k] += np.exp(worth)
    assert marginals(scores, moves) == pytest.approx(share / share.sum(axis=1, keepdims=True), abs=1e-5)


def test_marginals_stay_finite_on_a_long_page_of_strong_scores() -> None:
    dice = np.random.default_rng(5)
    scores, moves = (
        (20 * dice.normal(size=(4000, 4))).astype(np.float32),
        (9 * dice.normal(size=(4, 4))).astype(np.float32),
    )
    sure = marginals(scores, moves)
    assert np.isfinite(sure).all()
    assert sure.sum(axis=1) == pytest.approx(np.ones(4000), abs=1e-4)


def test_every_learnt_label_has_a_role() -> None:
    assert set(weights().labels) == set(ROLE_OF)


def test_features_are_in_range_and_always_the_same_columns() -> None:
    names_of = []
    for page in (PAGE, "一行", "# 标题\n\nA line of English text\n1234567890"):
        table = features(lines_of(page), shipped(), simplify, weights().sounds)
        for (name, values), column in zip(table.layout.fields, table.values, strict=True):
            assert 0 <= column.min() and column.max() < len(values), name
        names_of.append(table.layout.fields)
    assert names_of[0] == names_of[1] == names_of[2]


def test_a_lost_indent_does_not_hide_the_measure() -> None:
    chars = ["字" * 24, "字" * 26, "字" * 24, "字" * 10, "字" * 24, "字" * 24, "字" * 26, "字" * 24, "字" * 5]
    assert set(measures(Characters(chars).cells()).tolist()) == {52}


def test_two_columns_have_two_measures() -> None:
    chars = ["字" * 26] * 20 + ["字" * 14] * 20
    found_measures = measures(Characters(chars).cells()).tolist()
    assert found_measures[:10] == [52] * 10
    assert found_measures[-10:] == [28] * 10


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("图为志愿者清理河道。", "caption.photo_verb"),
        ("▲社区食堂（资料图片）", "caption.pointer"),
        ("本报记者 王小明", "byline.reporter"),
        ("责编：赵一 校对：钱二", "furniture.credits"),
        ("2023年5月6日 星期六", "furniture.date"),
        ("A12 | 社会", "furniture.folio"),
        ("— 8 —", "furniture.number"),
        ("（一）打好基础", "heading.numbered"),
        ("——石桥镇修路纪实", "subtitle.dash"),
    ],
)
def test_cues(line: str, rule: str) -> None:
    assert rule in of_line(line)


@pytest.mark.parametrize(
    "line", ["记者会昨天举行，多家媒体到场。", "他在1998年5月6日来到这里，住了三天，后来又回去了。"]
)
def test_cues_that_are_none(line: str) -> None:
    assert not any(rule.split(".")[0] in ("byline", "furniture") for rule in of_line(line))


def of_line(line: str) -> set[str]:
    """The cues that a line has, one line of several."""
    has = found(Characters(["……", line, "……"]))
    return {rule for (rule, _), yes in zip(cues(), has[:, 1].tolist(), strict=True) if yes}


@pytest.mark.parametrize(("rule", "cue"), cues())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_cue_is_found_by_what_it_needs(rule: str, cue: re.Pattern[str], data: st.DataObject) -> None:
    line = data.draw(st.from_regex(cue)).replace("\n", " ")
    says = cue.match if cue.pattern.startswith("^") else cue.search
    assert (rule in of_line(line)) == bool(says(line[:CUE_LONGEST]) if line else False)


@given(st.lists(st.text("记者员 通讯张王一，、（）□报道文图/：的", min_size=1, max_size=60), min_size=1, max_size=5))
def test_names_of_a_page_are_those_of_its_lines(lines: list[str]) -> None:
    assert named(Characters(lines)).tolist() == list(map(names, lines))


@given(st.lists(st.text("桥通了，。 \U00020000", min_size=1, max_size=9), min_size=1, max_size=5))
def test_echoes_are_the_pairs_that_come_again(lines: list[str]) -> None:
    count = Counter(map("".join, itertools.pairwise("\n".join(lines))))
    again = [sum(count[a + b] > 1 for a, b in itertools.pairwise(line)) / max(1, len(line) - 1) for line in lines]
    assert Characters(lines).echoes().tolist() == again


def alternatives(pattern: str) -> list[str]:
    """A pattern cut at the bars that stand in no brackets."""
    parts, depth = [""], 0
    for piece in re.findall(r"\\.|\[(?:\\.|[^\]\\])(?:\\.|[^\]\\])*\]|.", pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


@pytest.mark.parametrize(("rule", "cue"), cues())
def test_a_cue_that_opens_a_line_can_stand_nowhere_else(rule: str, cue: re.Pattern[str]) -> None:
    assert len({part.startswith("^") for part in alternatives(cue.pattern)}) == 1 or not cue.pattern.startswith("^")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("王小明 李建国", 2),
        ("（王小明 李建国）", 3),
        ("本报记者 王小明", 4),
        ("记者 王　五 石桥报道", 4),
        ("环山公路通车", 0),
    ],
)
def test_names(line: str, kind: int) -> None:
    assert names(line) == kind
