"""Where everything is in an output folder, and whether a folder may be one.

articles/ sections/ removed/ quarantine/    part-0000.jsonl, part-0000_001.jsonl, …: records and nothing else
                                            (or .jsonl.zst, or .parquet)
README.md                                   the dataset card
_run/manifest.json                          what the output holds; made anew from the receipts after each run
_run/receipts/part-0000.json                the part is done, and from what
_run/shards/000001-of-000016.json           a share is done (--shard); gone when all are and the manifest is closed
_run/inputs.json                            which paths the last run was told to read
_run/report/                                the review page, made by `pipeline report`
_run/lock                                   held by a run; holds its process id meanwhile
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from pipeline.errors import ConfigError
from pipeline.run.formats import FORMATS
from pipeline.run_options import Format

KINDS: Final = ("articles", "sections", "removed", "quarantine")

_OURS: Final = frozenset({*KINDS, "_run", "README.md", ".gitkeep", ".gitignore", ".DS_Store"})
_EMPTY: Final = frozenset({".gitkeep", ".gitignore", ".DS_Store"})
_PART: Final = re.compile(
    rf"part-(\d{{4,7}})(?:_\d{{3,}})?(?:-[0-9a-f]{{16}})?\.(?:{'|'.join(map(re.escape, FORMATS))})"
)
_TEMPORARY: Final = re.compile(r"\.(?P<name>.+)\.tmp-(?P<pid>\d+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths in one output folder."""

    root: Path

    @property
    def run(self) -> Path:
        """The folder of what is no record."""
        return self.root / "_run"

    @property
    def receipts(self) -> Path:
        """The folder of the receipts."""
        return self.run / "receipts"

    @property
    def manifest(self) -> Path:
        """The sum of the receipts."""
        return self.run / "manifest.json"

    @property
    def inputs(self) -> Path:
        """What the last run read, for the review page."""
        return self.run / "inputs.json"

    @property
    def report(self) -> Path:
        """The review page."""
        return self.run / "report"

    @property
    def lock(self) -> Path:
        """The lock of the output."""
        return self.run / "lock"

    @property
    def card(self) -> Path:
        """The dataset card."""
        return self.root / "README.md"

    @property
    def shards(self) -> Path:
        """The folder of the notes of shares that are done."""
        return self.run / "shards"

    def share(self, name: str) -> Path:
        """The note of a share."""
        return self.shards / f"{name}.json"

    def shares(self) -> Iterator[Path]:
        """All notes and locks of shares."""
        yield from sorted(self.shards.iterdir()) if self.shards.is_dir() else ()

    def receipt(self, part: int) -> Path:
        """The receipt of a part."""
        return self.receipts / f"part-{part:04d}.json"

    def records(self, kind: str, part: int, volume: int, form: Format = "jsonl") -> Path:
        """The file of a part's records of one kind. Volumes after the first have a number of their own."""
        further = f"_{volume:03d}" if volume else ""
        return self.root / kind / f"part-{part:04d}{further}.{form}"

    def files(self, part: int | None = None) -> Iterator[Path]:
        """The files of records that are there, of one part or of all."""
        for kind in KINDS:
            yield from (path for path in self._of_kind(kind) if part is None or self.part_of(path) == part)

    def _of_kind(self, kind: str) -> Iterator[Path]:
        folder = self.root / kind
        yield from (folder / name for name in sorted(filter(_PART.fullmatch, _names(folder))))

    def by_part(self) -> Iterator[tuple[int, list[Path]]]:
        """The files of records that are there, part by part."""
        kinds = (sorted((self.part_of(path), path) for path in self._of_kind(kind)) for kind in KINDS)
        for part, files in groupby(merge(*kinds), key=itemgetter(0)):
            yield part, [path for _, path in files]

    def part_of(self, path: Path) -> int:
        """The part that a file of records belongs to."""
        return int(re.split(r"[-_.]", path.name)[1])

    def part_beside(self, path: Path) -> int:
        """The part of a file that was written beside, -1 where it is of no part."""
        name = re.match(r"\.part-(\d+)", path.name)
        return int(name[1]) if name else -1

    def lying(self) -> array[int]:
        """How many files of records each part has, up to the last that has any."""
        counts = array("I")
        for kind in KINDS:
            for name in filter(_PART.fullmatch, _names(self.root / kind)):
                part = self.part_of(Path(name))
                counts.extend([0] * (part + 1 - len(counts)))
                counts[part] += 1
        return counts

    def done(self) -> bytearray:
        """Whether each part has a receipt, up to the last that has one."""
        flags = bytearray()
        for name in _names(self.receipts):
            if found := re.fullmatch(r"part-(\d+)\.json", name):
                part = int(found[1])
                flags.extend(bytes(max(0, part + 1 - len(flags))))
                flags[part] = 1
        return flags

    def parts(self) -> list[int]:
        """The parts that have a receipt."""
        return [part for part, is_done in enumerate(self.done()) if is_done]

    def there(self) -> Iterator[tuple[int, int]]:
        """Each part that has a receipt or files of records, with the number of these."""
        lying, done = self.lying(), self.done()
        for part in range(max(len(lying), len(done))):
            files = lying[part] if part < len(lying) else 0
            if files or (part < len(done) and done[part]):
                yield part, files

    def temporaries(self, pid: int | None = None, part: int | None = None) -> Iterator[Path]:
        """Files that a run wrote beside and did not put in place: of one process, of one part, or all."""
        for folder in (self.root, self.run, self.receipts, self.shards, *(self.root / kind for kind in KINDS)):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                name = _TEMPORARY.fullmatch(path.name)
                if not name or (pid is not None and int(name["pid"]) != pid):
                    continue
                if part is None or re.match(rf"part-{part:04d}\D", name["name"]):
                    yield path


def _names(folder: Path) -> Iterator[str]:
    """What is in a folder, in no order; nothing where there is none."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries)


def check(out: Path) -> Layout:
    """The layout of a folder that a run may write to: absent, empty, or an earlier run's.

    Raises ConfigError where it holds anything else, or where a link would lead a write outside it; nothing is touched.
    """
    layout = Layout(out)
    if not out.exists():
        return layout
    if not out.is_dir():
        raise ConfigError(f"{out}: is no folder. Name another output with --out.")
    names = {path.name for path in out.iterdir()}
    if not layout.run.is_dir() and names - _EMPTY:
        other = sorted(names - _EMPTY)[0]
        raise ConfigError(
            f"{out}: is not empty (it holds {other}) and no run wrote it. Name another output with --out."
        )
    strange = sorted(name for name in names - _OURS if not _TEMPORARY.fullmatch(name))
    if strange:
        raise ConfigError(f"{out}: holds {strange[0]}, which no run wrote. Move it away, or name another output.")
    for path in (layout.run, layout.receipts, layout.lock, *(out / kind for kind in KINDS)):
        if path.is_symlink():
            raise ConfigError(f"{path}: is a link, so a run would write outside {out}. Remove the link.")
    return layout
