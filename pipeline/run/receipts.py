"""Receipts: the small files that say that a part is done, and from what. Nothing else says it.

A receipt holds the stamp of what made the records (settings, code with its dictionaries, options of the run), each
input's size, time and digest with its counts and a digest of its corrections, and each output's size and digest. Its first
line is its head, which can be read alone. A receipt that can't be read counts as none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from pipeline.run_options import RunOptions

FORMAT: Final = 2

Counts: TypeAlias = dict[str, int]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the records depend on beside their inputs."""

    settings: str
    code: str
    options: str


@dataclass(frozen=True, slots=True)
class Row:
    """One input, or a piece of it, as it was read, and what came of it. Without a digest it is tried again."""

    source: str
    piece: int
    size: int
    mtime_ns: int
    sha256: str
    corrections: str  # a digest of those of its documents
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


def encode(part: int, stamp: Stamp, outputs: Iterable[Output], rows: Sequence[Row]) -> tuple[Head, bytes]:
    """A receipt as JSON, an input a line, and its head."""
    total: Counts = {}
    for row in rows:
        add(total, row.counts)
    inputs = sum(not row.piece for row in rows)
    head = Head(part, stamp, dict(sorted(total.items())), tuple(outputs), inputs)
    columns = list(head.counts)
    lines = b",\n".join(_row(row, columns) for row in rows)
    first = orjson.dumps({**_head(head), "columns": columns, "rows": []})
    return head, first.removesuffix(b"]}") + b"\n" + lines + b"\n]}\n"


def pack(head: Head) -> bytes:
    """A head as a line of JSON, without its line end."""
    return orjson.dumps(_head(head))


def unpack(line: bytes) -> Head:
    """The head that `pack` or the first line of a receipt holds. Raises ValueError, KeyError or TypeError where it is none."""
    content = orjson.loads(line if line.endswith(b"}") else line.rstrip(b"\n") + b"]}")
    if content["format"] != FORMAT:
        raise ValueError("another format")
    outputs = tuple(Output(**output) for output in content["outputs"])
    return Head(content["part"], Stamp(**content["stamp"]), content["counts"], outputs, content["inputs"])


def read_head(path: Path) -> Head | None:
    """The head of a receipt, or None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return unpack(file.readline())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read(path: Path) -> Receipt | None:
    """A receipt, or None where there is none that can be read."""
    try:
        data = path.read_bytes()
        content: dict[str, Any] = orjson.loads(data)
        columns = content["columns"]
        rows = tuple(
            Row(
                source,
                piece,
                size,
                mtime_ns,
                digest,
                pinned,
                dict(zip(columns, counts, strict=True)),
                array("I", lines),
            )
            for source, piece, size, mtime_ns, digest, pinned, counts, lines in content["rows"]
        )
        return Receipt(unpack(data.partition(b"\n")[0]), rows)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _head(head: Head) -> dict[str, object]:
    return {
        "format": FORMAT,
        "part": head.part,
        "stamp": head.stamp,
        "counts": head.counts,
        "outputs": head.outputs,
        "inputs": head.inputs,
    }


def _row(row: Row, columns: Sequence[str]) -> bytes:
    counts = [row.counts.get(column, 0) for column in columns]
    about = (row.size, row.mtime_ns, row.sha256, row.corrections)
    return orjson.dumps([row.source, row.piece, *about, counts, list(row.lines)])


def intact(root: Path, receipt: Path, head: Head, lying: int) -> bool:
    """Do the outputs lie there as the receipt says, and of the part no other files? `lying`: how many files it has there.

    A file changed after its receipt is hashed.
    """
    if lying != len(head.outputs):
        return False
    try:
        written = receipt.stat().st_mtime_ns
        for output in head.outputs:
            seen = (root / output.path).stat()
            if seen.st_size != output.size:
                return False
            if seen.st_mtime_ns > written and digest_of(root / output.path) != output.sha256:
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
