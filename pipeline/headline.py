"""Headlines: which blocks are titles, decided for the page as a whole.

In: the blocks of a page as the roles stage found them. Out: the same blocks, in the same order, with other roles where
the page as a whole says so: nearly every page has exactly one headline an article, so the likeliest block becomes one
if none was found, and a block that was taken for a second one needs evidence of its own. What a block is made of is
left alone.

The likelihood is learnt (`training/headline.py`): the odds that the roles stage gave, the words a block shares with the
text of the page, where it stands, its form, and how it compares with its rivals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.partition import MOST, best, table
from pipeline.vocabulary import Vocabulary, vocabulary

Floats = npt.NDArray[np.float64]

LONGEST = 70  # characters of a headline
MOST_LINES = 4  # lines of a headline
SURE = 2.5  # log odds above which a headline needs no text of its own
LEAST = -4.0  # log odds that a candidate must have to be tried
TRIED = 5  # candidates tried
TITLED = 1.5  # what the log odds of one more headline count for
SECOND = 0.1  # the worth of one more headline
FLOOR, CEILING = -7.0, 5.0  # log odds beyond these speak no louder
MOST_HEADLINES = 400  # headlines of a page
CELLS = 2_000_000  # headlines times blocks of a page: what is kept in memory to deal the text to them
TINY = 1e-9  # stands for the weight of no words
READS_ON = "：:，,"
STOPS = "。；;，,、"
_NUMBERED = re.compile(
    r"^[（(]?(?:[一二三四五六七八九十百]+|\d{1,2})[)）、．.\s]|^第[一二三四五六七八九十百\d]+[章节篇部]|^[QA问答][:：]"
)
_SPACED = re.compile(r"(?:[\u3400-\u9fff][ \u3000]){2,}[\u3400-\u9fff]$")
_QUESTION = "？?"
_TEXT = (Role.BODY, Role.HEADING)
_ROLES = (Role.HEADING, Role.BODY, Role.CAPTION, Role.FURNITURE, Role.BYLINE, Role.SUBTITLE, Role.KICKER)
_LENGTHS = (5, 9, 15, 25, 40)

FEATURES = (
    "bias", "odds", "heading_odds", "caption_odds", "ahead", "best", "opens_page", "first", "closes_page", "last",
    "said", "spread", *(f"role_{role}" for role in _ROLES), *(f"length_{n}" for n in _LENGTHS), "stop", "comma_in",
    "colon_in", "question", "couplet", "numbered", "front_before", "front_after", "body_after", "level_top", "level_more",
    "level_none", "lines", "spaced", "numbered_too", "questions_too",
)  # fmt: skip


@cache
def weights() -> Floats:
    """The weights of FEATURES, learnt by `training/headline.py`: of the first headline of a page, and of one more."""
    data = json.loads((files("pipeline") / "models" / "headline.json").read_text(encoding="utf-8"))
    return np.array([data[name] for name in FEATURES])


def headlines(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the roles that the page as a whole speaks for."""
    those = candidates(blocks)
    if not those:
        return list(blocks)
    words = vocabulary([block.text.chars for block in blocks])
    odds = np.round(evidence(blocks, those, words) @ weights(), 4)
    first = int(odds[:, 0].argmax())
    most = max(1, min(MOST_HEADLINES, CELLS // len(blocks)))
    rest = [one for one in _headlines(blocks, those, odds[:, 1].tolist()) if those[first] not in one[0]]
    more = _more(blocks, words, _whole(blocks, those[first], those), rest[: most - 1])
    chosen = {*_whole(blocks, those[first], those), *more}
    return [_as(block, Role.TITLE if i in chosen else _second(block)) for i, block in enumerate(blocks)]


def _headlines(
    blocks: Sequence[Block], those: Sequence[int], odds: Sequence[float]
) -> list[tuple[tuple[int, ...], float]]:
    """Each headline that there may be, as its blocks, with the log odds that one of these is a headline; likeliest first."""
    by_block = dict(zip(those, odds, strict=True))
    wholes = [_whole(blocks, i, those) for i in those]
    later = {i for whole in wholes for i in whole[1:]}
    found = [
        (whole, float(np.logaddexp.reduce([by_block[i] for i in whole]))) for whole in wholes if whole[0] not in later
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _whole(blocks: Sequence[Block], i: int, those: Sequence[int]) -> tuple[int, ...]:
    """The blocks of the headline that begins with a block: it alone, or with the next one, if it reads on into that."""
    return (i, i + 1) if _reads_on(blocks, i, those) else (i,)


def _reads_on(blocks: Sequence[Block], i: int, those: Sequence[int]) -> bool:
    """Whether a headline that ends with a colon or comma goes on in the next block: "某医院：" / "……"."""
    if blocks[i].text.chars.strip()[-1] not in READS_ON or i + 1 not in those:
        return False
    after = blocks[i + 1].text.chars.strip()
    return blocks[i + 1].role is not Role.BYLINE and after[-1] not in STOPS and not _NUMBERED.match(after)


def _more(
    blocks: Sequence[Block],
    words: Vocabulary,
    first: tuple[int, ...],
    ranked: Sequence[tuple[tuple[int, ...], float]],
) -> list[int]:
    """The blocks of headlines besides the first: of those that are sure, and of the next few that explain the page better."""
    sure = [whole for whole, odds in ranked if odds > SURE]
    tried = [(whole, odds) for whole, odds in ranked[len(sure) : len(sure) + TRIED] if odds > LEAST]
    if not tried or len(sure) >= MOST:
        return [i for whole in sure for i in whole]
    order = sorted({first, *sure, *(whole for whole, _ in tried)})
    short = {i for whole in order for i in whole}
    items = [Item(b, i, i) for i, b in enumerate(blocks) if b.role in _TEXT and i not in short]
    of_these = words.picked([*(item.first for item in items), *(whole[-1] for whole in order)])
    known = table(blocks, items, [Front(titles=list(whole)) for whole in order], of_these)
    taken = [order.index(whole) for whole in (first, *sure)]
    score = best(known.of(sorted(taken)))[0]
    left = {order.index(whole): TITLED * odds + SECOND for whole, odds in tried}
    while left and len(taken) < MOST:
        found, k = max((best(known.of(sorted((*taken, k))))[0] + worth, k) for k, worth in left.items())
        if found <= score:
            break
        score = found
        taken.append(k)
        del left[k]
    return [i for k in taken if order[k] != first for i in order[k]]


def _as(block: Block, role: Role) -> Block:
    return block if block.role is role else replace(block, role=role, rule=f"{role}.page")


def _second(block: Block) -> Role:
    """The role of a block that is no title."""
    if block.role is not Role.TITLE:
        return block.role
    return max((p, role) for p, role in zip(block.odds, Role, strict=True) if role is not Role.TITLE)[1]


def candidates(blocks: Sequence[Block]) -> list[int]:
    """Indexes of the blocks that may be a headline by their form: short, a line or a few."""
    return [
        i
        for i, block in enumerate(blocks)
        if block.odds and len(block.lines) <= MOST_LINES and 1 < len(block.text.chars.strip()) <= LONGEST
    ]


def evidence(blocks: Sequence[Block], those: Sequence[int], words: Vocabulary) -> Floats:
    """What speaks for and against each candidate, shape (candidates, FEATURES). `words`: of the blocks."""
    p = np.clip([blocks[i].odds for i in those], 1e-4, 1 - 1e-4).reshape(len(those), len(Role))
    log_odds = np.clip(np.log(p / (1 - p)), FLOOR, CEILING)
    title = log_odds[:, list(Role).index(Role.TITLE)]
    echoed = _echoed(blocks, words)
    places = _places(blocks)
    top = min((block.lines[0].hint.level for block in blocks if block.lines[0].hint.level), default=0)
    numbered = sum(bool(_NUMBERED.match(blocks[i].text.chars.strip())) for i in those)
    questions = sum(blocks[i].text.chars.strip()[-1] in _QUESTION for i in those)
    table = []
    for k, i in enumerate(those):
        rivals = np.delete(title, k)
        ahead = float(title[k] - rivals.max()) if len(rivals) else 3.0
        level = blocks[i].lines[0].hint.level
        table.append([
            1.0, title[k], log_odds[k, list(Role).index(Role.HEADING)], log_odds[k, list(Role).index(Role.CAPTION)],
            min(3.0, max(-6.0, ahead)), float(ahead >= 0), *places[i], *echoed[i],
            *_form(blocks[i]), *_beside(blocks, i),
            float(0 < level == top), float(level > top), float(bool(top) and not level), float(len(blocks[i].lines) > 1),
            float(bool(_SPACED.match(blocks[i].text.chars.strip()))), *_series(blocks[i], numbered, questions),
        ])  # fmt: skip
    return np.array(table, dtype=np.float64).reshape(len(those), len(FEATURES))


def _series(block: Block, numbered: int, questions: int) -> list[float]:
    """Whether a block is one of several that are numbered, or that ask: then it is a heading."""
    chars = block.text.chars.strip()
    return [
        float(numbered > 1 and bool(_NUMBERED.match(chars))),
        float(questions > 1 and chars[-1] in _QUESTION) * min(3, questions - 1),
    ]


def _echoed(blocks: Sequence[Block], words: Vocabulary) -> list[tuple[float, float]]:
    """For each block the share of its words that a paragraph says too, and the share of paragraphs that hold such a word.

    A block does not echo itself.
    """
    is_body = np.array([block.role is Role.BODY for block in blocks])
    held = np.bincount(words.word[is_body[words.text]], minlength=len(words.held))[words.word] - is_body[words.text]
    weight = words.weight[words.word]
    share = words.sums(weight * (held > 0)) / np.maximum(words.sums(weight), TINY)
    spread = words.sums(held) / np.maximum(words.sums(np.ones(len(held))), 1.0) * 5 / max(1, is_body.sum())
    return list(zip(share.tolist(), np.minimum(1.0, spread).tolist(), strict=True))


def _places(blocks: Sequence[Block]) -> list[tuple[float, float, float, float]]:
    """For each block: nothing but furniture before it; no text before it; nothing but furniture after it; no text after it."""
    ahead = _alone(blocks)
    after = _alone(blocks[::-1])[::-1]
    return [(*a, *b) for a, b in zip(ahead, after, strict=True)]


def _alone(blocks: Sequence[Block]) -> list[tuple[float, float]]:
    found = []
    any_, text = False, False
    for block in blocks:
        found.append((float(not any_), float(not text)))
        any_ |= block.role is not Role.FURNITURE
        text |= block.role is Role.BODY
    return found


def _form(block: Block) -> list[float]:
    chars = block.text.chars.strip()
    return [
        *(float(block.role is role) for role in _ROLES),
        *(float(len(chars) >= n) for n in _LENGTHS),
        float(chars[-1] in STOPS), float("，" in chars or "," in chars), float(bool(set("：:") & set(chars[:-1]))),
        float(chars[-1] in _QUESTION), float(len(chars.split()) == 2), float(bool(_NUMBERED.match(chars))),
    ]  # fmt: skip


def _beside(blocks: Sequence[Block], i: int) -> list[float]:
    """Front matter right before, right after, and body right after."""
    front = (Role.KICKER, Role.SUBTITLE, Role.BYLINE)
    before = blocks[i - 1].role if i else None
    after = blocks[i + 1].role if i + 1 < len(blocks) else None
    return [float(before in front), float(after in front), float(after is Role.BODY)]
