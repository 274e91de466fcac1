"""Days without an incident: every gap, its length and what stands at both ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.measures.coverage import DAY, Window, covered_window, is_covered
from analysis.measures.coverage_scopes import EVERYWHERE, coverage_of_country, has_scopes, watched_everywhere
from analysis.measures.engines.engine_gaps import gaps_in_engine
from analysis.measures.engines.engine_table import is_engine_table

DAY_ZERO = "2000-01-01"  # any one day: no gap of two days fits into it


def gaps(
    incidents: pd.DataFrame,
    window: Window | None = None,
    min_days: int = 1,
    coverage: pd.DataFrame | None = None,
    by: str | list[str] | tuple[str, ...] = (),
) -> pd.DataFrame:
    """Every gap: a run of days without an incident, longest first.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        A frame, or a table in an engine as `open_table` gives it. With the columns incident_id, date, date_start and
        date_end, and those of `by`.
    window : tuple of two days, optional
        First and last day, inclusive. What is not given: as for `coverage.observed_window`.
    min_days : int
        Shortest gap listed, in days.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter, with the columns start and end (days, inclusive). A day that none of them
        holds belongs to no gap, and ends those beside it. Where rows speak of one country (scope), neither does a day
        on which not every country was searched; with `by="country"` each country has its own days.
    by : str or list of str
        Columns to group by: the gaps of each group, within the window of all.

    Returns
    -------
    DataFrame
        [by], start, end (first and last day without an incident), gap_days (length), gap_days_low, gap_days_high
        (shortest and longest it can be, given the incidents known only to a range of days), before, after (incident
        ids of the day before and of the day after, joined by ``|``; missing where the gap ends at the window or at days
        that nobody searched), is_censored (whether one of them is missing: the gap may go on).

    Raises
    ------
    InputError
        As `coverage.observed_window` does.

    Notes
    -----
    A gap in the incidents that are known is not a gap in what happened. Without coverage, days that nobody searched
    count as days without an incident.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-05", "2024-01-06"])
    >>> incidents = pd.DataFrame({"incident_id": ["a", "b", "c"], "date": days, "date_start": days, "date_end": days})
    >>> gaps(incidents)[["gap_days", "before", "after", "is_censored"]].to_numpy().tolist()
    [[3, 'a', 'b', False]]
    """
    by = [by] if isinstance(by, str) else list(by)
    if is_engine_table(incidents):
        return gaps_in_engine(incidents, window, min_days, coverage, by)
    require_columns(incidents, ("incident_id", "date", "date_start", "date_end", *by), "incidents")
    if by:
        return _gaps_by(incidents, window, min_days, coverage, by)
    scoped = has_scopes(coverage)
    coverage = watched_everywhere(coverage, incidents["country"].unique() if "country" in incidents else ())
    if scoped and coverage is not None and coverage.empty:
        return gaps(incidents.head(0), (DAY_ZERO, DAY_ZERO), 2)  # no day on which every country was searched
    first, last = covered_window(incidents, window, coverage)
    inside = incidents[incidents["date"].between(first, last)]
    ids = inside.groupby("date")["incident_id"].agg("|".join)
    known = inside["date"].to_numpy(), inside["date_start"].to_numpy(), inside["date_end"].to_numpy()
    days = pd.date_range(first, last)
    empty = pd.Series(is_covered(days, coverage) & ~days.isin(ids.index), days)
    run = (empty != empty.shift()).cumsum()
    rows = []
    for _, gap in days.to_series()[empty].groupby(run[empty]):
        if len(gap) >= min_days:
            left, right = gap.iloc[0] - DAY, gap.iloc[-1] + DAY
            low, high = _limits(*known, left.to_datetime64(), right.to_datetime64(), left in ids, right in ids)
            rows.append((left + DAY, right - DAY, len(gap), min(low, len(gap)), max(high, len(gap)),
                         ids.get(left), ids.get(right)))  # fmt: skip
    names = ["start", "end", "gap_days", "gap_days_low", "gap_days_high", "before", "after"]
    out = pd.DataFrame(rows, columns=names).astype({"before": "str", "after": "str"})
    out["is_censored"] = out["before"].isna() | out["after"].isna()
    return out.sort_values(["gap_days", "start"], ascending=[False, True], ignore_index=True)


def _gaps_by(incidents, window, min_days, coverage, by: list[str]) -> pd.DataFrame:
    """The gaps of each group, one group after the other."""
    own = "country" in by and has_scopes(coverage)
    if not own and has_scopes(coverage):
        named = incidents["country"].unique() if "country" in incidents else ()
        coverage = watched_everywhere(coverage, named)
    bounds = covered_window(incidents, window, coverage)
    inside = incidents[incidents["date"].between(*bounds)]
    parts = []
    for key, part in inside.groupby(by, dropna=False, sort=True):
        watched = coverage_of_country(coverage, key[by.index("country")]) if own else coverage
        watched = watched.assign(scope=EVERYWHERE) if own else watched
        if watched is not None and has_scopes(coverage) and watched.empty:
            continue  # nobody searched the country
        found = gaps(part, bounds, min_days, watched)
        parts.append(pd.concat([pd.DataFrame(dict(zip(by, key, strict=True)), index=found.index), found], axis=1))
    if parts:
        return pd.concat(parts, ignore_index=True)
    none = gaps(incidents.head(0), (DAY_ZERO, DAY_ZERO), 2)
    return pd.concat([incidents.head(0)[by], none], axis=1)


def _limits(
    date: np.ndarray, earliest: np.ndarray, latest: np.ndarray, left, right, from_left: bool, from_right: bool
) -> tuple[int, int]:  # fmt: skip
    """Shortest and longest gap between two days, over all that the ranges of days allow.

    An incident listed before the gap may have come later, up to its date_end. A gap can only grow towards a side on
    which an incident ends it.
    """
    before, after = date <= left, date >= right
    late = latest[before].max() if before.any() else left
    sure_late = earliest[before].max() if from_left else left
    early = earliest[after].min() if after.any() else right
    sure_early = latest[after].min() if from_right else right
    shortest = max((min(early, right) - max(late, left)) // DAY.to_timedelta64() - 1, 0)
    longest = (max(sure_early, right) - min(sure_late, left)) // DAY.to_timedelta64() - 1
    return int(shortest), int(longest)
