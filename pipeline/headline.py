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
from collections.abc import Iterator, Sequence, Set
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from pipeline.document import Block, Role
from pipeline.fronts import Front
from pipeline.order import Item
from pipeline.partition import MOST, table, worth
from pipeline.vocabulary import Floats, Ints, Vocabulary, vocabulary

Bools = npt.NDArray[np.bool_]

LONGEST = 70  # characters of a headline
MOST_LINES = 4  # lines of a headline
SURE = 2.5  # log odds above which a headline needs no text of its own
LEAST = -4.0  # log odds that a candidate must have to be tried
TRIED = 5  # candidates tried
TITLED = 2.0  # what the log odds of one more headline count for
SECOND = 0.4  # the worth of one more headline
FLOOR, CEILING = -7.0, 5.0  # log odds beyond these speak no louder
ALONE = 3.0  # by how much a candidate without a rival is ahead
MOST_HEADLINES = 400  # headlines of a page
CELLS = 2_000_000  # headlines times blocks of a page: what is kept in memory to deal the text to them
TINY = 1e-9  # stands for the weight of no words
READS_ON = "：:，,"
STOPS = "。；;，,、"
_NUMBERED = re.compile(
    r"^[（(]?(?:[一二三四五六七八九十百]+|\d{1,2})[)）、．.\s]|^第[一二三四五六七八九十百\d]+[章节篇部]|^[QA问答][:：]"
)
_SPACED = re.compile(r"(?:[\u3400-\u9fff][ \u3000]){2,}[\u3400-\u9fff]$")
_LABEL = re.compile(r"[【〔［\[][^【】〔〕［］\[\]]{2,12}[】〕］\]]$")  # of a column of the paper
_QUESTION = "？?"
_TEXT = (Role.BODY, Role.HEADING)
_ROLES = (Role.HEADING, Role.BODY, Role.CAPTION, Role.FURNITURE, Role.BYLINE, Role.SUBTITLE, Role.KICKER)
_KIND = {role: kind for kind, role in enumerate(Role)}
_KINDS = np.array([_KIND[role] for role in _ROLES])
_ASKED = [_KIND[role] for role in (Role.TITLE, Role.HEADING, Role.CAPTION)]
_EDGE = len(Role)  # stands for what is beyond the page
_IS_FRONT = np.array([role in (Role.KICKER, Role.SUBTITLE, Role.BYLINE) for role in (*Role, None)])
_LENGTHS = (5, 9, 15, 25, 40)

FEATURES = (
    "bias", "odds", "heading_odds", "caption_odds", "ahead", "best", "opens_page", "closes_page", "first", "last",
    "said", "spread", *(f"role_{role}" for role in _ROLES), *(f"length_{n}" for n in _LENGTHS), "stop", "comma_in",
    "colon_in", "question", "couplet", "numbered", "spaced", "numbered_too", "questions_too", "front_before", "front_after",
    "body_after", "label_before", "level_top", "level_more", "level_none", "lines",
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
    likeliest = _likeliest(blocks, those, odds[:, 0])
    ranked = _headlines(blocks, those, odds[:, 1].tolist())
    first = next((whole for whole, _ in ranked if likeliest in whole), (likeliest,))
    most = max(1, min(MOST_HEADLINES, CELLS // len(blocks)))
    rest = [one for one in ranked if likeliest not in one[0]]
    chosen = {*first, *_more(blocks, words, first, rest[: most - 1])}
    # The label of a column right over a headline is its kicker.
    labels = {i - 1 for i in chosen if i and _is_label(blocks[i - 1])}
    roles = [
        Role.TITLE if i in chosen else Role.KICKER if i in labels else _second(block) for i, block in enumerate(blocks)
    ]
    return [_as(block, role) for block, role in zip(blocks, roles, strict=True)]


def _likeliest(blocks: Sequence[Block], those: Sequence[int], odds: Floats) -> int:
    """The likeliest headline; the only text of a page is none, if there is another: a headline has a text."""
    texts = [i for i, block in enumerate(blocks) if block.role is Role.BODY]
    may_be = np.array([texts != [i] for i in those])
    return those[int(np.where(may_be | ~may_be.any(), odds, -np.inf).argmax())]


def _headlines(
    blocks: Sequence[Block], those: Sequence[int], odds: Sequence[float]
) -> list[tuple[tuple[int, ...], float]]:
    """Each headline that there may be, as its blocks, with the log odds that one of these is a headline; likeliest first."""
    by_block = dict(zip(those, odds, strict=True))
    wholes = [_whole(blocks, i, by_block.keys()) for i in those]
    later = {i for whole in wholes for i in whole[1:]}
    found = [(whole, _either(*(by_block[i] for i in whole))) for whole in wholes if whole[0] not in later]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _either(odds: float, *others: float) -> float:
    """The log of a sum of odds, given their logs."""
    return float(np.logaddexp.reduce((odds, *others))) if others else odds


def _whole(blocks: Sequence[Block], i: int, those: Set[int]) -> tuple[int, ...]:
    """The blocks of the headline that begins with a block: it alone, or with the next one, if it reads on into that."""
    return (i, i + 1) if _reads_on(blocks, i, those) else (i,)


def _reads_on(blocks: Sequence[Block], i: int, those: Set[int]) -> bool:
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
    [score] = worth(known, [sorted(taken)])
    left = {order.index(whole): TITLED * odds + SECOND for whole, odds in tried}
    while left and len(taken) < MOST:
        explained = worth(known, [sorted((*taken, k)) for k in left])
        found, k = max((one + more, k) for one, (k, more) in zip(explained, left.items(), strict=True))
        if found <= score:
            break
        score = found
        taken.append(k)
        del left[k]
    return [i for k in taken if order[k] != first for i in order[k]]


def _as(block: Block, role: Role) -> Block:
    return block if block.role is role else block._replace(role=role, rule=f"{role}.page")


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
    if not those:
        return np.zeros((0, len(FEATURES)))
    at = np.array(those)
    kinds = np.array([_KIND[block.role] for block in blocks])
    p = np.array([blocks[i].odds for i in those]).clip(1e-4, 1 - 1e-4)
    log_odds = np.log(p / (1 - p)).clip(FLOOR, CEILING)
    ahead = _ahead(log_odds[:, _KIND[Role.TITLE]])
    parts = (
        np.ones((len(those), 1)), log_odds[:, _ASKED], np.column_stack((ahead.clip(-6.0, 3.0), ahead >= 0)),
        *_places(kinds, at), *(column[at, None] for column in _echoed(kinds, words)), kinds[at, None] == _KINDS,
        _form([blocks[i].text.chars.strip() for i in those]), *_beside(kinds, at), _labelled(blocks, those), _levels(blocks, at),
    )  # fmt: skip
    return np.concatenate(parts, axis=1, dtype=np.float64)


def _ahead(odds: Floats) -> Floats:
    """By how much each of the log odds is above the greatest of the others."""
    if len(odds) < 2:
        return np.full(len(odds), ALONE)
    top = np.sort(odds)[-2:]
    ahead: Floats = odds - np.where(odds == top[1], top[0], top[1])
    return ahead


def _echoed(kinds: Ints, words: Vocabulary) -> tuple[Floats, Floats]:
    """For each block the share of its words that a paragraph says too, and the share of paragraphs that hold such a word.

    A block does not echo itself.
    """
    is_body = kinds == _KIND[Role.BODY]
    own = is_body[words.text]
    held = np.bincount(words.word[own], minlength=len(words.held))[words.word] - own
    weight = words.weight[words.word]
    share = words.sums(weight * (held > 0)) / np.maximum(words.sums(weight), TINY)
    spread = (
        words.sums(held) / np.maximum(np.bincount(words.text, minlength=words.texts), 1) * 5 / max(1, is_body.sum())
    )
    return share, np.minimum(1.0, spread)


def _places(kinds: Ints, at: Ints) -> Iterator[Bools]:
    """Whether there is nothing but furniture before and after a block, and whether there is no text."""
    for told in (kinds != _KIND[Role.FURNITURE], kinds == _KIND[Role.BODY]):
        places = np.flatnonzero(told)
        first, last = (places[0], places[-1]) if len(places) else (len(kinds), -1)
        yield at[:, None] <= first
        yield at[:, None] >= last


def _form(texts: Sequence[str]) -> Floats:
    """What each candidate looks like; whether it is one of several that are numbered, or that ask: then it is a heading."""
    numbered = [bool(_NUMBERED.match(chars)) for chars in texts]
    asks = [chars[-1] in _QUESTION for chars in texts]
    of_several, more = sum(numbered) > 1, min(3, sum(asks) - 1)
    return np.array([
        (
            *(len(chars) >= n for n in _LENGTHS), chars[-1] in STOPS, "，" in chars or "," in chars,
            "：" in chars[:-1] or ":" in chars[:-1], ask, len(chars.split()) == 2, number,
            bool(_SPACED.match(chars)), number and of_several, ask and more,
        )
        for chars, number, ask in zip(texts, numbered, asks, strict=True)
    ], dtype=np.float64)  # fmt: skip


def _beside(kinds: Ints, at: Ints) -> Iterator[Bools]:
    """Front matter right before, right after, and body right after."""
    edged = np.concatenate(([_EDGE], kinds, [_EDGE]))
    before, after = edged[at, None], edged[at + 2, None]
    yield _IS_FRONT[before]
    yield _IS_FRONT[after]
    yield after == _KIND[Role.BODY]


def _labelled(blocks: Sequence[Block], those: Sequence[int]) -> Bools:
    """Whether the label of a column stands right before each candidate."""
    return np.array([[bool(i and _is_label(blocks[i - 1]))] for i in those], dtype=np.bool_)


def _is_label(block: Block) -> bool:
    """Whether a block is built as the label of a column of the paper."""
    return bool(_LABEL.match(block.text.chars.strip()))


def _levels(blocks: Sequence[Block], at: Ints) -> Bools:
    """How the level of a layout mark compares with the highest one on the page; whether it has several lines."""
    levels = np.array([block.lines[0].hint.level for block in blocks])
    top = min(levels[levels > 0], default=0)
    own = levels[at]
    lines = np.array([len(blocks[i].lines) for i in at.tolist()])
    return np.stack(((own > 0) & (own == top), own > top, (own == 0) & (top > 0), lines > 1), axis=1)
