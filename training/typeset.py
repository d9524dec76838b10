"""Pages set anew: the articles of a labelled page in other columns, measures and frames, as another tool would read them.

A page's lines say much of its measure, of the habits of its tool and of where its pictures stood. Who learns from few pages
learns those by heart. So each article is set again: its paragraphs are cut at another measure and poured into other columns,
its headings are broken at other places or stand apart, blank lines, indents and marks come and go. The words are those of the
page; the paper's name, date and credits are made up. `typeset` gives raw text, which is read and labelled like any other page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from training.pages import Gold, LabelledPage, page_of

Lines = list[str]

CLOSING = frozenset("，。；：？！、）》”’」』】〕…—·％,.;:?!)%")
OPENING = frozenset("（《“‘「『【〔(")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲"
PLACES = "东海 北江 云州 南岭 青川 西河 安陵 临川 玉溪 长平".split()
PAPERS = "日报 晚报 晨报 商报 都市报 健康报 周刊 时报".split()
SECTIONS = "要闻 综合 健康 副刊 社会 国际 专题 教育".split()


@dataclass(frozen=True, slots=True)
class Style:
    """How a page is set and how a tool prints it: measure in characters, and the chances of what varies."""

    measure: int
    heading: int  # characters of a line of a heading
    indent: str
    squeeze: float  # how often a mark that may not begin a line is squeezed into the one before
    blank_boxes: float  # a blank line between two boxes
    blank_paragraphs: float
    loose: float  # a line is letter-spaced by justification
    ascii_marks: bool
    spaced_figures: bool


def anew(page: LabelledPage, number: int) -> LabelledPage:
    """The articles of a page set anew; always the same for one number, which goes into its name."""
    name = f"{page.name}@{number}"
    raw, gold = typeset(page.gold, random.Random(name))
    return replace(page_of(raw.encode(), name, gold), family=page.family)


def style(dice: random.Random, measure: int) -> Style:
    """A style at random."""
    return Style(
        measure=measure,
        heading=max(5, min(measure - 1, dice.randint(6, 22))),
        indent=dice.choice(("\u3000\u3000", "  ", "    ", "", "", "")),
        squeeze=dice.choice((0.0, 0.5, 1.0)),
        blank_boxes=dice.choice((1.0, 1.0, 0.6, 0.2, 0.0)),
        blank_paragraphs=dice.choice((0.0, 0.0, 0.0, 0.3, 1.0)),
        loose=dice.choice((0.0, 0.0, 0.0, 0.1)),
        ascii_marks=dice.random() < 0.15,
        spaced_figures=dice.random() < 0.2,
    )


def width(char: str) -> float:
    """Half for figures and Latin letters."""
    return 0.5 if char.isascii() else 1.0


def wrapped(text: str, measure: float, squeeze: float, dice: random.Random, first: float = 0.0) -> Lines:
    """A text cut into lines of a measure; no line begins with a closing mark or ends with an opening one."""
    lines, line, used = [], "", first
    for at, char in enumerate(text):
        if line and used + width(char) > measure:
            joined = char.isascii() and char.isalnum() and line[-1].isascii() and line[-1].isalnum()
            if char in CLOSING and dice.random() < squeeze:
                line += char
                used += width(char)
                continue
            carried = ""
            while len(line) > 1 and (line[-1] in OPENING or (carried + char)[0] in CLOSING or joined):
                carried, line = line[-1] + carried, line[:-1]
                joined = joined and line[-1].isascii() and line[-1].isalnum() and len(carried) < measure / 2
            lines.append(line)
            line, used = carried, sum(map(width, carried))
        if line or not char.isspace() or at == 0:
            line += char
            used += width(char)
    return [*lines, line] if line else lines


def paragraph(text: str, how: Style, dice: random.Random) -> Lines:
    """The printed lines of a paragraph."""
    if how.ascii_marks:
        text = text.translate(str.maketrans("，；：？！（）", ",;:?!()"))
    if how.spaced_figures:
        text = spaced(text)
    lines = wrapped(text, how.measure, how.squeeze, dice, first=2.0)
    loose = [" ".join(line) if dice.random() < how.loose and line.isalpha() else line for line in lines[:-1]]
    lines = [*loose, lines[-1]]
    return [how.indent + lines[0], *lines[1:]]


def spaced(text: str) -> str:
    """White space between Chinese and figures."""
    out = [text[:1]]
    for a, b in pairwise(text):
        parted = a.isdigit() != b.isdigit() and (a.isalnum() and b.isalnum()) and not (a.isascii() and b.isascii())
        out.append(" " + b if parted else b)
    return "".join(out)


def name(dice: random.Random) -> str:
    """A name of a person."""
    return dice.choice(SURNAMES) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2, 2))))


def front(article: Gold, dice: random.Random) -> list[Lines]:
    """Kicker, title and subtitle, each a box; mostly in the order in which they are printed."""
    wide = dice.randint(8, 30)
    boxes: list[Lines] = []
    if article["kicker"]:
        kicker = article["kicker"]
        boxes.append(wrapped(f"【{kicker}】" if len(kicker) < 9 and dice.random() < 0.4 else kicker, wide, 1.0, dice))
    if article["title"]:
        title = article["title"]
        boxes.append(wrapped(" ".join(title) if len(title) < 9 and dice.random() < 0.4 else title, wide, 1.0, dice))
    if article["subtitle"]:
        subtitle = article["subtitle"]
        dashed = dice.random() < 0.5 and not subtitle.startswith("《")
        boxes.append(wrapped("——" + subtitle if dashed else subtitle, wide, 1.0, dice))
    if dice.random() < 0.35:
        dice.shuffle(boxes)
    return boxes


def bylines(article: Gold, how: Style, dice: random.Random) -> list[Lines]:
    """The bylines of an article in one box, wrapped at the measure, or each in a box of its own."""
    made = [byline(one["role"], one["names"], dice) for one in article["bylines"]]
    if not made or dice.random() < 0.4:
        return [[line] for line in made]
    whole = dice.choice((" ", "  ", "\u3000", "；")).join(line.lstrip("□■◎") for line in made)
    return [wrapped(dice.choice(("（{}）", "□{}", "{}", "{}")).format(whole), how.measure, 0.0, dice)]


def byline(role: str | None, names: Sequence[str], dice: random.Random) -> str:
    """A byline in one of its forms."""
    listed = dice.choice((" ", "  ", "、", "\u3000")).join(names)
    if not role:
        return listed
    if role in ("报道", "報道"):
        return listed + role
    if role in ("摄", "攝", "文", "图", "图文"):
        return dice.choice((f"{role}/{listed}", f"{listed} {role}", f"{role}：{listed}"))
    return dice.choice(("□", "■", "", "", "◎")) + role + dice.choice((" ", " ", "：", "\u3000")) + listed


def headings(section: Gold, how: Style, dice: random.Random) -> Lines:
    """The lines of a section's heading."""
    return wrapped(section["heading"], how.heading, 1.0, dice) if section["heading"] else []


def captions(article: Gold, dice: random.Random) -> list[Lines]:
    """Captions, each a box, broken at a measure of their own."""
    return [wrapped(caption, dice.choice((9, 13, 18, 25, 40)), 1.0, dice) for caption in article["captions"]]


def columned(article: Gold, how: Style, dice: random.Random) -> list[Lines]:
    """The text of an article poured into columns, headings in their places or apart."""
    apart = dice.random() < 0.25
    flow: Lines = []
    boxes: list[Lines] = []
    for section in article["sections"]:
        head = headings(section, how, dice)
        if head and apart and dice.random() < 0.7:
            boxes.append(head)
        elif head:
            flow += [*gap(dice, how.blank_paragraphs or 0.2), *head]
        for text in section["paragraphs"]:
            flow += [*gap(dice, how.blank_paragraphs), *paragraph(text, how, dice)]
    return [*columns(flow, dice), *boxes]


def gap(dice: random.Random, chance: float) -> Lines:
    """A blank line, or none."""
    return [""] if dice.random() < chance else []


def columns(flow: Lines, dice: random.Random) -> list[Lines]:
    """Lines cut into columns of about one height."""
    count = dice.choice((1, 2, 2, 3, 3, 4, 5))
    height = max(4, -(-len(flow) // count))
    out, at = [], 0
    while at < len(flow):
        tall = max(3, height + dice.randint(-height // 4, height // 4))
        out.append(flow[at : at + tall])
        at += tall
    return out


def framed(article: Gold, how: Style, dice: random.Random) -> list[Lines]:
    """Each section in a frame of its own measure, its heading mostly apart from it."""
    boxes: list[Lines] = []
    for section in article["sections"]:
        own = replace(how, measure=dice.randint(12, 34))
        flow = [
            line
            for text in section["paragraphs"]
            for line in [*gap(dice, how.blank_paragraphs), *paragraph(text, own, dice)]
        ]
        head = headings(section, how, dice)
        if head and dice.random() < 0.4:
            flow = [*head, *flow]
        elif head:
            boxes.append(head)
        boxes += columns(flow, dice) if len(flow) > 12 and dice.random() < 0.4 else [flow] if flow else []
    return boxes


def placed(article: Gold, body: list[Lines], how: Style, dice: random.Random) -> list[Lines]:
    """Title fields and captions among the boxes of a text, some boxes painted before others."""
    boxes = list(body)
    order = dice.random()
    if order < 0.25:
        dice.shuffle(boxes)
    elif order < 0.5 and len(boxes) > 2:
        a, b = dice.sample(range(len(boxes)), 2)
        boxes[a], boxes[b] = boxes[b], boxes[a]
    top, names = front(article, dice), bylines(article, how, dice)
    if dice.random() < 0.6:
        top += names
    elif dice.random() < 0.7:
        boxes += names
    else:
        boxes = [*names, *boxes]
    if dice.random() < 0.7:
        boxes = [*top, *boxes]
    elif dice.random() < 0.5:
        boxes = [*boxes, *top]
    else:
        at = dice.randint(0, len(boxes))
        boxes = [*boxes[:at], *top, *boxes[at:]]
    for box in captions(article, dice):
        boxes.insert(dice.randint(0, len(boxes)), box)
    return boxes


def furniture(dice: random.Random) -> list[str]:
    """What the head and the foot of a page say."""
    date = f"{dice.randint(1998, 2026)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日"
    folio = dice.choice(
        (
            f"第{dice.randint(1, 24):02}版",
            f"A{dice.randint(1, 24):02}",
            f"{dice.choice('ABCT')}{dice.randint(1, 24):02}版",
        )
    )
    paper = dice.choice(PLACES) + dice.choice(PAPERS)
    credit = dice.choice(("责编：{} 美编：{} 校对：{}", "责任编辑 {} 版式 {}", "编辑：{}　校对：{}")).replace(
        "{}", "%s"
    )
    parts = [paper, folio, dice.choice(SECTIONS), date + dice.choice(("", " 星期" + dice.choice("一二三四五六日")))]
    lines = [dice.choice((" ", "  ", "\u3000")).join(dice.sample(parts, dice.randint(1, 3)))]
    if dice.random() < 0.7:
        lines.append(credit % tuple(name(dice) for _ in range(credit.count("%s"))))
    if dice.random() < 0.4:
        lines.append(dice.choice(("— {} —", "· {} ·", "{}", "- {} -")).format(dice.randint(1, 48)))
    return lines


def marked(gold: Gold, dice: random.Random) -> tuple[str, Gold]:
    """A page as a model of vision prints it: paragraphs whole but where a column ended, marks of Markdown or none."""
    marks: Callable[[str, str], str] = dice.choice(
        (
            lambda mark, text: f"{mark} {text}",
            lambda mark, text: f"{mark} {text}",
            lambda mark, text: text,
            lambda mark, text: text if mark == "#" else f"**{text}**",
        )
    )
    boxes: list[Lines] = []
    for article in gold["articles"]:
        top = [
            mark
            for kind in ("kicker", "title", "subtitle")
            if article[kind]
            for mark in [marks("#" if kind == "title" else "##", article[kind]) if kind != "kicker" else article[kind]]
        ]
        top += [byline(one["role"], one["names"], dice) for one in article["bylines"]]
        flow: Lines = []
        for section in article["sections"]:
            if section["heading"]:
                flow.append(marks("#" * (section["level"] + 1), section["heading"]))
            flow += section["paragraphs"]
        body = cut(flow, dice)
        if dice.random() < 0.4:
            dice.shuffle(body)
        for caption in article["captions"]:
            body.insert(dice.randint(0, len(body)), [caption])
        boxes += [top, *body] if dice.random() < 0.8 else [*body, top]
    lines = [line for box in boxes for line in box]
    return dice.choice(("\n\n", "\n\n", "\n")).join(lines) + "\n", gold


def interleaved(boxes: Sequence[Lines], dice: random.Random) -> list[Lines]:
    """Columns as a reader of scans prints them that goes by the height of a line: a few lines of one, a few of the next."""
    out: list[Lines] = []
    at = 0
    while at < len(boxes):
        beside = [list(box) for box in boxes[at : at + dice.choice((1, 2, 2, 3))]]
        at += len(beside)
        k = 0
        while any(beside):
            taken = dice.choice((1, 1, 2, 3, 4, 6, 10, 40))
            if beside[k]:
                out.append([line for line in beside[k][:taken] if line])
                beside[k] = beside[k][taken:]
            k = (k + 1) % len(beside)
    return [box for box in out if box]


def misread(lines: Lines, dice: random.Random) -> Lines:
    """Lines with some characters taken for others, marks above all."""
    text = "".join(lines) or " "
    wrong = dice.choice((0.002, 0.01, 0.03))
    marks = {"“": '”"', "”": '“"', "，": ",.", "。": ".,", "、": ",，", "：": ":;", "（": "(〈", "）": ")〉"}
    flat = dice.random() < 0.3

    def seen(char: str) -> str:
        if char in marks and dice.random() < (0.3 if flat else 3 * wrong):
            return dice.choice(marks[char])
        if "\u4e00" <= char <= "\u9fff" and dice.random() < wrong:
            return dice.choice(text)
        return char

    return ["".join(map(seen, line)) for line in lines]


def cut(flow: Lines, dice: random.Random) -> list[Lines]:
    """Paragraphs in columns that end in mid-sentence."""
    out: list[Lines] = [[]]
    for text in flow:
        if len(text) > 40 and not text.startswith(("#", "*")) and dice.random() < 0.2:
            at = dice.randint(5, len(text) - 5)
            while at < len(text) - 1 and (text[at] in CLOSING or text[at - 1] in OPENING):
                at += 1
            out[-1].append(text[:at])
            out.append([text[at:]])
        else:
            out[-1].append(text)
    return [box for box in out if box]


def typeset(gold: Gold, dice: random.Random) -> tuple[str, Gold]:
    """The articles of a gold reading set anew: raw text, and the gold reading of that."""
    kind = dice.random()
    if kind < 0.25:
        return marked(gold, dice)
    scanned = kind < 0.4
    measure = dice.choice((9, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 27, 32, 40))
    how = style(dice, measure)
    frames = dice.random() < 0.35
    boxes: list[Lines] = []
    for article in gold["articles"]:
        boxes += placed(article, (framed if frames else columned)(article, how, dice), how, dice)
    removed = []
    if dice.random() < 0.5:
        for line in furniture(dice):
            at = dice.choice((0, len(boxes), dice.randint(0, len(boxes))))
            boxes.insert(at, [line])
            removed.append({"text": line, "reason": "credit"})
    if scanned:
        how = replace(how, blank_boxes=dice.choice((0.0, 0.0, 0.3)))
        boxes = interleaved(boxes, dice)
    lines: Lines = []
    for box in boxes:
        lines += [*gap(dice, how.blank_boxes if lines else 0.0), *(misread(box, dice) if scanned else box)]
    return "\n".join(lines) + "\n", {**gold, "removed": removed}
