"""How many independent origins stand behind each incident, stacked by the best voice or by any other column."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.column_groups import name_groups
from analysis.charts.incident_links import url_of_group
from analysis.charts.text_format import plural
from analysis.evidence.arguments import require_column_name, require_columns

MOST = 6  # the last bar holds this many and more


def origins_per_incident(incidents: pd.DataFrame, ax: Axes | None = None, by: str = "confirmation") -> Axes:
    """Draw how many incidents rest on one independent origin, on two, and so on.

    Parameters
    ----------
    incidents : DataFrame
        Column n_origins (number of independent origins) and the column `by`.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    by : str, default "confirmation"
        Column of `incidents` to stack by.

    Returns
    -------
    Axes
        The axes that were drawn on. The last bar holds six origins and more; each bar carries its number.

    Raises
    ------
    InputError
        If `incidents` has no such column.

    See Also
    --------
    origins_per_incident_alt : The same chart in words.

    Notes
    -----
    An incident whose number of origins is not known is in no bar.

    Examples
    --------
    >>> import analysis as a
    >>> incidents = a.select(a.open_folder(), a.View())
    >>> a.charts.origins_per_incident(incidents, by="country").get_ylabel()
    'incidents'
    """
    require_columns(incidents, ("n_origins",), "incidents")
    require_column_name(by, incidents.columns, "by")
    ax = style.new_axes(ax, height=2.5)
    with mpl.rc_context(style.RC):
        origins = incidents["n_origins"].clip(upper=MOST)
        names, fills = name_groups(incidents[by], pd.Series(1, incidents.index))
        table = pd.crosstab(origins, names)
        table = table.reindex(range(1, MOST + 1), fill_value=0)
        base = pd.Series(0, table.index)
        for name in (each for each in fills if each in table):
            bars = ax.bar(table.index, table[name], bottom=base, width=0.7, label=name, color=fills[name],
                   edgecolor=style.VOICE_FILL["us_official"], linewidth=0.4)  # fmt: skip
            for bar, origin in zip(bars, table.index, strict=True):
                bar.set_url(url_of_group("n_origins", origin) if table.at[origin, name] else None)
            base = base + table[name]
        for origin, total in base.items():
            ax.annotate(str(total), (origin, total), xytext=(0, 2), textcoords="offset points",
                        ha="center", fontsize=8, fontweight="bold")  # fmt: skip
        labels = [*map(str, range(1, MOST)), f"{MOST} or more"]
        ax.set_xticks(range(1, MOST + 1), labels)
        ax.set_xlabel("independent origins behind the incident")
        style.unit_label(ax, "incidents")
        ax.set_yticks([])
        ax.set_ylim(0, max(base.max() * 1.12, 1))
        style.voice_legend(ax)
    return ax


def origins_per_incident_alt(incidents: pd.DataFrame) -> str:
    """Describe `origins_per_incident` in words: how many incidents rest on one origin.

    Parameters
    ----------
    incidents : DataFrame
        Column n_origins.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If `incidents` has no such column.

    See Also
    --------
    origins_per_incident : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> incidents = a.select(a.open_folder(), a.View(places="tower-22"))
    >>> a.charts.origins_per_incident_alt(incidents).split(".")[0]
    'Bar chart of 1 incident by the number of independent origins behind them'
    """
    require_columns(incidents, ("n_origins",), "incidents")
    head = f"Bar chart of {plural(len(incidents), 'incident')} by the number of independent origins behind them."
    origins = incidents["n_origins"].dropna()
    if origins.empty:
        return f"{head} For none of them is the number known."
    single, several = int((origins == 1).sum()), int((origins >= MOST).sum())
    share = 100 * single / len(origins)
    return (
        f"{head} From {origins.min()} to {origins.max()} origins; {share:.0f} percent ({single:,}) rest on one, "
        f"{several:,} on {MOST} or more."
    )
