"""Mojibake: text that was decoded by the wrong encoding, and how to undo it.

Three kinds, each undone only where the bytes prove it:

* UTF-8 read as Latin-1 or cp1252 (å…¨å›½ for 全国), also where the extractor turned a no-break space (byte A0) into a space
  or cut it off at the end of a line, and where the line was wrapped in the middle of a character;
* GBK read as Latin-1 or cp1252 (È«¹ú for 全国);
* UTF-8 read as GBK (鍏ㄥ浗 for 全国), where no byte was lost on the way.

What is left of a damaged run, since bytes are missing, stays as found and is recorded as `repair.mojibake_left`.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from pipeline.commonness import is_common, per_character
from pipeline.text import Edit

UTF8_AS_LATIN: Final = "repair.utf8_read_as_latin1"
GBK_AS_LATIN: Final = "repair.gbk_read_as_latin1"
UTF8_AS_GBK: Final = "repair.utf8_read_as_gbk"
LEFT: Final = "repair.mojibake_left"

Hit: TypeAlias = "tuple[re.Match[str], str]"  # a sequence of bytes, and the character that it stands for

PROSE: Final = -14.0  # commonness (mean log2) that repaired text has at least
GAIN: Final = 3.0  # log2: by so much the repaired text is more common
RUN: Final = 4  # characters of GBK mojibake that prove a run by themselves

# Bytes 80 to FF as cp1252 shows them; its five holes and Latin-1's controls stand for themselves.
_SHOWN: Final = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_TO_BYTE: Final = {ord(char): byte for byte, char in _SHOWN.items()} | {byte: byte for byte in range(0x80, 0xA0)}
# The translation keeps lengths; what stands for no byte becomes U+0100, which no pattern below takes.
_NO_BYTE: Final = "\u0100"


class _Bytes(dict[int, int]):
    """A table for str.translate: characters that stand for a byte become it, ASCII stays, all others are U+0100."""

    def __missing__(self, code: int) -> int:
        return code if code < 0x80 else ord(_NO_BYTE)


_AS_BYTES: Final = _Bytes(_TO_BYTE)


def _members(first: int, last: int) -> str:
    """The body of a character class: all characters that show the bytes `first` to `last`."""
    shown = {_SHOWN[byte] for byte in range(first, last + 1)}
    shown |= {chr(byte) for byte in range(first, min(last, 0x9F) + 1)}
    return "".join(re.escape(char) for char in sorted(shown))


# A character of three (or four) bytes: nearly all of Chinese. Two hits next to each other, or one that no one types.
# (Ã: a character of two bytes, as the first of a Chinese one that was damaged twice.)
_SCAN_UTF8: Final = re.compile(f"[\xc3\xe2-\xf0][{_members(0x80, 0xBF)}\\s]")
_DAMAGED_TWICE: Final = re.compile("(?:[\xe2-\xef][\x80-\xff]{2}){2}")
_UTF8: Final = re.compile(
    "[\xc2-\xdf](?:\r?\n)?[\x80-\xbf]"
    "|[\xe0-\xef](?:\r?\n)?[\x80-\xbf ](?:\r?\n)?[\x80-\xbf ]"
    "|[\xf0-\xf4](?:\r?\n)?[\x80-\xbf](?:\r?\n)?[\x80-\xbf ](?:\r?\n)?[\x80-\xbf ]"
    "|[\xe0-\xef][\x80-\xbf](?=[ \t]*\r?(?:\n|$))"
)
_LATIN_RUN: Final = re.compile("[\x80-\xff][\x80-\xff \t\x21-\x7e\r\n]*[\x80-\xff]|[\x80-\xff]")
_SCAN_GBK: Final = re.compile(f"[{_members(0xA1, 0xFE)}](?=[{_members(0xA1, 0xFE)}]{{5}})")
_HIGH_RUN: Final = re.compile(
    "[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39])(?:[\x20-\x3f]*[\x81-\xfe][\x40-\x7e\x80-\xfe])*"
)


def _gbk_members(leads: range, trails: range) -> str:
    """All characters that GBK has for these two bytes."""
    found = []
    for lead in leads:
        for trail in trails:
            try:
                found.append(bytes([lead, trail]).decode("gb18030"))
            except UnicodeDecodeError:
                continue
    return "".join(re.escape(char) for char in sorted(found))


# 全国 is E5 85 A8 E5 9B BD, so GBK shows lead+tail, tail+lead, tail+tail: three characters that follow no other way.
_LEAD_TAIL: Final = _gbk_members(range(0xE2, 0xF0), range(0x80, 0xC0))
_TAIL_LEAD: Final = _gbk_members(range(0x81, 0xC0), range(0xE2, 0xF0))
_TAIL_TAIL: Final = _gbk_members(range(0x81, 0xC0), range(0x80, 0xC0))
_SCAN_CROSSED: Final = re.compile(f"[{_LEAD_TAIL}](?=[{_TAIL_LEAD}][{_TAIL_TAIL}])")
VISIBLE: Final = re.compile("[^\x00-\xa0]+")
_CHINESE_RUN: Final = re.compile("[^\x00-\x7f]+")


def edits(chars: str) -> list[Edit]:
    """One edit for each character that can be restored; an empty list where there is no mojibake.

    >>> [edit.becomes for edit in edits("å…¨å›½")]
    ['全', '国']
    """
    if chars.isascii():
        return []
    found, likely, damaged = _utf8_as_latin(chars) if _SCAN_UTF8.search(chars) else ([], [], [])
    if _SCAN_GBK.search(chars):
        found += [edit for start, end in _between(found, len(chars)) for edit in _gbk_as_latin(chars, start, end)]
    found = _joined(found, likely)
    if damaged:
        found += _left(chars, damaged, _between(found, len(chars)))
    if _SCAN_CROSSED.search(chars):
        found = _joined(found, _utf8_as_gbk(chars))
    return sorted(found, key=lambda edit: edit.start)


def _joined(sure: list[Edit], others: Iterable[Edit]) -> list[Edit]:
    """Both kinds of edits in order, without those of the others that overlap one that is sure."""
    taken = {at for edit in sure for at in range(edit.start, edit.end)}
    free = [edit for edit in others if taken.isdisjoint(range(edit.start, edit.end))]
    return sorted(sure + free, key=lambda edit: edit.start)


def _between(edits: list[Edit], size: int) -> list[tuple[int, int]]:
    """The stretches that no edit covers yet."""
    starts = [0, *(edit.end for edit in edits)]
    ends = [*(edit.start for edit in edits), size]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _utf8_as_latin(chars: str) -> tuple[list[Edit], list[Edit], list[tuple[int, int]]]:
    """The repaired characters, those that are likely since others of their run are sure, and the runs.

    A run is looked at chain by chain: sequences that follow each other give common characters more than by chance.
    """
    shown = chars.translate(_AS_BYTES)
    sure: list[Edit] = []
    likely: list[Edit] = []
    damaged: list[tuple[int, int]] = []
    for run in _LATIN_RUN.finditer(shown):
        hits = [(m, char) for m in _UTF8.finditer(shown, run.start(), _run_end(shown, run.end())) if (char := _utf8(m))]
        before = len(sure)
        lone: list[Edit] = []
        for chain in _chains(shown, hits):
            if _proves(chars, run, chain):
                sure += (_whole(*hit) for hit in chain)
            else:
                lone += (_whole(*hit) for hit in chain if hit[1] > "\u2000" and is_common(hit[1]))
        if len(sure) > before:
            damaged.append(run.span())
            likely += lone
    return sure, likely, damaged


def _chains(shown: str, hits: list[Hit]) -> Iterator[list[Hit]]:
    """Hits on one line between which there is nothing but ASCII."""
    chain: list[Hit] = []
    for hit in hits:
        gap = shown[chain[-1][0].end() : hit[0].start()] if chain else ""
        if "\n" in gap or not gap.isascii():
            yield chain
            chain = []
        chain.append(hit)
    if chain:
        yield chain


def _run_end(shown: str, end: int) -> int:
    """A run may be followed by spaces that were no-break spaces, and by a line end."""
    while end < len(shown) and shown[end] in " \r\n" and not shown[end - 1] == "\n":
        end += 1
    return end


def _utf8(hit: re.Match[str]) -> str:
    """The character that a sequence stands for, or "" where it is none that Chinese text has."""
    raw = hit.group().replace("\r", "").replace("\n", "")
    guessed = " " in raw
    if len(raw) == 2 and raw[0] >= "\xe0":  # the last byte was cut off: only A0 is white space, and so gets lost
        raw, guessed = raw + "\xa0", True
    try:
        char = raw.replace(" ", "\xa0").encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""
    by_chance = guessed or "\xff" < char < "\u0800"  # two bytes of GBK text often look like such a character
    return char if len(char) == 1 and (is_common(char) or not by_chance) else ""


def _proves(chars: str, run: re.Match[str], hits: list[Hit]) -> bool:
    """Whether a chain is mojibake: common Chinese characters, and no stray accented letters instead."""
    found = [char for _, char in hits]
    if sum(map(is_common, found)) * 2 < len(found) or max(found) < "\u2000":
        return _DAMAGED_TWICE.search("".join(found).translate(_AS_BYTES)) is not None
    if len(found) > 1:
        return True
    shown = chars[run.start() : run.end()].strip()
    return len(hits[0][0].group()) == 3 and len(shown) <= 4 and not shown.isalpha()


def _whole(hit: re.Match[str], char: str) -> Edit:
    """The repaired character where the damage began; a line break in the middle of it comes behind it."""
    breaks = re.search(r"\r?\n", hit.group()) if "\n" in hit.group() else None
    return Edit(hit.start(), hit.end(), char + breaks.group() if breaks else char, UTF8_AS_LATIN)


def _left(chars: str, damaged: list[tuple[int, int]], free: list[tuple[int, int]]) -> Iterator[Edit]:
    """Damaged characters between the repaired ones: as found, but on record. Control characters aren't kept."""
    for start, end in free:
        for first, last in damaged[max(0, bisect(damaged, (start,)) - 1) : bisect(damaged, (end,))]:
            for rest in VISIBLE.finditer(chars, max(start, first), min(end, last)):
                yield Edit(rest.start(), rest.end(), rest.group(), LEFT)


def _gbk_as_latin(chars: str, start: int, end: int) -> Iterator[Edit]:
    """Runs of accented letters and signs that read as common Chinese by GBK."""
    shown = chars[start:end].translate(_AS_BYTES)
    for run in _HIGH_RUN.finditer(shown):
        try:
            read = run.group().encode("latin-1").decode("gb18030")
        except UnicodeDecodeError:
            continue
        chinese = [char for char in read if char > "\x7f"]
        if len(chinese) < RUN or per_character("".join(chinese)) < PROSE:
            continue
        at = start + run.start()
        for char in read:
            size = len(char.encode("gb18030"))
            if char > "\x7f":
                yield Edit(at, at + size, char, GBK_AS_LATIN)
            at += size


def _utf8_as_gbk(chars: str) -> Iterator[Edit]:
    """Runs of rare Han characters whose GBK bytes are UTF-8 of common ones, as far as that goes."""
    at = 0
    for hit in _SCAN_CROSSED.finditer(chars):
        run = _CHINESE_RUN.match(chars, hit.start())
        if hit.start() < at or run is None:
            continue
        read = _longest_utf8(run.group())
        was = run.group()[: _gbk_length(run.group(), len(read.encode("utf-8")))]
        alone = was == run.group() and _stands_alone(chars, run)
        if len(read) < (2 if alone else RUN - 1) or not all(map(is_common, read)):
            continue
        if per_character(read) < max(PROSE, per_character(was) + GAIN):
            continue
        yield from _crossed(was, run.start(), read)
        at = run.start() + len(was)


def _longest_utf8(was: str) -> str:
    """The UTF-8 text that the GBK bytes begin with, to the last place where both have a character's end."""
    try:
        raw = was.encode("gb18030")
    except UnicodeEncodeError as error:
        raw = was[: error.start].encode("gb18030")
    try:
        read = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        read = raw[: error.start].decode("utf-8")
    while read and not _gbk_length(was, len(read.encode("utf-8"))):
        read = read[:-1]
    return read


def _gbk_length(was: str, size: int) -> int:
    """How many characters of `was` have together `size` bytes in GBK; 0 where one would be cut in two."""
    for count, char in enumerate(was):
        if size <= 0:
            return count if size == 0 else 0
        size -= len(char.encode("gb18030"))
    return len(was) if size == 0 else 0


def _stands_alone(chars: str, run: re.Match[str]) -> bool:
    """Nothing else is on the line: a short heading."""
    before = chars[: run.start()].rpartition("\n")[2]
    after = chars[run.end() :].partition("\n")[0]
    return not (before + after).strip()


def _crossed(was: str, start: int, read: str) -> list[Edit]:
    """Bytes cross characters here: each repaired character takes the damaged ones that begin in its bytes."""
    owner = [index for index, char in enumerate(read) for _ in char.encode("utf-8")]
    bounds: dict[int, list[int]] = {}
    at = 0
    for place, char in enumerate(was):
        bounds.setdefault(owner[at], []).append(start + place)
        at += len(char.encode("gb18030"))
    made: list[Edit] = []
    end = start
    for index, char in enumerate(read):
        if index not in bounds:  # ASCII, swallowed whole by the last character before it
            begin, last, before, rule = made.pop()
            if last - begin > 1:
                made += Edit(begin, last - 1, before, rule), Edit(last - 1, last, char, rule)
            else:
                made.append(Edit(begin, last, before + char, rule))
            continue
        begin, end = end, bounds[index][-1] + 1
        made.append(Edit(begin, end, char, UTF8_AS_GBK))
    return made
