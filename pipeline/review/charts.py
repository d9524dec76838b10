"""Charts of the overview as inline SVG. Colours and fonts are the style sheet's, so that they follow light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import leather
from markupsafe import Markup, escape

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
_ROW = 30  # height of a bar
_BARE = 44  # height of a chart without its bars
_TICKS = 4  # steps of the axis of numbers, at most
BINS = 10


def histogram(counts: Sequence[int], label: str) -> Markup:
    """Columns for the tenths of 0 to 1, each named by where it begins."""
    chart = leather.Chart()
    chart.add_columns([(f"{k / BINS:.1f}", count) for k, count in enumerate(counts)])
    ticks = ticks_to(max(counts))
    chart.add_y_scale(0, ticks[-1])
    chart.add_y_axis(ticks=ticks, tick_formatter=_spelled)
    return _svg(chart, 560, 240, label)


def bars(counts: Mapping[str, int], label: str, *, is_wide: bool = False) -> Markup:
    """A bar for each name, the first on top."""
    chart = leather.Chart()
    chart.add_bars([(count, name) for name, count in counts.items()])
    ticks = ticks_to(max(counts.values()))
    chart.add_x_scale(0, ticks[-1])
    chart.add_x_axis(ticks=ticks, tick_formatter=_spelled)
    return _svg(chart, 900 if is_wide else 560, _BARE + _ROW * len(counts), label)


def ticks_to(top: int) -> list[int]:
    """Round whole numbers from 0 to at least `top`, in a few steps.

    >>> ticks_to(7), ticks_to(0), ticks_to(1234)
    ([0, 2, 4, 6, 8], [0, 1], [0, 500, 1000, 1500])
    """
    sizes = (factor * 10**power for power in range(20) for factor in (1, 2, 5))
    step = next(size for size in sizes if size * _TICKS >= top)
    return list(range(0, max(top, 1) + step, step))[: _TICKS + 1]


def _spelled(value: int, *_: int) -> str:
    return f"{value:,}"


def _svg(chart: leather.Chart, width: int, height: int, label: str) -> Markup:
    """The chart with a view box, so that it fits its column, and with its label for those who don't see it."""
    svg = chart.to_svg(width=width, height=height)
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}"'
    return Markup(_SIZE.sub(head, svg, count=1))
