"""Which files a run reads: files, folders and globs become `Found`, each with a source of its own.

In: what the command line names. Out: one `Found` a file, in no order, and in `Skipped` what was passed over and why.
The source is the path below the input root: the folder that was named, the fixed part of a glob, for a single file the
folder it stands in, for a line of `--files-from` the current folder, or `/` where the file is not below that. What is in
buckets is found by buckets.py.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run import buckets, stores
from pipeline.run.buckets import Place
from pipeline.run.found import Found
from pipeline.run.names import (
    ARCHIVES,
    COLUMNS,
    PACKED,
    PLAIN,
    ROWS,
    expanded,
    is_read,
    passed_over,
    printable,
    source_of,
)
from pipeline.run.skipped import Skipped

READ_SUFFIXES: Final = (
    f"{' '.join((*PLAIN, *ROWS, *ARCHIVES, *COLUMNS))}, all but .zip and .parquet also with {' '.join(PACKED)}"
)
STDIN: Final = "-"

_LINK: Final = "link (run.follow_links is off)"


@dataclass(frozen=True, slots=True)
class Root:
    """A path to read, and the folder that the sources under it are relative to."""

    path: str
    base: str
    is_named: bool = True  # by the user, and not found by a glob


@dataclass(frozen=True, slots=True)
class Named:
    """All roots; `stdin` is the file that standard input is to be put in, "" where it is not read."""

    roots: tuple[Root, ...]
    files_from: Path | None = None
    stdin: str = ""
    places: tuple[Place, ...] = ()  # in buckets
    out: str = ""  # the address of the output, where it is in a bucket


def named(names: Sequence[str], out: Path, files_from: Path | None, spool: str, address: str = "") -> Named:
    """The roots that the user named.

    Raises ConfigError for a name that is not there, can't be listed, or lies in the output.
    """
    real_out = os.path.realpath(out)
    names = [stores.without_file(name) for name in names]
    remote = tuple(buckets.place(name, address) for name in names if stores.is_uri(name))
    roots = [root for name in names if name != STDIN and not stores.is_uri(name) for root in _roots(name, real_out)]
    if files_from is not None and not files_from.is_file():
        raise ConfigError(f"{files_from}: there is no such list of files. Check the path.")
    return Named(tuple(roots), files_from, spool if STDIN in names else "", remote, address.rstrip("/"))


def remembered(names: Sequence[str], files_from: Path | None) -> bytes:
    """What the user named, for those who want to read it again (`pipeline report`): absolute, since they may be elsewhere."""
    paths = [name if name == STDIN or stores.is_uri(name) else os.path.abspath(name) for name in names]  # noqa: PTH100 - keeps links
    listed = str(files_from.absolute()) if files_from else ""
    known = {"inputs": paths, "files_from": listed, "folder": str(Path.cwd())}
    return json.dumps(known, ensure_ascii=True, indent=1).encode() + b"\n"


def find(named: Named, out: Path, skipped: Skipped, *, follow_links: bool) -> Iterator[Found]:
    """All files under the roots that can be read; the output is left out where it lies among them."""
    walk = _Walk(os.path.realpath(out), skipped, follow_links)
    for root in named.roots:
        yield from walk.root(root)
    if named.files_from is not None:
        for are_remote, names in groupby(map(stores.without_file, _listed(named.files_from)), stores.is_uri):
            if are_remote:
                yield from buckets.listed(names, skipped)
                continue
            for name in names:
                yield from walk.listed(name)
    for place in named.places:
        yield from buckets.find(place, skipped, named.out)
    if named.stdin:
        os.utime(named.stdin, ns=(0, 0))  # so that the receipt does not depend on when it was read
        yield Found("stdin", os.path.realpath(named.stdin), Path(named.stdin).stat().st_size, 0)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through the roots. Paths are real ones, without a link; names are what stands below the input root."""

    out: str
    skipped: Skipped
    follow_links: bool

    def root(self, root: Root) -> Iterator[Found]:
        """What was named by the user: a link is followed, since it was asked for."""
        path = os.path.realpath(root.path)
        name = "" if root.path == root.base else _below(root.path, root.base)
        if not root.is_named and Path(root.path).is_symlink() and not self.follow_links:
            self.skipped.add(_LINK, name)
        elif Path(path).is_dir():
            yield from self.folder(path, name)
        elif not Path(path).is_file():
            self.skipped.add("no regular file", name)
        elif is_read(name):
            yield _found(path, name)
        else:
            self.skipped.add(passed_over(name), name)

    def listed(self, name: str) -> Iterator[Found]:
        """A line of a list. One that leads nowhere is found all the same: reading it will say so, in quarantine."""
        path = os.path.abspath(name)  # noqa: PTH100 - Path.resolve follows links, Path.absolute keeps ..
        here = str(Path.cwd())
        base = here if path.startswith(f"{here}/") else "/"
        if os.path.lexists(path):
            yield from self.root(Root(path, base))
        else:
            yield _found(path, _below(path, base))

    def folder(self, top: str, name: str) -> Iterator[Found]:
        """What is in a folder and those below it. Each waiting folder knows those above it, to see a loop of links."""
        waiting: list[tuple[str, str, tuple[tuple[int, int], ...]]] = [(top, name, ())]
        while waiting:
            path, name, above = waiting.pop()
            try:
                own = Path(path).stat()
                entries = sorted(os.scandir(path), key=lambda entry: entry.name)
            except OSError:  # it can't be opened either, so quarantine tells of it
                yield _found(path, name or path.rsplit("/", 1)[1])
                continue
            here = (own.st_dev, own.st_ino)
            if here in above:
                self.skipped.add("link that leads back to a folder above it", name)
                continue
            for entry in entries:
                below = f"{name}/{entry.name}" if name else entry.name
                if self._is_folder(entry):
                    waiting.append((entry.path, below, (*above, here) if self.follow_links else ()))
                elif not self._is_passed_over(entry, below):
                    yield _found(entry.path, below)

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        """Whether this is a folder to go into; the output is none."""
        if entry.name.startswith((".", "_")) or not entry.is_dir(follow_symlinks=self.follow_links):
            return False
        return os.path.realpath(entry.path) != self.out

    def _is_passed_over(self, entry: os.DirEntry[str], name: str) -> bool:
        """Whether this is not to be read; then it is noted, all but the output."""
        if entry.name.startswith((".", "_")):
            self.skipped.add("hidden, or its name begins with _", name)
        elif entry.is_symlink() and not self.follow_links:
            self.skipped.add(_LINK, name)
        elif entry.is_dir():
            return True
        elif not is_read(entry.name):
            self.skipped.add(passed_over(entry.name), name)
        elif not entry.is_file():
            self.skipped.add("no regular file", name)
        else:
            return False
        return True


def _roots(name: str, out: str) -> list[Root]:
    """The roots that one name stands for; a glob may stand for many. The output is left out where a glob finds it."""
    is_named = os.path.lexists(name)
    roots = [Root(path, base, is_named) for base, path in expanded(name)]
    if is_named:
        _check(roots[0].path, name, out)
    return [root for root in roots if not _is_within(root.path, out)]


def _check(path: str, name: str, out: str) -> None:
    """Raise ConfigError for a root that can't be read, or that lies in the output."""
    if _is_within(path, out):
        raise ConfigError(f"{printable(name)}: lies in the output {out}. Name another output with --out.")
    if Path(path).is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise ConfigError(f"{printable(name)}: can't be listed (permission denied).")


def _is_within(path: str, folder: str) -> bool:
    real = os.path.realpath(path)
    return real == folder or real.startswith(f"{folder.rstrip('/')}/")


def _listed(files_from: Path) -> Iterator[str]:
    """The names in a list, one a line, in any bytes; with NUL bytes between them where it holds any."""
    with files_from.open("rb") as file:
        mark = b"\0" if b"\0" in file.read(1 << 16) else b"\n"
        file.seek(0)
        rest = b""
        while chunk := file.read(1 << 16):
            *names, rest = (rest + chunk).split(mark)
            yield from (os.fsdecode(name.rstrip(b"\r\n")) for name in names if name.strip(b"\r\n"))
    if rest.strip(b"\r\n"):
        yield os.fsdecode(rest.rstrip(b"\r\n"))


def _below(path: str, base: str) -> str:
    return path[len(base.rstrip("/")) :].lstrip("/") or path.rsplit("/", 1)[1]


def _found(path: str, name: str) -> Found:
    try:
        seen = os.stat(path)  # noqa: PTH116 - a million of them
    except OSError:  # it vanished meanwhile, and reading it will say so
        return Found(source_of(name), path, -1, 0)
    if not stat.S_ISREG(seen.st_mode):
        return Found(source_of(name), path, -1, 0)
    return Found(source_of(name), path, seen.st_size, seen.st_mtime_ns)
