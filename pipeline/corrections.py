"""Corrections: what a person decided about a page stands over what the stages decide.

In: `corrections.toml`. Out: for each source its corrections; `pins.py` lays them over the decisions. Each names its lines by
number, by how they begin, or by both. What doesn't fit the page is a misfit: it is reported, and the page is read without it.

    [[correction]]
    source = "02-columns-cut.txt"
    role = "caption"
    at = [{ line = 28, text = "工匠在废弃" }]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.document import Role
from pipeline.errors import ConfigError
from pipeline.toml_file import toml_file

DEFAULT_FILE: Final = Path("corrections.toml")

Kind: TypeAlias = Literal["role", "join", "break", "order", "heading", "title"]
RULES: Final = ("role", "join", "break", "order", "heading", "title")  # as in `correction.role`


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the page: its number (0: any), and how it begins ("": anyhow), white space aside."""

    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision of a person about one page.

    `at` are the lines of it in their order: those of one block for a role or title, the two that are joined or parted,
    those that follow each other for an order. `over` is a line of the text that a heading or title stands over.
    """

    source: str
    kind: Kind
    at: tuple[Place, ...]
    role: Role | None = None
    over: Place | None = None
    where: str = field(default="", compare=False)  # its file and line, for messages

    @property
    def rule(self) -> str:
        """The rule that `explain` names."""
        return f"correction.{self.kind}"


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of a file, by source."""

    by_source: dict[str, tuple[Correction, ...]] = field(default_factory=dict)

    def of(self, source: str) -> tuple[Correction, ...]:
        """The corrections of one document."""
        return self.by_source.get(source, ())

    def count(self) -> int:
        """How many there are."""
        return sum(map(len, self.by_source.values()))

    def digests(self) -> dict[str, str]:
        """A digest for each source that has corrections: it changes when they do."""
        return {source: digest(found) for source, found in self.by_source.items()}


def digest(corrections: Sequence[Correction]) -> str:
    """16 hex digits that change with what the corrections say, not with where they stand; "" for none."""
    said = [
        [one.kind, one.role, [[p.line, p.text] for p in one.at], one.over and [one.over.line, one.over.text]]
        for one in corrections
    ]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16] if said else ""


def load(path: Path | None = None) -> Corrections:
    """Read corrections; those of `corrections.toml` in the current folder, if there is one, where no file is named.

    Raises ConfigError, naming file and line, where they can't be read or say what no correction can.
    """
    if path is None and not DEFAULT_FILE.is_file():
        return Corrections()
    path = path or DEFAULT_FILE
    content, text = toml_file(path, "Check the path.")
    return parsed(content, text, str(path))


def parsed(content: dict[str, object], text: str, name: str) -> Corrections:
    """The corrections in the content of a file; `text` tells on which line each begins."""
    entries = content.get("correction", [])
    if set(content) - {"correction"} or not isinstance(entries, list):
        raise ConfigError(f"{name}: holds more than corrections. Write each under a line [[correction]] of its own.")
    begins = [n for n, line in enumerate(text.split("\n"), 1) if re.match(r"\s*\[\[\s*correction\s*\]\]", line)]
    by_source: dict[str, list[Correction]] = {}
    for number, entry in enumerate(entries):
        where = f"{name}:{begins[number] if len(begins) == len(entries) else 1}"
        found = _correction(entry, where)
        by_source.setdefault(found.source, []).append(found)
    return Corrections({source: tuple(found) for source, found in by_source.items()})


_Line = Annotated[int, Field(ge=1)]
_Said = Annotated[str, Field(min_length=1)]


class _Both(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    line: _Line
    text: _Said


_Place: TypeAlias = _Line | _Said | _Both
_Pair = Annotated[list[_Place], Field(min_length=2, max_length=2)]
_Many = Annotated[list[_Place], Field(min_length=2)]
_Some = Annotated[list[_Place], Field(min_length=1)]


class _Entry(BaseModel):
    """A correction as it is written: one of the kinds, and what that kind needs."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    source: _Said
    role: Role | None = Field(default=None, strict=False)
    at: _Some | None = None
    join: _Pair | None = None
    break_: _Pair | None = Field(default=None, alias="break")
    order: _Many | None = None
    heading: _Place | None = None
    title: _Place | _Some | None = None
    over: _Place | None = None


def _correction(entry: object, where: str) -> Correction:
    try:
        said = _Entry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(f"{where}: {'.'.join(map(str, first['loc'][:1])) or 'it'}: {first['msg']}.") from error
    values: dict[Kind, object] = {
        "role": said.role,
        "join": said.join,
        "break": said.break_,
        "order": said.order,
        "heading": said.heading,
        "title": said.title,
    }
    kinds = [kind for kind, value in values.items() if value is not None]
    if len(kinds) != 1:
        raise ConfigError(f"{where}: says {' and '.join(kinds) or 'nothing'}. Give one of {', '.join(RULES)}.")
    kind = kinds[0]
    if (kind == "role") != (said.at is not None):
        raise ConfigError(f"{where}: `at` names the lines of a role: give both, or neither.")
    if (kind == "heading" and said.over is None) or (kind not in ("heading", "title") and said.over is not None):
        raise ConfigError(f"{where}: `over` names the text under a heading or title, and a heading needs it.")
    over = next(_places(said.over), None)
    at = said.at if kind == "role" else values[kind]
    return Correction(said.source, kind, tuple(_places(at)), said.role, over, where)


def _places(said: object) -> Iterator[Place]:
    for one in said if isinstance(said, list) else [] if said is None else [said]:
        if isinstance(one, _Both):
            yield Place(one.line, one.text)
        else:
            yield Place(line=one) if isinstance(one, int) else Place(text=str(one))
