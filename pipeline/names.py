"""Personal names: how Chinese ones are built, for bylines that run them together or set them apart.

In: characters in Simplified script. Out: whether they may be a name, and where one name ends and the next begins. The
surnames are data (`lexicon/names.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pipeline.wording import surnames

LONGEST = 4
_DOT = re.compile("[·・．.•]")


def is_name(chars: str) -> bool:
    """Whether this may be a whole personal name: a surname and one or two characters, or a name with a dot.

    >>> is_name("王小五"), is_name("欧阳修远"), is_name("左图说明"), is_name("阿依·买买提")
    (True, True, False, True)
    """
    if _DOT.search(chars):
        return all(2 <= len(part) <= 8 and part.isalpha() for part in _DOT.split(chars))
    if not chars.isalpha() or not 2 <= len(chars) <= LONGEST:
        return False
    return chars[:2] in surnames() or (chars[0] in surnames() and len(chars) < LONGEST)


def names_of(chars: str) -> list[int]:
    """The lengths of the names that are run together in a word; its own length where it can't be told.

    >>> names_of("雷哲晓孟涛"), names_of("王小五"), names_of("买买提江")
    ([3, 2], [3], [4])
    """
    if len(chars) <= LONGEST or not chars.isalpha() or len(chars) > 4 * LONGEST:
        return [len(chars)]
    ways = _ways(chars)
    return ways[0] if len(ways) == 1 else [len(chars)]


def letter_spaced(chars: str, gaps: Sequence[int]) -> int:
    """How many of the single characters `chars` (with white space of these widths between) are the first name.

    >>> letter_spaced("王五", [1]), letter_spaced("王小五", [1, 1]), letter_spaced("王小五李四", [1, 1, 2, 1])
    (2, 3, 3)
    """
    wide = next((k + 1 for k, gap in enumerate(gaps) if k and gap > min(gaps)), len(chars))
    if wide <= LONGEST - 1 and wide != len(chars):
        return wide
    if len(chars) < LONGEST:
        return len(chars)
    ways = _ways(chars)
    return ways[0][0] if ways else 2


@cache
def _ways(chars: str) -> list[list[int]]:
    """Every way to cut a run of characters into names, as lists of lengths."""
    if not chars:
        return [[]]
    sizes = [n for n in (2, 3, 4) if n <= len(chars) and is_name(chars[:n])]
    return [[n, *rest] for n in sizes for rest in _ways(chars[n:])]
