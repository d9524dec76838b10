"""How large the review page is, and how fast its overview opens, with many documents.

    python -m benchmarks.review_page OUT [--documents 10000] [--times 5]

OUT is an output of a run whose inputs are still there. Its documents are listed again and again, each under a name of
its own, until there are as many as asked for; each has one page. Times are medians, taken in headless Chromium from
disk: `painted` is the first content on the screen, `ready` is when the list can be used.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from pipeline.corrections import Corrections
from pipeline.review import report as review
from pipeline.review.documents import name_of
from pipeline.review.originals import listed, output
from pipeline.run.views import View

ASK = """() => ({ painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
                  ready: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd })"""
FILTER = """() => { const started = performance.now(); document.getElementById('search').value = '1';
                    document.getElementById('filters').dispatchEvent(new Event('input')); return performance.now() - started; }"""


def build(out: Path, target: Path, documents: int) -> None:
    """Write the review page of OUT with its documents listed again and again."""
    of = output(out)
    with listed(of) as listing:
        for folder in ("documents", "list"):
            (target / folder).mkdir(parents=True)
        job = review._Job(View(str(out), of.layout), listing, target, Corrections())
        known = [one for part in of.layout.parts() for one in review._part(job, part)]
    many = islice(cycle(known), documents)
    named = (
        replace(one, source=f"{k:05d}/{one.source}", name=name_of(f"{k}{one.source}")) for k, one in enumerate(many)
    )
    review.write_overview(of, target, [named])


def main() -> None:
    """Build and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        target = Path(name) / "report"
        build(asked.out, target, asked.documents)
        sizes = {path.relative_to(target): path.stat().st_size for path in target.rglob("*") if path.is_file()}
        pages = sorted(size for path, size in sizes.items() if path.parts[0] == "documents")
        print(
            f"{asked.documents} documents; overview {sizes[Path('index.html')]} bytes; largest file {max(sizes.values())} bytes"
        )
        listed_in = sum(size for path, size in sizes.items() if path.parts[0] == "list")
        print(f"list {listed_in} bytes; pages of {median(pages):.0f} bytes, at most {pages[-1]}")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        found: dict[str, list[float]] = {"painted": [], "ready": [], "filtered": []}
        for _ in range(asked.times):
            page = browser.new_page()
            page.goto((target / "index.html").as_uri())
            page.wait_for_timeout(500)
            for key, value in {**page.evaluate(ASK), "filtered": page.evaluate(FILTER)}.items():
                found[key].append(value)
            page.close()
        print(", ".join(f"{key} {median(values):.0f} ms" for key, values in found.items()))
        browser.close()


if __name__ == "__main__":
    main()
