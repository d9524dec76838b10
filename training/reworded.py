"""Articles with front matter and captions that the labelled pages lack, made from words of their own.

In: a gold reading. Out: one in which some clauses of the text became captions or a subtitle, a label of a column stands over
the title, or the headings are in two halves. Used by `training/typeset.py`.
"""

from __future__ import annotations

import random
import re

from training.pages import Gold
from training.printed import column_label

PICTURED = 0.05  # share of the pages with captions that no labelled page has
SUBTITLED = 0.15  # share of the pages with subtitles that no labelled page has
LEAST_LEFT = 80  # characters of a paragraph that a clause is taken from
LABELLED = 0.15  # share of the pages with the label of a column over each title
HALVED = 0.3  # share of the pages with headings in two halves
_CLAUSES = re.compile(r"(?<=[，。；])[\u4e00-\u9fff“”]+(?=[，。；])")


def reworded(gold: Gold, dice: random.Random) -> Gold:
    """A gold reading with some of these changes, or none."""
    if dice.random() < PICTURED:
        gold = {**gold, "articles": [pictured(article, dice) for article in gold["articles"]]}
    if dice.random() < SUBTITLED:
        gold = {**gold, "articles": [subtitled(article, dice) for article in gold["articles"]]}
    if dice.random() < LABELLED:
        gold = {**gold, "articles": [{**a, "kicker": a["kicker"] or column_label(dice)} for a in gold["articles"]]}
    if dice.random() < HALVED:
        gold = {**gold, "articles": [halved(article) for article in gold["articles"]]}
    return gold


def pictured(article: Gold, dice: random.Random) -> Gold:
    """The article with a few clauses taken out of its text for captions.

    The captions of the labelled pages are made of few phrases; those of papers are in any words, and some read like headings.
    """
    for _ in range(dice.randint(1, 3)):
        clause, article = without_clause(article, dice)
        article = {**article, "captions": [*article["captions"], *filter(None, [clause])]}
    return article


def subtitled(article: Gold, dice: random.Random) -> Gold:
    """The article with a clause of its text for a subtitle, where it has none."""
    if article["subtitle"] or not article["title"]:
        return article
    clause, article = without_clause(article, dice)
    return {**article, "subtitle": clause}


def without_clause(article: Gold, dice: random.Random) -> tuple[str | None, Gold]:
    """A clause of an article, and the article without it."""
    sections = [{**section, "paragraphs": list(section["paragraphs"])} for section in article["sections"]]
    paragraphs = dice.choice(sections)["paragraphs"] or [""]
    k = dice.randrange(len(paragraphs))
    clauses = [c for c in _CLAUSES.findall(paragraphs[k]) if 8 <= len(c) <= 26 and c[0] not in "的了和与在也就而"]
    if not clauses or len(paragraphs[k]) <= LEAST_LEFT:
        return None, article
    clause = dice.choice(clauses)
    paragraphs[k] = paragraphs[k].replace(clause, "", 1).lstrip("，、；")
    return clause, {**article, "sections": sections}


def halved(article: Gold) -> Gold:
    """The article with white space for the comma or colon of its headings, as most papers print two halves."""
    sections = [
        {**section, "heading": section["heading"] and re.sub("[，、：]", " ", section["heading"])}
        for section in article["sections"]
    ]
    return {**article, "sections": sections}
