"""Traditional characters read as Simplified ones, one for one, so that cues need be written once.

For reading only: no text that leaves the program goes through it (that is `normalise`, by OpenCC, if asked).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def table() -> dict[int, int]:
    """The translation table; `training/simplified.py` makes its data."""
    path = files("pipeline") / "lexicon" / "simplified.txt"
    traditional, simplified = path.read_text(encoding="utf-8").split()
    return str.maketrans(traditional, simplified)


def simplify(chars: str) -> str:
    """The text in Simplified characters, of the same length.

    >>> simplify("本報記者 圖為")
    '本报记者 图为'
    """
    return chars.translate(table())
