"""How much two texts speak of the same things: the character pairs they share, rare ones counting more.

In: texts. Out: numbers. Used to tell which heading heads which text, and which title an article.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

_HAN = re.compile(r"[\u3400-\u9fff]{2,}|[A-Za-z0-9]{2,}")


def pairs(text: str) -> Counter[str]:
    """The pairs of neighbouring Han characters, and the Latin words and figures, of a text, and how often each comes.

    Kept for the last texts: several stages ask for the same blocks. So the counts are to be read only.

    >>> sorted(pairs("修桥，3D"))
    ['3D', '修桥']
    """
    return _counted(text)


@lru_cache(maxsize=512)
def _counted(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for run in _HAN.findall(text):
        if run[0] > "\u3000":
            found.update(map("".join, itertools.pairwise(run)))
        else:
            found[run] += 1
    return found


def rarity(texts: Iterable[Mapping[str, int]]) -> dict[str, float]:
    """How much each pair tells: the fewer of the texts hold it, the more (inverse document frequency)."""
    held: Counter[str] = Counter()
    count = 0
    for text in texts:
        held.update(text.keys())
        count += 1
    tells = {n: math.log((count + 1) / (n + 0.5)) for n in set(held.values())}
    return {pair: tells[n] for pair, n in held.items()}


def shared(short: Mapping[str, int], long: Mapping[str, int], weight: Mapping[str, float]) -> float:
    """The share of `short` (a heading, a title) that `long` (the text under it) says too, by weight; 0 to 1."""
    whole = sum(weight.get(pair, 1.0) for pair in short)
    if not whole:
        return 0.0
    return sum(weight.get(p, 1.0) * min(1.0, 0.5 + 0.25 * long[p]) for p in short if long.get(p)) / whole


def shares(
    shorts: Sequence[Mapping[str, int]], longs: Sequence[Mapping[str, int]], weight: Mapping[str, float]
) -> list[list[float]]:
    """`shared` for every pair of texts: a row for each of `longs`, a column for each of `shorts`."""
    weighed = [[(pair, weight.get(pair, 1.0)) for pair in short] for short in shorts]
    wholes = [sum(w for _, w in words) for words in weighed]
    return [
        [
            sum(w * min(1.0, 0.5 + 0.25 * long[p]) for p, w in words if p in long) / whole if whole else 0.0
            for words, whole in zip(weighed, wholes, strict=True)
        ]
        for long in longs
    ]


def split_gain(parts: Iterable[Counter[str]]) -> float:
    """How much better texts are told apart than together: the log-likelihood ratio of their pairs, in nats.

    It is greatest where two texts of different subjects are cut apart (the multinomial G statistic, Dunning 1993).
    """
    counters = list(parts)
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return sum(map(_entropy, counters)) - _entropy(total)


def _entropy(counter: Counter[str]) -> float:
    """The sum of n log(n / N): minus N times the entropy."""
    size = sum(counter.values())
    return sum(n * math.log(n / size) for n in counter.values()) if size else 0.0
