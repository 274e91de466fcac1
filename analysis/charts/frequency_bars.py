"""Bars of incidents per period, by the best voice behind each."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.evidence.schema import CONFIRMATION


def frequency_bars(
    counts: pd.DataFrame, ax: Axes | None = None, marks: dict | None = None, trailing: pd.DataFrame | None = None
) -> Axes:
    """Stacked bars from `frequency.count(..., by=["confirmation"])`.

    Periods in which nobody looked are shaded dark, those watched only sparsely light: an empty
    place is a zero only on white ground. Periods the window cuts have a dotted outline. `marks`
    is {day: label}; `trailing` has end and mean (see `frequency.trailing_mean`) and is drawn as a line
    that breaks where the mean is missing.
    """
    ax = style.axes(ax, height=3.2)
    if counts.empty:
        return style.nothing(ax, "no period to show")
    with mpl.rc_context(style.RC):
        base = pd.Series(0, index=sorted(counts["start"].unique()))
        for voice in CONFIRMATION:
            bars = counts[counts["confirmation"] == voice].set_index("start")
            if bars["count"].fillna(0).sum():
                base = _stack(ax, bars, base, voice)
        periods = counts.drop_duplicates("start")
        _shade(ax, periods[periods["covered"] == 0], style.NOBODY, "nobody looked")
        _shade(ax, periods[periods["sparse"] > 0], style.SPARSE, "watched sparsely: a zero is weak")
        _outline_cut(ax, periods, base)
        if trailing is not None:
            ax.plot(trailing["end"], trailing["mean"].astype(float), color=style.SECOND, label="trailing mean")
        style.count_axis(ax, "attacks per period")
        style.date_axis(ax, counts["start"].min(), counts["end"].max())
        ax.set_ylim(top=max(base.max() * (1.28 if marks else 1.08), 1))
        style.mark_days(ax, marks or {})
        style.voice_legend(ax)
    return ax


def _stack(ax: Axes, bars: pd.DataFrame, base: pd.Series, voice: str) -> pd.Series:
    height = bars["count"].reindex(base.index).fillna(0).astype(float)
    days = bars["days"].reindex(base.index)
    ax.bar(base.index, height, width=days * 0.86, bottom=base, align="edge",
           color=style.VOICE_FILL[voice], edgecolor=style.VOICE_FILL["us_official"],
           linewidth=0.4, label=style.VOICE_LABEL[voice])  # fmt: skip
    return base + height


def _shade(ax: Axes, periods: pd.DataFrame, colour: str, words: str) -> None:
    """Ground behind the periods, and what it means, once, at the foot of the first stretch."""
    day = pd.Timedelta(days=1)
    for row in periods.itertuples():
        ax.axvspan(row.start, row.end + day, color=colour, zorder=0, linewidth=0)
    if len(periods) > 4:
        ax.annotate(words, (periods["end"].iloc[-1], 0.97), xycoords=("data", "axes fraction"), ha="right", va="top",
                    fontsize=7.5, color=style.QUIET)  # fmt: skip


def _outline_cut(ax: Axes, periods: pd.DataFrame, height: pd.Series) -> None:
    for row in periods[~periods["complete"]].itertuples():
        if height[row.start]:
            ax.bar(row.start, height[row.start], width=row.days * 0.86, align="edge",
                   facecolor="none", edgecolor=style.SECOND, linewidth=1, linestyle=":")  # fmt: skip
