"""Articles: the blocks of a page put together to articles with sections.

In: the blocks in the order found, and the seams. Out: the articles and what was removed. Furniture and second copies are
set aside; the flow is put in reading order along the seams; each headline gets its text, its bylines and captions;
each heading its section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from pipeline.bylines import bylines
from pipeline.document import Article, Block, Byline, Removal, Role, Section
from pipeline.fronts import Front, fronts
from pipeline.furniture import removal
from pipeline.headings import place
from pipeline.order import Item, reorder
from pipeline.partition import partition
from pipeline.stitch import Seam
from pipeline.text import Text, join
from pipeline.unwrap import UnwrapOptions

NOTHING = Text.made("")
LABEL_MARKS = "【】[]［］〔〕■□◆◇●▲△◎☆★｜| \u3000"
DASHES = "—-－─– \u3000"
POINTERS = "▲▼◀▶△▽◁▷↑↓←→●■◆ \u3000"


class ArticlesOptions(BaseModel):
    """Settings of the articles stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headings: bool = Field(default=True, description="move a heading over its text where the evidence is strong")


@dataclass(frozen=True, slots=True)
class Reading:
    """The articles of a page, what no record carries, and for each block where it went ("a1.title", …)."""

    articles: list[Article]
    removals: list[Removal]
    went: dict[int, str]


def articles(
    blocks: Sequence[Block], seams: Sequence[Seam], options: ArticlesOptions, unwrap_options: UnwrapOptions
) -> Reading:
    """Put the blocks of a page together."""
    removals, blocks = _removals(blocks)
    items = reorder(blocks, seams, unwrap_options)
    found, loose = fronts(blocks)
    runs = partition(blocks, items, found)
    if not found:
        found = [Front()]
    if options.headings:
        runs = [place(run, blocks) for run in runs]
    owners = _owners(blocks, runs, found)
    for index in loose:
        found[owners[index]].bylines.append(index)
    captions = [[i for i, b in enumerate(blocks) if b.role is Role.CAPTION and owners[i] == a] for a in range(len(found))]
    made = [_article(blocks, *parts) for parts in zip(found, runs, captions, strict=True)]
    went = _went(blocks, found, runs, captions)
    return Reading([article for article in made if _holds(article)], removals, went)


def _removals(blocks: Sequence[Block]) -> tuple[list[Removal], list[Block]]:
    """Furniture and second copies as removals; the blocks are left in place (empty) so that indexes hold."""
    removals: list[Removal] = []
    kept: list[Block] = []
    seen: set[tuple[Role, str]] = set()
    for block in blocks:
        key = block.role, "".join(filter(str.isalnum, block.text.chars))
        if not key[1]:
            kept.append(replace(block, role=Role.FURNITURE))
        elif block.role is Role.FURNITURE:
            removals.append(removal(block))
            kept.append(block)
        elif key in seen and len(key[1]) >= 4 and block.role in (Role.CAPTION, Role.TITLE, Role.HEADING):
            removals.append(Removal(block.text, "duplicate", f"{block.role}.printed_twice"))
            kept.append(replace(block, role=Role.FURNITURE))
        else:
            seen.add(key)
            kept.append(block)
    return removals, kept


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


def _article(blocks: Sequence[Block], front: Front, items: Sequence[Item], captions: Sequence[int]) -> Article:
    parts = [blocks[i] for i in (*front.titles, *front.kickers, *front.subtitles, *front.bylines, *captions)]
    sure = [b.confidence for b in (*parts, *(item.block for item in items))]
    return Article(
        kicker=join([blocks[i].text.strip(LABEL_MARKS) for i in sorted(front.kickers)], " "),
        title=join([blocks[i].text for i in sorted(front.titles)]),
        subtitle=join([blocks[i].text.strip(DASHES) for i in sorted(front.subtitles)], " "),
        bylines=tuple(byline for i in sorted(front.bylines) for byline in _bylines(blocks[i])),
        sections=tuple(_sections(items)),
        captions=tuple(text for i in captions for text in _captions(blocks[i].text)),
        confidence=round(sum(sure) / len(sure), 4) if sure else 1.0,
        stitched=sum(item.stitched for item in items),
        unresolved=sum(item.unresolved for item in items),
    )


def _bylines(block: Block) -> tuple[Byline, ...]:
    return bylines(block.text)


def _captions(text: Text) -> list[Text]:
    """A caption, or the two that were set on one line: each long enough, with white space between."""
    text = text.strip(POINTERS)
    words = text.chars.split()
    if len(words) == 2 and min(map(len, words)) >= 5 and words[0][-1] not in "，、：":
        cut = text.chars.index(words[1], len(words[0]))
        return [text[:cut].strip(POINTERS), text[cut:].strip(POINTERS)]
    return [text]


def _sections(items: Sequence[Item]) -> list[Section]:
    sections: list[Section] = []
    heading, level, paragraphs = NOTHING, 0, []
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
            went |= dict.fromkeys((item.first, item.last), place)
    return went
