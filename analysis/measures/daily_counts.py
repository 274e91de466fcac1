"""Incidents as the two frames that `changes` takes: counts by day, and counts of ranges of days."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import read_window, require_columns
from analysis.measures.coverage import Window, is_covered


def daily_counts(
    incidents: pd.DataFrame, window: Window, coverage: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count incidents by day, and apart from these the incidents that are known only to a range of days.

    Parameters
    ----------
    incidents : DataFrame
        With the columns date_start and date_end: first and last day on which each can have happened.
    window : tuple of two days
        First and last day, inclusive.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter, with the columns start and end (days, inclusive). Without it every day
        counts as covered.

    Returns
    -------
    frame : DataFrame
        start, end (the same day), count: one row for each day of the window. The count is missing on a day that is
        not covered, unless an incident is dated to it.
    ranges : DataFrame
        start, end (days, inclusive), count: the incidents known only to a range.

    Notes
    -----
    An incident is counted if its range touches the window, also where the range reaches beyond it. `frequency.count`
    counts by the best day, so that the two can differ by the incidents at the ends of the window.

    Examples
    --------
    >>> incidents = pd.DataFrame({"date_start": pd.to_datetime(["2024-01-01", "2024-01-02"]),
    ...                           "date_end": pd.to_datetime(["2024-01-01", "2024-01-03"])})
    >>> frame, ranges = daily_counts(incidents, ("2024-01-01", "2024-01-03"))
    >>> frame["count"].tolist(), ranges["count"].tolist()
    ([1, 0, 0], [1])
    """
    require_columns(incidents, ("date_start", "date_end"), "incidents")
    first, last = (pd.Timestamp(day) for day in read_window(window))
    inside = incidents[(incidents["date_end"] >= first) & (incidents["date_start"] <= last)]
    is_exact = inside["date_start"] == inside["date_end"]
    days = pd.date_range(first, last)
    count = inside.loc[is_exact, "date_start"].value_counts().reindex(days, fill_value=0).astype("Int64")
    count = count.mask(~is_covered(days, coverage) & (count == 0).to_numpy())
    frame = pd.DataFrame({"start": days, "end": days, "count": count.to_numpy()})
    ranges = inside.loc[~is_exact, ["date_start", "date_end"]].set_axis(["start", "end"], axis=1)
    return frame, ranges.value_counts(sort=False).rename("count").reset_index()
