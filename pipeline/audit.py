"""The audit: nothing lost, nothing made up, checked on every page before it may leave.

In: a page. Out: nothing, or `LawBroken` naming the first characters that are lost, doubled, made up or changed
without a ledger entry. Held are letters, Han characters and digits (`str.isalnum`); white space and punctuation
may come and go, but a mark that stays must be its source's up to NFKC, unless the ledger says otherwise.

All passes are array operations over origins; Python loops run over texts and ledger entries, never over characters.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, TypeAlias
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from pipeline.document import Article, Page
from pipeline.errors import LawBroken
from pipeline.markup import line_spans
from pipeline.text import NOWHERE, Change, Text

Ints: TypeAlias = npt.NDArray[np.int32]
Codes: TypeAlias = npt.NDArray[np.uint32]
Counts: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]

SHOWN: Final = 12  # characters that a message quotes
_BMP: Final = 0x10000
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # letters to Unicode, but nobody sees them
_MENDS: Final = "repair."  # how rules of mojibake and entities begin
_MARK: Final = re.compile(r"<[^<>]*>|&#?\w{1,32};?")  # a tag or an entity: its letters are marks, not words


def audit(page: Page) -> None:
    """Check promises 1 and 2 on a page. Raises LawBroken (stage `audit`) where one is broken."""
    document = page.document
    pieces = [text for article in page.articles for text in texts(article)]
    pieces += [removal.text for removal in page.removals]
    chars, origins = _all(pieces)
    source = codes(document.original)
    if len(origins) and int(origins.max()) >= len(source):
        raise LawBroken(f"{document.source}: an origin lies behind the end of the input", stage="audit")
    kept = origins != NOWHERE
    letters = is_letter(chars)
    held = is_letter(source)
    odd = strange(document.changes)
    for change in (*marks(odd), *_misread_marks(odd)):
        held[change.start : change.end] = False
    _check_made(page, chars[~kept & letters])
    of_source = origins[kept]
    _check_changed(page, chars[kept], of_source, source)
    _report(page, "turned into marks", held & _silent(of_source, origins[letters & kept], len(source)))
    count = _count(odd, origins, kept, len(source))
    _report(page, "lost", held & (count == 0))
    _report(page, "doubled", held & (count > 1))


def texts(article: Article) -> Iterator[Text]:
    """Every text of an article that a record carries, each once, in reading order."""
    yield from (article.kicker, article.title, article.subtitle)
    for byline in article.bylines:
        yield byline.role
        yield from byline.names
    for section in article.sections:
        yield section.heading
        yield from section.paragraphs
    yield from article.captions


def codes(chars: str) -> Codes:
    """The code points of a string."""
    return np.frombuffer(chars.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def is_letter(points: Codes) -> Mask:
    """Which of the code points are letters, Han characters or digits.

    >>> is_letter(codes("第5版，Ａ𠮷 。")).tolist()
    [True, True, True, False, True, True, False, False]
    """
    mask: Mask = _letters_of_the_bmp().take(points, mode="clip")
    wide = np.flatnonzero(points >= _BMP)
    if len(wide):
        mask[wide] = [chr(point).isalnum() for point in points[wide].tolist()]
    return mask


@cache
def _letters_of_the_bmp() -> Mask:
    table = np.fromiter(map(str.isalnum, map(chr, range(_BMP + 1))), dtype=np.bool_, count=_BMP + 1)
    table[[ord(filler) for filler in _FILLERS]] = False
    return table


def strange(changes: Sequence[Change]) -> list[Change]:
    """The entries of the ledger that are not one character for one, or mend mojibake: a small part of it."""
    return [
        change
        for change in changes
        if (len(change.becomes) != len(change.was) or change.rule.startswith(_MENDS)) and change.start >= 0
    ]


def _is_uneven(change: Change) -> bool:
    return len(change.becomes) != len(change.was)


def reach(odd: Sequence[Change]) -> dict[int, int]:
    """Where one character stands for several: the end of its source span, by the span's start.

    Marks do not stand for words, so that no edit can make words vanish by setting a full stop in their place.

    >>> reach(strange([Change(4, 7, "ä¸­", "中", "repair.mojibake"), Change(8, 9, ",", "，", "width")]))
    {4: 7}
    """
    found: dict[int, int] = {}
    for change in odd:
        is_wide = change.end - change.start > 1 and change.becomes and _is_uneven(change)
        if is_wide and (_says(change.becomes) or not _says(change.was)):
            found[change.start] = max(change.end, found.get(change.start, 0))
    for change in _misread_marks(odd):
        found[change.start] = max(change.end, found.get(change.start, 0))
    return found


def marks(odd: Sequence[Change]) -> list[Change]:
    """The tags and entities with letters in them that became white space or nothing (`<br>`, `&nbsp;`).

    No text of the page has these letters: the records list them with the removals.
    """
    bare = [change for change in odd if not change.becomes.strip() and _is_uneven(change) and _is_mark(change.was)]
    return [change for change in bare if _says(change.was)]


def _misread_marks(odd: Sequence[Change]) -> list[Change]:
    """Mojibake and entities that stand for a mark or a space: their letters (`â€”` for —, `&lt;` for <) are none."""
    return [
        change
        for change in odd
        if change.becomes and (change.rule.startswith(_MENDS) or _is_mark(change.was)) and not _says(change.becomes)
    ]


def _is_mark(was: str) -> bool:
    return was.startswith(("<", "&")) and _MARK.fullmatch(was) is not None


def _says(chars: str) -> bool:
    return any(map(str.isalnum, chars))


def _all(pieces: Sequence[Text]) -> tuple[Codes, Ints]:
    """Code points and origins of all pieces, with one NUL from nowhere in each gap."""
    gap = array("i", [NOWHERE]).tobytes()
    origins = np.frombuffer(gap.join([piece.origins for piece in pieces]), dtype=np.int32)
    return codes("\0".join([piece.chars for piece in pieces])), origins


def _check_made(page: Page, made: Codes) -> None:
    """No letter without an origin."""
    if len(made):
        quoted = "".join(map(chr, made[:SHOWN].tolist()))
        raise LawBroken(f"{page.document.source}: made up: “{quoted}” ({len(made)} characters)", stage="audit")


def _check_changed(page: Page, chars: Codes, origins: Ints, source: Codes) -> None:
    """A kept character is its source character up to NFKC, or what a ledger entry made of it."""
    was = source[origins]
    differ = np.flatnonzero(chars != was)
    if not len(differ):
        return
    covered = _in_ledger(page.document.changes, len(source))
    differ = differ[~covered[origins[differ]]]
    pairs = (chars[differ].astype(np.uint64) << np.uint64(32)) | was[differ]
    for pair in np.unique(pairs).tolist():
        before, after = chr(pair & 0xFFFFFFFF), chr(pair >> 32)
        if not _alike(after, before):
            place = _place(page, int(origins[differ[np.argmax(pairs == pair)]]))
            message = f"{page.document.source}: “{before}” became “{after}” without a ledger entry, {place}"
            raise LawBroken(message, stage="audit")


def _in_ledger(changes: Sequence[Change], size: int) -> Mask:
    """Which characters of the source an entry of the ledger covers."""
    starts = np.fromiter((change.start for change in changes), dtype=np.int64, count=len(changes))
    ends = np.fromiter((change.end for change in changes), dtype=np.int64, count=len(changes))
    known = starts != NOWHERE
    depth = np.bincount(starts[known], minlength=size + 1) - np.bincount(ends[known], minlength=size + 1)
    covered: Mask = np.cumsum(depth) > 0
    return covered


def _alike(now: str, was: str) -> bool:
    return (now.isspace() and was.isspace()) or normalize("NFKC", now) == normalize("NFKC", was)


def _silent(kept: Ints, says: Ints, size: int) -> Mask:
    """Which characters of the source have a place, but stand as no letter there."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[kept] = True
    mask[says] = False
    return mask


def _count(odd: Sequence[Change], origins: Ints, kept: Mask, size: int) -> Counts:
    """In how many places each source character stands."""
    first = kept.copy()
    first[1:] &= origins[1:] != origins[:-1]  # an opened ligature is one place, not three
    count = np.bincount(origins[first], minlength=size)
    _allow_parted(odd, origins, count)
    for start, end in reach(odd).items():
        count[start + 1 : end] += count[start]
    return count


def _allow_parted(odd: Sequence[Change], origins: Ints, count: Counts) -> None:
    """Characters of one origin may come to stand apart, as long as there are no more of them than were made."""
    made: dict[int, int] = {}
    for change in odd:
        if _is_uneven(change):
            made[change.start] = max(len(change.becomes), made.get(change.start, 0))
    for start, most in made.items():
        if count[start] > 1 and np.count_nonzero(origins == start) <= most:
            count[start] = 1


def _report(page: Page, what: str, wrong: Mask) -> None:
    """Raise LawBroken if anything is wrong, quoting the first characters that are."""
    if not wrong.any():
        return
    at = int(np.argmax(wrong))
    places = np.flatnonzero(wrong[at : at + SHOWN]) + at
    quoted = "".join(page.document.original[place] for place in places.tolist())
    number = np.count_nonzero(wrong)
    message = f"{page.document.source}: {what}: “{quoted}” ({number} characters), {_place(page, at)}"
    raise LawBroken(message, stage="audit")


def _place(page: Page, offset: int) -> str:
    line = next((n for n, _, end in line_spans(page.document.original) if offset <= end), 1)
    return f"first at offset {offset}, line {line}"
