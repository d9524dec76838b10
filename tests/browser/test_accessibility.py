"""No serious fault of accessibility, as axe-core finds them, on any page in any form."""

from __future__ import annotations

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

FORMS = {
    "desk, light, English": {"color_scheme": "light"},
    "phone, dark, Chinese": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "zh-CN"},
}


def faults(page):
    found = axe.Axe().run(page, options={"preload": False}).response["violations"]
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_serious_fault(open_tab, form):
    tab = open_tab(**FORMS[form], bypass_csp=True)  # axe puts its own script into the page
    page = tab.overview()
    page.locator("#all-rules summary").click()
    assert faults(page) == []
    page = tab.document("02-columns-cut.txt")
    page.locator(".reading .body").nth(3).click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_timeout(300)
    assert faults(page) == []
    assert faults(tab.document("scan.txt")) == []
