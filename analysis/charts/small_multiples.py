"""Small multiples: the same bars for each country, base or weapon, on shared axes."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import style
from analysis.charts.column_groups import find_split
from analysis.charts.coverage_shading import COUNT_COLUMNS, explain_shading, shade_coverage
from analysis.charts.incident_links import link_periods
from analysis.charts.text_format import format_date, format_value, join_names, period_name, plural
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import require_columns, require_whole_number
from analysis.evidence.errors import InputError
from analysis.measures.categories import NOT_STATED

WIDTH, HEIGHT = 7.0, 1.25  # inches: of the figure, of a panel
MOST = 24  # panels: more of them are too small to read
LINE = 28  # letters of a title and the sum beside it; a title has two lines at most


def small_multiples(counts: pd.DataFrame, by: str, across: int = 3) -> Figure:
    """Draw the same bars for each group, a panel each, on shared axes.

    Parameters
    ----------
    counts : DataFrame
        What `count(incidents, by=by)` returns.
    by : str
        Column of `counts` with the groups, any that `count` was given. `lump_categories` makes few of many.
    across : int, default 3
        Panels side by side.

    Returns
    -------
    Figure
        A panel for each group in the order of the groups, titled with its name and its sum.

    Raises
    ------
    InputError
        If a column is missing, `by` is no column of `counts`, `across` is below 1, there are more than 24 groups,
        or `counts` have several rows for a group and period.

    See Also
    --------
    frequency_bars : The groups stacked in one chart.
    small_multiples_alt : The same chart in words.

    Notes
    -----
    A bar means the same in every panel. The ground is shaded where nobody, or hardly anybody, looked.

    Examples
    --------
    >>> import analysis as a
    >>> incidents = a.lump_categories(a.select(a.open_folder(), a.View()), "weapon", max_categories=3)
    >>> figure = a.charts.small_multiples(a.count(incidents, "month", by="weapon"), "weapon")
    """
    require_whole_number(across, 1, "across")
    _require_groups(counts, by)
    if counts.empty:
        return style.figure_of(style.draw_nothing(style.new_axes(height=1), "no period to show"))
    groups = _groups(counts, by)
    down = -(-len(groups) // across)
    own = outgrows(groups)
    with mpl.rc_context(style.RC):
        figure, panels = plt.subplots(down, across, figsize=(WIDTH, HEIGHT * down + 0.5), sharey=not own, squeeze=False)
        figure.set_layout_engine("constrained", w_pad=0.12)  # inches: the sum of one panel is not the name of the next
        for ax, (name, rows) in zip(panels.flat, groups, strict=False):
            _panel(ax, name, rows)
        _share(panels, len(groups), own)
        scale = "each on its own scale" if own else "on one scale"
        notes = (f"{vocabulary().plural} per {period_name(counts)}, {scale}", explain_shading(counts))
        figure.suptitle("; ".join(filter(None, notes)), x=0.01, ha="left", fontsize=8, color=style.QUIET)
    return figure


def _require_groups(counts: pd.DataFrame, by: str) -> None:
    require_columns(counts, COUNT_COLUMNS, "counts")
    find_split(counts, by)
    several = counts.duplicated(["start", by])
    if several.any():
        raise InputError(f"counts have several rows for a period and a value of {by}: count by {by} alone")
    number = counts[by].nunique(dropna=False)
    if number > MOST:
        raise InputError(f"by: {by} has {number} values; allowed: {MOST} panels; see lump_categories")


def _groups(counts: pd.DataFrame, by: str) -> list[tuple[str, pd.DataFrame]]:
    """The name and the rows of each group; missing values are a group."""
    split = counts.groupby(by, observed=True, dropna=False)
    return [(NOT_STATED if pd.isna(name) else name, rows) for name, rows in split if len(rows)]


def _panel(ax: Axes, name: str, rows: pd.DataFrame) -> None:
    some = rows[rows["count"].fillna(0) > 0]  # most periods of a panel are empty, and a bar of no height costs as much
    ax.bar(some["start"], some["count"].astype(float), width=some["days"], align="edge",
           color=style.ACCENT, linewidth=0)  # fmt: skip
    shade_coverage(ax, rows, words=False)
    link_periods(ax, rows)
    style.date_axis(ax, rows["start"].min(), rows["end"].max(), most=4)
    ax.yaxis.grid(True)
    total = f"{_sum(rows):,}"
    ax.set_title(_title(name, LINE - len(total)), fontsize=7.5)
    ax.set_title(total, loc="right", fontsize=7.5, fontweight="normal")


def _title(name: str, letters: int) -> str:
    lines = textwrap.wrap(format_value(name), letters, max_lines=2, placeholder=" …", break_on_hyphens=False)
    return "\n".join(lines)


OUTGROWN = 20  # times as high as the middle panel that the highest may be on one scale


def outgrows(groups: list[tuple[str, pd.DataFrame]]) -> bool:
    """Whether one panel is so much higher than the others that these would look empty on one scale."""
    highest = pd.Series([rows["count"].max() for _, rows in groups], dtype="Float64").dropna().astype(float)
    return len(highest) > 2 and bool(highest.max() > OUTGROWN * max(highest.median(), 1))


def _share(panels, used: int, own: bool) -> None:
    """One scale for all panels, or one for each; days under the lowest of each column."""
    down, across = panels.shape
    for place, ax in enumerate(panels.flat):
        ax.set_visible(place < used)
        ax.tick_params(axis="x", labelbottom=place + across >= used)
    for ax in panels.flat[:used] if own else panels.flat[:1]:
        ax.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True, nbins=3))
        ax.set_ylim(0, max(ax.get_ylim()[1], 1))


def _sum(rows: pd.DataFrame) -> int:
    return int(rows["count"].sum())


def small_multiples_alt(counts: pd.DataFrame, by: str) -> str:
    """Describe `small_multiples` in words: the sum of each group, the largest share, the fullest period of all.

    Parameters
    ----------
    counts : DataFrame
        What `count(incidents, by=by)` returns.
    by : str
        Column of `counts` with the groups.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        As `small_multiples`.

    See Also
    --------
    small_multiples : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> counts = a.count(a.select(a.open_folder(), a.View()), "month", by="country")
    >>> a.charts.small_multiples_alt(counts, "country").split(":")[0]
    'Small multiples by country'
    """
    _require_groups(counts, by)
    if counts.empty:
        return f"Small multiples by {by}: no period to show."
    sums = {format_value(name): _sum(rows) for name, rows in _groups(counts, by)}
    head = (
        f"Small multiples by {by}: {plural(len(sums), 'bar chart')} of {vocabulary().plural} per {period_name(counts)} "
        f"{'each on its own scale' if outgrows(_groups(counts, by)) else 'on one scale'} "
        f"from {format_date(counts['start'].min())} to {format_date(counts['end'].max())}. "
        f"{join_names(f'{name} {number:,}' for name, number in sums.items())}."
    )
    total, largest = sum(sums.values()), max(sums, key=sums.__getitem__)
    if not total:
        return f"{head} No {vocabulary().singular} in any of them."
    peak, every = counts.loc[counts["count"].fillna(-1).astype(int).idxmax()], period_name(counts)
    where = format_value(NOT_STATED if pd.isna(peak[by]) else peak[by])
    share = f"{100 * sums[largest] / total:.0f} percent of {total:,}"
    return (
        f"{head} None has more than {largest}, {share}; the fullest {every}, with {peak['count']}, is from "
        f"{format_date(peak['start'])} to {format_date(peak['end'])}: {where}."
    )
