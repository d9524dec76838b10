"""Make the vectors of words: what stands beside a pair of characters, squeezed into a few numbers.

    python -m training.vectors CORPUS_DIR [--leave-out GOLD_DIR ...] [--out pipeline/models/vectors.npz]

For each pair of neighbouring Han characters that is common enough, and for each character, the characters within four
of it are counted over clean prose; the counts are turned to positive pointwise mutual information, contexts smoothed by a
power of 0.75 (Levy, Goldberg and Dagan 2015), and cut down by a singular value decomposition. A vector is scaled to length one and
kept in bytes.
"""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sklearn.decomposition import TruncatedSVD

from pipeline.vectors import FIRST_HAN, LAST_HAN
from training.seams import training_paragraphs

Ints = npt.NDArray[np.int64]

RAREST_CHARACTER, RAREST_PAIR, MOST_PAIRS = 30, 40, 60_000
BEFORE, AFTER = (-3, -2, -1), (1, 2, 3)
SMOOTHED = 0.75


def common(values: Ints, least: int, most: int) -> Ints:
    """The values (none below zero) that come up often enough, rising."""
    found, counts = np.unique(values[values >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return np.sort(found[order[counts[order] >= least]])


def places(values: Ints, known: Ints) -> Ints:
    """The place of each value in `known`; -1 where it is none of them."""
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[at] == values, at, -1)


def counted(tokens: Ints, contexts: Ints, offsets: tuple[int, ...], shape: tuple[int, int]) -> sparse.csr_matrix:
    """How often each context stands at one of the offsets from each token."""
    total = sparse.csr_matrix(shape, dtype=np.float32)
    for offset in offsets:
        here = np.arange(max(0, -offset), min(len(tokens), len(contexts) - offset))
        row, column = tokens[here], contexts[here + offset]
        both = (row >= 0) & (column >= 0)
        ones = np.ones(int(both.sum()), dtype=np.float32)
        total = total + sparse.coo_matrix((ones, (row[both], column[both])), shape=shape).tocsr()
    return total


def informed(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Positive pointwise mutual information of the counts."""
    table = counts.tocoo()
    rows = np.asarray(counts.sum(axis=1)).ravel()
    columns = np.asarray(counts.sum(axis=0)).ravel() ** SMOOTHED
    values = np.log(table.data * columns.sum() / (rows[table.row] * columns[table.col]))
    keep = values > 0
    return sparse.csr_matrix((values[keep].astype(np.float32), (table.row[keep], table.col[keep])), shape=counts.shape)


def vectors(text: str, size: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16], npt.NDArray[np.int8]]:
    """The pairs, the characters and their vectors, pairs first."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    points = np.where((points >= FIRST_HAN) & (points <= LAST_HAN), points, -1)
    characters = common(points, RAREST_CHARACTER, 0x10000)
    character = places(points, characters)
    keys = np.where((character[:-1] >= 0) & (character[1:] >= 0), (points[:-1] << 16) | points[1:], -1)
    pairs = common(keys, RAREST_PAIR, MOST_PAIRS)
    shape = len(characters)
    beside = [
        counted(places(keys, pairs), character, (*BEFORE, *(k + 1 for k in AFTER)), (len(pairs), shape)),
        counted(character, character, (*BEFORE, *AFTER), (shape, shape)),
    ]
    svd = TruncatedSVD(size, random_state=0)
    found = svd.fit_transform(informed(sparse.vstack(beside).tocsr())) / np.sqrt(svd.singular_values_)
    found /= np.linalg.norm(found, axis=1, keepdims=True) + 1e-9
    small = np.rint(found * 127).astype(np.int8)
    return pairs.astype(np.uint32), characters.astype(np.uint16), small


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/vectors.npz"))
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[], metavar="GOLD_DIR")
    parser.add_argument("--characters", type=int, default=18_000_000, help="characters of the corpus to count over")
    parser.add_argument("--size", type=int, default=64, help="numbers in a vector")
    args = parser.parse_args()
    prose = training_paragraphs(args.corpus, args.leave_out, args.characters)
    pairs, characters, small = vectors("\n".join(chain(prose, [""])), args.size)
    np.savez(args.out, pairs=pairs, characters=characters, vectors=small)
    print(f"{args.out}: {len(pairs)} pairs, {len(characters)} characters, {args.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
