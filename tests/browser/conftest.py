"""A review page of the sample pages and a few bad ones, and a browser that looks at it from disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.corrections import load
from pipeline.review.report import report
from pipeline.run import run
from pipeline.settings import Settings

SEEDS = Path(__file__).parent.parent.parent / "seeds"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "<script>window.hit=1</script><img src=x onerror=window.hit=1>\n\n本报讯 大桥昨日通车，两岸的老人走上桥头。\n"
STITCH = """
[[correction]]
source = "02-columns-cut.txt"
join = [29, 39]

[[correction]]
source = "02-columns-cut.txt"
role = "caption"
at = [20]
"""


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the review page."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copytree(SEEDS, folder / "pages")
    (folder / "pages" / "a'\"&<b>x.txt").write_text(HOSTILE, encoding="utf-8")
    (folder / "pages" / "scan.txt").write_bytes(b"%PDF-1.7\n\x00\xff")
    (folder / "corrections.toml").write_text(STITCH, encoding="utf-8")
    corrections = load(folder / "corrections.toml")
    run([str(folder / "pages")], folder / "out", Settings(), corrections=corrections, workers=0)
    return report(folder / "out", corrections).index.parent


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium of the system. Skips where there is none.

    Its loop of events ends with these tests: others, such as those of buckets, have their own.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (Debian: apt-get install chromium)")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


class Tab:
    """A page of the browser, with what went wrong on it and what it asked for."""

    def __init__(self, page: Any, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and self.wrong.append(message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def overview(self) -> Any:
        """Open the overview."""
        self.page.goto((self.folder / "index.html").as_uri())
        return self.page

    def document(self, source: str) -> Any:
        """Open the page of a document from the list."""
        self.overview().locator("#rows a", has_text=source).click()
        self.page.wait_for_selector(".reading")
        self.page.wait_for_load_state("load")
        return self.page


@pytest.fixture
def open_tab(browser: Any, pages: Path) -> Iterator[Any]:
    """Opens tabs, of a size, language, theme. At the end: nothing went wrong, and nothing was asked of the network."""
    contexts = []
    tabs = []

    def opened(**how: Any) -> Tab:
        how = {"viewport": {"width": 1440, "height": 900}, "locale": "en", **how}
        contexts.append(browser.new_context(**how))
        tabs.append(Tab(contexts[-1].new_page(), pages))
        return tabs[-1]

    yield opened
    for context in contexts:
        context.close()
    for tab in tabs:
        assert tab.wrong == []
        assert [url for url in tab.asked if not url.startswith(pages.as_uri() + "/")] == []


@pytest.fixture
def tab(open_tab: Any) -> Tab:
    """A tab of a desk's size, in English."""
    return open_tab()
