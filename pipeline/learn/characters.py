"""Characters: which have an id of their own, and texts as one array of ids.

In: texts without white space. Out: the id of each code point, and the stream that the grams are counted in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np

from pipeline import seams
from pipeline.script_fold import table as _simplified
from pipeline.seams import Ids

RAREST_CHARACTER: Final = 3


def vocabulary(texts: Iterable[str], most: int, rarest: int = RAREST_CHARACTER) -> tuple[Ids, str]:
    """Give the id of each code point below 65,536, and the characters that have their own."""
    fold = folding()
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    folded: Counter[str] = Counter()
    for character, times in counts.items():
        folded[fold.get(character, character)] += times
    common = [
        c
        for c, times in sorted(folded.items(), key=lambda item: (-item[1], item[0]))
        if times >= rarest and not _is_shared(c) and ord(c) < 0xFFFF and not c.isspace()
    ][: most - seams.FIRST_CHARACTER]
    own = {c: seams.FIRST_CHARACTER + n for n, c in enumerate(common)}
    table = np.full(1 << 16, seams.UNKNOWN, dtype=np.uint16)
    for point in range(1, 0xFFFF):
        character = fold.get(chr(point), chr(point))
        table[point] = own.get(character, _shared_id(character))
    return table, "".join(common)


def _is_shared(character: str) -> bool:
    return _shared_id(character) != seams.UNKNOWN


def _shared_id(character: str) -> int:
    if character.isascii() and character.isdigit():
        return seams.DIGIT
    if character.isascii() and character.isalpha():
        return seams.LATIN
    return seams.UNKNOWN


def folding() -> dict[str, str]:
    """Say which characters count as another: full-width figures and letters, half-width
    punctuation, the quotes of Traditional text, dashes, Traditional characters.
    """
    fold = {chr(point): chr(point - 0xFEE0) for point in range(0xFF10, 0xFF5B)}
    fold = {wide: half for wide, half in fold.items() if half.isalnum()}
    fold.update(zip(",;:?!()「」『』•・﹑―–", "，；：？！（）“”‘’··、——", strict=True))
    fold.update((chr(traditional), chr(simplified)) for traditional, simplified in _simplified().items())
    return fold


def as_stream(texts: Iterable[str], table: Ids, edge: int) -> Ids:
    """Give the ids of all texts in one array, `edge` before, between and after them."""
    between = np.array([edge], dtype=np.uint16)
    pieces = [between]
    for text in texts:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        pieces += [table[np.minimum(points, 0xFFFF)], between]
    return np.concatenate(pieces)
