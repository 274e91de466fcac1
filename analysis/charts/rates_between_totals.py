"""Rates between the days on which a total was stated, with exact intervals."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import require_columns

COLUMNS = ("start", "end", "days", "count", "rate_per_day", "rate_per_day_low", "rate_per_day_high")


def step_rates(
    intervals: pd.DataFrame,
    ax: Axes | None = None,
    colour: str = style.ACCENT,
    top: float | None = None,
    marks: dict | None = None,
) -> Axes:
    """Draw the rate between neighbouring statements of a total, each with its interval as a band.

    Parameters
    ----------
    intervals : DataFrame
        What `total_intervals` returns: start, end (days), days, count, rate_per_day, rate_per_day_low
        and rate_per_day_high.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    colour : str, optional
        Colour of the steps.
    top : float, optional
        Upper end of the axis, in incidents per day. A band that is cut there ends in an arrow.
    marks : dict, optional
        Dated events to mark, {day: label}.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    step_rates_alt : The same chart in words.

    Notes
    -----
    The band is the exact 95 % interval for a Poisson count [1]_. It is too narrow where attacks cluster. The chart
    shows one total and cannot be split.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    >>> import analysis as a
    >>> totals = a.totals.running_total(a.open_folder().tallies, "Pentagon")
    >>> a.charts.step_rates(a.total_intervals(totals)).get_ylabel()
    'attacks per day'
    """
    require_columns(
        intervals,
        ("start", "end", "days", "count", "rate_per_day", "rate_per_day_low", "rate_per_day_high"),
        "intervals",
    )
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
        style.count_axis(ax, f"{vocabulary().plural} per day", whole=False)
        ax.set_ylim(0, top)
        style.date_axis(ax, intervals["start"].min(), intervals["end"].max())
        style.mark_days(ax, marks or {})
    return ax
