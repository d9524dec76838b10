"""Figures of a night for a monitor: OpenMetrics text, for the textfile collector of node_exporter.

The file keeps the time of the last success over nights that fail, so that an alarm can be set on its age.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.run import disk
from pipeline.run.report import SOME_QUARANTINED, Report, changed, removed

_SUCCESS: Final = "pipeline_last_success_timestamp_seconds"
_KEPT: Final = re.compile(rf"^{_SUCCESS} ([0-9.]+)$", re.MULTILINE)


def write(path: Path, report: Report) -> None:
    """Write the figures, all at once. Raises OSError."""
    last = time.time() if report.exit_code in (0, SOME_QUARANTINED) else _last_success(path)
    disk.write_atomically(path, text(report, last).encode())


def text(report: Report, last_success: float) -> str:
    """The figures of a run as OpenMetrics text."""
    return "\n".join(_lines(report, last_success)) + "\n"


def _lines(report: Report, last_success: float) -> Iterator[str]:
    counts, worked = report.counts, report.worked
    yield from _gauge("pipeline_documents", "Documents of the output.")
    yield f'pipeline_documents{{state="cleaned"}} {counts.get("cleaned", 0)}'
    yield f'pipeline_documents{{state="quarantined"}} {counts.get("quarantined", 0)}'
    yield from _gauge("pipeline_run_documents", "Documents that the last run read.")
    yield f'pipeline_run_documents{{state="cleaned"}} {worked.get("cleaned", 0)}'
    yield f'pipeline_run_documents{{state="quarantined"}} {worked.get("quarantined", 0)}'
    yield from _gauge("pipeline_records", "Records of the output.")
    for kind in ("articles", "sections", "removed"):
        yield f'pipeline_records{{kind="{kind}"}} {counts.get(kind, 0)}'
    yield from _gauge("pipeline_characters", "Letters, Han characters and digits, kept or removed.")
    yield f'pipeline_characters{{fate="kept"}} {counts.get("kept", 0)}'
    for reason, number in removed(counts).items():
        yield f'pipeline_characters{{fate="removed",reason="{reason}"}} {number}'
    yield from _gauge("pipeline_changes", "Changes of the text, by rule.")
    for rule, number in changed(counts).items():
        yield f'pipeline_changes{{rule="{rule}"}} {number}'
    yield from _gauge("pipeline_run_seconds", "How long the last run took.")
    yield f"pipeline_run_seconds {report.seconds:.3f}"
    yield from _gauge("pipeline_run_exit_code", "How the last run ended.")
    yield f"pipeline_run_exit_code {report.exit_code}"
    yield from _gauge(_SUCCESS, "When a run last ended with exit code 0 or 3; 0: never.")
    yield f"{_SUCCESS} {last_success:.3f}"
    yield "# EOF"


def _gauge(name: str, what: str) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {what}"


def _last_success(path: Path) -> float:
    try:
        found = _KEPT.search(path.read_text())
    except OSError:
        return 0.0
    return float(found[1]) if found else 0.0
