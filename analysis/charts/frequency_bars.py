"""Bars of incidents per period, by the best voice behind each."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.coverage_shading import shade_coverage
from analysis.charts.text_format import period_name
from analysis.evidence.schema import CONFIRMATION

FILLED = 0.86  # of a period's width
ROOM = 0.03  # share of the axis that a bar needs to carry a word


def frequency_bars(
    counts: pd.DataFrame, ax: Axes | None = None, marks: dict | None = None, trailing: pd.DataFrame | None = None
) -> Axes:
    """Stacked bars from `frequency.count(..., by=["confirmation"])`; the highest carries its number.

    Periods in which nobody looked are hatched, those watched only sparsely grey: an empty place is a
    zero only on white ground. Periods the window cuts have a dotted outline and are called parts. `marks`
    is {day: label}; `trailing` has end and mean (see `frequency.trailing_mean`) and is drawn as a line
    that breaks where the mean is missing.
    """
    ax = style.new_axes(ax, height=3.2)
    if counts.empty:
        return style.draw_nothing(ax, "no period to show")
    with mpl.rc_context(style.RC):
        base = pd.Series(0, index=sorted(counts["start"].unique()))
        for voice in CONFIRMATION:
            bars = counts[counts["confirmation"] == voice].set_index("start")
            if bars["count"].fillna(0).sum():
                base = _stack(ax, bars, base, voice)
        periods = counts.drop_duplicates("start")
        shade_coverage(ax, periods)
        _outline_cut(ax, periods, base)
        _name_highest(ax, periods.set_index("start")["days"], base)
        if trailing is not None:
            _trailing(ax, trailing["end"], trailing["mean"].astype(float))
        style.count_axis(ax, f"attacks per {period_name(periods)}")
        style.date_axis(ax, counts["start"].min(), counts["end"].max())
        ax.set_ylim(top=max(base.max() * (1.28 if marks else 1.1), 1))
        style.mark_days(ax, marks or {})
        style.voice_legend(ax)
    return ax


def _trailing(ax: Axes, day: pd.Series, mean: pd.Series) -> None:
    """The line of means, with its name beside its highest point."""
    ax.plot(day, mean, color=style.SECOND)
    if mean.notna().any():
        top = mean.idxmax()
        ax.annotate("trailing mean", (day[top], mean[top]), xytext=(5, 2), textcoords="offset points",
                    color=style.SECOND, fontsize=8, fontweight="bold")  # fmt: skip


def _stack(ax: Axes, bars: pd.DataFrame, base: pd.Series, voice: str) -> pd.Series:
    height = bars["count"].reindex(base.index).fillna(0).astype(float)
    some = base.index[height > 0]  # a bar of no height would still draw its edge
    ax.bar(some, height[some], width=bars["days"][some] * FILLED, bottom=base[some], align="edge",
           color=style.VOICE_FILL[voice], edgecolor=style.VOICE_FILL["us_official"],
           linewidth=0.4, label=style.VOICE_LABEL[voice])  # fmt: skip
    return base + height


def _outline_cut(ax: Axes, periods: pd.DataFrame, height: pd.Series) -> None:
    for row in periods[~periods["is_complete"]].itertuples():
        if height[row.start]:
            ax.bar(row.start, height[row.start], width=row.days * FILLED, align="edge",
                   facecolor="none", edgecolor=style.SECOND, linewidth=1, linestyle=":")  # fmt: skip
            if row.days > ROOM * periods["days"].sum():
                _over(ax, row.start, row.days, height[row.start], "part", fontsize=6.5, color=style.SECOND)


def _name_highest(ax: Axes, days: pd.Series, height: pd.Series) -> None:
    if height.max():
        _over(ax, height.idxmax(), days[height.idxmax()], height.max(), f"{height.max():.0f}", fontweight="bold")


def _over(ax: Axes, start: pd.Timestamp, days: int, height: float, words: str, **font) -> None:
    """Words over the middle of a bar."""
    middle = start + pd.Timedelta(days=float(days * FILLED / 2))
    ax.annotate(words, (middle, height), xytext=(0, 1.5), textcoords="offset points", ha="center", va="bottom",
                **{"fontsize": 8} | font)  # fmt: skip
