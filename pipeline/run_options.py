"""Settings of the run: how the work is cut up, and the bounds of one document.

They stand beside `pipeline.run`, not in it, so that who reads one page does not import all that a run needs.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Format: TypeAlias = Literal["jsonl", "jsonl.zst", "parquet"]


class RunOptions(BaseModel):
    """How the work is cut up, and what one document may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: int = Field(
        default=16,
        ge=1,
        le=1_000_000,
        description="number of parts; a document's part depends on its source alone. A part is the unit of work, and"
        " a run holds the names of one part in memory: take about one part for 10,000 documents",
    )
    part_mb: int = Field(
        default=256,
        ge=1,
        description="a part goes on in a further file when one has reached this size, in megabytes of JSON Lines",
    )
    split_mb: int = Field(
        default=32,
        ge=1,
        description="a file of rows that is larger, in megabytes, is the work of several parts, a piece of this size each;"
        " .jsonl, .ndjson and .parquet that are not packed",
    )
    format: Format = Field(
        default="jsonl",
        description="form of the record files: jsonl, jsonl.zst (extra zst) or parquet (extra parquet)",
    )
    time_limit: int = Field(
        default=60, ge=1, description="seconds that a document may take; one that takes longer goes to quarantine"
    )
    memory_mb: int = Field(
        default=4096,
        ge=256,
        description="megabytes that a worker may take; the document that wants more is quarantined",
    )
    document_mb: int = Field(
        default=16, ge=1, description="size of a document in megabytes, unpacked; a larger one goes to quarantine"
    )
    ratio: int = Field(
        default=200,
        ge=1,
        description="how many times larger than its file a compressed input may be before it counts as a bomb;"
        " the first 16 MB are free",
    )
    text_column: str = Field(
        default="text", min_length=1, description="key or column of the text in the rows of a JSONL or Parquet file"
    )
    id_column: str = Field(
        default="", description="that of a row's id, which then names the row instead of its number; empty: the number"
    )
    follow_links: bool = Field(
        default=False, description="follow symbolic links inside the input folders, also to places outside them"
    )
