"""The libraries that only some settings need: whether they are there, and which they are.

Comes in: the settings. Goes out: a line that names each library in use, with its version and dictionaries, since records
or their files depend on it; "" for the default settings, which import none of them.
"""

from __future__ import annotations

from importlib import metadata, util
from typing import TYPE_CHECKING, Final

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.settings import Settings

_WRITTEN_BY: Final = {  # by the form of record files: the extra, and the module that it brings
    "jsonl.zst": ("zst", "zstandard"),
    "parquet": ("parquet", "pyarrow"),
}


def libraries(settings: Settings) -> str:
    """What the records of these settings depend on beside this package.

    Raises ConfigError, before anything is touched, where an extra is not installed.

    >>> from pipeline.settings import load
    >>> libraries(load())
    ''
    >>> libraries(load(sets=["normalise.script=simplified", "records.figures=true"]))
    ... # doctest: +ELLIPSIS
    'OpenCC ..., cn2an ...'
    """
    found = []
    if settings.normalise.script != "keep":
        from pipeline.normalise.script import dictionary

        found.append(dictionary())
    check(settings)
    if settings.stitch.seam_model:
        from pipeline.own_seams import digest

        found.append(f"seam model {digest(settings.stitch.seam_model)}")
    if settings.records.figures:
        found.append(f"cn2an {metadata.version('cn2an')}")
    if written := _WRITTEN_BY.get(settings.run.format):
        found.append(f"{written[1]} {metadata.version(written[1])}")
    return ", ".join(found)


def check(settings: Settings) -> None:
    """Raise ConfigError where something that is asked for is not there: an extra, a seam model."""
    if settings.records.figures and util.find_spec("cn2an") is None:
        raise ConfigError(
            "records.figures needs the extra `figures`, which reads Chinese numerals. Install it, as in"
            " `pip install 'newspaper-pipeline[figures]'`, or leave --figures out."
        )
    if settings.stitch.seam_model:
        from pipeline.own_seams import stitching_seams

        stitching_seams(settings.stitch.seam_model)
    extra, module = _WRITTEN_BY.get(settings.run.format, ("", ""))
    if module and util.find_spec(module) is None:
        raise ConfigError(
            f"run.format {settings.run.format} needs the extra `{extra}`. Install it, as in"
            f" `pip install 'newspaper-pipeline[{extra}]'`, or write jsonl."
        )
