"""Charts of the overview as inline SVG. Colours and fonts are the style sheet's, so that they follow light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import leather
from markupsafe import Markup, escape

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
_ROW = 30  # height of a bar
_BARE = 44  # height of a chart without its bars
BINS = 10


def histogram(counts: Sequence[int], label: str) -> Markup:
    """Columns for the tenths of 0 to 1, each named by where it begins."""
    chart = leather.Chart()
    chart.add_columns([(f"{k / BINS:.1f}", count) for k, count in enumerate(counts)])
    chart.add_y_scale(0, max(1, *counts))
    return _svg(chart, 560, 240, label)


def bars(counts: Mapping[str, int], label: str, *, is_wide: bool = False) -> Markup:
    """A bar for each name, the first on top."""
    chart = leather.Chart()
    chart.add_bars([(count, name) for name, count in counts.items()])
    chart.add_x_scale(0, max(1, *counts.values()))
    return _svg(chart, 900 if is_wide else 560, _BARE + _ROW * len(counts), label)


def _svg(chart: leather.Chart, width: int, height: int, label: str) -> Markup:
    """The chart with a view box, so that it fits its column, and with its label for those who don't see it."""
    svg = chart.to_svg(width=width, height=height)
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}"'
    return Markup(_SIZE.sub(head, svg, count=1))
