"""Buckets and other places that fsspec knows (extras `s3`, `gcs`), for inputs and for the output.

A bucket knows no renaming, so a file of records is put under a name with its digest, and what counts is named by a receipt:
the last thing that is put. Credentials come by the store's own chain (environment, profile, role of the machine); they are
never part of an address, and none is ever printed. What can't be reached, or not be written, is told before any work; a store
that fails later is asked again a few times, and then the run ends, to go on with the next one.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from pipeline.errors import ConfigError
from pipeline.run.errors import EngineError
from pipeline.run.names import printable

T = TypeVar("T")

_URI: Final = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)", re.DOTALL)
_EXTRAS: Final = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
_BLOCK: Final = 4 << 20
_BLOCKS: Final = 4
_TRIES: Final = 5
_WAIT: Final = 0.5  # seconds before the second try, twice as long before each further one
_TIMES: Final = ("LastModified", "mtime", "updated", "created")


def is_uri(name: str) -> bool:
    """Whether this names a place by its protocol."""
    return _URI.match(name) is not None


def without_file(name: str) -> str:
    """The path of a `file://` address; anything else as it is."""
    return name.removeprefix("file://") if name.startswith("file://") else name


@dataclass(frozen=True, slots=True)
class Object:
    """Something in a store: its name below the root, and what is compared to see whether it changed."""

    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Store:
    """A place in a store. Its files are named by what stands below the root."""

    uri: str
    files: Any  # the file system of fsspec
    root: str

    def objects(self, below: str = "") -> Iterator[Object]:
        """All files below the root, or a folder of it, a folder at a time."""
        top = f"{self.root}/{below}".rstrip("/")
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                entries = self._try(lambda at=folder: self.files.ls(at, detail=True, refresh=True))  # type: ignore[misc]
            except FileNotFoundError:
                continue
            for entry in sorted(entries, key=lambda one: str(one["name"])):
                name = str(entry["name"]).rstrip("/")
                if name.strip("/") == folder.strip("/"):
                    if entry["type"] == "file" and folder == top:
                        yield Object(name.rsplit("/", 1)[-1], int(entry["size"]), _time(entry))
                elif entry["type"] == "directory":
                    waiting.append(name)
                else:
                    yield Object(name.strip("/")[len(self.root.strip("/")) + 1 :], int(entry["size"]), _time(entry))

    def read(self, name: str) -> bytes:
        """The content of a small file. Raises OSError where there is none."""
        return self._try(lambda: bytes(self.files.cat_file(self.at(name))))

    def look(self) -> Object:
        """The one object that the address names. Raises OSError where there is none."""
        entry = self._try(lambda: self.files.info(self.root))
        return Object(self.root.rsplit("/", 1)[-1], int(entry["size"]), _time(entry))

    def span(self, start: int, end: int) -> bytes:
        """Some bytes of the one object that the address names."""
        return self._try(lambda: bytes(self.files.cat_file(self.root, start=start, end=end)))

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to the disk. Raises OSError where it is not there or not allowed."""
        self._try(lambda: self.files.get_file(self.at(name), str(path)))

    def put(self, data: bytes, name: str) -> None:
        """Give a file this content, at once."""
        self._try(lambda: self.files.pipe_file(self.at(name), data))

    def send(self, path: Path, name: str) -> None:
        """Copy a file from the disk."""
        self._try(lambda: self.files.put_file(str(path), self.at(name)))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            self._try(lambda: self.files.rm_file(self.at(name)))
        except FileNotFoundError:
            pass

    def at(self, name: str) -> str:
        """The name as fsspec wants it."""
        return f"{self.root}/{name}" if name else self.root

    def _try(self, action: Callable[[], T]) -> T:
        """Do it, a few times where the store fails. Raises OSError for what trying again won't mend, else EngineError."""
        for attempt in range(_TRIES):
            try:
                return action()
            except (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError):
                raise
            except Exception as error:  # each store has its own
                if attempt == _TRIES - 1 or _is_lasting(error):
                    raise EngineError(
                        f"{self.uri}: the store failed {attempt + 1} times ({_first_line(error)}). Run again when it"
                        " is well: the parts that are done stay done."
                    ) from error
                time.sleep(_WAIT * 2**attempt)
        raise AssertionError("there is at least one try")


def opened(uri: str) -> Store:
    """The store at an address. Raises ConfigError for one that is none, or whose extra is not installed."""
    found = _URI.match(uri)
    if not found:
        raise ConfigError(f"{printable(uri)}: is no address of a store, such as s3://bucket/folder.")
    protocol, rest = found[1], found[2]
    if "@" in rest.split("/")[0]:
        raise ConfigError(f"{protocol}://…@…: leave the credentials out; they come from the environment or a profile.")
    try:
        files = _files(protocol)
    except ImportError as error:
        extra = _EXTRAS.get(protocol, "s3")
        raise ConfigError(
            f"{uri}: needs the extra `{extra}`. Install it, as in `pip install 'newspaper-pipeline[{extra}]'`."
        ) from error
    except ValueError as error:
        raise ConfigError(f"{uri}: {protocol}:// is no store that fsspec knows. Check the address.") from error
    except Exception as error:
        raise ConfigError(f"{uri}: can't be used ({_first_line(error)}). Check the settings of the store.") from error
    root = str(files._strip_protocol(uri)).rstrip("/")
    if not root.strip("/") and protocol != "memory":
        raise ConfigError(f"{uri}: names no bucket. Give one, such as {protocol}://bucket/folder.")
    return Store(uri.rstrip("/"), files, root)


def check(store: Store, *, write: bool) -> None:
    """Raise ConfigError where the store can't be reached, there is no such bucket, or it is not allowed."""
    bucket = store.root.strip("/").split("/")[0]
    try:
        if bucket and store.files.protocol != "memory":
            store.files.info(bucket)  # `exists` takes a network that fails for a no
        if write:
            store.files.pipe_file(store.at("_run/probe"), b"")
            store.files.rm_file(store.at("_run/probe"))
    except FileNotFoundError as error:
        raise ConfigError(f"{store.uri}: there is no bucket {bucket}. Make it, or check the address.") from error
    except PermissionError as error:
        raise ConfigError(
            f"{store.uri}: access is denied{' to write' if write else ''}. Check the credentials, and what they allow."
        ) from error
    except Exception as error:
        raise ConfigError(
            f"{store.uri}: can't be reached ({_first_line(error)}). Check the network, the endpoint and the credentials."
        ) from error


class Remote:
    """An object in a bucket, read at any place without a copy on the disk; a few blocks of it are at hand."""

    def __init__(self, uri: str) -> None:
        self.store = opened(uri)
        self.found = self.store.look()
        self.size, self.mtime_ns = self.found.size, self.found.mtime_ns
        self._block = lru_cache(maxsize=_BLOCKS)(self._fetched)

    def pread(self, count: int, at: int) -> bytes:
        """At most so many bytes from a place; none only at the end."""
        if at >= self.size:
            return b""
        within = at % _BLOCK
        return self._block(at // _BLOCK)[within : within + count]

    def is_changed(self) -> bool:
        """Whether the object was replaced since it was opened."""
        return self.store.look() != self.found

    def _fetched(self, number: int) -> bytes:
        start = number * _BLOCK
        data = self.store.span(start, min(start + _BLOCK, self.size))
        if len(data) != min(_BLOCK, self.size - start):
            raise OSError(errno.EIO, "was replaced by a shorter one", self.store.uri)
        return data


@contextmanager
def fetched(uri: str, mtime_ns: int) -> Iterator[str]:
    """A copy of an object on the disk, with its time; gone afterwards. Raises OSError where it is not there."""
    store = opened(uri)
    with TemporaryDirectory(prefix="newspaper-pipeline-object-") as folder:
        path = Path(os.path.realpath(folder)) / "object"
        store.fetch("", path)
        os.utime(path, ns=(mtime_ns, mtime_ns))
        yield str(path)


@cache
def _files(protocol: str) -> Any:  # noqa: ANN401 - an optional library
    import fsspec

    return fsspec.filesystem(protocol, **({} if protocol == "memory" else {"use_listings_cache": False}))


def _time(entry: dict[str, Any]) -> int:
    """When an object was last written, in nanoseconds; 0 where the store does not say."""
    for key in _TIMES:
        value = entry.get(key)
        if isinstance(value, datetime):
            return int(value.timestamp() * 1_000_000) * 1000
        if isinstance(value, int | float):
            return int(value * 1_000_000) * 1000
        if isinstance(value, str):
            return int(datetime.fromisoformat(value).timestamp() * 1_000_000) * 1000
    return 0


def _is_lasting(error: Exception) -> bool:
    """Whether it is no use to ask again."""
    return type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError")


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
