"""The overview and the list of documents in a real browser."""

from __future__ import annotations

import json

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def sources(page):
    return page.locator("#rows .source").all_inner_texts()


def test_the_figures_are_those_of_the_run(tab):
    page = tab.overview()
    counts = json.loads((tab.folder.parent / "manifest.json").read_bytes())["counts"]
    shown = [text.replace(",", "") for text in page.locator(".figures dd").all_inner_texts()]
    expected = [counts[key] for key in ("documents", "articles", "sections", "quarantined", "kept")]
    assert shown[:5] == [str(number) for number in expected]
    assert int(shown[5]) == sum(number for key, number in counts.items() if key.startswith("removed."))
    assert page.locator(".chart svg").count() == 3


def test_the_list_has_all_documents_the_least_sure_first(tab):
    page = tab.overview()
    assert page.locator("#rows tr").count() == 14
    assert page.locator("#count").inner_text() == "14 of 14"
    sure = [float(text) for text in page.locator("#rows td.sure").all_inner_texts() if text]
    assert sure == sorted(sure)


def test_the_list_is_filtered(tab):
    page = tab.overview()
    page.fill("#search", "columns")
    assert sources(page) == ["02-columns-cut.txt"]
    page.fill("#search", "连心桥 CUT")
    assert sources(page) == ["02-columns-cut.txt"]
    page.fill("#search", "no such document")
    assert page.locator("#none").is_visible()
    page.fill("#search", "")
    page.select_option("#state", "quarantined")
    assert sources(page) == ["scan.txt"]
    page.select_option("#state", "")
    page.fill("#rule", "correction.join")
    assert sources(page) == ["02-columns-cut.txt"]


def test_the_list_is_sorted(tab):
    page = tab.overview()
    page.select_option("#sort", "source")
    assert sources(page) == sorted(sources(page))
    page.select_option("#sort", "removed")
    removed = [int(row.locator(".amount").nth(1).inner_text()) for row in page.locator("#rows tr").all()]
    assert removed == sorted(removed, reverse=True)
    assert removed[0] > removed[-1]


def test_a_rule_of_the_table_filters_the_list(tab):
    page = tab.overview()
    page.locator("#all-rules summary").click()
    page.locator("#all-rules button", has_text="correction.join").click()
    assert sources(page) == ["02-columns-cut.txt"]


def test_what_failed_is_told(tab):
    page = tab.overview()
    text = page.locator(".messages").all_inner_texts()
    assert any("there is nothing on line 20" in one for one in text)
    assert any("scan.txt" in one and "extract its text first" in one for one in text)


def test_keys(tab):
    page = tab.overview()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement?.id") == "search"
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    first, second = page.locator("#rows a").nth(0), page.locator("#rows a").nth(1)
    assert first.evaluate("one => one === document.activeElement")
    page.keyboard.press("j")
    assert second.evaluate("one => one === document.activeElement")
    page.keyboard.press("k")
    assert first.evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_selector(".reading")
    page.wait_for_load_state("load")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_selector("#rows tr")
    page.wait_for_load_state("load")
    assert page.locator("#search").input_value() == "0"


def test_the_interface_is_chinese_or_english(open_tab):
    page = open_tab(locale="zh-CN").overview()
    assert page.locator("#list-title").inner_text().startswith("全部文档")
    assert page.locator("#search").get_attribute("placeholder") == "搜索来源或标题"
    page.locator("[data-do=language]").click()
    assert page.locator("#list-title").inner_text().startswith("All documents")
    page.reload()
    assert page.locator("#list-title").inner_text().startswith("All documents")
    assert page.locator("html").get_attribute("lang") == "en"


def test_light_and_dark(open_tab):
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light, dark = (open_tab(color_scheme=scheme).overview() for scheme in ("light", "dark"))
    assert light.evaluate(colour) != dark.evaluate(colour)
    light.locator("[data-do=theme]").click()
    assert light.evaluate(colour) == dark.evaluate(colour)


def test_on_a_phone_nothing_runs_over_the_edge(open_tab):
    tab = open_tab(**PHONE)
    for page in (tab.overview(), tab.document("02-columns-cut.txt")):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_least_sure_are_listed(open_tab):
    page = open_tab(java_script_enabled=False).overview()
    assert page.locator("#rows tr").count() == 13
    page.locator("#rows a", has_text="02-columns-cut.txt").click()
    assert "连心桥修桥记" in page.locator(".reading .title").inner_text()
