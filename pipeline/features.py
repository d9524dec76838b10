"""What can be seen of a line: its form, its wording and how it stands to its neighbours.

In: the lines of a document. Out: a table of small whole numbers, a row a line and a column a feature; a column's
values have names, so that a learnt weight (and the rule in `pipeline explain`) reads `ends.stop` or `gap.indent`.
Everything is counted once for the whole document, with numpy; nothing here decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.columns import Column, Table, bins, flag, widened
from pipeline.document import Line
from pipeline.measure import cells, measures
from pipeline.readings import readings
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
SHORT = 5  # characters; a line no longer is no open end
LONE = 45  # characters that stand by themselves, without a stop: hardly body text


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
_OPEN = np.array([end in ("comma", "digit", "latin", "han") for end in _ENDS])  # in mid-sentence
_LONE = np.array([end in ("closer", "digit", "latin", "han") for end in _ENDS])
_STARTS = ("han", "digit", "latin", "quote", "bracket", "kinsoku", "dash", "mark", "label", "other")
_LENGTHS = (3, 5, 7, 9, 11, 14, 17, 21, 27, 41, 81)
_GAPS = (-24, -16, -11, -7, -5, -4, -3, -2, 0, 1, 2, 4)
_SHARES = (0.01, 0.2, 0.4, 0.6, 0.8)
_HABITS = tuple(f"{kind}{count}" for kind in ("long", "whole", "halves") for count in range(4))
_PLACES = (1, 2, 3, 5, 9)


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


_NEAR = frozenset(("ends", "starts", "gap", "length", "stops", "blank", "open", "cue", "names", "level", "bold"))
_FAR = frozenset(("ends", "length", "gap"))
_SHIFTS = (("before", 1, _NEAR), ("after", -1, _NEAR), ("before2", 2, _FAR), ("after2", -2, _FAR))


def features(lines: Sequence[Line], model: SeamModel, simplify: Callable[[str], str]) -> Table:
    """The table of all features of one line or more, its columns in an order that does not change between runs.

    `simplify` turns Traditional characters into Simplified ones, one for one, for the wording cues.
    """
    chars = [line.text.chars for line in lines]
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
    is_open = _OPEN[own[0].values] & (np.array([len(c) for c in chars]) > SHORT)
    return widened(own, readings(lines, chars, model, is_open), _SHIFTS, _CROSSES)


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
        bins("length", sizes, _LENGTHS),
        bins("gap", gap, _GAPS),
        bins("measure", widths - gap, (16, 24, 32, 40, 52, 70, 120)),
        bins("stops", counts["。！？；"], (1, 2, 3)),
        bins("commas", counts["，、,"], (1, 2, 4)),
        bins("open", np.clip(counts[OPENERS] - counts[CLOSING], -2, 2), (-1, 0, 1, 2)),
        flag("couplet", [len(h) == 2 and len(h[0]) == len(h[1]) >= 3 for h in halves]),
        flag("spaced", [len(h) > 1 for h in halves]),
        flag("lettered", [len(h) >= 4 and max(map(len, h)) == 1 for h in halves]),
        bins("figures", counts[FIGURES] / sizes, (0.01, 0.15, 0.4, 0.8)),
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
        flag("blank", blank),
        bins("group", sizes, (2, 3, 5, 9)),
        bins("group_place", np.minimum(inside, sizes - 1 - inside), (1, 2, 4)),
        bins("group_last", sizes - 1 - inside, (1, 2)),
        bins("from_top", np.arange(n), _PLACES),
        bins("from_end", n - 1 - np.arange(n), _PLACES),
        Column("level", np.minimum(level, 5), ("0", "1", "2", "3", "4", "5")),
        Column("bold", np.array(bold), ("no", "opening", "all")),
        flag("hard_break", [line.hint.hard_break for line in lines]),
        Column("page", np.full(n, 2 * kind + marked), ("wrapped", "wrapped_md", "unwrapped", "unwrapped_md")),
        flag("item", [line.hint.item for line in lines]),
        flag("indented", [0 < line.indent <= 4 for line in lines]),
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
        bins("echo", np.where(sizes > 60, 0.99, share), _SHARES),
        flag("copy", [copies[c] > 1 for c in chars]),
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
    lone = ((full == 0) & (sizes <= LONE) & _LONE[stops]).astype(np.int64)
    widest = np.maximum.reduceat(widths, starts)
    around = np.maximum(np.append(widest[1:], 0), np.append(0, widest[:-1]))
    return [
        bins("group_length", sizes[group], _LENGTHS),
        Column("group_ends", stops[group], _ENDS),
        Column("lone", lone[group] * np.where(alone[group], 2, 1), ("no", "group", "line")),
        bins("group_narrow", (widest / np.maximum(around, 1))[group], (0.3, 0.5, 0.7, 0.85, 0.95, 1.05, 1.3)),
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
    return [bins("alike", others, (1, 2, 4, 8)), Column("habit", habit, _HABITS)]
