"""What is passed from stage to stage: the document, its lines and blocks, and the page that is read from them.

Frozen, slotted dataclasses without behaviour; named tuples, which are made sooner, of what a page has one for each line. Text
fields are `Text`, so each character keeps its origin to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from pipeline.text import Change, Text


class Role(StrEnum):
    """What a block is."""

    TITLE = "title"
    KICKER = "kicker"
    SUBTITLE = "subtitle"
    BYLINE = "byline"
    HEADING = "heading"
    BODY = "body"
    CAPTION = "caption"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Document:
    """One input, decoded. `original` is the decoded input that all origins point into; `text` is where we are."""

    source: str
    sha256: str
    encoding: str
    original: str
    text: Text
    changes: tuple[Change, ...] = ()
    decode_confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Hint:
    """What the layout marks of a line said before they were taken off."""

    level: int = 0  # Markdown heading level, 1 to 6; 0: none
    bold: int = 0  # characters at the start of the line that were bold; the length of the line: all of it
    item: bool = False  # a list item or table row: a line of its own
    hard_break: bool = False  # two trailing spaces: the line ends here on purpose


UNMARKED = Hint()  # of a line without marks: nearly all of them share it


class Line(NamedTuple):
    """A line of the input that has something on it."""

    number: int  # from 1, as an editor shows it
    text: Text  # without white space at its ends
    blank_before: bool
    indent: int = 0  # cells of white space that stood before the text
    hint: Hint = UNMARKED


class Reason(NamedTuple):
    """The rule by which a line was decided, found only where somebody asks for it: `str` gives it."""

    told: Callable[[], Sequence[str]]  # those of all lines
    at: int

    def __str__(self) -> str:
        return self.told()[self.at]

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)  # what leaves the process is the rule itself


class Block(NamedTuple):
    """A run of lines of one role, joined to one text.

    A body block is a paragraph or, where a column ended in it, a fragment: `opens` is False when it begins in
    mid-sentence. `starts` says how likely it opens a paragraph, goes on with the line before it, or resumes text that
    stands elsewhere. `odds` has the probability of each Role, in their order, on the line where it is greatest.
    """

    role: Role
    text: Text
    lines: tuple[Line, ...]
    rule: str | Reason
    confidence: float
    level: int = 0  # of a heading: 1 right under the title
    opens: bool = True
    starts: tuple[float, float, float] = (1.0, 0.0, 0.0)
    odds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """Text that no record carries, with its reason."""

    text: Text
    reason: str  # furniture, folio, credits, duplicate, noise
    rule: str


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote it: the role as printed ("" where none is) and the names."""

    role: Text
    names: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (empty above the first one) and the paragraphs under it."""

    heading: Text
    level: int
    paragraphs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One printed article, in reading order."""

    kicker: Text
    title: Text
    subtitle: Text
    bylines: tuple[Byline, ...]
    sections: tuple[Section, ...]
    captions: tuple[Text, ...]
    confidence: float = 1.0
    stitched: int = 0  # seams that were joined across something
    unresolved: int = 0  # fragments whose other half was not found


class Fate(NamedTuple):
    """What became of one line, for `pipeline explain`."""

    number: int
    role: Role | None  # None: the line vanished as a whole (marks, white space)
    rule: str
    confidence: float
    went: str  # "a1.s2.p3", "a1.title", "removed", …
    begins: str = ""  # how the line begins, its marks taken off: corrections name it so


@dataclass(frozen=True, slots=True)
class SeamMark:
    """A seam that was found, in offsets of the decoded input: text that ends before `end` goes on at `start`."""

    end: int
    start: int
    score: float  # natural log of odds; infinite where a person said so


@dataclass(frozen=True, slots=True)
class Page:
    """A document, read: the articles on it, and what no record carries."""

    document: Document
    articles: tuple[Article, ...]
    removals: tuple[Removal, ...]
    told: Callable[[], Iterable[Fate]] = field(compare=False, repr=False)  # the fates, made when someone asks
    language: str = "zh-Hans"
    publication: str = ""
    issue_date: str = ""  # "20230815" or ""
    folio: str = ""
    seams: tuple[SeamMark, ...] = ()
    corrected: str = ""  # digest of the corrections it was read with
    misfits: tuple[str, ...] = ()  # corrections that don't fit it, each with the reason

    @property
    def fates(self) -> tuple[Fate, ...]:
        """What became of each line."""
        return tuple(self.told())
