"""Incidents per period: what is certain, what is possible, and where nobody looked."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy import stats

from analysis.evidence.errors import InputError
from analysis.measures.rates import overdispersed_rate_interval, rate_interval

Window = tuple[object, object]  # first and last day; None or "" = as far as is known
NAMED = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}


def count(
    incidents: pd.DataFrame,
    every: str = "week",
    by: str | list[str] | tuple[str, ...] = (),
    window: Window | None = None,
    coverage: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Incidents per period.

    Invariants: one row per period (and group), periods in order without holes, every incident of
    the window counted exactly once in `count`.

    Parameters
    ----------
    incidents : columns date, date_start, date_end (datetime64), and those named in `by`.
    every : day, week (Monday to Sunday), month, quarter, or a number of days ("14 days", from the
        first day of the window).
    by : columns to group by; every group gets every period.
    window : first and last day, inclusive; what is not given: as far as `coverage` goes, else the
        first and the last incident.
    coverage : rows of coverage.csv of one counter, with start and end. Without it the whole window
        is taken as covered; say so where you show the result.

    Returns
    -------
    start, end (days, inclusive, clipped to the window), days (int), complete (False for a period
    the window cuts), covered (days somebody looked), sparse (of these, days on which a zero is
    weak), weekly (of these, days watched by week: an empty day is weak, an empty week is not), [by],
    count (by best day; missing, not 0, where nothing was found and nobody looked), count_low
    (certainly in the period), count_high (possibly in it), rate, rate_low, rate_high (per covered
    day, 95 % Garwood).

    Notes
    -----
    An incident whose day is known only as a range that crosses a boundary is possible in both
    periods and certain in neither. Raises InputError for an unknown `every` or column, an incident
    without a date, or a window that ends before it starts.
    """
    by = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in by if name not in incidents.columns]
    if unknown:
        raise InputError(f"by: {unknown[0]!r} is not a column of the incidents")
    if incidents["date"].isna().any():
        undated = int(incidents["date"].isna().sum())
        raise InputError(f"{undated} incidents have no date: they cannot be counted by period")
    window = observed_window(incidents, window, coverage)
    periods = _periods(every, *window)
    periods["covered"] = covered_days(periods, coverage)
    periods["sparse"] = _days_no_denser_than(("sparse",), periods, coverage)
    periods["weekly"] = _days_no_denser_than(("sparse", "weeks"), periods, coverage) - periods["sparse"]
    groups = _groups(incidents[incidents["date"].between(*window)], by)
    out = periods if not by else periods.merge(groups, how="cross")
    counted = [_counts(periods, incidents[_belongs(incidents, group)]) for group in groups.to_dict("records")]
    out[["count", "count_low", "count_high"]] = _period_by_period(counted)
    nobody = (out["covered"] == 0) & (out["count"] == 0)
    for column in ("count", "count_low", "count_high"):
        out[column] = out[column].astype("Int64").mask(nobody)
    rate, low, high = rate_interval(out["count"], out["covered"])
    return out.assign(rate=rate, rate_low=low, rate_high=high)


def observed_window(
    incidents: pd.DataFrame, window: Window | None = None, coverage: pd.DataFrame | None = None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day to count over: those given, else what is covered, else the incidents'. Raises
    InputError where none of them is known, for what is no day, and for a window that ends before it starts."""
    given = window or (None, None)
    if coverage is not None and len(coverage):
        known = coverage["start"].min(), coverage["end"].max()
    else:
        known = incidents["date"].min(), incidents["date"].max()
    start, end = (_day(g) if g else k for g, k in zip(given, known, strict=True))
    if pd.isna(start) or pd.isna(end):
        raise InputError("no incident, no window and no coverage: there is nothing to count over")
    if end < start:
        raise InputError(f"the window ends ({end:%Y-%m-%d}) before it starts ({start:%Y-%m-%d})")
    return start, end


def _day(given) -> pd.Timestamp:
    try:
        return pd.Timestamp(given)
    except (ValueError, TypeError):
        raise InputError(f"window: {given!r} is not a day, YYYY-MM-DD") from None


def _periods(every: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Calendar periods that touch the window, clipped to it."""
    days = re.fullmatch(r"(\d+) days?", str(every))
    if days and int(days[1]) > 0:
        first = pd.date_range(start, end, freq=f"{int(days[1])}D")
        last = first + pd.Timedelta(days=int(days[1]) - 1)
    elif every in NAMED:
        calendar = pd.period_range(start, end, freq=NAMED[every])
        first, last = calendar.start_time.normalize(), calendar.end_time.normalize()
    else:
        raise InputError(f"every is {every!r}; allowed: {', '.join(NAMED)} or a number of days")
    whole = (last - first).days + 1
    clipped = pd.DataFrame({"start": first.where(first > start, start)})
    clipped["end"] = last.where(last < end, end)
    clipped["days"] = (clipped["end"] - clipped["start"]).dt.days + 1
    clipped["complete"] = clipped["days"] == whole
    return clipped


def covered_days(periods: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.Series:
    """Days of each period (start, end inclusive) that some coverage row covers, int (n,); without
    coverage rows, all of them."""
    if coverage is None or coverage.empty:
        return (periods["end"] - periods["start"]).dt.days + 1
    return _days_in(periods, coverage)


def is_covered(days: pd.DatetimeIndex, coverage: pd.DataFrame | None) -> np.ndarray:
    """Whether some coverage row holds each day, bool (n,); without coverage rows, all days count as watched."""
    if coverage is None or coverage.empty:
        return np.ones(len(days), bool)
    return np.any([(days >= row.start) & (days <= row.end) for row in coverage.itertuples()], axis=0)


def is_thinly_covered(coverage: pd.DataFrame) -> bool:
    """Whether the coverage rows say that nobody watched any period day by day; False without rows."""
    return len(coverage) > 0 and bool((coverage["density"] == "sparse").all())


def _days_no_denser_than(densities: tuple[str, ...], periods: pd.DataFrame, coverage: pd.DataFrame | None) -> pd.Series:
    """Covered days that only rows of these densities cover."""
    if coverage is None or coverage.empty:
        return pd.Series(0, periods.index)
    dense = coverage[~coverage["density"].isin(densities)]
    return _days_in(periods, coverage) - _days_in(periods, dense)


def _days_in(periods: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    looked = pd.DatetimeIndex([])
    for row in rows.itertuples():
        looked = looked.union(pd.date_range(row.start, row.end))
    bounds = zip(periods["start"], periods["end"], strict=True)
    return pd.Series([((looked >= a) & (looked <= b)).sum() for a, b in bounds], periods.index)


def _groups(incidents: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The groups that occur, one row each; one row without columns where nothing is grouped."""
    if not by:
        return pd.DataFrame(index=[0])
    return incidents[by].drop_duplicates().sort_values(by, ignore_index=True)


def _belongs(incidents: pd.DataFrame, group: dict) -> pd.Series:
    belongs = pd.Series(True, incidents.index)
    for name, value in group.items():
        belongs &= incidents[name].isna() if pd.isna(value) else incidents[name] == value
    return belongs


def _counts(periods: pd.DataFrame, incidents: pd.DataFrame) -> np.ndarray:
    """Incidents by best day, certainly inside, possibly inside: int (periods, 3)."""
    starts, ends = periods["start"].to_numpy(), periods["end"].to_numpy()
    best, first, last = (np.sort(incidents[name]) for name in ("date", "date_start", "date_end"))
    inside = best.searchsorted(ends, "right") - best.searchsorted(starts, "left")
    possible = first.searchsorted(ends, "right") - last.searchsorted(starts, "left")
    one = starts.searchsorted(incidents["date_start"], "right") - 1  # the period of the first day
    sure = (one >= 0) & (incidents["date_end"].to_numpy() <= ends[one])
    return np.stack([inside, np.bincount(one[sure], minlength=len(periods)), possible], axis=1)


def _period_by_period(counted: list[np.ndarray]) -> np.ndarray:
    """Counts of each group, in the order of the rows: all groups of a period below each other."""
    return np.stack(counted, axis=1).reshape(-1, 3) if counted else np.empty((0, 3), int)


def cumulative(incidents: pd.DataFrame, window: Window | None = None) -> pd.DataFrame:
    """Running number of incidents: day, total; one row per day on which it rises. Raises
    InputError as `span`."""
    start, end = observed_window(incidents, window)
    per_day = incidents.loc[incidents["date"].between(start, end), "date"].value_counts()
    total = per_day.sort_index().cumsum().rename("total")
    return total.rename_axis("day").reset_index()


def dispersion(counts: pd.DataFrame) -> float:
    """Variance over mean of the counts per day of exposure (phi); 1 for a Poisson process.

    Pearson's statistic over its degrees of freedom, with the common rate as the only parameter, so
    a rate that changes also raises it. Uses covered periods only; NaN for fewer than two, or none
    with an incident. Source: McCullagh and Nelder (1989), 4.5.
    """
    known = _observed(counts)
    if len(known) < 2 or not known["count"].sum():
        return float("nan")
    expected = known["count"].sum() / known["covered"].sum() * known["covered"].astype(float)
    observed = known["count"].astype(float)
    return float(((observed - expected) ** 2 / expected).sum() / (len(known) - 1))


def _observed(counts: pd.DataFrame) -> pd.DataFrame:
    return counts[counts["count"].notna() & (counts["covered"] > 0)]


def is_overdispersed(counts: pd.DataFrame, level: float = 0.975) -> bool:
    """Whether `dispersion` is above what a steady Poisson rate exceeds only with 1 - `level`
    (chi-squared approximation to Pearson's statistic, one degree of freedom less than periods: McCullagh
    and Nelder 1989, 4.5); False if unknown."""
    freedom = len(_observed(counts)) - 1
    return freedom > 0 and bool(dispersion(counts) * freedom > stats.chi2.ppf(level, freedom))


def add_overdispersed_intervals(counts: pd.DataFrame, phi: float) -> pd.DataFrame:
    """`counts` (from `count`) with rate_low_quasi and rate_high_quasi: the interval of the rate where
    counts vary `phi` times as much as Poisson allows (see `rates.overdispersed_rate_interval`). Take phi from within
    stretches of one rate (`Changes.phi`): `dispersion` also takes every change of the rate for excess.
    Raises InputError for phi below 1."""
    _, low, high = overdispersed_rate_interval(counts["count"], counts["covered"], phi)
    return counts.assign(rate_low_quasi=low, rate_high_quasi=high)


def trailing_mean(counts: pd.DataFrame, periods: int, pauses: pd.DataFrame | None = None) -> pd.Series:
    """Mean count of the last `periods` periods, aligned with `counts` (from `count`, not grouped).

    Never reaches across a declared pause (rows of `pauses` with start and end), a period without a
    count or one that the window cuts: behind each it begins anew. Missing until `periods` are together.
    Raises InputError for less than one period.
    """
    if periods < 1:
        raise InputError(f"periods must be 1 or more, given {periods}")
    paused = pd.Series(False, counts.index)
    for pause in () if pauses is None else pauses.itertuples():
        paused |= (counts["start"] <= pause.end) & (counts["end"] >= pause.start)
    missing = counts["count"].isna() | ~counts["complete"]
    stretch = (paused.ne(paused.shift()) | missing | missing.shift(fill_value=False)).cumsum()
    values = counts["count"].astype(float).mask(missing)
    means = values.groupby(stretch).rolling(periods).mean()
    return means.reset_index(level=0, drop=True).sort_index()
