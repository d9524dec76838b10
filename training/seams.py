"""Train the shipped seam model: which text of the corpus it is made from. `pipeline.learn` makes the model.

Comes in: a folder of clean prose, a paragraph a line. Goes out: a model file.

    python -m training.seams CORPUS_DIR --out FILE [--leave-out GOLD_DIR ...]
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path

from pipeline.learn.model import MOST_NGRAMS, train
from pipeline.run import disk

HELD_OUT_EVERY = 100  # the paragraphs of every so many-th document are for the trial
LONG_SENTENCE = 20  # characters: two texts that share one are the same news

_SENTENCE = re.compile(r"[^。！？]+[。！？]?")
_LEGAL = re.compile(r"应当|不得|规定|依照|本法|条例|人民法院|处罚|(?:第[一二三四五六七八九十百]+[条款项])")
_REPORT = re.compile(r"推进|加快|加强|完善|建设|增长|提高|发展|改革|实施")
_REPORT_OPENING = re.compile(r"请予审[议查]|各位代表|政府工作报告|报告(?:政府)?工作|本届政府|国民经济和社会发展")


def documents(folder: Path) -> Iterator[list[str]]:
    """Yield each document of `prose-*.txt.xz`: its paragraphs."""
    for path in sorted(folder.glob("prose-*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for blank, group in groupby(lines, key=lambda line: line == "\n"):
                if not blank:
                    yield [line.rstrip("\n") for line in group]


def is_law(document: list[str]) -> bool:
    """Laws, regulations, interpretations: the words of the law more than 12 times in 1,000
    characters, in a document of more than 8 paragraphs.
    """
    return len(document) > 8 and _density(_LEGAL, document) > 12


def is_report(document: list[str]) -> bool:
    """Reports of governments: over 5,000 characters, with the formulas of a speech to a
    congress, or with its ten favourite verbs and nouns over 25 times in 1,000 characters.
    """
    if sum(map(len, document)) < 5000:
        return False
    formulas = sum(bool(_REPORT_OPENING.search(paragraph)) for paragraph in document)
    density = _density(_REPORT, document)
    return (formulas > 0 and density > 12) or density > 25


def _density(words: re.Pattern[str], document: list[str]) -> float:
    text = "\n".join(document)
    return 1000 * sum(1 for _ in words.finditer(text)) / len(text)


class LeftOut:
    """Paragraphs kept out of the training: the same, or with a long sentence in common."""

    def __init__(self, paragraphs: Iterable[str]) -> None:
        self._paragraphs: set[str] = set()
        self._sentences: set[str] = set()
        for paragraph in map(squeeze, paragraphs):
            self._paragraphs.add(paragraph)
            self._sentences.update(_long_sentences(paragraph))

    def __contains__(self, paragraph: str) -> bool:
        squeezed = squeeze(paragraph)
        return squeezed in self._paragraphs or not self._sentences.isdisjoint(_long_sentences(squeezed))


_HALF_WIDTH = str.maketrans("，；：？！（）“”‘’", ",;:?!()\"\"''")


def squeeze(paragraph: str) -> str:
    """Drop white space and fold punctuation of both widths, to compare paragraphs.

    >>> squeeze("第一， 第二（“三”）。")
    '第一,第二("三")。'
    """
    return "".join(paragraph.split()).translate(_HALF_WIDTH)


def _long_sentences(squeezed: str) -> list[str]:
    halves = squeezed.replace("!", "！").replace("?", "？")
    return [s for s in _SENTENCE.findall(halves) if len(s) >= LONG_SENTENCE]


def gold_paragraphs(folder: Path) -> list[list[str]]:
    """Give the paragraphs of each article in the gold readings of a folder (`*.json`)."""
    articles = []
    for path in sorted(folder.rglob("*.json")):
        for article in json.loads(path.read_text(encoding="utf-8"))["articles"]:
            articles.append([p for section in article["sections"] for p in section["paragraphs"]])
    return articles


def held_out(folder: Path) -> list[list[str]]:
    """Give every hundredth document of the corpus that is neither law nor report."""
    return [d for d in islice(documents(folder), 0, None, HELD_OUT_EVERY) if _is_news(d)]


def _is_news(document: list[str]) -> bool:
    return not is_law(document) and not is_report(document)


def training_paragraphs(folder: Path, gold: Iterable[Path], most: int | None) -> Iterator[str]:
    """Yield the paragraphs to train on, without white space, `most` characters in all."""
    kept_apart = [p for document in held_out(folder) for p in document]
    for readings in gold:
        kept_apart += [p for article in gold_paragraphs(readings) for p in article]
    left_out = LeftOut(kept_apart)
    seen = 0
    for number, document in enumerate(documents(folder)):
        if number % HELD_OUT_EVERY == 0 or not _is_news(document):
            continue
        for paragraph in document:
            if paragraph not in left_out:
                seen += len(paragraph)
                yield "".join(paragraph.split())
        if most is not None and seen >= most:
            return


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[], metavar="GOLD_DIR")
    parser.add_argument("--order", type=int, default=4)
    parser.add_argument("--max-ngrams", type=int, default=MOST_NGRAMS)
    parser.add_argument("--characters", type=int, help="read no more than this many")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    paragraphs = training_paragraphs(options.corpus, options.leave_out, options.characters)
    data = train(paragraphs, options.order, options.max_ngrams)
    disk.make_folder(options.out.parent)
    disk.write_atomically(options.out, data)
    print(f"{options.out}: {len(data):,} bytes, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
