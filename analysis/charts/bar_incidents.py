"""Which incidents stand behind each bar."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError


def incidents_per_bar(incidents: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """List the incidents behind each bar: one row for each period that has incidents.

    Parameters
    ----------
    incidents : DataFrame
        Columns incident_id and date (day), as `select` returns them.
    periods : DataFrame
        What `count` returns, with or without `by`; only start (day) is read.

    Returns
    -------
    DataFrame
        start (first day of the period), attacks (number) and incidents (their ids, joined by a comma).

    Raises
    ------
    InputError
        If a column is missing or `periods` is empty.

    See Also
    --------
    count : The bars.
    trace_incident : One of the incidents, with its claims and sources.

    Notes
    -----
    An incident belongs to the period of its best day. An incident outside all periods belongs to the nearest one.

    Examples
    --------
    >>> import analysis as a
    >>> incidents = a.select(a.open_folder(), a.View(countries="Jordan"))
    >>> bars = a.incidents_per_bar(incidents, a.count(incidents, "month"))
    >>> bars["incidents"].iloc[0]
    'I20240128-tower-22'
    """
    require_columns(incidents, ("incident_id", "date"), "incidents")
    require_columns(periods, ("start",), "periods")
    if periods.empty:
        raise InputError("periods has no row: there is no bar to lead from")
    starts = periods["start"].drop_duplicates().sort_values().to_numpy()
    bar = starts.searchsorted(incidents["date"].to_numpy(), side="right") - 1
    behind = incidents.groupby(starts[bar.clip(0)])["incident_id"].agg(["size", ", ".join])
    return behind.rename_axis("start").reset_index().set_axis(["start", "attacks", "incidents"], axis=1)
