"""The one place where a run meets the text: bytes of a document in, records and counts out.

Engines take a function that makes a cleaner from the settings, so that tests can give them one that knows no text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pipeline.run.card import schemas
from pipeline.run.formats import Schema

if TYPE_CHECKING:
    from pipeline.corrections import Corrections
    from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The records of one document by kind, and what is counted: characters kept, removed by reason, changes by rule."""

    records: Mapping[str, Sequence[bytes]]
    counts: Mapping[str, int]


class Cleaner(Protocol):
    """What a run needs to know of text."""

    def clean(self, data: bytes, source: str) -> Cleaned:
        """Read one document. Any exception sends it to quarantine."""

    def quarantined(self, source: str, error: BaseException, sha256: str) -> bytes:
        """The record of a document that failed. Never raises."""

    def schema(self, kind: str) -> Schema:
        """The JSON Schema of its records of one kind."""


MakeCleaner: TypeAlias = "Callable[[Settings], Cleaner]"


class _Cleaner:
    def __init__(self, settings: Settings, corrections: Corrections | None) -> None:
        from pipeline import flow, records
        from pipeline.corrections import Corrections

        self.settings, self.corrections = settings, corrections or Corrections()
        self._read, self._records, self._quarantined = flow.read, records.records, records.quarantined

    def clean(self, data: bytes, source: str) -> Cleaned:
        own = self.corrections.of(source)
        page = self._read(data, source, self.settings, own)
        made = self._records(page, self.settings)
        by_reason = {f"removed.{reason}": number for reason, number in made.removed_by_reason.items()}
        by_rule = {f"changed.{rule}": number for rule, number in made.changes.items()}
        lines = {"articles": made.articles, "sections": made.sections, "removed": made.removed}
        counts = {"kept": made.kept, **by_reason, **by_rule}
        if own:
            counts |= {"corrections": len(own) - len(page.misfits), "misfits": len(page.misfits)}
        return Cleaned(lines, counts)

    def quarantined(self, source: str, error: BaseException, sha256: str) -> bytes:
        return self._quarantined(source, error, sha256)

    def schema(self, kind: str) -> Schema:
        return schemas(self.settings.records)[kind]


def from_settings(settings: Settings, corrections: Corrections | None = None) -> Cleaner:
    """The cleaner of the program itself."""
    return _Cleaner(settings, corrections)
