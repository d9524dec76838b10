"""Learn what makes a block the headline, and where one article ends and the next begins.

    python -m training.headline PAGES_DIR [--folds build/folds [--reuse]] [--out pipeline/models]

From the labelled pages of the learning part, damaged and set anew (training/examples.py), and pages put together from
two of them, each block that may be a headline is an example, and so is each place between two paragraphs. As in
`training/stitch.py` a page is read with role weights that were not learnt from it. Logistic regression on the features
of `pipeline/headline.py` (for the first headline of a page and for one more) and of `pipeline/cuts.py`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from pipeline import cuts, headline
from pipeline.document import Block, Role
from pipeline.order import Item
from pipeline.seams import SeamModel, shipped
from pipeline.vectors import apart
from pipeline.vectors import shipped as vectors
from pipeline.vocabulary import vocabulary
from training.examples import shown
from training.labels import Found
from training.pages import LabelledPage, labelled
from training.stitch import folds, fragments

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
RIVALRY = ("ahead", "best")  # how a block compares with the likeliest one says nothing of one more headline
PUT_TOGETHER = 480
ANEW = 4  # times that the articles of each page are set anew
MEANING = 0.5  # of the learnt weight of meaning in a cut: with all of it, two articles on one subject are taken for one


@dataclass(frozen=True)
class Example:
    """A page as the headline stage gets it, and by gold which blocks are titles and the article of each (-1: none)."""

    family: str
    blocks: list[Block]
    titles: list[bool]
    articles: list[int]


def example(family: str, blocks: list[Block], labels: dict[int, str | None], found: dict[int, Found | None]) -> Example:
    """A page with what gold says of its blocks."""
    firsts = [found.get(block.lines[0].number) for block in blocks]
    return Example(
        family,
        blocks,
        [all(labels.get(line.number) in ("T", "t") for line in block.lines) for block in blocks],
        [first.piece.article if first else -1 for first in firsts],
    )


def examples(pages: Sequence[LabelledPage], model: SeamModel, weights: str) -> Iterator[Example]:
    """The pages, their variants, and their articles set anew."""
    for page in pages:
        for one in shown(page, fresh=ANEW):
            yield example(one.family, fragments(one.lines, model, weights), one.labels, one.found)


def together(those: Sequence[Example], count: int) -> Iterator[Example]:
    """Pages of two articles, put together from pages of one; on some the titles stand in a heap."""
    dice = random.Random(7)
    single = [one for one in those if len({a for a in one.articles if a >= 0}) == 1]
    for _ in range(count):
        one = dice.choice(single)
        two = dice.choice([other for other in single if other.family == one.family])
        rows = [(b, t, 0) for b, t in zip(one.blocks, one.titles, strict=True)]
        rows += [(b, t, 1) for b, t in zip(two.blocks, two.titles, strict=True) if b.role is not Role.FURNITURE]
        if dice.random() < 0.3:
            at_end = dice.random() < 0.5
            rows.sort(key=lambda row: row[1] is at_end)
        yield Example(one.family, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def firsts(those: Sequence[Example]) -> tuple[Floats, Bools]:
    """Features and answers for the first headline: all candidates of all pages."""
    tables, answers = [], []
    for one in those:
        numbers = headline.candidates(one.blocks)
        tables.append(headline.evidence(one.blocks, numbers, vocabulary([block.text.chars for block in one.blocks])))
        answers.append(np.array([one.titles[i] for i in numbers], dtype=bool))
    return np.concatenate(tables), np.concatenate(answers)


def seconds(those: Sequence[Example], weights: Floats) -> tuple[Floats, Bools]:
    """Features and answers for one more headline: the candidates but the likeliest and the other lines of its title."""
    tables, answers = [], []
    for one in those:
        numbers = headline.candidates(one.blocks)
        if not numbers:
            continue
        table = headline.evidence(one.blocks, numbers, vocabulary([block.text.chars for block in one.blocks]))
        first = numbers[int((table @ weights).argmax())]
        same = [one.titles[i] and one.titles[first] and one.articles[i] == one.articles[first] for i in numbers]
        keep = [i != first and not alike for i, alike in zip(numbers, same, strict=True)]
        tables.append(table[keep])
        answers.append(np.array([one.titles[i] for i in numbers], dtype=bool)[keep])
    x = np.concatenate(tables)
    x[:, [headline.FEATURES.index(name) for name in RIVALRY]] = 0.0
    return x, np.concatenate(answers)


def places(those: Sequence[Example]) -> tuple[Floats, Bools]:
    """Features of each place between two items, and whether another article begins there."""
    tables, answers = [], []
    for one in those:
        flow = [i for i, b in enumerate(one.blocks) if b.role in (Role.BODY, Role.HEADING) and not one.titles[i]]
        texts = [one.blocks[i].text.chars for i in flow]
        items = [Item(one.blocks[i], i, i) for i in flow]
        table = cuts.evidence(one.blocks, items, vocabulary(texts), apart(vectors().of(texts)))
        steps = [(one.articles[a], one.articles[b]) for a, b in pairwise(flow)]
        keep = [a >= 0 and b >= 0 for a, b in steps]
        tables.append(table[keep])
        answers.append(np.array([a != b for a, b in steps], dtype=bool)[keep])
    return np.concatenate(tables), np.concatenate(answers)


def learn(x: Floats, y: Bools) -> Floats:
    """The weights that tell right from wrong best."""
    fit = LogisticRegression(C=0.5, fit_intercept=False, max_iter=4000).fit(x, y)
    return np.asarray(fit.coef_[0], dtype=np.float64).round(4)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models"))
    parser.add_argument(
        "--folds", type=Path, default=Path("build/folds"), help="where the role weights of the folds go"
    )
    parser.add_argument("--reuse", action="store_true", help="take the role weights of the folds from an earlier run")
    args = parser.parse_args()
    args.folds.mkdir(parents=True, exist_ok=True)
    model = shipped()
    parts = folds(list(labelled(args.pages, part="learn")), model, args.folds, reuse=args.reuse)
    pages = [one for some, weights in parts for one in examples(some, model, weights)]
    more = [*pages, *together(pages, PUT_TOGETHER)]
    first = learn(*firsts(pages))
    second = learn(*seconds(more, first))
    second[[headline.FEATURES.index(name) for name in RIVALRY]] = 0.0
    cut = learn(*places(more))
    titles = {n: [float(a), float(b)] for n, a, b in zip(headline.FEATURES, first, second, strict=True)}
    cut[cuts.FEATURES.index("meaning")] *= MEANING
    ends = {n: round(float(w), 4) for n, w in zip(cuts.FEATURES, cut, strict=True)}
    for name, data in (("headline.json", titles), ("cuts.json", ends)):
        (args.out / name).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
