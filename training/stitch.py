"""Learn the weights of the stitch stage: what speaks for a seam between two fragments.

    python -m training.stitch PAGES_DIR [--out pipeline/models/stitch.json]

From the labelled pages of the learning part and their damaged variants (training/examples.py), each pair of a tail and a head
is an example; it is right where the gold reading says that one goes on in the other. A page is read with role weights that
were not learnt from it (three folds), or the stitch stage would trust the roles stage more than it may on pages that nobody
has seen. What is made likely is the choice that each head makes among all tails and none, and each tail among all heads and
none (a log-linear model; the features are those of `pipeline/stitch.py`). Prints precision and recall of the seams of whole
pages, held-out ones too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pipeline.document import Block, Line
from pipeline.roles import RolesOptions, blocks_of, roles
from pipeline.script_fold import simplify
from pipeline.seams import SeamModel, shipped
from pipeline.stitch import FEATURES, evidence, is_head, is_tail, match
from pipeline.unwrap import UnwrapOptions, unwrap
from training.examples import shown
from training.labels import Found
from training.pages import LabelledPage, labelled
from training.roles import learn, save

MORE = 5  # damaged variants of each page
RIDGE = 0.5  # penalty on the squares of the weights

Example = tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], int]


def fragments(lines: Sequence[Line], model: SeamModel, weights: str = "") -> list[Block]:
    """The blocks of a page as the stitch stage gets them, with the role weights of a file."""
    decisions = roles(lines, RolesOptions(weights=weights), model, simplify)
    return blocks_of(lines, decisions, lambda texts, headline: unwrap(texts, UnwrapOptions(), headline=headline))


def example(lines: Sequence[Line], found: dict[int, Found | None], model: SeamModel, weights: str) -> Example | None:
    """Features of all pairs of a page, which of them are right, and how many seams there are to find."""
    blocks = fragments(lines, model, weights)
    tails = [i for i, block in enumerate(blocks) if is_tail(block)]
    heads = [i for i, block in enumerate(blocks) if is_head(block)]
    if not tails or not heads:
        return None
    right = np.zeros((len(tails), len(heads)), dtype=bool)
    for t, tail in enumerate(tails):
        for h, head in enumerate(heads):
            a, b = found.get(blocks[tail].lines[-1].number), found.get(blocks[head].lines[0].number)
            right[t, h] = bool(a and b and a.piece is b.piece and a.piece.kind == "P" and 0 <= b.start - a.end <= 2)
    return evidence(blocks, tails, heads, model), right, int(right.sum())


def folds(
    pages: Sequence[LabelledPage], model: SeamModel, folder: Path, *, reuse: bool
) -> Iterator[tuple[list[LabelledPage], str]]:
    """The pages in three parts, each with a file of role weights learnt from the other two.

    Pages of one number, which are of one article, are of one part.
    """
    for k in range(3):
        rest = [page for page in pages if fold(page.name) != k]
        path = folder / f"roles-{k}.json"
        if not (reuse and path.exists()):
            save(learn(rest, 1, 1), path)
        yield [page for page in pages if fold(page.name) == k], str(path)


def fold(name: str) -> int:
    """The part of a page, 0 to 2, by the number in its name."""
    return int(name.split("_")[0]) % 3


def examples(pages: Sequence[LabelledPage], model: SeamModel, weights: str = "") -> Iterator[Example]:
    """The examples of pages and of their variants."""
    for page in pages:
        for one in shown(page, MORE):
            if made := example(one.lines, one.found, model, weights):
                yield made


def loss(weights: npt.NDArray[np.float64], those: Sequence[Example]) -> tuple[float, npt.NDArray[np.float64]]:
    """The negative log-likelihood of all choices, with a penalty on large weights, and its gradient."""
    total, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
    for table, right, _ in those:
        scores = table @ weights
        for axis in (0, 1):
            top = np.maximum(scores.max(axis=axis, keepdims=True), 0.0)
            shares = np.exp(scores - top)
            whole = shares.sum(axis=axis, keepdims=True) + np.exp(-top)  # one more choice, of score 0: none of them
            total += float((np.log(whole) + top).sum() - scores[right].sum())
            slope = slope + np.tensordot(shares / whole, table, 2) - table[right].sum(axis=0)
    return total, slope


def judge(those: Sequence[Example], weights: npt.NDArray[np.float32], least: float) -> tuple[float, float]:
    """Precision and recall of the seams that the matching finds."""
    found = hits = there = 0
    for table, right, count in those:
        pairs = match((table @ weights).astype(np.float32), least)
        found += len(pairs)
        hits += sum(bool(right[t, h]) for t, h in pairs)
        there += count
    return hits / max(1, found), hits / max(1, there)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/stitch.json"))
    parser.add_argument(
        "--folds", type=Path, default=Path("build/folds"), help="where the role weights of the folds go"
    )
    parser.add_argument("--reuse", action="store_true", help="take the role weights of the folds from an earlier run")
    args = parser.parse_args()
    model = shipped()
    args.folds.mkdir(parents=True, exist_ok=True)
    parts = folds(list(labelled(args.pages, part="learn")), model, args.folds, reuse=args.reuse)
    learning = [one for pages, weights in parts for one in examples(pages, model, weights)]
    rest = list(examples(list(labelled(args.pages, part="score")), model))
    fit = minimize(loss, np.zeros(len(FEATURES)), args=(learning,), jac=True, method="L-BFGS-B")
    weights = fit.x.astype(np.float32)
    print(
        {name: round(float(w), 2) for name, w in zip(FEATURES, weights, strict=True)},
        sum(count for *_, count in learning),
        "seams",
    )
    for least in (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0):
        print(least, *(f"{v:.3f}" for part in (learning, rest) for v in judge(part, weights, least)))
    args.out.write_text(
        json.dumps({n: round(float(w), 4) for n, w in zip(FEATURES, weights, strict=True)}, indent=1) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
