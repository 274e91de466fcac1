"""Which days were searched: the window of a question, and its covered days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.arguments import read_day, require_columns
from analysis.evidence.errors import InputError

DAY = pd.Timedelta(days=1)
Window = tuple[object, object]  # first and last day; None or "" = as far as is known


def observed_window(
    incidents: pd.DataFrame, window: Window | None = None, coverage: pd.DataFrame | None = None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day to count over: those given, else those that are covered, else those of the incidents.

    Parameters
    ----------
    incidents : DataFrame
        With the column date.
    window : tuple of two days, optional
        First and last day, inclusive. None or "" in place of a day: as far as is known.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter, with the columns start and end (days, inclusive).

    Returns
    -------
    tuple of Timestamp
        First and last day, inclusive.

    Raises
    ------
    InputError
        If no window, no coverage and no incident gives a day; if a bound is not a day; if the window ends before it
        starts.

    Notes
    -----
    Without coverage and window the first and the last incident bound the window. A rate over such a window is too
    high, because it leaves out the days without incidents at both ends.

    Examples
    --------
    >>> incidents = pd.DataFrame({"date": pd.to_datetime(["2024-01-03", "2024-01-09"])})
    >>> observed_window(incidents, ("2024-01-01", ""))
    (Timestamp('2024-01-01 00:00:00'), Timestamp('2024-01-09 00:00:00'))
    """
    if coverage is not None:
        require_columns(coverage, ("start", "end"), "coverage")
    require_columns(incidents, ("date",), "incidents")
    given = window or (None, None)
    if coverage is not None and len(coverage):
        known = coverage["start"].min(), coverage["end"].max()
    else:
        known = incidents["date"].min(), incidents["date"].max()
    start, end = (_as_day(g) if g else k for g, k in zip(given, known, strict=True))
    if pd.isna(start) or pd.isna(end):
        raise InputError("no incident, no window and no coverage: there is nothing to count over")
    if end < start:
        raise InputError(f"the window ends ({end:%Y-%m-%d}) before it starts ({start:%Y-%m-%d})")
    return start, end


def _as_day(given) -> pd.Timestamp:
    return pd.Timestamp(read_day(given, "window"))


def covered_window(
    incidents: pd.DataFrame, window: Window | None, coverage: pd.DataFrame | None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The part of the window from the first to the last covered day.

    Parameters
    ----------
    incidents : DataFrame
        With the column date.
    window : tuple of two days or None
        First and last day, inclusive.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter, with the columns start and end (days, inclusive).

    Returns
    -------
    tuple of Timestamp
        First and last day, inclusive. The last lies before the first where the window holds no covered day.

    Raises
    ------
    InputError
        As `observed_window` does.

    Examples
    --------
    >>> coverage = pd.DataFrame({"start": [pd.Timestamp("2024-01-05")], "end": [pd.Timestamp("2024-03-31")]})
    >>> first, last = covered_window(pd.DataFrame(columns=["date"]), ("2024-01-01", "2024-01-31"), coverage)
    >>> f"{first:%d %B} to {last:%d %B}"
    '05 January to 31 January'
    """
    first, last = observed_window(incidents, window, coverage)
    if coverage is None or coverage.empty:
        return first, last
    return max(first, coverage["start"].min()), min(last, coverage["end"].max())


def covered_days(periods: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.Series:
    """Number of days of each period that some row of the coverage holds.

    Parameters
    ----------
    periods : DataFrame
        With the columns start and end (days, inclusive).
    coverage : DataFrame or None
        Rows of coverage.csv of one counter. None, or no row: every day counts as covered.

    Returns
    -------
    Series of int
        Days, one value for each period.

    Examples
    --------
    >>> periods = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-01-07"])})
    >>> coverage = pd.DataFrame({"start": pd.to_datetime(["2024-01-06"]), "end": pd.to_datetime(["2024-02-01"])})
    >>> covered_days(periods, coverage).tolist()
    [2]
    """
    if coverage is None or coverage.empty:
        return (periods["end"] - periods["start"]).dt.days + 1
    return _days_in(periods, coverage)


def sparse_days(periods: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.Series:
    """Number of covered days of each period that were searched only now and then, neither by day nor by week.

    Parameters
    ----------
    periods : DataFrame
        With the columns start and end (days, inclusive).
    coverage : DataFrame or None
        Rows of coverage.csv of one counter, with the column density. None, or no row: no day counts as sparse.

    Returns
    -------
    Series of int
        Days, one value for each period. A zero on such days is weak: an attack may have been overlooked.

    Examples
    --------
    >>> periods = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-01-07"])})
    >>> coverage = pd.DataFrame({"start": pd.to_datetime(["2024-01-06"]), "end": pd.to_datetime(["2024-02-01"])})
    >>> sparse_days(periods, coverage.assign(density="sparse")).tolist()
    [2]
    """
    if coverage is None or coverage.empty:
        return pd.Series(0, periods.index)
    return _days_in(periods, coverage) - _days_in(periods, coverage[coverage["density"] != "sparse"])


def weekly_days(periods: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.Series:
    """Number of covered days of each period that were searched by week and not by day.

    Parameters
    ----------
    periods : DataFrame
        With the columns start and end (days, inclusive).
    coverage : DataFrame or None
        Rows of coverage.csv of one counter, with the column density. None, or no row: no day counts as searched by
        week.

    Returns
    -------
    Series of int
        Days, one value for each period. The zero of such a day is weak; that of a whole week is not.

    Examples
    --------
    >>> periods = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-01-07"])})
    >>> coverage = pd.DataFrame({"start": pd.to_datetime(["2024-01-06"]), "end": pd.to_datetime(["2024-02-01"])})
    >>> weekly_days(periods, coverage.assign(density="weeks")).tolist()
    [2]
    """
    if coverage is None or coverage.empty:
        return pd.Series(0, periods.index)
    denser = coverage[coverage["density"] != "sparse"]
    return _days_in(periods, denser) - _days_in(periods, denser[denser["density"] != "weeks"])


def _days_in(periods: pd.DataFrame, coverage: pd.DataFrame) -> pd.Series:
    """Covered days of each period, counted on one line of days."""
    if periods.empty or coverage.empty:
        return pd.Series(0, periods.index)
    first = min(periods["start"].min(), coverage["start"].min())
    days = pd.date_range(first, max(periods["end"].max(), coverage["end"].max()))
    until = np.concatenate([[0], np.cumsum(is_covered(days, coverage))])
    start, end = ((periods[name] - first).dt.days.to_numpy() for name in ("start", "end"))
    return pd.Series(until[end + 1] - until[start], periods.index)


def is_covered(days: pd.DatetimeIndex, coverage: pd.DataFrame | None) -> np.ndarray:
    """Whether some row of the coverage holds each day.

    Parameters
    ----------
    days : DatetimeIndex
        The days in question, without a time of day.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter, with the columns start and end (days, inclusive). None, or no row: every
        day counts as covered.

    Returns
    -------
    array of bool, (n,)
        One value for each day.

    Examples
    --------
    >>> coverage = pd.DataFrame({"start": pd.to_datetime(["2024-01-02"]), "end": pd.to_datetime(["2024-01-03"])})
    >>> is_covered(pd.date_range("2024-01-01", periods=4), coverage).tolist()
    [False, True, True, False]
    """
    if coverage is None or coverage.empty:
        return np.ones(len(days), bool)
    covered = np.zeros(len(days), bool)
    for start, end in zip(coverage["start"], coverage["end"], strict=True):
        covered[days.searchsorted(start) : days.searchsorted(end, "right")] = True
    return covered


def is_thinly_covered(coverage: pd.DataFrame) -> bool:
    """Whether nobody searched any period day by day.

    Parameters
    ----------
    coverage : DataFrame
        Rows of coverage.csv of one counter, with the column density.

    Returns
    -------
    bool
        True if every row is sparse; False without rows.

    Examples
    --------
    >>> is_thinly_covered(pd.DataFrame({"density": ["sparse", "sparse"]}))
    True
    >>> is_thinly_covered(pd.DataFrame({"density": ["days", "sparse"]}))
    False
    """
    return len(coverage) > 0 and bool((coverage["density"] == "sparse").all())
