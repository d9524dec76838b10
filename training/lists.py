"""Lines that are no wrapped text: contents, tables, lists, verse and dialogues, put on a labelled page.

None of the labelled pages has them, and to who has only seen columns of prose every line goes on with the one before it. Here each
line is a paragraph of its own. The words are those of the page.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from pipeline.document import Line
from pipeline.text import Text
from training.pages import LabelledPage

LEAST_CLAUSES = 8
_BREAKS = re.compile(r"[，。；：、？！“”（）\s]+")
_UNITS = ("亿元", "万人", "%", "元", "个", "公里", "")
Rows = list[tuple[str, str]]  # a line and its label


def with_list(page: LabelledPage, number: int) -> LabelledPage:
    """The page with a list on it, or a list alone under the first lines of the page; always the same for one number."""
    dice = random.Random(f"{page.name}#{number}")
    text = [line.text.chars for line, label in zip(page.lines, page.labels, strict=True) if label in ("P", "J")]
    clauses = [c for line in text for c in _BREAKS.split(line) if 4 <= len(c) <= 14 and "\u4e00" <= c[0] <= "\u9fff"]
    if len(clauses) < LEAST_CLAUSES:
        return page
    rows = dice.choice((_contents, _table, _items, _verse, _dialogue))(clauses, dice)
    made = [
        (Line(0, Text.source(chars), dice.random() < (0.8 if i == 0 else 0.1)), label)
        for i, (chars, label) in enumerate(rows)
    ]
    places = [i for i, label in enumerate(page.labels) if i and label == "P"] or [len(page.lines)]
    alone = dice.random() < 0.3
    at = places[0] if alone else dice.choice(places)
    rest = [] if alone else [*zip(page.lines, page.found, page.labels, strict=True)][at:]
    if rest:
        line, found, label = rest[0]
        rest[0] = (line._replace(blank_before=dice.random() < 0.7), found, label)
    before = [*zip(page.lines, page.found, page.labels, strict=True)][:at]
    whole = [*before, *((line, None, label) for line, label in made), *rest]
    lines = [line._replace(number=i) for i, (line, _, _) in enumerate(whole, 1)]
    return LabelledPage(page.name, page.family, lines, [row[1] for row in whole], [row[2] for row in whole])


def _some(clauses: Sequence[str], dice: random.Random, count: int) -> list[str]:
    return [dice.choice(clauses) for _ in range(count)]


def _contents(clauses: Sequence[str], dice: random.Random) -> Rows:
    dots = dice.choice(("…………", "……………………", "\u3000", "  ", "····"))
    page = 0
    rows = []
    for clause in _some(clauses, dice, dice.randint(4, 14)):
        page += dice.randint(1, 7)
        rows.append((f"{clause}{dots}{page}", "P"))
    return rows


def _table(clauses: Sequence[str], dice: random.Random) -> Rows:
    gap, columns = dice.choice(("\t", "  ", "\u3000", " | ")), dice.randint(1, 4)
    head = gap.join(clause[:4] for clause in _some(clauses, dice, columns + 1))
    rows = [(head, "P")]
    for clause in _some(clauses, dice, dice.randint(3, 12)):
        cells = [f"{dice.uniform(1, 2000):.{dice.randint(0, 2)}f}{dice.choice(_UNITS)}" for _ in range(columns)]
        rows.append((gap.join((clause, *cells)), "P"))
    return rows


def _items(clauses: Sequence[str], dice: random.Random) -> Rows:
    form = dice.choice(("{}", "· {}", "{}：{}", "{} {}元", "{}、{}"))
    return [
        (form.format(clause, dice.randint(2, 9000)) if form.count("{}") > 1 else form.format(clause), "P")
        for clause in _some(clauses, dice, dice.randint(4, 12))
    ]


def _verse(clauses: Sequence[str], dice: random.Random) -> Rows:
    size = dice.choice((5, 7, 7))
    long = [clause[:size] for clause in clauses if len(clause) >= size]
    if not long:
        return _items(clauses, dice)
    marks = dice.choice((("", ""), ("，", "。"), ("，", "；")))
    return [(dice.choice(long) + marks[i % 2], "P") for i in range(dice.choice((4, 8, 8, 12)))]


def _dialogue(clauses: Sequence[str], dice: random.Random) -> Rows:
    ask, answer = dice.choice((("问：", "答："), ("记者：", "专家："), ("Q：", "A："), ("主持人：", "嘉宾：")))
    measure = dice.randint(16, 30)
    rows: Rows = []
    for _ in range(dice.randint(2, 5)):
        for who, end in ((ask, "？"), (answer, "。")):
            said = who + "，".join(_some(clauses, dice, dice.randint(1, 6))) + end
            rows += [(said[i : i + measure], "J" if i else "P") for i in range(0, len(said), measure)]
    return rows
