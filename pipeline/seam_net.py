"""How well one piece of text reads on from another, by what it says: a small network, read only.

In: texts. Out: for each pair of a left and a right one the natural log of how much likelier the right one follows the left one
than any other, but for a constant. The n-gram model (`seams.py`) knows the few characters at a seam; this one sees `Net.reach`
on each side (实现了 wants something that can be reached). Each side is read by itself: its characters, each in its place, and
the pairs of those nearest the seam become a vector, and the score of a pair is the product of two vectors.
`training/seam_net.py` makes the model, and `docs/seam-model.md` says how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.script_fold import simplify

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

NONE: Final = 0  # no character here: the text is shorter than the window
UNKNOWN: Final = 1
FIRST_CHARACTER: Final = 2
SPREAD: Final = 4721  # parts the ids of a pair before they are hashed: a prime
_PADDING: Final = "\0"
_LAYERS: Final = ("inner", "inner_bias", "outer", "outer_bias")
_HALF_WIDTH: Final = dict(zip(",;:?!()", "，；：？！（）", strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What reads the texts of one side: `pairs` has a row of bytes for each hash of a pair of characters."""

    pairs: npt.NDArray[np.int8]
    scale: np.float32  # what 1 in `pairs` stands for
    inner: Floats  # shape (numbers that a text is seen as, size)
    inner_bias: Floats
    outer: Floats  # shape (size, size of a vector)
    outer_bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The network; `characters` has a row for each id."""

    ids: Ids  # id of each code point below 65,536
    characters: Floats
    left: Side
    right: Side
    reach: int  # characters that are seen
    near: int  # pairs of neighbours that are seen

    def scores(self, lefts: Sequence[str], rights: Sequence[str]) -> Floats:
        """Score all pairs of texts without white space, of either script. Shape (lefts, rights)."""
        return self.tails(lefts) @ self.heads(rights).T

    def tails(self, texts: Sequence[str]) -> Floats:
        """The vectors of left texts, by their last characters."""
        return self._seen([text[: -self.reach - 1 : -1] for text in texts], self.left)

    def heads(self, texts: Sequence[str]) -> Floats:
        """The vectors of right texts, by their first characters."""
        return self._seen([text[: self.reach] for text in texts], self.right)

    def _seen(self, texts: Sequence[str], side: Side) -> Floats:
        """The vectors of texts that begin at the seam."""
        joined = simplify("".join([text.ljust(self.reach, _PADDING) for text in texts]))
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        ids = self.ids.take(points, mode="clip").reshape(len(texts), self.reach)
        hashes = (ids[:, : self.near] * SPREAD + ids[:, 1 : self.near + 1]) & (len(side.pairs) - 1)
        seen = np.empty((len(texts), len(side.inner)), dtype=np.float32)
        of_characters = self.reach * self.characters.shape[1]
        seen[:, :of_characters] = self.characters.take(ids, axis=0).reshape(len(texts), of_characters)
        seen[:, of_characters:] = side.pairs.take(hashes, axis=0).reshape(len(texts), len(side.inner) - of_characters)
        seen[:, of_characters:] *= side.scale
        inner = seen @ side.inner
        inner += side.inner_bias
        found: Floats = np.maximum(inner, 0.0, out=inner) @ side.outer + side.outer_bias
        return found


@cache
def shipped() -> Net:
    """The network that comes with the package, read once a process."""
    with np.load(str(files("pipeline") / "models" / "seam_net.npz")) as data:
        known = data["known"].tobytes().decode("utf-32-le")
        characters = data["characters"].astype(np.float32) * data["characters_scale"]
        left, right = (
            Side(
                data[f"{side}_pairs"],
                np.float32(data[f"{side}_scale"]),
                *(data[f"{side}_{layer}"].astype(np.float32) for layer in _LAYERS),
            )
            for side in ("left", "right")
        )
        reach, near = data["shape"].tolist()
    return Net(_ids(known), characters, left, right, reach, near)


def _ids(known: str) -> Ids:
    """The id of each code point; half-width marks are read as full-width ones, full-width figures as half-width ones."""
    ids = np.full(0x10000, UNKNOWN, dtype=np.int32)
    ids[0] = NONE
    ids[[ord(character) for character in known]] = np.arange(FIRST_CHARACTER, FIRST_CHARACTER + len(known))
    for mark, full in _HALF_WIDTH.items():
        ids[ord(mark)] = ids[ord(full)]
    figures = np.arange(ord("０"), ord("ｚ") + 1)
    ids[figures] = ids[figures - 0xFEE0]
    return ids
