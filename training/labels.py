"""What a gold reading says of each line: its role, and whether it opens, goes on, or resumes a paragraph.

    python -m training.labels PAGES_DIR    prints how many lines of each family could be labelled

Lines are found again in the gold text by their letters, Han characters and digits alone. A line found nowhere
(misread characters of OCR) is found approximately or gets no label.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.document import Line

_KEPT = re.compile(r"[^\u3400-\u9fff\U00020000-\U000323afA-Za-z0-9]+")

# T title, K kicker, S subtitle, Y byline, H heading, X caption, F furniture; a small letter goes on with the line
# before it. P opens a paragraph, J goes on with the line before, C goes on with text that stands elsewhere.
LABELS = ("T", "t", "K", "S", "s", "Y", "H", "h", "P", "J", "C", "X", "x", "F")


@dataclass(frozen=True)
class Piece:
    """A gold string: its kind (one of the capital labels, P for paragraphs), its letters, and its place."""

    kind: str
    letters: str
    article: int
    section: int
    order: int
    level: int = 0


def letters(text: str | None) -> str:
    """Letters, Han characters and digits alone, compatibility forms folded."""
    return _KEPT.sub("", unicodedata.normalize("NFKC", text or ""))


def pieces(gold: dict) -> Iterator[Piece]:  # type: ignore[type-arg]
    """Every string of a gold reading."""
    order = 0
    for a, article in enumerate(gold["articles"]):
        yield from _front(article, a, order)
        for s, section in enumerate(article["sections"]):
            if section["heading"]:
                yield Piece("H", letters(section["heading"]), a, s, order, section["level"])
            for paragraph in section["paragraphs"]:
                order += 1
                yield Piece("P", letters(paragraph), a, s, order)
    for removal in gold["removed"]:
        if removal["reason"] not in ("mark",):
            yield Piece("D" if removal["reason"] == "duplicate" else "F", letters(removal["text"]), -1, -1, -1)


def _front(article: dict, a: int, order: int) -> Iterator[Piece]:  # type: ignore[type-arg]
    """The title fields, bylines and captions of an article."""
    for key, kind in (("kicker", "K"), ("title", "T"), ("subtitle", "S")):
        if article[key]:
            yield Piece(kind, letters(article[key]), a, -1, order)
    for byline in article["bylines"]:
        role, names = byline["role"] or "", "".join(byline["names"])
        yield Piece("Y", letters(names + role if role in ("报道", "報道") else role + names), a, -1, order)
    for caption in article["captions"]:
        yield Piece("X", letters(caption), a, -1, order)


@dataclass(frozen=True)
class Found:
    """Where a line stands in the gold reading: the piece and the offset in its letters."""

    piece: Piece
    start: int
    end: int


def align(lines: list[Line], gold: dict) -> list[Found | None]:  # type: ignore[type-arg]
    """Find each line in the gold reading."""
    known = list(pieces(gold))
    grams: dict[str, list[int]] = defaultdict(list)
    for index, piece in enumerate(known):
        for gram in {piece.letters[i : i + 3] for i in range(len(piece.letters))}:
            grams[gram].append(index)
    found: list[Found | None] = []
    used: Counter[int] = Counter()
    before: Found | None = None
    for line in lines:
        chars = letters(line.text.chars)
        here = _find(chars, known, grams, before, used) if chars else None
        for kind in "YX":
            if here is None and chars and _made_of(chars, known, kind):
                here = Found(next(p for p in known if p.kind == kind), 0, 0)
        if here:
            used[known.index(here.piece)] += 1
        found.append(here)
        before = here or before
    return found


def _made_of(chars: str, known: list[Piece], kind: str) -> bool:
    """Whether a line is made of several bylines, or of several captions, of the page, or cut out of a row of them."""
    if len(chars) > 1 and chars in "".join(p.letters for p in known if p.kind == kind):
        return True
    parts = sorted({p.letters for p in known if p.kind == kind and p.letters}, key=len, reverse=True)
    hits = sum(len(part) for part in parts if part in chars)
    return bool(parts) and hits >= 0.8 * len(chars)


def _find(
    chars: str, known: list[Piece], grams: dict[str, list[int]], before: Found | None, used: Counter[int]
) -> Found | None:
    if before and before.piece.letters.startswith(chars, before.end):
        return Found(before.piece, before.end, before.end + len(chars))
    best: tuple[float, Found] | None = None
    candidates = Counter(i for k in range(max(1, len(chars) - 2)) for i in grams.get(chars[k : k + 3], ()))
    for index, hits in candidates.most_common(12):
        piece = known[index]
        at = piece.letters.find(chars)
        if at >= 0:
            exact = 2.0 - 0.5 * (used[index] > 0 and len(piece.letters) == len(chars)) - 0.1 * (piece.kind == "D")
            exact += 0.3 * (at == 0 and len(chars) == len(piece.letters))
        elif hits >= 0.55 * max(1, len(chars) - 2) and len(chars) >= 5:
            exact, at = hits / len(chars), _near(chars, piece.letters)
        else:
            continue
        if best is None or exact > best[0]:
            best = exact, Found(piece, at, at + len(chars))
    return best[1] if best else None


def _near(chars: str, text: str) -> int:
    """The offset at which a misread line begins, by the votes of its trigrams."""
    votes = Counter(
        max(0, found.start() - i)
        for i in range(len(chars) - 2)
        for found in re.finditer(re.escape(chars[i : i + 3]), text)
    )
    return votes.most_common(1)[0][0] if votes else 0


def label(lines: list[Line], found: list[Found | None]) -> list[str | None]:
    """A label of LABELS for each line; None where nothing is known of it."""
    labels: list[str | None] = []
    before: Found | None = None
    for here in found:
        labels.append(None if here is None else _label(here, before))
        before = here
    return labels


def _label(here: Found, before: Found | None) -> str:
    kind = {"D": "X"}.get(here.piece.kind, here.piece.kind)
    goes_on = before is not None and before.piece is here.piece and 0 < here.start and abs(here.start - before.end) <= 2
    if kind in "KYF":
        return kind
    if kind == "P":
        return "J" if goes_on else "P" if here.start <= 1 else "C"
    return kind.lower() if goes_on else kind


def read_gold(path: Path) -> dict:  # type: ignore[type-arg]
    """A gold file."""
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def main() -> None:
    """Print how many lines of each family get a label."""
    from training.pages import labelled

    counts: dict[str, Counter[str | None]] = defaultdict(Counter)
    for page in labelled(Path(sys.argv[1])):
        counts[page.family].update(page.labels)
    for family, count in sorted(counts.items()):
        print(f"{family:12}", dict(count.most_common()))


if __name__ == "__main__":
    main()
