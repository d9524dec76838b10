"""Half-width punctuation between Chinese characters becomes full-width, and only there.

What decides is the text on both sides, behind quotes, brackets and blanks: "3.5", "10:30", "A, B", Latin phrases,
addresses and file names stay as they are. Brackets are decided in pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.normalise.dots import might_be_name
from pipeline.normalise.draft import CLOSES_FIGURE, HAN, NOT_CHINESE, Draft, Kind
from pipeline.text import Edit, one_for_one

FULL: Final = dict(zip(",.:;?!()", "，。：；？！（）", strict=True))
RULES: Final = {
    ",": "punctuation.half_width_comma",
    ".": "punctuation.half_width_stop",
    ":": "punctuation.half_width_colon",
    ";": "punctuation.half_width_semicolon",
    "?": "punctuation.half_width_question",
    "!": "punctuation.half_width_exclamation",
    "(": "punctuation.half_width_bracket",
    ")": "punctuation.half_width_bracket",
}
NUMBERED: Final = re.compile("\\s*[一二三四五六七八九十百]{1,4}$")  # 五.治疗: a list mark, as found
CHARACTERS: Final = frozenset(FULL)
TABLE: Final = {mark: (FULL[mark], RULES[mark]) for mark in FULL}
# By far the commonest case, right behind Chinese text; and all the others.
SURE: Final = re.compile(f"[,;?!](?:(?<=[^{NOT_CHINESE}].)|(?<=[{CLOSES_FIGURE}].))")
OPEN: Final = re.compile(f"[.:]|[,;?!](?<![^{NOT_CHINESE}].)(?<![{CLOSES_FIGURE}].)")
BRACKET: Final = re.compile("[()（）]")
CHINESE: Final = re.compile(f"[{HAN}、。，；：？！《》“”]")

# Addresses, e-mail, file names and versions: nothing in them changes.
_ADDRESS: Final = "[A-Za-z0-9._~:/?#@!$&*+,;=%-]*[A-Za-z0-9/=&_-]"
PROTECTED: Final = re.compile(
    f"(?:https?|ftp)://{_ADDRESS}"
    "|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+"
    f"|(?<![A-Za-z0-9])[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.[A-Za-z][A-Za-z0-9]{{1,9}}(?:[/?#]{_ADDRESS})?"
)
DOTTED: Final = re.compile("[.@](?<=[A-Za-z0-9_-][.@])[A-Za-z0-9]")  # quick: is there anything like a.b or a@b


def protected(shown: str) -> list[tuple[int, int]]:
    """The spans of addresses and file names.

    >>> protected("见http://a.cn/b?c=1,谢谢")
    [(1, 18)]
    """
    if "://" not in shown and not DOTTED.search(shown):
        return []
    return [found.span() for found in PROTECTED.finditer(shown)]


def edits(draft: Draft) -> list[Edit]:
    """Full-width marks where Chinese text is on one side; sorted.

    >>> [(edit.start, edit.becomes) for edit in edits(Draft("他说:3.5,对."))]
    [(2, '：'), (6, '，'), (8, '。')]
    """
    shown = draft.shown
    made = one_for_one(shown, SURE, TABLE)
    sure = len(made)
    safe = protected(shown)
    for found in OPEN.finditer(shown):
        at = found.start()
        mark = found.group()
        if safe and any(start <= at < end for start, end in safe):
            continue
        if _is_stop(draft, at) if mark == "." else _is_full(draft, at, mark):
            made.append(Edit(at, at + 1, FULL[mark], RULES[mark]))
    if len(made) > sure:
        made.sort()
    return made


def _is_full(draft: Draft, at: int, mark: str) -> bool:
    """Chinese text on one side is enough; at the end of a Chinese paragraph, any text before the mark."""
    before, after = draft.before(at), draft.after(at + 1)
    if before is Kind.CHINESE:
        return not (after is Kind.LATIN and mark == ":" and draft.shown.startswith("://", at))
    if after is Kind.CHINESE:
        return before in (Kind.LATIN, Kind.DIGIT) or (before is Kind.EDGE and mark in ",;")
    return after is Kind.EDGE and draft.chinese and mark in "?!;" and before in (Kind.LATIN, Kind.DIGIT)


def _is_stop(draft: Draft, at: int) -> bool:
    """A full stop stands behind Chinese text (or a closed figure), and no figure or Latin word follows at once."""
    if draft.kind(at + 1) in (Kind.DIGIT, Kind.LATIN, Kind.MARK) or draft.beside(at)[0] is Kind.MARK:
        return False
    if draft.before(at) is not Kind.CHINESE or might_be_name(draft.shown, at):
        return False
    return NUMBERED.match(draft.shown, 0, at) is None


def brackets(draft: Draft) -> Iterator[Edit]:
    """Both brackets of a pair, if it holds Chinese text or stands behind it; one without a partner, next to it.

    >>> [edit.becomes for edit in brackets(Draft("化合物(MMC)和f(x)"))]
    ['（', '）']
    """
    if "(" not in draft.shown and ")" not in draft.shown:
        return
    found: list[int] = []
    opened: list[int] = []
    for hit in BRACKET.finditer(draft.shown):
        at = hit.start()
        if hit.group() in "(（":
            opened.append(at)
        elif opened:
            begin = opened.pop()
            if _is_chinese_pair(draft, begin, at):
                found += begin, at
        elif draft.beside(at)[0] is Kind.CHINESE:
            found.append(at)
    found += (at for at in opened if Kind.CHINESE in draft.beside(at))
    for at in sorted(found):
        if draft.shown[at] in FULL:
            yield Edit(at, at + 1, FULL[draft.shown[at]], RULES["("])


def _is_chinese_pair(draft: Draft, begin: int, end: int) -> bool:
    """Around Chinese, after Chinese, or a numbered opening before it; or one of the two is full-width already."""
    if "（" == draft.shown[begin] or "）" == draft.shown[end] or CHINESE.search(draft.shown, begin, end):
        return True
    before = draft.before(begin)
    return before is Kind.CHINESE or (before is Kind.EDGE and draft.after(end + 1) is Kind.CHINESE)
