"""What is learnt from: variants of a labelled page, its articles set anew, pages put together; lines and labels stay in step."""

from __future__ import annotations

from collections import Counter

import pytest

from training.augment import together, variant
from training.labels import LABELS, letters
from training.lists import with_list
from training.pages import LabelledPage, page_of
from training.typeset import anew

BRIDGE = "大桥昨日通车，两岸居民走上桥头。大桥全长三百米，桥面宽十二米，桥墩用了新的钢材，修桥的师傅说能用一百年。"
SCHOOL = "学校的孩子第一次坐上校车。老师说，校车每天早晚各开两趟，孩子上学不用再等渡船，家长也放下了心。"
DOCTOR = "医生每周来村里出诊两天。村民看病取药不出村，诊所添了心电图机和化验设备，药价同城里一样。"


def gold(title: str, *sections: tuple[str, str]) -> dict[str, object]:
    return {
        "kicker": None,
        "title": title,
        "subtitle": "从渡船到大桥的三十年",
        "bylines": [{"role": "本报记者", "names": ["张三", "李小四"]}],
        "sections": [{"heading": h, "level": 1, "paragraphs": [text, text[::-1]]} for h, text in sections],
        "captions": ["图为通车现场"],
    }


def page(number: int, *articles: dict[str, object]) -> LabelledPage:
    raw: list[str] = ["石桥日报 2024年5月6日"]
    for one in articles:
        raw += ["", str(one["title"]), "——" + str(one["subtitle"]), "本报记者 张三 李小四", ""]
        for section in one["sections"]:  # type: ignore[attr-defined]
            raw += [section["heading"], ""]
            for text in section["paragraphs"]:
                raw += [text[i : i + 14] for i in range(0, len(text), 14)]
        raw += ["", *one["captions"]]  # type: ignore[misc]
    name = f"{number:05}_pdf_single.txt"
    reading = {"source": name, "articles": list(articles), "removed": []}
    return page_of("\n".join(raw).encode(), name, reading)


PAGES = [
    page(1, gold("石桥镇的新路", ("桥通了，路近了", BRIDGE), ("校车接送", SCHOOL))),
    page(2, gold("送医到村", ("诊所的新设备", DOCTOR), ("坐船的日子", BRIDGE))),
]


def test_lines_are_found_in_the_gold_reading() -> None:
    for one in PAGES:
        assert Counter(label for label in one.labels if label)["T"] == 1
        assert {"H", "P", "J", "S", "Y", "X"} <= set(one.labels)


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("one", PAGES)
def test_variants_have_a_label_for_each_line(one: LabelledPage, number: int) -> None:
    damaged = variant(one, number)
    assert len(damaged.lines) == len(damaged.labels) == len(damaged.origin)
    assert [line.number for line in damaged.lines] == list(range(1, len(damaged.lines) + 1))
    assert {label for label in damaged.labels if label} <= set(LABELS)
    assert sum(len(letters(line.text.chars)) for line in damaged.lines) == sum(
        len(letters(line.text.chars)) for line in one.lines
    )


@pytest.mark.parametrize("number", range(6))
def test_pages_put_together_set_anew_and_with_lists(number: int) -> None:
    for made in (together(PAGES[0], PAGES[1:], number), anew(PAGES[0], number), with_list(PAGES[0], number)):
        assert len(made.lines) == len(made.labels)
        assert any(label == "T" for label in made.labels)
        assert variant(made, number).labels
