"""Takes the pictures of docs/: `python -m tests.browser.pictures`. The review page of the sample pages, as it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from pipeline.review.report import report
from pipeline.run import run
from pipeline.settings import Settings
from tests.browser.conftest import CHROMIUM, SEEDS

TARGET = SEEDS.parent / "docs" / "pictures"
SOURCE = "05-headings-behind.txt"
DESK = {"viewport": {"width": 1280, "height": 800}, "locale": "en"}
PHONE = {
    "viewport": {"width": 390, "height": 780},
    "locale": "zh-CN",
    "color_scheme": "dark",
    "has_touch": True,
    "is_mobile": True,
}


def main() -> None:
    """Make the review page, and a picture of each kind."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        os.chdir(name)
        run([str(SEEDS)], Path("out"), Settings(), workers=0)
        index = report(Path("out")).index.resolve().as_uri()
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        for picture, how in (("overview", DESK), ("document", DESK), ("phone", PHONE)):
            page = browser.new_context(**how).new_page()
            page.goto(index)
            if picture != "overview":
                page.locator("#rows a", has_text=SOURCE).click()
                page.wait_for_load_state("load")
                page.locator(".reading .field:has(.seam)").first.click()
                page.wait_for_timeout(800)
            page.screenshot(path=TARGET / f"{picture}.png")
        browser.close()


if __name__ == "__main__":
    main()
