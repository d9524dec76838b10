"""Learn the weights of the roles stage from labelled pages.

    python -m training.roles PAGES_DIR [--variants N] [--out pipeline/models/roles.json]

Trains a linear-chain conditional random field (CRFsuite, Okazaki 2007) on the features of `pipeline/features.py` over the
pages of the learning part and damaged variants of them (training/augment.py), prints how often each label of the held-out
part is right, and writes the weights as JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pycrfsuite

from pipeline.columns import Table
from pipeline.features import features
from pipeline.roles import Weights, best_path, emissions
from pipeline.script_fold import simplify
from pipeline.seams import shipped
from training.augment import Variant, variant
from training.labels import LABELS, letters
from training.pages import LabelledPage, labelled


def rows(table: Table) -> list[list[str]]:
    """The features of each line as CRFsuite wants them."""
    names = [[f"{name}={value}" for value in values] for name, values in table.layout.fields]
    return [[names[c][value] for c, value in enumerate(line)] for line in table.values.T.tolist()]


def known(page: LabelledPage | Variant) -> list[str]:
    """The labels of a page with a guess where gold has none: furniture for a line of marks, else body."""
    filled: list[str] = []
    for line, label in zip(page.lines, page.labels, strict=True):
        guess = "F" if not letters(line.text.chars) else "J" if filled and filled[-1] in "PJC" else "P"
        filled.append(label or guess)
    return filled


def learn(pages: Sequence[LabelledPage | Variant], tables: list[Table], c1: float, c2: float, rounds: int) -> Weights:
    """Train and read the weights back."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for page, table in zip(pages, tables, strict=True):
        trainer.append(rows(table), known(page))
    trainer.set_params({"c1": c1, "c2": c2, "max_iterations": rounds, "feature.possible_transitions": True})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "roles.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
    states: dict[str, np.ndarray] = {}
    for (feature, label), weight in info.state_features.items():
        states.setdefault(feature, np.zeros(len(LABELS), dtype=np.float32))[LABELS.index(label)] = weight
    moves = np.zeros((len(LABELS), len(LABELS)), dtype=np.float32)
    for (before, label), weight in info.transitions.items():
        moves[LABELS.index(before), LABELS.index(label)] = weight
    return Weights(LABELS, states, moves)


def averaged(bags: Sequence[Weights]) -> Weights:
    """The mean of several models, each learnt with other variants: what only one of them believes counts little."""
    nothing = np.zeros(len(LABELS), dtype=np.float32)
    names = sorted(set().union(*(bag.states for bag in bags)))
    states = {name: np.mean([bag.states.get(name, nothing) for bag in bags], axis=0) for name in names}
    return Weights(LABELS, states, np.mean([bag.moves for bag in bags], axis=0))


def evaluate(pages: list[LabelledPage], tables: list[Table], learnt: Weights) -> None:
    """Print precision and recall of each label, and the commonest confusions."""
    hits: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    for page, table in zip(pages, tables, strict=True):
        path = best_path(emissions(table, learnt), learnt.moves)
        for label, index in zip(page.labels, path, strict=True):
            if label is None:
                continue
            guess = learnt.labels[index]
            gold[label] += 1
            found[guess] += 1
            hits[label] += label == guess
            if label != guess:
                confused[label, guess] += 1
    for label in LABELS:
        precision, recall = hits[label] / max(1, found[label]), hits[label] / max(1, gold[label])
        print(f"{label}  precision {precision:.3f}  recall {recall:.3f}  of {gold[label]}")
    print(f"all {sum(hits.values()) / sum(gold.values()):.4f}", confused.most_common(14))


def save(learnt: Weights, path: Path) -> None:
    """Write the weights, smallest ones left out, in a fixed order."""
    states = {
        name: [round(float(w), 3) for w in scores]
        for name, scores in sorted(learnt.states.items())
        if np.abs(scores).max() >= 0.01
    }
    moves = [[round(float(w), 3) for w in row] for row in learnt.moves]
    data = {"labels": list(learnt.labels), "moves": moves, "states": states}
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/roles.json"))
    parser.add_argument("--c1", type=float, default=0.5)
    parser.add_argument("--c2", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--variants", type=int, default=2, help="damaged variants of each page")
    parser.add_argument("--bags", type=int, default=4, help="models to average, each with variants of its own")
    args = parser.parse_args()
    pages = list(labelled(args.pages, part="learn"))
    others = list(labelled(args.pages, part="score"))
    model = shipped()
    tables = [features(page.lines, model, simplify) for page in pages]
    bags = []
    for bag in range(args.bags):
        kinds = range(bag * args.variants, (bag + 1) * args.variants)
        more: list[Variant] = [variant(page, k) for page in pages for k in kinds]
        seen = [*tables, *(features(page.lines, model, simplify) for page in more)]
        bags.append(learn([*pages, *more], seen, args.c1, args.c2, args.rounds))
    learnt = averaged(bags)
    evaluate(pages, tables, learnt)
    print("held out")
    evaluate(others, [features(page.lines, model, simplify) for page in others], learnt)
    save(learnt, args.out)


if __name__ == "__main__":
    main()
