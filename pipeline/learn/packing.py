"""Packing: the grams that were kept become the bytes of a model file, which `pipeline.seams` reads."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pipeline import seams
from pipeline.learn.counts import Grams, first_of_each
from pipeline.learn.table import build_table
from pipeline.seams import Floats, Ids

# Of the 16 bits of a cell, six for the value leave ten for the fingerprint. Measured: eight and
# eight lose 0.2 points, since one gram in 256 that is not there is taken for one that is.
VALUE_BITS: Final = 6
CODEBOOK_ROUNDS: Final = 12


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
            first = first_of_each(grams.context)
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
