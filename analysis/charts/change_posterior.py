"""Posterior probability of a change on each day, with the 95 % sets of its dates shaded."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.text_format import format_date

SPANNED = 0.12  # opacity of the ground under a set


def change_posterior(
    dates: pd.DataFrame,
    sets: pd.DataFrame | None = None,
    ax: Axes | None = None,
    marks: dict | None = None,
    overdispersed: pd.DataFrame | None = None,
) -> Axes:
    """`dates` and `sets` are from `ChangePosterior.dates` and `ChangePosterior.highest_density`: a bar for each day, as
    high as the probability that a new rate began on it, over the shaded days of the sets. `overdispersed` is the
    `dates` of the overdispersed posterior, drawn as a line."""
    ax = style.new_axes(ax, height=2.4)
    if dates.empty:
        return style.draw_nothing(ax, "a single day: no change could be seen")
    with mpl.rc_context(style.RC):
        day = mdates.date2num(dates["day"])
        ax.stairs(dates["probability"], np.append(day, day[-1] + 1), fill=True, color=style.ACCENT, linewidth=0,
                  label="Poisson")  # fmt: skip
        if overdispersed is not None:
            ax.step(day, overdispersed["probability"], where="post", color=style.SECOND, linewidth=0.9,
                    label="allowing for clustering")  # fmt: skip
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, handlelength=1.2, columnspacing=1.2,
                      borderaxespad=0)  # fmt: skip
        for start, end in [] if sets is None else _runs(sets["day"]):
            ax.axvspan(mdates.date2num(start), mdates.date2num(end) + 1, color=style.ACCENT, alpha=SPANNED,
                       linewidth=0, zorder=0)  # fmt: skip
        style.unit_label(ax, "P(change on this day)")
        ax.yaxis.grid(True)
        ax.set_ylim(bottom=0)
        style.date_axis(ax, dates["day"].min(), dates["day"].max())
        style.mark_days(ax, marks or {})
    return ax


def _runs(days: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last day of each run of neighbouring days."""
    days = pd.Series(pd.to_datetime(days).drop_duplicates().sort_values().to_numpy())
    run = (days.diff() > pd.Timedelta(days=1)).cumsum()
    return [(part.iloc[0], part.iloc[-1]) for _, part in days.groupby(run)]


def change_posterior_alt(dates: pd.DataFrame, sets: pd.DataFrame | None = None) -> str:
    """For `change_posterior`: the most probable day, and each set with its mass."""
    if dates.empty:
        return "Posterior of change dates: a single day, no change could be seen."
    peak = dates.loc[dates["probability"].idxmax()]
    head = (
        f"Bar chart of the posterior probability of a change of rate on each day from "
        f"{format_date(dates['day'].min())} to {format_date(dates['day'].max())}; "
        f"the highest, {peak['probability']:.2f}, on {format_date(peak['day'])}."
    )
    if sets is None or sets.empty:
        return f"{head} No set of dates is shaded."
    each = [
        f"change {order}: {len(part)} days between {format_date(part['day'].min())} "
        f"and {format_date(part['day'].max())} ({100 * part['set_probability'].iloc[0]:.0f} percent)"
        for order, part in sets.groupby("order")
    ]
    return f"{head} Shaded - " + "; ".join(each) + "."
