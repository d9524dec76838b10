"""Clean, structured, validated records from the raw text of Chinese newspaper pages.

>>> import pipeline
>>> page = pipeline.clean("桥通了\\n\\n本报讯 大桥昨日通车。")  # doctest: +SKIP
>>> page.articles[0].title.chars  # doctest: +SKIP
'桥通了'

Names are imported when they are first used, so that `import pipeline` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.document import Page
    from pipeline.flow import read
    from pipeline.settings import Settings

__version__ = "0.1.0"

__all__ = ["Page", "Settings", "__version__", "clean", "read"]

_HOMES = {
    "Page": "pipeline.document",
    "Settings": "pipeline.settings",
    "read": "pipeline.flow",
}


def clean(text: str | bytes, *, source: str = "text", settings: Settings | None = None) -> Page:
    """Read one page of raw text. Bytes are decoded first; a string is taken as it is.

    `source` names the page in records and messages. Raises SourceError where the text can't be read.
    """
    from pipeline.errors import SourceError
    from pipeline.flow import read
    from pipeline.settings import Settings

    if isinstance(text, str):
        try:
            text = text.encode("utf-8")
        except UnicodeEncodeError as error:
            message = f"{source}: half a surrogate pair at offset {error.start}. Decode the text again from its bytes."
            raise SourceError(message, stage="decode") from error
    return read(text, source, settings or Settings())


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    from importlib import import_module

    value: object = vars(import_module(_HOMES[name]))[name]
    globals()[name] = value
    return value
