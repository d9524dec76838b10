"""Learn the network that tells how well one piece of text reads on from another (`pipeline/seam_net.py` is how it is used).

    python -m training.seam_net CORPUS_DIR [--leave-out GOLD_DIR ...] [--steps 30000] [--out pipeline/models/seam_net.npz]

From the same text as the n-gram model (`training/seams.py`), paragraphs are cut at random where a column may end: behind no
full stop and before no mark that may not begin a line (`training/halves.py`). The halves of a few paragraphs that stand
together, mostly of one article, and those of many such groups go into one batch; what is made likely is that each left half
finds its own right half among all of the batch, and among those of its group, and the other way round (contrastive learning;
van den Oord, Li and Vinyals 2018). Now and then a half is cut short, and a character is another one, as short lines and
misread ones are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.seam_net import SPREAD
from training.halves import GROUP, GROUPS, REACH, Material, halves, material
from training.seams import training_paragraphs

NEAR = 8  # pairs of characters that are seen on a side
CHARACTER, PAIR = 32, 16  # numbers that stand for a character, and for a hash of pairs
HASHES = 1 << 16
INNER, OUTER = 160, 64  # sizes of the layers
RATE, LEAST_RATE, WARM = 2e-3, 2e-5, 200
FLAT = 4.0  # what products of vectors are divided by while learning: large ones learn badly
LARGEST = 127  # of numbers kept in a byte


class Side(nn.Module):
    """Reads the texts of one side."""

    def __init__(self, characters: nn.Embedding) -> None:
        super().__init__()
        self.characters = characters  # the same on both sides
        self.pairs = nn.Embedding(HASHES, PAIR)
        nn.init.normal_(self.pairs.weight, 0.0, 0.1)
        self.inner = nn.Linear(REACH * CHARACTER + NEAR * PAIR, INNER)
        self.outer = nn.Linear(INNER, OUTER)

    def forward(self, ids: Tensor) -> Tensor:
        """A vector for each text, shape (texts, OUTER)."""
        hashes = (ids[:, :NEAR] * SPREAD + ids[:, 1 : NEAR + 1]) % HASHES
        seen = torch.cat((self.characters(ids).flatten(1), self.pairs(hashes).flatten(1)), dim=1)
        found: Tensor = self.outer(functional.relu(self.inner(seen)))
        return found


def loss(scores: Tensor) -> Tensor:
    """How unlikely it is that each half finds its own, among all of a batch and among those of its group."""
    own, each = torch.arange(len(scores)), torch.arange(GROUPS)
    groups = scores.reshape(GROUPS, GROUP, GROUPS, GROUP)[each, :, each]
    in_group = torch.arange(GROUP).repeat(GROUPS)
    among_all = functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)
    among_few = functional.cross_entropy(groups.reshape(-1, GROUP), in_group)
    among_few = among_few + functional.cross_entropy(groups.transpose(1, 2).reshape(-1, GROUP), in_group)
    return among_all / 2 + among_few


def learn(those: Material, steps: int) -> tuple[Side, Side]:
    """The two sides; the same text gives the same network, as far as torch is the same."""
    torch.manual_seed(1)
    dice = np.random.default_rng(1)
    characters = nn.Embedding(len(those.no_head), CHARACTER)
    nn.init.normal_(characters.weight, 0.0, 0.3)
    left, right = Side(characters), Side(characters)
    shared_once = list(dict.fromkeys([*left.parameters(), *right.parameters()]))
    adam = torch.optim.Adam(shared_once, lr=RATE)
    told = 0.0
    for step in range(1, steps + 1):
        for group in adam.param_groups:
            group["lr"] = RATE * min(1.0, step / WARM) * (1 - step / steps) + LEAST_RATE
        ends, beginnings = map(torch.from_numpy, halves(those, dice))
        cost = loss(left(ends) @ right(beginnings).T / FLAT)
        adam.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        adam.step()
        told += cost.item()
        if step % 1000 == 0:
            print(step, round(told / 1000, 3), flush=True)
            told = 0.0
    return left, right


def small(weights: Tensor) -> tuple[npt.NDArray[np.int8], np.float32]:
    """Numbers as bytes, and what 1 stands for; the few largest are cut."""
    full = weights.detach().numpy()
    scale = np.float32(np.quantile(np.abs(full), 0.9999) / LARGEST)
    return np.clip(np.rint(full / scale), -LARGEST, LARGEST).astype(np.int8), scale


def save(known: str, sides: tuple[Side, Side], path: Path) -> None:
    """Write the network."""
    characters, scale = small(sides[0].characters.weight)
    parts = {
        "known": np.frombuffer(known.encode("utf-32-le"), dtype=np.uint8),
        "characters": characters,
        "characters_scale": scale,
        "shape": np.array([REACH, NEAR]),
    }
    for name, side in zip(("left", "right"), sides, strict=True):
        parts[f"{name}_pairs"], parts[f"{name}_scale"] = small(side.pairs.weight)
        for layer, linear, divisor in (("inner", side.inner, 1.0), ("outer", side.outer, FLAT**0.5)):
            parts[f"{name}_{layer}"] = (linear.weight.detach().numpy().T / divisor).astype(np.float16)
            parts[f"{name}_{layer}_bias"] = (linear.bias.detach().numpy() / divisor).astype(np.float32)
    np.savez(path, **parts)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--leave-out", type=Path, nargs="*", default=[], metavar="GOLD_DIR")
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--out", type=Path, default=Path("pipeline/models/seam_net.npz"))
    args = parser.parse_args()
    those = material(training_paragraphs(args.corpus, args.leave_out, None))
    save(those.known, learn(those, args.steps), args.out)


if __name__ == "__main__":
    main()
