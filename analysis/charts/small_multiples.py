"""Small multiples: the same bars for each country, base or weapon, on shared axes."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import style
from analysis.charts.coverage_shading import explain_shading, shade_coverage
from analysis.charts.text_format import format_date, format_value, join_names, period_name, plural

WIDTH, HEIGHT = 7.0, 1.25  # inches: of the figure, of a panel
LINE = 28  # letters of a title, which has two lines at most


def small_multiples(counts: pd.DataFrame, by: str, across: int = 3) -> Figure:
    """`counts` from `frequency.count(groups.largest(incidents, by), ..., by=by)`: a panel per group,
    titled with its name and its sum, in the order of the groups. All share both axes: a bar means the
    same in each. The ground is shaded where nobody, or hardly anybody, looked."""
    if counts.empty:
        return style.figure_of(style.draw_nothing(style.new_axes(height=1), "no period to show"))
    groups = [(name, rows) for name, rows in counts.groupby(by, observed=True) if len(rows)]
    down = -(-len(groups) // across)
    with mpl.rc_context(style.RC):
        figure, panels = plt.subplots(down, across, figsize=(WIDTH, HEIGHT * down + 0.5), sharey=True, squeeze=False)
        figure.set_layout_engine("constrained", w_pad=0.12)  # inches: the sum of one panel is not the name of the next
        for ax, (name, rows) in zip(panels.flat, groups, strict=False):
            _panel(ax, name, rows)
        _share(panels, len(groups))
        notes = (f"attacks per {period_name(counts)}, on one scale", explain_shading(groups[0][1]))
        figure.suptitle("; ".join(filter(None, notes)), x=0.01, ha="left", fontsize=8, color=style.QUIET)
    return figure


def _panel(ax: Axes, name: str, rows: pd.DataFrame) -> None:
    some = rows[rows["count"].fillna(0) > 0]  # most periods of a panel are empty, and a bar of no height costs as much
    ax.bar(some["start"], some["count"].astype(float), width=some["days"], align="edge",
           color=style.ACCENT, linewidth=0)  # fmt: skip
    shade_coverage(ax, rows, words=False)
    style.date_axis(ax, rows["start"].min(), rows["end"].max(), most=4)
    ax.yaxis.grid(True)
    ax.set_title(_title(name), fontsize=7.5)
    ax.set_title(f"{_sum(rows):,}", loc="right", fontsize=7.5, fontweight="normal")


def _title(name: str) -> str:
    lines = textwrap.wrap(format_value(name), LINE, max_lines=2, placeholder=" …", break_on_hyphens=False)
    return "\n".join(lines)


def _share(panels, used: int) -> None:
    """One scale for all panels; days under the lowest of each column."""
    down, across = panels.shape
    for place, ax in enumerate(panels.flat):
        ax.set_visible(place < used)
        ax.tick_params(axis="x", labelbottom=place + across >= used)
    first = panels.flat[0]
    first.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True, nbins=3))
    first.set_ylim(0, max(first.get_ylim()[1], 1))


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["count"].sum())


def small_multiples_alt(counts: pd.DataFrame, by: str) -> str:
    """For `multiples`: the sum of each group, the largest share, the fullest period of all."""
    if counts.empty:
        return f"Small multiples by {by}: no period to show."
    sums = {format_value(name): _sum(rows) for name, rows in counts.groupby(by, observed=True)}
    head = (
        f"Small multiples by {by}: {plural(len(sums), 'bar chart')} of attacks per {period_name(counts)} on one scale "
        f"from {format_date(counts['start'].min())} to {format_date(counts['end'].max())}. "
        f"{join_names(f'{name} {number:,}' for name, number in sums.items())}."
    )
    total, largest = sum(sums.values()), max(sums, key=sums.__getitem__)
    if not total:
        return f"{head} No attack in any of them."
    peak, every = counts.loc[counts["count"].fillna(-1).astype(int).idxmax()], period_name(counts)
    share = f"{100 * sums[largest] / total:.0f} percent of {total:,}"
    return (
        f"{head} None has more than {largest}, {share}; the fullest {every}, with {peak['count']}, is from "
        f"{format_date(peak['start'])} to {format_date(peak['end'])}: {format_value(peak[by])}."
    )
