"""Incidents per period of a table in an engine: the engine groups, and what is left is small enough for a frame."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.coverage import Window, observed_window
from analysis.measures.coverage_scopes import has_scopes
from analysis.measures.covered_periods import (
    COUNTS,
    covered_by_country,
    covered_periods,
    with_rates,
    with_sums,
    without_zeros,
)
from analysis.measures.engines.engine_table import (
    date_bounds,
    day_number,
    days_of,
    fetch,
    require_engine_columns,
    to_day_number,
    with_day_numbers,
)

DENSE = 20_000_000  # cells, periods times groups, up to which an array holds them all


def count_in_engine(
    incidents: Any,
    every: str,
    by: list[str],
    window: Window | None,
    coverage: pd.DataFrame | None,
    weight: str,
    zeros: bool,
) -> pd.DataFrame:
    """`frequency.count` of a table in an engine.

    Parameters
    ----------
    incidents : ibis.Table
        As the frame of `frequency.count`.
    every : str
        As for `frequency.count`, as are all others.
    by : list of str
        Columns to group by.
    window : tuple of two days or None
        First and last day, inclusive.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter.
    weight : str
        A column whose sum is counted, or empty.
    zeros : bool
        Whether periods without incidents are listed.

    Returns
    -------
    DataFrame
        As from `frequency.count`, row for row.

    Raises
    ------
    InputError
        As `frequency.count` does.

    Notes
    -----
    The engine counts incidents by group and by the periods of their best, first and last possible day. Incidents known
    to a range are spread over its periods afterwards.

    Examples
    --------
    >>> import ibis
    >>> days = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-16"])
    >>> table = ibis.memtable(pd.DataFrame({"date": days, "date_start": days, "date_end": days}))
    >>> count_in_engine(table, "week", [], ("2024-01-01", "2024-01-21"), None, "", True)["count"].tolist()
    [2, 0, 1]
    """
    require_engine_columns(incidents, ("date", "date_start", "date_end"), "incidents")
    unknown = [name for name in by if name not in incidents.columns]
    if unknown:
        raise InputError(f"by: {unknown[0]!r} is not a column of the incidents")
    first, last = observed_window(date_bounds(incidents), window, coverage)
    scoped = has_scopes(coverage)
    countries = (
        fetch(incidents.select("country").distinct())["country"] if scoped and "country" in incidents.columns else ()
    )
    periods = covered_periods(every, (first, last), coverage, countries)
    found = fetch(_grouped(incidents, every, by, first, last, len(periods), weight))
    found = _of_occurring_groups(found, by, len(periods))
    groups, which = _numbered_groups(found, by)
    cells, sums = _cells(found, which, len(groups), len(periods), weight, zeros)
    period, group = np.divmod(cells, max(len(groups), 1))
    out = pd.concat([
        periods.iloc[period].reset_index(drop=True),
        groups.iloc[group].reset_index(drop=True) if by else pd.DataFrame(),
    ], axis=1)  # fmt: skip
    out = out if by else out[periods.columns]
    if "country" in by and scoped:
        out = covered_by_country(out, coverage)
    for name, values in sums.items():
        out[name] = values
    return without_zeros(with_sums(out) if weight else with_rates(out), zeros)


def _grouped(incidents, every, by, first, last, number, weight):
    """One row for each group and each combination of the periods of best, first and last day, with their sums."""
    import ibis

    table, sums = incidents, {"count": ibis._.count()}
    if weight:
        require_engine_columns(incidents, (weight,), "incidents")
        if not incidents[weight].type().is_numeric():
            raise InputError(f"weight: {weight!r} holds text; allowed: a column of numbers")
        value = {name: incidents[each if each in incidents.columns else weight].cast("float64").coalesce(
            incidents[weight].cast("float64")) for name, each in zip(
            COUNTS, (weight, f"{weight}_low", f"{weight}_high"), strict=True)}  # fmt: skip
        table = incidents.mutate(**{f"{name}_": each for name, each in value.items()})
        sums = {name: ibis._[f"{name}_"].sum() for name in COUNTS} | {"not_stated": ibis._["count_"].isnull().sum()}
    days = ("date", "date_start", "date_end")
    begin, end = day_number(first), day_number(last)
    numbered = table.mutate(**{f"{name}_n": to_day_number(table[name]) for name in days})
    touching = (numbered["date_start_n"] <= end) & (numbered["date_end_n"] >= begin)
    inside = numbered.filter(touching | ((numbered["date_n"] >= begin) & (numbered["date_n"] <= end)))
    keys = {
        f"{name}_p": _period(inside[name].cast("date"), inside[f"{name}_n"], every, first, begin, end, number)
        for name in days
    }
    return inside.group_by([*by, *(value.name(name) for name, value in keys.items())]).aggregate(**sums)


def _period(day, number, every, first, begin, end, periods):
    """Number of the period that holds a day: -1 before the window, the number of periods after it."""
    import ibis

    if every == "month":
        place = (day.year() * 12 + day.month() - (first.year * 12 + first.month)).cast("int64")
    elif every == "quarter":
        place = (day.year() * 4 + day.quarter() - (first.year * 4 + first.quarter)).cast("int64")
    else:
        given = re.fullmatch(r"(\d+) days?", every)
        length = int(given[1]) if given else {"day": 1, "week": 7}[every]
        start = begin - (first.weekday() if every == "week" else 0)
        since = number - start
        place = since if length == 1 else ((since - since % length) / length).cast("int64")  # engines round alike
    return ibis.cases((number < begin, -1), (number > end, periods), else_=place)


def _of_occurring_groups(found: pd.DataFrame, by: list[str], periods: int) -> pd.DataFrame:
    """Only groups with an incident whose best day lies in the window."""
    if not by:
        return found
    counted = found["date_p"].between(0, periods - 1)
    return found[counted.groupby([found[name] for name in by], dropna=False).transform("any")]


def _numbered_groups(found: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The groups that occur, in order, and the number of the group of each row."""
    if not by:
        return pd.DataFrame(index=[0]), np.zeros(len(found), int)
    grouped = found.groupby(by, dropna=False, sort=True)
    which = grouped.ngroup().to_numpy()
    _, at = np.unique(which, return_index=True)
    return found.iloc[at][by].reset_index(drop=True), which


def _cells(found, which, groups, periods, weight, zeros) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Cells, period x groups + group, in order, and what is counted in each: in all of them, or where something is."""
    best, one, end = (found[f"{name}_p"].to_numpy(np.int64) for name in ("date", "date_start", "date_end"))
    value = {name: found[name if weight else "count"].fillna(0).to_numpy(float) for name in COUNTS}
    counted = (best >= 0) & (best < periods)
    sure = (one == end) & (one >= 0) & (one < periods)
    since, until = np.maximum(one, 0), np.minimum(end, periods - 1)
    length = np.maximum(until - since + 1, 0)
    row = np.repeat(np.arange(len(found)), length)
    within = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    parts = {
        "count": ((best * groups + which)[counted], value["count"][counted]),
        "count_low": ((one * groups + which)[sure], value["count_low"][sure]),
        "count_high": ((since[row] + within) * groups + which[row], value["count_high"][row]),
    }
    if weight:
        parts["not_stated"] = parts["count"][0], found["not_stated"].to_numpy(float)[counted]
    if periods * groups <= DENSE:
        dense = {name: np.bincount(at, values, periods * groups) for name, (at, values) in parts.items()}
        cells = np.arange(periods * groups)
        if not zeros:
            cells = np.flatnonzero(np.any([each != 0 for each in dense.values()], axis=0))
        return cells, {name: _whole(each[cells], weight) for name, each in dense.items()}
    if zeros:
        raise InputError(
            f"{groups:,} groups in {periods:,} periods are {groups * periods:,} rows: give zeros=False for those in "
            "which something happened"
        )
    cells = np.unique(np.concatenate([at for at, _ in parts.values()]))
    return cells, {
        name: _whole(np.bincount(np.searchsorted(cells, at), values, len(cells)), weight)
        for name, (at, values) in parts.items()
    }


def _whole(values: np.ndarray, weight: str) -> np.ndarray:
    return values if weight else values.astype(np.int64)


def cumulative_in_engine(incidents: Any, window: Window | None) -> pd.DataFrame:
    """`frequency.cumulative` of a table in an engine.

    Parameters
    ----------
    incidents : ibis.Table
        With the column date.
    window : tuple of two days, optional
        As for `frequency.cumulative`.

    Returns
    -------
    DataFrame
        As from `frequency.cumulative`.

    Examples
    --------
    >>> import ibis
    >>> table = ibis.memtable(pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-02", "2024-01-16"])}))
    >>> cumulative_in_engine(table, None)["total"].tolist()
    [2, 3]
    """
    require_engine_columns(incidents, ("date",), "incidents")
    first, last = observed_window(date_bounds(incidents), window)
    numbered = with_day_numbers(incidents.select("date"), ["date"])
    inside = numbered.filter((numbered["date"] >= day_number(first)) & (numbered["date"] <= day_number(last)))
    found = fetch(inside.group_by("date").aggregate(count=inside.count())).sort_values("date", ignore_index=True)
    return pd.DataFrame({"day": days_of(found["date"]), "total": found["count"].cumsum()})
