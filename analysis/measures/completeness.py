"""How much of an official total the itemised incidents cover, interval by interval."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import COUNTRIES


def completeness(incidents: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    """Itemised incidents beside the counts of a running total, interval by interval.

    Parameters
    ----------
    incidents : DataFrame
        With the column date.
    intervals : DataFrame
        From `total_intervals.total_intervals`: start, end (days, inclusive), count.

    Returns
    -------
    DataFrame
        The intervals with itemised (incidents by best day), share (itemised / count, from 0 up; missing where the count
        is missing or 0) and has_excess (whether more is itemised than counted; missing where the count is).

    Notes
    -----
    An excess says that the two do not count the same thing, or date it differently. It never says that a negative
    number is missing. A share of 1 does not say that the incidents are complete: some may be extra and others missing.

    Examples
    --------
    >>> start, end = pd.to_datetime(["2024-01-01"]), pd.to_datetime(["2024-01-10"])
    >>> intervals = pd.DataFrame({"start": start, "end": end, "count": [4]})
    >>> incidents = pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-10", "2024-01-11"])})
    >>> completeness(incidents, intervals)[["itemised", "share", "has_excess"]].to_numpy().tolist()
    [[2, 0.5, False]]
    """
    require_columns(incidents, ("date",), "incidents")
    require_columns(intervals, ("start", "end", "count"), "intervals")
    bounds = zip(intervals["start"], intervals["end"], strict=True)
    items = [int(incidents["date"].between(start, end).sum()) for start, end in bounds]
    out = intervals.assign(itemised=pd.array(items, dtype="Int64"))
    official = out["count"].astype("Float64")
    out["share"] = (out["itemised"] / official.mask(official == 0)).astype("Float64")
    out["has_excess"] = (out["itemised"] > out["count"].astype("Int64")).astype("boolean")
    return out


def completeness_by_country(incidents: pd.DataFrame, running: pd.DataFrame, until=None) -> pd.DataFrame:
    """`completeness` of each country's part of a running total.

    Parameters
    ----------
    incidents : DataFrame
        With the columns date and country.
    running : DataFrame
        From `totals.running_total`.
    until : day, optional
        Totals after this day are left out.

    Returns
    -------
    DataFrame
        country and the columns of `completeness`: one row for each country and pair of neighbouring statements that
        split the total by country. No row for a total that is never split.

    Notes
    -----
    An incident whose country is not stated is in none of them.

    Examples
    --------
    >>> running = pd.DataFrame({"as_of": [pd.Timestamp("2024-01-10")], "total": [9], "iraq": [4], "note": "",
    ...                         "tally_ids": "t1", "since": pd.Timestamp("2024-01-01")})
    >>> incidents = pd.DataFrame({"date": [pd.Timestamp("2024-01-02")], "country": ["Iraq"]})
    >>> completeness_by_country(incidents, running)[["country", "itemised", "share"]].to_numpy().tolist()
    [['Iraq', 1, 0.25]]
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
    """The intervals in which most is itemised beyond the count, and whose incidents these are.

    Parameters
    ----------
    compared : DataFrame
        From `completeness`.
    incidents : DataFrame
        With the columns date, country, confirmation and claims (ids joined by ``|``).
    reviewed : set of str
        Claims that a reviewer decided on.
    max_rows : int
        Most intervals listed.

    Returns
    -------
    DataFrame
        start, end, count, itemised, countries (dict of country to incidents), us_official (incidents that a U.S.
        official speaks of), reviewed (incidents with a reviewed claim): the largest excess first. No row without an
        excess.

    Examples
    --------
    >>> start, end = pd.to_datetime(["2024-01-01"]), pd.to_datetime(["2024-01-10"])
    >>> intervals = pd.DataFrame({"start": start, "end": end, "count": [0]})
    >>> incidents = pd.DataFrame({"date": pd.to_datetime(["2024-01-02"]), "country": "Iraq",
    ...                           "confirmation": "monitor", "claims": "c1|c2"})
    >>> found = find_largest_excess(completeness(incidents, intervals), incidents, {"c2"})
    >>> found[["itemised", "countries", "us_official", "reviewed"]].to_numpy().tolist()
    [[1, {'Iraq': 1}, 0, 1]]
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
