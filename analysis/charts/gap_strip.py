"""One strip per view: a tick for every day with an incident, the longest gaps shaded."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.coverage_shading import shade_coverage
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps


def gap_strip(
    views: dict[str, pd.DataFrame],
    window,
    ax: Axes | None = None,
    label_from: int = 14,
    coverage: pd.DataFrame | None = None,
) -> Axes:
    """`views` maps a label to its incidents. Gaps of at least `label_from` empty days are shaded
    and carry their length; a gap that touches an edge of what was watched says "at least". Days that
    hardly anybody watched have a grey ground, those that nobody watched a hatched one."""
    ax = style.new_axes(ax, height=0.9 + 0.62 * len(views))
    start, end = (pd.Timestamp(day) for day in window)
    with mpl.rc_context(style.RC):
        for level, (_, incidents) in enumerate(reversed(views.items())):
            inside = incidents[incidents["date"].between(start, end)]
            if inside.empty:
                ax.annotate("no incident", (0.5, level), xycoords=("axes fraction", "data"),
                            ha="center", va="center", color=style.QUIET)  # fmt: skip
                continue
            days = mdates.date2num(inside["date"].unique())
            ax.vlines(days, level - 0.3, level + 0.3, color=style.ACCENT, linewidth=0.8)
            _shade(ax, gaps(inside, (start, end), label_from, coverage), level)
        _unwatched(ax, start, end, coverage)
        ax.set_yticks(range(len(views)), list(reversed(views)))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_ylim(-0.6, len(views) - 0.25)
        style.date_axis(ax, start, end)
    return ax


def _unwatched(ax: Axes, start, end, coverage: pd.DataFrame | None) -> None:
    if coverage is not None and len(coverage):
        none = pd.DataFrame(columns=["date", "date_start", "date_end"], dtype="datetime64[us]")
        shade_coverage(ax, count(none, "day", window=(start, end), coverage=coverage))


def _shade(ax: Axes, found: pd.DataFrame, level: int) -> None:
    for row in found.itertuples():
        left, width = mdates.date2num(row.start), row.gap_days
        ax.broken_barh([(left, width)], (level - 0.3, 0.6), color=style.SECOND, alpha=0.16)
        words = f"{'≥ ' if row.is_censored else ''}{row.gap_days}"
        ax.text(left + width / 2, level, words, ha="center", va="center", fontsize=8,
                color=style.INK)  # fmt: skip
