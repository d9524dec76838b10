"""What there is to do, as tasks for an engine: first the surveys of large files, then the parts.

A part is made ready only when an engine asks for it, so that a million of them take no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.run.lists import Listing, listed
from pipeline.run.plan import Plans
from pipeline.run.receipts import Stamp
from pipeline.run.surveys import Survey, Surveys, cut
from pipeline.run.work import Shard
from pipeline.run_options import RunOptions


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of a run."""

    plans: Plans
    listing: Listing
    out: Path
    store: str
    options: RunOptions
    stamp: Stamp
    known: Surveys

    def surveys(self) -> Iterator[Survey]:
        """A survey of each file of which pieces are to be read."""
        for number, found in enumerate(self.plans.large.values()):
            yield Survey(number, found, self.listing.split, self.out, self.options, self.stamp, self.store)

    def shards(self, *, hold: bool) -> Iterator[Shard]:
        """The parts that have something new, the largest first; with `hold` they are left beside."""
        for part, reuse, has_pieces in self.plans.in_order():
            unread = self._surveyed(part) if has_pieces else {}
            yield Shard(
                part=part,
                out=self.out,
                listing=self.listing.stretch(part),
                options=self.options,
                stamp=self.stamp,
                reuse=reuse,
                lying=self.plans.lying_of(part),
                store=self.store,
                hold=hold,
                unread=unread,
            )

    def _surveyed(self, part: int) -> dict[str, SourceError]:
        """Put what surveys found out into the list of a part. Returns the files that can't be read, each with its first piece."""
        unread, inputs = {}, []
        for found, holds in listed(self.listing.stretch(part)):
            if found.pieces > 1 and not holds:
                known = self.known.read(found.source)
                found = replace(found, cut=cut(known, found, self.listing.split))
                if known.error and not found.piece:
                    unread[found.name] = known.error
            inputs.append((found, holds))
        self.listing.write(part, inputs)
        return unread
