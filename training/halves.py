"""Paragraphs cut in two, for learning which half reads on from which (`training/seam_net.py`).

In: paragraphs of clean prose. Out: batches of left and right halves, as ids of characters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.seam_net import FIRST_CHARACTER, NONE, UNKNOWN

Ints = npt.NDArray[np.int64]

REACH = 12  # characters that are seen on a side
RAREST = 20  # times that a character comes up, to have an id
MARGIN = 8  # characters that a half has at least
GROUPS, GROUP = 96, 8  # groups of a batch, paragraphs of a group: they stand together, mostly in one article
CUT_SHORT, MISREAD = 0.25, 0.02  # shares of halves and of characters
NO_HEAD, NO_TAIL = "，。、；：！？”’）》」』…,.;:!?)", "。！？…；：“‘（《「『"


@dataclass(frozen=True)
class Material:
    """Paragraphs as ids, one after the other with NONE behind each, and where each begins and ends."""

    known: str
    ids: Ints
    starts: Ints
    ends: Ints
    no_head: npt.NDArray[np.bool_]  # whether an id may not begin a right half
    no_tail: npt.NDArray[np.bool_]  # or end a left one


def material(paragraphs: Iterable[str]) -> Material:
    """Paragraphs that are long enough to cut, as ids."""
    texts = [text for text in paragraphs if len(text) >= 3 * MARGIN]
    counts = Counter(character for text in texts for character in text)
    known = "".join(
        character for character, count in counts.most_common() if count >= RAREST and ord(character) < 0x10000
    )
    code = {character: FIRST_CHARACTER + k for k, character in enumerate(known)} | {"\0": NONE}
    ids = np.fromiter((code.get(character, UNKNOWN) for text in texts for character in text + "\0"), dtype=np.int64)
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    marks = [np.isin(np.arange(len(code) + 1), [code[c] for c in those if c in code]) for those in (NO_HEAD, NO_TAIL)]
    return Material(known, ids, np.concatenate(([0], ends[:-1] + 1)), ends, *marks)


def halves(those: Material, dice: np.random.Generator) -> tuple[Ints, Ints]:
    """A batch of left and right halves, each read from the seam on, shape (GROUPS * GROUP, REACH)."""
    first = dice.integers(0, len(those.starts) - GROUP, GROUPS)
    paragraphs = (first[:, None] + np.arange(GROUP)).ravel()
    low, high = those.starts[paragraphs] + MARGIN, those.ends[paragraphs] - MARGIN
    at = dice.integers(low, high)
    for _ in range(3):
        bad = those.no_head[those.ids[at]] | those.no_tail[those.ids[at - 1]]
        at = np.where(bad, dice.integers(low, high), at)
    away = np.arange(REACH)
    left = those.ids.take(at[:, None] - 1 - away, mode="clip")
    right = those.ids.take(at[:, None] + away, mode="clip")
    for half in (left, right):
        half[np.cumsum(half == NONE, axis=1) > 0] = NONE  # beyond the paragraph
        misread = (dice.random(half.shape) < MISREAD) & (half != NONE)
        half[misread] = dice.integers(UNKNOWN, len(those.no_head), int(misread.sum()))
        seen = np.where(dice.random(len(half)) < CUT_SHORT, dice.integers(1, REACH, len(half)), REACH)
        half[away[None, :] >= seen[:, None]] = NONE
    return left, right
