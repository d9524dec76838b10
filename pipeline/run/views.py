"""An output to look at, without a change to it: a folder as it is, or a bucket by its mirror.

Of a bucket the files of records are fetched when they are read, and let go of afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError
from pipeline.run import stores
from pipeline.run.layout import Layout
from pipeline.run.mirror import Mirror
from pipeline.run.places import place
from pipeline.run.stores import Store


@dataclass(frozen=True, slots=True)
class View:
    """An output. `name` is what the user calls it, `leftovers` how many files a run left that was killed."""

    name: str
    layout: Layout
    store: Store | None = None
    leftovers: int = 0

    @contextmanager
    def fetched(self, paths: Iterable[Path]) -> Iterator[None]:
        """Have the content of some files of records at hand."""
        paths = list(paths) if self.store else []
        for path in paths:
            if self.store:
                self.store.fetch(path.relative_to(self.layout.root).as_posix(), path)
        try:
            yield
        finally:
            for path in paths:
                path.write_bytes(b"")

    def called(self, message: str) -> str:
        """A message, with the output called as the user does."""
        return message.replace(str(self.layout.root), self.name)


@contextmanager
def viewed(out: str | Path) -> Iterator[View]:
    """The output at a path or an address. Raises ConfigError where no run wrote it, or it can't be reached."""
    path, address = place(out)
    if not address:
        yield _known(View(str(out), Layout(path), leftovers=sum(1 for _ in Layout(path).temporaries())))
        return
    store = stores.opened(address)
    stores.check(store, write=False)
    with tempfile.TemporaryDirectory(prefix="newspaper-pipeline-view-") as folder:
        mirror = Mirror(store, Layout(Path(folder) / "mirror"))
        mirror.fill()
        strays = list(mirror.strays())
        for stray in strays:
            stray.unlink()
        yield _known(View(store.uri, mirror.layout, store, len(strays)))


def _known(view: View) -> View:
    """The output, if a run wrote it."""
    if not view.layout.run.is_dir():
        raise ConfigError(f"{view.name}: is no output of `pipeline run` (there is no {view.name}/_run).")
    return view
