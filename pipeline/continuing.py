"""Continuing: does a paragraph open with a word that goes on from the one before it?

In: a paragraph. Out: yes or no for each group of words of `lexicon/continuing.toml`. An article or a section seldom opens so.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from pipeline.script_fold import simplify

LONGEST = 4  # characters of a word


@cache
def _groups() -> list[re.Pattern[str]]:
    groups = tomllib.loads((files("pipeline") / "lexicon" / "continuing.toml").read_text(encoding="utf-8"))
    return [re.compile("|".join(group["words"])) for group in groups.values()]


@cache
def _any() -> re.Pattern[str]:
    return re.compile("|".join(words.pattern for words in _groups()))


def goes_on(text: str) -> bool:
    """Whether a paragraph opens with any of these words.

    >>> goes_on("此外，桥通了。"), goes_on("桥通了。")
    (True, False)
    """
    return _any().match(simplify(text[:LONGEST])) is not None


def continues(text: str) -> list[bool]:
    """Whether a paragraph opens with a word of each group: adds, turns, concludes, points, passes.

    >>> continues("另外，桥通了。"), continues("他说，桥通了。"), continues("桥通了。")
    ([True, False, False, False, False], [False, False, False, True, False], [False, False, False, False, False])
    """
    start = simplify(text[:LONGEST])
    return [bool(words.match(start)) for words in _groups()]
