"""Order: the columns of a page put back into the order of reading, along the seams.

In: the flow of a page (headings and body blocks in the order found) and its seams. Out: the flow in the order of
reading, cut fragments joined to whole paragraphs. The flow is cut wherever a block ends or begins in mid-sentence; the
pieces follow each other along the seams, and where no seam speaks they stay as found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.document import Block, Role
from pipeline.stitch import Seam, is_tail
from pipeline.unwrap import UnwrapOptions, unwrap


class Item(NamedTuple):
    """A block of the flow: `first` and `last` are the indexes of its first and last fragment among all blocks."""

    block: Block
    first: int
    last: int
    stitched: int = 0
    unresolved: int = 0


def reorder(blocks: Sequence[Block], seams: Sequence[Seam], options: UnwrapOptions) -> list[Item]:
    """Headings and paragraphs of a page in reading order."""
    pieces = _pieces(blocks, {seam.head for seam in seams}, {seam.tail for seam in seams})
    pieces = [part for piece in pieces for part in _turned(blocks, piece, seams)]
    onward = _without_rings(pieces, seams)
    at = {index: k for k, piece in enumerate(pieces) for index in (piece[0], piece[-1])}
    follower = {at[tail]: at[head] for tail, head in onward.items()}
    led = set(follower.values())
    order: list[int] = []
    for k in range(len(pieces)):
        step = None if k in led else k
        while step is not None:
            order.append(step)
            step = follower.get(step)
    return _joined(blocks, [index for k in order for index in pieces[k]], onward, options)


def _pieces(blocks: Sequence[Block], heads: set[int], tails: set[int]) -> list[list[int]]:
    """The flow (indexes of headings and body blocks) cut wherever a block ends or begins in mid-sentence, or at a seam."""
    flow = [i for i, block in enumerate(blocks) if block.role in (Role.BODY, Role.HEADING)]
    pieces: list[list[int]] = []
    for k, index in enumerate(flow):
        whole = k and flow[k - 1] not in tails and not is_tail(blocks[flow[k - 1]])
        if whole and blocks[index].opens and index not in heads:
            pieces[-1].append(index)
        else:
            pieces.append([index])
    return pieces


def _turned(blocks: Sequence[Block], piece: list[int], seams: Sequence[Seam]) -> list[list[int]]:
    """A piece whose end goes on at its own start, as when two columns changed places, cut in two.

    The column begins at the last heading or, without one, where something stood between; if nothing tells,
    with the paragraph that goes on.
    """
    if len(piece) < 2 or not any(seam.tail == piece[-1] and seam.head == piece[0] for seam in seams):
        return [piece]
    inner = range(1, len(piece))
    named = [k for k in inner if blocks[piece[k]].role is Role.HEADING]
    parted = [k for k in inner if piece[k] != piece[k - 1] + 1]
    cut = (named or parted or [len(piece) - 1])[-1]
    return [piece[:cut], piece[cut:]]


def _without_rings(pieces: Sequence[Sequence[int]], seams: Sequence[Seam]) -> dict[int, int]:
    """The seams as tail -> head, the weakest one of each ring left out: text can't follow itself."""
    at = {index: k for k, piece in enumerate(pieces) for index in (piece[0], piece[-1])}
    chain = list(range(len(pieces)))  # the chain a piece is in, by union-find

    def top(k: int) -> int:
        while chain[k] != k:
            chain[k] = chain[chain[k]]
            k = chain[k]
        return k

    onward: dict[int, int] = {}
    known = [seam for seam in seams if seam.tail in at and seam.head in at]  # not where a copy was set aside since
    for seam in sorted(known, key=lambda s: (-s.score, s.tail)):
        tail, head = top(at[seam.tail]), top(at[seam.head])
        if tail != head:
            chain[head] = tail
            onward[seam.tail] = seam.head
    return onward


def _joined(
    blocks: Sequence[Block], indexes: Sequence[int], onward: dict[int, int], options: UnwrapOptions
) -> list[Item]:
    """Items in order; a block that reads on from the one before it becomes one paragraph with it."""
    items: list[Item] = []
    for index in indexes:
        block = blocks[index]
        if items and onward.get(items[-1].last) == index:
            items[-1] = _grown(items[-1], block, index, options)
        else:
            items.append(Item(block, index, index, 0, int(not block.opens)))
    return [item._replace(unresolved=item.unresolved + 1) if is_tail(item.block) else item for item in items]


def _grown(item: Item, block: Block, index: int, options: UnwrapOptions) -> Item:
    text = unwrap([item.block.text, block.text], options)
    both = item.block._replace(
        text=text,
        lines=(*item.block.lines, *block.lines),
        confidence=min(item.block.confidence, block.confidence),
    )
    return Item(both, item.first, index, item.stitched + 1, item.unresolved)
