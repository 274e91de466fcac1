"""How many independent origins stand behind each incident, by the best voice among them."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.text_format import plural
from analysis.evidence.schema import CONFIRMATION

MOST = 6  # the last bar holds this many and more


def origins_per_incident(incidents: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Incidents by n_origins (1, 2, ... `MOST` and more), stacked by confirmation. Each bar carries its
    number, so there is no axis to read it from."""
    ax = style.new_axes(ax, height=2.5)
    with mpl.rc_context(style.RC):
        origins = incidents["n_origins"].clip(upper=MOST)
        table = pd.crosstab(origins, incidents["confirmation"])
        table = table.reindex(range(1, MOST + 1), fill_value=0)
        base = pd.Series(0, table.index)
        for voice in (v for v in CONFIRMATION if v in table):
            ax.bar(table.index, table[voice], bottom=base, width=0.7, label=style.VOICE_LABEL[voice],
                   color=style.VOICE_FILL[voice], edgecolor=style.VOICE_FILL["us_official"],
                   linewidth=0.4)  # fmt: skip
            base = base + table[voice]
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
    """For `support_bars`: how many incidents rest on one origin."""
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
