"""Learn how paragraphs and sentences begin (`pipeline/openings.py`).

    python -m training.openings CORPUS_DIR [--leave-out GOLD_DIR ...] [--out pipeline/models/openings.npz]

From clean prose, a paragraph a line: its first characters, the first characters after a stop inside of it, and what stands at
places chosen at random, as a line break leaves it. Two logistic regressions over the runs of characters: the start of a paragraph
against any other place, and the start of a sentence (or paragraph) against the middle of one. Prints the area under the curve
on paragraphs that were kept from learning. Weights are kept in bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score

from pipeline.openings import BITS, hashed
from training.seams import training_paragraphs

EXAMPLES, TESTED = 900_000, 60_000
SHORTEST = 24  # characters of a paragraph
PENALTY, ROUNDS = 2e-6, 10
STOPS, CLOSING, OPENING = "。！？", "，。；：？！、）》”’」』】…—", "（《“‘「『【"


def examples(paragraphs: Iterable[str]) -> Iterator[tuple[str, bool, bool]]:
    """Beginnings of text, whether a paragraph opens there, and whether a sentence does."""
    dice = random.Random(1)
    for text in paragraphs:
        if len(text) < SHORTEST:
            continue
        yield text, True, True
        at = dice.randint(6, len(text) - 6)
        if text[at] not in CLOSING and text[at - 1] not in OPENING:  # no line break parts these
            yield text[at:], False, text[at - 1] in STOPS
        inner = [i + 1 for i in range(6, len(text) - 8) if text[i] in STOPS]
        if inner and dice.random() < 0.3:
            yield text[dice.choice(inner) :], False, True


def table(texts: list[str]) -> sparse.csr_matrix:
    """The runs of each text as a sparse row."""
    runs, there = (by_run.T for by_run in hashed(texts))
    ends = np.concatenate(([0], there.sum(axis=1).cumsum()))
    return sparse.csr_matrix(
        (np.ones(int(ends[-1]), dtype=np.float32), runs[there], ends), shape=(len(texts), 1 << BITS)
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/openings.npz"))
    args = parser.parse_args()
    those = [
        one
        for one, _ in zip(
            examples(training_paragraphs(args.corpus, args.leave_out, None)), range(EXAMPLES), strict=False
        )
    ]
    runs, answers = table([text for text, *_ in those]), np.array([those[i][1:] for i in range(len(those))])
    learnt = []
    for kind in range(2):
        fit = SGDClassifier(loss="log_loss", alpha=PENALTY, max_iter=ROUNDS, tol=None, average=True, random_state=0)
        fit.fit(runs[:-TESTED], answers[:-TESTED, kind])
        print(round(roc_auc_score(answers[-TESTED:, kind], fit.decision_function(runs[-TESTED:])), 4))
        learnt.append((fit.coef_[0], fit.intercept_[0]))
    weights = np.stack([coef for coef, _ in learnt], axis=1)
    scale = np.float32(np.quantile(np.abs(weights), 0.9999) / 127)
    np.savez_compressed(
        args.out, weights=np.clip(np.round(weights / scale), -127, 127).astype(np.int8), scale=scale,
        bias=np.array([bias for _, bias in learnt], dtype=np.float32),
    )  # fmt: skip


if __name__ == "__main__":
    main()
