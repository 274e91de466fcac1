"""Links from the marks of a chart to the incidents behind them; a page turns them into areas that can be pressed.

A link names what the incidents share: the days, the place, the number of origins.
"""

from __future__ import annotations

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
    for row in counts[counts["count"].fillna(0) > 0].itertuples():
        end = row.end + pd.Timedelta(days=1)
        ax.axvspan(row.start, end, alpha=0, linewidth=0, url=url_of_days(row.start, row.end))
