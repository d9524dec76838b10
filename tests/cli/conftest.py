"""Each test stands in an empty folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.called import SEEDS


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of two small pages."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("01-lost-indents.txt", "12-clean.txt"):
        (folder / name).write_bytes((SEEDS / name).read_bytes())
    return folder
