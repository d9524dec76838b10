"""Pages for people: Markdown, and the account of what became of each line."""

from __future__ import annotations

import json
from dataclasses import replace

from conftest import RAW, MakePage, article_of, plain_article

from pipeline.readable import explained, explained_json, readable
from pipeline.text import Change, Text

READABLE = """\
工程建设

# 桥通了

—— 记白芦河大桥

本报记者 佘文霁、吕照野

大桥昨日通车。

## 人人夸好

老人说好。

> 图为大桥
"""


def test_an_article_is_markdown(make_page: MakePage) -> None:
    assert readable(make_page()) == READABLE


def test_articles_are_parted(make_page: MakePage) -> None:
    second = plain_article(Text.source(RAW)[:3])
    assert readable(make_page(articles=[article_of(), second])) == f"{READABLE}\n---\n\n第5版\n"


def test_a_page_without_articles_is_empty(make_page: MakePage) -> None:
    assert readable(make_page("", [])) == ""


def test_explained_is_cut_to_the_terminal(make_page: MakePage) -> None:
    page = make_page()
    assert list(explained(page, 80)) == [
        "1  furniture  1.00  removed   furniture.folio  第5版",
        "3  title      0.50  a1.title  title.x          桥通了",
    ]
    assert [line[47:] for line in explained(page, 51)] == ["第5…", "桥…"]
    assert [line[47:] for line in explained(page, 10)] == ["", ""]


def test_explained_shows_no_control_characters(make_page: MakePage) -> None:
    raw = "\x1b[2J桥\t通\n"
    page = replace(make_page(raw, []), told=lambda: make_page().fates[:1])
    (line,) = explained(page, 80)
    assert line.isprintable()
    (row,) = map(json.loads, explained_json(page))
    assert row["text"] == "\x1b[2J桥\t通"


def test_explained_json_has_the_text_in_full(make_page: MakePage) -> None:
    first, second = map(json.loads, explained_json(make_page()))
    assert first == {
        "line": 1,
        "role": "furniture",
        "rule": "furniture.folio",
        "confidence": 1.0,
        "went": "removed",
        "reads_on_from": 0,
        "seam": None,
        "text": "第5版",
        "changes": [],
    }
    assert second["text"] == "桥通了"


CHANGES = [
    Change(0, 1, "第", "弟", "x.a"),
    Change(1, 2, "5", "", "x.b"),
    Change(4, 5, "\n", "\n", "x.c"),
    Change(2, 3, "版", "", "x.b"),
]


def test_explained_tells_what_was_changed_in_each_line(make_page: MakePage) -> None:
    page = make_page("第5版\n\x0c\n桥通了\n", [], [], CHANGES)
    assert [line.strip() for line in explained(page, 80)][1:5] == [
        "x.a  “第” → “弟”",
        "x.b  “5” → “”, “版” → “”",
        "2  -          1.00  -         -",
        "x.c  “U+000A” stays",
    ]
    rows = [json.loads(line) for line in explained_json(page)]
    assert [len(row["changes"]) for row in rows] == [3, 1, 0]
    assert rows[1]["changes"] == [{"start": 4, "end": 5, "was": "\n", "becomes": "\n", "rule": "x.c"}]
