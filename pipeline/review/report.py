"""The review page: `_run/report` below an output, or a folder of its own; static HTML that opens from disk.

In: an output and the inputs behind it. Out: an overview with the list of all documents, and a page for each document. All is
written beside and put in place at the end. Parts are worked on side by side; what is kept in memory are sums.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import orjson

from pipeline.corrections import Corrections
from pipeline.errors import ConfigError
from pipeline.review.documents import shown
from pipeline.review.originals import Output, listed, output
from pipeline.review.pages import document_page, overview_page
from pipeline.review.sums import Summary, Sums
from pipeline.review.words import script
from pipeline.run import receipts
from pipeline.run.lists import Listing
from pipeline.run.views import View, viewed

SHARD = 1 << 20  # bytes of the list in one file
MOST_ORDERED = 200_000  # documents that j and k know without the list
STATIC = ("review.css", "common.js", "list.js", "document.js")

OnPart: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the page to open, and how many documents are in which state."""

    index: Path
    sums: Sums


@dataclass(frozen=True, slots=True)
class _Job:
    view: View
    listing: Listing
    target: Path
    corrections: Corrections


def report(
    out: Path | str,
    corrections: Corrections | None = None,
    *,
    to: Path | None = None,
    inputs: Sequence[str] = (),
    workers: int = 1,
    on_part: OnPart | None = None,
) -> Written:
    """Write the review page of an output, below it or to a folder. `inputs`: where the inputs lie now, if not where the run
    found them.

    Raises ConfigError for an output that no run wrote, or whose run did not end, and for a folder that holds anything else.
    """
    with viewed(out) as view:
        of = output(view.layout.root, view.name)
        page = _page(view, to)
        target = page.with_name(f".{page.name}.tmp-{os.getpid()}")
        shutil.rmtree(target, ignore_errors=True)
        try:
            for folder in ("documents", "list"):
                (target / folder).mkdir(parents=True)
            with listed(of, inputs) as listing:
                job = _Job(view, listing, target, corrections or Corrections())
                sums = _write(of, job, workers, on_part)
            shutil.rmtree(page, ignore_errors=True)
            target.rename(page)
        finally:
            shutil.rmtree(target, ignore_errors=True)
    return Written(page / "index.html", sums)


def _page(view: View, to: Path | None) -> Path:
    """The folder of the review page. Raises ConfigError where it can't be one."""
    if to is None:
        if view.store:
            raise ConfigError(f"{view.name}: the review page opens from disk. Name a folder for it with --to.")
        return view.layout.report
    if to.exists() and not (to / "index.html").is_file() and (not to.is_dir() or any(to.iterdir())):
        raise ConfigError(f"{to}: is not empty, and no review page. Name another folder with --to.")
    return to.absolute()


def _write(of: Output, job: _Job, workers: int, on_part: OnPart | None) -> Sums:
    parts = of.layout.parts()

    def told() -> Iterator[list[Summary]]:
        for done, summaries in enumerate(_parts(job, parts, workers), 1):
            yield summaries
            if on_part:
                on_part(done, len(parts))

    return write_overview(of, job.target, told())


def write_overview(of: Output, target: Path, parts: Iterable[Iterable[Summary]]) -> Sums:
    """Write the overview, the list and what all pages share, from the summaries of the documents of each part."""
    sums, rules = Sums(), dict[str, int]()
    rows = _Rows(target)
    for summaries in parts:
        for one in summaries:
            sums.add(one)
            rows.add(one.name, one.row(rules))
    shards = rows.finish()
    known = [[rule, sums.fired[rule], sums.documents_of[rule]] for rule in rules]
    _script(target / "list" / "rules.js", "RULES", known)
    (target / "words.js").write_text(script(), encoding="utf-8")
    for name in STATIC:
        (target / name).write_bytes((files("pipeline.review") / "static" / name).read_bytes())
    (target / "index.html").write_text(overview_page(of, sums, shards), encoding="utf-8")
    return sums


def _parts(job: _Job, parts: Sequence[int], workers: int) -> Iterator[list[Summary]]:
    if workers < 2 or len(parts) < 2:
        yield from map(partial(_part, job), parts)
        return
    how = "spawn" if job.view.store or job.listing.has_remote else "fork"  # what speaks to a bucket can't be forked
    with ProcessPoolExecutor(min(workers, len(parts)), mp_context=get_context(how)) as pool:
        yield from pool.map(partial(_part, job), parts)


def _part(job: _Job, part: int) -> list[Summary]:
    """Write the pages of the documents of a part."""
    view = job.view
    of = output(view.layout.root, view.name)
    found = {one.name: one for one in job.listing.sorted(part)}
    head = receipts.read_head(of.layout.receipt(part))
    summaries = []
    with view.fetched([of.layout.root / one.path for one in head.outputs] if head else []):
        for one in shown(of, part, found, job.corrections):
            name = one.summary.name
            folder = job.target / "documents" / name[:2]
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.html").write_text(document_page(one), encoding="utf-8")
            summaries.append(one.summary)
    return summaries


class _Rows:
    """The list of documents, in scripts of bounded size: pages opened from disk can't load JSON."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.rows: list[bytes] = []
        self.names: list[str] = []
        self.size = self.shards = 0

    def add(self, name: str, row: list[object]) -> None:
        """Add a document."""
        line = orjson.dumps(row)
        if self.size + len(line) > SHARD:
            self._flush()
        self.rows.append(line)
        self.size += len(line)
        if len(self.names) < MOST_ORDERED:
            self.names.append(name)

    def finish(self) -> int:
        """Write what is left. Returns the number of scripts."""
        self._flush()
        _script(self.target / "order.js", "ORDER", self.names)
        return self.shards

    def _flush(self) -> None:
        if self.rows:
            body = b",\n".join(self.rows)
            path = self.target / "list" / f"{self.shards:04d}.js"
            path.write_bytes(b"(window.ROWS ||= []).push(\n" + body + b"\n);\n")
            self.rows, self.size, self.shards = [], 0, self.shards + 1


def _script(path: Path, name: str, value: Iterable[object]) -> None:
    path.write_bytes(f"window.{name} = ".encode() + orjson.dumps(list(value)) + b";\n")
