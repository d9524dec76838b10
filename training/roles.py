"""Learn the weights of the roles stage from labelled pages.

    python -m training.roles PAGES_DIR [--bags N] [--networks N] [--out pipeline/models/roles.json]

From the pages of the learning part, damaged variants of them, pages put together from two (training/augment.py), their
articles set anew (training/typeset.py) and pages with lists (training/lists.py) two kinds of models are learnt: conditional
random fields that add up the weights of features (training/crf.py), and networks that see the lines about a line too
(training/network.py). The scores of all are averaged, since what only one believes is often chance. Prints how often each
label of the held-out part is right, and writes the weights as JSON, with those of what lines sound like.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.chain import best_path
from pipeline.columns import Layout, Table
from pipeline.context import Context, Layer
from pipeline.features import features
from pipeline.roles import Weights, emissions
from pipeline.script_fold import simplify
from pipeline.seams import shipped
from pipeline.sounds import Sounds
from pipeline.vectors import shipped as vectors
from training import crf, network, sounds
from training.augment import Variant, together, variant
from training.labels import LABELS, letters
from training.lists import with_list
from training.pages import LabelledPage, labelled
from training.typeset import anew

MISHEARD = 0.1  # share of the lines of a variant whose sound is put in at random
LISTED = 4  # one page in so many has a list on it, for a random field
VARIANTS = 2  # damaged variants of each page for a random field
ANEW = 2  # times that the articles of each page are set anew for a random field
MORE_VARIANTS, MORE_ANEW, TOGETHER, LISTS = 5, 8, 3, 1  # for a network; pages put together, pages with a list
FIRST_ANEW = 1000  # what a network is shown, no random field is


def known(page: LabelledPage | Variant) -> list[str]:
    """The labels of a page with a guess where gold has none: furniture for a line of marks, else body."""
    filled: list[str] = []
    for line, label in zip(page.lines, page.labels, strict=True):
        guess = "F" if not letters(line.text.chars) else "J" if filled and filled[-1] in "PJC" else "P"
        filled.append(label or guess)
    return filled


def learn(pages: Sequence[LabelledPage], bags: int, networks: int) -> Weights:
    """The weights learnt from pages: the mean of so many random fields and so many networks."""
    parts = sounds.by_part(pages, vectors())
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        nets = [pool.submit(_network, pages, parts, seed) for seed in range(networks)]
        fields = [pool.submit(_field, pages, parts, bag) for bag in range(bags)]
        linear, heard = crf.mean([one.result() for one in fields]), sounds.learn(pages, vectors())
        if not nets:
            return Weights(LABELS, linear.states, linear.moves, heard, {}, ())
        return both(linear, [one.result() for one in nets], _table(pages[0], parts).layout, heard)


def _table(page: LabelledPage | Variant, parts: Mapping[int, Sounds]) -> Table:
    """The features of a page; what its lines sound like by a model that has not seen it."""
    table = features(page.lines, shipped(), simplify, parts[sounds.part(page.name)])
    return misheard(table, page.name) if isinstance(page, Variant) else table


def _field(pages: Sequence[LabelledPage], parts: Mapping[int, Sounds], bag: int) -> crf.Linear:
    """A random field, learnt from all pages and from variants and lists of its own."""
    numbers = range(bag * VARIANTS, (bag + 1) * VARIANTS)
    listed = [with_list(page, bag) for page in pages[bag % LISTED :: LISTED]]
    those = [*pages, *listed, *(variant(page, number) for page in pages for number in numbers)]
    those += [anew(page, number) for page in pages for number in range(bag * ANEW, (bag + 1) * ANEW)]
    return crf.learnt([_table(page, parts) for page in those], [known(page) for page in those])


def _network(pages: Sequence[LabelledPage], parts: Mapping[int, Sounds], seed: int) -> network.Network:
    """A network, from a beginning of its own."""
    more = list(_more(pages))
    tables = [_table(page, parts) for page in more]
    starts = np.cumsum([0, *(len(names) for _, names in tables[0].layout.fields)])
    examples = [
        network.Example(
            (table.values.T + starts[:-1]).astype(np.int64), np.array([LABELS.index(label) for label in known(page)])
        )
        for table, page in zip(tables, more, strict=True)
    ]
    return network.learnt(examples, int(starts[-1]), tables[0].layout.own.tolist(), len(LABELS), seed)


def misheard(table: Table, name: str) -> Table:
    """The table with what some lines sound like put in at random.

    The captions of the labelled pages are made of few phrases, so that by their sound alone they can be told from titles; in a
    paper an event makes a title as well as a caption.
    """
    dice = np.random.default_rng(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16))
    values = table.values.copy()
    wrong = dice.random(values.shape[1]) < MISHEARD
    for column, (feature, names) in enumerate(table.layout.fields):
        if feature.startswith(("sounds.", "group_sounds.")):
            heard = values[column] > 0
            random = dice.integers(1, len(names), values.shape[1], dtype=np.int16)
            values[column] = np.where(wrong & heard, random, values[column])
    return Table(table.layout, values)


def _more(pages: Sequence[LabelledPage]) -> Iterator[LabelledPage | Variant]:
    """The pages, their variants, their articles set anew, pages put together of two of one part, and pages with a list.

    Some of these are damaged too.
    """
    for page in pages:
        yield page
        for number in range(MORE_VARIANTS):
            yield variant(page, number)
        for number in range(FIRST_ANEW, FIRST_ANEW + MORE_ANEW):
            fresh = anew(page, number)
            yield variant(fresh, number) if number % 4 == 3 else fresh
        peers = [other for other in pages if sounds.part(other.name) == sounds.part(page.name)]
        for number in range(TOGETHER):
            two = together(page, peers, number)
            yield variant(two, MORE_VARIANTS + number) if number % 2 else two
        for number in range(LISTS):
            listed = with_list(page, MORE_VARIANTS + number)
            yield variant(listed, 2 * MORE_VARIANTS) if number % 2 else listed


def both(linear: crf.Linear, nets: Sequence[network.Network], layout: Layout, heard: Sounds) -> Weights:
    """The mean of the random fields and the networks, as one model."""
    names = [f"{name}={value}" for name, values in layout.fields for value in values]
    first = np.cumsum([0, *(len(values) for _, values in layout.fields)])
    own = [k for column in layout.own.tolist() for k in range(first[column], first[column + 1])]
    added = np.mean([_numbers(net.linear.weight) for net in nets], axis=0)
    hidden = np.concatenate([_numbers(net.hidden.weight) for net in nets], axis=1)
    nothing = np.zeros(len(LABELS), dtype=np.float32)
    return Weights(
        LABELS,
        {name: (linear.states.get(name, nothing) + row) / 2 for name, row in zip(names, added, strict=False)},
        (linear.moves + np.mean([_numbers(net.moves) for net in nets], axis=0)) / 2,
        heard,
        {names[k]: hidden[k] for k in own},
        tuple(_context(net, 2 * len(nets)) for net in nets),
    )


def _context(net: network.Network, share: int) -> Context:
    """The network as `pipeline/context.py` wants it, its say divided by `share`."""
    layers = [
        Layer(_numbers(layer.weight).transpose(2, 1, 0).reshape(-1, layer.out_channels), _numbers(layer.bias))
        for layer in net.convolutions()
    ]
    return Context(layers, _numbers(net.out.weight).T / share, _numbers(net.out.bias) / share)


def _numbers(tensor: Any) -> npt.NDArray[np.float32]:  # noqa: ANN401
    return np.asarray(tensor.detach().numpy(), dtype=np.float32)


def evaluate(pages: list[LabelledPage], learnt: Weights) -> None:
    """Print precision and recall of each label, and the commonest confusions."""
    tables = [features(page.lines, shipped(), simplify, learnt.sounds) for page in pages]
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
    data = {
        "labels": list(learnt.labels),
        "moves": _rounded(learnt.moves),
        "states": {
            name: _rounded(row) for name, row in sorted(learnt.states.items()) if np.abs(row).max(initial=0.0) >= 0.01
        },
        "sounds": {"weights": _rounded(learnt.sounds.weights), "bias": _rounded(learnt.sounds.bias)},
        "hidden": {name: _rounded(row) for name, row in sorted(learnt.hidden.items())},
        "contexts": [
            {
                "layers": [[_rounded(layer.weights), _rounded(layer.bias)] for layer in context.layers],
                "out": _rounded(context.out),
                "bias": _rounded(context.bias),
            }
            for context in learnt.contexts
        ],
    }
    path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _rounded(numbers: npt.NDArray[Any]) -> Any:  # noqa: ANN401
    return np.round(np.asarray(numbers, dtype=np.float64), 3).tolist()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/roles.json"))
    parser.add_argument("--bags", type=int, default=8, help="random fields to average, each with variants of its own")
    parser.add_argument("--networks", type=int, default=2, help="networks to average, from other beginnings")
    args = parser.parse_args()
    pages = list(labelled(args.pages, part="learn"))
    learnt = learn(pages, args.bags, args.networks)
    evaluate(pages, learnt)
    print("held out")
    evaluate(list(labelled(args.pages, part="score")), learnt)
    save(learnt, args.out)


if __name__ == "__main__":
    main()
