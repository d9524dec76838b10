"""The form of the records: strict models, and the JSON Schema that is generated from them.

The field order of a model is the key order of its records. Every key is always there and never null: readers take
the first file's types for all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

SCHEMA: Final = 1  # version of the records; it rises when a key changes its meaning

Offset: TypeAlias = Annotated[int, Field(ge=0)]
Span: TypeAlias = Annotated[list[Offset], Field(min_length=4, max_length=4)]


class RecordsOptions(BaseModel):
    """What the records hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: bool = Field(default=False, description="section records list the figures in their text (key figures)")


class Record(BaseModel):
    """A strict model: exactly these keys, exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class BylineRecord(Record):
    """Who wrote it."""

    role: str = Field(description='as printed, "" where none is')
    names: list[str]


class SectionSpan(Record):
    """Where a section stands in the text of its article, the break after it included: spans cover the text."""

    id: str = Field(min_length=1)
    heading: str = Field(description='"" above the first heading')
    level: int = Field(ge=0, description="0 before the first heading, 1 under the title, 2 under that")
    start: Offset
    end: Offset


class Metadata(Record):
    """What is known of a record beside its text."""

    document_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the input's bytes")
    encoding: str
    publication: str
    issue_date: str = Field(pattern="^([0-9]{8})?$", description='"20230815", or "" where none is printed')
    page: str
    spans: list[Span] = Field(
        description="[start, end, source_start, source_end]: text[start:end] comes from these code points of the "
        "decoded input, one for one where both are of one length, else as a whole"
    )
    stitched: int = Field(ge=0, description="sentences of the article that were joined across a column end")
    unresolved: int = Field(ge=0, description="fragments of the article whose other half was not found")
    confidence: float = Field(ge=0, le=1, description="of the reading of the article, times that of the decoding")
    schema_: int = Field(alias="schema", ge=1, description="version of the record format")
    version: str = Field(min_length=1, description="of the program")
    settings: str = Field(pattern="^[0-9a-f]{16}$", description="fingerprint of the settings")


class ArticleRecord(Record):
    """One printed article."""

    id: str = Field(min_length=1, description="<source>#a1: stable over runs and over changes of the cleaning")
    text: str = Field(min_length=1, description="headings and paragraphs in reading order, parted by a blank line")
    source: str = Field(min_length=1)
    kicker: str
    title: str
    subtitle: str
    bylines: list[BylineRecord]
    language: Literal["zh-Hans", "zh-Hant"]
    sections: list[SectionSpan] = Field(min_length=1)
    captions: list[str]
    metadata: Metadata


class SectionRecord(Record):
    """One section of an article."""

    id: str = Field(min_length=1, description="<source>#a1.s2")
    text: str = Field(description='paragraphs parted by a blank line, "" where a heading only heads other headings')
    source: str = Field(min_length=1)
    article_id: str = Field(min_length=1)
    title: str = Field(description="the article's")
    ordinal: int = Field(ge=0)
    heading: str
    level: int = Field(ge=0)
    metadata: Metadata


class FigureRecord(Record):
    """A figure in the text of a section."""

    start: Offset
    end: Offset
    text: str = Field(min_length=1, description="text[start:end] of the section")
    value: float = Field(description="万 and 亿 multiplied out; of a date its digits: 20230815, 202308, 815")
    unit: str = Field(description='as printed, "" where none is')
    kind: Literal["date", "year", "count", "percent", "money", "measure", "ordinal", "phone"]
    flag: Literal["", "no_such_date", "part_exceeds_whole", "share_over_100"] = Field(
        description="why it can't be right"
    )


class SectionRecordWithFigures(SectionRecord):
    """One section of an article, with its figures: what `pipeline run --figures` writes."""

    figures: list[FigureRecord] = Field(description="in order, none inside another")


class RemovedRecord(Record):
    """A span of the input that no other record carries."""

    source: str = Field(min_length=1)
    start: Offset
    end: Offset
    text: str = Field(min_length=1)
    reason: Literal["furniture", "folio", "credits", "duplicate", "noise"]
    rule: str = Field(min_length=1)


class QuarantineRecord(Record):
    """A document that could not be read."""

    source: str
    stage: str
    error: str = Field(min_length=1, description="the error's class")
    message: str
    document_sha256: str = Field(pattern="^([0-9a-f]{64})?$", description='"" where the input could not even be opened')


MODELS: Final[Mapping[str, type[Record]]] = {
    "articles": ArticleRecord,
    "sections": SectionRecord,
    "removed": RemovedRecord,
    "quarantine": QuarantineRecord,
}


WITH_FIGURES: Final[Mapping[str, type[Record]]] = {**MODELS, "sections": SectionRecordWithFigures}


def models(options: RecordsOptions) -> Mapping[str, type[Record]]:
    """The model of each kind of record under these options: within a run, every record of a kind has the same keys."""
    return WITH_FIGURES if options.figures else MODELS


def schemas() -> dict[str, str]:
    """The JSON Schema (draft 2020-12) of each kind of record, as text, by file name; one more for `--figures`."""
    all_models: dict[str, type[Record]] = {**MODELS, "sections-with-figures": SectionRecordWithFigures}
    return {f"{name}.schema.json": _schema(name, model) for name, model in all_models.items()}


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema files into a folder, made if need be, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in schemas().items():
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _schema(kind: str, model: type[Record]) -> str:
    schema = {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"{kind}.schema.json", **model.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
