"""The part of the roles model that adds up the weights of features, as it is learnt: a linear-chain conditional random field."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pycrfsuite

from pipeline.columns import Table
from training.labels import LABELS

Floats = npt.NDArray[np.float32]
SPARSE, RIDGE, ROUNDS = 0.5, 1.0, 100  # penalties on the weights and on their squares, and rounds of learning


@dataclass(frozen=True)
class Linear:
    """A score for each label by "feature=value", and by the label of the line before."""

    states: dict[str, Floats]
    moves: Floats


def learnt(tables: Sequence[Table], labels: Sequence[Sequence[str]]) -> Linear:
    """Learn from pages, by CRFsuite (Okazaki 2007), and read the weights back."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for table, right in zip(tables, labels, strict=True):
        trainer.append(_rows(table), right)
    trainer.set_params({"c1": SPARSE, "c2": RIDGE, "max_iterations": ROUNDS, "feature.possible_transitions": True})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "roles.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
    states: dict[str, Floats] = {}
    for (feature, label), weight in info.state_features.items():
        states.setdefault(feature, np.zeros(len(LABELS), dtype=np.float32))[LABELS.index(label)] = weight
    moves = np.zeros((len(LABELS), len(LABELS)), dtype=np.float32)
    for (before, label), weight in info.transitions.items():
        moves[LABELS.index(before), LABELS.index(label)] = weight
    return Linear(states, moves)


def _rows(table: Table) -> list[list[str]]:
    """The features of each line as CRFsuite wants them."""
    names = [[f"{name}={value}" for value in values] for name, values in table.layout.fields]
    return [[names[c][value] for c, value in enumerate(line)] for line in table.values.T.tolist()]


def mean(those: Sequence[Linear]) -> Linear:
    """The mean of several models: what only one of them believes counts little."""
    nothing = np.zeros(len(LABELS), dtype=np.float32)
    names = sorted(set().union(*(one.states for one in those)))
    states = {name: np.mean([one.states.get(name, nothing) for one in those], axis=0) for name in names}
    return Linear(states, np.mean([one.moves for one in those], axis=0))
