"""Which incidents stand behind each bar: their table, and the way from a bar to its row."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.notebook_output import show_table
from analysis.charts.text_format import period_name


def incidents_per_bar(incidents: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """One row per period that has incidents: start, attacks, incidents (their ids).

    `periods` is what `frequency.count` gives, with or without `by`: periods that follow each other. An
    incident belongs to the period of its date; one outside of all belongs to the nearest.
    """
    starts = periods["start"].drop_duplicates().sort_values().to_numpy()
    place = starts.searchsorted(incidents["date"].to_numpy(), side="right") - 1
    behind = incidents.groupby(starts[place.clip(0)])["incident_id"].agg(["size", ", ".join])
    return behind.rename_axis("start").reset_index().set_axis(["start", "attacks", "incidents"], axis=1)


def show_incidents_per_bar(incidents: pd.DataFrame, periods: pd.DataFrame, caption: str, label: str) -> None:
    """Display the register as a table; in a report every id leads to its claims."""
    called = f"{period_name(periods)} from"
    show_table(incidents_per_bar(incidents, periods).rename(columns={"start": called}), caption, label)


def link_bars(ax: Axes, periods: pd.DataFrame, label: str) -> Axes:
    """The axes, each period leading to its row of the register with that label: in a page a bar can be
    pressed. A period without a row leads nowhere."""
    for row in periods.drop_duplicates("start").itertuples():
        end = row.end + pd.Timedelta(days=1)
        ax.axvspan(row.start, end, alpha=0, linewidth=0, url=f"#{label}-{row.start:%Y-%m-%d}")
    return ax
