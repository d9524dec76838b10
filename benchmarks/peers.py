"""What the program is held against: the least that any cleaner must do, and other tools, with their defaults.

The others (`pip install '.[bench]'`) do other work: they mend characters and know nothing of pages. They show what a user
of such tools is used to.
"""

from __future__ import annotations

import io
import logging
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson

_SCAN = re.compile("[，。！？；：、“”‘’（）《》0-9]+")


def floor(files: Sequence[Path], made: Sequence[Sequence[bytes]]) -> Callable[[], None]:
    """Read and decode each file, scan it once, and write the records that this program makes of it."""
    those = [[orjson.loads(record) for record in records] for records in made]

    def run() -> None:
        out = io.BytesIO()
        for file, records in zip(files, those, strict=True):
            text = file.read_bytes().decode("utf-8")
            sum(1 for _ in _SCAN.finditer(text))
            for record in records:
                out.write(orjson.dumps(record) + b"\n")

    return run


def peers(texts: Sequence[str]) -> Mapping[str, Callable[[], object] | None]:
    """Calls that each clean all texts; None for a tool that is not installed."""
    return {"ftfy.fix_text": _ftfy(texts), "OpenCC t2s": _opencc(texts), "datatrove": _datatrove(texts)}


def _ftfy(texts: Sequence[str]) -> Callable[[], object] | None:
    try:
        import ftfy
    except ImportError:
        return None
    return lambda: [ftfy.fix_text(text) for text in texts]


def _opencc(texts: Sequence[str]) -> Callable[[], object] | None:
    try:
        import opencc
    except ImportError:
        return None
    converter = opencc.OpenCC("t2s")
    return lambda: [converter.convert(text) for text in texts]


def _datatrove(texts: Sequence[str]) -> Callable[[], object] | None:
    """JsonlReader, FTFYFormatter and JsonlWriter, one after the other, in this process."""
    try:
        from datatrove.pipeline.formatters import FTFYFormatter
        from datatrove.pipeline.readers import JsonlReader
        from datatrove.pipeline.writers import JsonlWriter
        from loguru import logger
    except ImportError:
        return None
    logger.remove()
    logging.disable(logging.WARNING)
    folder = tempfile.TemporaryDirectory()
    rows = [orjson.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts)]
    (Path(folder.name) / "in").mkdir()
    (Path(folder.name) / "in" / "pages.jsonl").write_bytes(b"\n".join(rows) + b"\n")

    def run() -> None:
        data = None
        out = JsonlWriter(f"{folder.name}/out", compression=None)
        for step in (JsonlReader(f"{folder.name}/in"), FTFYFormatter(), out):
            data = step.run(data, rank=0, world_size=1)
        for _ in data or ():
            pass

    return run
