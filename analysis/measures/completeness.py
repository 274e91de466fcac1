"""How much of an official total the itemised incidents cover, interval by interval."""

from __future__ import annotations

import pandas as pd

from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import COUNTRIES


def completeness(incidents: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Itemised incidents beside official counts.

    `incidents` has date; `intervals` (from `totals.total_intervals`) start, end and count. Returns the
    intervals with itemised (incidents by best day), share (itemised / official; missing where the
    official count is missing or 0) and clash: more items than the official count, which says that
    the two do not count the same thing - never that a negative number is missing; itself missing
    where the official count is.
    """
    bounds = zip(intervals["start"], intervals["end"], strict=True)
    items = [int(incidents["date"].between(start, end).sum()) for start, end in bounds]
    out = intervals.assign(itemised=pd.array(items, dtype="Int64"))
    official = out["count"].astype("Float64")
    out["share"] = (out["itemised"] / official.mask(official == 0)).astype("Float64")
    out["has_excess"] = (out["itemised"] > out["count"].astype("Int64")).astype("boolean")
    return out


def completeness_by_country(incidents: pd.DataFrame, running: pd.DataFrame, until=None) -> pd.DataFrame:
    """`completeness` of each country's part of a running total, where it is stated.

    `running` is from `totals.running_total`, `incidents` has date and country. Returns country and the columns of
    `completeness`, one row per country and pair of neighbouring statements that split the total by
    country; no row for a total that is never split.
    """
    parts = []
    for column in (name for name in COUNTRIES if name in running and running[name].notna().any()):
        country = column.capitalize()
        spans = total_intervals(running, until=until, column=column)
        there = incidents[incidents["country"] == country]
        parts.append(completeness(there, spans).assign(country=country))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["country"])


def find_largest_excess(
    compared: pd.DataFrame, incidents: pd.DataFrame, reviewed: set[str], max_rows: int = 3
) -> pd.DataFrame:
    """The intervals of `completeness` in which items exceed the official count by most, and whose items these are.

    `incidents` has date, country, confirmation and claims (ids joined by |); `reviewed` are the claims that a reader
    went over. Returns start, end, count, itemised, countries (attacks by country), official (attacks that a U.S.
    official speaks of), read (attacks with a reviewed claim); the largest excess first, no row without one.
    """
    exceeding = compared[compared["has_excess"].fillna(False)]
    worst = exceeding.assign(excess=exceeding["itemised"] - exceeding["count"]).nlargest(max_rows, "excess")
    rows = []
    for row in worst.itertuples():
        there = incidents[incidents["date"].between(row.start, row.end)]
        rows.append({
            "start": row.start, "end": row.end, "count": row.count, "itemised": row.itemised,
            "countries": there["country"].value_counts().to_dict(),
            "us_official": int((there["confirmation"] == "us_official").sum()),
            "reviewed": int(there["claims"].map(lambda claims: bool(reviewed & set(claims.split("|")))).sum()),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["start", "end", "count", "itemised", "countries", "us_official", "reviewed"])
