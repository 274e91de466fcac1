"""Periods with the days on which somebody looked, and counts in them as rates: shared by frames and engines."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.measures.coverage import covered_days, sparse_days, weekly_days
from analysis.measures.coverage_scopes import coverage_of_country, coverage_together
from analysis.measures.periods import periods_in
from analysis.measures.rates import rate_interval

COUNTS = ("count", "count_low", "count_high")


def covered_periods(
    every: str, window: tuple[pd.Timestamp, pd.Timestamp], coverage: pd.DataFrame | None, countries: Iterable[object]
) -> pd.DataFrame:
    """Calendar periods of a window, and how many of their days were searched.

    Parameters
    ----------
    every : str
        As for `periods.periods_in`.
    window : tuple of two Timestamps
        First and last day, inclusive.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter.
    countries : iterable of str
        The countries that matter, where coverage differs by country.

    Returns
    -------
    DataFrame
        As `periods.periods_in`, with covered_days, sparse_days and weekly_days.

    Examples
    --------
    >>> days = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-14")
    >>> covered_periods("week", days, None, ())["covered_days"].tolist()
    [7, 7]
    """
    periods = periods_in(every, *window)
    together = coverage_together(coverage, countries)
    periods["covered_days"] = covered_days(periods, together)
    periods["sparse_days"] = sparse_days(periods, together)
    periods["weekly_days"] = weekly_days(periods, together)
    return periods


def covered_by_country(out: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Covered, sparse and weekly days of each row by the coverage of its own country; nobody searched one without rows.

    Parameters
    ----------
    out : DataFrame
        With the columns country, start, end, covered_days, sparse_days and weekly_days.
    coverage : DataFrame
        Rows of coverage.csv of one counter, with the column scope.

    Returns
    -------
    DataFrame
        The same rows.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01")
    >>> out = pd.DataFrame({"country": ["Kenya"], "start": day, "end": day, "covered_days": 1, "sparse_days": 0,
    ...                     "weekly_days": 0})
    >>> rows = pd.DataFrame({"scope": ["Serbia"], "start": day, "end": day, "density": "days"})
    >>> covered_by_country(out, rows)["covered_days"].tolist()
    [0]
    """
    out = out.copy()
    for country, rows in out.groupby("country", dropna=False):
        own = coverage_of_country(coverage, country)
        out.loc[rows.index, "covered_days"] = covered_days(rows, own) if len(own) else 0
        out.loc[rows.index, "sparse_days"] = sparse_days(rows, own) if len(own) else 0
        out.loc[rows.index, "weekly_days"] = weekly_days(rows, own) if len(own) else 0
    return out


def with_rates(out: pd.DataFrame) -> pd.DataFrame:
    """Counts that are missing where nobody searched, with rates per covered day.

    Parameters
    ----------
    out : DataFrame
        With the columns covered_days, count, count_low and count_high.

    Returns
    -------
    DataFrame
        With rate_per_day, rate_per_day_low, rate_per_day_high (95 % Garwood).

    Examples
    --------
    >>> zeros = {"count": 0, "count_low": 0, "count_high": 0}
    >>> with_rates(pd.DataFrame({"covered_days": [7, 0], **zeros}))["count"].tolist()
    [0, <NA>]
    """
    nobody = ((out["covered_days"] == 0) & (out["count"] == 0)).to_numpy()
    key = (
        out["count"].to_numpy(np.int64) * (int(out["covered_days"].max() if len(out) else 0) + 1) + out["covered_days"]
    )
    _, first, which = np.unique(key.to_numpy(), return_index=True, return_inverse=True)  # few differ: each once
    some = out.iloc[first]
    limits = rate_interval(some["count"].astype("Int64").mask(nobody[first]), some["covered_days"])
    for column in COUNTS:
        out[column] = out[column].astype("Int64").mask(nobody)
    rate, low, high = (np.asarray(each)[which] for each in limits)
    return out.assign(rate_per_day=rate, rate_per_day_low=low, rate_per_day_high=high)


def with_sums(out: pd.DataFrame) -> pd.DataFrame:
    """Sums of a column that are missing where nobody searched, with rates per covered day.

    Parameters
    ----------
    out : DataFrame
        With the columns covered_days, count, count_low, count_high and not_stated.

    Returns
    -------
    DataFrame
        With rate_per_day and empty limits; sums are whole numbers where all of them are.

    Examples
    --------
    >>> row = {"covered_days": [7], "count": 3.0, "count_low": 3.0, "count_high": 3.0, "not_stated": 0}
    >>> with_sums(pd.DataFrame(row))["count"].tolist()
    [3]
    """
    nobody = (out["covered_days"] == 0) & (out["count"] == 0) & (out["not_stated"] == 0)
    whole = all((out[column] % 1 == 0).all() for column in COUNTS)
    for column in COUNTS:
        out[column] = out[column].astype("Float64").mask(nobody).astype("Int64" if whole else "Float64")
    rate = out["count"].astype(float) / out["covered_days"].where(out["covered_days"] > 0)
    return out.assign(rate_per_day=rate, rate_per_day_low=np.nan, rate_per_day_high=np.nan,
                      not_stated=out["not_stated"].astype("Int64"))  # fmt: skip


def without_zeros(out: pd.DataFrame, zeros: bool) -> pd.DataFrame:
    """The rows in which something may have happened, unless zeros are wanted.

    Parameters
    ----------
    out : DataFrame
        With the columns count and count_high.
    zeros : bool
        Whether all rows are kept.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> without_zeros(pd.DataFrame({"count": [0, 1], "count_high": [0, 1]}), zeros=False)["count"].tolist()
    [1]
    """
    if zeros:
        return out
    found = out["count"].fillna(0).ne(0) | out["count_high"].fillna(0).ne(0)
    if "not_stated" in out:
        found |= out["not_stated"].fillna(0).ne(0)
    return out[found].reset_index(drop=True)
