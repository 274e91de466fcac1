"""The ground behind a chart says who searched: day by day (white), by week, sparsely, nobody."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style

MEANING = {
    "nobody": "nobody searched",
    "sparse": "searched sparsely, some may be missing",
    "weekly": "searched by week, some may be missing",
}
LOOK: dict[str, dict[str, Any]] = {
    "nobody": {"facecolor": style.NOBODY, "edgecolor": "white", "hatch": style.HATCH},
    "sparse": {"facecolor": style.SPARSE, "edgecolor": "none"},
    "weekly": {"facecolor": style.WEEKLY, "edgecolor": "none"},
}
COUNT_COLUMNS = ("start", "end", "days", "is_complete", "covered_days", "sparse_days", "weekly_days", "count")
SIZE = 7.5  # points of the words on a shade


def shade_coverage(ax: Axes, periods: pd.DataFrame, words: bool = True) -> None:
    """Shade the periods (start, end, covered_days, sparse_days, weekly_days, as `frequency.count` gives them) that
    nobody or hardly anybody searched, or somebody by week: an empty day is a zero only on white ground. `words` names
    each shade, once, on its longest stretch, if they fit there."""
    last = periods["end"].max() + pd.Timedelta(days=1)
    width = style.figure_of(ax).get_figwidth() * 72 * style.AXES_SHARE / (last - periods["start"].min()).days
    with mpl.rc_context(style.RC):
        for kind, stretches in unsearched_periods(periods).items():
            for start, end in stretches:
                ax.axvspan(start, end, zorder=0, linewidth=0, **LOOK[kind])
            start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
            if words and (end - start).days * width > style.text_width(MEANING[kind], SIZE) + 6:
                ax.annotate(MEANING[kind], (end, 0.97), xycoords=("data", "axes fraction"), xytext=(-3, 0),
                            textcoords="offset points", ha="right", va="top", fontsize=SIZE,
                            color=style.QUIET)  # fmt: skip


def unsearched_periods(periods: pd.DataFrame) -> dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]]:
    """First day, and first day after, of each stretch that nobody searched, or not day by day; a kind that
    does not occur is left out."""
    nobody = periods["covered_days"] == 0
    sparse = (periods["sparse_days"] > 0) & ~nobody
    kinds = {"nobody": nobody, "sparse": sparse, "weekly": (periods["weekly_days"] > 0) & ~sparse & ~nobody}
    return {kind: _stretches(periods[rows]) for kind, rows in kinds.items() if rows.any()}


def explain_shading(periods: pd.DataFrame) -> str:
    """What the shades behind these periods mean, in a line under a chart; empty if there are none."""
    looks = {"nobody": "hatched", "sparse": "grey", "weekly": "light grey"}
    shades = unsearched_periods(periods)
    said = [f"{looks[kind]}: {MEANING[kind].split(',')[0]}" for kind in shades]
    return "; ".join([*said, *(["some may be missing there"] if set(shades) - {"nobody"} else [])])


def _stretches(periods: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Neighbouring periods joined, so that no seam shows between them."""
    day = pd.Timedelta(days=1)
    run = (periods["start"] != periods["end"].shift() + day).cumsum()
    return [(part["start"].iloc[0], part["end"].iloc[-1] + day) for _, part in periods.groupby(run)]
