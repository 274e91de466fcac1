"""A table of incidents as one series of daily counts for each group, from a frame or from an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.coverage import Window, is_covered, observed_window
from analysis.measures.coverage_scopes import coverage_of_country, has_scopes, watched_everywhere
from analysis.measures.engines.engine_table import (
    date_bounds,
    day_number,
    fetch,
    is_engine_table,
    require_engine_columns,
    with_day_numbers,
)


@dataclass(frozen=True, eq=False)
class EventSeries:
    """Daily counts of many groups over one window.

    Parameters
    ----------
    groups : DataFrame
        One row for each group, in order: the columns that it is grouped by, and events.
    window : tuple of two Timestamps
        First and last day, inclusive.
    watched : dict of str to array of bool, (days,)
        Searched days by country, and under the empty name those of all others.
    days, counts : array of int, (entries,)
        Days with events, from 0, and their number, those of one group after the other.
    ends : array of int, (groups,)
        Where the entries of each group end.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-02", "2024-01-02", "2024-01-04"])
    >>> frame = pd.DataFrame({"date": days, "date_start": days, "date_end": days, "country": "Kenya"})
    >>> (observed,) = event_series(frame, ["country"]).each()
    >>> observed.day_counts.tolist()
    [2, 0, 1]
    """

    groups: pd.DataFrame
    window: tuple[pd.Timestamp, pd.Timestamp]
    watched: dict[str, np.ndarray]
    days: np.ndarray
    counts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.groups)

    def each(self) -> Iterator[ObservedCounts]:
        """The series of every group, in order.

        Yields
        ------
        ObservedCounts
            From the first to the last searched day of the group.
        """
        for which in range(len(self)):
            yield self.one(which)

    def one(self, which: int) -> ObservedCounts:
        """The series of one group.

        Parameters
        ----------
        which : int
            Number of the group, from 0.

        Returns
        -------
        ObservedCounts
        """
        country = self.groups["country"].iloc[which] if "country" in self.groups else ""
        watched = self.watched.get(country, self.watched[""])
        part = slice(self.ends[which - 1] if which else 0, self.ends[which])
        daily = np.zeros(len(watched), int)
        np.add.at(daily, self.days[part], self.counts[part])
        exposure = np.where(watched | (daily > 0), 1.0, 0.0)
        first, last = np.flatnonzero(exposure)[[0, -1]]
        begin = self.window[0] + pd.Timedelta(days=int(first))
        return ObservedCounts(begin, exposure[first : last + 1], daily[first : last + 1], (), ())


def event_series(
    incidents, by: list[str], window: Window | None = None, coverage: pd.DataFrame | None = None, min_events: int = 1
) -> EventSeries:
    """One series of daily counts for each group.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        With the columns date, date_start, date_end and those of `by`.
    by : list of str
        Columns to group by, at least one.
    window : tuple of two days, optional
        As for `frequency.count`.
    coverage : DataFrame, optional
        Rows of coverage.csv of one counter. A day that nobody searched says nothing; by country each has its own days.
    min_events : int
        Groups with fewer are left out, and so are groups without a name.

    Returns
    -------
    EventSeries

    Raises
    ------
    InputError
        For unknown columns, or if no group is left.

    Notes
    -----
    Incidents known only to a range are placed in it at even distances; those whose range ends outside of the window
    are placed in the part inside.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-02", "2024-01-04"])
    >>> frame = pd.DataFrame({"date": days, "date_start": days, "date_end": days, "actor": ["a", "b"]})
    >>> event_series(frame, ["actor"]).groups["events"].tolist()
    [1, 1]
    """
    if not by:
        raise InputError("by names no column: give at least one, such as country")
    columns = ("date", "date_start", "date_end")
    if is_engine_table(incidents):
        require_engine_columns(incidents, (*columns, *by), "incidents")
        bounds = date_bounds(incidents)
    else:
        require_columns(incidents, (*columns, *by), "incidents")
        bounds = incidents
    first, last = observed_window(bounds, window, coverage)
    found = _spans(incidents, by, day_number(first), day_number(last))
    found["events"] = found.groupby(by)["n"].transform("sum")
    found = found[found["events"] >= min_events].sort_values([*by, "start", "end"], ignore_index=True)
    if found.empty:
        raise InputError(f"no group of {', '.join(by)} has {min_events} events or more")
    watched = _watched(coverage, first, last, found["country"].unique() if "country" in by else ())
    groups = found[[*by, "events"]].drop_duplicates(ignore_index=True)
    which = found.groupby(by, sort=True).ngroup().to_numpy()
    days, counts, row = _placed(found["start"].to_numpy(), found["end"].to_numpy(), found["n"].to_numpy())
    ends = np.searchsorted(which[row], np.arange(len(groups)), side="right")
    return EventSeries(groups, (first, last), watched, days, counts, ends)


def _spans(incidents, by: list[str], begin: int, end: int) -> pd.DataFrame:
    """One row for each group and range of days inside the window, from 0: n incidents."""
    if is_engine_table(incidents):
        numbered = with_day_numbers(incidents.select(*by, "date", "date_start", "date_end"))
        inside = numbered.filter((numbered["date"] >= begin) & (numbered["date"] <= end))
        inside = inside.filter(*(inside[name].notnull() for name in by))
        found = fetch(inside.group_by([*by, "date_start", "date_end"]).aggregate(n=inside.count()))
        start, stop = found["date_start"], found["date_end"]
    else:
        inside = incidents[incidents["date"].between(pd.Timestamp(begin, unit="D"), pd.Timestamp(end, unit="D"))]
        inside = inside.dropna(subset=by)
        found = inside.groupby([*by, "date_start", "date_end"], observed=True).size().rename("n").reset_index()
        start, stop = ((found[name] - pd.Timestamp("1970-01-01")).dt.days for name in ("date_start", "date_end"))
    return found[[*by, "n"]].assign(start=start.clip(lower=begin) - begin, end=stop.clip(upper=end) - begin)


def _placed(start: np.ndarray, end: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, number and row of what the rows hold: at even distances inside a range."""
    exact = start == end
    row = np.concatenate([np.flatnonzero(exact), np.repeat(np.flatnonzero(~exact), n[~exact])])
    each = np.arange(n[~exact].sum()) - np.repeat(np.cumsum(n[~exact]) - n[~exact], n[~exact])
    wide = row[exact.sum() :]
    placed = start[wide] + ((each + 0.5) / n[wide] * (end[wide] - start[wide] + 1)).astype(int)
    days = np.concatenate([start[exact], placed])
    counts = np.concatenate([n[exact], np.ones(len(wide), int)])
    order = np.argsort(row, kind="stable")
    return days[order], counts[order], row[order]


def _watched(coverage, first, last, countries) -> dict[str, np.ndarray]:
    days = pd.date_range(first, last)
    if not has_scopes(coverage):
        return {"": is_covered(days, coverage)}
    out = {"": is_covered(days, watched_everywhere(coverage, countries))}
    for country in countries:
        own = coverage_of_country(coverage, country)
        out[country] = is_covered(days, own) if len(own) else np.zeros(len(days), bool)
    return out
