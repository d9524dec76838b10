"""Runs over many documents: parts, receipts, engines, quarantine. Nothing here knows of text.

>>> from pipeline.run import run
>>> report = run(["pages/"], Path("out"), Settings())  # doctest: +SKIP
>>> report.exit_code, report.documents  # doctest: +SKIP
(0, 1024)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipeline.run.cleaner import MakeCleaner, from_settings
from pipeline.run.finish import finish
from pipeline.run.places import place
from pipeline.run.plan import Wishes
from pipeline.run.report import MaxFailures, Progress, Report
from pipeline.run.runner import EngineName, Order, execute
from pipeline.run.shards import WHOLE, Share
from pipeline.run.status import Failure, Group, Status, grouped, quarantine, status
from pipeline.run_options import RunOptions

if TYPE_CHECKING:
    from pipeline.corrections import Corrections
    from pipeline.settings import Settings

__all__ = [
    "Failure",
    "Group",
    "MaxFailures",
    "Progress",
    "Report",
    "RunOptions",
    "Status",
    "finish",
    "grouped",
    "quarantine",
    "run",
    "status",
]


def run(
    inputs: Sequence[str],
    out: Path | str,
    settings: Settings,
    *,
    engine: EngineName = "pool",
    ray_address: str = "",
    workers: int | None = None,
    shard: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    full: bool = False,
    dry_run: bool = False,
    retry_quarantined: bool = False,
    max_failures: str = "",
    files_from: Path | None = None,
    stdin: BinaryIO | None = None,
    corrections: Corrections | None = None,
    make_cleaner: MakeCleaner | None = None,
) -> Report:
    """Read all inputs (files, folders, globs, buckets, `-`) into records in `out`, a folder or the address of a bucket.

    Only what is new, changed or gone since the last run is done, and the output is what a run over everything
    would leave. `workers` is the number of processes; None: one for each processor, or a single one where there is
    little to do; 0: none, the work is done in this process, and a document that crashes it is not survived, as with the
    engine `serial`. The engine `ray` does the parts on a cluster, `workers` of them at a time. With `shard` (`i/n`) only
    the i-th of n shares is done, and `finish` closes the manifest after the last. `full` does everything again, `dry_run`
    nothing, `retry_quarantined` also what is in quarantine. `max_failures` (`N` or `P%`): with more failed documents
    than that, the output stays as it was. `corrections` are laid over what the stages decide; where they change, the inputs
    of their documents are done again.

    Raises ConfigError (nothing is touched then) for a wrong path or output, and EngineError where the run can't go on.
    A document that fails goes to quarantine and raises nothing: see `Report.exit_code`.
    """
    path, store = place(out)
    order = Order(
        inputs=tuple(inputs),
        out=path,
        store=store,
        settings=settings,
        make_cleaner=make_cleaner or partial(from_settings, corrections=corrections),
        corrected=corrections.digests() if corrections else {},
        corrections=corrections.count() if corrections else 0,
        engine=engine,
        ray_address=ray_address,
        workers=workers,
        share=Share.parse(shard) if shard else WHOLE,
        on_progress=on_progress,
        wishes=Wishes(full, retry_quarantined),
        max_failures=MaxFailures.parse(max_failures) if max_failures else None,
        dry_run=dry_run,
        files_from=files_from,
        stdin=stdin,
    )
    return execute(order)
