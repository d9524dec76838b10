"""Records: what leaves the program.

In: a page. Out: JSON lines of articles, sections and removals, each validated against its strict model in `schema.py`.

An article that has no text of its own (a title over a picture) still leaves: its `text` repeats its title, or else its
captions or bylines, since readers drop records without text; its one section is empty.
"""

from __future__ import annotations

import traceback
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

import orjson

from pipeline import __version__
from pipeline.audit import codes, is_letter, marks, reach, strange, texts
from pipeline.document import Article, Page, Section
from pipeline.errors import LawBroken, SourceError
from pipeline.schema import MODELS, SCHEMA, Record, models
from pipeline.settings import Settings
from pipeline.text import Change, Text, join, runs

BREAK: Final = "\n\n"  # between paragraphs
_LONGEST_MESSAGE: Final = 2000

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one page as JSON lines without their line ends, and what they hold.

    `kept` and `removed_by_reason` count letters, Han characters and digits of the input, `changes` the entries of the ledger
    by rule.
    """

    articles: list[bytes]
    sections: list[bytes]
    removed: list[bytes]
    kept: int
    removed_by_reason: Mapping[str, int]
    changes: Mapping[str, int]

    def as_json(self) -> str:
        """All three kinds as one JSON object, for a single page."""
        kinds = {"articles": self.articles, "sections": self.sections, "removed": self.removed}
        parts = (f'"{kind}":[{b",".join(lines).decode()}]' for kind, lines in kinds.items())
        return f"{{{','.join(parts)}}}"


def records(page: Page, settings: Settings) -> Records:
    """Write a page as records. The same page and settings give the same bytes.

    Raises LawBroken for an article with nothing in it, and ValidationError where a stage broke the schema; both are
    faults of the program.
    """
    writer = _Writer(page, settings)
    kinds = models(settings.records)
    articles: list[bytes] = []
    sections: list[bytes] = []
    for number, article in enumerate(page.articles, 1):
        whole, parts = writer.article(article, f"{page.document.source}#a{number}")
        articles.append(_line(kinds["articles"], whole))
        sections += (_line(kinds["sections"], part) for part in parts)
    taken = list(_removed(page, writer.odd, writer.reach))
    by_reason: Counter[str] = Counter()
    for removal in taken:
        by_reason[str(removal["reason"])] += _letters(str(removal["text"]))
    return Records(
        articles=articles,
        sections=sections,
        removed=[_line(kinds["removed"], removal) for removal in taken],
        kept=_letters("".join(text.chars for article in page.articles for text in texts(article))),
        removed_by_reason=dict(sorted(by_reason.items())),
        changes=Counter(change.rule for change in page.document.changes),
    )


def quarantined(source: str, error: BaseException, sha256: str = "") -> bytes:
    """The record of a document that failed: which stage, which error, what to do. Never raises.

    `sha256` is the digest of the input's bytes, "" where they could not be read.
    """
    message = _printable(str(error) or type(error).__name__)[:_LONGEST_MESSAGE]
    stage = error.stage if isinstance(error, SourceError) else _stage_of(error)
    return _line(
        MODELS["quarantine"],
        {
            "source": _printable(source),
            "stage": stage,
            "error": type(error).__name__,
            "message": message,
            "document_sha256": sha256,
        },
    )


def _line(model: type[Record], record: Json) -> bytes:
    model.model_validate(record)
    return orjson.dumps(record)


def _stage_of(error: BaseException) -> str:
    """The stage in which an error arose: the innermost module of this package that it went through."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("pipeline."):
            return name.split(".")[1]
    return ""


def _printable(chars: str) -> str:
    """Without lone surrogates, which no reader of JSON takes (a file name may hold some)."""
    return chars.encode("utf-8", "backslashreplace").decode("utf-8")


def _letters(chars: str) -> int:
    return int(is_letter(codes(chars)).sum())


class _Writer:
    """Writes the articles of one page."""

    def __init__(self, page: Page, settings: Settings) -> None:
        self.page = page
        self.options = settings.records
        # Corrections change what is read, so the records of a page that has some say so.
        self.fingerprint = settings.fingerprint(page.corrected)
        self.odd = strange(page.document.changes)
        self.reach = reach(self.odd)

    def article(self, article: Article, name: str) -> tuple[Json, list[Json]]:
        """The record of an article and those of its sections."""
        sections = article.sections or (Section(Text.made(""), 0, ()),)
        pieces = [[text for text in (section.heading, *section.paragraphs) if text] for section in sections]
        body = join([piece for group in pieces for piece in group], BREAK) or _stand_in(article, name)
        places = _cover([[len(piece) for piece in group] for group in pieces], len(body))
        spans = _spans(body, self.reach)
        whole: Json = {
            "id": name,
            "text": body.chars,
            "source": self.page.document.source,
            "kicker": article.kicker.chars,
            "title": article.title.chars,
            "subtitle": article.subtitle.chars,
            "bylines": [
                {"role": byline.role.chars, "names": [one.chars for one in byline.names]} for byline in article.bylines
            ],
            "language": self.page.language,
            "sections": [
                {
                    "id": f"{name}.s{number}",
                    "heading": section.heading.chars,
                    "level": section.level,
                    "start": start,
                    "end": end,
                }
                for number, (section, (start, end)) in enumerate(zip(sections, places, strict=True), 1)
            ],
            "captions": [caption.chars for caption in article.captions],
            "metadata": self.metadata(article, spans),
        }
        parts = []
        for ordinal, (section, (start, _)) in enumerate(zip(sections, places, strict=True)):
            text = BREAK.join(paragraph.chars for paragraph in section.paragraphs if paragraph)
            at = start + len(section.heading) + len(BREAK) * bool(section.heading)
            those = spans[bisect_left(spans, [at]) : bisect_left(spans, [at + len(text)])]  # they rise in the text
            own = [[a - at, b - at, first, last] for a, b, first, last in those]
            parts.append(self.section(article, section, name, ordinal, text, own))
        return whole, parts

    def section(
        self, article: Article, section: Section, name: str, ordinal: int, text: str, spans: list[list[int]]
    ) -> Json:
        record: Json = {
            "id": f"{name}.s{ordinal + 1}",
            "text": text,
            "source": self.page.document.source,
            "article_id": name,
            "title": article.title.chars,
            "ordinal": ordinal,
            "heading": section.heading.chars,
            "level": section.level,
            "metadata": self.metadata(article, spans),
        }
        if self.options.figures:
            record["figures"] = _figures(text)
        return record

    def metadata(self, article: Article, spans: list[list[int]]) -> Json:
        document = self.page.document
        return {
            "document_sha256": document.sha256,
            "encoding": document.encoding,
            "publication": self.page.publication,
            "issue_date": self.page.issue_date,
            "page": self.page.folio,
            "spans": spans,
            "stitched": article.stitched,
            "unresolved": article.unresolved,
            "confidence": round(float(article.confidence) * document.decode_confidence, 4),
            "schema": SCHEMA,
            "version": __version__,
            "settings": self.fingerprint,
        }


def _figures(chars: str) -> list[Json]:
    from pipeline.figures import figures  # imports tables that no run without `--figures` needs

    return [asdict(figure) for figure in figures(chars)]


def _stand_in(article: Article, name: str) -> Text:
    """The text of an article that has none of its own: readers drop records without text, so its other words stand in.

    The first of kicker, title and subtitle; captions; bylines that there is. Raises LawBroken where there is nothing.
    """
    front = [text for text in (article.title, article.kicker, article.subtitle) if text]
    names = [text for byline in article.bylines for text in (byline.role, *byline.names) if text]
    for words in (front[:1], [caption for caption in article.captions if caption], names):
        if words:
            return join(words, BREAK)
    raise LawBroken(f"{name}: an article with nothing in it", stage="records")


def _cover(groups: Sequence[Sequence[int]], size: int) -> list[tuple[int, int]]:
    """The span of each section, given the lengths of its pieces: each ends where the next begins.

    >>> _cover([[2], [3, 4]], 13)
    [(0, 4), (4, 13)]
    """
    starts, at = [], 0
    for lengths in groups:
        starts.append(min(at, size))
        at += sum(lengths) + len(BREAK) * len(lengths)
    return list(zip(starts, [*starts[1:], size], strict=True))


def _spans(text: Text, reach: Mapping[int, int]) -> list[list[int]]:
    """The runs of a text, each character that stands for several of the source in a run of its own."""
    spans = runs(text)
    return [part for span in spans for part in _reaching(span, reach)] if reach else spans


def _reaching(span: Sequence[int], reach: Mapping[int, int]) -> Iterator[list[int]]:
    """A run, in two where its last character alone stands for more than itself."""
    start, end, first, last = span
    until = max(last, reach.get(last - 1, last))
    if until > last and last - first == end - start > 1:
        yield [start, end - 1, first, last - 1]
        yield [end - 1, end, last - 1, until]
    else:
        yield [start, end, first, until]


def _removed(page: Page, odd: Sequence[Change], wide: Mapping[int, int]) -> Iterator[Json]:
    """The removals in the order of the input, cut where text that is kept stands between their parts."""
    source = page.document.source
    found = [
        (part, removal.reason, removal.rule)
        for removal in page.removals
        for part in _parts(page, removal.text, wide)
        if part[2]
    ]
    for change in marks(odd):
        found.append(((change.start, change.end, change.was), "noise", change.rule))
    for (start, end, text), reason, rule in sorted(found):
        yield {"source": source, "start": start, "end": end, "text": text, "reason": reason, "rule": rule}


def _parts(page: Page, text: Text, reach: Mapping[int, int]) -> Iterator[tuple[int, int, str]]:
    """The parts (start, end, text) of a removal between which only marks and white space stand in the input."""
    open_part: tuple[int, int, int, int] | None = None
    for start, end, first, last in runs(text):
        until = max(last, reach.get(last - 1, last))
        if open_part and open_part[3] <= first and not _says(page.document.original[open_part[3] : first]):
            open_part = (open_part[0], end, open_part[2], until)
            continue
        if open_part:
            yield _part(text, *open_part)
        open_part = (start, end, first, until)
    if open_part:
        yield _part(text, *open_part)


def _part(text: Text, start: int, end: int, first: int, last: int) -> tuple[int, int, str]:
    return first, last, text.chars[start:end].strip()


def _says(chars: str) -> bool:
    return any(map(str.isalnum, chars))
