"""Which seam model reads a page: the shipped one, or that and one learnt from the user's own pages beside it.

In: the path of the user's model, from the settings. Out: a model that answers like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import file_digest
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.errors import ConfigError
from pipeline.script_fold import for_traditional
from pipeline.seam_table import Rows
from pipeline.seams import EDGE, Floats, SeamModel, shipped

OWN_SHARE: Final = np.float32(0.5)  # of the score; measured in docs/seam-model.md


@dataclass(frozen=True, slots=True)
class Beside(SeamModel):
    """The shipped model with another beside it: of both scores the mean.

    Where a paragraph begins and ends the other does not know, since it saw nothing but the midst of lines. There the shipped one
    speaks alone.
    """

    own: SeamModel

    def pairs(self, lefts: Sequence[str], rights: Sequence[str], left: Rows, right: Rows, reach: int = 4) -> Floats:
        """Score as the shipped model does, in part by the other."""
        scores = SeamModel.pairs(self, lefts, rights, left, right, reach)
        inside = ~(_are_edges(lefts)[left] | _are_edges(rights)[right])
        own = self.own.pairs(lefts, rights, left[inside], right[inside], reach)
        scores[inside] += OWN_SHARE * (own - scores[inside])
        return scores


def _are_edges(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([text == EDGE for text in texts], dtype=np.bool_)


@cache
def seam_model(path: str, *, traditional: bool = False) -> SeamModel:
    """The model for pages of a script, `path` being the user's own ("": none). Each is mapped once a process.

    Raises SeamModelError where the file is missing or damaged.
    """
    model, own = shipped(), SeamModel.load(Path(path)) if path else None
    if traditional:
        model, own = for_traditional(model), own and for_traditional(own)
    return beside(model, own) if own else model


def beside(model: SeamModel, own: SeamModel) -> Beside:
    """The one model with the other beside it."""
    return Beside(**{one.name: getattr(model, one.name) for one in fields(model)}, own=own)


def digest(path: str) -> str:
    """16 hex digits over the file, since records depend on it. Raises ConfigError where it can't be read."""
    try:
        with Path(path).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise ConfigError(
            f"{path}: can't be read ({error.strerror}). Name another file by stitch.seam_model."
        ) from error
