"""Train the seam model: an n-gram model of characters in one file for `pipeline.seams`.

Comes in: clean prose, a paragraph a string. Goes out: the bytes of a model file.

Modified Kneser-Ney after Chen & Goodman 1999 ("An empirical study of smoothing techniques for
language modeling"), interpolated, then cut down to the grams whose loss costs most (weighted
difference, Seymore & Rosenfeld 1996) and written as a back-off model. A gram is a 64-bit number
throughout, its characters the digits, so that counting is sorting.

    python -m training.seams CORPUS_DIR --out FILE [--leave-out GOLD_DIR ...]
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline import seam_table, seams
from pipeline.script_fold import table as _simplified

Keys: TypeAlias = npt.NDArray[np.uint64]
Ids: TypeAlias = npt.NDArray[np.uint16]
Rows: TypeAlias = npt.NDArray[np.int32]
Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]

# The longest gram must fit 64 bits: base ** order < 2 ** 64.
MOST_IDS = {2: 60_000, 3: 60_000, 4: 60_000, 5: 7_130}
RAREST_CHARACTER = 3
CODEBOOK_ROUNDS = 12


@dataclass(slots=True)
class Grams:
    """The grams of one length, in rising order of `keys`."""

    keys: Keys
    raw: Rows  # how often each occurs
    adjusted: Rows  # before how many different characters, Kneser-Ney
    log_p: Floats
    score: Floats  # what leaving it out would cost, in nats over the corpus
    shorter: Rows  # row of the gram without its first character
    context: Rows  # row of the gram without its last character


def train(paragraphs: Iterable[str], order: int = 4, max_ngrams: int = 5_200_000) -> bytes:
    """Train a model and give its file: `max_ngrams` is how many grams of two characters or
    more are kept. Paragraphs are without white space. Memory: about 50 bytes a character of text, at order 4.
    """
    text = list(paragraphs)
    table, characters = vocabulary(text, MOST_IDS[order] - 1)
    size = seams.FIRST_CHARACTER + len(characters)
    base = size + 1
    stream = as_stream(text, table)
    del text
    counted = count(stream, order, base)
    unigrams = estimate(counted, base, size)
    kept = prune(counted, max_ngrams)
    return pack(kept, unigrams, table, characters, base)


# -- characters ------------------------------------------------------------------------------


def vocabulary(paragraphs: Iterable[str], most: int, rarest: int = RAREST_CHARACTER) -> tuple[Ids, str]:
    """Give the id of each code point below 65,536, and the characters that have their own."""
    fold = folding()
    counts: Counter[str] = Counter()
    for paragraph in paragraphs:
        counts.update(paragraph)
    folded: Counter[str] = Counter()
    for character, times in counts.items():
        folded[fold.get(character, character)] += times
    common = [
        c
        for c, times in sorted(folded.items(), key=lambda item: (-item[1], item[0]))
        if times >= rarest and not _is_shared(c) and ord(c) < 0xFFFF and not c.isspace()
    ][: most - seams.FIRST_CHARACTER]
    own = {c: seams.FIRST_CHARACTER + n for n, c in enumerate(common)}
    table = np.full(1 << 16, seams.UNKNOWN, dtype=np.uint16)
    for point in range(1, 0xFFFF):
        character = fold.get(chr(point), chr(point))
        table[point] = own.get(character, _shared_id(character))
    return table, "".join(common)


def _is_shared(character: str) -> bool:
    return _shared_id(character) != seams.UNKNOWN


def _shared_id(character: str) -> int:
    if character.isascii() and character.isdigit():
        return seams.DIGIT
    if character.isascii() and character.isalpha():
        return seams.LATIN
    return seams.UNKNOWN


def folding() -> dict[str, str]:
    """Say which characters count as another: full-width figures and letters, half-width
    punctuation, the quotes of Traditional text, dashes, Traditional characters.
    """
    fold = {chr(point): chr(point - 0xFEE0) for point in range(0xFF10, 0xFF5B)}
    fold = {wide: half for wide, half in fold.items() if half.isalnum()}
    fold.update(zip(",;:?!()「」『』•・﹑―–", "，；：？！（）“”‘’··、——", strict=True))
    fold.update((chr(traditional), chr(simplified)) for traditional, simplified in _simplified().items())
    return fold


def as_stream(paragraphs: Iterable[str], table: Ids) -> Ids:
    """Give the ids of all paragraphs in one array, a boundary before, between and after."""
    boundary = np.array([seams.BOUNDARY], dtype=np.uint16)
    pieces = [boundary]
    for paragraph in paragraphs:
        points = np.frombuffer(paragraph.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        pieces += [table[np.minimum(points, 0xFFFF)], boundary]
    return np.concatenate(pieces)


# -- counts ----------------------------------------------------------------------------------


def count(stream: Ids, order: int, base: int) -> list[Grams]:
    """Count the grams of 1 to `order` characters; give them shortest first."""
    lengths = []
    longer: Keys | None = None
    for length in range(order, 0, -1):
        keys, raw = _distinct(_windows(stream, length, base))
        adjusted = raw.copy()
        if longer is not None:
            # A gram at the beginning of a paragraph has nothing before it, so keeps its count.
            suffixes, before = _distinct(longer % np.uint64(base**length))
            adjusted[np.searchsorted(keys, suffixes)] = before
        lengths.append(_grams(keys, raw, adjusted))
        longer = keys
    lengths.reverse()
    for length, (shorter, grams) in enumerate(pairwise(lengths), 1):
        grams.shorter = _rows(shorter.keys, grams.keys % np.uint64(base**length))
        grams.context = _rows(shorter.keys, grams.keys // np.uint64(base))
    return lengths


def _windows(stream: Ids, length: int, base: int) -> Keys:
    """Give the key of each window with no paragraph boundary inside (at its ends only)."""
    places = len(stream) - length + 1
    keys = np.zeros(places, dtype=np.uint64)
    whole = np.ones(places, dtype=np.bool_)
    for offset in range(length):
        ids = stream[offset : offset + places]
        keys *= np.uint64(base)
        keys += ids.astype(np.uint64) + np.uint64(1)
        if 0 < offset < length - 1:
            whole &= ids != seams.BOUNDARY
    return keys[whole]


def _distinct(keys: Keys) -> tuple[Keys, Rows]:
    """Give the different keys in rising order, and how often each occurs. Sorts in place."""
    keys.sort()
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    times = np.diff(np.append(first, len(keys))).astype(np.int32)
    return keys[first], times


def _grams(keys: Keys, raw: Rows, adjusted: Rows) -> Grams:
    none = np.zeros(0, dtype=np.int32)
    floats = np.zeros(0, dtype=np.float32)
    return Grams(keys, raw, adjusted, floats, floats, none, none)


def _rows(keys: Keys, wanted: Keys) -> Rows:
    return np.searchsorted(keys, wanted).astype(np.int32)


# -- probabilities ---------------------------------------------------------------------------


def estimate(lengths: list[Grams], base: int, size: int) -> Floats:
    """Fill in `log_p` and `score` of all grams; give log P of each of the `size` ids."""
    unigrams = _unigrams(lengths[0], size)
    lengths[0].log_p = np.log(unigrams[lengths[0].keys.astype(np.int64) - 1]).astype(np.float32)
    for shorter, grams in pairwise(lengths):
        lower = np.exp(shorter.log_p.astype(np.float64))[grams.shorter]
        first = _first_of_each(grams.context)
        _interpolate(grams, first, lower)
    return np.log(unigrams).astype(np.float32)


def _unigrams(grams: Grams, size: int) -> Doubles:
    counts = np.zeros(size)
    counts[grams.keys.astype(np.int64) - 1] = grams.adjusted
    taken = np.minimum(counts, _discounts(grams.adjusted)[np.minimum(counts, 3).astype(int)])
    total = counts.sum()
    p: Doubles = (counts - taken) / total + taken.sum() / total / size
    return p


def _interpolate(grams: Grams, first: npt.NDArray[np.intp], lower: Doubles) -> None:
    """Fill in `log_p`, and `score`: what it costs if each gram gets only its share of what is left over.

    The cost counts as often as the gram is to be expected in new text: less often than it occurred, by the discount.
    """
    discount = _discounts(grams.adjusted)[np.minimum(grams.adjusted, 3)]
    sizes = np.diff(np.append(first, len(grams.keys)))
    total = np.add.reduceat(grams.adjusted.astype(np.float64), first)
    share = np.repeat(np.add.reduceat(discount, first) / total, sizes) * lower
    p = (grams.adjusted - discount) / np.repeat(total, sizes) + share
    grams.log_p = np.log(p).astype(np.float32)
    grams.score = ((grams.raw - discount) * np.log(p / share)).astype(np.float32)


def _first_of_each(context: Rows) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.concatenate([[True], context[1:] != context[:-1]]))


def _discounts(counts: Rows) -> Doubles:
    """Give the discounts for counts of 0, 1, 2, and 3 or more (Chen & Goodman 1999, eq. 26).

    A tiny text may lack counts of 1 to 4; then the usual size of each discount stands in.
    """
    usual = (0.0, 0.5, 0.9, 1.2)
    n = [int((counts == times).sum()) for times in range(5)]
    if 0 in n[1:]:
        return np.array(usual)
    y = n[1] / (n[1] + 2 * n[2])
    found = [times - (times + 1) * y * n[times + 1] / n[times] for times in (1, 2, 3)]
    return np.array([0.0, *(min(max(d, 0.05), t) for t, d in enumerate(found, 1))])


# -- pruning ---------------------------------------------------------------------------------


def prune(lengths: list[Grams], most: int) -> list[Grams]:
    """Keep the `most` grams that cost most to leave out; with a gram, all its parts.

    A gram hands its score down to its context and to its shorter self, which the look-up
    passes through. So one threshold keeps the set closed.
    """
    for shorter, grams in reversed(list(pairwise(lengths[1:]))):
        np.maximum.at(shorter.score, grams.context, grams.score)
        np.maximum.at(shorter.score, grams.shorter, grams.score)
    scores = np.concatenate([grams.score for grams in lengths[1:]])
    least = -np.inf
    if len(scores) > most:
        least = float(np.partition(scores, len(scores) - most)[len(scores) - most])
    kept = [lengths[0]]
    new_row = np.arange(len(lengths[0].keys), dtype=np.int32)
    for grams in lengths[1:]:
        keep = grams.score >= least
        kept.append(
            Grams(
                grams.keys[keep],
                grams.raw[keep],
                grams.adjusted[keep],
                grams.log_p[keep],
                grams.score[keep],
                new_row[grams.shorter[keep]],
                new_row[grams.context[keep]],
            )
        )
        new_row = (np.cumsum(keep) - 1).astype(np.int32)
    return kept


# -- the file --------------------------------------------------------------------------------

# Of the 16 bits of a cell, six for the value leave ten for the fingerprint. Measured: eight and
# eight lose 0.2 points, since one gram in 256 that is not there is taken for one that is.
VALUE_BITS = 6


def pack(
    kept: list[Grams],
    unigrams: Floats,
    table: Ids,
    characters: str,
    base: int,
) -> bytes:
    """Quantise and write. Back-off weights are worked out from the quantised values, so that
    the probabilities after a context still sum to one.
    """
    order = len(kept)
    books = np.zeros((order, 1 << VALUE_BITS), dtype=np.float32)
    weight_books = np.zeros((order, 1 << VALUE_BITS), dtype=np.float32)
    codes, contexts, weight_codes = [], [], []
    lower = unigrams[kept[0].keys.astype(np.int64) - 1]
    for length, (shorter, grams) in enumerate(pairwise(kept), 1):
        books[length], code = quantise(grams.log_p, VALUE_BITS)
        log_p = books[length][code]
        if len(grams.keys):
            first = _first_of_each(grams.context)
            weights = back_off(log_p, lower[grams.shorter], first)
            weight_books[length], weight_code = quantise(weights, VALUE_BITS)
            contexts.append(shorter.keys[grams.context[first]])
            weight_codes.append(weight_code)
        codes.append(code)
        lower = log_p
    grams_table = build_table(np.concatenate([grams.keys for grams in kept[1:]]), np.concatenate(codes), VALUE_BITS)
    contexts_table = build_table(np.concatenate(contexts), np.concatenate(weight_codes), VALUE_BITS)
    sections: dict[str, npt.NDArray[Any]] = {
        "ids": table,
        "unigrams": unigrams,
        "gram_values": books,
        "context_values": weight_books,
        "grams": grams_table.cells,
        "contexts": contexts_table.cells,
    }
    header = {
        "order": order,
        "base": base,
        "grams": grams_table.layout,
        "contexts": contexts_table.layout,
        "counts": [len(grams.keys) for grams in kept],
        "characters": characters,
    }
    return as_file(header, sections)


def back_off(log_p: Floats, lower: Floats, first: npt.NDArray[np.intp]) -> Floats:
    """Give the log of what is left for the grams not kept, over what they have one shorter."""
    left = 1 - np.add.reduceat(np.exp(log_p.astype(np.float64)), first)
    left_lower = 1 - np.add.reduceat(np.exp(lower.astype(np.float64)), first)
    # Rounding may eat the little that is left after a context that is all but certain.
    weights: Floats = np.log(np.maximum(left, 1e-4) / np.maximum(left_lower, 1e-4)).astype(np.float32)
    return weights


def quantise(values: Floats, bits: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Give a code book of 2 ** bits values and the code of each (Lloyd 1982, on a histogram)."""
    book = np.zeros(1 << bits, dtype=np.float32)
    if not len(values):
        return book, np.zeros(0, dtype=np.uint8)
    low, high = float(values.min()), float(values.max())
    bins = 1 << 14
    step = (high - low) / (bins - 1) or 1.0
    bin_of = ((values - low) / step).astype(np.int64).clip(0, bins - 1)
    mass = np.bincount(bin_of, minlength=bins).astype(np.float64)
    total = np.bincount(bin_of, weights=values, minlength=bins)
    # Start between an even spread and one by quantiles: extremes matter as much as the middle.
    spread = np.cumsum(np.cbrt(mass))
    code_of_bin = np.minimum(spread / spread[-1] * len(book), len(book) - 1).astype(np.int64)
    for _ in range(CODEBOOK_ROUNDS):
        held = np.bincount(code_of_bin, weights=mass, minlength=len(book))
        sums = np.bincount(code_of_bin, weights=total, minlength=len(book))
        used = np.flatnonzero(held)
        centres = sums[used] / held[used]
        edges = (centres[1:] + centres[:-1]) / 2
        code_of_bin = np.searchsorted(edges, low + step * (np.arange(bins) + 0.5))
    book[: len(centres)] = centres
    book[len(centres) :] = centres[-1]
    return book, np.searchsorted(edges, values).astype(np.uint8)


def as_file(header: dict[str, Any], sections: dict[str, npt.NDArray[Any]]) -> bytes:
    """Lay out a model file: magic, length of the header, header, sections at multiples of 64."""
    names = list(sections)
    room = 64 * (1 + (len(json.dumps(header)) + 1000) // 64)
    starts: dict[str, tuple[str, int, int]] = {}
    end = room
    for name in names:
        array = sections[name]
        starts[name] = (array.dtype.newbyteorder("<").str, end, array.size)
        end += -(-array.nbytes // 64) * 64
    whole = {**header, "size": end, "sections": starts}
    text = json.dumps(whole, sort_keys=True).encode()
    out = bytearray(end)
    prefix = seams.MAGIC + len(text).to_bytes(4, "little") + text
    if len(prefix) > room:
        raise ValueError("the header of the model outgrew its room")
    out[: len(prefix)] = prefix
    for name in names:
        data = np.ascontiguousarray(sections[name]).tobytes()
        out[starts[name][1] : starts[name][1] + len(data)] = data
    return bytes(out)


# -- the table -------------------------------------------------------------------------------


def build_table(keys: Keys, values: npt.NDArray[np.uint8], value_bits: int) -> seam_table.Table:
    """Put the keys into a table whose three cells, XORed, give fingerprint and value.

    Peeling: a key that has a cell to itself may be set last, so it is taken off, which leaves
    others alone in a cell, and so on (Botelho, Pagh & Ziviani 2007). If keys are left, the
    hashes were unlucky: try another seed.
    """
    for seed in range(1, 100):
        layout = table_layout(len(keys), seed, value_bits)
        hashes = seam_table.scramble(keys, seed)
        where = np.stack(seam_table.places(hashes, layout)).astype(np.int32)
        room = layout["segment"] * (layout["segments"] + 2)
        rounds = peel(where, room)
        if rounds is None:
            continue
        cells = np.zeros(room, dtype=np.uint16)
        wanted = seam_table.fingerprints(hashes, layout) | values
        wanted = wanted.astype(np.uint16)
        for rows, own in reversed(rounds):
            first, second, third = where[:, rows]
            # Its own cell is still zero, so this sets it to what the other two leave over.
            cells[own] = wanted[rows] ^ cells[first] ^ cells[second] ^ cells[third]
        return seam_table.Table(cells, layout)
    raise ValueError("no table for these keys: are some of them twice there?")


def table_layout(items: int, seed: int, value_bits: int) -> seam_table.TableLayout:
    """Choose the sizes of Graf & Lemire 2022, section 4, for three places a key."""
    log = float(np.log(max(items, 2)))
    segment = 1 << max(2, min(16, int(log / np.log(3.33) + 2.25)))
    factor = max(1.125, 0.875 + 0.25 * np.log(1e6) / log)
    segments = max(1, -(-int(items * factor) // segment) - 2)
    return {"seed": seed, "segment": segment, "segments": segments, "value_bits": value_bits}


def peel(where: Rows, room: int) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] | None:
    """Give the rounds in which keys come off: their rows, and the cell each had to itself."""
    count = np.bincount(where.ravel(), minlength=room).astype(np.int32)
    mixed = np.zeros(room, dtype=np.int64)  # XOR of the rows in a cell: of a lone one, itself
    rows = np.arange(where.shape[1])
    for place in where:
        np.bitwise_xor.at(mixed, place, rows)
    rounds = []
    left = where.shape[1]
    lone = np.flatnonzero(count == 1)
    while len(lone):
        off, index = np.unique(mixed[lone], return_index=True)
        rounds.append((off, lone[index]))
        left -= len(off)
        touched = where[:, off]
        np.subtract.at(count, touched.ravel(), 1)
        for place in touched:
            np.bitwise_xor.at(mixed, place, off)
        near = np.unique(touched)
        lone = near[count[near] == 1]
    return None if left else rounds


# -- the corpus ------------------------------------------------------------------------------

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


def write(data: bytes, path: Path) -> None:
    """Put the file in place in one step: a reader sees the old model or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[], metavar="GOLD_DIR")
    parser.add_argument("--order", type=int, default=4)
    parser.add_argument("--max-ngrams", type=int, default=5_200_000)
    parser.add_argument("--characters", type=int, help="read no more than this many")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    paragraphs = training_paragraphs(options.corpus, options.leave_out, options.characters)
    data = train(paragraphs, options.order, options.max_ngrams)
    write(data, options.out)
    print(f"{options.out}: {len(data):,} bytes, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
