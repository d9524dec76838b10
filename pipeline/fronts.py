"""Fronts: the title, with kicker, subtitle and bylines, of each article on a page.

In: the blocks of a page in the order found. Out: a front for each headline, with the indexes of its blocks. A name with
a colon over a headline reads on into it. Bylines and labels that stand by themselves are handed to the article they
stand in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.document import Block, Role
from pipeline.order import Item

FRONT = (Role.TITLE, Role.KICKER, Role.SUBTITLE, Role.BYLINE)


@dataclass(slots=True)
class Front:
    """Indexes of the blocks of one headline."""

    titles: list[int] = field(default_factory=list)
    kickers: list[int] = field(default_factory=list)
    subtitles: list[int] = field(default_factory=list)
    bylines: list[int] = field(default_factory=list)

    @property
    def place(self) -> int:
        """The index of the headline, or of what there is in its stead."""
        return min([*self.titles, *self.kickers, *self.subtitles, *self.bylines])

    def end(self) -> int:
        """The last index of the front's blocks."""
        return max([*self.titles, *self.kickers, *self.subtitles, *self.bylines])


def fronts(blocks: Sequence[Block]) -> tuple[list[Front], list[int]]:
    """The fronts of a page in the order found, and the bylines that stand apart from any of them."""
    found: list[Front] = []
    loose: list[int] = []
    alone: list[tuple[Role, int]] = []
    for cluster in _clusters(blocks):
        here = _in_cluster(blocks, cluster)
        if here:
            found += here
            continue
        loose += (i for i in cluster if blocks[i].role is Role.BYLINE)
        alone += ((blocks[i].role, i) for i in cluster if blocks[i].role is not Role.BYLINE)
    for role, index in alone:
        if not found:
            found.append(Front())
        nearest = min(found, key=lambda front: abs(front.place - index) if front.titles else 0)
        (nearest.kickers if role is Role.KICKER else nearest.subtitles).append(index)
    return found, loose


def _clusters(blocks: Sequence[Block]) -> list[list[int]]:
    """Runs of front matter with nothing but captions and furniture between."""
    clusters: list[list[int]] = []
    open_ = False
    for i, block in enumerate(blocks):
        if block.role in FRONT:
            if open_:
                clusters[-1].append(i)
            else:
                clusters.append([i])
            open_ = True
        elif block.role not in (Role.FURNITURE, Role.CAPTION):
            open_ = False
    return clusters


def _in_cluster(blocks: Sequence[Block], cluster: Sequence[int]) -> list[Front]:
    """A front for each headline of a cluster: a kicker goes with the headline after it, the rest with the one before."""
    titles = [i for i in cluster if blocks[i].role is Role.TITLE]
    if not titles:
        return []
    here: list[Front] = []
    for i in titles:
        if here and i == here[-1].titles[-1] + 1 and blocks[here[-1].titles[-1]].text.chars.strip()[-1] in "：:，,":
            here[-1].titles.append(i)
        else:
            here.append(Front(titles=[i]))
    for i in cluster:
        role = blocks[i].role
        before = [front for front in here if front.titles[0] < i]
        after = [front for front in here if front.titles[0] > i]
        if role is Role.KICKER:
            (after[0] if after else before[-1]).kickers.append(i)
        elif role is Role.SUBTITLE:
            (before[-1] if before else after[0]).subtitles.append(i)
        elif role is Role.BYLINE:
            (before[-1] if before else after[0]).bylines.append(i)
    return here


def paired(found: Sequence[Front], runs: Sequence[list[Item]]) -> tuple[list[Front], list[list[Item]]]:
    """The fronts and their runs, where of two headlines in a row one has no text: they are the title and subtitle of one article.

    More than two in a row are a list of contents, and stay.
    """
    whole: list[Front] = []
    kept: list[list[Item]] = []
    for k, (front, run) in enumerate(zip(found, runs, strict=True)):
        just_two = _in_a_row(found, k) and not _in_a_row(found, k - 1) and not _in_a_row(found, k + 1)
        if just_two and not (run and kept[-1]):
            whole[-1].subtitles += front.titles + front.subtitles
            whole[-1].kickers += front.kickers
            whole[-1].bylines += front.bylines
            kept[-1] = kept[-1] or run
        else:
            whole.append(front)
            kept.append(run)
    return whole, kept


def _in_a_row(found: Sequence[Front], k: int) -> bool:
    """Whether a headline stands right behind the one before."""
    return 0 < k < len(found) and found[k].titles[:1] == [i + 1 for i in found[k - 1].titles[-1:]]
