"""Which encoding bytes without a mark are in: strict decoders, scored by how common their characters are.

A wrong decoder either fails or gives rare characters. So every decoder that does not fail is scored by the mean
commonness (log2) of the characters it gives, and the best one wins by a margin that becomes the confidence. A file
that no single one explains is tried line by line: a GBK paragraph pasted into a UTF-8 file, and the like.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from pipeline.commonness import per_character, per_line

# cp950 is what Taiwan's files are written in; the HKSCS codec reads some of its symbols otherwise, so it comes second.
WHOLE: Final = ("gb18030", "cp950", "big5hkscs")
LINES: Final = ("utf-8", "gb18030", "cp950", "big5hkscs")
WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

PROSE: Final = -14.0  # commonness that Chinese text has at least, figures and names included
GAIN: Final = 1.5  # log2 a character: by so much another decoder of one line must beat that of the file
WEIGHT: Final = 0.35  # so that a text of two characters is in doubt, one of a dozen is not
SAMPLE: Final = 400_000  # bytes: enough to score a file by


@dataclass(frozen=True, slots=True)
class Guess:
    """A decoded text, by which encoding, and how sure that is (1: certain)."""

    text: str
    encoding: str
    confidence: float


def guess(data: bytes, *, mixed: bool = True) -> Guess | None:
    """The text of bytes that have no mark, or None where no encoding explains them.

    >>> guess("全国人民代表大会在北京召开。".encode("gb18030")).encoding
    'gb18030'
    >>> guess("全國人民代表大會在北京召開。".encode("cp950")).encoding
    'cp950'
    """
    if b"\0" not in data:
        try:
            return Guess(data.decode("utf-8"), "utf-8", 1.0)
        except UnicodeDecodeError:
            pass
    codecs = (*WIDE, *WHOLE) if b"\0" not in data else WIDE
    found = [g for codec in codecs if (g := _strict(data, codec)) is not None]
    if mixed and b"\0" not in data:
        by_line = _line_by_line(
            data, max((g for g in found if g.encoding in WHOLE), key=lambda g: g.score, default=None)
        )
        if by_line is not None:
            found.append(by_line)
    return _best(found)


@dataclass(frozen=True, slots=True)
class _Scored:
    text: str
    encoding: str
    score: float


def _strict(data: bytes, codec: str) -> _Scored | None:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return _Scored(text, codec, per_character(text[:SAMPLE]))


def _best(found: list[_Scored]) -> Guess | None:
    """The candidate with the most common characters; how sure, by the distance to the next one that differs."""
    if not found:
        return None
    ranked = sorted(found, key=lambda g: -g.score)  # stable: of equals the first tried
    best = ranked[0]
    if per_character(best.text[:SAMPLE], ascii_too=False) < PROSE:
        return None
    others = [g.score for g in ranked[1:] if g.text != best.text and not _same_family(g, best)]
    margin = best.score - max(others, default=PROSE - 4)
    size = min(len(best.text), 2000)
    confidence = 1 / (1 + math.exp(-WEIGHT * margin * math.sqrt(size)))
    return Guess(best.text, best.encoding, round(confidence, 6))


def _same_family(one: _Scored, other: _Scored) -> bool:
    """Two kinds of Big5: they differ in a few symbols only, which says nothing about how sure the guess is."""
    return {one.encoding, other.encoding} == {"cp950", "big5hkscs"}


def _line_by_line(data: bytes, whole: _Scored | None) -> _Scored | None:
    """Each line by the encoding most of the file is in, or by the one that explains it far better."""
    lines = data.split(b"\n")  # no byte of a Chinese character is a line feed, in any of these encodings
    sound = _sound(whole) if whole else [None] * len(lines)
    options = [{one.encoding: one} if one else _readings(line) for one, line in zip(sound, lines, strict=True)]
    if not all(options):
        return None
    votes: Counter[str] = Counter()
    for reading in options:
        best = max(reading.values(), key=lambda r: r.score)
        votes[best.encoding] += len(best.text) if not best.text.isascii() else 0
    order = [codec for codec, _ in votes.most_common()]
    chosen = [_choice(reading, order) for reading in options]
    used = sorted({c.encoding for c in chosen if not c.text.isascii()})
    if len(used) < 2:
        return None
    text = "\n".join(c.text for c in chosen)
    return _Scored(text, "+".join(used), per_character(text[:SAMPLE]))


def _sound(whole: _Scored) -> list[_Scored | None]:
    """The lines of a whole file that are such prose that no other decoder needs to be tried on them."""
    scores = per_line(whole.text).tolist()
    lines = zip(whole.text.split("\n"), scores, strict=True)
    return [_Scored(line, whole.encoding, score) if score > PROSE + GAIN else None for line, score in lines]


def _readings(line: bytes) -> dict[str, _Scored]:
    found = {}
    for codec in LINES if not line.isascii() else LINES[:1]:
        scored = _strict(line, codec)
        if scored is not None:
            found[codec] = scored
    return found


def _choice(readings: dict[str, _Scored], order: list[str]) -> _Scored:
    best = max(readings.values(), key=lambda r: r.score)
    for codec in order:
        usual = readings.get(codec)
        if usual is not None:
            return best if best.score - usual.score > GAIN and _sure(best.text) else usual
    return best


def _sure(text: str) -> bool:
    """Long enough to outvote the rest of the file."""
    return sum(not c.isascii() for c in text) >= 4
