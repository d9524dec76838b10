"""The page of a document in a real browser: what lights up, what is offered, what can't happen."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.corrections import parsed
from pipeline.flow import read
from pipeline.settings import Settings

SEEDS = Path(__file__).parent.parent.parent / "seeds"
SOURCE = "02-columns-cut.txt"


def lit(page):
    """The numbers of the lines that are lit."""
    return [int(one.get_attribute("id")[1:]) for one in page.locator(".lines li.on").all()]


def is_seen(page, selector):
    return page.locator(selector).first.evaluate(
        """one => { const a = one.getBoundingClientRect(), b = one.closest('.pane').getBoundingClientRect();
                    return a.bottom > b.top && a.top < b.bottom; }"""
    )


def test_every_line_and_every_article_is_there(tab):
    page = tab.document(SOURCE)
    text = (SEEDS / SOURCE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip()]
    assert page.locator(".lines li:not(.blank) .text").all_inner_texts() == lines
    said = read((SEEDS / SOURCE).read_bytes(), SOURCE, Settings()).articles[0].title.chars
    assert page.locator(".reading .title").inner_text() == said


def test_a_stitched_paragraph_leads_to_its_lines_over_the_jump(tab):
    page = tab.document(SOURCE)
    page.locator(".reading .body", has_text="能伸进拳").hover()
    assert lit(page) == [26, 27, 28, 29, 39, 40]
    assert page.locator(".reading .on .seam").count() == 1


def test_a_line_leads_to_its_paragraph(tab):
    page = tab.document(SOURCE)
    page.locator("#L40 .text").scroll_into_view_if_needed()
    page.locator("#L40 [data-f]").hover()
    assert "能伸进拳" in page.locator(".reading .on").inner_text()
    page.wait_for_timeout(500)
    assert is_seen(page, ".reading .on")


def test_lines_that_are_far_scroll_into_view(open_tab):
    page = open_tab(viewport={"width": 1440, "height": 420}, reduced_motion="reduce").document(SOURCE)
    last = page.locator(".reading .body").last
    last.scroll_into_view_if_needed()
    assert not is_seen(page, "#L61")
    last.hover()
    assert is_seen(page, ".lines li.on")


def test_seams_tell_their_score(tab):
    page = tab.document("05-headings-behind.txt")
    scores = [float(text.split()[-1].lstrip("↷")) for text in page.locator(".seam").all_inner_texts()]
    assert scores
    pinned = tab.document(SOURCE).locator(".seam[data-pinned]")
    assert "set by a correction" in pinned.inner_text()


def test_removals_stand_with_their_reason_and_rule(tab):
    page = tab.document(SOURCE)
    assert page.locator(".removal").count() == 3
    page.locator(".removal .field", has_text="蔺桥周报").click()
    assert lit(page) == [2]
    assert page.locator("#facts").inner_text().split("\n")[1] == "furniture"


def test_a_click_tells_role_rule_and_place(tab):
    page = tab.document(SOURCE)
    page.locator("#L39 [data-f]").click()
    told = dict(zip(*[iter(page.locator("#facts").inner_text().split("\n"))] * 2, strict=True))
    assert (told["Role"], told["Rule"]) == ("body", "correction.join")
    page.keyboard.press("Escape")
    assert page.locator(".picked").is_hidden()


CORRECTIONS = [
    (21, "role", "", lambda went: went[21].endswith(".caption")),
    (39, "join", "29", lambda went: went[29] == went[39]),
    (19, "break", "", lambda went: went[18] != went[19]),
    (17, "order", "23", lambda went: [went[17][:-1], int(went[17][-1])] == [went[23][:-1], int(went[23][-1]) + 1]),
    (58, "heading", "23", lambda went: went[58] == went[23].rpartition(".")[0] + ".heading"),
    (58, "title", "", lambda went: went[58].endswith(".title")),
]


@pytest.mark.parametrize(("line", "kind", "other", "stands"), CORRECTIONS, ids=[kind for _, kind, *_ in CORRECTIONS])
def test_the_lines_to_paste_do_what_they_say(tab, line, kind, other, stands):
    page = tab.document(SOURCE)
    page.locator(f"#L{line} [data-f]").click()
    page.select_option("#kind", kind)
    if kind == "role":
        page.select_option("#role", "caption")
    if other:
        page.fill("#other", other)
    text = page.locator("#paste").inner_text()
    corrections = parsed(tomllib.loads(text), text, "corrections.toml").of(SOURCE)
    plain = read((SEEDS / SOURCE).read_bytes(), SOURCE, Settings())
    read_again = read((SEEDS / SOURCE).read_bytes(), SOURCE, Settings(), corrections)
    assert read_again.misfits == ()
    went = {fate.number: fate.went for fate in read_again.fates}
    rules = {fate.number: fate.rule for fate in read_again.fates}
    assert rules[line] == f"correction.{kind}"
    assert stands(went)
    assert not stands({fate.number: fate.went for fate in plain.fates})


def test_what_is_copied_is_what_stands_there(open_tab):
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])
    page = tab.document(SOURCE)
    page.locator("#L21 [data-f]").click()
    page.locator("[data-do=copy]").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").strip() == page.locator("#paste").inner_text().strip()


def test_keys_go_through_the_documents_in_the_order_of_the_list(tab):
    page = tab.overview()
    page.select_option("#sort", "source")
    order = page.locator("#rows .source").all_inner_texts()
    page.locator("#rows a", has_text=SOURCE).click()
    page.wait_for_selector(".reading")
    page.wait_for_load_state("load")
    at = order.index(SOURCE)
    for key, step in (("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        page.wait_for_function(
            "name => document.getElementById('source')?.dataset.source === name", arg=order[at + step]
        )
        page.wait_for_load_state("load")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement?.id === 'search'")


def test_paragraphs_are_reached_by_keyboard(tab):
    page = tab.document(SOURCE)
    page.locator(".reading .title").focus()
    assert lit(page) == [3]
    page.keyboard.press("Tab")
    assert lit(page)
    assert lit(page) != [3]
    page.keyboard.press("Enter")
    assert page.locator(".picked").is_visible()


def test_a_phone_shows_both_sides(open_tab):
    tab = open_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = tab.document(SOURCE)
    page.locator(".reading .body", has_text="能伸进拳").tap()
    assert lit(page) == [26, 27, 28, 29, 39, 40]
    page.wait_for_timeout(600)
    assert is_seen(page, ".lines li.on")
    assert is_seen(page, ".reading .on")
    assert page.locator("#facts").is_visible()


def test_a_title_that_is_a_script_is_harmless(tab):
    page = tab.document("a'\"&<b>x.txt")
    assert page.locator("#source").inner_text() == "a'\"&<b>x.txt"
    assert "<script>window.hit=1</script>" in page.locator(".raw").inner_text()
    assert page.locator("script:not([src]), img, b").count() == 0
    page.locator(".lines [data-f]").first.click()
    assert tomllib.loads(page.locator("#paste").inner_text())["correction"][0]["source"] == "a'\"&<b>x.txt"
    assert page.evaluate("window.hit") is None
    assert tab.overview().evaluate("window.hit") is None


def test_the_policy_refuses_what_is_not_ours(open_tab):
    tab = open_tab()
    for page in (tab.overview(), tab.document(SOURCE)):
        page.evaluate(
            """() => { const script = document.createElement('script'); script.textContent = 'window.hit = 1';
                       document.head.append(script); document.body.insertAdjacentHTML('beforeend',
                       '<img src="https://example.org/x.png" onerror="window.hit = 1">'); }"""
        )
        assert page.evaluate("window.hit") is None
    assert tab.wrong
    assert all("Content Security Policy" in one for one in tab.wrong)
    tab.wrong.clear()
    tab.asked.clear()


def test_motion_is_reduced_where_that_is_asked(open_tab):
    duration = "getComputedStyle(document.querySelector('.field')).transitionDuration"
    usual, calm = (open_tab(reduced_motion=how).document(SOURCE) for how in ("no-preference", "reduce"))
    assert (usual.evaluate(duration), calm.evaluate(duration)) == ("0.15s", "0s")


def test_a_document_in_quarantine_says_why(tab):
    page = tab.document("scan.txt")
    assert "extract its text first" in page.locator(".failure").inner_text()
