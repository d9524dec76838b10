import time

from hypothesis import given
from hypothesis import strategies as st

from pipeline.cuts import cuts
from pipeline.document import Block, Line, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.partition import partition
from pipeline.text import Text
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import vocabulary

WATER = [
    "水车在石桥镇转动，围观的人站满了两岸。",
    "修水车的木匠换了叶片，水车又转了。",
    "石桥镇把水车留作课堂，木匠来讲课。",
]
STARS = [
    "天文台昨夜拍到一颗彗星，彗星拖着长尾。",
    "观测彗星的望远镜换了镜片，天文台说。",
    "彗星下月离开，望远镜要等到下一颗。",
]


def block(role: Role, chars: str) -> Block:
    text = Text.source(chars)
    return Block(role, text, (Line(1, text, False),), "test", 1.0)


def dealt(page: list[tuple[Role, str]]) -> list[list[str]]:
    blocks = [block(role, chars) for role, chars in page]
    items = [Item(b, i, i) for i, b in enumerate(blocks) if b.role in (Role.BODY, Role.HEADING)]
    found = [Front(titles=[i]) for i, b in enumerate(blocks) if b.role is Role.TITLE]
    return [[item.block.text.chars for item in run] for run in partition(blocks, items, found)]


def bodies(texts: list[str]) -> list[tuple[Role, str]]:
    return [(Role.BODY, text) for text in texts]


def test_each_headline_before_its_text():
    page = [(Role.TITLE, "石桥镇水车又转"), *bodies(WATER), (Role.TITLE, "天文台拍到彗星"), *bodies(STARS)]
    assert dealt(page) == [WATER, STARS]


def test_headlines_in_a_heap_at_the_end():
    page = [*bodies(WATER), *bodies(STARS), (Role.TITLE, "石桥镇水车又转"), (Role.TITLE, "天文台拍到彗星")]
    assert dealt(page) == [WATER, STARS]


def test_negative_one_headline_takes_all():
    assert dealt([(Role.TITLE, "石桥镇水车又转"), *bodies(WATER), *bodies(STARS)]) == [WATER + STARS]


def test_no_headline_and_no_text():
    assert dealt(bodies(WATER)) == [WATER]
    assert dealt([(Role.TITLE, "石桥镇水车又转"), (Role.TITLE, "天文台拍到彗星")]) == [[], []]
    assert cuts([], [], vocabulary([]), apart(vectors().of([]))) == [0.0]


def test_words_on_both_sides_speak_against_a_cut():
    blocks = [block(Role.BODY, text) for text in (*WATER, *STARS)]
    told = apart(vectors().of([*WATER, *STARS]))
    odds = cuts(blocks, [Item(b, i, i) for i, b in enumerate(blocks)], vocabulary([*WATER, *STARS]), told)
    assert max(range(len(odds)), key=lambda j: odds[j] if 0 < j < len(blocks) else -99.0) == 3


@given(
    st.lists(
        st.tuples(st.sampled_from([Role.TITLE, Role.HEADING, Role.BODY]), st.text("水车转动星", min_size=1)),
        max_size=40,
    )
)
def test_every_item_is_in_one_run_and_their_order_is_kept(page):
    blocks = [block(role, chars) for role, chars in page]
    items = [Item(b, i, i) for i, b in enumerate(blocks) if b.role is not Role.TITLE]
    found = [Front(titles=[i]) for i, b in enumerate(blocks) if b.role is Role.TITLE]
    runs = partition(blocks, items, found)
    assert sorted(item.first for run in runs for item in run) == [item.first for item in items]
    assert all([item.first for item in run] == sorted(item.first for item in run) for run in runs)


def test_five_thousand_blocks_in_a_few_seconds():
    page = [(Role.TITLE, f"第{i}座水车") for i in range(3)] + bodies([f"{i}{WATER[i % 3]}" for i in range(5000)])
    start = time.perf_counter()
    dealt(page)
    assert time.perf_counter() - start < 5


def test_texts_without_words_are_dealt_all_the_same():
    blocks = [block(Role.TITLE, "1"), block(Role.BODY, "2"), block(Role.TITLE, "3"), block(Role.BODY, "。")]
    items = [Item(blocks[i], i, i) for i in (1, 3)]
    runs = partition(blocks, items, [Front(titles=[0]), Front(titles=[2])])
    assert [item.first for run in runs for item in run] == [1, 3]
