"""What a run has to do: the inputs that are there, held against the receipts.

Comes in: all `Found`, in any order. Goes out: a plan for each part, with the reasons. Only names, sizes and times are
compared; where just the time differs, the digest decides. The names of all inputs together may not fit into memory,
so they go to files, one a part, and are sorted and compared a part at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, TypeAlias

import orjson

from pipeline.errors import ConfigError
from pipeline.run import receipts
from pipeline.run.inputs import Found
from pipeline.run.layout import Layout
from pipeline.run.names import part_of
from pipeline.run.receipts import Counts, Head, Receipt, Row, Stamp, digest_of
from pipeline.run.shards import WHOLE, Share
from pipeline.run.stores import fetched, is_uri
from pipeline.run.work import name_in, name_out

_BUFFER: Final = 4096

Action: TypeAlias = Literal["keep", "touch", "work", "retire"]


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What to do with a part. `touch`: only times changed, so only the receipt is written anew."""

    part: int
    action: Action
    # added, changed, deleted, touched, retried: inputs; settings, code, options, corrections, outputs, full: 1
    reasons: Counts
    head: Head | None = None  # of the receipt that still holds
    listing: Path = Path()
    todo: int = 0  # inputs to read
    bytes: int = 0  # of these
    reuse: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for beyond what changed."""

    full: bool = False
    retry_quarantined: bool = False


class Listing:
    """The inputs by part, in files of a temporary folder."""

    def __init__(self, folder: Path, parts: int) -> None:
        self.folder, self.parts = folder, parts
        self.buffers: dict[int, list[bytes]] = {}
        self.count = self.waiting = self.names = 0

    def add_all(self, inputs: Iterable[Found]) -> None:
        """Put each input to its part."""
        for found in inputs:
            row = orjson.dumps([found.source, name_out(found.path), found.size, found.mtime_ns])
            self.buffers.setdefault(part_of(found.source, self.parts), []).append(row)
            self.count += 1
            self.names ^= int.from_bytes(sha256(row).digest(), "big")
            self.waiting += 1
            if self.waiting >= _BUFFER:
                self._flush()
        self._flush()

    @property
    def digest(self) -> str:
        """Of all inputs with their sizes and times, in whatever order they were found."""
        return f"{self.names:064x}"

    def path(self, part: int) -> Path:
        """The file of a part."""
        return self.folder / f"{part:05d}"

    def used(self) -> list[int]:
        """The parts that have inputs."""
        return sorted(int(path.name) for path in self.folder.iterdir())

    def sorted(self, part: int) -> list[Found]:
        """The inputs of a part by source. Raises ConfigError where two files have one source."""
        rows = sorted(orjson.loads(line) for line in self.path(part).read_bytes().splitlines())
        inputs: list[Found] = []
        for source, path, size, mtime_ns in rows:
            found = Found(source, name_in(path), size, mtime_ns)
            if inputs and inputs[-1].source == source:
                _refuse_double(inputs[-1], found)
                continue
            inputs.append(found)
        return inputs

    def write(self, part: int, inputs: list[Found], holding: frozenset[str]) -> None:
        """Write the sorted inputs of a part for the worker, each with the word whether its records still hold."""
        rows = (orjson.dumps([f.source, name_out(f.path), f.size, f.mtime_ns, f.source in holding]) for f in inputs)
        self.path(part).write_bytes(b"\n".join(rows))

    def _flush(self) -> None:
        for part, rows in self.buffers.items():
            with self.path(part).open("ab") as file:
                file.write(b"\n".join(rows) + b"\n")
        self.buffers.clear()
        self.waiting = 0


def plan(
    listing: Listing, layout: Layout, stamp_of: Callable[[int], Stamp], wishes: Wishes, share: Share = WHOLE
) -> Iterator[PartPlan]:
    """The plan of each part of a share, and of each that is in the output but has no input any more."""
    used = [part for part in listing.used() if share.has(part)]
    lying = {part: paths for part, paths in layout.lying().items() if share.has(part)}
    for part in used:
        yield _part(part, listing, layout, stamp_of(part), wishes, lying.get(part, []))
    for part in sorted({*filter(share.has, layout.parts()), *lying} - set(used)):
        receipt = receipts.read(layout.receipt(part))
        yield PartPlan(part, "retire", {"deleted": receipt.head.inputs if receipt else 0})


def _part(part: int, listing: Listing, layout: Layout, stamp: Stamp, wishes: Wishes, lying: list[Path]) -> PartPlan:
    inputs = listing.sorted(part)
    receipt = receipts.read(layout.receipt(part))
    reasons = _reasons(receipt, layout, stamp, wishes, lying)
    if receipt is None or reasons:
        listing.write(part, inputs, frozenset())
        everything = sum(max(found.size, 0) for found in inputs)
        reasons = reasons or {"added": len(inputs)}
        return PartPlan(part, "work", reasons, None, listing.path(part), len(inputs), everything)
    changes, holding = _compared(inputs, receipt.rows, wishes)
    listing.write(part, inputs, holding)
    todo = [found for found in inputs if found.source not in holding]
    action: Action = "work" if set(changes) - {"touched"} else "touch" if changes else "keep"
    size = sum(max(found.size, 0) for found in todo)
    return PartPlan(part, action, changes, receipt.head, listing.path(part), len(todo), size, reuse=True)


def _reasons(receipt: Receipt | None, layout: Layout, stamp: Stamp, wishes: Wishes, lying: list[Path]) -> Counts:
    """Why a part as a whole has to be done again, if so."""
    if receipt is None:
        return {}
    if wishes.full:
        return {"full": 1}
    was = receipt.head.stamp
    pairs = {
        "settings": (was.settings, stamp.settings),
        "code": (was.code, stamp.code),
        "options": (was.options, stamp.options),
        "corrections": (was.corrections, stamp.corrections),
    }
    reasons = {name: 1 for name, (old, new) in pairs.items() if old != new}
    if not reasons and not receipts.intact(layout.root, layout.receipt(receipt.head.part), receipt.head, lying):
        reasons["outputs"] = 1
    return reasons


def _compared(inputs: list[Found], rows: Iterable[Row], wishes: Wishes) -> tuple[Counts, frozenset[str]]:
    """How the inputs differ from those of the receipt, and the sources whose records still hold."""
    known = {row.source: row for row in rows}
    changes: Counts = {}
    holding: set[str] = set()
    for found in inputs:
        word = _change(found, known.pop(found.source, None), wishes)
        if word:
            receipts.add(changes, {word: 1})
        if word in ("", "touched"):
            holding.add(found.source)
    if known:
        changes["deleted"] = len(known)
    return changes, frozenset(holding)


def _change(found: Found, row: Row | None, wishes: Wishes) -> str:
    if row is None:
        return "added"
    if not row.sha256 or (wishes.retry_quarantined and row.counts.get("quarantined", 0)):
        return "retried"
    if row.size != found.size:
        return "changed"
    if found.mtime_ns and row.mtime_ns == found.mtime_ns:
        return ""
    try:
        if is_uri(found.path):
            with fetched(found.path, found.mtime_ns) as path:
                is_same = digest_of(Path(path)) == row.sha256
        else:
            is_same = digest_of(Path(found.path)) == row.sha256
    except OSError:
        is_same = False
    if not is_same:
        return "changed"
    return "touched" if row.mtime_ns != found.mtime_ns else ""


def _refuse_double(one: Found, other: Found) -> None:
    """Two files must not have one source; the same file named twice is one file."""
    if Path(one.path).resolve() != Path(other.path).resolve():
        raise ConfigError(
            f"{one.path} and {other.path}: both would have the source {one.source}. Name a folder above both instead."
        )
