"""The schema files are those of the models, and say what they should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import MakePage, plain_article
from jsonschema import Draft202012Validator

from pipeline.records import quarantined, records
from pipeline.schema import MODELS, RecordsOptions, schemas, write_schemas
from pipeline.settings import Settings
from pipeline.text import Text

FOLDER = Path(__file__).parent.parent / "schemas"
FORBIDDEN = {"media", "attributes", "date", "modified", "images", "audios", "videos", "provenance", "file_path"}


def test_the_files_are_those_of_the_models() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == schemas()


def test_they_are_written_anywhere(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [f"{name}.schema.json" for name in (*MODELS, "sections-with-figures")]


@pytest.mark.parametrize("text", schemas().values(), ids=schemas())
def test_they_are_valid_and_strict(text: str) -> None:
    schema = json.loads(text)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    for model in (schema, *schema.get("$defs", {}).values()):
        assert model["additionalProperties"] is False
        assert model["required"] == list(model["properties"])
        assert FORBIDDEN.isdisjoint(model["properties"])


def test_records_fit_them(make_page: MakePage) -> None:
    found = records(make_page(), Settings())
    lines = {
        "articles": found.articles,
        "sections": found.sections,
        "removed": found.removed,
        "quarantine": [quarantined("x", ValueError("y"))],
    }
    for kind, of_kind in lines.items():
        validator = Draft202012Validator(json.loads(schemas()[f"{kind}.schema.json"]))
        for line in of_kind:
            validator.validate(orjson.loads(line))


def test_sections_with_figures_fit_their_schema_and_no_other(make_page: MakePage) -> None:
    asked = Settings(records=RecordsOptions(figures=True))
    text = Text.source("大桥长1.2万米，投资3亿元。")
    page = make_page(text.chars, [plain_article(text)])
    usual, with_figures = (
        Draft202012Validator(json.loads(schemas()[f"{name}.schema.json"]))
        for name in ("sections", "sections-with-figures")
    )
    (record,) = map(orjson.loads, records(page, asked).sections)
    (plain,) = map(orjson.loads, records(page, Settings()).sections)
    with_figures.validate(record)
    usual.validate(plain)
    assert not usual.is_valid(record)
    assert not with_figures.is_valid(plain)


@pytest.mark.parametrize(
    "damage",
    [
        {"text": ""},
        {"sections": []},
        {"title": None},
        {"extra": 1},
        {"language": "zh"},
        {"captions": [1]},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(make_page: MakePage, damage: dict[str, Any]) -> None:
    record = {**orjson.loads(records(make_page(), Settings()).articles[0]), **damage}
    validator = Draft202012Validator(json.loads(schemas()["articles.schema.json"]))
    assert not validator.is_valid(record)
    with pytest.raises(ValueError, match="validation error"):
        MODELS["articles"].model_validate(record)
