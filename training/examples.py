"""What is learnt from a page besides itself: damaged variants of it, and its articles set anew.

In: a labelled page. Out: pages as lines, with what gold says of each line, by its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.document import Line
from training.augment import variant
from training.labels import Found
from training.pages import LabelledPage
from training.typeset import anew

VARIANTS = 2  # of each page


@dataclass(frozen=True)
class Shown:
    """Lines to be read, and for the number of each its label and its place in the gold reading."""

    family: str
    lines: list[Line]
    labels: dict[int, str | None]
    found: dict[int, Found | None]


def shown(page: LabelledPage, variants: int = VARIANTS, fresh: int = 0) -> Iterator[Shown]:
    """The page, so many variants of it, and its articles set anew so many times."""
    yield _as_it_is(page)
    found = {line.number: one for line, one in zip(page.lines, page.found, strict=True)}
    for number in range(variants):
        damaged = variant(page, number)
        moved = {k: found[n] for k, n in enumerate(damaged.origin, 1)}
        yield Shown(page.family, damaged.lines, dict(enumerate(damaged.labels, 1)), moved)
    for number in range(fresh):
        yield _as_it_is(anew(page, number))


def _as_it_is(page: LabelledPage) -> Shown:
    numbers = [line.number for line in page.lines]
    labels, found = (dict(zip(numbers, those, strict=True)) for those in (page.labels, page.found))
    return Shown(page.family, page.lines, labels, found)
