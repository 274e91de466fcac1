"""Where a class lost its points: one bar per task, divided by what went wrong."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style

# By status: the words of the legend and the colour; darker where there is more to teach.
LOSS_KINDS = {
    "failed hidden tests": ("failed hidden tests only", "#0b3554"),
    "failed": ("failed visible tests", "#3b7ea6"),
    "partly": ("partly right", "#8cbad3"),
    "no answer": ("no answer", "#e8b48a"),
    "other": ("not run, not handed in, not readable", "#c2570c"),
}


def lost_point_shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Points lost per task, as a share (0 to 1) of the maximum points of the class.

    `rows` are those of `gradebook.grade_rows`. The columns are exercise, task, and one per kind of loss (LOSS_KINDS).
    Tasks still to be graded by hand are left out.
    """
    known = rows[~rows["points"].isna().groupby([rows["exercise"], rows["task"]]).transform("any")]
    kind = known["status"].where(known["status"].isin(LOSS_KINDS), "other")
    losses = known.assign(kind=kind, lost=known["max_points"] - known["points"].astype(float))
    losses.loc[losses["status"] == "graded by hand", "kind"] = "partly"
    keys = ["exercise", "task"]
    maximum = known.groupby(keys, sort=False)["max_points"].sum()
    by_kind = losses.pivot_table(index=keys, columns="kind", values="lost", aggfunc="sum", sort=False, fill_value=0)
    share = by_kind.reindex(index=maximum.index, columns=list(LOSS_KINDS), fill_value=0).div(
        maximum.where(maximum > 0, 1), axis=0
    )
    return share.reset_index()


def lost_points(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Bars of the shares from `lost_point_shares`, tasks from top to bottom in their order."""
    ax = style.new_axes(ax, height=0.9 + 0.24 * len(shares))
    if shares.empty:
        return style.draw_nothing(ax, "no task to show")
    with mpl.rc_context(style.RC):
        left = pd.Series(0.0, index=shares.index)
        for kind, (label, colour) in LOSS_KINDS.items():
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
    """A description of the chart `lost_points`: the three tasks that cost most."""
    total = shares[list(LOSS_KINDS)].sum(axis=1)
    worst = total[total > 0].nlargest(3)
    if worst.empty:
        return "Bars of points lost per task; none was lost."
    tasks = (f"{shares.at[i, 'task']} ({100 * share:.0f} %)" for i, share in worst.items())
    return f"Bars of points lost per task, by what went wrong. Most were lost in {', '.join(tasks)}."
