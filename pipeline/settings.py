"""Settings: one table for each stage, from defaults, `pipeline.toml` and `--set`, in that order.

Comes in: a TOML file and `stage.option=value` strings. Goes out: a frozen `Settings`, checked as a whole before
any work begins. An unknown table or option is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from pipeline.articles import ArticlesOptions
from pipeline.decode import DecodeOptions
from pipeline.errors import ConfigError
from pipeline.lines import LinesOptions
from pipeline.markup import MarkupOptions
from pipeline.normalise import NormaliseOptions
from pipeline.repair import RepairOptions
from pipeline.roles import RolesOptions
from pipeline.run_options import RunOptions
from pipeline.schema import RecordsOptions
from pipeline.stitch import StitchOptions
from pipeline.toml_file import toml_file
from pipeline.unwrap import UnwrapOptions

DEFAULT_FILE: Final = Path("pipeline.toml")

# How the work is cut up and what a document may take: no record that is written depends on these.
_NO_RECORD: Final = frozenset(
    {"parts", "part_mb", "split_mb", "format", "time_limit", "memory_mb", "document_mb", "ratio", "follow_links"},
)

Tables: TypeAlias = dict[str, dict[str, JsonValue]]


class Settings(BaseModel):
    """All settings, a field for each stage and one for the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decode: DecodeOptions = Field(default=DecodeOptions(), description="bytes to text")
    repair: RepairOptions = Field(default=RepairOptions(), description="mojibake, control and invisible characters")
    markup: MarkupOptions = Field(default=MarkupOptions(), description="Markdown marks and tags become hints")
    lines: LinesOptions = Field(default=LinesOptions(), description="the text cut at its line breaks")
    roles: RolesOptions = Field(default=RolesOptions(), description="title, byline, heading, body, caption, furniture")
    unwrap: UnwrapOptions = Field(default=UnwrapOptions(), description="lines joined to paragraphs")
    stitch: StitchOptions = Field(default=StitchOptions(), description="sentences cut by a column end joined again")
    articles: ArticlesOptions = Field(default=ArticlesOptions(), description="blocks put together to articles")
    normalise: NormaliseOptions = Field(default=NormaliseOptions(), description="the normal form of text")
    records: RecordsOptions = Field(default=RecordsOptions(), description="what the records hold")
    run: RunOptions = Field(
        default=RunOptions(), description="how a run cuts up its work, and what a document may take"
    )

    def fingerprint(self, corrected: str = "") -> str:
        """16 hex digits that change whenever a setting changes that the records depend on.

        It is taken over every option, so that none can be forgotten, but for those of `run` that only say how the work
        is cut up and what a document may take; of a page with corrections, over their digest too.
        """
        return sha256(f"{_as_json(self)}{corrected}".encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _as_json(settings: Settings) -> str:
    """All that records depend on; each document asks for it."""
    return settings.model_dump_json(exclude={"run": set(_NO_RECORD)})


def load(path: Path | None = None, sets: Sequence[str] = ()) -> Settings:
    """Read the settings: defaults, then the TOML file, then each `stage.option=value` of `sets`.

    Without `path`, `pipeline.toml` in the current folder is read if there is one. Raises ConfigError, naming the
    file and line or the option, for a missing or broken file, an unknown table or option, or a wrong value.
    """
    tables: Tables = {}
    if path is not None or DEFAULT_FILE.is_file():
        tables = _read(path or DEFAULT_FILE)
    for assignment in sets:
        stage, option, value = _parsed(assignment)
        tables.setdefault(stage, {})[option] = value
    try:
        return Settings.model_validate_json(json.dumps(tables), strict=True)
    except ValidationError as error:  # each option is well by itself, so two of them don't go together
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ConfigError(f"settings: {where}: {_allowed(error)}.") from error


def stages() -> dict[str, type[BaseModel]]:
    """The options model of each stage, by its name, in the order of `Settings`."""
    found = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found[name] = field.annotation
    return found


def template() -> str:
    """A `pipeline.toml` that says what each option does and shows its default, commented out."""
    parts = [
        "# Settings of pipeline. A line that is commented out shows the default.\n"
        "# `pipeline run --set stage.option=value` overrides one option of this file.\n"
    ]
    for name, options in stages().items():
        description = Settings.model_fields[name].description
        parts.append(f"\n[{name}]  # {description}\n")
        defaults = options().model_dump(mode="json")
        for option, field in options.model_fields.items():
            parts.append("".join(f"# {line}\n" for line in (field.description or "").splitlines()))
            shown = _toml(defaults[option])
            parts.append(f"# {option} = {shown}\n" if shown else f"# {option} is not set\n")
    return "".join(parts)


def _read(path: Path) -> Tables:
    """The tables of a TOML file, each option checked."""
    content, text = toml_file(path, "Write one with `pipeline init`.")
    tables: Tables = {}
    for stage, options in content.items():
        where = f"{path}:{_line_of(text, stage)}"
        _known(stage, stages(), "table", where)
        if not isinstance(options, dict):
            raise ConfigError(f"{where}: {stage} is a table: write [{stage}] and its options under it.")
        tables[stage] = {}
        for option, value in options.items():
            where = f"{path}:{_line_of(text, stage, option)}"
            plain: JsonValue = json.loads(json.dumps(value, default=str))
            tables[stage][option] = _checked(stage, option, [plain], where)
    return tables


def _parsed(assignment: str) -> tuple[str, str, JsonValue]:
    """Read `stage.option=value`; the value is what its option takes: TOML if that fits, else the bare string.

    >>> _parsed("markup.markdown=false")
    ('markup', 'markdown', False)
    """
    where = f"--set {assignment}"
    key, equals, value = assignment.partition("=")
    stage, dot, option = key.strip().partition(".")
    if not equals or not dot or not option:
        raise ConfigError(f"{where}: write it as stage.option=value, for example markup.markdown=false.")
    candidates: list[JsonValue] = []
    try:
        candidates.append(json.loads(json.dumps(tomllib.loads(f"value = {value}")["value"], default=str)))
    except tomllib.TOMLDecodeError:
        pass  # a bare string such as zh-Hans, which the command line need not quote
    candidates.append(value.strip())
    return stage, option, _checked(stage, option, candidates, where)


def _checked(stage: str, option: str, candidates: list[JsonValue], where: str) -> JsonValue:
    """The first of the values that the option takes. Raises ConfigError if it takes none or there is no such option."""
    _known(stage, stages(), "table", where)
    options = stages()[stage]
    _known(option, options.model_fields, f"option of [{stage}]", where)
    problem = ""
    for value in candidates:
        try:
            options.model_validate_json(json.dumps({option: value}), strict=True)
        except ValidationError as error:
            problem = problem or f"{stage}.{option} = {value!r}: {_allowed(error)}"
        else:
            return value
    raise ConfigError(f"{where}: {problem}.")


def _allowed(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return re.sub(r"^Input should be", "it should be", first["msg"])


def _known(name: str, names: Iterable[str], what: str, where: str) -> None:
    names = list(names)
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names)}."
    raise ConfigError(f"{where}: {name!r} is no {what}. {hint}")


def _line_of(text: str, stage: str, option: str | None = None) -> int:
    """The line on which a table or one of its options stands, 1 if it can't be told (an inline table, say)."""
    table, at = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        header = re.match(r"\s*\[\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
        if header:
            table = header[1].strip()
            at = number if table == stage else at
        key = re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*=", line)
        if key and key[1] in ((option,) if table == stage else (stage, f"{stage}.{option}")):
            return number
    return at


def _toml(value: JsonValue) -> str:
    """A value as TOML writes it, "" for None, which TOML has no word for.

    >>> _toml([1, "甲", True]), _toml({"a": 0.5})
    ('[1, "甲", true]', '{ a = 0.5 }')
    """
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
    return "" if value is None else json.dumps(value, ensure_ascii=False)
