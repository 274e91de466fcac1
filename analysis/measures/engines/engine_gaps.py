"""Days without an incident of a table in an engine, by window functions over the days of each group."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.measures.coverage import Window, covered_window
from analysis.measures.coverage_scopes import coverage_of_country, has_scopes, watched_everywhere
from analysis.measures.engines.engine_table import (
    date_bounds,
    day_number,
    days_of,
    fetch,
    require_engine_columns,
    with_day_numbers,
)

NEEDED = ("incident_id", "date", "date_start", "date_end")
COLUMNS = ["start", "end", "gap_days", "gap_days_low", "gap_days_high", "before", "after", "is_censored"]


def gaps_in_engine(
    incidents: Any, window: Window | None, min_days: int, coverage: pd.DataFrame | None, by: list[str]
) -> pd.DataFrame:
    """`gaps.gaps` of a table in an engine.

    Parameters
    ----------
    incidents : ibis.Table
        As the frame of `gaps.gaps`.
    window : tuple of two days or None
        First and last day, inclusive.
    min_days : int
        Shortest gap listed, in days.
    coverage : DataFrame or None
        Rows of coverage.csv of one counter.
    by : list of str
        Columns to group by.

    Returns
    -------
    DataFrame
        As from `gaps.gaps`, row for row.

    Raises
    ------
    InputError
        As `gaps.gaps` does.

    Notes
    -----
    The days on which searching begins or ends stand among the days with incidents, so that what lies between two
    successive days is either searched throughout or not at all. Days are whole numbers.

    Examples
    --------
    >>> import ibis
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-05", "2024-01-06"])
    >>> frame = pd.DataFrame({"incident_id": ["a", "b", "c"], "date": days, "date_start": days, "date_end": days})
    >>> found = gaps_in_engine(ibis.memtable(frame), None, 1, None, [])
    >>> found[["gap_days", "before", "after", "is_censored"]].to_numpy().tolist()
    [[3, 'a', 'b', False]]
    """
    import ibis

    require_engine_columns(incidents, (*NEEDED, *by), "incidents")
    scoped, own = has_scopes(coverage), "country" in by and has_scopes(coverage)
    named = (
        fetch(incidents.select("country").distinct())["country"] if scoped and "country" in incidents.columns else ()
    )
    together = coverage if own else watched_everywhere(coverage, named)
    if together is not None and scoped and together.empty:
        return _framed(pd.DataFrame(columns=[*by, *COLUMNS]), by)
    first, last = covered_window(date_bounds(incidents), window, together)
    numbered = with_day_numbers(incidents.select(*by, *NEEDED))
    low, high = _own_limits(numbered, coverage, first, last) if own else (day_number(first), day_number(last))
    inside = numbered.filter((numbered["date"] >= low) & (numbered["date"] <= high))
    days = inside.group_by([*by, "date"]).aggregate(
        found=inside.count().cast("int64"),
        latest=inside["date_end"].max(), surest=inside["date_start"].max(),
        earliest=inside["date_start"].min(), sure=inside["date_end"].min(),
    )  # fmt: skip
    groups = fetch(inside.select(*by).distinct()) if by else pd.DataFrame(index=[0])
    bounds = _bounds(groups, together, own, first, last)
    if bounds.empty:
        return _framed(pd.DataFrame(columns=[*by, *COLUMNS]), by)
    marks = ibis.memtable(bounds, schema=_schema(days, by))
    empty = {name: ibis.null(days[name].type()) for name in ("found", "latest", "surest", "earliest", "sure")}
    points = days.mutate(turn=ibis.literal(0, "int64")).select(*by, "date", "turn", *empty).union(
        marks.mutate(**empty).select(*by, "date", "turn", *empty)
    )  # fmt: skip
    points = points.group_by([*by, "date"]).aggregate(
        turn=points["turn"].sum().cast("int64"), **{name: points[name].max() for name in empty}
    )
    return _framed(_with_ids(fetch(_between(points, by, min_days)), inside, by), by)


def _with_ids(found: pd.DataFrame, inside, by: list[str]) -> pd.DataFrame:
    """The gaps with the incidents of the day before and of the day after: only these days are looked up."""
    import ibis

    edges = pd.concat([found[by].assign(date=found["start"] - 1), found[by].assign(date=found["end"] + 1)])
    edges = edges.drop_duplicates(ignore_index=True)
    if edges.empty:
        return found.assign(before=pd.Series(dtype="str"), after=pd.Series(dtype="str"))
    days = ibis.memtable(edges, schema={name: inside[name].type() for name in by} | {"date": "int64"})
    beside = inside.semi_join(days, [inside[name].identical_to(days[name]) for name in (*by, "date")])
    ids = fetch(beside.group_by([*by, "date"]).aggregate(
        ids=beside["incident_id"].cast("string").collect().sort().join("|")  # Spark orders no texts that it joins
    ))  # fmt: skip
    out = found.assign(left_=found["start"] - 1, right_=found["end"] + 1)
    for side, name in (("left_", "before"), ("right_", "after")):
        named = ids.rename(columns={"ids": name, "date": side})
        out = out.merge(named, on=[*by, side], how="left")
    return out.drop(columns=["left_", "right_"])


def _schema(days, by: list[str]) -> dict:
    return {name: days[name].type() for name in by} | {"date": "int64", "turn": "int64"}


def _own_limits(table, coverage, first, last):
    """First and last searched day of the country of each row, as expressions; none where nobody searched it."""
    import ibis

    limits = {}
    for country in [None, *coverage["scope"].unique()]:
        islands = _islands(coverage_of_country(coverage, country), first, last, True)
        limits[country] = (islands[0][0], islands[-1][1]) if islands else (1, 0)
    low, high = ([(table["country"] == country, each[side]) for country, each in limits.items() if country is not None]
                 for side in (0, 1))  # fmt: skip
    return ibis.cases(*low, else_=limits[None][0]), ibis.cases(*high, else_=limits[None][1])


def _bounds(groups, coverage, own: bool, first, last) -> pd.DataFrame:
    """The day before each searched stretch of each group, turn 1, and the day after it, turn -1."""
    rows = []
    for country, part in groups.groupby("country", dropna=False) if own else [(None, groups)]:
        islands = _islands(coverage_of_country(coverage, country) if own else coverage, first, last, own)
        for begin, end in islands:
            for day, turn in ((begin - 1, 1), (end + 1, -1)):
                rows.append(part.assign(date=day, turn=turn))
    return pd.concat(rows, ignore_index=True) if rows else groups.head(0)


def _islands(coverage, first, last, own: bool) -> list[tuple[int, int]]:
    """Searched stretches of the window, as first and last day number, none touching the next."""
    begin, end = day_number(first), day_number(last)
    if coverage is None or (coverage.empty and not own):
        return [(begin, end)] if begin <= end else []
    out: list[tuple[int, int]] = []
    spans = sorted((max(day_number(a), begin), min(day_number(b), end))
                   for a, b in zip(coverage["start"], coverage["end"], strict=True))  # fmt: skip
    for a, b in spans:
        if a > b:
            continue
        if out and a <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], b)
        else:
            out.append((a, b))
    return out


def _between(points, by: list[str], min_days: int):
    """The searched stretches between successive days, with the shortest and the longest they can be."""
    import ibis

    past = ibis.window(group_by=by or None, order_by="date", preceding=None, following=0)
    coming = ibis.window(group_by=by or None, order_by=ibis.desc("date"), preceding=None, following=0)
    each = ibis.window(group_by=by or None, order_by="date")
    known = points.mutate(
        state=points["turn"].sum().over(past), late=points["latest"].max().over(past),
        surest_=points["surest"].max().over(past), early=points["earliest"].min().over(coming),
        sure_=points["sure"].min().over(coming),
    )  # fmt: skip
    nexts = {name: known[name].lead().over(each) for name in ("date", "found", "early", "sure_")}
    pairs = known.mutate(**{f"{name}_next": value for name, value in nexts.items()})
    length = pairs["date_next"] - pairs["date"] - 1
    found = pairs.mutate(gap_days=length).filter(
        (length >= min_days) & (pairs["state"] > 0) & pairs["date_next"].notnull()
    )
    left, right, gap = found["date"], found["date_next"], found["gap_days"]
    late, early = found["late"].coalesce(left), found["early_next"].coalesce(right)
    sure_late = found["found"].isnull().ifelse(left, found["surest_"])
    sure_early = found["found_next"].isnull().ifelse(right, found["sure__next"])
    shortest = ibis.greatest(ibis.least(early, right) - ibis.greatest(late, left) - 1, 0)
    longest = ibis.greatest(sure_early, right) - ibis.least(sure_late, left) - 1
    return found.select(
        *by, start=left + 1, end=right - 1, gap_days=gap, gap_days_low=ibis.least(shortest, gap),
        gap_days_high=ibis.greatest(longest, gap),
    )  # fmt: skip


def _framed(found: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """As `gaps.gaps` gives it: days, censoring, longest first within each group."""
    out = found.assign(start=days_of(found["start"]), end=days_of(found["end"]))
    out["is_censored"] = out["before"].isna() | out["after"].isna()
    order = {**dict.fromkeys(by, True), "gap_days": False, "start": True}
    out = out.sort_values(list(order), ascending=list(order.values()), ignore_index=True)
    whole = dict.fromkeys(("gap_days", "gap_days_low", "gap_days_high"), "int64")
    return out.astype(whole)[[*by, *COLUMNS]]
