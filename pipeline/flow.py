"""The order of the stages, on one screen.

    bytes → decode → repair → markup → lines → roles → unwrap → stitch → articles → normalise → audit

In: the bytes of one document. Out: the page that is read from them. Each stage looks and proposes; only `Text.apply` and the
functions here write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pipeline.articles import Reading, articles
from pipeline.audit import audit
from pipeline.closings import by_brackets, by_quotes
from pipeline.corrections import Correction, digest
from pipeline.cut_ends import by_seams
from pipeline.decode import decode
from pipeline.document import Article, Block, Byline, Document, Fate, Line, Page, Removal, Role, SeamMark, Section
from pipeline.errors import SourceError
from pipeline.furniture import issue
from pipeline.habits import by_build, by_habit, by_marks, by_measure, by_question
from pipeline.headline import headlines
from pipeline.language import TRADITIONAL, language
from pipeline.lines import lines
from pipeline.markup import markup
from pipeline.normalise import NormaliseOptions, doubtful, normalise
from pipeline.own_seams import stitching_seams
from pipeline.pins import Pins
from pipeline.repair import repair
from pipeline.roles import ROLE_OF, Decision, blocks_of, roles
from pipeline.script_fold import simplify, simplify_all, traditional_seams
from pipeline.seams import shipped
from pipeline.settings import Settings
from pipeline.stitch import Seam, stitch
from pipeline.text import Change, Edit, Text
from pipeline.unwrap import unwrap

BEGINS = 12  # characters of a line that a fate tells


def read(data: bytes, source: str, settings: Settings, corrections: Sequence[Correction] = ()) -> Page:
    """Read one document, with what a person decided about it.

    Raises SourceError where it can't be decoded and LawBroken where a stage lost, doubled or made up a character.
    """
    document, found, doubled = lined(data, source, settings)
    if not found and not doubled:
        raise SourceError(f"{source} holds no text, only marks and control characters. Remove it.", stage="lines")
    script = language(document.text.chars)
    traditional = script == TRADITIONAL
    model, fold = (traditional_seams(), simplify_all) if traditional else (shipped(), simplify)
    pins = Pins(corrections, found)
    decided = roles(found, settings.roles, model, fold)
    for look_again in (by_quotes, by_brackets, by_habit, by_marks, by_build, by_measure, by_question):
        decided = look_again(found, decided)
    decided = by_seams(found, decided, model, fold)
    decisions = pins.decisions(decided)
    blocks = blocks_of(found, decisions, lambda texts, headline: unwrap(texts, settings.unwrap, headline=headline))
    blocks = pins.headlines(blocks, headlines)
    own = stitching_seams(settings.stitch.seam_model, traditional=traditional)
    seams = pins.seams(blocks, stitch(blocks, settings.stitch, own))
    reading = articles(blocks, seams, settings.articles, settings.unwrap, pins)
    if pins.misfits:
        return without_misfits(data, source, settings, corrections, pins)
    finish, known = Finish(found, settings.normalise), issue([b for b in blocks if b.role is Role.FURNITURE])
    finished = tuple(finish.article(article) for article in reading.articles)
    page = Page(
        document=replace(document, changes=(*document.changes, *finish.changes)),
        articles=finished,
        removals=(*doubled, *reading.removals),
        told=partial(fates, decisions, blocks, reading, pins),
        language=script,
        seams=tuple(seam_marks(blocks, seams)),
        corrected=digest(corrections),
        publication=known.publication,
        issue_date=known.date,
        folio=known.page,
    )
    audit(page)
    return page


def without_misfits(
    data: bytes, source: str, settings: Settings, corrections: Sequence[Correction], pins: Pins
) -> Page:
    """The page read again with those corrections that fit it, so that one which doesn't leaves no trace."""
    page = read(data, source, settings, [one for one in corrections if one not in pins.misfits])
    return replace(page, misfits=(*pins.misfits.values(), *page.misfits))


def lined(data: bytes, source: str, settings: Settings) -> tuple[Document, list[Line], list[Removal]]:
    """The document cut into lines, before anything is decided about them. Raises SourceError where it can't be decoded."""
    document = decode(data, source, settings.decode)
    document = edited(document, repair(document.text, settings.repair))
    marks, hints = markup(document.text, settings.markup)
    document = edited(document, marks)
    return document, *lines(document.text, hints, settings.lines)


def edited(document: Document, edits: Iterable[Edit]) -> Document:
    """The document after the edits of a stage, its ledger grown by what they changed."""
    text, changes = document.text.apply(edits)
    if not changes:
        return document
    return replace(document, text=text, changes=(*document.changes, *changes))


class Finish:
    """Brings every text of an article to normal form and keeps the ledger of what that changed."""

    def __init__(self, found: Sequence[Line], options: NormaliseOptions) -> None:
        self.options = options
        self.changes: list[Change] = []
        self.run_ins: Mapping[int, int] = {
            line.text.origins[0]: line.hint.bold for line in found if 0 < line.hint.bold < len(line.text)
        }

    def article(self, article: Article) -> Article:
        """The article in normal form."""
        return replace(
            article,
            kicker=self.heading(article.kicker),
            title=self.heading(article.title),
            subtitle=self.heading(article.subtitle),
            bylines=tuple(Byline(self.plain(b.role), tuple(map(self.plain, b.names))) for b in article.bylines),
            sections=tuple(self.section(section) for section in article.sections),
            captions=tuple(map(self.plain, article.captions)),
        )

    def section(self, section: Section) -> Section:
        """The heading and paragraphs of a section in normal form."""
        return Section(self.heading(section.heading), section.level, tuple(map(self.plain, section.paragraphs)))

    def heading(self, text: Text) -> Text:
        """A title field or heading in normal form."""
        return self._made(text, normalise(text, self.options, heading=True)) if text else text

    def plain(self, text: Text) -> Text:
        """A paragraph, caption, role or name in normal form."""
        if not text:
            return text
        run_in = self.run_ins.get(text.origins[0], 0)
        return self._made(text, normalise(text, self.options, run_in=run_in))

    def _made(self, text: Text, edits: Sequence[Edit]) -> Text:
        if edits:
            text, changes = text.apply(edits)
            self.changes += changes
        if left := doubtful(text.chars):
            self.changes += text.apply(left)[1]
        return text


def fates(decisions: Sequence[Decision], blocks: Sequence[Block], reading: Reading, pins: Pins) -> Iterable[Fate]:
    """What became of each line that has something on it."""
    decided, went = enumerate(decisions), reading.went()
    for i, block in enumerate(blocks):
        role, place = block.role, went.get(i, "removed")
        for line, (at, decision) in zip(block.lines, decided, strict=False):
            rule = decision.rule if role is ROLE_OF[decision.label] else block.rule
            yield Fate(
                line.number, role, pins.rules.get(at, str(rule)), decision.confidence, place, line.text.chars[:BEGINS]
            )


def seam_marks(blocks: Sequence[Block], seams: Sequence[Seam]) -> Iterable[SeamMark]:
    """The seams in offsets of the decoded input."""
    for seam in seams:
        tail, head = blocks[seam.tail].lines[-1].text, blocks[seam.head].lines[0].text
        yield SeamMark(tail.origins[-1] + 1, head.origins[0], seam.score)
