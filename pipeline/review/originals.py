"""The documents behind an output, read again: an output holds records, not the raw text.

In: an output folder. Out: its settings, and the inputs that its last run was told to read, a part at a time, in the order of
the records. Whether a document is still the one that was read is told by its digest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import ConfigError
from pipeline.run import inputs
from pipeline.run.documents import Reading, documents
from pipeline.run.found import MEGABYTE
from pipeline.run.layout import Layout
from pipeline.run.lists import Listing
from pipeline.run.names import part_of
from pipeline.run.rows import Document
from pipeline.run.skipped import Skipped
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Output:
    """An output folder with what its manifest says."""

    layout: Layout
    settings: Settings
    manifest: dict[str, Any]


def output(out: Path, name: str = "") -> Output:
    """The output of a run, which the user calls so. Raises ConfigError where there is none, or its run did not end."""
    name = name or str(out)
    layout = Layout(out)
    try:
        manifest = orjson.loads(layout.manifest.read_bytes())
        settings = Settings.model_validate_json(orjson.dumps(manifest["settings"]))
    except FileNotFoundError as error:
        what = "its run did not end: run it again" if layout.run.is_dir() else "it is no output of `pipeline run`"
        raise ConfigError(f"{name}: {what} (there is no {name}/_run/{layout.manifest.name}).") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{name}/_run/{layout.manifest.name}: can't be read: another version wrote it. Run again."
        ) from error
    return Output(layout, settings, manifest)


@contextmanager
def listed(of: Output, instead: Sequence[str] = (), *, in_pieces: bool = True) -> Iterator[Listing]:
    """The inputs behind an output by part: those of its last run, or those under the paths given `instead`.

    Large files of rows are in pieces as in the run, or each as a whole in the part of its first piece.
    """
    names, files_from = list(instead), None
    if not instead:
        names, files_from = _remembered(of)
    options = of.settings.run
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        listing = Listing(Path(folder), options.parts, options.split_mb * MEGABYTE if in_pieces else 0)
        there = [name for name in names if name != inputs.STDIN and _is_there(name)]
        named = inputs.named(there, of.layout.root, files_from, "")
        found = inputs.find(named, of.layout.root, Skipped(), follow_links=options.follow_links)
        listing.add_all(found)
        yield listing


def original(of: Output, source: str, instead: Sequence[str] = ()) -> Document:
    """One document of an output, read again. Raises ConfigError where it is gone."""
    pieces = source.split(":")
    names = {":".join(pieces[: n + 1]) for n in range(len(pieces))}
    with listed(of, instead, in_pieces=False) as listing:
        for part in {part_of(name, listing.parts) for name in names} & set(listing.used()):
            for found in listing.sorted(part):
                if found.source in names:
                    for document in documents(found, of.settings.run, Reading()):
                        if document.source == source:
                            return document
    raise ConfigError(f"{source}: is no longer among the inputs. Name where it lies now with --input.")


def _remembered(of: Output) -> tuple[list[str], Path | None]:
    try:
        known = orjson.loads(of.layout.inputs.read_bytes())
        names, files_from, folder = list(known["inputs"]), known["files_from"], known["folder"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{of.layout.inputs}: can't be read. Name the inputs of the run with --input.") from error
    if files_from and folder != str(Path.cwd()):
        raise ConfigError(f"{files_from}: lists paths relative to {folder}. Call this command there.")
    return names, Path(files_from) if files_from else None


def _is_there(name: str) -> bool:
    """Whether a name still leads somewhere; what is gone is told document by document."""
    try:
        inputs.named([name], Path("/nowhere"), None, "")
    except ConfigError:
        return False
    return True
