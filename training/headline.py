"""Learn what makes a block the headline.

    python -m training.headline PAGES_DIR [--folds build/folds] [--out pipeline/models/headline.json]

From the labelled pages of the learning part and their damaged variants (training/augment.py), each block that may be a headline is an
example. As in `training/stitch.py` a page is read with role weights that were not learnt from it. Logistic regression on the features
of `pipeline/headline.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from pipeline.document import Block
from pipeline.headline import FEATURES, candidates, evidence
from pipeline.seams import SeamModel, shipped
from training.augment import variant
from training.pages import LabelledPage, labelled
from training.stitch import folds, fragments

Example = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]


def example(blocks: Sequence[Block], labels: Sequence[str | None]) -> Example:
    """Features of the candidates of a page, and which of them are titles by gold."""
    those = candidates(blocks)
    right = [all(labels[line.number - 1] in ("T", "t") for line in blocks[i].lines) for i in those]
    return evidence(blocks, those), np.array(right, dtype=bool)


def examples(pages: Sequence[LabelledPage], variants: int, model: SeamModel, weights: str) -> Iterator[Example]:
    """The examples of pages and of their variants."""
    for page in pages:
        yield example(fragments(page.lines, model, weights), by_number(page.lines[-1].number, page))
        for number in range(variants):
            damaged = variant(page, number)
            yield example(fragments(damaged.lines, model, weights), damaged.labels)


def by_number(last: int, page: LabelledPage) -> list[str | None]:
    """The labels of a page by line number less one; None for lines without text."""
    labels: list[str | None] = [None] * last
    for line, label in zip(page.lines, page.labels, strict=True):
        labels[line.number - 1] = label
    return labels


def judge(those: Sequence[Example], weights: npt.NDArray[np.float64]) -> float:
    """On how many pages with a title among the candidates the likeliest candidate is one."""
    judged = [(table, right) for table, right in those if right.any()]
    return float(np.mean([right[(table @ weights).argmax()] for table, right in judged]))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/headline.json"))
    parser.add_argument("--folds", type=Path, default=Path("build/folds"), help="where the role weights of the folds go")
    args = parser.parse_args()
    args.folds.mkdir(parents=True, exist_ok=True)
    model = shipped()
    parts = folds(list(labelled(args.pages, part="learn")), model, args.folds)
    learning = [one for pages, weights in parts for one in examples(pages, 2, model, weights)]
    weights = learn(learning)
    print("the likeliest is right on", judge(learning, weights))
    data = {name: round(float(w), 4) for name, w in zip(FEATURES, weights, strict=True)}
    args.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def learn(learning: Sequence[Example]) -> npt.NDArray[np.float64]:
    """The weights that tell titles from the rest best."""
    x = np.concatenate([table for table, _ in learning])
    y = np.concatenate([right for _, right in learning])
    fit = LogisticRegression(C=0.3, fit_intercept=False, max_iter=4000).fit(x, y)
    return np.asarray(fit.coef_[0], dtype=np.float64)


if __name__ == "__main__":
    main()
