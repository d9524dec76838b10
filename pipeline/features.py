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
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.characters import Characters
from pipeline.columns import Column, Table, bins, flag, widened
from pipeline.document import Line
from pipeline.measure import cells, measures
from pipeline.openings import columns as opening
from pipeline.openings import shipped as openings
from pipeline.readings import readings
from pipeline.seams import SeamModel
from pipeline.sounds import Sounds
from pipeline.sounds import columns as sounding
from pipeline.vectors import shipped as vectors
from pipeline.wording import NAMES, found, names

Ints = npt.NDArray[np.int64]

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
_CLOSER = _ENDS.index("closer")
_OPEN = np.array([end in ("comma", "digit", "latin", "han") for end in _ENDS])  # in mid-sentence
_LONE = np.array([end in ("closer", "digit", "latin", "han") for end in _ENDS])
_STARTS = ("han", "digit", "latin", "quote", "bracket", "kinsoku", "dash", "mark", "label", "other")
_LENGTHS = (3, 5, 7, 9, 11, 14, 17, 21, 27, 41, 81)
_GAPS = (-24, -16, -11, -7, -5, -4, -3, -2, 0, 1, 2, 4)
_SHARES = (0.01, 0.2, 0.4, 0.6, 0.8)
_BLANKS = re.compile(r"\s+")
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


def features(lines: Sequence[Line], model: SeamModel, simplify: Callable[[str], str], sounds: Sounds) -> Table:
    """The table of all features of one line or more, its columns in an order that does not change between runs.

    `simplify` turns Traditional characters into Simplified ones, one for one, for the wording cues and for
    `sounds`, the learnt model of what lines sound like.
    """
    chars = [line.text.chars for line in lines]
    plain = simplify("\n".join(chars)).split("\n")
    page = Characters(chars)
    widths = cells(chars)
    gap = widths - measures(widths)
    counts = page.counts(_COUNTED)
    form = _form(chars, page.sizes, counts, widths, gap)
    ends = form[0].values
    own = [
        *form,
        *_standing(lines, widths),
        *_wording(plain),
        *_echo(chars, page),
        *_groups(lines, page, ends, counts[0], widths),
        *_alike(page, ends),
        *sounding(plain, groups(lines), sounds, vectors()),
        *opening(plain, openings()),
    ]
    is_open = _OPEN[ends] & (page.sizes > SHORT)
    return widened(own, readings(lines, chars, model, is_open), _SHIFTS, _CROSSES)


def groups(lines: Sequence[Line]) -> list[range]:
    """The runs of lines with no blank line between."""
    starts = [i for i, line in enumerate(lines) if line.blank_before or not i]
    return [range(a, b) for a, b in pairwise([*starts, len(lines)])]


def _end(chars: str) -> int:
    """How a line ends, as an index into _ENDS."""
    kind = _last(chars[-1])
    if kind == _CLOSER:
        bare = chars.rstrip(CLOSERS)
        return 1 if bare and bare[-1] in STOPS else _CLOSER
    return kind


@cache
def _last(last: str) -> int:
    if last in STOPS:
        return 0
    if last in CLOSERS:
        return _CLOSER
    for kind, group in ((2, "，、,"), (3, "；;"), (4, "：:"), (5, "—-－─"), (7, OPENERS)):
        if last in group:
            return kind
    return 8 if last.isdigit() else 9 if last.isascii() and last.isalpha() else 10 if last.isalpha() else 11


@cache
def _start(first: str) -> int:
    """How a line starts, by its first character, as an index into _STARTS."""
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


def _form(chars: Sequence[str], sizes: Ints, counts: Sequence[Ints], widths: Ints, gap: Ints) -> list[Column]:
    stops, commas, opening, closing, figures = counts
    halves = [c.split() for c in chars]
    return [
        Column("ends", np.array([_end(c) for c in chars]), _ENDS),
        Column("starts", np.array([_start(c[0]) for c in chars]), _STARTS),
        bins("length", sizes, _LENGTHS),
        bins("gap", gap, _GAPS),
        bins("measure", widths - gap, (16, 24, 32, 40, 52, 70, 120)),
        bins("stops", stops, (1, 2, 3)),
        bins("commas", commas, (1, 2, 4)),
        bins("open", np.clip(opening - closing, -2, 2), (-1, 0, 1, 2)),
        flag("couplet", [len(h) == 2 and len(h[0]) == len(h[1]) >= 3 for h in halves]),
        flag("spaced", [len(h) > 1 for h in halves]),
        flag("lettered", [len(h) >= 4 and max(map(len, h)) == 1 for h in halves]),
        bins("figures", figures / sizes, (0.01, 0.15, 0.4, 0.8)),
    ]


def _standing(lines: Sequence[Line], widths: Ints) -> list[Column]:
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
    rank = np.unique(np.append(level, 0)).searchsorted(level)  # what is a title here may be a heading elsewhere
    bold = [0 if not line.hint.bold else 1 if line.hint.bold < len(line.text) - 1 else 2 for line in lines]
    return [
        flag("blank", blank),
        bins("group", sizes, (2, 3, 5, 9)),
        bins("group_place", np.minimum(inside, sizes - 1 - inside), (1, 2, 4)),
        bins("group_last", sizes - 1 - inside, (1, 2)),
        bins("from_top", np.arange(n), _PLACES),
        bins("from_end", n - 1 - np.arange(n), _PLACES),
        Column("level", np.minimum(level, 5), ("0", "1", "2", "3", "4", "5")),
        Column("level_rank", np.minimum(rank, 3), ("none", "top", "second", "lower")),
        bins("level_count", np.where(level > 0, np.bincount(level)[level], 0), (1, 2, 3, 5)),
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


def _echo(chars: Sequence[str], page: Characters) -> list[Column]:
    """How far the words of a line come back elsewhere on the page, and whether the whole line does."""
    copies = Counter(chars)
    return [
        bins("echo", np.where(page.sizes > 60, 0.99, page.echoes()), _SHARES),
        flag("copy", [copies[c] > 1 for c in chars]),
    ]


def _groups(lines: Sequence[Line], page: Characters, ends: Ints, stops: Ints, widths: Ints) -> list[Column]:
    """What can be seen of the lines that stand together without a blank line: their length, their last mark, their width."""
    n = len(lines)
    opens = np.array([line.blank_before for line in lines])
    opens[0] = True
    starts = opens.nonzero()[0]
    group = np.cumsum(opens) - 1
    counts = np.diff(starts, append=n)
    sizes = np.add.reduceat(page.sizes, starts)
    last = ends[starts + counts - 1]
    lone = ((np.add.reduceat(stops, starts) == 0) & (sizes <= LONE) & _LONE[last]).astype(np.int64)
    widest = np.maximum.reduceat(widths, starts)
    around = np.maximum(np.append(widest[1:], 0), np.append(0, widest[:-1]))
    return [
        bins("group_length", sizes[group], _LENGTHS),
        Column("group_ends", last[group], _ENDS),
        Column("lone", lone[group] * np.where(counts[group] == 1, 2, 1), ("no", "group", "line")),
        bins("group_narrow", (widest / np.maximum(around, 1))[group], (0.3, 0.5, 0.7, 0.85, 0.95, 1.05, 1.3)),
    ]


def _alike(page: Characters, ends: Ints) -> list[Column]:
    """How many other short lines of the page are built the same way: as long, with white space and marks in the same places.

    And whether the line is in two halves, and how many short lines of the page are: where headlines are, a caption is not.
    """
    short = ((page.sizes <= 30) & (ends > 1)).tolist()
    forms = [_BLANKS.sub(" ", form) if is_short else "" for form, is_short in zip(page.forms(), short, strict=True)]
    count = Counter(forms)
    spaced = [" " in form or "——" in form for form in forms]
    kinds = np.array([0 if not f else 1 + s for f, s in zip(forms, spaced, strict=True)])
    habit = 4 * kinds + min(3, int((kinds == 2).sum()))
    others = [0 if not f else (count[f] - 1) * (2 if s else 1) for f, s in zip(forms, spaced, strict=True)]
    return [bins("alike", others, (1, 2, 4, 8)), Column("habit", habit, _HABITS)]
