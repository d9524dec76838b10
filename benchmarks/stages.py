"""Processor time of the whole path from bytes to records, and of each stage on it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from statistics import median
from typing import Any
from unittest.mock import patch

from pipeline import flow, records
from pipeline.settings import Settings

STAGES = (
    "decode", "repair", "markup", "lines", "roles", "by_quotes", "by_brackets", "by_habit", "by_marks", "by_build",
    "by_measure", "by_question", "by_seams",
    "blocks_of", "headlines", "stitch", "articles", "normalise", "audit",
)  # fmt: skip

Pages = Sequence[tuple[str, bytes]]


def read(pages: Pages, settings: Settings) -> list[records.Records]:
    """Read all pages and make their records."""
    return [records.records(flow.read(data, name, settings), settings) for name, data in pages]


def by_stage(pages: Pages, rounds: int) -> dict[str, float]:
    """Seconds of each stage: the median of some rounds. What lies between the stages is `the rest`."""
    settings, took = Settings(), list[Counter[str]]()
    for _ in range(rounds):
        spent: Counter[str] = Counter()
        watched = {stage: _watched(getattr(flow, stage), stage, spent) for stage in STAGES}
        start = time.process_time()
        with patch.multiple(flow, **watched):
            for name, data in pages:
                page = flow.read(data, name, settings)
                _watched(records.records, "records", spent)(page, settings)
        spent["the rest"] = time.process_time() - start - sum(spent.values())
        took.append(spent)
    return {stage: median(spent[stage] for spent in took) for stage in (*STAGES, "records", "the rest")}


def _watched(function: Callable[..., Any], stage: str, spent: Counter[str]) -> Callable[..., Any]:
    @wraps(function)
    def watched(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - it stands for any function
        start = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[stage] += time.process_time() - start

    return watched
