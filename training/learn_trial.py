"""Measure what `pipeline learn` gains: models learnt from hard-wrapped text, alone and beside the shipped one.

Comes in: the corpus, the gold readings. For news, which the shipped model was made from too, and for laws and reports,
which it never saw, text of several sizes is wrapped into files of pages and learnt from as a user would. Goes out: a line
of marks for each model, as `training/seam_trial.py` gives them, over text held out from both.

    python -m training.learn_trial CORPUS_DIR GOLD_DIR... [--trials 1200] [--characters 100000 1000000 5000000]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from pipeline.learn.corpus import learn
from pipeline.own_seams import with_own
from pipeline.seams import SeamModel, shipped
from pipeline.settings import Settings
from training.seam_trial import Material, material, report
from training.seams import HELD_OUT_EVERY, documents, gold_paragraphs, held_out, is_law, is_report, training_paragraphs

MEASURE = 24  # characters of a line
LINES = 2000  # of a page

Text = Callable[[int], Iterable[str]]


def dry(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the laws and reports of the corpus, each with its number among all documents."""
    for number, document in enumerate(documents(folder)):
        if is_law(document) or is_report(document):
            yield number, document


def dry_paragraphs(folder: Path) -> Iterator[str]:
    for number, document in dry(folder):
        if number % HELD_OUT_EVERY:
            yield from document


def dry_held_out(folder: Path) -> list[list[str]]:
    return [document for number, document in dry(folder) if number % HELD_OUT_EVERY == 0]


def up_to(paragraphs: Iterable[str], most: int) -> Iterator[str]:
    seen = 0
    for paragraph in paragraphs:
        if seen >= most:
            return
        seen += len(paragraph)
        yield paragraph


def write_pages(paragraphs: Iterable[str], folder: Path) -> None:
    """Write the paragraphs as pages whose lines all have the same measure; only the last of a paragraph is short."""
    lines = (p[at : at + MEASURE] for p in paragraphs for at in range(0, len(p), MEASURE))
    number = 0
    while page := list(islice(lines, LINES)):
        (folder / f"{number:05d}.txt").write_text("\n".join(page) + "\n", encoding="utf-8")
        number += 1


def learnt(paragraphs: Iterable[str], characters: int) -> SeamModel:
    with tempfile.TemporaryDirectory() as name:
        pages = Path(name) / "pages"
        pages.mkdir()
        write_pages(up_to(paragraphs, characters), pages)
        model = Path(name) / "own.bin"
        print(*learn([str(pages)], model, Settings()).lines(), sep="\n", flush=True)
        return SeamModel.load(model)  # it stays mapped when the file is gone


def measure(sources: Iterable[Material], own: SeamModel, size: str, trials: int) -> None:
    for source in sources:
        report(f"{size} alone", own.matrix, source, trials)
        report(f"{size} and shipped", with_own(shipped(), own).matrix, source, trials)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--trials", type=int, default=1200)
    parser.add_argument("--characters", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    options = parser.parse_args(arguments)
    golds = chain.from_iterable(map(gold_paragraphs, options.gold))
    news = [material("held out", held_out(options.corpus)), material("gold", golds)]
    laws = [material("laws", dry_held_out(options.corpus))]
    texts: list[tuple[list[Material], Text]] = [
        (news, lambda most: training_paragraphs(options.corpus, options.gold, most)),
        (laws, lambda _: dry_paragraphs(options.corpus)),
    ]
    for sources, text in texts:
        for source in sources:
            report("shipped", shipped().matrix, source, options.trials)
        for characters in options.characters:
            measure(sources, learnt(text(characters), characters), f"{characters:,}", options.trials)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
