"""A disk that fails: a layer under `pipeline.run.disk` that breaks at one operation, and can lose what was not synced.

A power cut keeps what was synced. Of the rest a file system may keep or lose what it likes: the content of a file whose
name is already there, or the name whose content is there, folder by folder. `Loss` says which.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from pipeline.run import disk

OPERATIONS = ("make_folder", "create", "write", "sync", "replace", "remove", "remove_folder", "sync_folder")


class PowerCut(BaseException):
    """The machine is off: nothing runs any more, no clean-up either."""


class How(Enum):
    """What happens at the operation."""

    FAIL = "fail"  # it raises OSError, the program goes on
    BEFORE = "before"  # the power goes before it
    HALF = "half"  # a write writes half, then the power goes
    AFTER = "after"  # the power goes after it


class Loss(Enum):
    """What a power cut loses of what was not synced."""

    NOTHING = "nothing"
    CONTENT = "content"  # names stay, content that was not synced is gone
    NAMES = "names"  # names made, replaced or removed since their folder was synced are as before
    RECORDS = "records"  # names in the folders of records are as before, those of receipts stay
    RECEIPTS = "receipts"  # the other way round


class FaultyDisk:
    """Counts operations and breaks at number `at`, from 0; -1: never."""

    def __init__(self, at: int = -1, how: How = How.FAIL, loss: Loss = Loss.NOTHING) -> None:
        self.at, self.how, self.loss = at, how, loss
        self.count = 0
        self.is_off = False
        self.files: list[BinaryIO] = []
        self.unsynced: dict[Path, BinaryIO] = {}
        self.undo: list[tuple[Path, Callable[[], object]]] = []
        self.real = {name: getattr(disk, name) for name in OPERATIONS}

    def put_under(self, patch: pytest.MonkeyPatch) -> None:
        """Put this under the run."""
        for name in OPERATIONS:
            patch.setattr(disk, name, self._operation(name))

    def cut(self) -> None:
        """Switch the power off and lose what is to be lost."""
        self.is_off = True
        for file in self.files:
            with suppress(OSError):
                file.close()
        if self.loss is Loss.CONTENT:
            for path in self.unsynced:
                if path.exists():
                    path.write_bytes(path.read_bytes()[:3])
        for folder, undo in reversed(self.undo):
            is_receipts = folder.name == "receipts"
            if self.loss is Loss.NAMES or (
                (self.loss is Loss.RECEIPTS) == is_receipts
                and self.loss
                in (
                    Loss.RECORDS,
                    Loss.RECEIPTS,
                )
            ):
                undo()
        raise PowerCut

    def _operation(self, name: str) -> Callable[..., Any]:
        def operation(*args: Any) -> Any:
            if self.is_off:
                raise PowerCut
            number, self.count = self.count, self.count + 1
            if number != self.at:
                return self._do(name, args)
            if self.how is How.FAIL:
                raise OSError(errno.EIO, "Input/output error")
            if self.how is How.HALF and name == "write":
                self._do(name, (args[0], args[1][: len(args[1]) // 2]))
            elif self.how is How.AFTER:
                self._do(name, args)
            return self.cut()

        return operation

    def _do(self, name: str, args: tuple[Any, ...]) -> Any:
        if name in ("replace", "remove"):
            self._note(name, *args)
        result = self.real[name](*args)
        if name == "create":
            self.files.append(result)
            self.unsynced[args[0]] = result
        elif name == "sync":
            self.unsynced = {path: file for path, file in self.unsynced.items() if file is not args[0]}
        elif name == "sync_folder":
            self.undo = [(folder, undo) for folder, undo in self.undo if folder != args[0]]
        elif name == "replace" and args[0] in self.unsynced:
            self.unsynced[args[1]] = self.unsynced.pop(args[0])
        return result

    def _note(self, name: str, *args: Path) -> None:
        """How to undo a change of names."""
        target = args[-1]
        was = target.read_bytes() if target.exists() else None
        new = args[0].read_bytes() if name == "replace" else None

        def undo() -> None:
            if was is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(was)
            if new is not None:
                args[0].write_bytes(new)

        self.undo.append((target.parent, undo))
