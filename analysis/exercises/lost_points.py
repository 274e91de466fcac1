"""Where a class lost its points: one bar per task, in parts by what went wrong."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style

# From the commonest to the rarest; the darker, the more there is to teach.
KINDS = {
    "failed hidden tests": ("failed hidden tests only", "#0b3554"),
    "failed": ("failed visible tests", "#3b7ea6"),
    "partly": ("partly right", "#8cbad3"),
    "no answer": ("no answer", "#e8b48a"),
    "other": ("not run, not handed in, not readable", "#c2570c"),
}


def lost_point_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Points lost per task as a share of what the class could earn: exercise, task, and one column per
    kind of loss (see KINDS). Tasks still to be graded by hand are left out."""
    known = table[~table["points"].isna().groupby([table["exercise"], table["task"]]).transform("any")]
    kind = known["status"].where(known["status"].isin(KINDS), "other")
    gone = known.assign(kind=kind, gone=known["max_points"] - known["points"].astype(float))
    gone.loc[gone["status"] == "graded by hand", "kind"] = "partly"
    keys = ["exercise", "task"]
    most = known.groupby(keys, sort=False)["max_points"].sum()
    by_kind = gone.pivot_table(index=keys, columns="kind", values="gone", aggfunc="sum", sort=False, fill_value=0)
    share = by_kind.reindex(index=most.index, columns=list(KINDS), fill_value=0).div(most.where(most > 0, 1), axis=0)
    return share.reset_index()


def lost_points(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Bars from `lost`, the tasks from top to bottom in their order."""
    ax = style.new_axes(ax, height=0.9 + 0.24 * len(shares))
    if shares.empty:
        return style.draw_nothing(ax, "no task to show")
    with mpl.rc_context(style.RC):
        left = pd.Series(0.0, index=shares.index)
        for kind, (label, colour) in KINDS.items():
            ax.barh(shares.index, 100 * shares[kind], left=100 * left, color=colour, label=label, height=0.7)
            left += shares[kind]
        ax.set_yticks(shares.index, _labels(shares))
        ax.invert_yaxis()
        ax.set_xlim(0, 100)
        ax.set_xlabel("points lost, in % of what the class could earn")
        ax.xaxis.grid(True)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, handlelength=1.1)
    return ax


def _labels(shares: pd.DataFrame) -> list[str]:
    many = shares["exercise"].nunique() > 1
    return [f"{row.exercise}: {row.task}" if many else row.task for row in shares.itertuples()]


def lost_points_alt(shares: pd.DataFrame) -> str:
    """For `lost_points`: the tasks that cost most, in words."""
    total = shares[list(KINDS)].sum(axis=1)
    worst = total[total > 0].nlargest(3)
    if worst.empty:
        return "Bars of points lost per task; none was lost."
    said = (f"{shares.at[i, 'task']} ({100 * share:.0f} %)" for i, share in worst.items())
    return f"Bars of points lost per task, by what went wrong. Most were lost in {', '.join(said)}."
