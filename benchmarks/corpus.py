"""A corpus to measure on: pages put together from the sample pages in seeds/, each one another.

A page of a newspaper has several articles: a page here is the lines of some sample pages, one below the other. Of these
some groups of lines are left out, some have changed places, and every figure is another one, so that nothing can be
remembered from page to page. The same number gives the same page.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from pipeline.decode import DecodeOptions, decode

ARTICLES = (3, 6)  # sample pages on one page: from, to
LEFT_OUT = 0.08  # of the groups of lines
SWAPPED = 0.1  # of the groups of lines
_DIGIT = re.compile(r"[0-9]")


def samples(folder: Path = Path("seeds")) -> list[str]:
    """The sample pages as text."""
    files = sorted(file for file in folder.iterdir() if file.suffix in (".txt", ".md"))
    return [decode(file.read_bytes(), file.name, DecodeOptions()).original.replace("\r\n", "\n") for file in files]


def page(number: int, those: list[str]) -> str:
    """Page `number` of the corpus."""
    dice = random.Random(number)
    groups = [group for text in dice.sample(those, dice.randint(*ARTICLES)) for group in text.split("\n\n")]
    groups = [group for group in groups if dice.random() >= LEFT_OUT] or groups
    for k in range(1, len(groups)):
        if dice.random() < SWAPPED:
            groups[k - 1], groups[k] = groups[k], groups[k - 1]
    return _DIGIT.sub(lambda _: str(dice.randrange(10)), "\n\n".join(groups)) + "\n"


def build(folder: Path, megabytes: float) -> list[Path]:
    """Write pages of so many megabytes in all, one a file."""
    folder.mkdir(parents=True)
    those, written, left = samples(), list[Path](), megabytes * 1e6
    while left > 0:
        file = folder / f"{len(written):06}.txt"
        data = page(len(written), those).encode()
        file.write_bytes(data)
        written.append(file)
        left -= len(data)
    return written


def build_small(folder: Path, count: int) -> list[Path]:
    """Write so many pages of three lines, one a file: what a document costs, whatever it holds."""
    folder.mkdir(parents=True)
    files = [folder / f"{number:06}.txt" for number in range(count)]
    for number, file in enumerate(files):
        file.write_text(f"第{number}号桥通车\n\n大桥昨日上午通车，两岸的老人走上桥头，看了又看。\n", encoding="utf-8")
    return files
