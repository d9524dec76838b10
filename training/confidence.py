"""Learn what a confidence is worth: the score that articles had of which as much was doubtful (`pipeline/confidence.py`).

    python -m training.confidence [--bench ../shared/bench] [--folds build/folds]

Each page of the learning part is read with role weights that have not seen it (three folds, `training/stitch.py`) and scored; its
articles' evidence is an example, and the score of the page its answer. Logistic regression with shares as answers. Prints a table
of confidence against score for these pages and for the held-out part.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.accuracy import predicted, scorer
from pipeline import articles, confidence
from pipeline.document import Block
from pipeline.order import Item
from pipeline.settings import Settings
from training.pages import held_out
from training.stitch import fold

Floats = npt.NDArray[np.float64]
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01)


def pages(bench: Path, *, held: bool) -> list[tuple[Path, dict]]:  # type: ignore[type-arg]
    """The raw file and the gold reading of each page of a part."""
    found = []
    for path in sorted((bench / "pages" / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        if held_out(gold["source"]) == held:
            found.append((bench / "pages" / "raw" / gold["source"], gold))
    return found


def read(score: ModuleType, raw: Path, gold: dict, weights: str) -> tuple[float, Floats, list[float]]:  # type: ignore[type-arg]
    """The score of a page, and the evidence and the confidence of each article found on it."""
    seen: list[list[float]] = []
    said: list[float] = []

    def noted(blocks: Sequence[Block], items: Sequence[Item], count: int) -> float:
        sure = confidence.confidence(blocks, items, count)
        if blocks:
            seen.append(confidence.evidence(blocks, items, count))
            said.append(sure)
        return sure

    base = Settings()
    settings = base.model_copy(update={"roles": base.roles.model_copy(update={"weights": weights})})
    with mock.patch.object(articles, "confidence", noted):
        found, _ = predicted(raw, settings)
    row = score.average([score.score(gold["articles"], found)])
    return float(row["score"]), np.array(seen), said


def learn(those: Sequence[tuple[float, Floats, list[float]]]) -> Floats:
    """The weights: each article counts as right by the score of its page and as wrong by the rest."""
    x = np.concatenate([seen for _, seen, _ in those])
    right = np.concatenate([np.full(len(seen), score) for score, seen, _ in those])
    fit = LogisticRegression(C=1.0, fit_intercept=False, max_iter=4000)
    both = np.concatenate((np.ones(len(x)), np.zeros(len(x))))
    fit.fit(np.concatenate((x, x)), both, sample_weight=np.concatenate((right, 1 - right)))
    return np.asarray(fit.coef_[0], dtype=np.float64).round(3)


def table(those: Sequence[tuple[float, Floats, list[float]]]) -> Iterator[str]:
    """Lines: from confidence to confidence, how many articles, their mean confidence and the mean score of their pages."""
    rows = [(sure, score) for score, _, said in those for sure in said]
    for low, high in pairwise(EDGES):
        some = [(sure, score) for sure, score in rows if low <= sure < high]
        if some:
            sure, score = np.mean(some, axis=0)
            yield f"| {low:.2f} to {min(high, 1):.2f} | {len(some)} | {sure:.3f} | {score:.3f} |"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--folds", type=Path, default=Path("build/folds"))
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/confidence.json"))
    args = parser.parse_args()
    score = scorer(args.bench)
    own = pages(args.bench, held=False)
    known = [read(score, raw, gold, str(args.folds / f"roles-{fold(raw.name)}.json")) for raw, gold in own]
    weights = learn(known)
    data = {name: float(w) for name, w in zip(confidence.FEATURES, weights, strict=True)}
    args.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    confidence.weights.cache_clear()
    print(data)
    again = [read(score, raw, gold, str(args.folds / f"roles-{fold(raw.name)}.json")) for raw, gold in own]
    rest = [read(score, raw, gold, "") for raw, gold in pages(args.bench, held=True)]
    for name, those in (("learnt from", again), ("held out", rest)):
        print(
            f"| confidence ({name}) | articles | mean confidence | mean score of their pages |",
            "| --- " * 4 + "|",
            sep="\n",
        )
        print(*table(those), sep="\n")


if __name__ == "__main__":
    main()
