"""Pins: the corrections of one page, laid over each decision right after its stage has taken it.

In: what a stage decided. Out: the same, with what a person decided in its place; nothing else changes. A correction that
doesn't fit the page goes to `misfits`, and the page is read without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from pipeline.corrections import Correction, Place
from pipeline.document import Block, Line, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.roles import ROLE_OF, Decision
from pipeline.stitch import Seam

# The labels of the first and of the further lines of a block (see ROLE_OF).
_LABELS = {
    Role.TITLE: "Tt", Role.KICKER: "KK", Role.SUBTITLE: "Ss", Role.BYLINE: "YY",
    Role.HEADING: "Hh", Role.BODY: "PJ", Role.CAPTION: "Xx", Role.FURNITURE: "FF",
}  # fmt: skip
_SHOWN = 16  # characters of a line that a message quotes


class Misfit(Exception):
    """A correction does not fit the page; the message says why."""


class Pins:
    """The corrections of one page. Without any, each method gives back what it got."""

    def __init__(self, corrections: Sequence[Correction], found: Sequence[Line]) -> None:
        self.found = found
        self.index = {line.text.origins[0]: i for i, line in enumerate(found)} if corrections else {}
        self.misfits: dict[Correction, str] = {}
        self.rules: dict[int, str] = {}  # index of a line: the rule of the correction that it stands in
        self.at: dict[Correction, list[int]] = {}
        self.over: dict[Correction, int] = {}
        self._each(corrections, self._placed)

    def decisions(self, decisions: Sequence[Decision]) -> list[Decision]:
        """What each line is: roles first, then what goes on with what."""
        decided = list(decisions)
        self._each(self._of("role", "title"), lambda one: self._role(one, decided))
        self._each(self._of("break"), lambda one: self._broken(one, decided))
        self._each(self._of("join"), lambda one: self._joined(one, decided))
        return decided

    def headlines(self, blocks: Sequence[Block], decide: Callable[[Sequence[Block]], list[Block]]) -> list[Block]:
        """The blocks as `decide` sees the headlines of the page; a role that is pinned stays, and is no candidate."""
        pinned = {i for one in self._of("role", "title") for i in self.at[one]}
        if not pinned:
            return decide(blocks)
        kept = [not pinned.isdisjoint(self._lines(block.lines)) for block in blocks]
        shielded = [
            b._replace(odds=()) if k and b.role is not Role.TITLE else b for b, k in zip(blocks, kept, strict=True)
        ]
        return [b if k else new for b, k, new in zip(blocks, kept, decide(shielded), strict=True)]

    def seams(self, blocks: Sequence[Block], seams: Sequence[Seam]) -> list[Seam]:
        """The seams, but none of a text that ends where a break is pinned; those of pinned joins are surer than any other."""
        ended = {self.at[one][0] for one in self._of("break")}
        stitched = (
            [seam for seam in seams if self._lines(blocks[seam.tail].lines)[-1] not in ended] if ended else list(seams)
        )
        self._each(self._of("join"), lambda one: self._stitched(one, blocks, stitched))
        return sorted(stitched, key=lambda seam: seam.head)

    def ordered(self, runs: Sequence[Sequence[Item]]) -> list[list[Item]]:
        """The items of each article, those of a pinned order right behind each other."""
        moved = [list(run) for run in runs]
        self._each(self._of("join"), lambda one: self._holds(one, moved))
        self._each(self._of("order"), lambda one: self._in_order(one, moved))
        return moved

    def headed(
        self, runs: Sequence[Sequence[Item]], fronts: Sequence[Front], blocks: Sequence[Block]
    ) -> list[list[Item]]:
        """The items of each article, each heading and title that is pinned over its text."""
        moved = [list(run) for run in runs]
        self._each(self._of("title"), lambda one: self._title(one, moved, fronts, blocks))
        self._each(self._of("heading"), lambda one: self._heading(one, moved))
        return moved

    def _of(self, *kinds: str) -> list[Correction]:
        return [one for one in self.at if one.kind in kinds and one not in self.misfits]

    def _each(self, corrections: Iterable[Correction], lay: Callable[[Correction], None]) -> None:
        for one in corrections:
            try:
                lay(one)
            except Misfit as misfit:
                self.misfits[one] = f"{one.where}: {one.source}: {misfit}"
                for i in self.at.get(one, ()):
                    self.rules.pop(i, None)

    def _placed(self, one: Correction) -> None:
        """Find the lines that a correction names."""
        at = [self._line(place) for place in one.at]
        if len(set(at)) < len(at):
            raise Misfit("it names one line twice.")
        if one.over:
            self.over[one] = self._line(one.over)
        if one.kind in ("role", "title") and at != list(range(at[0], at[0] + len(at))):
            raise Misfit("the lines of a block stand one below the other.")
        self.at[one] = at
        self.rules |= dict.fromkeys(at[1:] if one.kind in ("join", "break") else at, one.rule)

    def _line(self, place: Place) -> int:
        begins = "".join(place.text.split())
        same = [i for i, line in enumerate(self.found) if "".join(line.text.chars.split()).startswith(begins)]
        numbered = [i for i, line in enumerate(self.found) if place.line in (0, line.number)]
        both = [i for i in numbered if i in same]
        if len(both) == 1:
            return both[0]
        if not numbered:
            raise Misfit(f"there is nothing on line {place.line}.")
        if both and place.line:
            raise Misfit(f"line {place.line} was cut in two. Say how the part that you mean begins.")
        if both:
            raise Misfit(f"{len(both)} lines begin with “{place.text}”. Give the number of the line too.")
        if not place.line:
            raise Misfit(f"no line begins with “{place.text}”.")
        raise Misfit(f"line {place.line} begins “{self.found[numbered[0]].text.chars[:_SHOWN]}”, not “{place.text}”.")

    def _role(self, one: Correction, decided: list[Decision]) -> None:
        role = one.role or Role.TITLE
        for i in self.at[one]:
            if decided[i].rule in ("correction.role", "correction.title"):
                raise Misfit(f"line {self.found[i].number} has another correction of its role.")
        for k, i in enumerate(self.at[one]):
            label = _LABELS[role][k > 0]
            starts = (float(k == 0), float(k > 0), 0.0)
            if role is Role.BODY and k == 0:
                starts = _starts(decided[i])
                label = "PJC"[starts.index(max(starts))]
                if label == "J" and (i == 0 or ROLE_OF[decided[i - 1].label] is not Role.BODY):
                    label = "C"
            decided[i] = Decision(label, one.rule, 1.0, *starts, tuple(float(other is role) for other in Role))

    def _broken(self, one: Correction, decided: list[Decision]) -> None:
        _, i = self.at[one]
        label = _LABELS[ROLE_OF[decided[i].label]][0]
        decided[i] = decided[i]._replace(
            label=label, rule=one.rule, confidence=1.0, opens=1.0, goes_on=0.0, resumes=0.0
        )

    def _joined(self, one: Correction, decided: list[Decision]) -> None:
        i, j = self.at[one]
        before, after = ROLE_OF[decided[i].label], ROLE_OF[decided[j].label]
        if before is not after:
            raise Misfit(f"its lines are {before} and {after}. Correct the role of one of them too.")
        if j == i + 1:
            label, starts = _LABELS[after][1], (0.0, 1.0, 0.0)
            if label not in "tshxJ":
                raise Misfit(f"lines of a {after} are never joined.")
        elif after is Role.BODY:
            label, starts = "C", (0.0, 0.0, 1.0)
            if decided[i + 1 : i + 2] and decided[i + 1].label == "J":
                decided[i + 1] = decided[i + 1]._replace(label="C")
        else:
            raise Misfit(f"lines of a {after} that stand apart are never joined.")
        opens, goes_on, resumes = starts
        decided[j] = decided[j]._replace(
            label=label, rule=one.rule, confidence=1.0, opens=opens, goes_on=goes_on, resumes=resumes
        )

    def _stitched(self, one: Correction, blocks: Sequence[Block], seams: list[Seam]) -> None:
        i, j = self.at[one]
        tail = next(k for k, block in enumerate(blocks) if i in self._lines(block.lines))
        head = next(k for k, block in enumerate(blocks) if j in self._lines(block.lines))
        if tail == head:
            return
        if {blocks[tail].role, blocks[head].role} != {Role.BODY} or self._lines(blocks[tail].lines)[-1] != i:
            raise Misfit("the page as a whole reads one of its lines as no body text. Correct its role too.")
        seams[:] = [seam for seam in seams if seam.tail != tail and seam.head != head]
        seams.append(Seam(tail, head, math.inf))

    def _holds(self, one: Correction, runs: Sequence[Sequence[Item]]) -> None:
        """Raise Misfit where body text that is to be joined was not: the joins run in a ring."""
        i, j = self.at[one]
        for run in runs:
            for item in run:
                lines = self._lines(item.block.lines)
                if i in lines and item.block.role is Role.BODY and (i, j) not in pairwise(lines):
                    raise Misfit("with the other corrections the text would follow itself.")

    def _in_order(self, one: Correction, runs: list[list[Item]]) -> None:
        items = [self._item(i, runs) for i in self.at[one]]
        if len({item.first for item in items}) < len(items):
            raise Misfit("two of its lines stand in one paragraph. Join or part them instead.")
        for before, item in pairwise(items):
            run = next(run for run in runs if item in run)
            run.remove(item)
            run = next(run for run in runs if before in run)
            run.insert(run.index(before) + 1, item)

    def _heading(self, one: Correction, runs: list[list[Item]]) -> None:
        [i] = self.at[one]
        item, text = self._item(i, runs), self._item(self.over[one], runs)
        if item.block.role is not Role.HEADING or text is item:
            raise Misfit(f"line {self.found[i].number} is no heading. Correct its role too.")
        next(run for run in runs if item in run).remove(item)
        run = next(run for run in runs if text in run)
        run.insert(run.index(text), item)

    def _title(self, one: Correction, runs: list[list[Item]], fronts: Sequence[Front], blocks: Sequence[Block]) -> None:
        i = self.at[one][0]
        own = next(
            (f for f, front in enumerate(fronts) for t in front.titles if i in self._lines(blocks[t].lines)), None
        )
        if own is None:
            raise Misfit(f"line {self.found[i].number} heads no article: it may be a second copy of a title.")
        if one not in self.over:
            return
        text = self._item(self.over[one], runs)
        other = next(r for r, run in enumerate(runs) if text in run)
        runs[own], runs[other] = runs[other], runs[own]

    def _item(self, i: int, runs: Sequence[Sequence[Item]]) -> Item:
        for run in runs:
            for item in run:
                if i in self._lines(item.block.lines):
                    return item
        raise Misfit(f"line {self.found[i].number} is no heading and no body text. Correct its role too.")

    def _lines(self, lines: Sequence[Line]) -> list[int]:
        return [self.index[line.text.origins[0]] for line in lines]


def _starts(decision: Decision) -> tuple[float, float, float]:
    """How likely a line opens a paragraph, goes on or resumes, given that it is body text."""
    three = (decision.opens, decision.goes_on, decision.resumes)
    return three if any(three) else (1.0, 0.0, 0.0)
