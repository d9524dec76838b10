"""What the tests of runs share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import pipeline.run
from pipeline.run.options import RunOptions
from pipeline.run.report import Report
from run import run_fakes
from run.run_outputs import Run


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of twelve pages, some in folders below."""
    folder = tmp_path / "pages"
    for number in range(12):
        path = folder / ("" if number % 3 else "1954/09") / f"{number:02d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"第{number}版\n{'remove' if number % 4 == 0 else '正文'}\n", encoding="utf-8")
        os.utime(path, ns=(0, 10**18 + number))
    return folder


@pytest.fixture
def run(tmp_path: Path, pages: Path) -> Run:
    """Run over the pages, in this process unless told otherwise."""

    def call(*inputs: str | Path, out: Path | str | None = None, mark: str = "a", **wishes: Any) -> Report:
        options = wishes.pop("options", {})
        settings = run_fakes.FakeSettings(mark=mark, run=RunOptions(**{"parts": 4, **options}))
        wishes = {"workers": 0, "make_cleaner": run_fakes.make, **wishes}
        named = [str(one) for one in inputs] or ([] if wishes.get("files_from") else [str(pages)])
        return pipeline.run.run(named, out or tmp_path / "out", settings, **wishes)

    return call
