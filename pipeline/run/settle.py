"""What comes after the work: parts that went, times that changed, the sum of the receipts; and tidying up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from pipeline.libraries import libraries
from pipeline.run import disk, receipts
from pipeline.run.card import card, schemas, totals
from pipeline.run.layout import KINDS, Layout
from pipeline.run.parts import retire
from pipeline.run.plan import PartPlan
from pipeline.run.receipts import Counts, Head, Stamp
from pipeline.run.shards import WHOLE, Share
from pipeline.run.work import listed

if TYPE_CHECKING:
    from pipeline.settings import Settings


def settle(layout: Layout, plans: Iterable[PartPlan], stamp_of: Callable[[int], Stamp]) -> None:
    """Remove parts without inputs, and note new times."""
    for one in plans:
        if one.action == "retire":
            retire(layout, one.part)
        elif one.action == "touch":
            _touch(layout, one, stamp_of(one.part))


def close(
    layout: Layout,
    settings: Settings,
    stamp: Stamp,
    heads: Sequence[Head],
    skipped: Mapping[str, int],
    corrections: Mapping[str, str],
) -> None:
    """Write the dataset card and the manifest."""
    disk.make_folder(layout.root / KINDS[0])
    tidy_folders(layout)
    outputs = [output for head in heads for output in head.outputs]
    digests = [output.sha256 for output in outputs]
    records = totals([(output.path, output.records) for output in outputs])
    write(layout.card, card(schemas(settings.records), records, settings.run.format, digests).encode())
    write(layout.manifest, _manifest(settings, stamp, heads, skipped, corrections))
    for path in list(layout.shares()):
        disk.remove(path)
    with suppress(OSError):  # there is none
        disk.remove_folder(layout.shards)


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


def summed(heads: Iterable[Head]) -> Counts:
    """All counts together."""
    counts: Counts = {}
    for head in heads:
        receipts.add(counts, head.counts)
    return counts


def _touch(layout: Layout, one: PartPlan, stamp: Stamp) -> None:
    """Write a receipt anew for inputs of which only the time changed."""
    path = layout.receipt(one.part)
    receipt = receipts.read(path)
    if receipt:
        times = {found.source: found.mtime_ns for found, _ in listed(one.listing)}
        rows = [replace(row, mtime_ns=times[row.source]) for row in receipt.rows]
        disk.write_atomically(path, receipts.encode(one.part, stamp, receipt.head.outputs, rows)[1])


def _manifest(
    settings: Settings,
    stamp: Stamp,
    heads: Sequence[Head],
    skipped: Mapping[str, int],
    corrections: Mapping[str, str],
) -> bytes:
    """The sum of the receipts. It holds no time, so that the same input leaves the same bytes."""
    from pipeline import __version__

    content = {
        "format": receipts.FORMAT,
        "version": __version__,
        "stamp": stamp,
        "corrections": corrections,
        "libraries": libraries(settings),
        "settings": settings.model_dump(mode="json"),
        "counts": summed(heads),
        "skipped": dict(sorted(skipped.items())),
        "outputs": [output for head in heads for output in head.outputs],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def write(path: Path, data: bytes) -> None:
    """Write a file, unless it already says so."""
    if not path.is_file() or path.read_bytes() != data:
        disk.write_atomically(path, data)
