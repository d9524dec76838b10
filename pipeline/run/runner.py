"""One run, from the inputs to the report: look, plan, work, put in place, sum up.

Nothing is touched before the inputs are found, the output is known to be ours and the lock is held. Then each part
is done and vouched for by its receipt on its own, so that a run can end at any instant and the next one goes on.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
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
from pipeline.run.found import MEGABYTE
from pipeline.run.heads import Heads
from pipeline.run.layout import Layout, check
from pipeline.run.lists import Listing
from pipeline.run.mirror import Held, Mirror, let_go, put_in_place
from pipeline.run.parts import Prepared, publish
from pipeline.run.places import disk_errors, held, mirrored
from pipeline.run.plan import Plans, Wishes, plan_all
from pipeline.run.receipts import Counts, Stamp
from pipeline.run.report import MaxFailures, Progress, Report
from pipeline.run.scratch import HEADS, MIRROR, PARTS, STDIN, SURVEYS, scratch
from pipeline.run.settle import close, settle, tidy, write
from pipeline.run.shards import WHOLE, Share, note, pinned
from pipeline.run.skipped import Skipped
from pipeline.run.stop import stoppable
from pipeline.run.surveys import Surveyed, Surveys
from pipeline.run.tasks import Tasks
from pipeline.run.work import Outcome

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
    stamp: Stamp
    listing: Listing
    skipped: Skipped
    heads: Heads  # of the parts that are done
    started: float
    plans: Plans
    worked: Counts = field(default_factory=dict)
    counts: Counts | None = None  # of the whole output, where they are summed up already
    known: Surveys | None = None
    lock: int | None = None
    cluster: Engine | None = None
    mirror: Mirror | None = None
    refused: bool = False

    def report(self, *, dry_run: bool = False, stopped: int = 0) -> Report:
        counts = self.heads.counts() if self.counts is None else self.counts
        seconds, given = time.monotonic() - self.started, self.order.corrections
        actions, reasons = self.plans.actions, self.plans.reasons
        return Report(
            counts, self.worked, actions, reasons, self.skipped, seconds, dry_run, self.refused, stopped, given
        )


def execute(order: Order) -> Report:
    """Do a run. Raises ConfigError before anything is touched, EngineError where it can't go on."""
    started = time.monotonic()
    used = libraries(order.settings)
    with cluster_of(order) as cluster, scratch() as folder, ExitStack() as stack:
        heads = stack.enter_context(closing(Heads(folder / HEADS)))
        mirror = mirrored(order.store, folder, order.share, dry_run=order.dry_run)
        layout = mirror.layout if mirror else check(order.out)
        listing, skipped = _found(order, folder)
        stack.enter_context(closing(listing))
        stamp = receipts.stamp(order.settings.fingerprint(), order.settings.run, used)
        about = (order, layout, stamp, listing, skipped, heads, started)
        if order.dry_run:
            plans = plan_all(listing, layout, stamp, order.wishes, heads, order.share, also_work=True)
            return _State(*about, plans).report(dry_run=True)
        if not layout.lock.exists():
            _check_sources(listing)  # else the plan does that, before anything is touched
        with held(layout, order.share) as lock:
            with disk_errors():
                tidy(layout, order.share)
                plans = plan_all(listing, layout, stamp, order.wishes, heads, order.share)
            known = Surveys(folder / SURVEYS)
            return _run(_State(*about, plans, known=known, lock=lock, cluster=cluster, mirror=mirror))


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


def _found(order: Order, folder: Path) -> tuple[Listing, Skipped]:
    """All inputs, by part. Raises ConfigError for what is not there, or where there is nothing to read at all."""
    spool = folder / STDIN
    out = folder / MIRROR if order.store else order.out
    named = inputs.named(order.inputs, out, order.files_from, str(spool), order.store)
    if named.stdin:
        with spool.open("wb") as file:
            shutil.copyfileobj(order.stdin or sys.stdin.buffer, file)
    skipped = Skipped()
    options = order.settings.run
    listing = Listing(folder / PARTS, options.parts, options.split_mb * MEGABYTE, order.corrected)
    listing.add_all(inputs.find(named, out, skipped, follow_links=options.follow_links))
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
    waiting: list[Prepared | Held] = []
    for outcome in _outcomes(state):
        receipts.add(state.worked, outcome.worked)
        if outcome.prepared is None:
            state.heads.add(outcome.head)
        else:
            waiting.append(outcome.prepared)
    limit = state.order.max_failures
    if limit and not limit.allows(state.worked.get("quarantined", 0), state.worked.get("documents", 0)):
        state.refused = True
        tidy(state.layout, state.order.share)
        for prepared in waiting:
            if state.mirror and isinstance(prepared, Held):
                let_go(state.mirror.store, prepared)
        state.heads.clear()
        for head in filter(None, map(receipts.read_head, map(state.layout.receipt, state.layout.parts()))):
            state.heads.add(head)
        return
    for prepared in waiting:
        if isinstance(prepared, Prepared):
            publish(state.layout, prepared, state.plans.lying_of(prepared.head.part))
        elif state.mirror:
            put_in_place(state.mirror.store, prepared)
        state.heads.add(prepared.head)


def _outcomes(state: _State) -> Iterator[Outcome]:
    """Survey what is large, then do the parts."""
    order, plans = state.order, state.plans
    if not plans.work or state.known is None:
        return
    options, layout = order.settings.run, state.layout
    tasks = Tasks(plans, state.listing, layout.root, order.store, options, state.stamp, state.known)
    engine = state.cluster or engine_of(order, sum(plans.bytes), len(plans.work), state.lock)
    setup = Setup(order.settings, order.make_cleaner)
    if plans.large:
        for done in engine(tasks.surveys(), setup, lambda *_: None):
            if isinstance(done, Surveyed):
                state.known.add(done)
    hold = order.max_failures is not None
    for done in engine(tasks.shards(hold=hold), setup, _told(order.on_progress, plans.todo)):
        if isinstance(done, Outcome):
            yield done


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
    layout, order, skipped = state.layout, state.order, state.skipped.counts
    if state.cluster:
        tidy(layout)  # what tasks that were lost with their node left beside
    settle(layout, state.plans, state.stamp, state.listing)
    if order.share.number == 1:  # all shares are told to read the same
        write(layout.inputs, [inputs.remembered(order.inputs, order.files_from)])
    if order.share == WHOLE:
        state.counts = close(layout, order.settings, state.stamp, state.heads, skipped, order.corrected)
    else:
        note(layout, order.share, state.stamp, pinned(order.corrected), state.listing.digest, skipped)
    if state.mirror:
        state.mirror.push()
