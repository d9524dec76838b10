"""Learn from a corpus: the pages that `pipeline run` would read become the file of a seam model.

In: files, folders and globs. Out: the model file, put in place at once, and what was learnt from. The documents are taken in an
order of their own, by the digest of their source, so that a corpus cut off at the limit is a fair sample of its folders.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigError, PipelineError
from pipeline.learn.model import MOST_NGRAMS, train
from pipeline.learn.pages import Prose
from pipeline.run import disk
from pipeline.run.documents import Reading, documents
from pipeline.run.found import Found
from pipeline.run.inputs import READ_SUFFIXES, STDIN, find, named
from pipeline.run.report import SOME_QUARANTINED, Progress
from pipeline.run.skipped import Skipped

if TYPE_CHECKING:
    from pipeline.settings import Settings

MOST_CHARACTERS: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a model was learnt from."""

    out: Path
    size: int  # bytes of the file
    documents: int
    runs: int
    characters: int
    is_full: bool  # the limit of characters was reached
    failed: int
    failures: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 3 where some documents could not be read."""
        return SOME_QUARANTINED if self.failed else 0

    def lines(self) -> Iterator[str]:
        """The closing figures, for people."""
        yield (
            f"{self.out}: {self.size:,} bytes, learnt from {self.characters:,} characters in {self.runs:,} runs of text"
            f" of {self.documents:,} documents"
        )
        if self.is_full:
            yield f"Stopped at {self.characters:,} characters, the limit. Raise --characters to learn from more."
        if self.failed:
            yield f"{self.failed:,} documents could not be read:"
            yield from (f"    {message}" for message in self.failures)
            if self.failed > len(self.failures):
                yield f"    … and {self.failed - len(self.failures):,} more"


def learn(
    inputs: Sequence[str],
    out: Path,
    settings: Settings,
    *,
    max_ngrams: int = MOST_NGRAMS,
    characters: int = MOST_CHARACTERS,
    on_progress: Callable[[Progress], None] | None = None,
) -> Learnt:
    """Learn a seam model from pages and write it to `out`.

    Raises ConfigError for a wrong path and where no prose is found, PipelineError where the disk fails; an old file is left then.
    """
    check_writable(out)
    found = corpus(inputs, out, settings)
    prose = Prose()
    for number, one in enumerate(found):
        if prose.characters >= characters:
            break
        for document in documents(one, settings.run, Reading()):
            if on_progress is not None:
                on_progress(Progress(number, len(found), prose.documents, document.source))
            prose.add(document, settings, characters)
            if prose.characters >= characters:
                break
    if not prose.runs:
        why = f" {prose.failed} could not be read, the first: {prose.failures[0]}" if prose.failed else ""
        raise ConfigError(
            f"{', '.join(inputs)}: no line of Chinese prose to learn from in {prose.documents} documents.{why}"
        )
    model = train(prose.runs, max_ngrams=max_ngrams, paragraphs=False)
    write(out, model)
    is_full = prose.characters >= characters
    counts = (prose.documents, len(prose.runs), prose.characters)
    return Learnt(out, len(model), *counts, is_full, prose.failed, tuple(prose.failures))


def corpus(inputs: Sequence[str], out: Path, settings: Settings) -> list[Found]:
    """The files to learn from, in the order in which they are taken. Raises ConfigError where there are none."""
    if STDIN in inputs:
        raise ConfigError("learn reads no standard input. Put the pages into files, and name these.")
    skipped = Skipped()
    found = list(find(named(inputs, out, None, ""), out, skipped, follow_links=settings.run.follow_links))
    if not found:
        passed = ", ".join(f"{number} {reason}" for reason, number in skipped.counts.items())
        raise ConfigError(
            f"{', '.join(inputs)}: holds no document{f' (passed over: {passed})' if passed else ''}."
            f" What is read ends in {READ_SUFFIXES}."
        )
    unique = {one.path: one for one in found}  # a file that was named twice
    return sorted(unique.values(), key=lambda one: (sha256(one.source.encode()).digest(), one.path))


def check_writable(out: Path) -> None:
    """Raise ConfigError where a file can't be written there, before an hour's work."""
    folder = out.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if out.is_dir() or not folder.is_dir():
        raise ConfigError(f"{out}: is no place for a file. Name another one with --out.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"{out}: can't be written (permission denied). Name another file with --out.")


def write(out: Path, model: bytes) -> None:
    """Put the file in place at once: who reads it has the old model or the new one. Raises PipelineError."""
    try:
        disk.make_folder(out.parent)
        disk.write_atomically(out, model)
    except OSError as error:
        with suppress(OSError):
            disk.remove(disk.beside(out))
        raise PipelineError(
            f"{out}: can't be written ({error.strerror or error}). Mend that and learn again."
        ) from error
