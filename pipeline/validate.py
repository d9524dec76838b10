"""Validate an output: every record against its schema and against the promises.

In: an output of `pipeline run`. Out: a verdict with what is wrong, if anything, and the number of records. Files
are read one part at a time, so memory does not grow with the corpus (eight bytes an article aside).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import orjson
from pydantic import ValidationError

from pipeline.errors import ConfigError
from pipeline.records import BREAK
from pipeline.run.formats import lines
from pipeline.run.layout import Layout
from pipeline.run.receipts import digest_of
from pipeline.run.views import viewed
from pipeline.schema import MODELS, Record, RecordsOptions, models

LISTED: Final = 100  # problems that are told in full; more are only counted
_BESIDE: Final = frozenset({"README.md", "_run", ".gitkeep", ".gitignore", ".DS_Store"})

Json: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Verdict:
    """What is wrong with an output folder (`problems` holds the first ones), and the records in it by kind."""

    problems: list[str] = field(default_factory=list)
    wrong: int = 0
    records: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODELS, 0))
    models: Mapping[str, type[Record]] = field(default_factory=lambda: MODELS, repr=False)

    def add(self, where: str, what: str) -> None:
        """Note a problem."""
        self.wrong += 1
        if len(self.problems) < LISTED:
            self.problems.append(f"{where}: {what}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the sections of an article have to fit: their ids, and the digest of its text."""

    where: str
    sections: list[str]
    text: int


def validate(out: str | Path) -> Verdict:
    """Check every record in an output, a folder or a bucket. Raises ConfigError where it is none."""
    with viewed(out) as view:
        root = view.layout.root
        manifest, listed = _manifest(view.layout)
        if not (root / "articles").is_dir():
            raise ConfigError(f"{out}: is no output of `pipeline run` (there is no {view.name}/articles).")
        verdict = Verdict(models=models(_options(manifest)))
        _check_files(root, verdict)
        digests: array[int] = array("Q")
        for _, paths in view.layout.by_part():
            with view.fetched(paths):
                digests.extend(_check_part(paths, verdict))
                _check_listed(view.layout, paths, manifest, listed, verdict)
        doubled = len(digests) - len(np.unique(np.array(digests, dtype=np.uint64)))
        if doubled:
            verdict.add(str(root / "articles"), f"{doubled} articles stand in more than one part")
        _check_manifest(view.layout, manifest, listed, verdict)
        verdict.problems = [view.called(problem) for problem in verdict.problems]
        return verdict


def _check_part(paths: list[Path], verdict: Verdict) -> Iterator[int]:
    """Check the records of a part. Returns a digest of the id of each of its articles."""
    of = {kind: [path for path in paths if path.parent.name == kind] for kind in MODELS}
    articles = _check_articles(of["articles"], verdict)
    _check_sections(of["sections"], articles, verdict)
    for where, removal in _read(of["removed"], "removed", verdict):
        if removal["start"] >= removal["end"]:
            verdict.add(where, "its span is empty")
    for _ in _read(of["quarantine"], "quarantine", verdict):
        pass
    return map(_digest, articles)


def _manifest(layout: Layout) -> tuple[Json, dict[str, str]]:
    """The manifest and the digests of the files that it lists; nothing where it can't be read."""
    try:
        manifest: Json = orjson.loads(layout.manifest.read_bytes())
        listed = {str(output["path"]): str(output["sha256"]) for output in manifest.pop("outputs")}
        return {"counts": manifest["counts"], "settings": manifest["settings"]}, listed
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}


def _check_listed(layout: Layout, paths: list[Path], manifest: Json, listed: dict[str, str], verdict: Verdict) -> None:
    """These files of records are those that the manifest lists; they are taken off the list."""
    for path in paths if manifest else ():
        name = path.relative_to(layout.root).as_posix()
        if name not in listed:
            verdict.add(str(layout.manifest), f"{name} is not listed")
        elif digest_of(path) != listed.pop(name):
            verdict.add(str(path), "is not what the run wrote")


def _options(manifest: Json) -> RecordsOptions:
    """What the run was asked to put into the records; the defaults where its manifest can't be read (that is told later)."""
    try:
        return RecordsOptions(**manifest["settings"]["records"])
    except (ValueError, KeyError, TypeError):
        return RecordsOptions()


def _digest(chars: str) -> int:
    return int.from_bytes(blake2b(chars.encode(), digest_size=8).digest(), "big")


def _check_manifest(layout: Layout, manifest: Json, missing: Iterable[str], verdict: Verdict) -> None:
    """The manifest knows every file of records, and counts as many records as there are."""
    path = layout.manifest
    if not manifest:
        verdict.add(str(path), "can't be read: the run did not end, run it again")
        return
    counts = manifest["counts"]
    for name in sorted(missing):
        verdict.add(str(path), f"{name} is listed, but not there")
    for kind, counter in (("articles", "articles"), ("sections", "sections"), ("quarantine", "quarantined")):
        if counts.get(counter, 0) != verdict.records[kind]:
            verdict.add(str(path), f"counts {counts.get(counter, 0)} {counter}, there are {verdict.records[kind]}")
    if counts.get("documents", 0) != counts.get("cleaned", 0) + counts.get("quarantined", 0):
        verdict.add(str(path), "counts more or fewer documents than were cleaned and quarantined")


def _check_files(out: Path, verdict: Verdict) -> None:
    """Nothing but records in the folders of records: readers take every file in them."""
    for path in sorted(out.iterdir()):
        if path.name not in _BESIDE and path.name not in MODELS:
            verdict.add(str(path), "does not belong into an output folder")
    for kind in MODELS:
        files = set(Layout(out).files())
        for path in sorted((out / kind).iterdir()) if (out / kind).is_dir() else ():
            if path.match(".part-*.tmp-*"):
                verdict.add(str(path), "was left by a run that did not end: run it again")
            elif not (path in files and path.is_file()):
                verdict.add(str(path), "is no file of records")


def _read(paths: list[Path], kind: str, verdict: Verdict) -> Iterator[tuple[str, Json]]:
    """The records of some files that fit their schema, each with its place; the others are noted."""
    for path in paths:
        try:
            for number, line in enumerate(lines(path), 1):
                verdict.records[kind] += 1
                record = _fitting(line, kind, f"{path}:{number}", verdict)
                if record is not None:
                    yield f"{path}:{number}", record
        except ValueError as error:
            verdict.add(str(path), f"can't be read: {error}")


def _fitting(line: bytes, kind: str, where: str, verdict: Verdict) -> Json | None:
    """The record in a line, None if it is none."""
    if not line.endswith(b"\n"):
        verdict.add(where, "the last line has no line end: the file was cut short")
    try:
        record: Json = orjson.loads(line)
        verdict.models[kind].model_validate(record)
    except orjson.JSONDecodeError as error:
        verdict.add(where, f"is no JSON: {error}")
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        verdict.add(where, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        return None
    if list(record) != [info.alias or name for name, info in verdict.models[kind].model_fields.items()]:
        verdict.add(where, "its keys are not in their order")
    return record


def _check_articles(paths: list[Path], verdict: Verdict) -> dict[str, Expected]:
    """Check the articles of a part and return what their sections need to be checked against, by id."""
    found: dict[str, Expected] = {}
    for where, article in _read(paths, "articles", verdict):
        for problem in _problems_of_article(article):
            verdict.add(where, problem)
        if article["id"] in found:
            verdict.add(where, f"id {article['id']} stands twice")
        found[article["id"]] = Expected(where, [one["id"] for one in article["sections"]], _digest(article["text"]))
    return found


def _problems_of_article(article: Json) -> Iterator[str]:
    if not article["id"].startswith(f"{article['source']}#a"):
        yield f"id {article['id']} does not belong to source {article['source']}"
    yield from _problems_of_spans(article)
    at = 0
    for section in article["sections"]:
        if section["start"] != at or section["end"] < at:
            yield f"section {section['id']} begins at {section['start']}, the one before it ends at {at}"
        elif not article["text"].startswith(section["heading"], at):
            yield f"section {section['id']} does not begin with its heading"
        at = section["end"]
    if at != len(article["text"]):
        yield f"the sections end at {at}, the text at {len(article['text'])}"


def _problems_of_spans(record: Json) -> Iterator[str]:
    """Every character but the breaks has a span, spans rise and lie inside the text."""
    text, at = record["text"], 0
    for start, end, source_start, source_end in record["metadata"]["spans"]:
        if not at <= start < end <= len(text) or source_start >= source_end:
            yield f"span {[start, end, source_start, source_end]} is out of place"
            return
        if any(map(str.isalnum, text[at:start])):
            yield f"no span holds {text[at:start]!r} at {at}"
        at = end
    if any(map(str.isalnum, text[at:])):
        yield f"no span holds {text[at:][:20]!r} at {at}"


def _problems_of_figures(section: Json) -> Iterator[str]:
    """Figures rise, lie side by side, and are what the text says there."""
    at = 0
    for figure in section.get("figures", ()):
        start, end = figure["start"], figure["end"]
        if not at <= start < end or section["text"][start:end] != figure["text"]:
            yield f"figure {figure['text']!r} does not stand at {start}"
            return
        at = end


def _check_sections(paths: list[Path], articles: Mapping[str, Expected], verdict: Verdict) -> None:
    """Check the sections of a part against its articles: each is there once, in order, with the same words."""
    found: dict[str, list[str]] = {}
    said: dict[str, blake2b] = {}
    for where, section in _read(paths, "sections", verdict):
        name = section["article_id"]
        if name not in articles:
            verdict.add(where, f"there is no article {name}")
            continue
        for problem in (*_problems_of_spans(section), *_problems_of_figures(section)):
            verdict.add(where, problem)
        if section["ordinal"] != len(found.setdefault(name, [])):
            verdict.add(where, f"its ordinal is {section['ordinal']}, its place in {name} is {len(found[name])}")
        found[name].append(section["id"])
        for words in filter(None, (section["heading"], section["text"])):
            if name in said:
                said[name].update(BREAK.encode())
            said.setdefault(name, blake2b(digest_size=8)).update(words.encode())
    for name, expected in articles.items():
        if found.get(name, []) != expected.sections:
            verdict.add(expected.where, f"the sections of {name} are not those that its record lists")
        elif name in said and int.from_bytes(said[name].digest(), "big") != expected.text:
            verdict.add(expected.where, f"the sections of {name} do not say what its text says")
