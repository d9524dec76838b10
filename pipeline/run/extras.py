"""Libraries that only some inputs need: which one, and what to say where it is not installed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from pipeline.errors import SourceError
from pipeline.run.names import suffixes

_EXTRAS: Final = {".parquet": ("parquet", "pyarrow"), ".zst": ("zst", "zstandard")}  # by suffix: the extra, the module


def missing(source: str) -> SourceError | None:
    """What to tell of an input that needs a library which is not there."""
    for suffix in suffixes(source):
        extra, module = _EXTRAS.get(suffix, ("", ""))
        if module and not _is_there(module):
            message = (
                f"{source}: a {suffix} file needs the library {module}. Install the extra (pip install"
                f" 'newspaper-pipeline[{extra}]') and run again."
            )
            return SourceError(message, stage="read")
    return None


@cache
def _is_there(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True
