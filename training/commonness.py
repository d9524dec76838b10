"""Count how common each Han character is, for `pipeline.decode` and `pipeline.language`.

    python training/commonness.py CORPUS_DIR        # the folder with prose-*.txt.xz

Writes `pipeline/lexicon/commonness.toml`: the characters of clean prose in classes of -log2 of their share, once as
found (Simplified) and once by OpenCC s2t (Traditional, the character by its best reading in context, and the forms that
Taiwan and Hong Kong print as common as OpenCC's own: 為 眾 裡 for 爲 衆 裏); and
`pipeline/lexicon/scripts.toml`: the characters that only one script uses. Same corpus, same files, byte for byte.
"""

from __future__ import annotations

import lzma
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from opencc import OpenCC

LEXICON = Path(__file__).resolve().parent.parent / "pipeline" / "lexicon"
CHARACTERS = 12_000_000  # enough for a stable order of the 6,000 most common
RAREST = 2  # seen fewer times: left out
HAN = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFAE0), *range(0x20000, 0x2A6E0)]


def paragraphs(folder: Path) -> Iterator[str]:
    """The first `CHARACTERS` characters of the corpus, which is in a fixed mixed order."""
    left = CHARACTERS
    for path in sorted(folder.glob("prose-*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                left -= len(line)
                yield line
                if left < 0:
                    return


def with_forms(counts: Counter[str]) -> Counter[str]:
    """The counts, those of a character also for the forms of it that Taiwan and Hong Kong print."""
    forms = Counter(counts)
    for config in ("t2tw", "t2hk"):
        converter = OpenCC(config)
        for char, count in counts.items():
            form = converter.convert(char)
            forms[form] = max(forms[form], count)
    return forms


def classes(counts: Counter[str], total: int) -> dict[int, str]:
    """Characters by the whole number nearest to -log2 of their share of `total`, in code point order."""
    by_class: dict[int, list[str]] = defaultdict(list)
    for char, count in counts.items():
        if count >= RAREST and not char.isspace():
            by_class[round(-math.log2(count / total))].append(char)
    return {bits: "".join(sorted(chars)) for bits, chars in sorted(by_class.items())}


def encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def only(script: str) -> str:
    """The characters that OpenCC changes into the other script and that the other script's old standard lacks."""
    converter = OpenCC("s2t" if script == "simplified" else "t2s")
    other = "big5" if script == "simplified" else "gb2312"
    chars = map(chr, HAN)
    return "".join(c for c in chars if converter.convert(c) != c and not encodable(c, other))


def toml(heading: str, tables: dict[str, dict[str, str]]) -> str:
    lines = [f"# {line}" for line in heading.splitlines()]
    for name, entries in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = '{value}'" for key, value in entries.items())]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    to_traditional = OpenCC("s2t")
    simplified: Counter[str] = Counter()
    traditional: Counter[str] = Counter()
    for line in paragraphs(folder):
        line = line.replace("'", "")
        simplified.update(line)
        traditional.update(to_traditional.convert(line))
    made = "Made by training/commonness.py; do not edit."
    tables = {
        name: {str(bits): chars for bits, chars in classes(forms, counts.total()).items()}
        for name, counts, forms in (
            ("simplified", simplified, simplified),
            ("traditional", traditional, with_forms(traditional)),
        )
    }
    heading = f"{made}\nHow common a character is in prose: the key is -log2 of its share, rounded."
    (LEXICON / "commonness.toml").write_text(toml(heading, tables), encoding="utf-8", newline="\n")
    heading = (
        f"{made}\nCharacters that only one script uses: OpenCC {version()} changes them, and the old standard of the\n"
        "other script (Big5, GB 2312) lacks them, so that 后 里 干 于 and the like are in neither list."
    )
    pairs = {name: {"chars": only(name)} for name in ("simplified", "traditional")}
    (LEXICON / "scripts.toml").write_text(toml(heading, pairs), encoding="utf-8", newline="\n")


def version() -> str:
    from importlib.metadata import version as installed

    return installed("opencc")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
