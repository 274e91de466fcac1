"""Incidents per period: what is certain, what is possible, and where nobody searched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError
from analysis.measures.coverage import Window, observed_window
from analysis.measures.coverage_scopes import has_scopes
from analysis.measures.covered_periods import (
    covered_by_country,
    covered_periods,
    with_rates,
    with_sums,
    without_zeros,
)
from analysis.measures.engines.engine_counts import count_in_engine, cumulative_in_engine
from analysis.measures.engines.engine_table import is_engine_table


def count(
    incidents: pd.DataFrame,
    every: str = "week",
    by: str | list[str] | tuple[str, ...] = (),
    window: Window | None = None,
    coverage: pd.DataFrame | None = None,
    weight: str = "",
    zeros: bool = True,
) -> pd.DataFrame:
    """Incidents per period: certain, possible, and missing where nobody searched.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        A frame, or a table in an engine as `open_table` gives it, which then counts; the answer is the same frame.
        With the columns date (best day), date_start and date_end (first and last possible day), and those of `by`.
    every : str
        day, week (Monday to Sunday), month, quarter, or a number of days, such as "14 days", from the first day of the
        window on.
    by : str or list of str
        Columns to group by; every group gets every period.
    window : tuple of two days, optional
        First and last day, inclusive. What is not given: as far as `coverage` goes, else the first and the last
        incident.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter, with the columns start, end (days, inclusive) and density; with scope, a
        row holds for its country alone: `by="country"` gives each country its own covered days, and in counts of all
        together days on which not every country was searched are sparse. Without coverage the whole window counts as
        covered.
    weight : str, optional
        A column of numbers whose sum is counted instead of incidents, such as deaths; `<weight>_low` and
        `<weight>_high` count for count_low and count_high where the incidents have them.
    zeros : bool
        Whether periods in which a group has no incident are listed. With thousands of groups they are nearly all rows.

    Returns
    -------
    DataFrame
        One row for each period and group, in order, without holes: start, end (days, inclusive, clipped to the window),
        days (length of the period), is_complete (False where the window cuts the period), covered_days (days on which
        somebody looked), sparse_days (covered days on which a zero is weak), weekly_days (covered days that were
        searched by week, some may be missing, an empty week is not), [by], count (by best day; missing, not 0,
        where nothing was found and nobody searched), count_low (certainly in the period), count_high (possibly in it),
        rate_per_day, rate_per_day_low, rate_per_day_high (per covered day, 95 % Garwood). With `weight`: the sums, the
        rate without an interval, and not_stated (incidents by best day of which no number is known, which add nothing).

    Raises
    ------
    InputError
        For an unknown `every` or column, an incident without a date, or a window that ends before it starts.

    See Also
    --------
    dispersion.dispersion : How much more the counts vary than Poisson counts.

    Notes
    -----
    Every incident of the window is counted exactly once in `count`. An incident known only to a range of days that
    crosses a boundary is possible in both periods and certain in neither.

    Without coverage an empty period counts as a zero, although perhaps nobody searched. The interval is that of one
    Poisson rate within the period; it is too narrow where incidents come in clusters.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-16"])
    >>> incidents = pd.DataFrame({"date": days, "date_start": days, "date_end": days})
    >>> weeks = count(incidents, "week", window=("2024-01-01", "2024-01-21"))
    >>> weeks[["start", "days", "count"]].to_string(index=False, header=False).splitlines()
    ['2024-01-01 7 2', '2024-01-08 7 0', '2024-01-15 7 1']
    """
    by = [by] if isinstance(by, str) else list(by)
    if is_engine_table(incidents):
        return count_in_engine(incidents, every, by, window, coverage, weight, zeros)
    require_columns(incidents, ("date", "date_start", "date_end"), "incidents")
    unknown = [name for name in by if name not in incidents.columns]
    if unknown:
        raise InputError(f"by: {unknown[0]!r} is not a column of the incidents")
    if incidents["date"].isna().any():
        undated = int(incidents["date"].isna().sum())
        raise InputError(f"{undated} incidents have no date: they cannot be counted by period")
    window = observed_window(incidents, window, coverage)
    periods = covered_periods(every, window, coverage, incidents["country"].unique() if "country" in incidents else ())
    groups = _groups(incidents[incidents["date"].between(*window)], by)
    out = periods if not by else periods.merge(groups, how="cross")
    if "country" in by and has_scopes(coverage):
        out = covered_by_country(out, coverage)
    if weight:
        return without_zeros(_weighted(out, periods, incidents, groups, by, weight), zeros)
    counted = [_counts(periods, part) for part in _parts(incidents, groups, by)]
    out[["count", "count_low", "count_high"]] = _period_by_period(counted)
    return without_zeros(with_rates(out), zeros)


def _groups(incidents: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The groups that occur, one row each; one row without columns where nothing is grouped."""
    if not by:
        return pd.DataFrame(index=[0])
    return incidents[by].drop_duplicates().sort_values(by, ignore_index=True)


def _parts(
    incidents: pd.DataFrame, groups: pd.DataFrame, by: list[str], further: Sequence[str] = ()
) -> list[pd.DataFrame]:  # fmt: skip
    """The incidents of each group, in the order of the groups; only the columns that count."""
    days = incidents[["date", "date_start", "date_end", *further]]
    if not by:
        return [days]
    numbered = groups.assign(group_=range(len(groups)))
    group = incidents[by].merge(numbered, how="left", on=by)["group_"].to_numpy()
    known = ~np.isnan(group)
    order = np.flatnonzero(known)[np.argsort(group[known], kind="stable")]
    ends = np.searchsorted(group[order], np.arange(1, len(groups)))
    return [days.iloc[each] for each in np.split(order, ends)] if len(groups) else []


def _weighted(out, periods, incidents, groups, by, weight: str) -> pd.DataFrame:
    """The periods with sums of a column in place of counts."""
    require_columns(incidents, (weight,), "incidents")
    if not pd.api.types.is_numeric_dtype(incidents[weight]):
        raise InputError(f"weight: {weight!r} holds text; allowed: a column of numbers")
    names = {"count": weight, "count_low": f"{weight}_low", "count_high": f"{weight}_high"}
    values = {each: incidents[name if name in incidents else weight] for each, name in names.items()}
    values = {each: value.fillna(incidents[weight]).astype("Float64") for each, value in values.items()}
    days = incidents[["date", "date_start", "date_end"]]
    parts = _parts(days.assign(**values, **{name: incidents[name] for name in by}), groups, by, [*values])
    summed = [_sums(periods, part) for part in parts]
    out[["count", "count_low", "count_high", "not_stated"]] = _period_by_period(summed, columns=4)
    return with_sums(out)


def _sums(periods: pd.DataFrame, incidents: pd.DataFrame) -> np.ndarray:
    """Sums by best day, certainly inside, possibly inside, and incidents without a number: float (periods, 4)."""
    starts, ends = periods["start"].to_numpy(), periods["end"].to_numpy()
    number = len(periods)
    first, last, best = (incidents[name].to_numpy() for name in ("date_start", "date_end", "date"))
    weights = {name: incidents[name].fillna(0).to_numpy(float) for name in ("count", "count_low", "count_high")}

    def put(at: np.ndarray, inside: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(at[inside], weights=values[inside], minlength=number)

    at = starts.searchsorted(best, "right") - 1
    inside = (at >= 0) & (best <= ends[at])
    one = starts.searchsorted(first, "right") - 1
    sure = (one >= 0) & (last <= ends[one])
    until = starts.searchsorted(last, "right")  # possible in every period from the one of its first day to here
    since = np.clip(ends.searchsorted(first, "left"), 0, number)
    rise = np.bincount(since, weights=weights["count_high"], minlength=number + 1)
    fall = np.bincount(np.maximum(until, since), weights=weights["count_high"], minlength=number + 1)
    unknown = incidents["count"].isna().to_numpy(float)
    return np.stack([put(at, inside, weights["count"]), put(one, sure, weights["count_low"]),
                     np.cumsum(rise - fall)[:number], put(at, inside, unknown)], axis=1)  # fmt: skip


def _counts(periods: pd.DataFrame, incidents: pd.DataFrame) -> np.ndarray:
    """Incidents by best day, certainly inside, possibly inside: int (periods, 3)."""
    starts, ends = periods["start"].to_numpy(), periods["end"].to_numpy()
    best, first, last = (np.sort(incidents[name]) for name in ("date", "date_start", "date_end"))
    inside = best.searchsorted(ends, "right") - best.searchsorted(starts, "left")
    possible = first.searchsorted(ends, "right") - last.searchsorted(starts, "left")
    one = starts.searchsorted(incidents["date_start"], "right") - 1  # the period of the first day
    sure = (one >= 0) & (incidents["date_end"].to_numpy() <= ends[one])
    return np.stack([inside, np.bincount(one[sure], minlength=len(periods)), possible], axis=1)


def _period_by_period(counted: list[np.ndarray], columns: int = 3) -> np.ndarray:
    """Counts of each group, in the order of the rows: all groups of a period below each other."""
    return np.stack(counted, axis=1).reshape(-1, counted[0].shape[1]) if counted else np.empty((0, columns), int)


def cumulative(incidents: pd.DataFrame, window: Window | None = None) -> pd.DataFrame:
    """Running number of incidents.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        With the column date.
    window : tuple of two days, optional
        First and last day, inclusive. What is not given: the first and the last incident.

    Returns
    -------
    DataFrame
        day, total (incidents from the start of the window to that day): one row for each day on which it rises.

    Raises
    ------
    InputError
        As `coverage.observed_window` does.

    Examples
    --------
    >>> incidents = pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-02", "2024-01-16"])})
    >>> cumulative(incidents)["total"].tolist()
    [2, 3]
    """
    if is_engine_table(incidents):
        return cumulative_in_engine(incidents, window)
    require_columns(incidents, ("date",), "incidents")
    start, end = observed_window(incidents, window)
    per_day = incidents.loc[incidents["date"].between(start, end), "date"].value_counts()
    total = per_day.sort_index().cumsum().rename("total")
    return total.rename_axis("day").reset_index()


def trailing_mean(counts: pd.DataFrame, periods: int, pauses: pd.DataFrame | None = None) -> pd.Series:
    """Mean count of the last periods, up to each period.

    Parameters
    ----------
    counts : DataFrame
        From `count`, not grouped.
    periods : int
        Number of periods of each mean, 1 or more.
    pauses : DataFrame, optional
        start, end (days, inclusive) of pauses that no mean reaches across.

    Returns
    -------
    Series of float
        Incidents per period, one value for each row of `counts`; missing until `periods` periods are together.

    Raises
    ------
    InputError
        For less than one period.

    Notes
    -----
    The mean never reaches across a pause, a period without a count, or a period that the window cuts: it starts again
    after each of them. A mean over a pause would show a slow fall where the counts fell at once.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=4)
    >>> counts = pd.DataFrame({"start": days, "end": days, "count": [2, 4, 6, 8], "is_complete": True})
    >>> trailing_mean(counts, 2).tolist()
    [nan, 3.0, 5.0, 7.0]
    """
    if periods < 1:
        raise InputError(f"periods must be 1 or more, given {periods}")
    paused = pd.Series(False, counts.index)
    for pause in () if pauses is None else pauses.itertuples():
        paused |= (counts["start"] <= pause.end) & (counts["end"] >= pause.start)
    missing = counts["count"].isna() | ~counts["is_complete"]
    group = (paused.ne(paused.shift()) | missing | missing.shift(fill_value=False)).cumsum()
    values = counts["count"].astype(float).mask(missing)
    means = values.groupby(group).rolling(periods).mean()
    return means.reset_index(level=0, drop=True).sort_index()
