import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Line, Role
from pipeline.fronts import Front, fronts, paired
from pipeline.headline import headlines
from pipeline.order import Item
from pipeline.text import Text

LIKELY = {role: tuple(0.86 if role is other else 0.02 for other in Role) for role in Role}


def block(role: Role, chars: str, odds: tuple[float, ...] = ()) -> Block:
    text = Text.source(chars)
    return Block(role, text, (Line(1, text, False),), "test", 1.0, odds=odds or LIKELY[role])


def titles(blocks: list[Block]) -> list[str]:
    return [b.text.chars for b in headlines(blocks) if b.role is Role.TITLE]


BODY = [
    block(Role.BODY, "石桥镇的老水车昨天又转了起来，围观的人站满了两岸，孩子们伸手去接水花。"),
    block(Role.BODY, "修水车的木匠说，这架水车停了三十年，轴还是当年的轴，只换了叶片。"),
    block(Role.BODY, "镇里打算把水车留作课堂，让学生看一看水是怎样把磨盘推动的。"),
]


def test_a_page_without_a_title_gets_its_likeliest_block():
    unsure = tuple(0.3 if role is Role.TITLE else 0.5 if role is Role.HEADING else 0.03 for role in Role)
    assert titles([block(Role.HEADING, "老水车又转起来了", unsure), *BODY]) == ["老水车又转起来了"]


def test_the_only_text_of_a_page_is_not_its_title():
    doubt = tuple(0.06 if role is Role.TITLE else 0.79 if role is Role.CAPTION else 0.025 for role in Role)
    text = tuple(0.3 if role is Role.TITLE else 0.58 if role is Role.BODY else 0.02 for role in Role)
    page = [block(Role.CAPTION, "桥通了", doubt), block(Role.BODY, "大桥昨日上午通车，两岸的老人走上桥头。", text)]
    assert titles(page) == ["桥通了"]
    assert titles(page[1:]) == ["大桥昨日上午通车，两岸的老人走上桥头。"]  # where nothing else may be one


def test_the_title_may_stand_last():
    unsure = tuple(0.3 if role is Role.TITLE else 0.5 if role is Role.HEADING else 0.03 for role in Role)
    assert titles([*BODY, block(Role.HEADING, "老水车又转起来了", unsure)]) == ["老水车又转起来了"]


def test_a_found_title_stays():
    assert titles([block(Role.TITLE, "老水车又转起来了"), *BODY]) == ["老水车又转起来了"]


def test_a_name_with_a_colon_reads_on_into_the_next_line():
    page = [block(Role.TITLE, "石桥镇卫生院："), block(Role.BODY, "把药送到水车旁"), *BODY]
    assert titles(page) == ["石桥镇卫生院：", "把药送到水车旁"]
    found, loose = fronts(headlines(page))
    assert [front.titles for front in found] == [[0, 1]]
    assert not loose


def test_a_label_right_over_a_headline_is_its_kicker():
    label = block(Role.HEADING, "【乡村纪事】")
    roles = [one.role for one in headlines([label, block(Role.TITLE, "老水车又转起来了"), *BODY])]
    assert roles[:2] == [Role.KICKER, Role.TITLE]


CLINIC = [
    block(Role.BODY, "市医院的义诊队上周走进山村，两天里看了三百多位老人，送去了药品。"),
    block(Role.BODY, "医院说，义诊队今后每月都来，还要教村里的医生看心电图。"),
    block(Role.BODY, "老人们说，从前看病要走半天山路，如今医生到了家门口。"),
]


@pytest.mark.parametrize(("before", "count"), [("【健康中国】", 2), ("图为老水车", 1)])
def test_a_label_speaks_for_a_second_headline(before: str, count: int):
    unsure = tuple(0.45 if role is Role.TITLE else 0.35 if role is Role.HEADING else 0.03 for role in Role)
    second = [block(Role.HEADING, before), block(Role.HEADING, "义诊队把医生送到山村", unsure)]
    assert len(titles([block(Role.TITLE, "老水车又转起来了"), *BODY, *second, *CLINIC])) == count


def test_a_headline_is_whole_if_its_second_line_is_the_likeliest():
    unsure = tuple(0.3 if role is Role.TITLE else 0.5 if role is Role.BODY else 0.03 for role in Role)
    page = [block(Role.BODY, "石桥镇卫生院：", unsure), block(Role.TITLE, "把药送到水车旁"), *BODY]
    assert titles(page) == ["石桥镇卫生院：", "把药送到水车旁"]


def test_negative_a_label_elsewhere_stays_what_it_is():
    label = block(Role.HEADING, "【乡村纪事】")
    roles = [one.role for one in headlines([block(Role.TITLE, "老水车又转起来了"), *BODY, label, *BODY])]
    assert roles[4] is Role.HEADING


def test_negative_a_colon_before_a_sentence_reads_on_into_nothing():
    page = [block(Role.TITLE, "石桥镇卫生院："), *BODY]
    assert titles(page) == ["石桥镇卫生院："]


def test_negative_a_page_of_paragraphs_that_are_too_long_has_no_title():
    assert titles([block(Role.BODY, "水车转动。" * 20)] * 3) == []


def test_a_byline_apart_from_any_headline_is_loose():
    page = [block(Role.TITLE, "老水车又转起来了"), *BODY, block(Role.BYLINE, "本报记者 石小桥"), BODY[0]]
    assert fronts(page)[1] == [4]


def test_a_page_with_nothing_on_it():
    assert headlines([]) == []
    assert fronts([]) == ([], [])


def test_two_hundred_titles():
    page = [block(Role.TITLE, f"第{i}座水车又转起来了") for i in range(200)]
    assert len(headlines(page)) == 200


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Role)), st.text("水车转动，。： ab1", min_size=1, max_size=90)), max_size=30
    )
)
def test_nothing_but_roles_is_changed(rows):
    page = [block(role, chars) for role, chars in rows if chars.strip()]
    after = headlines(page)
    assert [b.text for b in after] == [b.text for b in page]
    found, loose = fronts(after)
    placed = [i for f in found for i in (*f.titles, *f.kickers, *f.subtitles, *f.bylines)] + loose
    front = (Role.TITLE, Role.KICKER, Role.SUBTITLE, Role.BYLINE)
    assert sorted(placed) == [i for i, b in enumerate(after) if b.role in front]


KINDS = {"T": Role.TITLE, "S": Role.SUBTITLE, "Y": Role.BYLINE, "b": Role.BODY, "F": Role.FURNITURE}


@pytest.mark.parametrize(
    ("rows", "owner", "titles", "subtitles", "texts"),
    [
        ("TTbb", "b", [[0]], [[1]], [2]),  # the text is dealt to the second one, the first has none
        ("TTbb", "a", [[0]], [[1]], [2]),
        ("TTbbb", "abb", [[0], [1]], [[], []], [1, 2]),  # both have text
        ("TTTbb", "bb", [[0], [1], [2]], [[], [], []], [0, 2, 0]),  # a list of contents
        ("TFTbb", "bb", [[0], [2]], [[], []], [0, 2]),  # not in a row
        ("TTSYbb", "bb", [[0]], [[1, 2]], [2]),
        ("Tbb", "aa", [[0]], [[]], [2]),
        ("bb", "aa", [[]], [[]], [2]),
    ],
)
def test_of_two_headlines_in_a_row_one_without_text_is_a_subtitle(
    rows: str, owner: str, titles: list[list[int]], subtitles: list[list[int]], texts: list[int]
) -> None:
    blocks = [block(KINDS[kind], "桥") for kind in rows]
    found = fronts(blocks)[0] or [Front()]
    bodies = [Item(one, i, i) for i, one in enumerate(blocks) if one.role is Role.BODY]
    runs: list[list[Item]] = [[] for _ in found]
    for item, name in zip(bodies, owner.ljust(len(bodies), owner[-1]), strict=True):
        runs["ab".index(name)].append(item)
    whole, kept = paired(found, runs)
    assert [front.titles for front in whole] == titles
    assert [front.subtitles for front in whole] == subtitles
    assert list(map(len, kept)) == texts
