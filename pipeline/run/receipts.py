"""Receipts: the small files that say that a part is done, and from what. Nothing else says it.

A receipt holds the stamp of what made the records (settings, code with its dictionaries, options of the run), each
input's size, time and digest with its counts, and each output's size and digest. A receipt that can't be read counts
as none.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from pipeline.run.names import part_of
from pipeline.run.options import RunOptions

FORMAT: Final = 1

Counts: TypeAlias = dict[str, int]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the records depend on beside their inputs."""

    settings: str
    code: str
    options: str
    corrections: str = ""  # of the documents of this part


@dataclass(frozen=True, slots=True)
class Row:
    """One input as it was read, and what came of it. Without a digest it could not be read, and is tried again."""

    source: str
    size: int
    mtime_ns: int
    sha256: str
    counts: Mapping[str, int]
    lines: Sequence[int] = ()  # where it holds several documents: how many records of each kind each of them has


@dataclass(frozen=True, slots=True)
class Output:
    """A file of records: its name below the output folder, its size, digest and number of records."""

    path: str
    size: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Head:
    """A receipt without its inputs."""

    part: int
    stamp: Stamp
    counts: Counts
    outputs: tuple[Output, ...]
    inputs: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A whole receipt; the rows are in the order of their sources."""

    head: Head
    rows: tuple[Row, ...]


def add(total: Counts, counts: Mapping[str, int]) -> None:
    """Add counts to a total."""
    for name, number in counts.items():
        total[name] = total.get(name, 0) + number


def encode(part: int, stamp: Stamp, outputs: Iterable[Output], rows: list[Row]) -> tuple[Head, bytes]:
    """A receipt as JSON, an input a line, and its head."""
    total: Counts = {}
    for row in rows:
        add(total, row.counts)
    head = Head(part, stamp, dict(sorted(total.items())), tuple(outputs), len(rows))
    whole = {
        "format": FORMAT,
        "part": part,
        "stamp": stamp,
        "counts": head.counts,
        "outputs": head.outputs,
        "columns": list(head.counts),
        "inputs": [],
    }
    lines = b",\n".join(
        orjson.dumps(
            [
                row.source,
                row.size,
                row.mtime_ns,
                row.sha256,
                [row.counts.get(c, 0) for c in head.counts],
                list(row.lines),
            ]
        )
        for row in rows
    )
    return head, orjson.dumps(whole).removesuffix(b"]}") + b"\n" + lines + b"\n]}\n"


def read(path: Path) -> Receipt | None:
    """A receipt, or None where there is none that can be read."""
    try:
        content: dict[str, Any] = orjson.loads(path.read_bytes())
        if content["format"] != FORMAT:
            return None
        columns = content["columns"]
        rows = tuple(
            Row(source, size, mtime_ns, digest, dict(zip(columns, counts, strict=True)), array("I", lines))
            for source, size, mtime_ns, digest, counts, lines in content["inputs"]
        )
        outputs = tuple(Output(**output) for output in content["outputs"])
        head = Head(content["part"], Stamp(**content["stamp"]), content["counts"], outputs, len(rows))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Receipt(head, rows)


def intact(root: Path, receipt: Path, head: Head, present: Iterable[Path]) -> bool:
    """Do the outputs lie there as the receipt says, and no others? A file changed after its receipt is hashed."""
    expected = {output.path: output for output in head.outputs}
    if {path.relative_to(root).as_posix() for path in present} != set(expected):
        return False
    try:
        written = receipt.stat().st_mtime_ns
        for name, output in expected.items():
            seen = (root / name).stat()
            if seen.st_size != output.size:
                return False
            if seen.st_mtime_ns > written and digest_of(root / name) != output.sha256:
                return False
    except OSError:
        return False
    return True


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def stamp(settings: str, options: RunOptions, libraries: str = "") -> Stamp:
    """The stamp of a run with these settings (their fingerprint) and options, and the libraries that they need."""
    code = sha256(f"{code_digest()} {libraries}".encode()).hexdigest()[:16] if libraries else code_digest()
    return Stamp(settings, code, sha256(options.model_dump_json().encode()).hexdigest()[:16])


def stamps(whole: Stamp, corrected: Mapping[str, str], parts: int) -> Callable[[int], Stamp]:
    """The stamp of each part: that of the run, with the digests of the corrections of its own documents.

    A row or member `a.jsonl:7` is done with the part of its file; since a file may have a colon in its name, each
    beginning of a source counts.
    """
    by_part: dict[int, list[str]] = {}
    for source, digest in sorted(corrected.items()):
        pieces = source.split(":")
        for part in {part_of(":".join(pieces[: n + 1]), parts) for n in range(len(pieces))}:
            by_part.setdefault(part, []).append(f"{source}\0{digest}")
    digests = {part: sha256("\n".join(said).encode()).hexdigest()[:16] for part, said in by_part.items()}
    return lambda part: replace(whole, corrections=digests.get(part, ""))


@cache
def code_digest() -> str:
    """16 hex digits over every file of the package, its dictionaries and models."""
    digest = sha256()
    package = Path(__file__).parent.parent
    for path in sorted(_files(package)):
        digest.update(f"{path.relative_to(package).as_posix()}\0{digest_of(path)}\n".encode())
    return digest.hexdigest()[:16]


def _files(package: Path) -> Iterator[Path]:
    for path in package.rglob("*"):
        if path.parent.name != "__pycache__" and path.is_file() and not path.name.startswith("."):
            yield path
