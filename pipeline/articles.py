"""Articles: the blocks of a page put together to articles with sections.

In: the blocks in the order found, and the seams. Out: the articles and what was removed. Furniture and second copies are
set aside; the flow is put in reading order along the seams; each headline gets its text, its bylines and captions;
each heading its section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, ConfigDict, Field

from pipeline.bylines import bylines, runs_on
from pipeline.captions import captions, set_aside
from pipeline.confidence import confidence
from pipeline.document import Article, Block, Byline, Removal, Role, Section
from pipeline.fronts import Front, fronts, paired
from pipeline.headings import place
from pipeline.order import Item, reorder
from pipeline.partition import partition
from pipeline.pins import Pins
from pipeline.stitch import Seam
from pipeline.text import Text, join
from pipeline.unwrap import UnwrapOptions

NOTHING = Text.made("")
LABEL_MARKS = "【】[]［］〔〕■□◆◇●▲△◎☆★｜| \u3000"
DASHES = "—-－─– \u3000"


class ArticlesOptions(BaseModel):
    """Settings of the articles stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headings: bool = Field(default=True, description="move a heading over its text where the evidence is strong")


@dataclass(frozen=True, slots=True)
class Reading:
    """The articles of a page, what no record carries, and what tells for each block where it went ("a1.title", …)."""

    articles: list[Article]
    removals: list[Removal]
    went: Callable[[], dict[int, str]]


def articles(
    blocks: Sequence[Block], seams: Sequence[Seam], options: ArticlesOptions, unwrap_options: UnwrapOptions, pins: Pins
) -> Reading:
    """Put the blocks of a page together."""
    removals, blocks = set_aside(blocks)
    [items] = pins.ordered([reorder(blocks, seams, unwrap_options)])
    found, loose = fronts(blocks)
    found, runs = paired(found or [Front()], partition(blocks, items, found))
    if options.headings:
        runs = [place(run, blocks) for run in runs]
    runs = pins.headed(pins.ordered(runs), found, blocks)
    owners = _owners(blocks, runs, found)
    for index in loose:
        found[owners[index]].bylines.append(index)
    pictures = [
        [i for i, b in enumerate(blocks) if b.role is Role.CAPTION and owners[i] == a] for a in range(len(found))
    ]
    made = [_article(blocks, *parts, len(found)) for parts in zip(found, runs, pictures, strict=True)]
    went = partial(_went, blocks, found, runs, pictures)
    return Reading([article for article in made if _holds(article)], removals, went)


def _owners(blocks: Sequence[Block], runs: Sequence[Sequence[Item]], found: Sequence[Front]) -> list[int]:
    """The article that each block stands in: that of the text before it on the page, or after it, if none is before."""
    own: dict[int, int] = {}
    for a, run in enumerate(runs):
        for item in run:
            own[item.first] = own[item.last] = a
    owners: list[int | None] = []
    last: int | None = None
    for i in range(len(blocks)):
        last = own.get(i, last)
        owners.append(last)
    first = next((o for o in owners if o is not None), 0)
    return [first if o is None else o for o in owners]


def _article(
    blocks: Sequence[Block], front: Front, items: Sequence[Item], pictures: Sequence[int], count: int
) -> Article:
    parts = [blocks[i] for i in (*front.titles, *front.kickers, *front.subtitles, *front.bylines, *pictures)]
    return Article(
        kicker=join([blocks[i].text.strip(LABEL_MARKS) for i in sorted(front.kickers)], " "),
        title=join([blocks[i].text for i in sorted(front.titles)]),
        subtitle=join([blocks[i].text.strip(DASHES) for i in sorted(front.subtitles)], " "),
        bylines=tuple(_bylines(blocks, sorted(front.bylines))),
        sections=tuple(_sections(items)),
        captions=tuple(captions([blocks[i] for i in pictures])),
        confidence=confidence([*parts, *(item.block for item in items)], items, count),
        stitched=sum(item.stitched for item in items),
        unresolved=sum(item.unresolved for item in items),
    )


def _bylines(blocks: Sequence[Block], indexes: Sequence[int]) -> Iterator[Byline]:
    """The bylines of an article; one that is set on several lines is read as a whole."""
    runs: list[list[Text]] = []
    before: int | None = None
    for i in indexes:
        first = blocks[i].lines[0]
        if before == i - 1 and runs_on(runs[-1][-1].chars, first.text.chars, first.blank_before):
            runs[-1].append(blocks[i].text)
        else:
            runs.append([blocks[i].text])
        before = i
    for run in runs:
        yield from bylines(run)


def _sections(items: Sequence[Item]) -> list[Section]:
    sections: list[Section] = []
    heading, level = NOTHING, 0
    paragraphs: list[Text] = []
    for item in items:
        if item.block.role is Role.HEADING:
            if heading or paragraphs:
                sections.append(Section(heading, level, tuple(paragraphs)))
            heading, level, paragraphs = item.block.text, max(1, item.block.level), []
        else:
            paragraphs.append(item.block.text)
    if heading or paragraphs:
        sections.append(Section(heading, level, tuple(paragraphs)))
    return sections


def _holds(article: Article) -> bool:
    """Whether there is anything in an article."""
    front = (article.kicker, article.title, article.subtitle, article.bylines, article.captions)
    return any(front) or bool(article.sections)


def _went(
    blocks: Sequence[Block], found: Sequence[Front], runs: Sequence[Sequence[Item]], captions: Sequence[Sequence[int]]
) -> dict[int, str]:
    """Where each block went, for `pipeline explain`."""
    went: dict[int, str] = {}
    index = {block.lines[0].text.origins[0]: i for i, block in enumerate(blocks)}
    for a, (front, run, pictures) in enumerate(zip(found, runs, captions, strict=True), 1):
        for name in ("titles", "kickers", "subtitles", "bylines"):
            went |= dict.fromkeys(getattr(front, name), f"a{a}.{name.removesuffix('s')}")
        went |= dict.fromkeys(pictures, f"a{a}.caption")
        section = paragraph = 0
        for item in run:
            if item.block.role is Role.HEADING or not section:
                section, paragraph = section + 1, 0
            paragraph += item.block.role is Role.BODY
            place = f"a{a}.s{section}" + (f".p{paragraph}" if item.block.role is Role.BODY else ".heading")
            went[item.first] = place
            if item.stitched:  # every fragment that it was stitched from
                starts = (line.text.origins[0] for line in item.block.lines)
                went |= dict.fromkeys((index[start] for start in starts if start in index), place)
    return went
