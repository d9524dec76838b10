"""The target: one input goes through reading, cleaning and writing, and what comes out is held against the promises."""

from __future__ import annotations

import json
import os
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import pipeline.run
from pipeline.run.cleaner import Cleaned, Cleaner, from_settings
from pipeline.run.documents import Reading, documents
from pipeline.run.inputs import Found
from pipeline.run.work import clean
from pipeline.run_options import RunOptions
from pipeline.schema import MODELS
from pipeline.settings import Settings
from pipeline.validate import validate

from .inputs import made

_MTIME: Final = 10**18  # long ago, so that nobody waits for the file to settle


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise. `key` is the same for findings of one kind."""

    what: str

    @property
    def key(self) -> str:
        """The words without what differs from input to input."""
        return re.sub(r"'[^']*'|\"[^\"]*\"|[\d\W]+", " ", self.what)[:90].strip()


@dataclass(slots=True)
class Target:
    """Puts inputs through the program, with a folder to write to; counts what became of them."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    settings: Settings = field(default_factory=lambda: Settings(run=RunOptions(parts=1, time_limit=20, document_mb=1)))

    cleaner: Cleaner = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "in").mkdir(parents=True, exist_ok=True)
        self.cleaner = from_settings(self.settings)

    def check(self, data: bytes) -> Finding | None:
        """What is wrong with what comes of this input, if anything."""
        self.counts["inputs"] += 1
        name, content = made(data)
        path = self.folder / "in" / name
        path.write_bytes(content)
        mtime = _MTIME + self.counts["inputs"]  # another one each time, or a run would take it for the file before it
        os.utime(path, ns=(mtime, mtime))
        try:
            cleaned = self._cleaned(Found(name, str(path), len(content), mtime))
            problems = [problem for one in cleaned for problem in _problems(one)]
            if not problems and blake2b(data).digest()[0] == 0:  # one in 256
                problems = list(self._run(cleaned))
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            problems = [f"uncaught {type(error).__name__} in {Path(frame.filename).name}, {frame.name}: {error}"]
        finally:
            path.unlink()
        return Finding(problems[0]) if problems else None

    def _cleaned(self, found: Found) -> list[Cleaned]:
        cleaned = [
            clean(one, self.cleaner, self.settings.run) for one in documents(found, self.settings.run, Reading())
        ]
        for one in cleaned:
            self.counts["quarantined" if "quarantine" in one.records else "cleaned"] += 1
        return cleaned

    def _run(self, cleaned: list[Cleaned]) -> Iterator[str]:
        """A run over the file gives the same records, and `validate` finds nothing wrong with them."""
        self.counts["runs"] += 1
        out = self.folder / "out"
        report = pipeline.run.run([str(self.folder / "in")], out, self.settings, workers=0)
        for kind in MODELS:
            written = b"".join(path.read_bytes() for path in sorted((out / kind).glob("*.jsonl")))
            if written != b"".join(line + b"\n" for one in cleaned for line in one.records.get(kind, ())):
                yield f"a run writes other {kind} than cleaning alone"
        yield from validate(out).problems
        if report.documents != len(cleaned):
            yield f"{len(cleaned)} documents in, {report.documents} counted"


def _problems(cleaned: Cleaned) -> Iterator[str]:
    """Records fit their schema; a document is cleaned, or in quarantine for a reason that its user can mend."""
    for kind, lines in cleaned.records.items():
        for line in lines:
            MODELS[kind].model_validate_json(line)
            if b"\n" in line:
                yield f"a record of {kind} holds a line end"
    quarantined = [json.loads(line) for line in cleaned.records.get("quarantine", ())]
    if bool(quarantined) == bool(cleaned.counts.get("cleaned")):
        yield "a document is neither cleaned nor in quarantine, or both"
    if bool(cleaned.counts.get("kept")) != bool(cleaned.records.get("articles")):
        yield "characters are kept, but there is no article, or the other way round"
    for record in quarantined:
        if record["error"] != "SourceError":
            yield f"{record['error']} in {record['stage']}: {record['message']}"
        elif not record["message"].startswith(record["source"]) or not record["message"].endswith((".", "?")):
            yield f"a message that does not help: {record['message']}"
