"""The dataset card: makes `load_dataset(OUT, "articles")` of the Hugging Face library safe in its types.

Comes in: the kinds of records that are there, and their JSON Schemas. Goes out: README.md. A kind without a file is not
listed, since the library refuses a pattern that matches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from pydantic import JsonValue

from pipeline.run.formats import Schema
from pipeline.run.layout import KINDS
from pipeline.run_options import Format

if TYPE_CHECKING:
    from pipeline.schema import RecordsOptions

_TYPES: Final = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}
_WHAT: Final = {
    "articles": "one record an article",
    "sections": "one record a section of an article",
    "removed": "one record a span of the input that no article carries, with its reason",
    "quarantine": "one record a document that could not be read, with the error",
}


def card(schemas: Mapping[str, Schema], records: Mapping[str, int], form: Format = "jsonl", digest: bytes = b"") -> str:
    """The card of an output with so many records of each kind, in files of this form; `digest` is over theirs.

    The version follows it: the library keeps what it has read by the names of files, and would not see that
    they hold other records than last time.
    """
    version = f"1.0.{int.from_bytes(digest[:4], 'big')}"
    kinds = [kind for kind in KINDS if records.get(kind)]
    front = ["---", "configs:" if kinds else "configs: []"]
    for kind in kinds:
        front += [
            f"- config_name: {kind}",
            f"  version: {version}",
            "  data_files:",
            "  - split: train",
            f"    path: {kind}/*.{form}",
        ]
    front.append("dataset_info:" if kinds else "dataset_info: []")
    for kind in kinds:
        front += [f"- config_name: {kind}", "  features:", *features(schemas[kind])]
    front += ["---", "", "# Cleaned newspaper pages", "", "Written by `pipeline run`; each run writes it anew.", ""]
    front += [f"- `{kind}/`: {records[kind]} records, {_WHAT[kind]}" for kind in kinds]
    return "\n".join(front) + "\n"


def features(schema: Schema) -> list[str]:
    """The fields of a record as lines of YAML, two spaces deep."""
    return list(_fields(schema, schema, "  "))


def _fields(schema: Schema, root: Schema, indent: str) -> Iterator[str]:
    properties = schema["properties"]
    if not isinstance(properties, dict):
        raise TypeError("a record's schema has no properties")
    for name, value in properties.items():
        yield f"{indent}- name: {json.dumps(name) if not name.isidentifier() else name}"
        yield from _type(value, root, f"{indent}  ")


def _type(value: JsonValue, root: Schema, indent: str) -> Iterator[str]:
    """The type of a field, an item or a nested record."""
    schema = resolved(value, root)
    if "properties" in schema:
        yield f"{indent}struct:"
        yield from _fields(schema, root, indent)
    elif schema.get("type") == "array":
        yield from _list(resolved(schema["items"], root), root, indent)
    else:
        yield f"{indent}dtype: {_scalar(schema)}"


def _list(item: Schema, root: Schema, indent: str) -> Iterator[str]:
    if "properties" in item:
        yield f"{indent}list:"
        yield from _fields(item, root, indent)
    elif item.get("type") == "array":
        yield f"{indent}list:"
        yield from _list(resolved(item["items"], root), root, f"{indent}  ")
    else:
        yield f"{indent}list: {_scalar(item)}"


def _scalar(schema: Schema) -> str:
    kind = schema.get("type", "string")
    return _TYPES[kind] if isinstance(kind, str) else "string"


def resolved(value: JsonValue, root: Schema) -> Schema:
    """The schema that a value stands for, its reference followed."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no schema")
    name = value.get("$ref")
    definitions = root.get("$defs")
    if isinstance(name, str) and isinstance(definitions, dict):
        return resolved(definitions[name.removeprefix("#/$defs/")], root)
    return value


@cache
def schemas(options: RecordsOptions) -> dict[str, Schema]:
    """The schema of each kind of record under these options."""
    from pipeline.schema import models

    return {kind: model.model_json_schema() for kind, model in models(options).items()}
