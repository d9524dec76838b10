"""Captions: one string for each picture.

In: the blocks of a page. Out: furniture and second copies as removals (`set_aside`), and the captions of an article, each
picture's its own (`captions`): two that were set on one line are parted, one that was cut is whole, a credit stays with its
caption, pointer marks are stripped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.document import Block, Removal, Role
from pipeline.furniture import removals as furniture
from pipeline.script_fold import simplify
from pipeline.text import Text

POINTERS = "▲▼◀▶△▽◁▷↑↓←→●■◆★☆ \u3000"
SHORTEST = 4  # letters of a caption beside another one on its line
LEAST_ALIKE, LEAST_IN_A_ROW = 0.6, 0.4  # how far two halves of a line must be of one length, to be two captions
SHORTEST_COPY = 4  # letters of a second copy
COPIED = (Role.CAPTION, Role.TITLE, Role.HEADING)  # what is printed twice
NEAR = 2  # lines between the halves of a caption that a line break or a blank line cut
_HAN = "[\u3400-\u9fff]"
_DAY = (
    r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日|日前|近日|目前|周末|上个?月|本月|去年|今年|昨[日天]|当[日天]"
    r"|活动(?:当天|期间|现场)|假期|节日期间|连日来|傍晚|清晨|夜晚|上午|下午)"
)
_OPENER = re.compile(rf"(?:{_DAY}|图为|图片为|上图|下图|左图|右图|图[①②③④一二三四]|资料图)")
_DATED = re.compile(_DAY)
_SCENE = re.compile(
    r"(?:一角|外景|内景|全景|夜景|远景|现场|掠影|合影|效果图|实景图?|剪影|全貌|风貌|场|馆|厅|室|楼|站|园|中心|码头|基地|广场|机房|大桥|工坊|长廊)$"
)
_CREDIT_BRACKET = r"[(（][^()（）]{0,16}(?:摄|供图|资料图片?|资料照片|航拍|效果图|图片)\s*[)）]"
_CREDIT = re.compile(rf"^(?:[(（][^()（）]{{1,20}}[)）]|{_HAN}{{2,4}}\s*[/／]?\s*(?:摄|供图|图))$")
_AFTER_CREDIT = re.compile(rf"{_CREDIT_BRACKET}(?=\s*[\u3400-\u9fff\d“])")
_BRACKET = re.compile(rf"[)）](?={_OPENER.pattern})")
_PICTURE_OF = re.compile(r"(?<=[\u3400-\u9fff)）])(?=图为|上图为|下图为|左图为|右图为)")
_SIGN = re.compile(r"(?<=.)[▲▼◀▶△▽◁▷](?=.)|(?<=[^\s①-⑳])[②-⑳](?![①-⑳：:])")
_SPACE = re.compile(r"\s+")
_PLACE = re.compile(rf"{_HAN}{{2}}[市区县镇乡村]")
_TANDEM = re.compile(r"([^\s()（），。][^，。]{2,30}?)\1")
_TANDEM_END = re.compile(r"([^\s()（），。]{1,20}。)\1$")
_TANDEM_BRACKET = re.compile(r"([^\s()（），。]{1,20}[)）])\1")
_OPEN_END = "，、：,:；;（(“《—"


@dataclass(slots=True)
class _Caption:
    text: Text
    last: int  # the number of its last line


def set_aside(blocks: Sequence[Block]) -> tuple[list[Removal], list[Block]]:
    """Furniture and second copies as removals; the blocks are left in place (empty) so that indexes hold."""
    removals: list[Removal] = []
    kept: list[Block] = []
    seen: dict[Role, set[str]] = {role: set() for role in COPIED}
    for block in blocks:
        if block.role is Role.CAPTION:
            block, shadow = _without_shadow(block)
            removals += shadow
        key = _letters(block.text.chars) if block.role in COPIED else ""
        if not (key or any(map(str.isalnum, block.text.chars))):
            kept.append(block._replace(role=Role.FURNITURE))
        elif block.role is Role.FURNITURE:
            removals += furniture(block)
            kept.append(block)
        elif block.role not in COPIED:
            kept.append(block)
        elif _is_copy(block.role, key, seen[block.role], kept) and block.rule != "correction.role":
            removals.append(Removal(block.text, "duplicate", f"{block.role}.printed_twice"))
            kept.append(block._replace(role=Role.FURNITURE))
        else:
            seen[block.role].add(key)
            if block.role is Role.CAPTION and kept and _opens_with(block, kept[-1]):
                removals.append(Removal(kept[-1].text, "duplicate", "caption.printed_twice"))
                kept[-1] = kept[-1]._replace(role=Role.FURNITURE)
            kept.append(block)
    return removals, kept


def captions(blocks: Sequence[Block]) -> list[Text]:
    """The captions of an article, from its caption blocks in the order found.

    A block that goes on with a cut caption, or is but a credit, joins the one before it.
    """
    found: list[_Caption] = []
    for block in blocks:
        pieces = [_stripped(piece) for piece in _parted(block)]
        first, last = block.lines[0].number, block.lines[-1].number
        for k, piece in enumerate(pieces):
            before = _open_before(found, piece, first) if k == 0 else None
            if before:
                before.text, before.last = before.text + piece, last
            elif piece:
                found.append(_Caption(piece, last))
    return [caption.text for caption in found]


def _open_before(found: Sequence[_Caption], piece: Text, line: int) -> _Caption | None:
    """The caption that a piece on this line goes on with, if any: of the two last ones, since two may stand side by side."""
    plain = simplify(piece.chars)
    near = [one for one in found[-2:] if line - one.last <= NEAR]
    if _CREDIT.match(plain):
        return near[-1] if near else None
    for one in reversed(near):
        before = one.text.chars
        if _unclosed(before) and re.match(r"[^()（）]{1,12}[)）]", plain):
            return one
        if _is_cut(simplify(before)) and not _OPENER.match(plain) and re.search(r"[。）)]$", plain):
            return one
    return None


def _is_cut(chars: str) -> bool:
    """Whether a caption is a sentence that has no end: it opens with a day and has no full stop, or ends in a comma.

    >>> _is_cut("3月5日，医护人员演练急救"), _is_cut("图为大桥"), _is_cut("3月5日，大桥通车。")
    (True, False, False)
    """
    return chars[-1:] in "，、" or (bool(_DATED.match(chars)) and "。" not in chars and chars[-1] not in ")）")


def _unclosed(chars: str) -> bool:
    return chars.count("（") + chars.count("(") > chars.count("）") + chars.count(")")


def _parted(block: Block) -> Iterator[Text]:
    """A caption block, cut where one caption ends and the next begins."""
    text = block.text
    cuts = _cuts(simplify(text.chars))
    if cuts and _is_cut(simplify(text.chars[: cuts[0]].strip())):
        below = _next_line(text, block, cuts[0])
        if below and not _OPENER.match(simplify(text.chars[below:])):
            yield text[: cuts[0]].strip() + text[below:]
            text, cuts = text[cuts[0] : below], [cut - cuts[0] for cut in cuts[1:] if cut < below]
    yield from (text[a:b] for a, b in pairwise([0, *cuts, len(text)]))


def _next_line(text: Text, block: Block, after: int) -> int | None:
    """Where in `text` the first line begins behind `after`: side by side, each caption goes on under itself."""
    starts = {line.text.origins[0] for line in block.lines[1:]}
    return next((k for k, origin in enumerate(text.origins) if origin in starts and k > after), None)


def _cuts(plain: str) -> list[int]:
    """The offsets at which another caption begins.

    >>> _cuts("新楼一角图为医生查房。"), _cuts("新楼大厅（航拍）院区运动场"), _cuts("医生（左二）查房")
    ([4], [8], [])
    >>> _cuts("医院开通急救专线医院引进全新设备")
    [8]
    """
    found: set[int] = {m.end() for m in _AFTER_CREDIT.finditer(plain)}
    found |= {m.end() for m in _BRACKET.finditer(plain)}
    found |= {m.start() for m in _PICTURE_OF.finditer(plain) if m.start() >= SHORTEST}
    found |= {m.start() for m in _SIGN.finditer(plain)}
    found |= set(_at_spaces(plain)) | set(_at_stops(plain)) | set(_at_scenes(plain))
    if not found and (twice := _doubled_head(plain)):
        found.add(twice)
    cuts: list[int] = []
    for cut in sorted(found):
        if len(_letters(plain[cuts[-1] if cuts else 0 : cut])) >= SHORTEST and len(_letters(plain[cut:])) >= SHORTEST:
            cuts.append(cut)
    return [cut for cut in cuts if not _CREDIT.match(plain[cut:].strip())]


def _at_spaces(plain: str) -> Iterator[int]:
    """White space with a phrase on both sides; not beside a mark that goes on, a figure or a Latin word."""
    spaces = list(_SPACE.finditer(plain))
    pieces = _SPACE.split(plain)
    if len(spaces) > NEAR or min(map(len, pieces)) < SHORTEST or len(plain) < 2 * SHORTEST + 3:
        return
    for space in spaces:
        before, after = plain[space.start() - 1], plain[space.end()]
        goes_on = before in _OPEN_END or after in "，。、；：！？”）》(（,.;:!?)"
        figure = before.isascii() and before.isalnum()
        if not goes_on and not figure and (not after.isascii() or _OPENER.match(plain, space.end())):
            yield space.end()


def _at_stops(plain: str) -> Iterator[int]:
    """A full stop between two captions: both open with a day, or the second one is but the name of what is seen."""
    for stop in re.finditer("。(?=.)", plain):
        left, right = plain[: stop.start()], plain[stop.end() :].strip()
        named = len(right) <= 24 and not re.search("[，。]", right) and not _OPENER.match(right)
        seen = _SCENE.search(right) or re.search(rf"{_CREDIT_BRACKET}$", right)
        if (_DATED.match(left) and _DATED.match(right)) or (named and seen and right[0] not in "（("):
            yield stop.end()


def _at_scenes(plain: str) -> Iterator[int]:
    """A view that ends (…一角) where a day or a place opens the next caption."""
    for day in _DATED.finditer(plain, SHORTEST):
        if (
            plain[day.start()].isdigit()
            and _SCENE.search(plain[: day.start()])
            and plain[day.end() : day.end() + 1] in "，,"
        ):
            yield day.start()
    for place in _PLACE.finditer(plain, SHORTEST):
        left, right = plain[: place.start()], plain[place.start() :]
        if _PLACE.match(left) and _SCENE.search(left) and _SCENE.search(right) and not re.search("[，。]", plain):
            yield place.start()


def _doubled_head(plain: str) -> int | None:
    """Where the name that opens a line comes again: two captions of one house, run together.

    The halves are phrases of about one length; the name is no part of a longer one (社区医院), unless it comes twice in a row.

    >>> _doubled_head("医院开通急救专线医院引进全新设备"), _doubled_head("医院建成互联网医院医院引进滑轨CT及全新设备")
    (8, 9)
    """
    if re.search(r"[\s，。、（(]", plain):
        return None
    for size in range(min(10, len(plain) // 3), 1, -1):
        name = plain[:size]
        for again in re.finditer(re.escape(name), plain[size + SHORTEST - 1 :]):
            at = again.start() + size + SHORTEST - 1
            left, right = at - size, len(plain) - at - size
            in_a_row = plain.endswith(name, 0, at)
            alike = min(left, right) >= (LEAST_IN_A_ROW if in_a_row else LEAST_ALIKE) * max(left, right)
            part_of_longer = size == 2 and not in_a_row and plain[at - 1] in "区级立属人民大总附的在到赴"
            if min(left, right) >= SHORTEST and alike and not part_of_longer:
                return at
    return None


def _stripped(text: Text) -> Text:
    return text.strip(POINTERS)


def _without_shadow(block: Block) -> tuple[Block, list[Removal]]:
    """A caption without the glyphs that its shadow drew a second time, one run after the other."""
    text, taken = block.text, []
    while found := _shadow(text.chars):
        start, end = found
        taken.append(Removal(text[start:end], "duplicate", "caption.shadow"))
        text = text[:start] + text[end:]
    return (block._replace(text=text), taken) if taken else (block, taken)


def _shadow(chars: str) -> tuple[int, int] | None:
    """The second of two copies side by side: words of four letters, or of fewer where a bracket is closed twice.

    >>> _shadow("远程会诊室远程会诊室（二期）"), _shadow("室（二期）二期）"), _shadow("谢谢谢谢大家"), _shadow("医院与医院")
    ((5, 10), (5, 8), None, None)
    """
    if len(chars) > 200:
        return None
    for found in _TANDEM.finditer(chars):
        if len(set(_letters(found[1]))) >= SHORTEST_COPY:
            return found.start() + len(found[1]), found.end()
    twice = _TANDEM_BRACKET.search(chars)
    if not twice or chars.count("）") + chars.count(")") <= chars.count("（") + chars.count("("):
        twice = _TANDEM_END.search(chars)
    if twice:
        return twice.start() + len(twice[1]), twice.end()
    return None


def _is_copy(role: Role, key: str, seen: set[str], kept: Sequence[Block]) -> bool:
    """Whether a text of this page says for the second time what one of its role said."""
    if len(key) >= SHORTEST_COPY and key in seen:
        return True
    last = next((b for b in reversed(kept) if b.role is not Role.FURNITURE), None)
    if role is not Role.CAPTION or last is None or last.role is not Role.CAPTION:
        return False
    before = _letters(last.text.chars)
    return SHORTEST_COPY <= len(key) < len(before) and (before.startswith(key) or before.endswith(key))


def _opens_with(block: Block, before: Block) -> bool:
    """Whether a caption begins with the whole of the caption right before it: what a shadow drew of it alone."""
    part = _letters(before.text.chars)
    return before.role is Role.CAPTION and len(part) >= SHORTEST_COPY and _letters(block.text.chars).startswith(part)


def _letters(chars: str) -> str:
    return "".join(filter(str.isalnum, chars))
