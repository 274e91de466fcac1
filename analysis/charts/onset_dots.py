"""Plausible days of one change under several views: a dot, and the 95 % set as a bar."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.text_format import format_date


def onset_dots(table: pd.DataFrame, window, ax: Axes | None = None, marks: dict | None = None) -> Axes:
    """`table` from `onset.onset_by_definition`: definition, day, day_low, day_high, is_announced. Hollow = no change announced.
    A set that reaches beyond the window ends at its edge in an arrow; `marks` is {day: label}."""
    ax = style.new_axes(ax, height=0.9 + 0.42 * len(table))
    start, end = (pd.Timestamp(day) for day in window)
    with mpl.rc_context(style.RC):
        for level, row in enumerate(table.iloc[::-1].itertuples()):
            low, high = (mdates.date2num(min(max(d, start), end)) for d in (row.day_low, row.day_high))
            ax.hlines(level, low, high, color=style.ACCENT, linewidth=5, alpha=0.25)
            if start <= row.day <= end:
                ax.plot(mdates.date2num(row.day), level, "o", markersize=6, color=style.ACCENT,
                        markerfacecolor=style.ACCENT if row.is_announced else "white")  # fmt: skip
                ax.annotate(f"{row.day.day} {row.day:%b}", (mdates.date2num(row.day), level), xytext=(0, -6),
                            textcoords="offset points", ha="center", va="top", fontsize=7.5)  # fmt: skip
            _beyond(ax, level, row.day_low < start, row.day_high > end)
        ax.set_yticks(range(len(table)), list(table["definition"])[::-1])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_ylim(-0.6, len(table) - 0.2)
        ax.xaxis.grid(True)
        style.date_axis(ax, start, end)
        style.mark_days(ax, marks or {})
    return ax


def _beyond(ax: Axes, level: int, left: bool, right: bool) -> None:
    for there, edge, arrow in ((left, 0.0, "<"), (right, 1.0, ">")):
        if there:
            ax.plot(edge, level, arrow, transform=ax.get_yaxis_transform(), color=style.ACCENT, markersize=5,
                    clip_on=False)  # fmt: skip


def onset_alt(table: pd.DataFrame) -> str:
    """For `onset_dots`: each view's most probable day and set, and how far these days lie apart."""
    if table.empty:
        return "Dot plot of the most probable day of a change under each view: no view to show."
    parts = [
        f"{row.definition}: {format_date(row.day)}, 95 percent set from {format_date(row.day_low)} to {format_date(row.day_high)}"
        + ("" if row.is_announced else ", not announced")
        for row in table.itertuples()
    ]
    return (
        f"Dot plot of the most probable day of the change under each view. {'; '.join(parts)}. Announced for "
        f"{int(table['is_announced'].sum())} of {len(table)}; the days run from {format_date(table['day'].min())} to "
        f"{format_date(table['day'].max())}."
    )
