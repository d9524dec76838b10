"""The heads of receipts on the disk, in a file of the run's own: together they may not fit into memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from pipeline.run import receipts
from pipeline.run.receipts import Counts, Head


class Heads:
    """The heads of the parts that are done, given back in the order of the parts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places = array("q")  # of each part in the file, -1 where there is none
        self.file = path.open("w+b")

    def add(self, head: Head) -> None:
        """Take a head, in place of an earlier one of its part."""
        self.places.extend([-1] * (head.part + 1 - len(self.places)))
        self.places[head.part] = self.file.tell()
        self.file.write(receipts.pack(head) + b"\n")

    def clear(self) -> None:
        """Forget all of them."""
        self.places = array("q")

    def __len__(self) -> int:
        return sum(place >= 0 for place in self.places)

    def __iter__(self) -> Iterator[Head]:
        self.file.flush()
        with self.path.open("rb") as file:
            for place in self.places:
                if place >= 0:
                    file.seek(place)
                    yield receipts.unpack(file.readline().rstrip(b"\n"))

    def counts(self) -> Counts:
        """All counts together."""
        total: Counts = {}
        for head in self:
            receipts.add(total, head.counts)
        return total

    def close(self) -> None:
        """Close the file."""
        self.file.close()
