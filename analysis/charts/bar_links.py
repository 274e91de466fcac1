"""Which incidents stand behind each bar: their table, and the way from a bar to its row."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.notebook_output import show_table
from analysis.charts.text_format import period_name
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


def show_incidents_per_bar(incidents: pd.DataFrame, periods: pd.DataFrame, caption: str, label: str) -> None:
    """Display the register as a table; in a report every id leads to its claims."""
    called = f"{period_name(periods)} from"
    register = _with_places(incidents_per_bar(incidents, periods), incidents)
    if len(incidents) > MANY_IDS:
        register["incidents"] = register["incidents"].map(_first_ids)
        caption += f" Of each bar the first {SOME_IDS} ids are listed; the table of the folder holds all."
    if len(register) > MANY_BARS:
        caption += f" The {MANY_BARS:,} fullest of {len(register):,} bars are listed."
        register = register.nlargest(MANY_BARS, "attacks").sort_values("start")
    show_table(register.rename(columns={"start": called}), caption, label)


def _with_places(register: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
    """The register with the places of each bar before its ids, the one named most often first."""
    if "place" not in incidents or incidents["place"].isna().all():
        return register
    place = incidents.set_index("incident_id")["place"].fillna("not named")
    told = [_named(place.reindex(ids.split(", ")).value_counts()) for ids in register["incidents"]]
    register.insert(2, "where", told)
    return register


def _named(sizes: pd.Series) -> str:
    """Places with their number of attacks, where that is not 1; the third and later ones as a number."""
    named = [f"{name} {n}" if n > 1 else str(name) for name, n in sizes.head(MANY_PLACES).items()]
    rest = int(sizes.iloc[MANY_PLACES:].sum())
    return ", ".join([*named, *([f"elsewhere {rest}"] if rest else [])])


MANY_PLACES = 3
MANY_IDS = 1000  # incidents of which a register lists every id
SOME_IDS = 5  # ids that it lists for each bar where there are more
MANY_BARS = 400


def _first_ids(ids: str) -> str:
    each = ids.split(", ", SOME_IDS)
    return ids if len(each) <= SOME_IDS else f"{', '.join(each[:SOME_IDS])} and {each[SOME_IDS].count(', ') + 1:,} more"


def link_bars(ax: Axes, periods: pd.DataFrame, label: str) -> Axes:
    """The axes, each period leading to its row of the register with that label: in a page a bar can be
    pressed. A period without a row leads nowhere."""
    for row in periods.drop_duplicates("start").itertuples():
        end = row.end + pd.Timedelta(days=1)
        ax.axvspan(row.start, end, alpha=0, linewidth=0, url=f"#{label}-{row.start:%Y-%m-%d}")
    return ax
