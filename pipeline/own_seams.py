"""The seam model that stitches: the shipped one, or that and one learnt from the user's own pages added to it.

In: the path of the user's model, from the settings. Out: a model that answers like any other. Only the stitch stage asks it: what
roles make of a score was learnt with the shipped model alone, and another scale harms there (docs/seam-model.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.errors import ConfigError
from pipeline.script_fold import for_traditional, traditional_seams
from pipeline.seam_table import Rows
from pipeline.seams import EDGE, Floats, SeamModel, shipped

OWN_SHARE: Final = np.float32(0.5)  # of its score that is added; measured in docs/seam-model.md


@dataclass(frozen=True, slots=True)
class WithOwn(SeamModel):
    """The shipped model, a part of the score of another added to its own.

    Added, not mixed: where the other model has seen too little to speak, it says 0 and changes nothing. It says nothing either of
    where a paragraph begins and ends, since it saw only the midst of lines. Only `pairs` and what rests on it adds: `scores` is the
    shipped model's.
    """

    own: SeamModel

    def pairs(self, lefts: Sequence[str], rights: Sequence[str], left: Rows, right: Rows, reach: int = 4) -> Floats:
        """Score as the shipped model does, and add what the other says."""
        scores = SeamModel.pairs(self, lefts, rights, left, right, reach)
        edges = (np.array([text == EDGE for text in texts], dtype=np.bool_) for texts in (lefts, rights))
        inside = np.flatnonzero(~(next(edges)[left] | next(edges)[right]))
        scores[inside] += OWN_SHARE * self.own.pairs(lefts, rights, left[inside], right[inside], reach)
        return scores


def stitching_seams(path: str, *, traditional: bool = False) -> SeamModel:
    """The model for pages of a script, `path` being the user's own ("": none).

    It is mapped once a process, and again where the file was replaced. Raises ConfigError where it is missing or damaged.
    """
    if not path:
        return traditional_seams() if traditional else shipped()
    try:
        seen = Path(path).stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return _mapped(path, (seen.st_ino, seen.st_size, seen.st_mtime_ns), traditional=traditional)


@lru_cache(maxsize=4)
def _mapped(path: str, version: tuple[int, int, int], *, traditional: bool) -> SeamModel:
    own = SeamModel.load(Path(path))
    return with_own(traditional_seams(), for_traditional(own)) if traditional else with_own(shipped(), own)


def with_own(model: SeamModel, own: SeamModel) -> WithOwn:
    """The one model with the other added to it."""
    return WithOwn(**{one.name: getattr(model, one.name) for one in fields(model)}, own=own)


def digest(path: str) -> str:
    """16 hex digits over the file, since records depend on it. Raises ConfigError where it can't be read."""
    try:
        with Path(path).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()[:16]
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> ConfigError:
    return ConfigError(
        f"{path}: can't be read ({error.strerror}). Make it with `pipeline learn`, or mend stitch.seam_model."
    )
