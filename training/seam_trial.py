"""Measure the seam models: cut paragraphs in two, mix the halves, and see which it puts together.

Comes in: the file of a model of n-grams, text it was not trained on. Goes out: the share of halves that come
together again, for 4 and 8 paragraphs at once, and for 8 of one article. A cut may fall
anywhere with 8 characters on each side. The assignment with the largest sum is found with
scipy; equal sums are settled by chance. Text from two sources: every hundredth document of
the corpus, and the gold readings.

    python -m training.seam_trial CORPUS_DIR GOLD_DIR [--model FILE] [--trials 400]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from pipeline.seam_net import shipped
from pipeline.seams import SeamModel
from training.seams import gold_paragraphs, held_out

MARGIN = 8  # characters on each side of a cut
PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("（", "）"))

Scores = npt.NDArray[np.float32]
Matrix = Callable[[Sequence[str], Sequence[str]], Scores]


@dataclass(frozen=True, slots=True)
class Material:
    """Text for the trials: its articles, each the paragraphs that are long enough to cut."""

    name: str
    articles: list[list[str]]

    def mixed(self, chance: random.Random, ways: int) -> list[str]:
        """Draw paragraphs from everywhere."""
        articles = [article for article in self.articles if article]
        return [chance.choice(chance.choice(articles)) for _ in range(ways)]

    def together(self, chance: random.Random, ways: int) -> list[str]:
        """Draw paragraphs of one article."""
        return chance.sample(chance.choice([a for a in self.articles if len(a) >= ways]), ways)


def material(name: str, articles: Iterable[Iterable[str]]) -> Material:
    """Take each paragraph once: a page is there as different programs extracted it."""
    seen: set[str] = set()
    chosen = []
    for article in articles:
        squeezed = ["".join(p.split()) for p in article]
        fresh = [p for p in dict.fromkeys(squeezed) if p not in seen and len(p) >= 2 * MARGIN + 4]
        seen.update(fresh)
        chosen.append(fresh)
    return Material(name, chosen)


def cut(paragraphs: Iterable[str], chance: random.Random) -> tuple[list[str], list[str]]:
    halves = []
    for paragraph in paragraphs:
        at = chance.randint(MARGIN, len(paragraph) - MARGIN)
        halves.append((paragraph[:at], paragraph[at:]))
    return [left for left, _ in halves], [right for _, right in halves]


def share_right(draw: Callable[[random.Random], list[str]], score: Matrix, trials: int) -> float:
    """Give the share of left halves that get their own right half, in percent."""
    chance, ties = random.Random(1), np.random.default_rng(1)
    right = drawn = 0
    for _ in range(trials):
        lefts, rights = cut(draw(chance), chance)
        scores = score(lefts, rights).astype(np.float64)
        _, found = linear_sum_assignment(scores + ties.random(scores.shape) * 1e-6, maximize=True)
        right += int((found == np.arange(len(lefts))).sum())
        drawn += len(lefts)
    return 100 * right / drawn


def balance(text: str) -> dict[str, int]:
    """Give for each kind of quote and bracket what is open (above 0) or closes too much."""
    return {opening: text.count(opening) - text.count(closing) for opening, closing in PAIRS}


def with_balance(score: Matrix, bonus: float) -> Matrix:
    """Add `bonus` nats for each kind open on the left and closed on the right, and take it
    off for each kind where only one of the two is so.
    """

    def scored(lefts: Sequence[str], rights: Sequence[str]) -> Scores:
        scores = score(lefts, rights).copy()
        for row, left in enumerate(map(balance, lefts)):
            for column, right in enumerate(map(balance, rights)):
                for kind, open_left in left.items():
                    opened, closed = open_left > 0, right[kind] < 0
                    scores[row, column] += bonus * ((opened and closed) - (opened != closed))
        return scores

    return scored


def halves(source: Material, draws: int) -> tuple[list[str], list[str]]:
    chance = random.Random(2)
    return cut(source.mixed(chance, draws), chance)


def above_zero(model: SeamModel, source: Material) -> tuple[float, float]:
    """Give the share of true and of random pairs with a score above zero, in percent."""
    lefts, rights = halves(source, 4000)
    true = model.joins(lefts, rights)
    false = model.joins(lefts, rights[1:] + rights[:1])
    return 100 * float((true > 0).mean()), 100 * float((false > 0).mean())


def microseconds(model: SeamModel, source: Material) -> float:
    """Give the time of `joins` for a pair, median of nine runs over 10,000 different pairs."""
    lefts, rights = halves(source, 10_000)
    times = []
    for _ in range(9):
        began = time.perf_counter()
        model.joins(lefts, rights)
        times.append(time.perf_counter() - began)
    return statistics.median(times) / len(lefts) * 1e6


def report(name: str, score: Matrix, source: Material, trials: int) -> None:
    four = share_right(lambda chance: source.mixed(chance, 4), score, trials)
    eight = share_right(lambda chance: source.mixed(chance, 8), score, trials)
    one = share_right(lambda chance: source.together(chance, 8), score, trials)
    print(f"{source.name:8} {name:22} {four:5.1f} {eight:5.1f} {one:5.1f}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", type=Path, help="the one shipped if not given")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--plain", action="store_true", help="only the default, no variants")
    options = parser.parse_args(arguments)
    model, net = SeamModel.load(options.model), shipped()
    sources = [
        material("held out", held_out(options.corpus)),
        material("gold", gold_paragraphs(options.gold)),
    ]
    print(f"{'text':8} {'score':22} 4-way 8-way 8 of one article, % right")
    for source in sources:
        report("n-grams", model.matrix, source, options.trials)
        report("network", net.scores, source, options.trials)
        report(
            "both, added",
            lambda lefts, rights: model.matrix(lefts, rights) + net.scores(lefts, rights),
            source,
            options.trials,
        )
        if options.plain:
            continue
        for reach in range(1, model.order - 1):
            report(f"reach {reach}", partial(model.matrix, reach=reach), source, options.trials)
        for bonus in (2.0, 4.0):
            balanced = with_balance(model.matrix, bonus)
            report(f"quote balance, {bonus:.0f} nats", balanced, source, options.trials)
        true, false = above_zero(model, source)
        print(f"{source.name:8} above zero: {true:.1f} % of true, {false:.1f} % of random pairs")
    print(f"{microseconds(model, sources[0]):.2f} microseconds a pair")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
