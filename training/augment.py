"""More damage than the labelled pages have: their blocks in other orders, so that no habit of theirs is learnt as a law.

From a labelled page come variants in which columns are shuffled and cut in mid-sentence, headings stand behind their text or in a
heap, the title stands last, captions stand between two halves of a sentence, blank lines come and go, layout marks are lost. The
lines themselves stay as they are, so their labels are known.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.document import Hint, Line
from pipeline.text import Text
from training.pages import LabelledPage

Lines = list[tuple[Line, str | None]]


@dataclass(frozen=True)
class Variant:
    """Lines in a new order with their labels, and for each line its number on the page it came from."""

    name: str
    family: str
    lines: list[Line]
    labels: list[str | None]
    origin: list[int]


def together(page: LabelledPage, others: Sequence[LabelledPage], number: int) -> LabelledPage:
    """A page with the article of another one on it, behind its text or between two of its paragraphs."""
    dice = random.Random(f"{page.name}+{number}")
    other = dice.choice(others)
    one, two = ([*zip(p.lines, p.found, p.labels, strict=True)] for p in (page, other))
    two = [row for row in two if row[2] != "F" or dice.random() < 0.3]
    places = [i for i, (_, _, label) in enumerate(one) if i and label in ("P", "H") and one[i - 1][2] in ("P", "J")]
    at = dice.choice(places) if places and dice.random() < 0.5 else len(one)
    if two:
        first, found, label = two[0]
        two[0] = (first._replace(blank_before=dice.random() < 0.8), found, label)
    rows = [*one[:at], *two, *one[at:]]
    lines = [line._replace(number=i) for i, (line, _, _) in enumerate(rows, 1)]
    return LabelledPage(page.name, page.family, lines, [row[1] for row in rows], [row[2] for row in rows])


def variant(page: LabelledPage, number: int) -> Variant:
    """One damaged variant of a page, always the same for the same name and number."""
    dice = random.Random(f"{page.name}/{number}")
    blocks = _blocks(page)
    if dice.random() < 0.35:
        blocks = _headings_after(blocks)
    if dice.random() < 0.25:
        blocks = _to_end(blocks, "H", dice, 0.4)
    if dice.random() < 0.35:
        blocks = _fronts_to(blocks, dice)
    if dice.random() < 0.5:
        blocks = [_couplet(block) for block in blocks]
    blanks = dice.choice((0.95, 0.7, 0.3))  # how often a block of another role stands off by a blank line
    rows = [row for block in blocks for row in _blank(block, dice, dice.random() < blanks)]
    if dice.random() < 0.6:
        rows = _shuffled(rows, dice)
    rows = _captions_in(rows, dice)
    lose = dice.random() < 0.4
    if dice.random() < 0.5:
        rows = _levels_moved(rows, dice)
    lines = [line._replace(number=i, hint=Hint() if lose else line.hint) for i, (line, _) in enumerate(rows, 1)]
    origin = [line.number for line, _ in rows]
    return Variant(f"{page.name}/{number}", page.family, lines, [label for _, label in rows], origin)


def _levels_moved(rows: Lines, dice: random.Random) -> Lines:
    """Marks of other levels in the same order: some models begin with #, others with ##, and leave one out."""
    levels = sorted({line.hint.level for line, _ in rows if line.hint.level})
    moved = dict(zip(levels, sorted(dice.sample(range(1, 7), len(levels))), strict=True))
    return [
        (line._replace(hint=replace(line.hint, level=moved[line.hint.level])) if line.hint.level else line, label)
        for line, label in rows
    ]


def _blocks(page: LabelledPage) -> list[Lines]:
    blocks: list[Lines] = []
    for line, label in zip(page.lines, page.labels, strict=True):
        if blocks and (label is None or label in "tshxJ"):
            blocks[-1].append((line, label))
        else:
            blocks.append([(line, label)])
    return blocks


def _kind(block: Lines) -> str:
    return block[0][1] or "?"


def _headings_after(blocks: list[Lines]) -> list[Lines]:
    """Each heading behind its text."""
    out: list[Lines] = []
    held: Lines | None = None
    for block in blocks:
        if _kind(block) in "HTKSF" and held:
            out.append(held)
            held = None
        if _kind(block) == "H":
            held = block
        else:
            out.append(block)
    return [*out, held] if held else out


def _to_end(blocks: list[Lines], kinds: str, dice: random.Random, share: float) -> list[Lines]:
    gone = [block for block in blocks if _kind(block) in kinds and dice.random() < share]
    return [block for block in blocks if block not in gone] + gone


def _fronts_to(blocks: list[Lines], dice: random.Random) -> list[Lines]:
    """Title, kicker, subtitle and byline at the end or between two other blocks."""
    front = [block for block in blocks if _kind(block) in "TKSY"]
    rest = [block for block in blocks if block not in front]
    at = len(rest) if dice.random() < 0.6 else dice.randrange(len(rest) + 1)
    return [*rest[:at], *front, *rest[at:]]


def _couplet(block: Lines) -> Lines:
    """A headline whose two parts are set off by white space in place of a comma, as most papers print them."""
    if _kind(block) not in "HT":
        return block
    return [
        (line._replace(text=Text.source(re.sub("[，、：]", " ", line.text.chars).strip())), label)
        for line, label in block
    ]


def _blank(block: Lines, dice: random.Random, blank: bool) -> Lines:
    """A block with a blank line before it or none; within it blank lines mostly stay."""
    first, label = block[0]
    if label in ("P", "J", "C") and dice.random() < 0.5:
        blank = first.blank_before  # paragraphs mostly keep what the extractor gave them
    return [(first._replace(blank_before=blank), label), *block[1:]]


def _resumed(label: str | None) -> str | None:
    return "C" if label == "J" else label


def _shuffled(rows: Lines, dice: random.Random) -> Lines:
    """The page cut into two to four columns, where a block opens or a paragraph goes on, and these in another order."""
    places = [i for i, (_, label) in enumerate(rows) if i and label in ("P", "J", "C", "H", "X")]
    if len(places) < 8:
        return rows
    cuts = sorted(dice.sample(places, min(len(places), dice.randint(1, 3))))
    edges = [0, *cuts, len(rows)]
    columns = [rows[a:b] for a, b in itertools.pairwise(edges)]
    opened = [[(c[0][0]._replace(blank_before=dice.random() < 0.85), _resumed(c[0][1])), *c[1:]] for c in columns]
    order = list(range(len(opened)))
    dice.shuffle(order)
    out: Lines = []
    for k, column in enumerate(order):
        piece = opened[column]
        if k and order[k - 1] == column - 1:  # it fell back into its place
            piece = [(piece[0][0], columns[column][0][1]), *piece[1:]]
        out += piece
    return out


def _captions_in(rows: Lines, dice: random.Random) -> Lines:
    """Some captions between two lines of a paragraph, which goes on behind them."""
    blocks: list[Lines] = []
    for line, label in rows:
        if blocks and label == "x" and blocks[-1][0][1] == "X":
            blocks[-1].append((line, label))
        else:
            blocks.append([(line, label)])
    captions = [block for block in blocks if _kind(block) == "X" and dice.random() < 0.4]
    rest = [block for block in blocks if block not in captions]
    for caption in captions:
        at = dice.randrange(len(rest) + 1) if rest else 0
        if at < len(rest) and _kind(rest[at]) == "J":
            line, label = rest[at][0]
            rest[at] = [(line._replace(blank_before=dice.random() < 0.85), _resumed(label))]
        elif at < len(rest) and _kind(rest[at]) in "thsx":
            at = 0
        rest.insert(at, [(caption[0][0]._replace(blank_before=dice.random() < 0.85), "X"), *caption[1:]])
    return [row for block in rest for row in block]
