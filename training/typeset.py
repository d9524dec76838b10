"""Pages set anew: the articles of a labelled page in other columns, measures and frames, as another tool would read them.

A page's lines say much of its measure, of the habits of its tool and of where its pictures stood. Who learns from few pages
learns those by heart. So each article is set again: its paragraphs are cut at another measure and poured into other columns,
its headings are broken at other places or stand apart, blank lines, indents and marks come and go. The words are those of the
page; the paper's name, date and credits are made up. `typeset` gives raw text, which is read and labelled like any other page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.pages import Gold, LabelledPage, page_of
from training.printed import (
    CLOSING,
    OPENING,
    Lines,
    Style,
    byline,
    bylines,
    captions,
    front,
    furniture,
    gap,
    headings,
    paragraph,
    style,
)
from training.reworded import reworded


def anew(page: LabelledPage, number: int) -> LabelledPage:
    """The articles of a page set anew; always the same for one number, which goes into its name."""
    name = f"{page.name}@{number}"
    raw, gold = typeset(page.gold, random.Random(name))
    return replace(page_of(raw.encode(), name, gold), family=page.family)


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
    gold = reworded(gold, dice)
    kind = dice.random()
    if kind < 0.25:
        return marked(gold, dice)
    scanned = kind < 0.4
    measure = dice.choice((9, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24, 27, 32, 40))
    how = style(dice, measure)
    frames = dice.random() < 0.4
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
