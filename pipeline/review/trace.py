"""Trace: the source lines behind a span of a record.

In: an output, the id of an article or section, a span of its text. Out: the lines of the input that it came from, each with the
offsets of what was taken from it and with what stands beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from pipeline.decode import decode
from pipeline.errors import ConfigError
from pipeline.markup import line_spans
from pipeline.review.originals import Output, original, output


@dataclass(frozen=True, slots=True)
class Traced:
    """What a span took from one line: offsets in the decoded input, and the line in three pieces.

    `start` and `end` are of `text`; where the text was put together from several pieces of the line, of all of them.
    """

    line: int
    start: int
    end: int
    before: str
    text: str
    after: str

    def as_json(self) -> str:
        """All of it as one line of JSON."""
        return orjson.dumps(asdict(self)).decode()


@dataclass(frozen=True, slots=True)
class Trace:
    """The record's text in the span, its neighbouring text, and the lines behind it, in the order of the text."""

    source: str
    before: str
    text: str
    after: str
    lines: tuple[Traced, ...]


CONTEXT = 20  # characters of the record on both sides of the span


def trace(out: Path, name: str, start: int = 0, end: int | None = None, instead: Sequence[str] = ()) -> Trace:
    """Trace `text[start:end]` of the record `name`; all of its text without an end.

    Raises ConfigError where there is no such record or span, or its input is gone or changed.
    """
    of = output(out)
    record = _record(of, name)
    text = str(record["text"])
    end = len(text) if end is None else end
    if not 0 <= start < end <= len(text):
        raise ConfigError(f"{name}: there is no span {start}:{end}, its text has {len(text)} characters.")
    source, metadata = str(record["source"]), record["metadata"]
    document = original(of, source, instead)
    if document.error is not None or sha256(document.data).hexdigest() != metadata["document_sha256"]:
        raise ConfigError(f"{source}: is not what it was when the record was made. Run again, then trace.")
    raw = decode(document.data, source, of.settings.decode).original
    spans = list(_behind(metadata["spans"], start, end))
    lines = tuple(_lines(raw, spans))
    return Trace(source, text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT], lines)


def _behind(spans: list[list[int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the input behind a span of the text: cut where characters go side by side, else whole."""
    for first, last, source_first, source_last in spans:
        if last <= start or first >= end:
            continue
        if last - first == source_last - source_first:
            yield source_first + max(0, start - first), source_last - max(0, last - end)
        else:
            yield source_first, source_last


def _lines(raw: str, spans: Sequence[tuple[int, int]]) -> Iterator[Traced]:
    lines = list(line_spans(raw))
    starts = [first for _, first, _ in lines]
    taken: list[list[int]] = []  # index of a line, first and last offset
    for start, end in spans:
        at = bisect_right(starts, start) - 1
        while at < len(lines) and lines[at][1] < end:
            a, b = max(start, lines[at][1]), min(end, lines[at][2])
            if taken and taken[-1][0] == at and a >= taken[-1][2]:
                taken[-1][2] = b
            elif a < b:
                taken.append([at, a, b])
            at += 1
    for at, a, b in taken:
        number, first, last = lines[at]
        yield Traced(number, a, b, raw[first:a], raw[a:b], raw[b:last])


def _record(of: Output, name: str) -> dict[str, Any]:
    kind = "sections" if ".s" in name.rsplit("#", 1)[-1] else "articles"
    begins = b'{"id":' + orjson.dumps(name) + b","
    for path in of.layout.files():
        if path.parent.name == kind:
            with path.open("rb") as lines:
                for line in lines:
                    if line.startswith(begins):
                        record: dict[str, Any] = orjson.loads(line)
                        return record
    raise ConfigError(f"{of.layout.root}: there is no record {name}. Ids look like page.txt#a1 or page.txt#a1.s2.")
