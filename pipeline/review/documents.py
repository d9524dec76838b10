"""The documents of one part, each with its records: what is there to show of it, and in which state it is.

In: a part of an output. Out: for each document its page's content (a `View`) and its `Summary`, in the order of the records. A
document is read again only if its input is still the one that was read; and its rules are shown only if it reads as it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson

from pipeline.corrections import Corrections
from pipeline.decode import decode
from pipeline.document import Page
from pipeline.errors import ConfigError, PipelineError
from pipeline.flow import read
from pipeline.records import records
from pipeline.review.originals import Output
from pipeline.review.sums import Summary
from pipeline.review.view import View, of_page, of_records
from pipeline.run import receipts
from pipeline.run.documents import Reading, digest_of, documents
from pipeline.run.found import MEGABYTE, Found, named
from pipeline.run.parts import Damaged, Earlier
from pipeline.run.rows import Document
from pipeline.run.surveys import cut, look

LONGEST = 300  # characters of a source or title in the list
_KINDS = ("articles", "sections", "removed")


@dataclass(frozen=True, slots=True)
class Shown:
    """A document, ready to be shown."""

    summary: Summary
    view: View


def name_of(source: str) -> str:
    """The name of a document's page, from its source alone, so that a link to it stays good."""
    return sha256(source.encode()).hexdigest()[:16]


def shown(of: Output, part: int, inputs: Mapping[str, Found], corrections: Corrections) -> Iterator[Shown]:
    """All documents of a part; `inputs` are those that are still there, by name.

    Raises ConfigError where the records are not those of the run.
    """
    receipt = receipts.read(of.layout.receipt(part))
    if receipt is None:
        return
    earlier = Earlier(of.layout, receipt)
    try:
        for row in receipt.rows:
            earlier.row(row)
            found = inputs.get(named(row.source, row.piece))
            again = _again(of, found, row.sha256)
            for lines in earlier.records(row):
                known = {kind: [orjson.loads(line) for line in lines[kind]] for kind in lines}
                source = next((one["source"] for kind in known.values() for one in kind), row.source)
                document = next(again, None)
                lost = "gone" if found is None else "changed"
                yield _document(of, source, lines, known, document, lost, corrections)
        earlier.finish()
    except (Damaged, orjson.JSONDecodeError) as error:
        message = (
            f"{of.layout.root}: part {part} is not what its receipt says: a run is at work, or files were changed."
        )
        raise ConfigError(f"{message} Run again, then make the report.") from error
    finally:
        earlier.close()


def _again(of: Output, found: Found | None, digest: str) -> Iterator[Document]:
    """The documents of an input, if it is still the one that was read."""
    try:
        if found is None or not digest or _digest(found.path, found.size, found.mtime_ns) != digest:
            return
        if found.pieces > 1:
            split = of.settings.run.split_mb * MEGABYTE
            found = replace(found, cut=cut(_looked(replace(found, piece=0), split, of.settings.run), found, split))
        yield from documents(found, of.settings.run, Reading())
    except OSError:
        return


_looked = lru_cache(maxsize=16)(look)  # each piece of a file asks for it


@lru_cache(maxsize=4096)
def _digest(path: str, size: int, mtime_ns: int) -> str:
    return digest_of(path)


def _document(
    of: Output,
    source: str,
    lines: Mapping[str, Sequence[bytes]],
    known: Mapping[str, Sequence[dict[str, Any]]],
    document: Document | None,
    lost: str,
    corrections: Corrections,
) -> Shown:
    if known["quarantine"]:
        failure = known["quarantine"][0]
        why = f"{failure['error']} in {failure['stage']}: {failure['message']}"
        return Shown(_summary(source, "quarantined", known, failure=why), of_records(known, _raw(of, document)))
    if document is None or document.source != source or document.error is not None:
        return Shown(_summary(source, lost, known), of_records(known))
    try:
        page = read(document.data, source, of.settings, corrections.of(source))
        made = records(page, of.settings)
    except PipelineError:
        page = None
    if page is None or any(list(getattr(made, kind)) != list(lines[kind]) for kind in _KINDS):
        return Shown(_summary(source, "differs", known), of_records(known, _raw(of, document)))
    return Shown(_summary(source, "ok", known, page), of_page(page, known["removed"]))


def _raw(of: Output, document: Document | None) -> str:
    """The decoded input, "" where it can't be decoded."""
    try:
        return decode(document.data, document.source, of.settings.decode).original if document else ""
    except PipelineError:
        return ""


def _summary(
    source: str, state: str, known: Mapping[str, Sequence[dict[str, Any]]], page: Page | None = None, failure: str = ""
) -> Summary:
    articles = known["articles"]
    title = " / ".join(one["title"] for one in articles if one["title"])
    rules: Counter[str] = Counter()
    if page:
        rules.update(fate.rule for fate in page.fates)
        rules.update(removal.rule for removal in page.removals)
        rules.update(change.rule for change in page.document.changes)
    return Summary(
        name=name_of(source),
        source=source[:LONGEST],
        title=title[:LONGEST],
        state=state,
        articles=len(articles),
        confidence=min((one["metadata"]["confidence"] for one in articles), default=0.0 if failure else 1.0),
        removed=sum(sum(map(str.isalnum, one["text"])) for one in known["removed"]),
        stitched=sum(one["metadata"]["stitched"] for one in articles),
        unresolved=sum(one["metadata"]["unresolved"] for one in articles),
        rules=dict(sorted(rules.items())),
        misfits=page.misfits if page else (),
        failure=failure,
    )
