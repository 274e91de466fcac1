"""Incidents as the two frames that `changes` takes: counts by day, and counts of ranges of days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.arguments import read_window, require_columns
from analysis.evidence.errors import InputError
from analysis.measures.coverage import Window, is_covered


def daily_counts(
    incidents: pd.DataFrame,
    window: Window,
    coverage: pd.DataFrame | None = None,
    exposure: dict[str, float] | None = None,
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

    exposure : dict of str to float, optional
        Share of the incidents that are seen, by the density of the coverage, above 0 and at most 1: for example
        {"sparse": 0.3}. Densities that are not named, and days without coverage, are seen fully.

    Returns
    -------
    frame : DataFrame
        start, end (the same day), count, and with `exposure` also exposure: one row for each day of the window. The
        count is missing on a day that is not covered, unless an incident is dated to it.
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
    if exposure is not None:
        frame["exposure"] = exposure_by_day(days, coverage, exposure)
    ranges = inside.loc[~is_exact, ["date_start", "date_end"]].set_axis(["start", "end"], axis=1)
    return frame, ranges.value_counts(sort=False).rename("count").reset_index()


def exposure_by_day(days: pd.DatetimeIndex, coverage: pd.DataFrame | None, exposure: dict[str, float]) -> np.ndarray:
    """Share of the incidents of each day that are seen.

    Parameters
    ----------
    days : DatetimeIndex
        The days.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter, with the columns start, end and density.
    exposure : dict of str to float
        Share by density, above 0 and at most 1.

    Returns
    -------
    array of float, (days,)
        The largest share of the rows that hold the day; 1 where none does.

    Raises
    ------
    InputError
        For a share that is not above 0 and at most 1.

    Examples
    --------
    >>> coverage = pd.DataFrame({"start": pd.to_datetime(["2024-01-02"]), "end": pd.to_datetime(["2024-01-03"]),
    ...                          "density": ["sparse"]})
    >>> exposure_by_day(pd.date_range("2024-01-01", "2024-01-03"), coverage, {"sparse": 0.3}).tolist()
    [1.0, 0.3, 0.3]
    """
    for density, share in exposure.items():
        if not 0 < share <= 1:
            raise InputError(f"exposure of {density!r} is {share!r}; it must be above 0 and at most 1")
    out = np.zeros(len(days))
    for row in () if coverage is None else coverage.itertuples():
        inside = (days >= row.start) & (days <= row.end)
        out[inside] = np.maximum(out[inside], exposure.get(row.density, 1.0))
    return np.where(out > 0, out, 1.0)
