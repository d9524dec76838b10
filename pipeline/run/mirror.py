"""An output in a bucket: its receipts as a folder on the disk, in which a run plans and sums up as it does on any other.

The mirror holds the small files of the output as they are, and each file of records as an empty one of the same size, since a
plan looks at no more. What the run changes in it (parts that went, times, card, manifest) is pushed to the bucket at
the end; records and their receipts are put there by the workers, each part from a folder of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run import layout as layouts
from pipeline.run import receipts
from pipeline.run.layout import KINDS, Layout
from pipeline.run.receipts import Head, Output, Receipt
from pipeline.run.shards import WHOLE, Share
from pipeline.run.stores import Object, Store

_AT_ONCE: Final = 16  # small files that are fetched side by side
_BATCH: Final = 256
_DIGITS: Final = 16  # of a digest, in the name of a file of records
_HELD: Final = "_run/held/"


@dataclass(frozen=True, slots=True)
class Held:
    """A part whose files are in the bucket, while its receipt waits there under another name (`--max-failures`)."""

    head: Head
    fresh: tuple[str, ...]  # the files that were put there for it
    stale: tuple[str, ...]  # those that they replace


@dataclass(slots=True)
class Mirror:
    """The output at hand, and what of it the bucket is known to hold."""

    store: Store
    layout: Layout
    small: dict[str, str] = field(default_factory=dict)  # name: digest
    records: set[str] = field(default_factory=set)

    def fill(self) -> None:
        """Fetch what a plan needs.

        Raises ConfigError where the place holds what no run wrote.
        """
        root = self.layout.root
        root.mkdir(parents=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            small = filter(None, map(self._placed, self.store.objects()))
            while batch := list(islice(small, _BATCH)):
                list(pool.map(lambda name: self.store.fetch(name, root / name), batch))
        try:
            layouts.check(root)
        except ConfigError as error:
            raise ConfigError(str(error).replace(str(root), self.store.uri)) from error
        self.small = dict(self._small())

    def _placed(self, one: Object) -> str:
        """Make an empty file for one of records; returns the name of any other, which is to be fetched."""
        path = self.layout.root / one.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if one.name.split("/")[0] not in KINDS and _is_small(one.name):
            return one.name
        with path.open("wb") as file:
            file.truncate(one.size)
        os.utime(path, ns=(0, 0))
        self.records.add(one.name)
        return ""

    def push(self) -> None:
        """Bring to the bucket what was changed: receipts that went, then their files, then what is new, the manifest last."""
        root, now = self.layout.root, dict(self._small())
        for name in sorted(set(self.small) - set(now), key=_order):
            self.store.remove(name)
        for name in sorted(one for one in self.records if not (root / one).exists()):
            self.store.remove(name)
            self.records.discard(name)
        for name in sorted((one for one in now if now[one] != self.small.get(one)), key=_order):
            self.store.put((root / name).read_bytes(), name)
        self.small = now

    def _small(self) -> Iterator[tuple[str, str]]:
        root = self.layout.root
        for path in root.rglob("*"):
            name = path.relative_to(root).as_posix()
            if path.is_file() and _is_small(name):
                yield name, sha256(path.read_bytes()).hexdigest()

    def sweep(self, share: Share) -> None:
        """Remove what a run that was killed left in the bucket."""
        for path in list(self.strays()):
            if share == WHOLE or share.has(self.layout.part_of(path)):
                name = path.relative_to(self.layout.root).as_posix()
                self.store.remove(name)
                self.records.discard(name)
                self.small.pop(name, None)
                path.unlink()

    def strays(self) -> Iterator[Path]:
        """Files of records that are named by no receipt, and receipts that were held."""
        for path in self.layout.files():
            head = receipts.read_head(self.layout.receipt(self.layout.part_of(path)))
            if path.relative_to(self.layout.root).as_posix() not in _names(head):
                yield path
        yield from sorted((self.layout.root / _HELD).glob("part-*.json"))


def fetch_part(store: Store, part: int, folder: Path) -> Receipt | None:
    """Bring a part with its receipt to a folder, under the names of a folder. None where the bucket has none."""
    layout = Layout(folder)
    layout.receipts.mkdir(parents=True, exist_ok=True)
    try:
        store.fetch(_receipt(part), layout.receipt(part))
        receipt = receipts.read(layout.receipt(part))
        if receipt is None:
            return None
        for output in receipt.head.outputs:
            path = folder / _plain(output.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            store.fetch(output.path, path)
    except OSError:
        return None
    head = replace(receipt.head, outputs=tuple(replace(one, path=_plain(one.path)) for one in receipt.head.outputs))
    layout.receipt(part).write_bytes(receipts.encode(part, head.stamp, head.outputs, receipt.rows)[1])
    return receipt


def publish_part(store: Store, part: int, folder: Path, earlier: Receipt | None) -> Head:
    """Put a part into the bucket: its files under names with their digests, its receipt, and then the old files go."""
    head, receipt = _sent(store, part, folder)
    store.put(receipt, _receipt(part))
    for name in _names(earlier.head if earlier else None) - _names(head):
        store.remove(name)
    return head


def hold_part(store: Store, part: int, folder: Path, earlier: Receipt | None) -> Held:
    """Put the files of a part into the bucket, but its receipt under another name, so that nobody takes them for done."""
    head, receipt = _sent(store, part, folder)
    store.put(receipt, _held(part))
    old, new = _names(earlier.head if earlier else None), _names(head)
    return Held(head, tuple(sorted(new - old)), tuple(sorted(old - new)))


def put_in_place(store: Store, held: Held) -> None:
    """Give a part that was held its receipt; then the old files go."""
    part = held.head.part
    store.put(store.read(_held(part)), _receipt(part))
    for name in (*held.stale, _held(part)):
        store.remove(name)


def let_go(store: Store, held: Held) -> None:
    """Remove what was put into the bucket for a part that is not to be."""
    for name in (*held.fresh, _held(held.head.part)):
        store.remove(name)


def _sent(store: Store, part: int, folder: Path) -> tuple[Head, bytes]:
    """Put the files of a part into the bucket. Returns its head and its receipt, with their names there."""
    receipt = receipts.read(Layout(folder).receipt(part))
    if receipt is None:
        raise AssertionError("a part was not published")
    outputs = [replace(one, path=_named(one)) for one in receipt.head.outputs]
    for before, after in zip(receipt.head.outputs, outputs, strict=True):
        store.send(folder / before.path, after.path)
    return receipts.encode(part, receipt.head.stamp, outputs, receipt.rows)


def _names(head: Head | None) -> set[str]:
    return {output.path for output in head.outputs} if head else set()


def workplace(near: Path) -> TemporaryDirectory[str]:
    """A folder for one part: inside the run's own scratch folder where it is on this machine."""
    return TemporaryDirectory(prefix="part-", dir=near.parent if near.is_dir() else None)


def _receipt(part: int) -> str:
    return f"_run/receipts/part-{part:04d}.json"


def _held(part: int) -> str:
    return f"{_HELD}part-{part:04d}.json"


def _named(output: Output) -> str:
    """The name with the digest.

    >>> _named(Output("articles/part-0003_001.jsonl.zst", 1, "0123456789abcdef0123", 1))
    'articles/part-0003_001-0123456789abcdef.jsonl.zst'
    """
    stem, _, form = output.path.partition(".")
    return f"{stem}-{output.sha256[:_DIGITS]}.{form}"


def _plain(name: str) -> str:
    """The name without its digest.

    >>> _plain("articles/part-0003_001-0123456789abcdef.jsonl.zst")
    'articles/part-0003_001.jsonl.zst'
    """
    return re.sub(rf"-[0-9a-f]{{{_DIGITS}}}\.", ".", name)


def _is_small(name: str) -> bool:
    return name == "README.md" or (name.startswith("_run/") and name.endswith(".json"))


def _order(name: str) -> tuple[bool, str]:
    """The manifest comes last."""
    return name.endswith("manifest.json"), name
