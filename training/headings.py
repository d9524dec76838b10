"""Learn the weights of the headings stage: where a section begins, which heading heads it, which text is the lead.

    python -m training.headings PAGES_DIR [--out pipeline/models/headings.json]

From the labelled pages of the learning part and their damaged variants (training/examples.py), put in order with the seams that
are found, where some heading stands astray, each gap between two paragraphs, each pair of a heading and a run, and each run is
an example. Logistic regression on the columns of `pipeline/sections.py`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from pipeline.breaks import breaks
from pipeline.document import Block, Line
from pipeline.headings import astray
from pipeline.order import reorder
from pipeline.roles import Decision, blocks_of
from pipeline.seams import SeamModel, shipped
from pipeline.sections import BREAKS, HEADS, LEADS, Flow, flow, heads, leads, runs
from pipeline.stitch import StitchOptions, stitch
from pipeline.unwrap import UnwrapOptions, unwrap
from training.examples import shown
from training.labels import Found
from training.pages import LabelledPage, labelled
from training.stitch import fragments

Sections = list[tuple[int, int] | None]  # (article, section) of each item in gold
Floats = npt.NDArray[np.float32]


def by_labels(lines: Sequence[Line], labels: Sequence[str | None]) -> list[Block]:
    """The blocks of a page as its labels have them."""
    decisions = [Decision(label or "P", "gold", 1.0, *_sure(label)) for label in labels]
    return blocks_of(lines, decisions, lambda texts, headline: unwrap(texts, UnwrapOptions(), headline=headline))


def _sure(label: str | None) -> tuple[float, float, float]:
    return (0.0, float(label == "J"), float(label == "C")) if label in ("J", "C") else (1.0, 0.0, 0.0)


def flows(
    lines: Sequence[Line], blocks: Sequence[Block], found: Mapping[int, Found | None], model: SeamModel
) -> Iterator[tuple[Flow, Sections]]:
    """The articles of a page, each as the headings stage gets it, and the gold section of each item."""
    items = reorder(blocks, stitch(blocks, StitchOptions(), model), UnwrapOptions())
    where: Sections = []
    for item in items:
        here = found.get(item.block.lines[0].number)
        where.append((here.piece.article, here.piece.section) if here and here.piece.kind in "PH" else None)
    for article in sorted({at[0] for at in where if at}):
        kept = [k for k, at in enumerate(where) if at is None or at[0] == article]
        own = [items[k] for k in kept]
        page = flow(own, blocks)
        if len(page.headings) and len(page.bodies) > 1 and astray(own):
            yield page, [where[k] for k in kept]


def examples(pages: Sequence[LabelledPage], model: SeamModel) -> Iterator[tuple[Flow, Sections]]:
    """The articles of pages and of their variants, by their labels; and the pages as they are read."""
    for page in pages:
        for k, one in enumerate(shown(page)):
            yield from flows(one.lines, by_labels(one.lines, list(one.labels.values())), one.found, model)
            if not k:
                yield from flows(one.lines, fragments(one.lines, model), one.found, model)


def gaps(page: Flow, where: Sections) -> tuple[Floats, list[bool | None]]:
    """The gaps of an article and whether a section begins there; None where gold does not say."""
    at = [where[i] for i in page.bodies]
    return breaks(page), [None if a is None or b is None else a != b for a, b in pairwise(at)]


def owners(page: Flow, where: Sections, cuts: Sequence[int]) -> list[tuple[int, int] | None]:
    """The gold section that most characters of each run belong to."""
    edges = [0, *(cut + 1 for cut in cuts), len(page.bodies)]
    found: list[tuple[int, int] | None] = []
    for a, b in pairwise(edges):
        votes: Counter[tuple[int, int] | None] = Counter()
        for i in page.bodies[a:b]:
            votes[where[i]] += len(page.items[i].block.text.chars)
        found.append(votes.most_common(1)[0][0])
    return found


def fit(x: Floats, y: npt.NDArray[np.bool_], names: Sequence[str]) -> Floats:
    """Weights of a logistic regression, printed."""
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=3000).fit(x, y)
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f"  {name:<14}{weight:8.3f}")
    return model.coef_[0].astype(np.float32)  # type: ignore[no-any-return]


def learn(those: Sequence[tuple[Flow, Sections]]) -> dict[str, dict[str, float]]:
    """The three sets of weights."""
    rows, said = [], []
    for page, where in those:
        table, right = gaps(page, where)
        keep = [k for k, yes in enumerate(right) if yes is not None]
        rows.append(table[keep])
        said.append(np.array([right[k] for k in keep], dtype=bool))
    cut = fit(np.concatenate(rows), np.concatenate(said), BREAKS)
    rows, said, chosen = [], [], []
    for page, where in those:
        score = breaks(page) @ cut
        wanted = len({where[i] for i in page.bodies}) - 1
        cuts = sorted(np.argsort(-score, kind="stable")[:wanted].tolist())
        run, owner = runs(page, cuts), owners(page, where, cuts)
        table = heads(page, run)
        fits = np.array([[o is not None and o == where[h] for h in page.headings] for o in owner], dtype=bool)
        rows.append(table.reshape(-1, len(HEADS)))
        said.append(fits.reshape(-1))
        chosen.append((page, run, owner, {where[h] for h in page.headings}, table))
    head = fit(np.concatenate(rows), np.concatenate(said), HEADS)
    rows, said = [], []
    for page, run, owner, headed, table in chosen:
        rows.append(leads(page, run, table @ head))
        said.append(np.array([o is not None and o not in headed and o[1] == 0 for o in owner]))
    lead = fit(np.concatenate(rows), np.concatenate(said), LEADS)
    names = {"breaks": (BREAKS, cut), "heads": (HEADS, head), "leads": (LEADS, lead)}
    return {key: {n: round(float(w), 3) for n, w in zip(*pair, strict=True)} for key, pair in names.items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/headings.json"))
    args = parser.parse_args()
    those = list(examples(list(labelled(args.pages, part="learn")), shipped()))
    args.out.write_text(json.dumps(learn(those), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
