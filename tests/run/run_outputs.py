"""What a run left, for tests. Not in conftest.py: there is another of that name above."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.run.report import Report
from pipeline.run.stores import Store

Run = Callable[..., Report]
SECRET = "do-not-print-me"  # of the server of S3


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


def held(store: Store | Path) -> dict[str, Any]:
    """What an output holds: every file of records by its plain name, the manifest without names, and what else lies there."""
    if isinstance(store, Path):
        names = [path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()]
        read: Callable[[str], bytes] = lambda name: (store / name).read_bytes()  # noqa: E731
    else:
        names, read = [one.name for one in store.objects()], store.read
    manifest = json.loads(read("_run/manifest.json"))
    outputs = {output["path"]: output for output in manifest.pop("outputs")}
    records = {}
    for name, output in outputs.items():
        data = read(name)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (output["sha256"], output["size"])
        plain = name.replace(f"-{output['sha256'][:16]}", "")
        records[plain] = data
    stray = {name for name in names if not name.startswith("_run/")} - set(outputs) - {"README.md"}
    assert not stray
    parts = sorted(name for name in names if name.startswith("_run/receipts/"))
    return {"records": records, "manifest": manifest, "card": read("README.md"), "parts": parts}
