"""Learn what titles, headings, captions and running text sound like (`pipeline/sounds.py`).

Used by `training/roles.py`: the examples are the lines of labelled pages, and openings and middles of lines cut from the
prose of their own paragraphs. So that the roles are not learnt from lines that this model has seen, it is learnt in parts,
each from the pages outside of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.script_fold import simplify
from pipeline.sounds import KINDS, LONGEST, Sounds
from pipeline.vectors import Vectors
from training.labels import letters
from training.pages import LabelledPage
from training.seen import seen

PARTS = 4
PENALTY = 0.2  # inverse strength of the ridge
LONGEST_LINE = 40
KIND_OF = {"T": "title", "H": "heading", "X": "caption", "P": "opening", "J": "inner", "C": "inner"}
STOPS = "。！？"


def part(name: str) -> int:
    """The part of a page, by the digest of its number."""
    return int(hashlib.sha256(f"part {name.split('_')[0]}".encode()).hexdigest(), 16) % PARTS


def examples(page: LabelledPage) -> Iterator[tuple[str, str]]:
    """Texts of a page and their kinds: its lines and, where a heading or caption is on several, these as one."""
    plain = simplify("\n".join(line.text.chars for line in page.lines)).split("\n")
    for i, label in enumerate(page.labels):
        kind = KIND_OF.get(label or "")
        if not kind or not letters(plain[i]):
            continue
        running = kind in ("opening", "inner")
        if 3 <= len(plain[i]) <= LONGEST_LINE and not (running and plain[i][-1] in STOPS):
            yield plain[i], kind
        end = i + 1
        while end < len(plain) and label and not running and page.labels[end] == label.lower():
            end += 1
        whole = "".join(plain[i:end])
        if end > i + 1 and len(whole) <= LONGEST:
            yield whole, kind


def learn(pages: Sequence[LabelledPage], vectors: Vectors) -> Sounds:
    """The model of some pages."""
    those = [one for page in pages for one in examples(page)]
    fit = LogisticRegression(C=PENALTY, max_iter=200, class_weight="balanced")
    fit.fit(seen([text for text, _ in those], vectors), [KINDS.index(kind) for _, kind in those])
    return Sounds(
        np.asarray(fit.coef_.T, dtype=np.float32).round(3), np.asarray(fit.intercept_, dtype=np.float32).round(3)
    )


def by_part(pages: Sequence[LabelledPage], vectors: Vectors) -> dict[int, Sounds]:
    """For each part the model of all the pages outside of it."""
    return {k: learn([page for page in pages if part(page.name) != k], vectors) for k in range(PARTS)}
