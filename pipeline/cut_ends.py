"""Cut ends: the last line of a column that was taken for a heading, because its sentence goes on elsewhere.

In: lines and what was decided about each. Out: the decisions, with such lines as text. A line that ends in mid-sentence before a
blank line or a picture looks like a heading. But if some text of the page that has no beginning reads on from it, and from no
other line nearly as well, it is where that text begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.document import Line
from pipeline.roles import TERMINAL, Decision
from pipeline.seam_net import shipped as seam_net
from pipeline.seams import SeamModel
from pipeline.stitch import FEATURES, weights

# Of what is read as a heading on the labelled pages and their articles set anew, in folds, so sure a seam showed 11 lines of
# text and one heading (which its column had cut in two).
LEAST = 3.0  # score of a seam
AHEAD = 4.0  # by which it is above that of the next best end
NEAR = 1.0  # score by the network alone: no seam that is so sure had less than 1.4
SURE = 0.995  # a heading that is as likely stays one
MOST_PAIRS = 40_000  # beyond it, nothing is compared
RULE = "body.cut_end"


def by_seams(
    lines: Sequence[Line], decisions: Sequence[Decision], model: SeamModel, simplify: Callable[[str], str]
) -> list[Decision]:
    """The decisions, with a heading of one line as the opening of a paragraph where text that stands elsewhere goes on from it.

    `model` is the seam model for the text that `simplify` makes of a line.
    """
    decided = list(decisions)
    after = [decision.label for decision in decisions[1:]] + [""]
    heads = [i for i, decision in enumerate(decisions) if decision.label == "C"]
    doubtful = [i for i in range(len(lines)) if heads and _may_be_text(lines[i], decisions[i], after[i])]
    ends = [i for i in range(len(lines)) if doubtful and decisions[i].label in "PJC" and _is_open(lines[i], after[i])]
    if not doubtful or (len(doubtful) + len(ends)) * len(heads) > MOST_PAIRS:
        return decided

    def read(those: Sequence[int]) -> list[str]:
        return [simplify("".join(lines[i].text.chars.split())) for i in those]

    rights, net = read(heads), seam_net()
    openings = net.heads(rights).T
    follows = net.tails(read(doubtful)) @ openings
    near = np.flatnonzero(follows.max(axis=1) >= NEAR)
    if not len(near):  # mostly so, and the least to ask
        return decided
    doubtful = [doubtful[k] for k in near.tolist()]
    joins, said = (
        weights()[FEATURES.index(name)] for name in ("joins", "follows")
    )  # they count as where cut ends are stitched
    own = joins * model.matrix(read(doubtful), rights) + said * follows[near]
    others = np.full((1, len(heads)), -np.inf, dtype=np.float32)
    if ends and own.max() >= LEAST:
        others = joins * model.matrix(read(ends), rights) + said * (net.tails(read(ends)) @ openings)
    for k, i in enumerate(doubtful):
        best = int(own[k].argmax())
        next_best = max(np.delete(own[:, best], k).max(initial=-np.inf), others[:, best].max())
        if own[k, best] >= LEAST and own[k, best] - next_best >= AHEAD:
            decided[i] = decided[i]._replace(label="P", rule=RULE)
    return decided


def _may_be_text(line: Line, decision: Decision, after: str) -> bool:
    """Whether a line is a heading by itself, not marked as one, in doubt, and ends in mid-sentence."""
    plain = decision.label == "H" and decision.confidence < SURE and not line.hint.level and not line.hint.bold
    return plain and after != "h" and line.text.chars[-1] not in TERMINAL


def _is_open(line: Line, after: str) -> bool:
    """Whether a line of text ends a fragment in mid-sentence."""
    return after != "J" and line.text.chars[-1] not in TERMINAL
