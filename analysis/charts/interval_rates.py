"""Rates between the days on which a total was stated, with exact intervals."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style


def step_rates(
    intervals: pd.DataFrame,
    ax: Axes | None = None,
    colour: str = style.ACCENT,
    top: float | None = None,
    marks: dict | None = None,
) -> Axes:
    """A rung per interval of `total_intervals.total_intervals`: its length in days, its rate as height, and the
    95 % Garwood interval as a band. A band cut at `top` ends in an arrow."""
    ax = style.new_axes(ax, height=3.0)
    shown = intervals[intervals["count"].notna()]
    if shown.empty:
        return style.draw_nothing(ax, "no interval to show")
    with mpl.rc_context(style.RC):
        top = top or float(shown["rate_per_day_high"].quantile(0.8)) * 1.25
        left = mdates.date2num(shown["start"])
        width = shown["days"].to_numpy(float)
        high = shown["rate_per_day_high"].clip(upper=top)
        ax.bar(left, high - shown["rate_per_day_low"], width=width, bottom=shown["rate_per_day_low"],
               align="edge", color=colour, alpha=0.18, linewidth=0)  # fmt: skip
        ax.hlines(shown["rate_per_day"], left, left + width, color=colour, linewidth=1.8)
        over = (shown["rate_per_day_high"] > top).to_numpy()
        ax.plot((left + width / 2)[over], [top * 0.99] * int(over.sum()), "^", color=colour,
                markersize=3, clip_on=False)  # fmt: skip
        style.count_axis(ax, "attacks per day", whole=False)
        ax.set_ylim(0, top)
        style.date_axis(ax, intervals["start"].min(), intervals["end"].max())
        style.mark_days(ax, marks or {})
    return ax
