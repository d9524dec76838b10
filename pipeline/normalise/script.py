"""Traditional to Simplified and back, by OpenCC, only on clauses that show the other script.

Text that is in the wanted script already comes out byte for byte: what is converted has to hold common characters that
the wanted script does not have. A rare one (the 崑 in a name) is no evidence; in Simplified text it stays. A paragraph
that is wholly in the other script is converted as a whole, a mixed one clause by clause. Names and places of the protect
list stay as they are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pipeline.commonness import share
from pipeline.language import script_patterns
from pipeline.normalise.draft import Draft
from pipeline.text import Edit

if TYPE_CHECKING:
    from opencc import OpenCC

CLAUSE: Final = re.compile("[^，。；：？！\n]+")
# tw2s reads 著 as 着 or 著 by its word, t2s leaves 80 of 84 on real pages wrong (随著). s2tw gives the forms that papers
# print (為 眾 裡 群), s2t the dictionaries' own (爲 衆 裏 羣). Neither of them changes words.
CONFIGS: Final = {"simplified": "tw2s", "traditional": "s2tw"}
OTHER: Final = {"simplified": "traditional", "traditional": "simplified"}
COMMON: Final = -17  # log2 of its share: a character this common is evidence of its script
WHOLE: Final = 3  # so many of them, and none of the wanted script: the whole paragraph is in the other one


def edits(draft: Draft, script: Literal["simplified", "traditional"]) -> Iterator[Edit]:
    """One edit for each character that changes.

    >>> "".join(edit.becomes for edit in edits(Draft("記者馬建國在乾安县"), "simplified"))
    '记马国'
    """
    wanted, foreign = strong(script), strong(OTHER[script])
    found = len(foreign.findall(draft.shown))
    if not found:
        return
    whole = found >= WHOLE and not wanted.search(draft.shown)
    for clause in CLAUSE.finditer(draft.shown):
        theirs, ours = len(foreign.findall(clause.group())), len(wanted.findall(clause.group()))
        if whole or theirs > ours:
            yield from _clause(clause, script, None)
        elif theirs:
            yield from _clause(clause, script, foreign)


def _clause(clause: re.Match[str], script: str, only: re.Pattern[str] | None) -> Iterator[Edit]:
    """The changes of one clause; in one that is mostly in the wanted script, `only` of characters it does not have."""
    was = clause.group()
    becomes = _converter(CONFIGS[script]).convert(was)
    if len(becomes) != len(was):  # no table of these two configurations does that; if one did, offsets would be lost
        return
    kept = {at for found in _protected().finditer(was) for at in range(*found.span())}
    for at, (old, new) in enumerate(zip(was, becomes, strict=True)):
        if old == new or at in kept or new > "\uffff" or (only and not only.match(old)):
            continue
        start = clause.start() + at
        yield Edit(start, start + 1, new, f"script.{script}")


@cache
def dictionary() -> str:
    """Which OpenCC with which dictionaries, for the manifest: its output depends on both.

    >>> dictionary().startswith("OpenCC ")
    True
    """
    import opencc

    digest = sha256()
    for path in sorted(Path(opencc.__file__).parent.rglob("*")):
        if path.suffix in {".json", ".ocd2", ".txt"}:
            digest.update(path.name.encode() + path.read_bytes())
    return f"OpenCC {version('opencc')} {digest.hexdigest()[:16]}"


@cache
def strong(script: str) -> re.Pattern[str]:
    """One character that only `script` has and that is common in it."""
    pattern = script_patterns()[0 if script == "simplified" else 1]
    chars = set(pattern.pattern.strip("[]")) - set(_lexicon()["names"]["chars"])
    return re.compile(f"[{''.join(char for char in sorted(chars) if share(char, script) >= COMMON)}]")


@cache
def _converter(config: str) -> OpenCC:
    from opencc import OpenCC

    return OpenCC(config)


@cache
def _protected() -> re.Pattern[str]:
    words = sorted((word["text"] for word in _lexicon()["word"]), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _lexicon() -> dict[str, Any]:
    return tomllib.loads(files("pipeline.lexicon").joinpath("protected.toml").read_text("utf-8"))
