"""The review page's HTML, from its templates. Every text is escaped: the templates have no way around it."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline import __version__
from pipeline.document import Role
from pipeline.review.charts import bars, histogram
from pipeline.review.documents import Shown
from pipeline.review.originals import Output
from pipeline.review.sums import Sums
from pipeline.review.view import is_pinned
from pipeline.review.words import word, words
from pipeline.run.report import removed

STATES = ("ok", "quarantined", "differs", "changed", "gone")
MOST_RULES = 15

# Nothing but what lies beside the page: no script or style in the page itself, no network.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.review"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "t": word,
        "words": words(),
        "policy": POLICY,
        "version": __version__,
        "roles": [role.value for role in Role],
        "is_pinned": is_pinned,
    }
    return environment


def document_page(one: Shown) -> str:
    """The page of one document."""
    return _environment().get_template("document.html").render(one=one.summary, view=one.view)


def overview_page(of: Output, sums: Sums, shards: int) -> str:
    """The overview with the list."""
    counts = of.manifest["counts"]
    by_reason = removed(counts)
    top = dict(sums.documents_of.most_common(MOST_RULES))
    english = {key: pair[0] for key, pair in words().items()}
    return (
        _environment()
        .get_template("index.html")
        .render(
            out=str(of.layout.root),
            stamp=of.manifest["stamp"],
            counts=counts,
            by_reason=by_reason,
            sums=sums,
            states=[state for state in STATES if sums.states[state]],
            shards=shards,
            confidence=histogram(sums.bins, english["confidence"]),
            reasons=bars(by_reason, english["where_note"]) if by_reason else "",
            rules=bars(top, english["rules_note"], is_wide=True) if top else "",
        )
    )
