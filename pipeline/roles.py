"""Roles: what each line is, and whether it goes on with the line before; lines of one role become blocks.

In: the lines of a document. Out: a decision a line, then the blocks. All lines are decided together: every label of a
line has a score, the sum of the weights of its features (`features.py`) and of what the lines about it say
(`context.py`), every pair of neighbouring labels has one too, and the best sequence for the whole page is found (a
linear-chain conditional random field; Lafferty, McCallum and Pereira 2001). The weights are data, learnt by
`training/roles.py`. The rule of a decision is the feature that spoke loudest for it by itself against the runner-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from itertools import pairwise, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import BaseModel, ConfigDict, Field

from pipeline.chain import best_path, marginals
from pipeline.columns import Feature, Layout, Table
from pipeline.context import Context, Layer
from pipeline.document import Block, Line, Reason, Role
from pipeline.features import features
from pipeline.seams import SeamModel
from pipeline.sounds import Sounds
from pipeline.text import Text

Floats = npt.NDArray[np.float32]

# A capital letter opens a block; a small one goes on with the line before. P opens a paragraph, J goes on with the
# line before it, C goes on in mid-paragraph with text that stands elsewhere.
ROLE_OF = {
    "T": Role.TITLE, "t": Role.TITLE, "K": Role.KICKER, "S": Role.SUBTITLE, "s": Role.SUBTITLE, "Y": Role.BYLINE,
    "H": Role.HEADING, "h": Role.HEADING, "P": Role.BODY, "J": Role.BODY, "C": Role.BODY,
    "X": Role.CAPTION, "x": Role.CAPTION, "F": Role.FURNITURE,
}  # fmt: skip


DOUBT = 0.03  # the probability that a line resumes text from elsewhere, above which the stitch stage looks at it again
TERMINAL = "。！？…!?：:；;”’）"
AT_ONCE = 512  # lines scored in one array


class RolesOptions(BaseModel):
    """Settings of the roles stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: str = Field(default="", description="file of weights learnt on your own pages; empty: the ones shipped")


class Decision(NamedTuple):
    """What a line is: its label (see ROLE_OF), the rule that spoke loudest, and how sure it is (0 to 1).

    `opens`, `goes_on` and `resumes` are the probabilities of P, J and C; `odds` has that of each Role, in their order.
    """

    label: str
    rule: str | Reason
    confidence: float
    opens: float = 0.0
    goes_on: float = 0.0
    resumes: float = 0.0
    odds: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Weights:
    """A learnt model: a score for each label by feature value, and by the label of the line before.

    `contexts` add to the scores what the lines about a line say. `hidden` is what feature values stand for there, for all of
    them side by side.
    """

    labels: tuple[str, ...]
    states: dict[str, Floats]  # "feature=value" -> a score for each label
    moves: Floats  # [label before, label]
    sounds: Sounds  # what lines sound like, learnt with the rest
    hidden: dict[str, Floats]
    contexts: tuple[Context, ...]


@cache
def weights(path: str = "") -> Weights:
    """Read a file of weights; the shipped one if `path` is empty."""
    where = Path(path) if path else files("pipeline") / "models" / "roles.json"
    data = orjson.loads(where.read_bytes())
    return Weights(
        labels=tuple(data["labels"]),
        states={name: _array(scores) for name, scores in data["states"].items()},
        moves=_array(data["moves"]),
        sounds=Sounds(_array(data["sounds"]["weights"]), _array(data["sounds"]["bias"])),
        hidden={name: _array(stands_for) for name, stands_for in data["hidden"].items()},
        contexts=tuple(
            Context(
                tuple(Layer(*map(_array, layer)) for layer in one["layers"]), _array(one["out"]), _array(one["bias"])
            )
            for one in data["contexts"]
        ),
    )


def _array(numbers: object) -> Floats:
    return np.array(numbers, dtype=np.float32)


def roles(
    lines: Sequence[Line], options: RolesOptions, model: SeamModel, simplify: Callable[[str], str]
) -> list[Decision]:
    """Decide what each line is.

    `model` tells how well lines read on; `simplify` turns Traditional characters into Simplified ones, one for one.
    """
    if not lines:
        return []
    learnt = weights(options.weights)
    table = features(lines, model, simplify, learnt.sounds)
    scores = emissions(table, learnt)
    path = best_path(scores, learnt.moves)
    sure = marginals(scores, learnt.moves)
    labels = [learnt.labels[label] for label in path.tolist()]
    told = cache(partial(_reasons, table, learnt, scores, path))
    reasons = map(partial(tuple.__new__, Reason), zip(repeat(told), range(len(path))))  # made without a call, as below
    best = sure[np.arange(len(path)), path].round(3).tolist()
    body = sure.T[[learnt.labels.index(label) for label in "PJC"]].round(4).tolist()
    odds = map(tuple, (sure @ _of_role(learnt.labels)).round(4).tolist())
    return list(map(partial(tuple.__new__, Decision), zip(labels, reasons, best, *body, odds, strict=True)))


@cache
def _of_role(labels: tuple[str, ...]) -> Floats:
    """One where a label is of a role, shape (labels, roles)."""
    return np.array([[ROLE_OF[label] is role for role in Role] for label in labels], dtype=np.float32)


def emissions(table: Table, learnt: Weights) -> Floats:
    """The score of each label for each line, shape (lines, labels)."""
    scores = _added(table.values, *_stacked(learnt, table.layout))
    if learnt.contexts:
        own = table.values[table.layout.own]
        hidden = _added(own, *_hidden(learnt, table.layout)).reshape(len(scores), len(learnt.contexts), -1)
        for k, context in enumerate(learnt.contexts):
            scores += context.scores(hidden[:, k])
    return scores


def _added(values: npt.NDArray[np.int16], rows: Floats, offsets: npt.NDArray[np.int64]) -> Floats:
    """For each line the sum of the rows of its feature values."""
    parts = [
        rows.take(values[:, i : i + AT_ONCE] + offsets, axis=0).sum(axis=0) for i in range(0, values.shape[1], AT_ONCE)
    ]
    return np.concatenate(parts)


@cache
def _stacked(learnt: Weights, layout: Layout) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The scores of all values of all columns, one below the other, and where each column begins; zero if not learnt."""
    return _rows(learnt.states, layout.fields, len(learnt.labels))


@cache
def _hidden(learnt: Weights, layout: Layout) -> tuple[Floats, npt.NDArray[np.int64]]:
    """What all values of the columns that were counted stand for, one below the other, and where each column begins."""
    size = len(next(iter(learnt.hidden.values())))
    return _rows(learnt.hidden, [layout.fields[k] for k in layout.own.tolist()], size)


def _rows(known: dict[str, Floats], fields: Sequence[Feature], size: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    nothing = np.zeros(size, dtype=np.float32)
    rows = [known.get(f"{name}={value}", nothing) for name, values in fields for value in values]
    return np.array(rows), np.cumsum([0, *(len(values) for _, values in fields[:-1])])[:, None]


def _reasons(table: Table, learnt: Weights, scores: Floats, path: npt.NDArray[np.int64]) -> list[str]:
    """For each line `role.feature=value`: what spoke loudest for its label against the best other role."""
    kinds = _of_role(learnt.labels).argmax(axis=1)
    rival = np.where(kinds[None, :] == kinds[path][:, None], -np.inf, scores).argmax(axis=1)
    learnt_scores, offsets = _stacked(learnt, table.layout)
    flat, size = learnt_scores.ravel(), len(learnt.labels)
    reasons: list[str] = []
    for i in range(0, len(path), AT_ONCE):
        values, some = table.values[:, i : i + AT_ONCE], slice(i, i + AT_ONCE)
        rows = (values + offsets) * size
        rows += path[some]
        louder = flat.take(rows)
        rows += rival[some] - path[some]
        louder -= flat.take(rows)
        loudest = louder.argmax(axis=0)
        said = values[loudest, np.arange(len(loudest))]
        fields = [table.layout.fields[k] for k in loudest.tolist()]
        reasons += (
            _rule(learnt.labels[label], feature, values[value])
            for label, (feature, values), value in zip(path[some].tolist(), fields, said.tolist(), strict=True)
        )
    return reasons


@cache
def _rule(label: str, feature: str, value: str) -> str:
    role = ROLE_OF[label]
    if feature.startswith("cue."):
        return feature.removeprefix("cue.") if value == "yes" else f"{role}.no_cue"
    return f"{role}.{feature}={value}"


def blocks_of(
    lines: Sequence[Line], decisions: Sequence[Decision], put: Callable[[Sequence[Text], bool], Text]
) -> list[Block]:
    """Lines of one role, joined by `put` (the unwrap stage; its flag says headline) to blocks in the order found."""
    if not lines:
        return []
    starts = [i for i in range(1, len(lines)) if not _goes_on(decisions[i], decisions[i - 1], lines[i - 1])]
    return [_block(lines[a:b], decisions[a:b], put) for a, b in pairwise([0, *starts, len(lines)])]


def _goes_on(decision: Decision, before: Decision, line: Line) -> bool:
    """Whether the block of the line before goes on in the line that was decided."""
    if decision.label not in "tshxJ" or ROLE_OF[decision.label] is not ROLE_OF[before.label]:
        return False
    # A column may have ended here: then the stitch stage decides, with the whole page before it.
    return decision.label != "J" or decision.resumes <= DOUBT or line.text.chars[-1] in TERMINAL


def _block(lines: Sequence[Line], decisions: Sequence[Decision], put: Callable[[Sequence[Text], bool], Text]) -> Block:
    first = decisions[0]
    role = ROLE_OF[first.label]
    return Block(
        role=role,
        text=put([line.text for line in lines], role in (Role.TITLE, Role.SUBTITLE, Role.HEADING)),
        lines=tuple(lines),
        rule=first.rule,
        confidence=min([d.confidence for d in decisions]),
        opens=first.label not in "CJ",
        starts=(first.opens, first.goes_on, first.resumes),
        odds=tuple(map(max, *[d.odds for d in decisions])) if len(decisions) > 1 else first.odds,
    )
