"""The work on one part, the same in every engine: documents in, record files and a receipt out.

Records are written as documents are done, so memory does not grow with the part. Whatever goes wrong with a document
puts it in quarantine; what goes wrong with the disk ends the run.
"""

from __future__ import annotations

import signal
import threading
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from pipeline.errors import ConfigError, LawBroken, SourceError
from pipeline.run import disk, mirror, receipts, stores
from pipeline.run.cleaner import Cleaned, Cleaner
from pipeline.run.documents import Reading, documents, unread
from pipeline.run.errors import OutOfTime, memory_limit, time_limit
from pipeline.run.found import Found
from pipeline.run.layout import KINDS, Layout
from pipeline.run.lists import Stretch, listed
from pipeline.run.parts import COUNTED, Damaged, Earlier, PartWriter, Prepared, publish
from pipeline.run.receipts import Counts, Head, Row, Stamp
from pipeline.run.rows import Document
from pipeline.run.surveys import Survey, Surveyed, survey
from pipeline.run_options import RunOptions

At: TypeAlias = Callable[[str, bool], None]  # told before each input (True) and document (False): its source, or ""


@dataclass(frozen=True, slots=True)
class Shard:
    """A part to work on."""

    part: int
    out: Path
    listing: Stretch  # the inputs, a JSON line each, in the order of their sources
    options: RunOptions
    stamp: Stamp
    reuse: bool  # may records of the earlier run be taken for the inputs marked so?
    lying: int  # how many files of records of this part were there when the run began
    store: str = ""  # the bucket that the part is put into; `out` is only a place to work at then
    hold: bool = False  # leave it beside, to be put in place when all are done
    banned: Mapping[str, SourceError] = field(default_factory=dict)  # documents that end the process that cleans them
    unread: Mapping[str, SourceError] = field(default_factory=dict)  # inputs, or pieces, of which nothing can be read


@dataclass(frozen=True, slots=True)
class Outcome:
    """A part that is done; `prepared` where it was to be held."""

    head: Head
    worked: Counts
    prepared: Prepared | mirror.Held | None = None


Task: TypeAlias = Shard | Survey
Done: TypeAlias = Outcome | Surveyed


def do(task: Task, cleaner: Cleaner, at: At) -> Done:
    """Do a part, or survey a file. Raises OSError where the disk fails."""
    return survey(task, at) if isinstance(task, Survey) else work(task, cleaner, at)


def work(shard: Shard, cleaner: Cleaner, at: At) -> Outcome:
    """Do a part. Raises OSError where the disk fails; whatever was written beside is removed then."""
    if shard.store:
        return _into_store(shard, cleaner, at)
    try:
        prepared = _prepare(shard, cleaner, at)
    except Damaged:
        prepared = _prepare(replace(shard, reuse=False), cleaner, at)
    if shard.hold:
        return Outcome(prepared.head, prepared.worked, prepared)
    publish(Layout(shard.out), prepared, shard.lying)
    return Outcome(prepared.head, prepared.worked)


def _into_store(shard: Shard, cleaner: Cleaner, at: At) -> Outcome:
    """Do a part in a folder of its own and put it into the bucket. Raises EngineError where the bucket fails."""
    store = stores.opened(shard.store)
    with mirror.workplace(shard.out) as name:
        folder = Path(name)
        earlier = mirror.fetch_part(store, shard.part, folder)
        outcome = work(replace(shard, out=folder, store="", hold=False, lying=-1), cleaner, at)
        if shard.hold:
            held = mirror.hold_part(store, shard.part, folder, earlier)
            return replace(outcome, head=held.head, prepared=held)
        return replace(outcome, head=mirror.publish_part(store, shard.part, folder, earlier))


def probe(shard: Shard, name: str, source: str, cleaner: Cleaner) -> None:
    """Read the input of that name and clean one document of it, to see whether that ends this process."""
    for found, _ in listed(shard.listing):
        if found.name == name:
            for document in _inside(found, shard, Reading()):
                if document.source == source:
                    clean(document, cleaner, shard.options)


def _prepare(shard: Shard, cleaner: Cleaner, at: At) -> Prepared:
    layout = Layout(shard.out)
    writer = PartWriter(layout, shard.part, shard.options, cleaner.schema)
    try:
        rows, worked = _rows(shard, layout, writer, cleaner, at)
        files = writer.finish()
        head, receipt = receipts.encode(shard.part, shard.stamp, (output for _, output in files), rows)
        disk.make_folder(layout.receipts)
        beside = disk.write_beside(layout.receipt(shard.part), receipt)
    except BaseException:
        writer.discard()
        disk.remove(disk.beside(layout.receipt(shard.part)))
        raise
    return Prepared(head, tuple((one, layout.root / output.path) for one, output in files), beside, worked)


def _rows(shard: Shard, layout: Layout, writer: PartWriter, cleaner: Cleaner, at: At) -> tuple[list[Row], Counts]:
    """Write the records of all inputs; returns a row for each, and the counts of those that were read anew."""
    rows: list[Row] = []
    worked: Counts = {}
    receipt = receipts.read(layout.receipt(shard.part)) if shard.reuse else None
    earlier = Earlier(layout, receipt) if receipt else None
    try:
        for found, holds in listed(shard.listing):
            if holds and earlier:
                at("", False)  # nothing is read from here on that could hang
                row = earlier.row(found)
                for records in earlier.records(row):
                    writer.write(records)
                rows.append(replace(row, mtime_ns=found.mtime_ns))
                continue
            row = _input(found, shard, writer, cleaner, at)
            receipts.add(worked, row.counts)
            rows.append(row)
        at("", False)
        if earlier:
            earlier.finish()
    finally:
        if earlier:
            earlier.close()
    return rows, worked


def _input(found: Found, shard: Shard, writer: PartWriter, cleaner: Cleaner, at: At) -> Row:
    """Read one input and write its records."""
    reading = Reading()
    counts: Counts = {}
    lines = array("I")
    at(found.name, True)
    for document in _inside(found, shard, reading):
        at(document.source, False)
        cleaned = clean(document, cleaner, shard.options)
        writer.write(cleaned.records)
        receipts.add(counts, cleaned.counts)
        here = [len(cleaned.records.get(kind, ())) for kind in KINDS]
        receipts.add(counts, {"documents": 1, **dict(zip(COUNTED.values(), here, strict=True))})
        lines.extend(here)
    if counts.get("documents", 0) != counts.get("cleaned", 0) + counts.get("quarantined", 0):
        raise LawBroken(f"{found.name}: {counts}: a document was lost on the way. Please report it.", stage="run")
    if reading.skipped:
        counts["skipped_members"] = reading.skipped
    mtime_ns = reading.mtime_ns if found.mtime_ns else 0  # standard input has no time of its own
    about = (reading.size, mtime_ns, reading.sha256, found.corrections)
    return Row(found.source, found.piece, *about, counts, lines if len(lines) > len(KINDS) or found.pieces > 1 else ())


def _inside(found: Found, shard: Shard, reading: Reading) -> Iterator[Document]:
    """The documents of an input, those that are banned as errors."""
    if error := shard.unread.get(found.name):
        yield from unread(found, shard.options, reading, error)
        return
    for document in documents(found, shard.options, reading):
        banned = shard.banned.get(document.source)
        yield replace(document, error=banned) if banned else document


def clean(document: Document, cleaner: Cleaner, options: RunOptions) -> Cleaned:
    """The records of a document, or the one that says why it has none. Raises ConfigError only."""
    error: BaseException | None = document.error
    if error is None:
        try:
            with _alarm(options.time_limit):
                cleaned = cleaner.clean(document.data, document.source)
            return Cleaned(cleaned.records, {"cleaned": 1, "bytes": len(document.data), **cleaned.counts})
        except OutOfTime:
            error = time_limit(document.source, options.time_limit)
        except MemoryError:
            error = memory_limit(document.source, options.memory_mb)
        except ConfigError:
            raise
        except Exception as failure:
            error = failure
    digest = document.sha256 or (sha256(document.data).hexdigest() if document.data or not document.error else "")
    line = cleaner.quarantined(document.source, error, digest)
    return Cleaned({"quarantine": [line]}, {"bytes": len(document.data)})


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Raise OutOfTime in the block when it takes longer, and again each second, should something catch it.

    Only the main thread hears signals; elsewhere, and inside a library's C code, the engine's own watch has to do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed = True

    def ring(_: int, __: FrameType | None) -> None:
        if armed:
            raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
