"""Bars of incidents per period, stacked by the best voice behind each or by any other column."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.column_groups import find_split, name_groups
from analysis.charts.coverage_shading import COUNT_COLUMNS, shade_coverage
from analysis.charts.incident_links import link_periods
from analysis.charts.text_format import period_name
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import require_columns

FILLED = 0.86  # of a period's width
ROOM = 0.03  # share of the axis that a bar needs to carry a word


def frequency_bars(
    counts: pd.DataFrame,
    ax: Axes | None = None,
    marks: dict | None = None,
    trailing: pd.DataFrame | None = None,
    by: str | None = None,
) -> Axes:
    """Draw incidents per period as bars, stacked by a column; the highest bar carries its number.

    Parameters
    ----------
    counts : DataFrame
        What `count` returns, with or without `by`.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    marks : dict, optional
        Dated events to mark, {day: label}.
    trailing : DataFrame, optional
        Columns end (day) and mean (incidents per period), drawn as a line that breaks where the mean is missing.
    by : str, optional
        Column of `counts` to stack by. By default `confirmation`, else the only column of text. Beyond seven
        groups the smaller ones become "other".

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a column is missing, `by` is no column of `counts`, or `by` is left out where several columns split.

    See Also
    --------
    small_multiples : One panel for each group.
    frequency_alt : The same chart in words.

    Notes
    -----
    A period in which nobody searched is hatched; one that was searched only now and then is grey. An empty place
    means zero only on white ground. A period that the window cuts has a dotted outline and says "part".

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> incidents = a.select(dataset, a.View(countries="Syria"))
    >>> ax = a.charts.frequency_bars(a.count(incidents, "month", by="weapon"))
    >>> ax.get_ylabel()
    'attacks per month'
    """
    require_columns(counts, COUNT_COLUMNS, "counts")
    split = find_split(counts, by)
    if trailing is not None:
        require_columns(trailing, ("end", "mean"), "trailing")
    ax = style.new_axes(ax, height=3.2)
    if counts.empty:
        return style.draw_nothing(ax, "no period to show")
    with mpl.rc_context(style.RC):
        base = pd.Series(0, index=sorted(counts["start"].unique()))
        periods = counts.drop_duplicates("start")
        for (name, fill), height in _heights(counts, split):
            if height.sum():
                base = _stack(ax, periods.set_index("start")["days"], height.reindex(base.index), base, name, fill)
        shade_coverage(ax, periods)
        _outline_cut(ax, periods, base)
        _name_highest(ax, periods.set_index("start")["days"], base)
        if trailing is not None:
            _trailing(ax, trailing["end"], trailing["mean"].astype(float))
        style.count_axis(ax, f"{vocabulary().plural} per {period_name(periods)}")
        style.date_axis(ax, counts["start"].min(), counts["end"].max())
        ax.set_ylim(top=max(base.max() * (1.28 if marks else 1.1), 1))
        style.mark_days(ax, marks or {})
        style.voice_legend(ax)
        link_periods(ax, counts)
    return ax


def _trailing(ax: Axes, day: pd.Series, mean: pd.Series) -> None:
    """The line of means, with its name beside its highest point."""
    ax.plot(day, mean, color=style.SECOND)
    if mean.notna().any():
        top = mean.idxmax()
        ax.annotate("trailing mean", (day[top], mean[top]), xytext=(5, 2), textcoords="offset points",
                    color=style.SECOND, fontsize=8, fontweight="bold")  # fmt: skip


def _heights(counts: pd.DataFrame, split: str | None) -> Iterator[tuple[tuple[str | None, str], pd.Series]]:
    """Name and fill of each group, and its count in each period."""
    number = counts["count"].astype("Float64").fillna(0).astype(float)
    if split is None:
        yield (None, style.ACCENT), number.groupby(counts["start"]).sum()
        return
    names, fills = name_groups(counts[split], number)
    for name, fill in fills.items():
        there = names == name
        yield (name, fill), number[there].groupby(counts["start"][there]).sum()


def _stack(
    ax: Axes, days: pd.Series, height: pd.Series, base: pd.Series, name: str | None, fill: str
) -> pd.Series:  # fmt: skip
    height = height.fillna(0)
    some = base.index[height > 0]  # a bar of no height would still draw its edge
    ax.bar(some, height[some], width=days[some] * FILLED, bottom=base[some], align="edge",
           color=fill, edgecolor=style.VOICE_FILL["us_official"], linewidth=0.4, label=name)  # fmt: skip
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
