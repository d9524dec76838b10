"""Compare: what changed between two outputs, document by document.

In: two output folders. Out: for each document whose reading differs a unified diff of its articles as lines, and the sums. Only
what is read counts: text, titles, bylines, captions, removals, quarantine; not offsets, versions or how sure a reading is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from pipeline.errors import ConfigError
from pipeline.run.layout import KINDS, Layout

Place: TypeAlias = tuple[Path, int]  # a file and the offset of a line in it
_READ = tuple(kind for kind in KINDS if kind != "sections")  # the articles say all that the sections say


@dataclass(frozen=True, slots=True)
class Change:
    """A document that is read otherwise, or stands in one output only (the other `lines` are None then)."""

    source: str
    before: list[str] | None
    after: list[str] | None

    def diff(self, a: str, b: str) -> Iterator[str]:
        """The change as a unified diff, a paragraph a line."""
        names = f"{a}/{self.source}", f"{b}/{self.source}"
        return unified_diff(self.before or [], self.after or [], *names, n=1, lineterm="")


@dataclass(slots=True)
class Totals:
    """What changed, in sums. `articles` and `paragraphs` are (in A, in B, in both)."""

    documents: int = 0
    same: int = 0
    changed: int = 0
    gone: int = 0
    new: int = 0
    failing: int = 0  # in quarantine in B, not in A
    mended: int = 0  # the other way round
    articles: list[int] = field(default_factory=lambda: [0, 0, 0])
    paragraphs: list[int] = field(default_factory=lambda: [0, 0, 0])

    @property
    def differing(self) -> int:
        """Documents that are not the same in both."""
        return self.documents - self.same

    def as_dict(self) -> dict[str, object]:
        """All of it for a program."""
        names = ("a", "b", "both")
        sums = {
            name: getattr(self, name) for name in ("documents", "same", "changed", "gone", "new", "failing", "mended")
        }
        return {
            **sums,
            "articles": dict(zip(names, self.articles, strict=True)),
            "paragraphs": dict(zip(names, self.paragraphs, strict=True)),
        }

    def as_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict())

    def lines(self) -> Iterator[str]:
        """All of it for people."""
        yield f"{self.documents} documents: {self.same} the same, {self.changed} changed, {self.gone} gone, {self.new} new"
        for name, (a, b, both) in (("articles", self.articles), ("paragraphs", self.paragraphs)):
            yield f"{a} {name} before, {b} after: {both} the same, {a - both} taken away, {b - both} added"
        if self.failing or self.mended:
            yield f"quarantine: {self.failing} documents more, {self.mended} that can be read now"


def compare(a: Path, b: Path, totals: Totals) -> Iterator[Change]:
    """The documents that differ, in the order of their parts and sources; `totals` grows meanwhile.

    A part is held against the part of the same number where both outputs have as many, else all against all: then
    the names of all documents have to fit into memory. Raises ConfigError for a folder that is no output.
    """
    for before, after in _matched(a, b):
        for source in sorted({*before, *after}):
            old, new = (_document(places.get(source)) for places in (before, after))
            change = _held(source, old, new, totals)
            if change:
                yield change


def _held(source: str, old: _Document | None, new: _Document | None, totals: Totals) -> Change | None:
    totals.documents += 1
    for name in ("articles", "paragraphs"):
        counts = [getattr(one, name) if one else Counter[str]() for one in (old, new)]
        for k, count in enumerate((*counts, counts[0] & counts[1])):
            getattr(totals, name)[k] += count.total()
    if old and new:
        totals.failing += new.failed and not old.failed
        totals.mended += old.failed and not new.failed
        if old.lines == new.lines:
            totals.same += 1
            return None
        totals.changed += 1
    else:
        totals.gone += new is None
        totals.new += old is None
    return Change(source, old.lines if old else None, new.lines if new else None)


@dataclass(slots=True)
class _Document:
    """A document as it is read: its lines, its articles (each as one string) and paragraphs."""

    lines: list[str] = field(default_factory=list)
    articles: Counter[str] = field(default_factory=Counter)
    paragraphs: Counter[str] = field(default_factory=Counter)
    failed: bool = False


def _document(places: Sequence[Place] | None) -> _Document | None:
    if places is None:
        return None
    found = _Document()
    for path, offset in places:
        with path.open("rb") as file:
            file.seek(offset)
            record = orjson.loads(file.readline())
        kind = path.parent.name
        if kind == "articles":
            lines = list(_article(record))
            found.articles["\n".join(lines)] += 1
            found.paragraphs.update(record["text"].split("\n\n"))
            found.lines += [*lines, ""]
        elif kind == "removed":
            found.lines.append(f"- {record['reason']}: {' '.join(record['text'].split())}")
        else:
            found.failed = True
            found.lines.append(f"! {record['error']} in {record['stage']}: {record['message']}")
    return found


def _article(record: dict[str, Any]) -> Iterator[str]:
    for mark, key in (("^", "kicker"), ("#", "title"), ("_", "subtitle")):
        if record[key]:
            yield f"{mark} {record[key]}"
    for byline in record["bylines"]:
        yield f"@ {byline['role']} {'、'.join(byline['names'])}".rstrip()
    for section in record["sections"]:
        text = record["text"][section["start"] : section["end"]].strip("\n")
        if section["heading"]:
            yield f"{'#' * (section['level'] + 1)} {section['heading']}"
            text = text.removeprefix(section["heading"]).strip("\n")
        yield from (text.split("\n\n") if text else [])
    yield from (f"> {caption}" for caption in record["captions"])


def _matched(a: Path, b: Path) -> Iterator[tuple[dict[str, list[Place]], dict[str, list[Place]]]]:
    files = [_files(out) for out in (a, b)]
    parts = [_parts(out) for out in (a, b)]
    if parts[0] == parts[1]:
        for part in sorted({*files[0], *files[1]}):
            yield _index(files[0].get(part, [])), _index(files[1].get(part, []))
    else:
        one, other = (_index([path for paths in found.values() for path in paths]) for found in files)
        yield one, other


def _files(out: Path) -> dict[int, list[Path]]:
    layout = Layout(out)
    if not layout.run.is_dir():
        raise ConfigError(f"{out}: is no output of `pipeline run` (there is no {layout.run}).")
    found: dict[int, list[Path]] = {}
    for path in sorted(
        layout.files(), key=lambda path: (_READ.index(path.parent.name) if path.parent.name in _READ else 9, path.name)
    ):
        if path.parent.name in _READ:
            found.setdefault(layout.part_of(path), []).append(path)
    return found


def _parts(out: Path) -> int:
    """How many parts an output was cut into, 0 if its manifest can't be read."""
    try:
        return int(orjson.loads(Layout(out).manifest.read_bytes())["settings"]["run"]["parts"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _index(paths: Sequence[Path]) -> dict[str, list[Place]]:
    """Where the records of each source are: articles first, then removals, then quarantine."""
    found: dict[str, list[Place]] = {}
    for path in paths:
        with path.open("rb") as lines:
            offset = 0
            for line in lines:
                found.setdefault(str(orjson.loads(line)["source"]), []).append((path, offset))
                offset += len(line)
    return found
