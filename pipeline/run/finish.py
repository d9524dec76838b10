"""The last step of a run in shares: the manifest is closed when all are done."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError
from pipeline.libraries import libraries
from pipeline.run import receipts
from pipeline.run.heads import Heads
from pipeline.run.layout import check
from pipeline.run.lock import locked
from pipeline.run.places import disk_errors, mirrored, place
from pipeline.run.report import Report
from pipeline.run.scratch import HEADS, scratch
from pipeline.run.settle import close, tidy
from pipeline.run.shards import WHOLE, finished, pinned
from pipeline.run.skipped import Skipped

if TYPE_CHECKING:
    from pipeline.corrections import Corrections
    from pipeline.settings import Settings


def finish(out: str | Path, settings: Settings, corrections: Corrections | None = None) -> Report:
    """Close the manifest of an output that was done in shares. Raises ConfigError where they are not all done."""
    started = time.monotonic()
    path, store = place(out)
    digests = corrections.digests() if corrections else {}
    stamp = receipts.stamp(settings.fingerprint(), settings.run, libraries(settings))
    with scratch() as folder, closing(Heads(folder / HEADS)) as heads:
        mirror = mirrored(store, folder, WHOLE)
        layout = mirror.layout if mirror else check(path)
        if not layout.run.is_dir():
            raise ConfigError(f"{out}: is no output of `pipeline run` (there is no {layout.run}).")
        with locked(layout.lock, layout.root), disk_errors():
            skipped = finished(layout, stamp, pinned(digests), heads)
            tidy(layout)
            counts = close(layout, settings, stamp, heads, skipped, digests)
            if mirror:
                mirror.push()
    parts = {"keep": len(heads)}
    passed = Skipped(Counter(skipped), {reason: [] for reason in skipped})
    given = corrections.count() if corrections else 0
    return Report(counts, {}, parts, {}, passed, time.monotonic() - started, corrections=given)
