"""The laws of the text that knows where it came from."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import NOWHERE, Edit, Text, join, runs

CHARS = st.text(alphabet="甲乙丙12 ，。\nａ𠮷ﬃ", max_size=30)
SOURCES = CHARS.map(Text.source)


@st.composite
def edited(draw: st.DrawFn) -> tuple[Text, list[Edit]]:
    """A text and some edits of it, in order and not overlapping."""
    text = Text.source(draw(CHARS))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(start, end, draw(CHARS), f"rule.{start}") for start, end in pairs]


@given(edited())
def test_apply_carries_origins(case: tuple[Text, list[Edit]]) -> None:
    text, edits = case
    new, ledger = text.apply(edits)
    grown = sum(len(edit.becomes) - (edit.end - edit.start) for edit in edits)
    assert len(new) == len(text) + grown
    assert len(ledger) == len(edits)
    at, shift = 0, 0
    for edit in edits:
        for place in range(at, edit.start):  # what no edit touched is its source character
            assert new.origins[place + shift] == place
            assert new.chars[place + shift] == text.chars[place]
        at, shift = edit.end, shift + len(edit.becomes) - (edit.end - edit.start)
    assert new.chars[at + shift :] == text.chars[at:]


@given(edited())
def test_source_and_ledger_rebuild_the_text(case: tuple[Text, list[Edit]]) -> None:
    text, edits = case
    new, ledger = text.apply(edits)
    parts, at = [], 0
    for change, edit in zip(ledger, edits, strict=True):
        start, end = (edit.start, edit.end) if change.start == NOWHERE else (change.start, change.end)
        assert text.chars[start:end] == change.was
        parts += text.chars[at:start], change.becomes
        at = end
    assert "".join(parts) + text.chars[at:] == new.chars


@given(edited())
def test_what_stands_for_nothing_has_no_origin(case: tuple[Text, list[Edit]]) -> None:
    text, edits = case
    inserts = [edit for edit in edits if edit.start == edit.end]
    new, _ = text.apply(inserts)
    assert list(new.origins).count(NOWHERE) == sum(len(edit.becomes) for edit in inserts)
    assert [origin for origin in new.origins if origin != NOWHERE] == list(range(len(text)))


@given(SOURCES, st.integers(-5, 35), st.integers(-5, 35))
def test_slices_keep_origins(text: Text, start: int, end: int) -> None:
    part = text[start:end]
    assert part.chars == text.chars[start:end]
    assert all(text.chars[origin] == char for char, origin in zip(part.chars, part.origins, strict=True))


@given(SOURCES)
def test_strip_is_that_of_strings(text: Text) -> None:
    assert text.strip().chars == text.chars.strip()
    assert len(text.strip().origins) == len(text.chars.strip())


@given(st.lists(SOURCES, max_size=5), st.sampled_from(["", " ", "\n\n"]))
def test_join_is_that_of_strings(pieces: list[Text], between: str) -> None:
    whole = join(pieces, between)
    assert whole.chars == between.join(piece.chars for piece in pieces)
    assert len(whole.origins) == len(whole.chars)
    made = len(between) * max(0, len(pieces) - 1)
    assert list(whole.origins).count(NOWHERE) == made


@given(st.lists(st.integers(-1, 12), max_size=25))
def test_runs_cover_what_has_an_origin(origins: list[int]) -> None:
    text = Text("字" * len(origins), array("i", origins))
    covered: list[int] = []
    for start, end, first, last in runs(text):
        covered += range(start, end)
        if end - start == last - first:
            assert origins[start:end] == list(range(first, last))
        else:
            assert set(origins[start:end]) == {first}
            assert last == first + 1
    assert covered == [place for place, origin in enumerate(origins) if origin != NOWHERE]


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 characters have 1 origins"):
        Text("甲乙", array("i", [0]))
    with pytest.raises(ValueError, match="characters have"):
        Text.source("甲乙").with_chars("甲")


@pytest.mark.parametrize(
    "edits", [[Edit(1, 3, "", "a"), Edit(2, 4, "", "b")], [Edit(0, 9, "", "a")], [Edit(3, 2, "", "a")]]
)
def test_edits_that_overlap_or_leave_the_text_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        Text.source("甲乙丙丁").apply(edits)
