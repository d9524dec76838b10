"""Bylines: who wrote it, read from a line.

In: the text of a byline block. Out: roles and names in print order. Forms: □本报记者 甲 通讯员 乙 丙; 甲 通讯员 乙 丙地报道; （甲 乙）;
文/甲 图/乙; 文：甲. Every letter of the line ends up in a role or a name, whatever the line says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.document import Byline
from pipeline.script_fold import simplify
from pipeline.text import Text, join

_KIND = r"(?:本报|本刊|本网|晚报|晨报|日报|早报|商报|时报|都市报|全媒体|融媒体|新媒体|首席|高级|资深|特约|特派|特邀|见习|实习|驻地|[\u4e00-\u9fff]{2,6}?报)*"
_ROLE = re.compile(
    rf"{_KIND}(?:记者|通讯员|评论员|撰稿人|撰稿|摄影师|编辑)"
    r"|(?:文图|图文|摄影|撰文|撰稿|整理|采写|统筹|翻译|编译|供稿|文字|图片|供图|作者|文|图)(?=\s*[/／|:：])"
    r"|文\s*[/／、]\s*图(?=\s|[/／|:：])"
)
_WORD = re.compile(r"[^\s、，,;；/／|:：()（）【】\[\]□■◎●◇◆☆★○▲△·]+(?:[·・．.][^\s、，,;；/／|:：()（）]+)*")
_REPORT = re.compile(r"(?<=.)(?:摄影报道|综合报道|报道|摄影|摄|文/图|文|图)$")
LONGEST_NAME = 4


def bylines(text: Text) -> tuple[Byline, ...]:
    """Read a byline.

    >>> [(b.role.chars, [n.chars for n in b.names]) for b in bylines(Text.source("□本报记者 张三 通讯员 李小四 王　五 石桥报道"))]
    [('本报记者', ['张三']), ('通讯员', ['李小四', '王五']), ('报道', ['石桥'])]
    >>> [(b.role.chars, [n.chars for n in b.names]) for b in bylines(Text.source("（赵一 钱二）"))]
    [('', ['赵一', '钱二'])]
    """
    nothing = Text.made("")
    found: list[tuple[Text, list[Text]]] = [(nothing, [])]
    for kind, word in _words(text):
        if kind == "role":
            found.append((word, []))
        elif kind == "place":
            cut = _REPORT.search(simplify(word.chars))
            at = cut.start() if cut else len(word)
            found.append((word[at:], [word[:at]]))
        else:
            found[-1][1].append(word)
    return tuple(Byline(role, tuple(names)) for role, names in found if role or names)


def _words(text: Text) -> Iterator[tuple[str, Text]]:
    """The words of a byline as ("role", "place" or "name", text), characters of a letter-spaced name together."""
    plain = simplify(text.chars)
    at = 0
    single: list[Text] = []
    for piece in _pieces(plain):
        start, end, kind = piece
        word = text[start:end]
        spaced = kind == "name" and len(word) == 1 and start - at <= 2
        if single and not spaced:
            yield "name", join(single)
            single = []
        if spaced:
            single.append(word)
            if len(single) == 2 and not _lone_follows(plain, end):
                yield "name", join(single)
                single = []
        else:
            yield kind, word
        at = end
    if single:
        yield "name", join(single)


def _lone_follows(plain: str, at: int) -> bool:
    """Whether one more single character comes (a name of three, letter-spaced)."""
    return re.match(r"[ \u3000][^\s、，](?=[\s、，]|$)", plain[at:]) is not None


def _pieces(plain: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    for role in _ROLE.finditer(plain):
        yield from _named(plain, at, role.start())
        yield role.start(), role.end(), "role"
        at = role.end()
    yield from _named(plain, at, len(plain))


def _named(plain: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for word in _WORD.finditer(plain, start, end):
        report = _REPORT.search(word.group())
        if report and report.group() in ("报道", "摄影报道", "综合报道"):
            yield word.start(), word.end(), "place"
        elif report and 2 <= report.start() <= LONGEST_NAME:
            yield word.start(), word.start() + report.start(), "name"
            yield word.start() + report.start(), word.end(), "role"
        else:
            yield word.start(), word.end(), "name"
