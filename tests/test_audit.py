"""The audit catches each way of breaking promise 1, and lets pass what keeps it."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from conftest import RAW, MakePage, article_of, find, plain_article
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import audit
from pipeline.document import Page, Removal
from pipeline.errors import LawBroken
from pipeline.text import NOWHERE, Change, Edit, Text, join


def edited(make_page: MakePage, raw: str, edits: list[Edit]) -> Page:
    """The page of one paragraph that these edits make of the raw text."""
    text, changes = Text.source(raw).apply(edits)
    return make_page(raw, [plain_article(text)], changes=changes)


def broken(page: Page) -> str:
    with pytest.raises(LawBroken) as caught:
        audit(page)
    assert caught.value.stage == "audit"
    return str(caught.value)


def test_a_page_in_order_passes(make_page: MakePage) -> None:
    audit(make_page())


def test_an_empty_page_passes(make_page: MakePage) -> None:
    audit(make_page("", []))
    audit(make_page(" \n，。\n", []))


def test_lost(make_page: MakePage) -> None:
    message = broken(make_page(removals=[]))
    assert message == "桥.txt: lost: “第5版” (3 characters), first at offset 0, line 1"


@pytest.mark.parametrize("field", ["kicker", "title", "subtitle"])
def test_lost_from_each_field(make_page: MakePage, field: str) -> None:
    assert "lost" in broken(make_page(articles=[replace(article_of(), **{field: Text.made("")})]))


@pytest.mark.parametrize("field", ["bylines", "sections", "captions"])
def test_lost_from_each_list(make_page: MakePage, field: str) -> None:
    assert "lost" in broken(make_page(articles=[replace(article_of(), **{field: ()})]))


def test_doubled(make_page: MakePage) -> None:
    article = article_of()
    twice = replace(article, captions=(*article.captions, find(RAW, "图为")))
    assert "doubled: “图为” (2 characters), first at offset 55, line 9" in broken(make_page(articles=[twice]))


def test_kept_and_removed_is_doubled(make_page: MakePage) -> None:
    removals = [Removal(find(RAW, words), "noise", "x") for words in ("第5版", "夸")]
    assert "doubled: “夸”" in broken(make_page(removals=removals))


def test_made_up(make_page: MakePage) -> None:
    article = replace(article_of(), captions=(find(RAW, "图为大桥") + Text.made("甲"),))
    assert "made up: “甲” (1 characters)" in broken(make_page(articles=[article]))


def test_marks_may_be_made(make_page: MakePage) -> None:
    article = article_of()
    audit(make_page(articles=[replace(article, captions=(article.captions[0] + Text.made("。"),))]))


def test_changed_without_entry(make_page: MakePage) -> None:
    article = replace(article_of(), captions=(find(RAW, "图为大桥").with_chars("图为大轿"),))
    assert "“桥” became “轿” without a ledger entry, first at offset 58, line 9" in broken(
        make_page(articles=[article])
    )


def test_an_origin_behind_the_end(make_page: MakePage) -> None:
    assert "behind the end" in broken(make_page("甲", [plain_article(Text.source("甲乙")[1:])]))


def test_compatible_characters_are_the_same(make_page: MakePage) -> None:
    text = Text.source("Ａ１，乙")
    audit(make_page(text.chars, [plain_article(text.with_chars("A1,乙"))]))


def test_what_the_ledger_says(make_page: MakePage) -> None:
    audit(
        edited(
            make_page,
            '他说"後來"。',
            [Edit(2, 3, "“", "quotes"), Edit(3, 5, "后来", "script"), Edit(5, 6, "”", "quotes")],
        )
    )


@pytest.mark.parametrize(
    ("raw", "edit"),
    [
        ("ﬃ卷", Edit(0, 1, "ffi", "normalise.ligature")),
        ("½米", Edit(0, 1, "1/2", "normalise.fraction")),
        ("⑴条", Edit(0, 1, "(1)", "normalise.number")),
        ("ä¸­æ–‡甲", Edit(0, 6, "中文", "repair.mojibake")),
        ("â€œ甲", Edit(0, 3, "“", "repair.mojibake")),
        ("甲&nbsp;乙", Edit(1, 7, " ", "markup.entity")),
        ("甲&lt;乙", Edit(1, 5, "<", "markup.entity")),
        ("甲<br>乙", Edit(1, 5, "\n", "markup.tag")),
        ("甲<br>乙", Edit(1, 5, "", "markup.tag")),
        ("甲 \u200b乙", Edit(1, 3, "", "repair.zero_width")),
        ("甲......乙", Edit(1, 7, "……", "normalise.ellipsis")),
    ],
)
def test_one_for_several(make_page: MakePage, raw: str, edit: Edit) -> None:
    page = edited(make_page, raw, [edit])
    audit(page)
    last = page.articles[0].sections[0].paragraphs[0][:-1]
    assert "lost" in broken(make_page(raw, [plain_article(last)], changes=page.document.changes))


@pytest.mark.parametrize(
    ("raw", "edit"),
    [("â€”甲", Edit(0, 3, "—", "repair.mojibake")), ("<br>甲", Edit(0, 4, "\n", "markup.tag"))],
)
def test_marks_that_looked_like_letters_may_go(make_page: MakePage, raw: str, edit: Edit) -> None:
    page = edited(make_page, raw, [edit])
    last = page.articles[0].sections[0].paragraphs[0][-1:]
    audit(make_page(raw, [plain_article(last)], changes=page.document.changes))


@pytest.mark.parametrize(
    "edit",
    [Edit(1, 4, "", "normalise.space"), Edit(1, 4, "。", "normalise.stop"), Edit(1, 2, "“", "normalise.quotes")],
)
def test_an_edit_can_not_make_words_vanish(make_page: MakePage, edit: Edit) -> None:
    assert "乙" in broken(edited(make_page, "甲乙丙丁戊", [edit]))


def test_characters_of_one_origin_may_be_parted(make_page: MakePage) -> None:
    page = edited(make_page, "ä¸­æ–‡", [Edit(0, 6, "中文", "repair.mojibake")])
    text = page.articles[0].sections[0].paragraphs[0]
    audit(make_page("ä¸­æ–‡", [plain_article(text[:1], text[1:])], changes=page.document.changes))
    three = plain_article(text[:1], text[1:], text[1:])
    assert "doubled" in broken(make_page("ä¸­æ–‡", [three], changes=page.document.changes))


def test_entries_from_nowhere_excuse_nothing(make_page: MakePage) -> None:
    changes = [Change(NOWHERE, NOWHERE, "", "甲乙", "repair.x")]
    assert "lost" in broken(make_page("甲乙", [plain_article(Text.source("甲乙")[:1])], changes=changes))


@given(st.text(alphabet="甲乙1a，\n 𠮷", max_size=40), st.data())
def test_any_one_letter_lost_or_doubled_is_caught(raw: str, data: st.DataObject) -> None:
    from conftest import page_of

    text = Text.source(raw)
    cut = data.draw(st.integers(0, len(raw)))
    moved = join([text[cut:], text[:cut]], "\n")
    audit(page_of(raw, [plain_article(moved)]))
    letters = [at for at, char in enumerate(raw) if char.isalnum()]
    if letters:
        at = data.draw(st.sampled_from(letters))
        assert "lost" in broken(page_of(raw, [plain_article(text[:at], text[at + 1 :])]))
        assert "doubled" in broken(page_of(raw, [plain_article(text, text[at : at + 1])]))


def test_a_million_characters_take_no_time(make_page: MakePage) -> None:
    raw = "第五版报道,大桥昨日通车。" * 77_000
    text, changes = Text.source(raw).apply([Edit(at, at + 1, "，", "width") for at in range(5, len(raw), 13)])
    page = make_page(raw, [plain_article(*(text[at : at + 130] for at in range(0, len(raw), 130)))], changes=changes)
    audit(page)
    start = process_time()
    audit(page)
    assert process_time() - start < 2  # it takes about 0.1 s: this only keeps out loops over characters
