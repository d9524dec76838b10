"""The network of the roles stage, as it is learnt (`pipeline/roles.py` and `pipeline/context.py` are how it is used).

A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) whose scores are the sum of the weights of the
features of a line, and what a small network of convolutions says of the lines about it. While it learns, whole columns of
features are left out at random on a page, and numbers inside the network: so it leans on no single sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

SIZE = 48  # numbers that stand for a line
DEPTH = 3  # layers
DROPPED_COLUMNS, DROPPED = 0.25, 0.4
EPOCHS, AT_ONCE, RATE, DECAY = 8, 16, 3e-3, 1e-4


@dataclass(frozen=True)
class Example:
    """A page: for each line the rows of its features, and its label."""

    rows: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]


class Network(nn.Module):
    """Scores of labels from rows of features; row number `values` stands for a feature that is left out.

    `own` says which columns tell of a line itself: only these go into the network, which sees the lines about it anyway.
    """

    def __init__(self, values: int, own: Sequence[int], labels: int) -> None:
        super().__init__()
        self.values = values
        self.own = torch.tensor(list(own))
        self.linear = nn.EmbeddingBag(values + 1, labels, mode="sum", padding_idx=values)
        self.hidden = nn.EmbeddingBag(values + 1, SIZE, mode="sum", padding_idx=values)
        nn.init.zeros_(self.linear.weight)
        nn.init.normal_(self.hidden.weight, 0.0, 0.05)
        with torch.no_grad():
            self.hidden.weight[values] = 0.0
        self.layers = nn.ModuleList(
            nn.Conv1d(SIZE * (2 if depth == 0 else 1), SIZE, 3, padding=2**depth, dilation=2**depth)
            for depth in range(DEPTH)
        )
        self.out = nn.Linear(SIZE, labels)
        self.moves = nn.Parameter(torch.zeros(labels, labels))

    def convolutions(self) -> list[nn.Conv1d]:
        """The layers, first one first."""
        return [layer for layer in self.layers if isinstance(layer, nn.Conv1d)]

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        """Scores of shape (pages, lines, labels); `there` says which lines exist."""
        pages, lines, columns = rows.shape
        if self.training:
            gone = torch.rand(pages, 1, columns) < DROPPED_COLUMNS
            rows = torch.where(gone, torch.full_like(rows, self.values), rows)
        flat = rows.reshape(pages * lines, columns)
        seen = torch.relu(self.hidden(flat[:, self.own])).reshape(pages, lines, SIZE) * there[..., None]
        page = (seen.sum(1) / there.sum(1, keepdim=True))[:, None, :].expand(-1, lines, -1)
        inward = functional.dropout(torch.cat((seen, page), -1).transpose(1, 2), DROPPED, self.training)
        kept = seen.transpose(1, 2)
        for layer in self.layers:
            kept = functional.dropout(torch.relu(layer(inward)), DROPPED, self.training) * there[:, None, :] + kept
            inward = kept
        scores: Tensor = self.out(kept.transpose(1, 2)) + self.linear(flat).reshape(pages, lines, -1)
        return scores


def surprise(scores: Tensor, labels: Tensor, there: Tensor, moves: Tensor) -> Tensor:
    """The negative log-likelihood of the labels of each page."""
    ahead = scores[:, 0]
    right = scores[:, 0].gather(1, labels[:, :1])[:, 0]
    for i in range(1, scores.shape[1]):
        here = there[:, i]
        reached = torch.logsumexp(ahead[:, :, None] + moves[None], 1) + scores[:, i]
        ahead = torch.where(here[:, None] > 0, reached, ahead)
        step = scores[:, i].gather(1, labels[:, i : i + 1])[:, 0] + moves[labels[:, i - 1], labels[:, i]]
        right = right + here * step
    return torch.logsumexp(ahead, 1) - right


def batches(examples: Sequence[Example], dice: np.random.Generator) -> Iterator[list[Example]]:
    """All examples in a random order, pages of about one length together."""
    order = sorted(dice.permutation(len(examples)), key=lambda i: len(examples[i].labels) + dice.random() * 40)
    groups = [order[i : i + AT_ONCE] for i in range(0, len(order), AT_ONCE)]
    dice.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def padded(examples: Sequence[Example], filler: int) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, labels and which lines exist, of pages made equally long."""
    longest, columns = max(len(one.labels) for one in examples), examples[0].rows.shape[1]
    rows = np.full((len(examples), longest, columns), filler, dtype=np.int64)
    labels = np.zeros((len(examples), longest), dtype=np.int64)
    there = np.zeros((len(examples), longest), dtype=np.float32)
    for i, one in enumerate(examples):
        size = len(one.labels)
        rows[i, :size], labels[i, :size], there[i, :size] = one.rows, one.labels, 1.0
    return torch.from_numpy(rows), torch.from_numpy(labels), torch.from_numpy(there)


def learnt(examples: Sequence[Example], values: int, own: Sequence[int], labels: int, seed: int) -> Network:
    """The network that makes the labels of the examples likeliest."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # so that sums come in one order: the same seed gives the same network
    dice = np.random.default_rng(seed)
    network = Network(values, own, labels)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = -(-len(examples) // AT_ONCE) * EPOCHS
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
    for _ in range(EPOCHS):
        for some in batches(examples, dice):
            rows, right, there = padded(some, values)
            loss = surprise(network(rows, there), right, there, network.moves).sum() / there.sum()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            pace.step()
    return network.eval()
