"""The sums of the overview, and what the list shows of each document.

In: summaries of documents, one at a time. Out: counts that take no more room with more documents, and the least sure ones.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from pipeline.review.charts import BINS

LEAST = 25  # documents listed without scripts
LISTED = 200  # misfits and failures listed


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list shows of one document."""

    name: str  # of its page
    source: str
    title: str
    state: str  # ok, quarantined, differs, changed, gone
    articles: int
    confidence: float
    removed: int
    stitched: int
    unresolved: int
    rules: dict[str, int] = field(default_factory=dict)
    misfits: tuple[str, ...] = ()
    failure: str = ""  # why it is in quarantine

    def row(self, ids: dict[str, int]) -> list[object]:
        """The values of the list, rules by number."""
        numbers = [ids.setdefault(rule, len(ids)) for rule in self.rules]
        return [
            *(self.name, self.source, self.title, self.state, self.articles, self.confidence),
            *(self.removed, self.stitched, self.unresolved, numbers),
        ]


@dataclass(slots=True)
class Sums:
    """The sums over all documents."""

    states: Counter[str] = field(default_factory=Counter)
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    fired: Counter[str] = field(default_factory=Counter)
    documents_of: Counter[str] = field(default_factory=Counter)  # by rule
    misfits: list[str] = field(default_factory=list)
    failures: list[Summary] = field(default_factory=list)
    stitched: int = 0
    unresolved: int = 0
    _least: list[tuple[float, int, Summary]] = field(default_factory=list)
    _seen: int = 0

    def add(self, one: Summary) -> None:
        """Count a document."""
        self._seen += 1
        self.states[one.state] += 1
        self.fired.update(one.rules)
        self.documents_of.update(one.rules.keys())
        self.stitched += one.stitched
        self.unresolved += one.unresolved
        self.misfits += one.misfits[: LISTED - len(self.misfits)]
        if one.failure:
            self.failures += [one][: LISTED - len(self.failures)]
            return
        self.bins[min(BINS - 1, int(one.confidence * BINS))] += 1
        heapq.heappush(self._least, (-one.confidence, -self._seen, one))
        if len(self._least) > LEAST:
            heapq.heappop(self._least)

    @property
    def least(self) -> list[Summary]:
        """The least sure documents, the least sure first."""
        return [one for *_, one in sorted(self._least, reverse=True)]
