"""Pruning: the grams whose loss costs most are kept (weighted difference, Seymore & Rosenfeld 1996)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.learn.counts import Grams


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
