"""What the seam model says of a line: how it reads on from its neighbours, and from any line that stands open.

In: the lines of a document. Out: columns of the table of features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.columns import Column, bins
from pipeline.seam_steps import Texts
from pipeline.seams import BOUNDARY, EDGE, SeamModel

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

MOST_PAIRS = 40_000  # open ends times openings that are compared on a page; beyond it, none are
_JOINS = (-8.0, -5.0, -3.0, -1.5, -0.5, 0.5, 1.5, 3.0, 5.0, 8.0)
_LOGS = (-9.0, -7.0, -5.5, -4.5, -3.5, -2.5, -1.5)


def readings(words: Sequence[list[str]], blank: Bools, model: SeamModel, is_open: Bools) -> list[Column]:
    """How well each line reads on from the one before, and from the one two before; how well it opens and closes.

    `words` are what stands between the blanks of each line; `blank` says before which a blank line stands, `is_open` which end in
    mid-sentence.
    """
    bare = ["".join(line) or "　" for line in words]
    edge = len(bare)  # of a paragraph: it stands among the lines, as the last of them
    texts = model.texts([*bare, EDGE, "。"], [*bare, EDGE])
    joins, over, may_start, closes = _asked(texts, edge, model)
    after = np.append(joins[1:], 0.0)
    elsewhere = _elsewhere(blank, is_open, texts, joins, model)
    onward = np.append(elsewhere[1:], 0.0)
    return [
        bins("joins", joins, _JOINS),
        bins("joins_over", over, _JOINS),
        bins("joins_after", after, _JOINS),
        bins("elsewhere", elsewhere, _JOINS),
        bins("elsewhere_after", onward, _JOINS),
        bins("better_elsewhere", elsewhere - joins, (-6.0, -3.0, -1.0, 1.0, 3.0, 6.0)),
        bins("may_end", closes[1:], _LOGS),
        bins("may_end_before", closes[:-1], _LOGS),
        bins("may_start", may_start, _JOINS),
    ]


def _asked(texts: Texts, edge: int, model: SeamModel) -> tuple[Floats, Floats, Floats, Floats]:
    """How well each line reads on from the one before, from the one two before, and as the start of a paragraph.

    And how well a paragraph ends before the first line and after each one. Asked all at once, since a question costs little and
    a batch much.
    """
    n = edge
    each = np.arange(n)
    before = np.append(n + 1, each)  # the first line reads on from a full stop
    left = (before[:-1], before[np.maximum(0, each - 1)], np.full(n, edge), before)
    answers = model.scores(texts, np.concatenate(left), np.concatenate((each, each, each, np.full(n + 1, edge))))
    return answers[:n], answers[n : 2 * n], answers[2 * n : 3 * n], answers[3 * n :] + model.unigrams[BOUNDARY]


def _elsewhere(
    blank: Bools,
    is_open: Bools,
    texts: Texts,
    joins: Floats,
    model: SeamModel,
) -> Floats:
    """How well a line reads on from the end of some other line that stands open: the best there is; 0 where none is.

    A line stands open when it ends in mid-sentence and a blank line or a line that reads on badly follows.
    """
    n = len(blank)
    loose = blank | (joins < 0.0)
    heads = np.flatnonzero(loose)
    broken = np.append(loose[1:], True)
    tails = np.flatnonzero(broken & is_open)
    best = np.zeros(n, dtype=np.float32)
    if not len(tails) or not len(heads) or len(tails) * len(heads) > MOST_PAIRS:
        return best
    scores = model.table(texts, tails, heads)
    scores[tails[:, None] + 1 == heads[None, :]] = 0.0  # not the neighbour, and not itself
    scores[tails[:, None] == heads[None, :]] = 0.0
    best[heads] = np.maximum(scores.max(axis=0), 0.0)
    return best
