"""Bylines: who wrote it, read from one line or from several that follow each other.

In: the texts of byline blocks. Out: roles and names in print order. Forms: □本报记者 甲 通讯员 乙 丙; 甲 通讯员 乙 丙地报道;
（甲 乙）; 文/甲 图/乙; 甲/文; 甲 摄; 新华社某地某月某日电（记者甲、乙）. A role or name that the line break or the spaces of
OCR cut is whole again. Every letter ends up in a role or a name, whatever the line says; marks and bullets are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from pipeline.document import Byline
from pipeline.names import is_name, letter_spaced, names_of
from pipeline.script_fold import simplify
from pipeline.text import Text, join
from pipeline.wording import surnames

HAN = r"[\u3007\u3400-\u9fff]"


def _gapped(*words: str) -> str:
    """An alternation of words, with white space allowed between their characters (通 讯 员)."""
    return "|".join(r"\s?".join(word) for word in words)


_KIND = (
    rf"(?:(?:(?<!{HAN})(?:{HAN}|·){{1,10}}?(?:报|社|网|台|刊|频道|中心|客户端)|驻{HAN}{{1,4}}?|"
    + _gapped(
        *("本报", "本刊", "本网", "本台", "晚报", "晨报", "日报", "早报", "商报", "时报", "周报", "都市报"),
        *("新华社", "新华网", "中新社", "中新网", "人民网", "央视网"),
        *("全媒体", "融媒体", "新媒体", "首席", "高级", "资深", "特约", "特派", "特邀", "见习", "实习", "驻地", "摄影"),
    )
    + r")\s?)*"
)
_WRITER = _gapped("记者", "通讯员", "评论员", "撰稿人", "撰稿", "摄影师", "编辑", "实习生", "见习生", "主笔")
_WORK = (
    "摄影报道|综合报道|文图|图文|摄影|撰文|整理|采写|统筹|策划|翻译|编译|供稿|文字|图片|供图|作者|摄像|绘图|制图|漫画|执笔"
    "|口述|来源|文|图|摄|绘"
)
_SLASH = r"\s?[/／|｜:：]"
_END = r"(?=[\s、，,;；)）】\]]|$)"
_ROLE = re.compile(
    rf"(?P<wire>(?<!\S)新华社{HAN}{{2,12}}\d{{1,2}}月\d{{1,2}}日电)"
    rf"|(?P<writer>{_KIND}(?:{_WRITER}))"
    rf"|(?<={HAN})[/／](?P<after>文|图|摄|摄影|摄像|绘图|图片|文字|文图){_END}"
    rf"|(?P<work>(?<![^\s、，,;；()（）【】\[\]□■◎●◇◆☆★○▲△/／|:：])"
    rf"(?:文\s?[/／、]\s?图|图\s?[/／、]\s?文|(?:{_WORK})(?={_SLASH})|(?<!\n)(?:{_WORK}){_END}))"
)
_STOPS = r"\s、，,;；/／|｜:：()（）〈〉【】\[\]□■◎●◇◆☆★○▲△"
_WORD = re.compile(rf"[^{_STOPS}·]+(?:[·・．.•][^{_STOPS}]+)*")
_SUFFIX = re.compile(r"(?<=.)(?:(?:摄影|综合)?报道|摄影|摄)$")
_REPORTS = ("报道", "综合报道")
_BULLETS = "□■◎●◇◆☆★○▲△@·*"
_SIGNED = re.compile(r"(?<=[。！？…”])\s*(?=[(（][^()（）。！？，：:]{2,60}(?:[)）]\s*)?$)")
_OPENS = re.compile(rf"\s?{_KIND}(?:{_WRITER})(?![{_STOPS}]*$)")
_CREDIT = re.compile(r"摄$|供图$|图片$")
_NO_NAME = re.compile(r"[图注版文电讯月日年完略续]$")


@dataclass(slots=True)
class _Entry:
    role: Text
    names: list[Text] = field(default_factory=list)
    closed: bool = False  # the role stood behind its names: what follows belongs to the next


def bylines(texts: Sequence[Text]) -> tuple[Byline, ...]:
    """Read the byline that stands on the lines `texts`.

    >>> def read(*lines): return [(b.role.chars, [n.chars for n in b.names]) for b in bylines(list(map(Text.source, lines)))]
    >>> read("□本报记者 张三 通讯员 李小四 王　五 石桥报道")
    [('本报记者', ['张三']), ('通讯员', ['李小四', '王五']), ('报道', ['石桥'])]
    >>> read("（记者 姜", "磊怡 通讯", "员 孙文）"), read("文/赵一 图/钱二"), read("（赵一 钱二）")
    ([('记者', ['姜磊怡']), ('通讯员', ['孙文'])], [('文', ['赵一']), ('图', ['钱二'])], [('', ['赵一', '钱二'])])
    """
    text = join(texts, "\n")
    entries = [_Entry(Text.made(""))]
    words = list(_words(text))
    for (kind, word), (following, _) in zip_longest(words, words[1:], fillvalue=("", text)):
        _put(entries, kind, word, followed=following == "name")
    return tuple(Byline(entry.role, tuple(entry.names)) for entry in entries if entry.role or entry.names)


def runs_on(before: str, after: str, blank: bool) -> bool:
    """Whether the byline on the line `before` goes on on the line `after`; `blank`: a blank line stands between.

    >>> runs_on("（记者 张三 通讯", "员 李四）", True), runs_on("（张三）", "（李四）", False), runs_on("记者 张三", "李四", True)
    (True, False, False)
    """
    if not after or after[0] in _BULLETS or after[0] in "（(":
        return False
    if before.rstrip()[-1:] in "）)":
        return False
    open_ = before.count("（") + before.count("(") > before.count("）") + before.count(")")
    return open_ or not blank or bool(re.search(rf"(?:{_WRITER})\s*$", simplify(before)))


def signature(chars: str) -> int | None:
    """Where the byline in brackets begins that stands behind the last sentence of a line; None where there is none.

    Known by a word for the role, or by nothing but names in the brackets. A picture's credit stays with its caption.

    >>> signature("这是头一回。（记者 张三 通讯"), signature("通了车。（李小四 王五）")
    (6, 4)
    >>> signature("通了车。（李四摄）"), signature("见图。（左图）")
    (None, None)
    """
    if chars[-1:] not in "）)" and not re.search("[记記通特]", chars[-40:]):
        return None
    found = _SIGNED.search(chars)
    if not found:
        return None
    inner = simplify(chars[found.end() + 1 :]).rstrip("）) ")
    if _CREDIT.search(inner):
        return None
    if _OPENS.match(inner) or re.search(rf"\s(?:{_WRITER})\s", inner):
        return found.end()
    words = re.split(r"[\s、]+", inner.strip())
    return found.end() if chars[-1] in "）)" and all(is_name(w) and not _NO_NAME.search(w) for w in words) else None


def _put(entries: list[_Entry], kind: str, word: Text, *, followed: bool) -> None:
    """Add a word to the entries: a role opens a new one, a role behind its names closes theirs.

    `followed`: a name comes next.
    """
    last = entries[-1]
    if kind in ("role", "wire"):
        entries.append(_Entry(word))
    elif kind == "after":
        if last.names and not last.role:
            last.role, last.closed = word, True
        else:
            entries.append(_Entry(word, closed=True))
    elif kind == "place":
        _put_place(entries, word, followed=followed)
    elif last.closed:
        entries.append(_Entry(Text.made(""), [word]))
    else:
        last.names.append(word)


def _put_place(entries: list[_Entry], word: Text, *, followed: bool) -> None:
    """A word that ends in 报道: the place it is reported from, or the last name of those who report."""
    cut = _SUFFIX.search(simplify(word.chars))
    at = cut.start() if cut else 0
    names = entries[-1].names
    if not at and not followed and names and not is_name(simplify(names[-1].chars)):
        entries.append(_Entry(word, [names.pop()], closed=True))
        return
    stem, report = word[:at], word[at:]
    if entries[-1].role and not entries[-1].names and is_name(simplify(stem.chars)):
        entries[-1].names.append(stem)
        entries.append(_Entry(report))
    else:
        entries.append(_Entry(report, [stem] if stem else []))


def _words(text: Text) -> Iterator[tuple[str, Text]]:
    """The words of a byline as ("role", "wire", "after", "place" or "name", text without white space)."""
    plain = simplify(text.chars)
    at = 0
    for role in _ROLE.finditer(plain):
        yield from _named(text, plain, at, role.start())
        kind = role.lastgroup or "work"
        start, end = role.span(kind)
        yield _kind(plain, kind, start, end), _tight(text[start:end])
        at = end
    yield from _named(text, plain, at, len(plain))


def _kind(plain: str, kind: str, start: int, end: int) -> str:
    """Whether a role stands before its names or behind them."""
    if kind != "work":
        return {"writer": "role"}.get(kind, kind)
    behind = re.match(rf"{_SLASH}|\s*{HAN}", plain[end:]) is None or plain[start:end] in ("文", "图", "摄", "绘")
    forward = re.match(_SLASH, plain[end:]) is not None
    named = re.search(rf"{HAN}\s*$", plain[:start]) is not None
    return "after" if named and behind and not forward else "role"


def _named(text: Text, plain: str, start: int, end: int) -> Iterator[tuple[str, Text]]:
    """The names between two roles."""
    for word in _whole(text, plain, start, end):
        said = simplify(word.chars)
        suffix = _SUFFIX.search(said)
        if said in _REPORTS or (suffix and suffix.group().endswith("报道")):
            yield "place", word
        elif suffix and 2 <= suffix.start() <= 4:
            yield "name", word[: suffix.start()]
            yield "after", word[suffix.start() :]
        elif any(map(str.isalnum, said)):
            sizes = names_of(said)
            for k, size in enumerate(sizes):
                yield "name", word[sum(sizes[:k]) : sum(sizes[:k]) + size]


def _whole(text: Text, plain: str, start: int, end: int) -> Iterator[Text]:
    """The words of a stretch, letter-spaced names and names cut by the line break put together."""
    spans = [(m.start(), m.end()) for m in _WORD.finditer(plain, start, end)]
    k = 0
    while k < len(spans):
        size = _together(plain, spans[k:])
        yield join([text[a:b] for a, b in spans[k : k + size]])
        k += size


def _together(plain: str, spans: Sequence[tuple[int, int]]) -> int:
    """How many of the words at hand are pieces of one name."""
    single = 0
    for k, (a, b) in enumerate(spans):
        if b - a != 1 or (k and not plain[spans[k - 1][1] : a].isspace()):
            break
        single += 1
    if single >= 2:
        gaps = [len(plain[spans[k][1] : spans[k + 1][0]]) for k in range(single - 1)]
        return letter_spaced("".join(plain[a] for a, _ in spans[:single]), gaps)
    if len(spans) < 2:
        return 1
    (a, b), (c, d) = spans[:2]
    gap = plain[b:c]
    if "\n" in gap and gap.isspace():
        lone = (b - a == 1 and d - c <= 3) or (d - c == 1 and b - a <= 2)
        return 2 if lone and not _SUFFIX.search(plain[c:d]) else 1
    cut = b - a == 1 and gap.isspace() and d - c <= 2
    return 2 if cut and plain[a] in surnames() and plain[c] not in surnames() else 1


def _tight(text: Text) -> Text:
    """A text without its white space."""
    if not any(map(str.isspace, text.chars)):
        return text
    return join([text[m.start() : m.end()] for m in re.finditer(r"\S+", text.chars)])
