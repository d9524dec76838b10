"""Plans: the text of an article cut into runs and dealt out to its headings by one score."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import plans
from pipeline.breaks import breaks
from pipeline.document import Block, Line, Role
from pipeline.order import reorder
from pipeline.plans import as_found, plan
from pipeline.sections import BREAKS, Flow, flow, runs, weights
from pipeline.text import Text
from pipeline.unwrap import UnwrapOptions

TOPICS = {
    "桥": "大桥昨日通车，两岸居民走上桥头。大桥全长三百米，桥面宽十二米，桥墩用了新的钢材。",
    "校": "学校的孩子第一次坐上校车。老师说，校车每天早晚各开两趟，孩子上学不用再等渡船。",
    "医": "医生每周来村里出诊两天。村民看病取药不出村，诊所添了心电图机和化验设备。",
    "茶": "茶农采下头一批春茶。茶叶合作社说，今年的春茶比去年多两成，卖价也涨了不少。",
}
HEADINGS = {"桥": "大桥通车两岸近", "校": "校车接送孩子上学", "医": "医生出诊到村里", "茶": "春茶开采茶农忙"}


def block(text: str, role: Role = Role.BODY) -> Block:
    lines = tuple(Line(1, Text.source(text[i : i + 12]), blank_before=True) for i in range(0, len(text), 12))
    return Block(role, Text.source(text), lines, "by_hand", 1.0)


def page_of(rows: str) -> Flow:
    """An article: a topic is its paragraph; one behind ^ its heading; . is a heading that says nothing, - such a paragraph."""
    blocks, at = [], 0
    while at < len(rows):
        if rows[at] == "^":
            at += 1
            blocks.append(block(HEADINGS[rows[at]], Role.HEADING))
        elif rows[at] == ".":
            blocks.append(block(("春天的约定", "一声汽笛响")[len(blocks) % 2], Role.HEADING))
        else:
            blocks.append(block(TOPICS[rows[at]]))
        at += 1
    return flow(reorder(blocks, [], UnwrapOptions()), blocks)


def best(page: Flow, count: int) -> dict[str, str]:
    """The heading over each run, by the first paragraph of it."""
    found = plan(page, breaks(page) @ weights()["breaks"], [count])
    said = [item.block.text.chars for item in page.items]
    return {said[first]: said[over] for first, over in found.heads}


@pytest.mark.parametrize("heap", sorted(map("".join, permutations("桥校医茶")))[::5])
def test_a_heap_of_headings_is_dealt_out_by_words(heap: str) -> None:
    page = page_of("桥校医茶" + "".join(f"^{topic}" for topic in heap))
    assert best(page, 4) == {TOPICS[topic]: HEADINGS[topic] for topic in heap}


def worth(
    gain: list[list[float]], before: list[tuple[int, int]] = (), behind: list[tuple[int, int]] = ()
) -> plans._Worth:
    """What dealing out one way to cut is worth; `gain` by heading, then the lead; the others are pairs of run and heading."""
    table = np.array([gain], dtype=np.float32)
    sides = np.zeros((2, 1, table.shape[2], table.shape[1] - 1), dtype=np.float32)
    for side, pairs in zip(sides, (before, behind), strict=True):
        for run, heading in pairs:
            side[0, run, heading] = 1.0
    return plans._Worth(table, *sides, np.zeros(1, dtype=np.float32))


NONE = plans.NO_RUN
LEVEL = [[1.0, 1.0, 1.0]] * 3 + [[0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("gain", "sides", "over", "found"),
    [
        (LEVEL, (), [1, 0, 2, NONE], [0, 1, 2, NONE]),  # where nothing else speaks, in the order of the texts
        (LEVEL, (), [2, 1, 0, NONE], [0, 1, 2, NONE]),
        ([[1.0, 9.0], [9.0, 1.0], [0.0, 0.0]], (), [1, 0, NONE], [1, 0, NONE]),  # words say more than order
        ([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [5.0, 0.0, 0.0]], (), [1, 2, 0], [1, 2, 0]),  # the lead keeps its run
        ([[1.0, 1.1], [1.1, 1.0], [0.0, 0.0]], (), [1, 0, NONE], [0, 1, NONE]),  # order says more than a little
    ],
)
def test_headings_change_their_runs_where_it_is_worth_more(
    gain: list[list[float]], sides: tuple[list[tuple[int, int]], ...], over: list[int], found: list[int]
) -> None:
    there = worth(gain, *sides)
    before = plans._score(there, 0, over)
    assert plans._in_order(there, over) == (pytest.approx(plans._score(there, 0, found)), found)
    assert plans._score(there, 0, found) >= before


def test_a_heading_on_the_other_side_than_the_rest_counts_less() -> None:
    gain = [[1.0, 1.0, 1.0]] * 3 + [[0.0] * 3]
    one_habit, two = worth(gain, [(0, 0), (1, 1), (2, 2)]), worth(gain, [(0, 0), (1, 1)], [(2, 2)])
    over = [0, 1, 2, NONE]
    assert plans._score(one_habit, 0, over) - plans._score(two, 0, over) == pytest.approx(plans.HABIT)


def test_runs_of_one_length_are_preferred() -> None:
    page = page_of("桥桥桥桥..")
    sizes = [float(plans._uneven(page, runs(page, [cut]))) for cut in range(3)]
    assert sizes.index(min(sizes)) == 1
    assert sizes[1] == 0


@given(st.text(alphabet="桥校医茶", min_size=2, max_size=7), st.integers(1, 4), st.booleans())
def test_a_plan_deals_out_each_run_and_each_heading_once(bodies: str, count: int, first: bool) -> None:
    heap = "." * count
    page = page_of(heap + bodies if first else bodies + heap)
    found = plan(page, breaks(page) @ weights()["breaks"], [min(count, len(bodies))])
    runs_headed, used = zip(*found.heads, strict=True) if found.heads else ((), ())
    assert len(set(runs_headed)) == len(runs_headed)
    assert len(set(used)) == len(used)
    assert all(page.items[i].block.role is Role.HEADING for i in used)
    assert all(page.items[i].block.role is Role.BODY for i in runs_headed)
    assert np.isfinite(found.score)
    if found.lead is not None:
        assert found.lead.start not in runs_headed


@pytest.mark.parametrize("rows", ["^桥桥^校校^医医", "^桥桥.^校校", "茶^桥桥^校校"])
def test_what_stands_well_scores_no_less_as_found(rows: str) -> None:
    page = page_of(rows)
    evidence = breaks(page) @ weights()["breaks"]
    own = [k for k, h in enumerate(page.headings) if page.items[h + 1].block.role is Role.BODY]
    assert as_found(page, evidence, own) >= plan(page, evidence, [len(own) + (rows[0] == "茶")]).score - 1e-3


WORDS = tomllib.loads((files("pipeline") / "lexicon" / "continuing.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("group", WORDS)
def test_words_that_go_on_speak_against_a_new_section(group: str) -> None:
    assert WORDS[group]["why"]
    assert weights()["breaks"][BREAKS.index(group)] < 0
    for word in WORDS[group]["words"]:
        blocks = [
            block(TOPICS["桥"]),
            block("开门" + TOPICS["校"]),
            block(word + TOPICS["校"]),
            block("春天", Role.HEADING),
        ]
        table = breaks(flow(reorder(blocks, [], UnwrapOptions()), blocks))
        assert table[:, BREAKS.index(group)].tolist() == [0.0, 1.0]
