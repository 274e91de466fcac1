"""Incidents per place, and a column with few categories, of a table in an engine."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.measures.engines.engine_table import fetch, to_day_number

KEY = "first_"  # day and id of the first incident of a row


def distinct_places(incidents: Any, columns: list[str]) -> pd.DataFrame:
    """Each different combination of some columns, how often it occurs, in the order of first incidents.

    Parameters
    ----------
    incidents : ibis.Table
        With the columns date and those named; incident_id, where it has one, orders the incidents of a day.
    columns : list of str
        Columns that tell places apart.

    Returns
    -------
    DataFrame
        The columns, and count.

    Examples
    --------
    >>> import ibis
    >>> frame = pd.DataFrame({"date": pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-02"]), "place": [*"aba"]})
    >>> distinct_places(ibis.memtable(frame), ["place"]).to_numpy().tolist()
    [['b', 1], ['a', 2]]
    """
    day = to_day_number(incidents["date"]).cast("string").lpad(10, "0")
    order = day + incidents["incident_id"].cast("string") if "incident_id" in incidents.columns else day
    keyed = incidents.mutate(**{KEY: order})
    found = fetch(keyed.group_by(columns).aggregate(count=keyed.count(), **{KEY: keyed[KEY].min()}))
    return found.sort_values(KEY, kind="stable", ignore_index=True).drop(columns=KEY)


def category_counts(incidents: Any, by: str) -> pd.DataFrame:
    """How often each value of a column occurs.

    Parameters
    ----------
    incidents : ibis.Table
        With the column.
    by : str
        Its name.

    Returns
    -------
    DataFrame
        The column, and count.

    Examples
    --------
    >>> import ibis
    >>> category_counts(ibis.memtable(pd.DataFrame({"weapon": ["rocket", "rocket"]})), "weapon")["count"].tolist()
    [2]
    """
    return fetch(incidents.group_by(by).aggregate(count=incidents.count()))
