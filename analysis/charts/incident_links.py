"""Links from the marks of a chart to the incidents behind them; a page turns them into areas that can be pressed.

A link names what the incidents share: the days, the place, the number of origins.
"""

from __future__ import annotations

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes


def url_of_days(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """The link to the incidents of these days, both included.

    >>> url_of_days(pd.Timestamp("2024-01-22"), pd.Timestamp("2024-01-28"))
    '#incidents-2024-01-22-2024-01-28'
    """
    return f"#incidents-{first:%Y-%m-%d}-{last:%Y-%m-%d}"


def url_of_group(column: str, value: object) -> str:
    """The link to the incidents that have a value in a column of incidents.csv.

    >>> url_of_group("place_id", "tower-22")
    '#incidents-with-place_id-tower-22'
    """
    return f"#incidents-with-{column}-{value}"


def link_periods(ax: Axes, periods: pd.DataFrame) -> None:
    """Let each period (start, end, count) that has incidents lead to them, over the whole height of the axes."""
    counts = periods.groupby("start", as_index=False).agg(end=("end", "first"), count=("count", "sum"))
    some = counts[counts["count"].fillna(0) > 0]
    if some.empty:
        return
    first, last = (mdates.date2num(some[column]) for column in ("start", "end"))
    ax.broken_barh(list(zip(first, last + 1 - first, strict=True)), (0, 1), transform=ax.get_xaxis_transform(), alpha=0,
                   linewidth=0, urls=list(map(url_of_days, some["start"], some["end"])))  # fmt: skip
