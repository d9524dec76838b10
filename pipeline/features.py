"""What can be seen of a line: its form, its wording and how it stands to its neighbours.

In: the lines of a document. Out: a table of small whole numbers, a row a line and a column a feature; a column's
values have names, so that a learnt weight (and the rule in `pipeline explain`) reads `ends.stop` or `gap.indent`.
Everything is counted once for the whole document, with numpy; nothing here decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.document import Line
from pipeline.measure import cells, measures
from pipeline.seams import SeamModel
from pipeline.wording import NAMES, found, names

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

STOPS = "。！？…!?"
CLOSERS = "”’》）)」』】\"'"
OPENERS = "“‘《（(「『【"
CLOSING = "”’》）)」』】"
FIGURES = "0123456789０１２３４５６７８９"
_COUNTED = ("。！？；", "，、,", OPENERS, CLOSING, FIGURES)
LONE = 45  # characters that stand by themselves, without a stop: hardly body text
MOST_PAIRS = 40_000  # open ends times openings that are compared on a page; beyond it, none are
CUE_LONGEST = 120  # characters: wording cues are for short lines


@dataclass(frozen=True)
class Column:
    """One feature of each line: `values[i]` is an index into `names`."""

    name: str
    values: Ints
    names: tuple[str, ...]


_ENDS = (
    "stop",
    "closed_stop",
    "comma",
    "semicolon",
    "colon",
    "dash",
    "closer",
    "opener",
    "digit",
    "latin",
    "han",
    "other",
)
_STARTS = ("han", "digit", "latin", "quote", "bracket", "kinsoku", "dash", "mark", "label", "other")
_LENGTHS = (3, 5, 7, 9, 11, 14, 17, 21, 27, 41, 81)
_GAPS = (-24, -16, -11, -7, -5, -4, -3, -2, 0, 1, 2, 4)
_JOINS = (-8.0, -5.0, -3.0, -1.5, -0.5, 0.5, 1.5, 3.0, 5.0, 8.0)
_LOGS = (-9.0, -7.0, -5.5, -4.5, -3.5, -2.5, -1.5)
_SHARES = (0.01, 0.2, 0.4, 0.6, 0.8)
_HABITS = tuple(f"{kind}{count}" for kind in ("long", "whole", "halves") for count in range(4))
_PLACES = (1, 2, 3, 5, 9)


def features(lines: Sequence[Line], model: SeamModel, simplify: Callable[[str], str]) -> list[Column]:
    """The table of all features of the lines, in an order that does not change between runs.

    `simplify` turns Traditional characters into Simplified ones, one for one, for the wording cues.
    """
    chars = [line.text.chars for line in lines]
    if not chars:
        return []
    plain = simplify("\n".join(chars)).split("\n")
    widths = cells(chars)
    gap = widths - measures(widths)
    own = [
        *_form(chars, widths, gap),
        *_standing(lines, chars, widths),
        *_wording(plain),
        *_echo(chars),
        *_groups(lines, chars, widths, gap),
        *_alike(chars),
    ]
    table = list(own)
    shifted = {"ends", "starts", "gap", "length", "stops", "blank", "open", "cue", "names", "level", "bold"}
    for column in own:
        stem = column.name.split(".")[0]
        if stem in shifted or column.name in shifted:
            table += (_shift(column, 1, "before"), _shift(column, -1, "after"))
            if stem in ("ends", "length", "gap"):
                table += (_shift(column, 2, "before2"), _shift(column, -2, "after2"))
    table += _seams(lines, chars, model)
    table += _crossed(table)
    return table


def _bins(name: str, values: npt.ArrayLike, edges: tuple[float, ...]) -> Column:
    return Column(name, np.searchsorted(np.array(edges), np.asarray(values), side="right"), _bin_names(edges))


@cache
def _bin_names(edges: tuple[float, ...]) -> tuple[str, ...]:
    return (*(f"<{e:g}" for e in edges), f">={edges[-1]:g}")


def _flag(name: str, values: Sequence[bool] | npt.NDArray[np.bool_]) -> Column:
    return Column(name, np.asarray(values, dtype=np.int64), ("no", "yes"))


def _shift(column: Column, by: int, where: str) -> Column:
    """The feature of the line before (by=1) or after (by=-1), with a value of its own at the edge of the page."""
    values = np.full_like(column.values, len(column.names))
    if by > 0:
        values[by:] = column.values[:-by]
    else:
        values[:by] = column.values[-by:]
    return Column(f"{where}.{column.name}", values, _edged(column.names))


@cache
def _edged(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, "edge")


def _end(chars: str) -> int:
    last = chars[-1]
    if last in STOPS:
        return 0
    if last in CLOSERS:
        return 1 if chars.rstrip(CLOSERS)[-1:] in STOPS and len(chars) > 1 and chars.rstrip(CLOSERS) else 6
    for kind, group in ((2, "，、,"), (3, "；;"), (4, "：:"), (5, "—-－─"), (7, OPENERS)):
        if last in group:
            return kind
    return 8 if last.isdigit() else 9 if last.isascii() and last.isalpha() else 10 if last.isalpha() else 11


def _start(chars: str) -> int:
    first = chars[0]
    for kind, group in (
        (3, "“‘「『\"'"),
        (4, "（(《〈"),
        (5, "，。、；：！？”’）》〉」』】%％"),
        (6, "—-－─"),
        (8, "【[［〔"),
    ):
        if first in group:
            return kind
    if first.isdigit():
        return 1
    if first.isascii():
        return 2 if first.isalpha() else 9
    return 0 if first.isalpha() else 7


def _form(chars: Sequence[str], widths: Ints, gap: Ints) -> list[Column]:
    counts = _counts(chars)
    halves = [c.replace("\u3000", " ").split() for c in chars]
    sizes = np.array([len(c) for c in chars])
    return [
        Column("ends", np.array([_end(c) for c in chars]), _ENDS),
        Column("starts", np.array([_start(c) for c in chars]), _STARTS),
        _bins("length", sizes, _LENGTHS),
        _bins("gap", gap, _GAPS),
        _bins("measure", widths - gap, (16, 24, 32, 40, 52, 70, 120)),
        _bins("stops", counts["。！？；"], (1, 2, 3)),
        _bins("commas", counts["，、,"], (1, 2, 4)),
        _bins("open", np.clip(counts[OPENERS] - counts[CLOSING], -2, 2), (-1, 0, 1, 2)),
        _flag("couplet", [len(h) == 2 and len(h[0]) == len(h[1]) >= 3 for h in halves]),
        _flag("spaced", [len(h) > 1 for h in halves]),
        _flag("lettered", [len(h) >= 4 and max(map(len, h)) == 1 for h in halves]),
        _bins("figures", counts[FIGURES] / sizes, (0.01, 0.15, 0.4, 0.8)),
    ]


def _counts(chars: Sequence[str]) -> dict[str, Ints]:
    """How many characters of each group of `_COUNTED` each line has."""
    codes = np.frombuffer("".join(chars).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    groups = _group_table()[np.minimum(codes, 0xFFFF)]
    starts = np.concatenate(([0], np.cumsum([len(c) for c in chars])[:-1]))
    return {group: np.add.reduceat((groups == k).astype(np.int64), starts) for k, group in enumerate(_COUNTED, 1)}


@cache
def _group_table() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x10000, dtype=np.uint8)
    for k, group in enumerate(_COUNTED, 1):
        table[[ord(c) for c in group]] = k
    return table


def _standing(lines: Sequence[Line], chars: Sequence[str], widths: Ints) -> list[Column]:
    """Where the line stands: blank lines about it, its place on the page, its layout marks, the kind of page."""
    n = len(lines)
    blank = np.array([line.blank_before for line in lines])
    starts = np.flatnonzero(blank | (np.arange(n) == 0))
    group = np.cumsum(blank | (np.arange(n) == 0)) - 1
    sizes = np.diff(np.append(starts, n))[group]
    inside = np.arange(n) - starts[group]
    marked = any(line.hint.level for line in lines)
    kind = 0 if np.median(widths) < 70 else 1
    level = np.array([line.hint.level for line in lines])
    bold = [0 if not line.hint.bold else 1 if line.hint.bold < len(line.text) - 1 else 2 for line in lines]
    return [
        _flag("blank", blank),
        _bins("group", sizes, (2, 3, 5, 9)),
        _bins("group_place", np.minimum(inside, sizes - 1 - inside), (1, 2, 4)),
        _bins("group_last", sizes - 1 - inside, (1, 2)),
        _bins("from_top", np.arange(n), _PLACES),
        _bins("from_end", n - 1 - np.arange(n), _PLACES),
        Column("level", np.minimum(level, 5), ("0", "1", "2", "3", "4", "5")),
        Column("bold", np.array(bold), ("no", "opening", "all")),
        _flag("hard_break", [line.hint.hard_break for line in lines]),
        Column("page", np.full(n, 2 * kind + marked), ("wrapped", "wrapped_md", "unwrapped", "unwrapped_md")),
        _flag("item", [line.hint.item for line in lines]),
        _flag("indented", [0 < line.indent <= 4 for line in lines]),
    ]


def _wording(plain: Sequence[str]) -> list[Column]:
    cues = found(plain)
    counts: dict[str, Ints] = {}
    for rule, has in cues.items():
        role = rule.split(".")[0]
        counts[role] = counts[role] + has if role in counts else has
    return [
        *(Column(f"cue.{rule}", has, ("no", "yes")) for rule, has in cues.items()),
        *(Column(f"cues.{role}", np.minimum(count, 2), ("0", "1", "2")) for role, count in counts.items()),
        Column("names", np.array([names(c) for c in plain]), NAMES),
    ]


def _echo(chars: Sequence[str]) -> list[Column]:
    """How far the words of a line come back elsewhere on the page, and whether the whole line does."""
    joined = "\n".join(chars)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    pairs = (codes[:-1] << np.uint64(21)) | codes[1:]
    _, where, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    again = np.append((counts > 1)[where], False).astype(np.float32)
    sizes = np.array([len(c) for c in chars])
    at = np.cumsum(sizes + 1) - sizes - 1
    total = np.concatenate(([0.0], np.cumsum(again)))
    share = (total[np.maximum(at, at + sizes - 1)] - total[at]) / np.maximum(sizes - 1, 1)
    copies = Counter(chars)
    return [
        _bins("echo", np.where(sizes > 60, 0.99, share), _SHARES),
        _flag("copy", [copies[c] > 1 for c in chars]),
    ]


def _groups(lines: Sequence[Line], chars: Sequence[str], widths: Ints, gap: Ints) -> list[Column]:
    """What can be seen of the lines that stand together without a blank line: their length, their last mark, their width."""
    n = len(lines)
    opens = np.array([line.blank_before for line in lines]) | (np.arange(n) == 0)
    starts = np.flatnonzero(opens)
    group = np.cumsum(opens) - 1
    last = np.append(starts[1:], n) - 1
    sizes = np.add.reduceat(np.array([len(c) for c in chars]), starts)
    stops = np.array([_end(chars[i]) for i in last])
    full = np.add.reduceat(_counts(chars)["。！？；"], starts)
    alone = np.diff(np.append(starts, n)) == 1
    lone = ((full == 0) & (sizes <= LONE) & np.isin(stops, (6, 8, 9, 10))).astype(np.int64)
    widest = np.maximum.reduceat(widths, starts)
    around = np.maximum(np.append(widest[1:], 0), np.append(0, widest[:-1]))
    return [
        _bins("group_length", sizes[group], _LENGTHS),
        Column("group_ends", stops[group], _ENDS),
        Column("lone", lone[group] * np.where(alone[group], 2, 1), ("no", "group", "line")),
        _bins("group_narrow", (widest / np.maximum(around, 1))[group], (0.3, 0.5, 0.7, 0.85, 0.95, 1.05, 1.3)),
    ]


def _alike(chars: Sequence[str]) -> list[Column]:
    """How many other short lines of the page are built the same way: as long, with white space and marks in the same places.

    And whether the line is in two halves, and how many short lines of the page are: where headlines are, a caption is not.
    """
    forms = [re.sub(r"[^\W_]", "x", re.sub(r"\s+", " ", c)) if len(c) <= 30 and _end(c) > 1 else "" for c in chars]
    count = Counter(forms)
    spaced = [" " in form or "——" in form for form in forms]
    kinds = np.array([0 if not f else 1 + s for f, s in zip(forms, spaced, strict=True)])
    habit = 4 * kinds + min(3, int((kinds == 2).sum()))
    others = [0 if not f else (count[f] - 1) * (2 if s else 1) for f, s in zip(forms, spaced, strict=True)]
    return [_bins("alike", others, (1, 2, 4, 8)), Column("habit", habit, _HABITS)]


def _seams(lines: Sequence[Line], chars: Sequence[str], model: SeamModel) -> list[Column]:
    """How well each line reads on from the one before, and from the one two before; how well it opens and closes."""
    bare = ["".join(c.split()) or "　" for c in chars]
    lefts = [c[-12:] for c in bare]
    rights = [c[:12] for c in bare]
    edge = ["。"]
    n = len(bare)
    both = model.joins([*edge, *lefts[:-1], *(edge + edge)[:n], *lefts[:-2]], rights + rights)
    joins, over = both[:n], both[n:]
    ends = model.ends([*edge, *lefts])
    after = np.append(joins[1:], 0.0)
    elsewhere = _elsewhere(lines, chars, lefts, rights, joins, model)
    onward = np.append(elsewhere[1:], 0.0)
    return [
        _bins("joins", joins, _JOINS),
        _bins("joins_over", over, _JOINS),
        _bins("joins_after", after, _JOINS),
        _bins("elsewhere", elsewhere, _JOINS),
        _bins("elsewhere_after", onward, _JOINS),
        _bins("better_elsewhere", elsewhere - joins, (-6.0, -3.0, -1.0, 1.0, 3.0, 6.0)),
        _bins("may_end", ends[1:], _LOGS),
        _bins("may_end_before", ends[:-1], _LOGS),
        _bins("may_start", model.starts(rights), _JOINS),
    ]


def _elsewhere(
    lines: Sequence[Line], chars: Sequence[str], lefts: list[str], rights: list[str], joins: Floats, model: SeamModel
) -> Floats:
    """How well a line reads on from the end of some other line that stands open: the best there is; 0 where none is.

    A line stands open when it ends in mid-sentence and a blank line or a line that reads on badly follows.
    """
    n = len(lines)
    loose = np.array([line.blank_before for line in lines]) | (joins < 0.0)
    heads = np.flatnonzero(loose)
    broken = np.append(loose[1:], True)
    tails = np.flatnonzero(broken & np.array([_end(c) in (2, 8, 9, 10) and len(c) > 5 for c in chars]))
    best = np.zeros(n, dtype=np.float32)
    if not len(tails) or not len(heads) or len(tails) * len(heads) > MOST_PAIRS:
        return best
    scores = model.matrix([lefts[i] for i in tails], [rights[i] for i in heads])
    scores[tails[:, None] + 1 == heads[None, :]] = 0.0  # not the neighbour, and not itself
    scores[tails[:, None] == heads[None, :]] = 0.0
    best[heads] = np.maximum(scores.max(axis=0), 0.0)
    return best


_CROSSES = (
    ("before.ends", "before.gap"),
    ("before.ends", "gap"),
    ("before.ends", "joins"),
    ("before.gap", "gap"),
    ("before.gap", "blank"),
    ("joins", "blank"),
    ("page", "blank"),
    ("page", "level"),
    ("page", "length"),
    ("ends", "length"),
    ("from_top", "length"),
    ("from_end", "length"),
    ("elsewhere", "joins"),
    ("elsewhere", "blank"),
    ("group_length", "group_ends"),
    ("page&length", "ends"),
    ("page&length", "after.length"),
)


def _crossed(table: Sequence[Column]) -> list[Column]:
    """Pairs of features as one: a linear model can't see that two things together mean something else."""
    by_name = {column.name: column for column in table}
    crossed = []
    for left, right in _CROSSES:
        a, b = by_name[left], by_name[right]
        both = a.values * len(b.names) + b.values
        column = by_name[f"{left}&{right}"] = Column(f"{left}&{right}", both, _both_names(a.names, b.names))
        crossed.append(column)
    return crossed


@cache
def _both_names(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{x}&{y}" for x in left for y in right)
