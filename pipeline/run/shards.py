"""One run cut into shares, for the jobs of an array: each does its parts, and the last step closes the manifest.

A document's part depends on its source alone, so shares never overlap. Each leaves a note when it is done: over which inputs,
by which program. `finish` closes the manifest when there is a note of every share and all are of one mind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

import orjson

from pipeline.errors import ConfigError
from pipeline.run import disk, receipts
from pipeline.run.heads import Heads
from pipeline.run.layout import Layout
from pipeline.run.receipts import Stamp


@dataclass(frozen=True, slots=True)
class Share:
    """The number-th of so many shares; the first is 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Share:
        """Read `i/n`. Raises ConfigError.

        >>> Share.parse("2/3").has(4), Share.parse("2/3").has(5)
        (True, False)
        """
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise ConfigError(f"--shard {text}: give the number of this share and of all, such as 1/16 to 16/16.")
        return cls(int(found[1]), int(found[2]))

    def has(self, part: int) -> bool:
        """Whether this part is one of its own."""
        return part % self.of == self.number - 1

    @property
    def name(self) -> str:
        """What its note is called."""
        return f"{self.number:06d}-of-{self.of:06d}"


WHOLE: Final = Share(1, 1)


def note(layout: Layout, share: Share, stamp: Stamp, corrections: str, inputs: str, skipped: Mapping[str, int]) -> None:
    """Say that a share is done; `inputs` is the digest of all names that it saw, those of other shares too."""
    content = {"stamp": asdict(stamp), "corrections": corrections, "inputs": inputs, "skipped": dict(skipped)}
    disk.write_atomically(layout.share(share.name), orjson.dumps(content, option=orjson.OPT_SORT_KEYS) + b"\n")


def withdraw(layout: Layout, share: Share) -> None:
    """The share is not done any more, nor is the whole."""
    disk.make_folder(layout.shards)
    for path in (layout.manifest, layout.share(share.name)):
        if path.exists():
            disk.remove(path)
            disk.sync_folder(path.parent)


def pinned(corrections: Mapping[str, str]) -> str:
    """The digest of all corrections together."""
    said = orjson.dumps(dict(corrections), option=orjson.OPT_SORT_KEYS)
    return sha256(said).hexdigest()[:16] if corrections else ""


def finished(layout: Layout, stamp: Stamp, corrections: str, heads: Heads) -> dict[str, int]:
    """Gather the parts of all shares in `heads`; returns what was passed over.

    Raises ConfigError where not all is done, or not in one way; `corrections` is the digest of all.
    """
    skipped = _agreed(layout, stamp, corrections)
    for part, files in layout.there():
        head = receipts.read_head(layout.receipt(part))
        if head is None or head.stamp != stamp:
            raise ConfigError(f"{layout.root}: part {part} is not done, or by other settings. Run its share again.")
        if not receipts.intact(layout.root, layout.receipt(part), head, files):
            raise ConfigError(f"{layout.root}: the files of part {part} were changed. Run its share again.")
        heads.add(head)
    return skipped


def _agreed(layout: Layout, stamp: Stamp, corrections: str) -> dict[str, int]:
    """What was passed over, as the notes say. Raises ConfigError where one is missing or they differ."""
    notes = {path.stem: orjson.loads(path.read_bytes()) for path in layout.shares() if path.suffix == ".json"}
    sizes = sorted({int(name.split("-of-")[1]) for name in notes})
    if not sizes:
        raise ConfigError(f"{layout.root}: no share of it is done. Run `pipeline run --shard 1/N` to N/N first.")
    if len(sizes) > 1:
        raise ConfigError(
            f"{layout.root}: was cut into {' and into '.join(map(str, sizes))} shares. Run all of one cut"
            f" again, after you removed {layout.shards}."
        )
    [of] = sizes
    missing = [number for number in range(1, of + 1) if Share(number, of).name not in notes]
    if missing:
        raise ConfigError(
            f"{layout.root}: share {missing[0]}/{of} is not done, and {len(missing)} in all. Run them, then finish."
        )
    first = notes[Share(1, of).name]
    for name, one in sorted(notes.items()):
        if (one["stamp"], one["corrections"]) != (asdict(stamp), corrections):
            raise ConfigError(f"{layout.root}: share {name} was done by another program or with other settings.")
        if one["inputs"] != first["inputs"]:
            raise ConfigError(
                f"{layout.root}: share {name} saw other inputs than the first. Freeze the list (--files-from) and run"
                " the shares again; what is done stays done."
            )
    return dict(first["skipped"])
