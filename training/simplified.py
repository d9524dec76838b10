"""Make `pipeline/lexicon/simplified.txt`: each Traditional character and its Simplified form, from OpenCC's t2s.

    python -m training.simplified

For reading only (wording cues, letters compared), never for text that leaves the program. Left out are the characters that
Simplified text uses too, which t2s changes all the same (乾, 於, 著, …).
"""

from __future__ import annotations

from pathlib import Path

import opencc

SHARED = "乾吒夥后徵拚捱摺於榘菸薹袷醣麴麽著"


def main() -> None:
    """Write the pairs, one string of Traditional and one of Simplified characters."""
    convert = opencc.OpenCC("t2s").convert
    pairs = [(c, convert(c)) for c in map(chr, range(0x3400, 0xA000)) if c not in SHARED]
    pairs = [(a, b) for a, b in pairs if a != b and len(b) == 1]
    out = Path("pipeline/lexicon/simplified.txt")
    out.write_text("".join(a for a, _ in pairs) + "\n" + "".join(b for _, b in pairs) + "\n", encoding="utf-8")
    print(len(pairs), "pairs")


if __name__ == "__main__":
    main()
