"""The normal form of text: punctuation, quotes, spaces, figures, script, as in GB/T 15834 and GB/T 15835.

In goes one paragraph, heading or title field, already unwrapped; out come edits, sorted and not overlapping. The order of
the steps is the order of `normalise`. Text in normal form gives no edits: one compiled scan decides that, and doing it twice
changes nothing more. Wording is never corrected.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.normalise import dots, figures, marks, quotes, script, spaces, width
from pipeline.normalise.draft import BLANKS, Draft
from pipeline.text import Edit, Text

__all__ = ["NormaliseOptions", "doubtful", "normalise"]


class NormaliseOptions(BaseModel):
    """What the normal form of text is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    script: Literal["keep", "simplified", "traditional"] = Field(
        default="keep", description="the script of the output: keep, simplified or traditional"
    )
    width: bool = Field(default=True, description="full-width figures and letters become half-width")
    punctuation: bool = Field(default=True, description="half-width punctuation between Chinese becomes full-width")
    quotes: bool = Field(default=True, description="straight quotes become paired curly ones")
    corner_quotes: Literal["keep", "curly"] = Field(default="keep", description="keep 「」, or make them curly quotes")
    doubled_marks: bool = Field(default=False, description="doubled commas and the like of OCR (，，) become one")
    figures: bool = Field(default=True, description="points, commas, percent signs and misread letters in figures")
    spaces: bool = Field(default=True, description="no white space inside Chinese text and around figures")


# Whatever some step may change. The exceptions are the clean cases: 3.5, 3,500, 10:30, …… and one space between words.
SUSPECT: Final = re.compile(
    f"[{''.join(width.FORMS)}{BLANKS}\"＂'＇〝〞〟«»,.:;?!()．％⋯…。·・•‧･∙⋅―─━–－OoIl—-]"
    f"(?!(?<=—)(?!(?<!——){dots.CLAUSE_WORDS}))"
    "(?!(?<=[OoIl])(?<![0-9].)(?![0-9]))"
    "(?!(?<=[0-9][.,:])[0-9])"
    "(?!(?<=[A-Za-z0-9,.] )[A-Za-z])(?!(?<=[A-Za-z] )[0-9])"
    "(?!(?<=[A-Za-z]')[A-Za-z])"
    "(?!(?<=……))(?!(?<=…)…(?!…))"
    "(?!(?<=。)(?!。。))(?!(?<=·)(?!··))"
    "(?!(?<=-)[^-－—])(?!(?<=－)[^-－—])(?!(?<=–)[^-–—])"
)
STRAIGHT: Final = re.compile("[\"＂'＇]")
DOUBLED: Final = re.compile(f"([，。、；：])(?:[{BLANKS}]*\\1)+")


def normalise(text: Text, options: NormaliseOptions, *, heading: bool = False, run_in: int = 0) -> list[Edit]:
    """The edits that bring one paragraph to the normal form; the caller applies them.

    `heading`: spaces between parallel halves stay as one, letter-spacing goes. `run_in`: the offset where a run-in heading
    ends; white space there stays as one space.

    >>> text = Text.source("据统计,２０２４ 年增长19．37％(同比).")
    >>> text.apply(normalise(text, NormaliseOptions()))[0].chars
    '据统计，2024年增长19.37%（同比）。'
    """
    chars = text.chars
    if not _is_suspect(chars, options):
        return []
    draft = Draft(chars)
    if options.width and not draft.present.isdisjoint(width.CHARACTERS):
        draft.take(width.edits(draft))
    if options.punctuation:
        _signs(draft)
    if options.figures:
        draft.take(figures.edits(draft))
    if options.punctuation and not draft.present.isdisjoint(marks.CHARACTERS):
        draft.take(marks.edits(draft))
        draft.take(marks.brackets(draft))
    _quotes(draft, options)
    if options.doubled_marks:
        draft.take(Edit(m.start() + 1, m.end(), "", "punctuation.doubled") for m in DOUBLED.finditer(draft.shown))
    if options.script != "keep":
        draft.take(script.edits(draft, options.script))
    if options.spaces and not draft.present.isdisjoint(spaces.BLANK_CHARACTERS):
        draft.end(spaces.edits(draft, heading=heading, run_in=run_in))
    return draft.edits()


def _quotes(draft: Draft, options: NormaliseOptions) -> None:
    """Corner quotes first: the straight ones are paired with what stands there then."""
    if options.corner_quotes != "keep":
        draft.take(quotes.corners(draft, options.corner_quotes))
    if options.quotes and not draft.present.isdisjoint(quotes.CHANGING):
        draft.take(quotes.primes(draft))
        draft.take(quotes.edits(draft))


def _signs(draft: Draft) -> None:
    """Ellipses, dashes and the dots of names: first, since they are made of marks that later steps would change."""
    if dots.might_have_ellipsis(draft):
        draft.take(dots.ellipses(draft))
    if not draft.present.isdisjoint(dots.DASH_SIGNS):
        draft.take(dots.dashes(draft))
        draft.take(dots.half_dashes(draft))
    if not draft.present.isdisjoint(dots.MIDDLE_SIGNS):
        draft.take(dots.middles(draft))


def _is_suspect(chars: str, options: NormaliseOptions) -> bool:
    """Whether any step may have something to do: one compiled scan, in the default settings."""
    if SUSPECT.search(chars):
        return True
    if options.script != "keep" or options.corner_quotes != "keep":
        return True
    return options.doubled_marks and bool(DOUBLED.search(chars))


def doubtful(text: str) -> list[Edit]:
    """The places of a normalised paragraph that were left alone since what they should be is in doubt: edits that change nothing.

    >>> doubtful('他说："好。')
    [Edit(start=3, end=4, becomes='"', rule='quotes.doubtful')]
    """
    if not quotes.might_be_straight(text):
        return []
    draft = Draft(text)
    left = (found.start() for found in STRAIGHT.finditer(text)) if draft.chinese else ()
    return [Edit(at, at + 1, text[at], "quotes.doubtful") for at in left if not quotes.is_apostrophe(draft, at)]
