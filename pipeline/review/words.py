"""The words of the review page's interface, in English and Chinese."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from markupsafe import Markup


@cache
def words() -> dict[str, tuple[str, str]]:
    """Each key with its English and its Chinese words."""
    content = json.loads((files("pipeline.review") / "words.json").read_text(encoding="utf-8"))
    return {key: (english, chinese) for key, (english, chinese) in content.items() if key != "_"}


def word(key: str) -> Markup:
    """A word for a template: in English, with the key by which the page's script puts the Chinese in its place."""
    return Markup('<span data-t="{}">{}</span>').format(key, words()[key][0])


def script() -> str:
    """The words as a script: pages opened from disk can't load JSON."""
    return f"window.WORDS = {json.dumps(words(), ensure_ascii=False)};\n"
