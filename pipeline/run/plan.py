"""What a run has to do: the inputs that are there, held against the receipts.

Comes in: the lists of all inputs. Goes out: a plan for each part, with the reasons, and all of them packed: a run may have a
million parts. Only names, sizes and times are compared; where just the time differs, the digest decides.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np

from pipeline.run import receipts
from pipeline.run.documents import digest_of
from pipeline.run.found import Found
from pipeline.run.heads import Heads
from pipeline.run.layout import Layout
from pipeline.run.lists import Listing
from pipeline.run.receipts import Counts, Head, Receipt, Row, Stamp
from pipeline.run.shards import WHOLE, Share

_REUSE: Final = 1
_IN_PIECES: Final = 2

Action: TypeAlias = Literal["keep", "touch", "work", "retire"]


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What to do with a part. `touch`: only times changed, so only the receipt is written anew."""

    part: int
    action: Action
    # added, changed, corrected, deleted, touched, retried: inputs; settings, code, options, outputs, full: 1
    reasons: Counts
    head: Head | None = None  # of the receipt that still holds
    todo: int = 0  # inputs to read
    bytes: int = 0  # of these
    reuse: bool = False
    pieces: tuple[Found, ...] = ()  # those to read


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for beyond what changed."""

    full: bool = False
    retry_quarantined: bool = False


@dataclass(slots=True)
class Plans:
    """The plans of all parts together."""

    lying: array[int]  # how many files of records each part has
    actions: Counter[str] = field(default_factory=Counter)
    reasons: Counts = field(default_factory=dict)
    work: array[int] = field(default_factory=lambda: array("I"))
    bytes: array[int] = field(default_factory=lambda: array("Q"))  # of the parts to work on
    flags: bytearray = field(default_factory=bytearray)  # of the same
    touch: array[int] = field(default_factory=lambda: array("I"))
    retire: array[int] = field(default_factory=lambda: array("I"))
    large: dict[str, Found] = field(default_factory=dict)  # the files of which pieces are to be read
    todo: int = 0

    def add(self, one: PartPlan) -> None:
        """Take in the plan of a part."""
        self.actions[one.action] += 1
        receipts.add(self.reasons, one.reasons)
        if one.action == "work":
            self.work.append(one.part)
            self.bytes.append(one.bytes)
            self.flags.append(_REUSE * one.reuse | _IN_PIECES * bool(one.pieces))
            self.todo += one.todo
            self.large.update((piece.source, replace(piece, piece=0)) for piece in one.pieces)
        elif one.action == "touch":
            self.touch.append(one.part)
        elif one.action == "retire":
            self.retire.append(one.part)

    def in_order(self) -> Iterator[tuple[int, bool, bool]]:
        """The parts to work on, the largest first: whether records can be used again, and whether it has pieces to read."""
        if not self.work:
            return
        parts, sizes = np.array(self.work), np.array(self.bytes, dtype=np.int64)
        for at in map(int, np.lexsort((parts, -sizes))):
            yield self.work[at], bool(self.flags[at] & _REUSE), bool(self.flags[at] & _IN_PIECES)

    def lying_of(self, part: int) -> int:
        """How many files of records a part has."""
        return self.lying[part] if part < len(self.lying) else 0


def plan_all(
    listing: Listing,
    layout: Layout,
    stamp: Stamp,
    wishes: Wishes,
    heads: Heads,
    share: Share = WHOLE,
    *,
    also_work: bool = False,
) -> Plans:
    """All plans, and in `heads` those of the receipts that hold; `also_work`: also of parts that have something new."""
    plans = Plans(layout.lying())
    for one in plan(listing, layout, stamp, wishes, plans.lying, share):
        plans.add(one)
        if one.head and (also_work or one.action != "work"):
            heads.add(one.head)
    return plans


def plan(
    listing: Listing, layout: Layout, stamp: Stamp, wishes: Wishes, lying: array[int], share: Share = WHOLE
) -> Iterator[PartPlan]:
    """The plan of each part of a share, and of each that is in the output but has no input any more."""
    for part in filter(share.has, listing.used()):
        yield _part(part, listing, layout, stamp, wishes, lying[part] if part < len(lying) else 0)
    for part, _ in layout.there():
        if share.has(part) and not (part < listing.parts and listing.entries[part]):
            head = receipts.read_head(layout.receipt(part))
            yield PartPlan(part, "retire", {"deleted": head.inputs if head else 0})


def _part(part: int, listing: Listing, layout: Layout, stamp: Stamp, wishes: Wishes, lying: int) -> PartPlan:
    inputs = listing.sorted(part)
    receipt = receipts.read(layout.receipt(part))
    reasons = _reasons(receipt, layout, stamp, wishes, lying)
    if receipt is None or reasons:
        changes, holding = reasons or {"added": sum(not found.piece for found in inputs)}, frozenset[str]()
    else:
        changes, holding = _compared(inputs, receipt.rows, wishes)
    todo = [found for found in inputs if found.name not in holding]
    is_new = receipt is None or bool(reasons)
    action: Action = "work" if is_new or set(changes) - {"touched"} else "touch" if changes else "keep"
    if action != "keep":
        listing.write(part, ((found, found.name in holding) for found in inputs))
    size = sum(max(found.size, 0) // found.pieces for found in todo)
    pieces = tuple(found for found in todo if found.pieces > 1)
    head = receipt.head if receipt and not is_new else None
    return PartPlan(part, action, changes, head, len(todo), size, reuse=not is_new, pieces=pieces)


def _reasons(receipt: Receipt | None, layout: Layout, stamp: Stamp, wishes: Wishes, lying: int) -> Counts:
    """Why a part as a whole has to be done again, if so."""
    if receipt is None:
        return {}
    if wishes.full:
        return {"full": 1}
    was = receipt.head.stamp
    pairs = {
        "settings": (was.settings, stamp.settings),
        "code": (was.code, stamp.code),
        "options": (was.options, stamp.options),
    }
    reasons = {name: 1 for name, (old, new) in pairs.items() if old != new}
    if not reasons and not receipts.intact(layout.root, layout.receipt(receipt.head.part), receipt.head, lying):
        reasons["outputs"] = 1
    return reasons


def _compared(inputs: list[Found], rows: Iterable[Row], wishes: Wishes) -> tuple[Counts, frozenset[str]]:
    """How the inputs differ from those of the receipt, and the names of those whose records still hold.

    Of a file in pieces only the first one counts, but each makes its part do something.
    """
    known = {(row.source, row.piece): row for row in rows}
    changes: Counts = {}
    holding: set[str] = set()
    for found in inputs:
        word = _change(found, known.pop((found.source, found.piece), None), wishes)
        if word:
            receipts.add(changes, {word: int(not found.piece)})
        if word in ("", "touched"):
            holding.add(found.name)
    if known:
        changes["deleted"] = sum(not piece for _, piece in known)
    return changes, frozenset(holding)


def _change(found: Found, row: Row | None, wishes: Wishes) -> str:
    if row is None:
        return "added"
    if not row.sha256 or (wishes.retry_quarantined and row.counts.get("quarantined", 0)):
        return "retried"
    if row.size != found.size:
        return "changed"
    if row.corrections != found.corrections:
        return "corrected"
    if found.mtime_ns and row.mtime_ns == found.mtime_ns:
        return ""
    if _digest(found.path, found.size, found.mtime_ns) != row.sha256:
        return "changed"
    return "touched" if row.mtime_ns != found.mtime_ns else ""


@lru_cache(maxsize=4096)  # each piece of a file asks for it
def _digest(path: str, size: int, mtime_ns: int) -> str:
    try:
        return digest_of(path)
    except OSError:
        return ""
