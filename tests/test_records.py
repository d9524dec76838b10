"""The records of a page: keys, spans, ids, and the odd cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from conftest import NONE, RAW, MakePage, article_of, find, plain_article
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.document import Article, Page, Removal, Section
from pipeline.errors import LawBroken, SourceError
from pipeline.records import quarantined, records
from pipeline.schema import MODELS, RecordsOptions, SectionRecord
from pipeline.settings import Settings
from pipeline.text import Change, Edit, Text

SETTINGS = Settings()


def read(lines: list[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines]


def only_article(page: Page) -> dict[str, Any]:
    (article,) = read(records(page, SETTINGS).articles)
    return article


def test_an_article(make_page: MakePage) -> None:
    article = only_article(make_page())
    metadata = article.pop("metadata")
    assert article == {
        "id": "桥.txt#a1",
        "text": "大桥昨日通车。\n\n人人夸好\n\n老人说好。",
        "source": "桥.txt",
        "kicker": "工程建设",
        "title": "桥通了",
        "subtitle": "记白芦河大桥",
        "bylines": [{"role": "本报记者", "names": ["佘文霁", "吕照野"]}],
        "language": "zh-Hans",
        "sections": [
            {"id": "桥.txt#a1.s1", "heading": "", "level": 0, "start": 0, "end": 9},
            {"id": "桥.txt#a1.s2", "heading": "人人夸好", "level": 1, "start": 9, "end": 20},
        ],
        "captions": ["图为大桥"],
    }
    assert metadata["spans"] == [[0, 4, 35, 39], [4, 7, 40, 43], [9, 13, 44, 48], [15, 20, 49, 54]]
    assert (metadata["publication"], metadata["issue_date"], metadata["page"]) == ("蔺桥日报", "20230815", "5")
    assert metadata["settings"] == SETTINGS.fingerprint()


def test_sections(make_page: MakePage) -> None:
    first, second = read(records(make_page(), SETTINGS).sections)
    assert (first["id"], first["text"], first["ordinal"]) == ("桥.txt#a1.s1", "大桥昨日通车。", 0)
    assert (second["id"], second["text"], second["ordinal"]) == ("桥.txt#a1.s2", "老人说好。", 1)
    assert (second["heading"], second["level"], second["title"]) == ("人人夸好", 1, "桥通了")
    assert second["article_id"] == "桥.txt#a1"
    assert second["metadata"]["spans"] == [[0, 5, 49, 54]]


def test_figures_are_there_only_when_asked_for(make_page: MakePage) -> None:
    text = Text.source("大桥长1.2万米，投资3亿元。")
    page = make_page(text.chars, [plain_article(text)])
    asked = Settings(records=RecordsOptions(figures=True))
    (section,) = read(records(page, asked).sections)
    figure = {"start": 3, "end": 8, "text": "1.2万米", "value": 12000.0, "unit": "米", "kind": "measure", "flag": ""}
    assert section["figures"][0] == figure
    assert [one["text"] for one in section["figures"]] == ["1.2万米", "3亿元"]
    assert list(section) == [*SectionRecord.model_fields, "figures"]
    (plain,) = read(records(page, SETTINGS).sections)
    assert "figures" not in plain
    assert asked.fingerprint() != SETTINGS.fingerprint()
    assert read(records(page, asked).articles)[0].keys() == only_article(page).keys()


def test_a_section_without_figures_has_an_empty_list(make_page: MakePage) -> None:
    asked = Settings(records=RecordsOptions(figures=True))
    assert [one["figures"] for one in read(records(make_page(), asked).sections)] == [[], []]


@pytest.mark.parametrize("kind", ["articles", "sections", "removed"])
def test_keys_are_those_of_the_model_in_its_order(make_page: MakePage, kind: str) -> None:
    wholes = records(make_page(), SETTINGS)
    lines = {"articles": wholes.articles, "sections": wholes.sections, "removed": wholes.removed}[kind]
    for record in read(lines):
        assert list(record) == list(MODELS[kind].model_fields)
        model = MODELS[kind].model_validate(record)
        assert orjson.loads(model.model_dump_json(by_alias=True)) == record
        assert list(orjson.loads(model.model_dump_json(by_alias=True)).get("metadata", {})) == list(
            record.get("metadata", {})
        )


def test_counts(make_page: MakePage) -> None:
    found = records(make_page(), SETTINGS)
    letters = sum(map(str.isalnum, RAW))
    assert found.removed_by_reason == {"folio": 3}
    assert found.kept == letters - 3


def test_changes_are_counted_by_rule(make_page: MakePage) -> None:
    changes = [Change(0, 1, "一", "1", "x.a"), Change(1, 2, "二", "2", "x.b"), Change(2, 3, "三", "3", "x.a")]
    assert records(make_page(changes=changes), SETTINGS).changes == {"x.a": 2, "x.b": 1}


def test_a_doubtful_decoding_lowers_the_confidence(make_page: MakePage) -> None:
    page = make_page()
    sure, doubtful = (
        orjson.loads(records(replace(page, document=replace(page.document, decode_confidence=c)), SETTINGS).articles[0])
        for c in (1.0, 0.9)
    )
    assert doubtful["metadata"]["confidence"] == round(sure["metadata"]["confidence"] * 0.9, 4)


def test_the_same_bytes_again(make_page: MakePage) -> None:
    assert records(make_page(), SETTINGS) == records(make_page(), SETTINGS)


def test_a_page_without_articles(make_page: MakePage) -> None:
    found = records(make_page("", []), SETTINGS)
    assert (found.articles, found.sections, found.removed, found.kept) == ([], [], [], 0)


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (replace(article_of(), sections=()), "桥通了"),
        (replace(article_of(), sections=(Section(NONE, 0, ()),)), "桥通了"),
        (replace(article_of(), title=NONE, sections=()), "工程建设"),
        (Article(NONE, NONE, NONE, (), (), (find(RAW, "图为"), find(RAW, "大桥"))), "图为\n\n大桥"),
        (Article(NONE, NONE, NONE, article_of().bylines, (), ()), "本报记者\n\n佘文霁\n\n吕照野"),
    ],
)
def test_an_article_without_text_leaves_with_its_title(make_page: MakePage, article: Article, text: str) -> None:
    page = make_page(articles=[article])
    record = only_article(page)
    assert record["text"] == text
    assert [(one["start"], one["end"]) for one in record["sections"]] == [(0, len(text))]
    (section,) = read(records(page, SETTINGS).sections)
    assert (section["text"], section["heading"]) == ("", "")


def test_an_article_with_nothing_in_it_is_a_bug(make_page: MakePage) -> None:
    with pytest.raises(LawBroken, match="#a1: an article with nothing in it"):
        records(make_page(articles=[plain_article()]), SETTINGS)


def test_headings_that_only_head_headings(make_page: MakePage) -> None:
    article = replace(article_of(), sections=(Section(find(RAW, "人人"), 1, ()), *article_of().sections[1:]))
    record = only_article(make_page(articles=[article]))
    assert record["text"] == "人人\n\n人人夸好\n\n老人说好。"
    assert [(one["start"], one["end"]) for one in record["sections"]] == [(0, 4), (4, 15)]


def test_spans_reach_over_all_that_a_character_stands_for(make_page: MakePage) -> None:
    raw = "甲ä¸­乙ﬃ丙"
    text, changes = Text.source(raw).apply([Edit(1, 4, "中", "repair.mojibake"), Edit(5, 6, "ffi", "ligature")])
    record = only_article(make_page(raw, [plain_article(text)], changes=changes))
    assert record["text"] == "甲中乙ffi丙"
    assert record["metadata"]["spans"] == [[0, 1, 0, 1], [1, 2, 1, 4], [2, 3, 4, 5], [3, 6, 5, 6], [6, 7, 6, 7]]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.text("甲1，ﬃ", max_size=3)), max_size=6))
def test_spans_lead_back_to_the_source(cuts: list[tuple[int, int, str]]) -> None:
    from conftest import page_of

    raw = "".join(chr(ord("一") + i) for i in range(36))
    edits, at = [], 0
    for start, size, becomes in sorted(cuts):
        if start >= at:
            edits.append(Edit(start, start + size, becomes, "x"))
            at = start + size
    text, changes = Text.source(raw).apply(edits)
    if not text:
        return
    record = only_article(page_of(raw, [plain_article(text)], changes=changes))
    reached = {source for _, _, first, last in record["metadata"]["spans"] for source in range(first, last)}
    gone = {source for change in changes if not change.becomes for source in range(change.start, change.end)}
    silent = {s for c in changes if c.becomes and not any(map(str.isalnum, c.becomes)) for s in range(c.start, c.end)}
    assert reached | gone | silent >= set(range(len(raw)))
    edited = {source for change in changes for source in range(change.start, change.end)}
    for start, end, first, last in record["metadata"]["spans"]:
        if end - start == last - first:
            pairs = zip(range(first, last), record["text"][start:end], strict=True)
            assert all(raw[source] == char for source, char in pairs if source not in edited)
        else:
            assert set(range(first, last)) <= edited


def test_removals_are_cut_where_kept_text_stands_between(make_page: MakePage) -> None:
    raw = "甲乙 丙丁戊己"
    text = Text.source(raw)
    removal = Removal(text[0:2] + text[3:4] + text[6:7], "noise", "noise.x")
    found = read(records(make_page(raw, [plain_article(text[4:6])], [removal]), SETTINGS).removed)
    assert [(one["start"], one["end"], one["text"]) for one in found] == [(0, 4, "甲乙丙"), (6, 7, "己")]


def test_removals_come_in_the_order_of_the_page(make_page: MakePage) -> None:
    text = Text.source("甲乙丙")
    removals = [Removal(text[2:], "noise", "noise.x"), Removal(text[:1], "folio", "folio.x")]
    found = read(records(make_page("甲乙丙", [plain_article(text[1:2])], removals), SETTINGS).removed)
    assert [one["start"] for one in found] == [0, 2]


def test_white_space_is_not_listed(make_page: MakePage) -> None:
    text = Text.source("甲 \n")
    assert (
        records(make_page("甲 \n", [plain_article(text[:1])], [Removal(text[1:], "noise", "x")]), SETTINGS).removed
        == []
    )


def test_tags_with_letters_are_listed(make_page: MakePage) -> None:
    text, changes = Text.source("甲<br>乙").apply([Edit(1, 5, "", "markup.tag")])
    (removed,) = read(records(make_page("甲<br>乙", [plain_article(text)], changes=changes), SETTINGS).removed)
    assert removed == {
        "source": "桥.txt",
        "start": 1,
        "end": 5,
        "text": "<br>",
        "reason": "noise",
        "rule": "markup.tag",
    }


def test_an_unknown_reason_is_a_bug(make_page: MakePage) -> None:
    with pytest.raises(ValidationError, match="reason"):
        records(make_page(removals=[Removal(find(RAW, "第5版"), "whim", "x")]), SETTINGS)


def test_entries_from_nowhere_are_no_removals(make_page: MakePage) -> None:
    changes = [Change(-1, -1, "", "甲", "x"), Change(-1, -1, "<b>", "", "x")]
    assert records(make_page("", [], changes=changes), SETTINGS).removed == []


def test_quarantine() -> None:
    error = SourceError("桥.txt: no encoding explains it. Convert it to UTF-8.", stage="decode")
    record = orjson.loads(quarantined("桥.txt", error, "a" * 64))
    assert record == {
        "source": "桥.txt",
        "stage": "decode",
        "error": "SourceError",
        "message": "桥.txt: no encoding explains it. Convert it to UTF-8.",
        "document_sha256": "a" * 64,
    }
    assert list(record) == list(MODELS["quarantine"].model_fields)


def test_quarantine_names_the_stage_of_any_error() -> None:
    try:
        Text.source("甲").with_chars("甲乙")
    except ValueError as error:
        assert orjson.loads(quarantined("x", error))["stage"] == "text"


@pytest.mark.parametrize("error", [ValueError(), ValueError("\udcff"), MemoryError(), KeyError("x" * 9000)])
def test_quarantine_never_fails(error: Exception) -> None:
    record = orjson.loads(quarantined("坏\udcff.txt", error))
    assert record["source"] == "坏\\udcff.txt"
    assert 0 < len(record["message"]) <= 2000
