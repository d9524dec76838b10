"""What can be seen of a line: its form, its wording and how it stands to its neighbours.

In: the lines of a document. Out: a table of small whole numbers, a row a line and a column a feature; a column's
values have names, so that a learnt weight (and the rule in `pipeline explain`) reads `ends.stop` or `gap.indent`.
Everything is counted once for the whole document, with numpy; nothing here decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.characters import Characters, Groups, grouped
from pipeline.columns import NO_YES, Column, Table, bins, flag, widened
from pipeline.document import UNMARKED, Line
from pipeline.measure import measures
from pipeline.openings import columns as opening
from pipeline.openings import shipped as openings
from pipeline.readings import readings
from pipeline.seams import SeamModel
from pipeline.sounds import Sounds
from pipeline.sounds import columns as sounding
from pipeline.vectors import shipped as vectors
from pipeline.wording import NAMES, cue_roles, cues, found, named

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STOPS = "。！？…!?"
CLOSERS = "”’》）)」』】\"'"
OPENERS = "“‘《（(「『【"
CLOSING = "”’》）)」』】"
FIGURES = "0123456789０１２３４５６７８９"
_COUNTED = ("。！？；", "，、,", OPENERS, CLOSING, FIGURES)
SHORT = 5  # characters; a line no longer is no open end
UNWRAPPED = 70  # cells: a page whose middle line is as wide was not wrapped, or no more so
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
_CLOSER, _CLOSED_STOP = _ENDS.index("closer"), _ENDS.index("closed_stop")
_OPEN = np.array([end in ("comma", "digit", "latin", "han") for end in _ENDS])  # in mid-sentence
_LONE = np.array([end in ("closer", "digit", "latin", "han") for end in _ENDS])
_STARTS = ("han", "digit", "latin", "quote", "bracket", "kinsoku", "dash", "mark", "label", "other")
_LENGTHS = (3, 5, 7, 9, 11, 14, 17, 21, 27, 41, 81)
_GAPS = (-24, -16, -11, -7, -5, -4, -3, -2, 0, 1, 2, 4)
_STEPS = (-12, -4, -1, 2, 5, 13)
_SHARES = (0.01, 0.2, 0.4, 0.6, 0.8)
_HABITS = tuple(f"{kind}{count}" for kind in ("long", "whole", "halves") for count in range(4))
_PLACES = (1, 2, 3, 5, 9)
_COUNTS = ("0", "1", "2")


_CROSSES = (
    ("before.ends", "before.gap"),
    ("before.ends", "gap"),
    ("before.ends", "joins"),
    ("before.gap", "gap"),
    ("before.gap", "blank"),
    ("joins", "blank"),
    ("beside", "blank"),
    ("beside", "after.beside"),
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


_NEAR = frozenset(
    ("ends", "starts", "gap", "length", "stops", "blank", "open", "cue", "names", "level", "bold", "beside")
)
_FAR = frozenset(("ends", "length", "gap"))
_SHIFTS = (("before", 1, _NEAR), ("after", -1, _NEAR), ("before2", 2, _FAR), ("after2", -2, _FAR))


def features(lines: Sequence[Line], model: SeamModel, simplify: Callable[[str], str], sounds: Sounds) -> Table:
    """The table of all features of one line or more, its columns in an order that does not change between runs.

    `simplify` turns Traditional characters into Simplified ones, one for one, for the wording cues and for
    `sounds`, the learnt model of what lines sound like.
    """
    chars = [line.text.chars for line in lines]
    page = Characters(chars)
    plain = page.read_as(simplify)
    opens = np.array([line.blank_before for line in lines])
    blank = opens.copy()
    opens[0] = True
    runs = grouped(opens)
    widths = page.cells()
    gap = widths - measures(widths)
    counts = page.counts(_COUNTED)
    words = [line.split() for line in chars]
    form = _form(chars, words, page.sizes, counts, widths, gap)
    ends = form[0].values
    own = [
        *form,
        *_standing(lines, blank, runs, widths),
        *_wording(plain),
        *_echo(chars, page),
        *_groups(runs, page, ends, counts[0], widths),
        *_alike(page, ends),
        *sounding(plain, runs, sounds, vectors()),
        *opening(plain.lines, openings()),
    ]
    is_open = _OPEN[ends] & (page.sizes > SHORT)
    return widened(own, readings(words, blank, model, is_open), _SHIFTS, _CROSSES)


def groups(lines: Sequence[Line]) -> list[range]:
    """The runs of lines with no blank line between."""
    starts = [i for i, line in enumerate(lines) if line.blank_before or not i]
    return [range(a, b) for a, b in pairwise([*starts, len(lines)])]


def _ends(chars: Sequence[str]) -> Ints:
    """How each line ends, as an index into _ENDS."""
    ends = np.array([_last(line[-1]) for line in chars])
    for i in np.flatnonzero(ends == _CLOSER).tolist():
        bare = chars[i].rstrip(CLOSERS)
        if bare and bare[-1] in STOPS:
            ends[i] = _CLOSED_STOP
    return ends


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


def _form(
    chars: Sequence[str], words: Sequence[list[str]], sizes: Ints, counts: Sequence[Ints], widths: Ints, gap: Ints
) -> list[Column]:
    stops, commas, opening, closing, figures = counts
    spaced, couplet, lettered = np.zeros((3, len(chars)), dtype=np.bool_)
    for i, apart in enumerate(words):
        if len(apart) > 1:
            spaced[i] = True
            couplet[i] = len(apart) == 2 and len(apart[0]) == len(apart[1]) >= 3
            lettered[i] = len(apart) >= 4 and max(map(len, apart)) == 1
    return [
        Column("ends", _ends(chars), _ENDS),
        Column("starts", np.array([_start(line[0]) for line in chars]), _STARTS),
        bins("length", sizes, _LENGTHS),
        bins("gap", gap, _GAPS),
        bins("beside", np.diff(widths, prepend=widths[0]), _STEPS),
        bins("measure", widths - gap, (16, 24, 32, 40, 52, 70, 120)),
        bins("stops", stops, (1, 2, 3)),
        bins("commas", commas, (1, 2, 4)),
        bins("open", (opening - closing).clip(-2, 2), (-1, 0, 1, 2)),
        flag("couplet", couplet),
        flag("spaced", spaced),
        flag("lettered", lettered),
        bins("figures", figures / sizes, (0.01, 0.15, 0.4, 0.8)),
    ]


def _standing(lines: Sequence[Line], blank: Bools, runs: Groups, widths: Ints) -> list[Column]:
    """Where the line stands: blank lines about it, its place on the page, its layout marks, the kind of page."""
    n = len(lines)
    at = np.arange(n)
    sizes = runs.sizes[runs.of]
    inside = at - runs.first[runs.of]
    behind = sizes - 1 - inside
    level, bold = np.zeros((2, n), dtype=np.int64)
    hard_break, item = np.zeros((2, n), dtype=np.bool_)
    for i, line in enumerate(lines):
        hint = line.hint
        if hint is not UNMARKED:
            level[i], hard_break[i], item[i] = hint.level, hint.hard_break, hint.item
            bold[i] = 0 if not hint.bold else 1 if hint.bold < len(line.text) - 1 else 2
    held = np.bincount(level)
    rank = ((held > 0).cumsum() - (held[0] > 0))[level]  # what is a title here may be a heading elsewhere
    middle = np.sort(widths)[[(n - 1) // 2, n // 2]]
    kind = 2 * int(middle.sum() >= 2 * UNWRAPPED) + int(level.any())
    return [
        flag("blank", blank),
        bins("group", sizes, (2, 3, 5, 9)),
        bins("group_place", np.minimum(inside, behind), (1, 2, 4)),
        bins("group_last", behind, (1, 2)),
        bins("from_top", at, _PLACES),
        bins("from_end", n - 1 - at, _PLACES),
        Column("level", np.minimum(level, 5), ("0", "1", "2", "3", "4", "5")),
        Column("level_rank", np.minimum(rank, 3), ("none", "top", "second", "lower")),
        bins("level_count", np.where(level > 0, held[level], 0), (1, 2, 3, 5)),
        Column("bold", bold, ("no", "opening", "all")),
        flag("hard_break", hard_break),
        Column("page", np.full(n, kind), ("wrapped", "wrapped_md", "unwrapped", "unwrapped_md")),
        flag("item", item),
        flag("indented", [0 < line.indent <= 4 for line in lines]),
    ]


def _wording(plain: Characters) -> list[Column]:
    has = found(plain)
    rules, (roles, starts) = [rule for rule, _ in cues()], cue_roles()
    counts = np.minimum(np.add.reduceat(has, starts, axis=0, dtype=np.int64), 2)
    return [
        *(Column(f"cue.{rule}", values, NO_YES) for rule, values in zip(rules, has, strict=True)),
        *(Column(f"cues.{role}", values, _COUNTS) for role, values in zip(roles, counts, strict=True)),
        Column("names", named(plain), NAMES),
    ]


def _echo(chars: Sequence[str], page: Characters) -> list[Column]:
    """How far the words of a line come back elsewhere on the page, and whether the whole line does."""
    copies = Counter(chars)
    return [
        bins("echo", np.where(page.sizes > 60, 0.99, page.echoes()), _SHARES),
        flag("copy", [copies[c] > 1 for c in chars]),
    ]


def _groups(runs: Groups, page: Characters, ends: Ints, stops: Ints, widths: Ints) -> list[Column]:
    """What can be seen of the lines that stand together without a blank line: their length, their last mark, their width."""
    sizes = np.add.reduceat(page.sizes, runs.first)
    last = ends[runs.last]
    lone = (np.add.reduceat(stops, runs.first) == 0) & (sizes <= LONE) & _LONE[last]
    widest = np.maximum.reduceat(widths, runs.first)
    around = np.maximum(np.append(widest[1:], 0), np.append(0, widest[:-1]))
    return [
        bins("group_length", sizes[runs.of], _LENGTHS),
        Column("group_ends", last[runs.of], _ENDS),
        Column("lone", (lone * np.where(runs.sizes == 1, 2, 1))[runs.of], ("no", "group", "line")),
        bins("group_narrow", (widest / np.maximum(around, 1))[runs.of], (0.3, 0.5, 0.7, 0.85, 0.95, 1.05, 1.3)),
    ]


def _alike(page: Characters, ends: Ints) -> list[Column]:
    """How many other short lines of the page are built the same way: as long, with white space and marks in the same places.

    And whether the line is in two halves, and how many short lines of the page are: where headlines are, a caption is not.
    """
    short = ((page.sizes <= 30) & (ends > 1)).tolist()
    forms = [" ".join(form.split()) if is_short else "" for form, is_short in zip(page.forms(), short, strict=True)]
    count = Counter(forms)
    spaced = [" " in form or "——" in form for form in forms]
    kinds = np.array([0 if not f else 1 + s for f, s in zip(forms, spaced, strict=True)])
    habit = 4 * kinds + min(3, int((kinds == 2).sum()))
    others = [0 if not f else (count[f] - 1) * (2 if s else 1) for f, s in zip(forms, spaced, strict=True)]
    return [bins("alike", others, (1, 2, 4, 8)), Column("habit", habit, _HABITS)]
