"""Confidence: how well an article is likely to have been read.

In: the blocks and the items of an article. Out: a number from 0 to 1: what the score of the bench (`benchmarks/accuracy.py`, the
mean of its nine columns) is on average for articles of which as much is doubtful. How much weighs what is learnt
(`training/confidence.py`). What is no prose, such as a table, a list or a page in another language, is not what was learnt from:
the less of it is prose, the lower.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from pipeline.audit import Codes, codes, is_letter
from pipeline.document import Block, Role
from pipeline.order import Item

FEATURES = (
    "bias", "mean", "least", "doubtful", "unresolved", "stitched", "untitled", "several", "heap", "unended",
)  # fmt: skip
DOUBTFUL = 0.9  # a block less sure than this is in doubt
STOPS = "。！？…!?；;：:"
CLOSERS = "”’》）)」』】\"'"
FIRST_HAN, LAST_HAN = 0x3400, 0x9FFF
PROSE = 0.6  # of the letters of an article in Chinese sentences, for it to be prose
UNTOLD = 0.5  # the same of an article without any text


@cache
def weights() -> tuple[float, ...]:
    """The weight of each of FEATURES, learnt by `training/confidence.py`."""
    data = json.loads((files("pipeline") / "models" / "confidence.json").read_text(encoding="utf-8"))
    return tuple(data[name] for name in FEATURES)


def confidence(blocks: Sequence[Block], items: Sequence[Item], articles: int) -> float:
    """How well an article is likely to have been read. `blocks`: all of it; `items`: headings and paragraphs in order;
    `articles`: how many share the page.
    """
    if not blocks:
        return 1.0
    said = sum(w * value for w, value in zip(weights(), evidence(blocks, items, articles), strict=True))
    return round(prose(items) / (1 + math.exp(-said)), 4)


def evidence(blocks: Sequence[Block], items: Sequence[Item], articles: int) -> list[float]:
    """What speaks for and against a reading, in the order of FEATURES."""
    sure = sorted(block.confidence for block in blocks)
    bodies = [item for item in items if item.block.role is Role.BODY]
    count = max(1, len(bodies))
    heads = [item.block.role is Role.HEADING for item in items]
    bare = sum(one and (k + 1 == len(heads) or heads[k + 1]) for k, one in enumerate(heads))
    worst = sure[: max(1, len(sure) // 10)]
    return [
        1.0,
        _log_odds(sum(sure) / len(sure)),
        _log_odds(sum(worst) / len(worst)),
        sum(p < DOUBTFUL for p in sure) / len(sure),
        min(1.0, sum(item.unresolved for item in bodies) / count),
        min(1.0, sum(item.stitched for item in bodies) / count),
        float(not any(block.role is Role.TITLE for block in blocks)),
        float(articles > 1),
        bare / max(1, sum(heads)),
        sum(not _ended(item.block) for item in bodies) / count,
    ]


def prose(items: Sequence[Item]) -> float:
    """How far the text of an article is Chinese sentences: 1 where PROSE of its letters are, less in proportion.

    UNTOLD where it has no text at all, only titles or captions: nothing shows that these are what they seem.
    """
    said = [item.block for item in items if item.block.role is Role.HEADING or _ended(item.block)]
    whole = np.count_nonzero(is_letter(_points([item.block for item in items])))
    points = _points(said)
    told = np.count_nonzero((points >= FIRST_HAN) & (points <= LAST_HAN))
    return min(1.0, told / whole / PROSE) if whole else UNTOLD


def _points(blocks: Sequence[Block]) -> Codes:
    return codes("".join([block.text.chars for block in blocks]))


def _ended(block: Block) -> bool:
    last = block.text.chars.rstrip(CLOSERS)[-1:] or block.text.chars[-1:]
    return last in STOPS


def _log_odds(p: float) -> float:
    p = min(max(p, 0.01), 0.99)
    return math.log(p / (1 - p))
