"""Smoothing: from counts to probabilities, and what each gram is worth.

Modified Kneser-Ney after Chen & Goodman 1999 ("An empirical study of smoothing techniques for language modeling"),
interpolated. In: the grams of each length, counted. Out: the same, with `log_p` and `score` filled in.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.learn.counts import Grams, Rows, first_of_each
from pipeline.seams import Floats

Doubles: TypeAlias = npt.NDArray[np.float64]


def estimate(lengths: list[Grams], base: int, size: int) -> Floats:
    """Fill in `log_p` and `score` of all grams; give log P of each of the `size` ids."""
    unigrams = _unigrams(lengths[0], size)
    lengths[0].log_p = np.log(unigrams[lengths[0].keys.astype(np.int64) - 1]).astype(np.float32)
    for shorter, grams in pairwise(lengths):
        lower = np.exp(shorter.log_p.astype(np.float64))[grams.shorter]
        first = first_of_each(grams.context)
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
