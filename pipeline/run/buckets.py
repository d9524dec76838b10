"""What there is to read in buckets: below an address, what a glob of one matches, or what a list names line by line.

The source is the name below the address, or below the fixed part of a glob; for a line of a list, bucket and name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from glob import has_magic
from itertools import islice
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run import stores
from pipeline.run.found import Found
from pipeline.run.names import is_read, passed_over, source_of
from pipeline.run.skipped import Skipped
from pipeline.run.stores import Object, Store

_AT_ONCE: Final = 16  # objects of a list that are asked for side by side
_BATCH: Final = 256
_WILD: Final = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^]]+\]")


@dataclass(frozen=True, slots=True)
class Place:
    """An address to read below; of a glob its fixed part, and what the names below must match."""

    uri: str
    store: Store
    pattern: re.Pattern[str] | None = None


def place(uri: str, out: str) -> Place:
    """The place that an address or a glob of addresses names. Raises ConfigError where it can't be read, or is the output."""
    pieces = uri.split("/")
    wild = [at for at, piece in enumerate(pieces) if has_magic(piece)]
    if wild and wild[0] < 4:
        raise ConfigError(f"{uri}: has a wild card where the bucket or nothing stands. Give s3://bucket/folder/*.txt.")
    fixed = "/".join(pieces[: wild[0]]) if wild else uri
    store = stores.opened(fixed)
    if out and f"{store.uri}/".startswith(f"{out.rstrip('/')}/"):
        raise ConfigError(f"{store.uri}: lies in the output {out}. Name another output with --out.")
    stores.check(store, write=False)
    return Place(uri, store, re.compile(translated("/".join(pieces[wild[0] :]))) if wild else None)


def find(place: Place, skipped: Skipped, out: str) -> Iterator[Found]:
    """What is below a place, or the one object that it names; the output is left out.

    Raises ConfigError where a glob matches nothing.
    """
    store, matched = place.store, place.pattern is None
    for one in store.objects():
        uri = store.uri if store.uri.endswith(f"/{one.name}") and store.files.isfile(store.root) else ""
        if out and f"{store.uri}/{one.name}".startswith(f"{out}/"):
            continue
        if place.pattern and not place.pattern.fullmatch(one.name):
            continue
        matched = True
        if _is_read(one.name, skipped):
            yield Found(source_of(one.name), uri or f"{store.uri}/{one.name}", one.size, one.mtime_ns)
    if not matched:
        raise ConfigError(f"{place.uri}: matches no file.")


def listed(uris: Iterable[str], skipped: Skipped) -> Iterator[Found]:
    """The objects that the lines of a list name. One that is not there is found all the same: reading it will say so.

    Raises ConfigError for an address that is none, or whose bucket can't be read.
    """
    checked: set[str] = set()
    rest = iter(uris)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := [stores.opened(uri) for uri in islice(rest, _BATCH)]:
            for store in batch:
                bucket = store.root.strip("/").split("/")[0]
                if bucket not in checked:
                    stores.check(store, write=False)
                    checked.add(bucket)
            for store, one in zip(batch, pool.map(_looked, batch), strict=True):
                name = store.root.strip("/")
                if _is_read(name, skipped):
                    yield Found(source_of(name), store.uri, one.size, one.mtime_ns)


def _looked(store: Store) -> Object:
    try:
        return store.look()
    except OSError:
        return Object(store.root, -1, 0)


def _is_read(name: str, skipped: Skipped) -> bool:
    """Whether an object is read; else it is noted."""
    if any(piece.startswith((".", "_")) for piece in name.split("/")):
        skipped.add("hidden, or its name begins with _", name)
    elif not is_read(name):
        skipped.add(passed_over(name), name)
    else:
        return True
    return False


def translated(glob: str) -> str:
    """A glob as a regular expression: one that matches a folder matches all below it.

    >>> bool(re.fullmatch(translated("19*/**/*.txt"), "1954/09/a.txt")), bool(re.fullmatch(translated("*.txt"), "b/a.txt"))
    (True, False)
    """
    at, found = 0, []
    for wild in _WILD.finditer(glob):
        found += [re.escape(glob[at : wild.start()]), _wild(wild[0])]
        at = wild.end()
    return "".join([*found, re.escape(glob[at:])]).rstrip("/") + "(?:/.*)?"


def _wild(what: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return known.get(what) or f"[{'^' if what[1] == '!' else ''}{re.escape(what.strip('[]').lstrip('!'))}]".replace(
        r"\-", "-"
    )
