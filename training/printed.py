"""What a page is set from: lines of paragraphs, headings, title fields, bylines, captions and furniture, in many styles.

In: strings of a gold reading and a style. Out: the lines that a tool reads back from the print. Used by `training/typeset.py`,
which puts them on pages.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from training.pages import Gold

Lines = list[str]

CLOSING = frozenset("，。；：？！、）》”’」』】〕…—·％,.;:?!)%")
OPENING = frozenset("（《“‘「『【〔(")
BESIDE = 0.2  # how often two captions stand on a line
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲"
PLACES = "东海 北江 云州 南岭 青川 西河 安陵 临川 玉溪 长平".split()
PAPERS = "日报 晚报 晨报 商报 都市报 健康报 周刊 时报".split()
SUBJECTS = "民生 健康 科普 教育 文化 经济 乡村 社区 法治 人物 热点 深度 记者 基层 名医 生活 环保 读书".split()
COLUMNS = "观察 关注 调查 走笔 聚焦 视点 周刊 故事 在线 前沿 论坛 纪实 课堂 专栏".split()
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


def column_label(dice: random.Random) -> str:
    """The name of a column of a paper."""
    return dice.choice(SUBJECTS) + dice.choice(COLUMNS)


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
    """Captions, each a box, broken at a measure of their own; sometimes two on a line, as of pictures side by side."""
    those = list(article["captions"])
    if len(those) > 1 and dice.random() < BESIDE:
        return [[dice.choice((" ", "  ", "\u3000")).join(those[:2])], *([caption] for caption in those[2:])]
    return [wrapped(caption, dice.choice((9, 13, 18, 25, 40)), 1.0, dice) for caption in those]


def gap(dice: random.Random, chance: float) -> Lines:
    """A blank line, or none."""
    return [""] if dice.random() < chance else []


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
