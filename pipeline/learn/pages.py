"""Prose of raw pages: the runs of text inside their lines.

In: the documents of a corpus, as bytes. Out: the runs to learn from, each once. Inside a line neighbours are true continuations;
what a line break means, nobody knows yet, so nothing is learnt across one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.errors import SourceError
from pipeline.flow import lined
from pipeline.script_fold import is_traditional, simplify_all

if TYPE_CHECKING:
    from pipeline.run.rows import Document
    from pipeline.settings import Settings

SHORTEST: Final = 8  # characters
LEAST_HAN: Final = 0.5  # of the characters of a run
EXAMPLES: Final = 3  # of documents that can't be read

_HAN: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_COLUMN_GAP: Final = re.compile(r"[\t\u3000]|\s{2,}")
_FIGURES: Final = re.compile(r"\d")  # of either width


@dataclass(slots=True)
class Prose:
    """The runs found so far, as a set that keeps their order, and what was read for them."""

    runs: dict[str, None] = field(default_factory=dict)
    characters: int = 0
    documents: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)  # messages of the first few

    def add(self, document: Document, settings: Settings, most: int) -> None:
        """Take the runs of a document, until there are `most` characters. One that can't be read is noted."""
        self.documents += 1
        try:
            if document.error is not None:
                raise document.error
            page, lines, _ = lined(document.data, document.source, settings)
        except Exception as error:  # nor may a bug of ours stop the others
            self.failed += 1
            if self.failed <= EXAMPLES:
                what = "" if isinstance(error, SourceError) else f"{document.source}: {type(error).__name__}: "
                self.failures.append(f"{what}{error}")
            return
        fold = simplify_all if is_traditional(page.text.chars) else str  # the rest the model folds itself
        for line in lines:
            for run in runs(fold(line.text.chars)):
                if run not in self.runs and self.characters < most:
                    self.runs[run] = None
                    self.characters += len(run)


def runs(line: str) -> Iterator[str]:
    """The runs of prose in a line: it is parted where two columns or captions stand side by side.

    White space goes, and all figures become one: the model knows no others, and a running head is the same on every page.

    >>> list(runs("　大桥昨日上午8时 通车，两岸的　　老人走上桥头，看了又看。"))
    ['大桥昨日上午0时通车，两岸的', '老人走上桥头，看了又看。']
    """
    for piece in _COLUMN_GAP.split(line):
        run = _FIGURES.sub("0", "".join(piece.split()))
        if is_prose(run):
            yield run


def is_prose(run: str) -> bool:
    """Whether a run says how Chinese goes on: not a short one, nor one of figures, Latin letters or leaders.

    >>> is_prose("大桥昨日上午通车"), is_prose("图为大桥"), is_prose("A0版……………要闻导读")
    (True, False, False)
    """
    return len(run) >= SHORTEST and len(_HAN.findall(run)) >= LEAST_HAN * len(run)
