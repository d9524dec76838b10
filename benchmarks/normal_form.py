"""How fast decode, repair and normalise are together, beside ftfy's defaults and OpenCC, in one run.

    python -m benchmarks.normal_form FILE.txt[.xz] [--megabytes 6]

FILE holds clean Simplified prose in UTF-8, a paragraph a line. Inputs are made of it: as it is; with one fault in every
paragraph; with every figure full-width and every mark half-width; with a space after every tenth character; and the first and
third in GB18030 (the other two programs get text). Sizes are those of the text in UTF-8, times those of the processor, best
of three.
"""

from __future__ import annotations

import argparse
import lzma
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.decode import DecodeOptions, decode
from pipeline.normalise import NormaliseOptions, normalise
from pipeline.repair import RepairOptions, repair
from pipeline.text import Text

DECODE, REPAIR, NORMALISE = DecodeOptions(), RepairOptions(), NormaliseOptions()
HALF = str.maketrans({"，": ",", "：": ":", "；": ";", "？": "?", "！": "!", "（": "(", "）": ")", "“": '"', "”": '"'})
FULL = str.maketrans({ord("0") + digit: ord("０") + digit for digit in range(10)})


def paragraphs(path: Path, megabytes: float) -> list[str]:
    opener = lzma.open if path.suffix == ".xz" else open
    found: list[str] = []
    left = megabytes * 1e6
    with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if text := line.rstrip("\n"):
                found.append(text)
                left -= len(text.encode())
            if left < 0:
                break
    return found


def one_fault(text: str) -> str:
    """A comma that became half-width, or else a stray space."""
    return text.replace("，", ",", 1) if "，" in text else text[:2] + " " + text[2:]


def spaced(text: str) -> str:
    """A stray space after every tenth character."""
    return " ".join(text[at : at + 10] for at in range(0, len(text), 10))


def read(data: bytes) -> Iterator[Text]:
    """What the program does with a document, the stages between left out: a line is a paragraph."""
    document = decode(data, "bench", DECODE)
    text, _ = document.text.apply(repair(document.text, REPAIR))
    at = 0
    for line in text.chars.split("\n"):
        paragraph = text[at : at + len(line)]
        at += len(line) + 1
        yield paragraph.apply(normalise(paragraph, NORMALISE))[0]


def consume(data: bytes) -> None:
    for _ in read(data):
        pass


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, default=6)
    arguments = parser.parse_args()
    clean = paragraphs(arguments.file, arguments.megabytes)
    damaged = [text.translate(HALF).translate(FULL) for text in clean]
    inputs = [
        ("clean", clean, "utf-8"),
        ("one fault a paragraph", [one_fault(text) for text in clean], "utf-8"),
        ("every mark and figure", damaged, "utf-8"),
        ("a space every ten", [spaced(text) for text in clean], "utf-8"),
        ("clean, GB18030", clean, "gb18030"),
        ("every mark, GB18030", damaged, "gb18030"),
    ]
    import ftfy
    from opencc import OpenCC

    converter = OpenCC("t2s")
    print(f"{'input':24}{'this program':>16}{'ftfy.fix_text':>16}{'OpenCC t2s':>16}   (MB of UTF-8 a second)")
    for name, texts, encoding in inputs:
        text = "\n".join(texts)
        data = text.encode(encoding)
        works = (partial(consume, data), partial(ftfy.fix_text, text), partial(converter.convert, text))
        speeds = [len(text.encode()) / 1e6 / best(work) for work in works]
        print(f"{name:24}" + "".join(f"{speed:16.1f}" for speed in speeds))


if __name__ == "__main__":
    main()
