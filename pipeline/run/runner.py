"""One run, from the inputs to the report: look, plan, work, put in place, sum up.

Nothing is touched before the inputs are found, the output is known to be ours and the lock is held. Then each part
is done and vouched for by its receipt on its own, so that a run can end at any instant and the next one goes on.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from pipeline.errors import ConfigError
from pipeline.libraries import libraries
from pipeline.run import inputs, receipts
from pipeline.run.choice import cluster_of, engine_of
from pipeline.run.cleaner import MakeCleaner
from pipeline.run.engines import Engine, Setup
from pipeline.run.errors import Stopped
from pipeline.run.layout import Layout, check
from pipeline.run.mirror import Mirror
from pipeline.run.parts import Prepared, publish
from pipeline.run.places import disk_errors, held, mirrored
from pipeline.run.plan import Listing, PartPlan, Wishes, plan
from pipeline.run.receipts import Counts, Head, Stamp
from pipeline.run.report import MaxFailures, Progress, Report
from pipeline.run.scratch import MIRROR, PARTS, STDIN, scratch
from pipeline.run.settle import close, settle, summed, tidy, write
from pipeline.run.shards import WHOLE, Share, corrected, note
from pipeline.run.stop import stoppable
from pipeline.run.work import Outcome, Shard

if TYPE_CHECKING:
    from pipeline.settings import Settings

EngineName: TypeAlias = Literal["pool", "serial", "ray"]
OnProgress: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    inputs: tuple[str, ...]
    out: Path
    settings: Settings
    make_cleaner: MakeCleaner
    corrected: Mapping[str, str] = field(default_factory=dict)  # a digest of the corrections of each source
    corrections: int = 0  # how many there are
    engine: EngineName = "pool"
    ray_address: str = ""
    workers: int | None = None
    share: Share = WHOLE
    store: str = ""  # the address of the bucket that the output is in; `out` is not used then
    on_progress: OnProgress | None = None
    wishes: Wishes = field(default_factory=Wishes)
    max_failures: MaxFailures | None = None
    dry_run: bool = False
    files_from: Path | None = None
    stdin: BinaryIO | None = None


@dataclass(slots=True)
class _State:
    """A run that is under way."""

    order: Order
    layout: Layout
    stamp_of: Callable[[int], Stamp]
    stamp: Stamp  # of all; that of a part has the corrections of its documents
    listed: str  # the digest of all inputs that were found
    skipped: inputs.Skipped
    plans: list[PartPlan]
    heads: dict[int, Head]  # of the parts that are done
    worked: Counts = field(default_factory=dict)
    lock: int | None = None
    cluster: Engine | None = None
    mirror: Mirror | None = None
    refused: bool = False
    started: float = field(default_factory=time.monotonic)

    def report(self, *, dry_run: bool = False, stopped: int = 0) -> Report:
        counts = summed(self.heads.values())
        reasons: Counts = {}
        for one in self.plans:
            receipts.add(reasons, one.reasons)
        parts: Counter[str] = Counter(one.action for one in self.plans)
        seconds = time.monotonic() - self.started
        given = self.order.corrections
        return Report(counts, self.worked, parts, reasons, self.skipped, seconds, dry_run, self.refused, stopped, given)


def execute(order: Order) -> Report:
    """Do a run. Raises ConfigError before anything is touched, EngineError where it can't go on."""
    started = time.monotonic()
    used = libraries(order.settings)
    with cluster_of(order) as cluster, scratch() as folder:
        mirror = mirrored(order.store, folder, order.share, dry_run=order.dry_run)
        layout = mirror.layout if mirror else check(order.out)
        listing, skipped = _found(order, folder)
        stamp = receipts.stamp(order.settings.fingerprint(), order.settings.run, used)
        stamp_of = receipts.stamps(stamp, order.corrected, order.settings.run.parts)
        if order.dry_run:
            plans = list(plan(listing, layout, stamp_of, order.wishes, order.share))
            heads = {one.part: one.head for one in plans if one.head}
            return _State(
                order, layout, stamp_of, stamp, listing.digest, skipped, plans, heads, started=started
            ).report(dry_run=True)
        if not layout.lock.exists():
            _check_sources(listing)  # else the plan does that, before anything is touched
        with held(layout, order.share) as lock:
            with disk_errors():
                tidy(layout, order.share)
                plans = list(plan(listing, layout, stamp_of, order.wishes, order.share))
            heads = {one.part: one.head for one in plans if one.head and one.action in ("keep", "touch")}
            return _run(
                _State(
                    order,
                    layout,
                    stamp_of,
                    stamp,
                    listing.digest,
                    skipped,
                    plans,
                    heads,
                    lock=lock,
                    cluster=cluster,
                    mirror=mirror,
                    started=started,
                )
            )


def _run(state: _State) -> Report:
    try:
        with stoppable(), disk_errors():
            _work(state)
            if not state.refused:
                _settle(state)
    except Stopped as signal:
        with disk_errors():
            tidy(state.layout, state.order.share)
        return state.report(stopped=signal.signum)
    return state.report()


def _found(order: Order, folder: Path) -> tuple[Listing, inputs.Skipped]:
    """All inputs, by part. Raises ConfigError for what is not there, or where there is nothing to read at all."""
    spool = folder / STDIN
    out = folder / MIRROR if order.store else order.out
    named = inputs.named(order.inputs, out, order.files_from, str(spool), order.store)
    if named.stdin:
        with spool.open("wb") as file:
            shutil.copyfileobj(order.stdin or sys.stdin.buffer, file)
    skipped = inputs.Skipped()
    listing = Listing(folder / PARTS, order.settings.run.parts)
    listing.add_all(inputs.find(named, out, skipped, follow_links=order.settings.run.follow_links))
    if not listing.count:
        passed = ", ".join(f"{number} {reason}" for reason, number in skipped.counts.items())
        what = ", ".join(map(str, [*order.inputs, *([order.files_from] if order.files_from else [])]))
        raise ConfigError(
            f"{what}: holds no document{f' (passed over: {passed})' if passed else ''}."
            f" What is read ends in {inputs.READ_SUFFIXES}."
        )
    return listing, skipped


def _check_sources(listing: Listing) -> None:
    """Raise ConfigError where two inputs have one source, before the output is touched."""
    for part in listing.used():
        listing.sorted(part)


def _work(state: _State) -> None:
    """Do all parts that have something new, and put them in place, at once or, with a limit of failures, together."""
    hold = state.order.max_failures is not None
    waiting: list[Prepared] = []
    for outcome in _outcomes(state, hold):
        receipts.add(state.worked, outcome.worked)
        if outcome.prepared is None:
            state.heads[outcome.head.part] = outcome.head
            continue
        waiting.append(outcome.prepared)
    limit = state.order.max_failures
    if limit and not limit.allows(state.worked.get("quarantined", 0), state.worked.get("documents", 0)):
        state.refused = True
        tidy(state.layout, state.order.share)
        state.heads = {
            part: one.head for part in state.layout.parts() if (one := receipts.read(state.layout.receipt(part)))
        }
        return
    for prepared in waiting:
        publish(state.layout, prepared)
        state.heads[prepared.head.part] = prepared.head


def _outcomes(state: _State, hold: bool) -> Iterator[Outcome]:
    order = state.order
    todo = sorted((one for one in state.plans if one.action == "work"), key=lambda one: (-one.bytes, one.part))
    shards = [
        Shard(
            one.part,
            state.layout.root,
            one.listing,
            order.settings.run,
            state.stamp_of(one.part),
            one.reuse,
            order.store,
            hold,
        )
        for one in todo
    ]
    if not shards:
        return
    total = sum(one.todo for one in todo)
    engine = state.cluster or engine_of(order, sum(one.bytes for one in todo), state.lock)
    yield from engine(shards, Setup(order.settings, order.make_cleaner), _told(order.on_progress, total))


def _told(on_progress: OnProgress | None, total: int) -> Callable[[str, bool], None]:
    """Count what engines tell, and pass it on."""
    counts = {"inputs": 0, "documents": 0}

    def at(source: str, is_input: bool) -> None:
        if not source or on_progress is None:
            return
        counts["inputs"] = min(total, counts["inputs"] + is_input)  # a part that is done again counts once
        counts["documents"] += not is_input
        on_progress(Progress(counts["inputs"], total, counts["documents"], source))

    return at


def _settle(state: _State) -> None:
    """What comes after the work: of all, the manifest; of a share, a note that it is done."""
    layout, order = state.layout, state.order
    if state.cluster:
        tidy(layout)  # what tasks that were lost with their node left beside
    settle(layout, state.plans, state.stamp_of)
    if order.share.number == 1:  # all shares are told to read the same
        write(layout.inputs, inputs.remembered(order.inputs, order.files_from))
    if order.share == WHOLE:
        heads = [state.heads[part] for part in sorted(state.heads)]
        close(layout, order.settings, state.stamp, heads, state.skipped.counts, order.corrected)
    else:
        note(layout, order.share, corrected(state.stamp, order.corrected), state.listed, state.skipped.counts)
    if state.mirror:
        state.mirror.push()
