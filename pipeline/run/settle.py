"""What comes after the work: parts that went, times that changed, the sum of the receipts; and tidying up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from pipeline.libraries import libraries
from pipeline.run import disk, receipts
from pipeline.run.card import card, schemas
from pipeline.run.heads import Heads
from pipeline.run.layout import KINDS, Layout
from pipeline.run.lists import Listing, listed
from pipeline.run.parts import retire
from pipeline.run.plan import Plans
from pipeline.run.receipts import Counts, Head, Stamp
from pipeline.run.shards import WHOLE, Share

if TYPE_CHECKING:
    from pipeline.settings import Settings


def settle(layout: Layout, plans: Plans, stamp: Stamp, listing: Listing) -> None:
    """Remove parts without inputs, and note new times."""
    for part in plans.retire:
        retire(layout, part, plans.lying_of(part))
    for part in plans.touch:
        _touch(layout, part, stamp, listing)


@dataclass(slots=True)
class Sum:
    """What the receipts of an output say together."""

    counts: Counts = field(default_factory=dict)
    records: Counts = field(default_factory=dict)  # by kind
    digest: bytes = b""  # over those of the files

    @classmethod
    def of(cls, heads: Iterable[Head]) -> Sum:
        """Sum them up."""
        total, digest = cls(), sha256()
        for head in heads:
            receipts.add(total.counts, head.counts)
            for output in head.outputs:
                receipts.add(total.records, {output.path.split("/")[0]: output.records})
                digest.update(output.sha256.encode())
        total.digest = digest.digest()
        return total


def close(
    layout: Layout,
    settings: Settings,
    stamp: Stamp,
    heads: Heads,
    skipped: Mapping[str, int],
    corrections: Mapping[str, str],
) -> Counts:
    """Write the dataset card and the manifest; returns the counts."""
    disk.make_folder(layout.root / KINDS[0])
    tidy_folders(layout)
    total = Sum.of(heads)
    write(layout.card, [card(schemas(settings.records), total.records, settings.run.format, total.digest).encode()])
    write(layout.manifest, _manifest(settings, stamp, total.counts, heads, skipped, corrections))
    for path in list(layout.shares()):
        disk.remove(path)
    with suppress(OSError):  # there is none
        disk.remove_folder(layout.shards)
    return total.counts


def tidy(layout: Layout, share: Share = WHOLE) -> None:
    """Remove what a run that was killed left beside, of the parts of this share."""
    for path in list(layout.temporaries()):
        if share == WHOLE or share.has(layout.part_beside(path)):
            disk.remove(path)
    if share == WHOLE:
        tidy_folders(layout)


def tidy_folders(layout: Layout) -> None:
    """Remove the folders of kinds of which there is no record; that of the articles stays."""
    for kind in KINDS[1:]:
        with suppress(OSError):  # there is none, or it holds records
            disk.remove_folder(layout.root / kind)


def _touch(layout: Layout, part: int, stamp: Stamp, listing: Listing) -> None:
    """Write a receipt anew for inputs of which only the time changed."""
    path = layout.receipt(part)
    receipt = receipts.read(path)
    if receipt:
        times = {(found.source, found.piece): found.mtime_ns for found, _ in listed(listing.stretch(part))}
        rows = [replace(row, mtime_ns=times[row.source, row.piece]) for row in receipt.rows]
        disk.write_atomically(path, receipts.encode(part, stamp, receipt.head.outputs, rows)[1])


def _manifest(
    settings: Settings,
    stamp: Stamp,
    counts: Counts,
    heads: Iterable[Head],
    skipped: Mapping[str, int],
    corrections: Mapping[str, str],
) -> Iterator[bytes]:
    """The sum of the receipts, an output a line. It holds no time, so that the same input leaves the same bytes."""
    from pipeline import __version__

    content = {
        "format": receipts.FORMAT,
        "version": __version__,
        "stamp": stamp,
        "corrections": corrections,
        "libraries": libraries(settings),
        "settings": settings.model_dump(mode="json"),
        "counts": counts,
        "skipped": dict(sorted(skipped.items())),
        "outputs": [],
    }
    whole = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    before, mark, after = whole.partition(b'\n  "outputs": [')
    yield before + mark
    comma = b"\n    "
    for output in (output for head in heads for output in head.outputs):
        yield comma + orjson.dumps(output, option=orjson.OPT_SORT_KEYS)
        comma = b",\n    "
    yield after + b"\n"


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Give a file this content, at once, unless it already has it."""
    temporary, digest = disk.beside(path), sha256()
    try:
        with disk.create(temporary) as file:
            for piece in pieces:
                disk.write(file, piece)
                digest.update(piece)
            disk.sync(file)
        if path.is_file() and receipts.digest_of(path) == digest.hexdigest():
            disk.remove(temporary)
            return
    except BaseException:
        disk.remove(temporary)
        raise
    disk.replace(temporary, path)
    disk.sync_folder(path.parent)
