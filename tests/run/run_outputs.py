"""What a run left, for tests. Not in conftest.py: there is another of that name above."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.run.report import Report

Run = Callable[..., Report]


def tree(out: Path) -> dict[str, bytes | None]:
    """Every file and folder of an output, by name."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(out.rglob("*"))
    }


def records(out: Path, kind: str = "articles") -> list[dict[str, Any]]:
    """All records of one kind."""
    return list(_records(out, kind))


def _records(out: Path, kind: str) -> Iterator[dict[str, Any]]:
    for path in sorted((out / kind).glob("*")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)
