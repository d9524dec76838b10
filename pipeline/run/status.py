"""Looking at an output without touching it: what state it is in, and what is in quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from pipeline.run import receipts
from pipeline.run.formats import lines
from pipeline.run.lock import holder
from pipeline.run.receipts import Counts
from pipeline.run.views import viewed

_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an output, from its receipts."""

    out: str | Path
    parts: int  # done and whole
    broken: tuple[str, ...]  # parts that the next run will do again, each with the reason
    inputs: int
    counts: Counts
    leftovers: int  # files that a run which was killed left beside
    running: int | None  # the process id of the run that is at work

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left over from a run that was killed, and none is at work."""
        return not self.broken and not self.leftovers and self.running is None

    def as_dict(self) -> dict[str, object]:
        """All of it for a program."""
        return {
            "out": str(self.out),
            "complete": self.is_complete,
            "running": self.running,
            "parts": self.parts,
            "broken": list(self.broken),
            "leftovers": self.leftovers,
            "inputs": self.inputs,
            "counts": dict(self.counts),
        }

    def as_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def lines(self) -> list[str]:
        """All of it for people."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.running is not None:
            yield f"process {self.running} is writing to it"
        counts = self.counts
        yield f"{self.parts} parts done, from {self.inputs} inputs"
        yield (
            f"{counts.get('documents', 0)} documents: {counts.get('cleaned', 0)} cleaned,"
            f" {counts.get('quarantined', 0)} in quarantine"
        )
        yield f"{counts.get('articles', 0)} articles, {counts.get('sections', 0)} sections"
        yield from self.broken
        if self.leftovers and self.running is None:
            yield f"{self.leftovers} files left by a run that was killed; the next run removes them"
        if not self.is_complete and self.running is None:
            yield "A run was broken off, or files were changed. Run again: what is done stays done."


def status(out: str | Path) -> Status:
    """The state of an output, in a folder or a bucket. Raises ConfigError where no run wrote it."""
    with viewed(out) as view:
        layout = view.layout
        broken: list[str] = []
        counts: Counts = {}
        parts = inputs = 0
        for part, files in layout.there():
            head = receipts.read_head(layout.receipt(part))
            if head is None:
                broken.append(f"part {part}: has no receipt that can be read")
            elif not receipts.intact(layout.root, layout.receipt(part), head, files):
                broken.append(f"part {part}: its files are not those of its receipt")
            else:
                parts += 1
                inputs += head.inputs
                receipts.add(counts, head.counts)
        return Status(out, parts, tuple(broken), inputs, counts, view.leftovers, holder(layout.lock))


@dataclass(frozen=True, slots=True)
class Failure:
    """A document in quarantine."""

    source: str
    stage: str
    error: str
    message: str
    document_sha256: str


@dataclass(slots=True)
class Group:
    """The failures of one stage and one error: how many, and the first of them."""

    stage: str
    error: str
    number: int = 0
    examples: list[Failure] = field(default_factory=list)


def quarantine(out: str | Path) -> Iterator[Failure]:
    """The documents in quarantine, part by part. Raises ConfigError where no run wrote the output."""
    with viewed(out) as view:
        for path in view.layout.files():
            if path.parent.name == "quarantine":
                with view.fetched([path]):
                    for line in lines(path):
                        yield Failure(**orjson.loads(line))


def grouped(failures: Iterable[Failure]) -> list[Group]:
    """The failures by stage and error, the most frequent first."""
    groups: dict[tuple[str, str], Group] = {}
    for failure in failures:
        group = groups.setdefault((failure.stage, failure.error), Group(failure.stage, failure.error))
        group.number += 1
        if len(group.examples) < _EXAMPLES:
            group.examples.append(failure)
    return sorted(groups.values(), key=lambda group: (-group.number, group.stage, group.error))
