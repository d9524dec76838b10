r"""What a document is called and which part it goes to: both depend on its path below the input root alone.

A file name is bytes. Those that are UTF-8 stay as they are; a byte that is not, a control character and a backslash are
written as `\xff` and `\\`, so that a source can be written to JSON and turned back into the name.

>>> print(source_of("乡镇/a\udcff\\b.txt"))
乡镇/a\xff\\b.txt
>>> name_of(source_of("乡镇/a\udcff\\b.txt")) == "乡镇/a\udcff\\b.txt"
True
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigError

_ODD: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\\\\ud800-\udfff]")
_ESCAPED: Final = re.compile(rb"\\(?:x([0-9a-f]{2})|\\)")

PLAIN: Final = (".txt", ".md", ".text")
ROWS: Final = (".jsonl", ".ndjson")
COLUMNS: Final = (".parquet",)  # rows too, but read column by column, and packed inside
ARCHIVES: Final = (".zip", ".tar")
PACKED: Final = (".gz", ".bz2", ".xz", ".zst")
_LONGEST_SUFFIX: Final = 12
_SHORT: Final = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}


def source_of(name: str) -> str:
    """The source that stands for a path as `os.fsdecode` gives it."""
    return _ODD.sub(_escape, name)


def name_of(source: str) -> str:
    """The path, as `os.fsdecode` gives it, that a source stands for."""
    raw = _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else b"\\", source.encode())
    return raw.decode("utf-8", "surrogateescape")


printable = source_of  # a path in a message is written as a source is


def part_of(source: str, parts: int) -> int:
    """The part of a document, from its source alone.

    >>> part_of("01-lost-indents.txt", 16), part_of("01-lost-indents.txt", 1)
    (0, 0)
    """
    return int.from_bytes(sha256(source.encode()).digest(), "big") % parts


def suffixes(name: str) -> tuple[str, str]:
    """The suffix that says what a file holds and the one that says how it is packed, in small letters.

    >>> suffixes("a/b.TXT.gz"), suffixes("a/b.tgz"), suffixes("README")
    (('.txt', '.gz'), ('.tar', '.gz'), ('', ''))
    """
    base = name.rsplit("/", 1)[-1].lower()
    for short, long in _SHORT.items():
        if base.endswith(short):
            base = base.removesuffix(short) + long
    packed = next((suffix for suffix in PACKED if base.endswith(suffix)), "")
    stem = base.removesuffix(packed).lstrip(".")
    return (f".{stem.rsplit('.', 1)[1]}" if "." in stem else ""), packed


def is_read(name: str) -> bool:
    """Whether a file is one that a run reads, by its suffixes."""
    kind, packing = suffixes(name)
    if packing and kind in (".zip", *COLUMNS):
        return False
    return kind in (*PLAIN, *ROWS, *ARCHIVES, *COLUMNS)


def passed_over(name: str) -> str:
    """The reason to pass over a name, short, since there is a counter for each."""
    suffix = source_of(Path(name).suffix.lower())
    return f"suffix {suffix}" if 0 < len(suffix) <= _LONGEST_SUFFIX else "no known suffix"


def expanded(one: str) -> Iterator[tuple[str, str]]:
    """The paths that an argument stands for, each with its root: itself, or what a glob matches.

    The root of a folder is the folder, that of a file the folder it is in, that of a glob its part before the first
    wild card. A path that is named may be a link. Raises ConfigError where there is nothing.
    """
    if os.path.lexists(one):
        path = os.path.realpath(one)
        if not Path(path).exists():
            raise ConfigError(f"{printable(one)}: is a link to a place that is not there.")
        own = str(Path(one).absolute())
        yield (path, path) if Path(path).is_dir() else (str(Path(own).parent), own)
        return
    if not glob.has_magic(one):
        raise ConfigError(f"{printable(one)}: there is no such file or folder.")
    matches = sorted(glob.glob(one, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not matches:
        raise ConfigError(f"{printable(one)}: matches no file.")
    pieces = one.split("/")
    fixed = pieces[: next(at for at, piece in enumerate(pieces) if glob.has_magic(piece))]
    root = str(Path("/".join(fixed) or ("/" if one.startswith("/") else ".")).absolute())
    for match in _outermost(matches):
        yield root, str(Path(match).absolute())


def _outermost(matches: Iterable[str]) -> Iterator[str]:
    """Without what lies in a folder that matches too (`pages/**`)."""
    folders: set[str] = set()
    for match in matches:
        if any(str(parent) in folders for parent in Path(match).parents):
            continue
        if Path(match).is_dir():
            folders.add(str(Path(match)))
        yield match


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char == "\\":
        return "\\\\"
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
