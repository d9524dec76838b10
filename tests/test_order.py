"""The order stage: columns put back along the seams, nothing lost and nothing doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Line, Role
from pipeline.order import reorder
from pipeline.stitch import Seam
from pipeline.text import Text
from pipeline.unwrap import UnwrapOptions


def block(text, role=Role.BODY, *, opens=True, number=1):
    line = Line(number, Text.source(text), blank_before=True)
    return Block(role, line.text, (line,), "by_hand", 1.0, opens=opens)


def read(blocks, seams=()):
    return [item.block.text.chars for item in reorder(blocks, seams, UnwrapOptions())]


def test_text_without_seams_stays_as_found():
    blocks = [block("船来了。"), block("桥通了", Role.HEADING), block("人人夸好。")]
    assert read(blocks) == ["船来了。", "桥通了", "人人夸好。"]


def test_a_column_follows_the_one_whose_sentence_it_ends():
    blocks = [block("走上桥头。", opens=False), block("老人说好。"), block("昨日，两岸居民")]
    assert read(blocks, [Seam(2, 0, 5.0)]) == ["昨日，两岸居民走上桥头。", "老人说好。"]


def test_a_fragment_without_a_seam_stays_where_it_was_found():
    blocks = [block("桥通了", Role.HEADING), block("走上桥头。", opens=False), block("老人说好。")]
    assert read(blocks) == ["桥通了", "走上桥头。", "老人说好。"]
    assert [item.unresolved for item in reorder(blocks, [], UnwrapOptions())] == [0, 1, 0]


def test_the_weakest_seam_of_a_ring_is_left_out():
    blocks = [block("走上桥头，", opens=False), block("昨日，两岸居民", opens=False)]
    assert read(blocks, [Seam(1, 0, 5.0), Seam(0, 1, 1.0)]) == ["昨日，两岸居民走上桥头，"]


def test_a_seam_after_a_full_stop_is_followed_too():
    blocks = [block("昨日通车。"), block("老人说好。"), block("人人夸好。", opens=False)]
    assert read(blocks, [Seam(0, 2, 1.0)]) == ["昨日通车。人人夸好。", "老人说好。"]


def test_captions_and_titles_are_no_part_of_the_flow():
    assert read([block("桥通了", Role.TITLE), block("图为大桥", Role.CAPTION)]) == []


@st.composite
def pages(draw):
    roles = st.sampled_from([Role.BODY, Role.BODY, Role.BODY, Role.HEADING, Role.CAPTION])
    made = st.builds(
        lambda role, k, end, opens: block("桥船人河水"[k] * (k + 2) + end, role, opens=opens),
        roles,
        st.integers(0, 4),
        st.sampled_from(["。", "，", "桥"]),
        st.booleans(),
    )
    blocks = draw(st.lists(made, max_size=12))
    bodies = [i for i, one in enumerate(blocks) if one.role is Role.BODY]
    tails, heads = draw(st.permutations(bodies)), draw(st.permutations(bodies))
    count = draw(st.integers(0, len(bodies)))
    seams = [Seam(t, h, float(k % 3)) for k, (t, h) in enumerate(zip(tails, heads, strict=True)) if t != h]
    return blocks, seams[:count]


@given(pages())
def test_nothing_is_lost_or_doubled(page):
    blocks, seams = page
    flow = [one for one in blocks if one.role in (Role.BODY, Role.HEADING)]
    found = "".join(read(blocks, seams))
    assert sorted(found) == sorted("".join(one.text.chars for one in flow))
