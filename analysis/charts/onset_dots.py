"""Plausible days of one change under several views: a dot, and the 95 % set as a bar."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.text_format import format_date
from analysis.evidence.arguments import read_window, require_columns

COLUMNS = ("definition", "day", "day_low", "day_high", "is_announced")


def onset_dots(table: pd.DataFrame, window, ax: Axes | None = None, marks: dict | None = None) -> Axes:
    """Draw the most probable day of a change under each definition as a dot, and its 95 % set as a bar.

    Parameters
    ----------
    table : DataFrame
        What `onset_by_definition` or `ending_by_definition` returns.
    window : tuple of two days
        First and last day to show, inclusive.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    marks : dict, optional
        Dated events to mark, {day: label}.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a column is missing or `window` is not two days in order.

    See Also
    --------
    onset_alt : The same chart in words.

    Notes
    -----
    A dot is hollow where no change is announced. A set that reaches beyond the window ends in an arrow. The rows
    are the definitions: the chart cannot be split by a column.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> day = pd.Timestamp("2024-02-05")
    >>> table = pd.DataFrame({"definition": ["U.S. officials"], "day": day, "day_low": day, "day_high": day,
    ...                       "is_announced": True})
    >>> ax = a.charts.onset_dots(table, ("2024-01-01", "2024-03-31"))
    """
    require_columns(table, COLUMNS, "table")
    start, end = (pd.Timestamp(day) for day in read_window(window))
    ax = style.new_axes(ax, height=0.9 + 0.42 * len(table))
    with mpl.rc_context(style.RC):
        for level, row in enumerate(table.iloc[::-1].itertuples()):
            low, high = (mdates.date2num(min(max(d, start), end)) for d in (row.day_low, row.day_high))
            ax.hlines(level, low, high, color=style.ACCENT, linewidth=5, alpha=0.25)
            if start <= row.day <= end:
                ax.plot(mdates.date2num(row.day), level, "o", markersize=6, color=style.ACCENT,
                        markerfacecolor=style.ACCENT if row.is_announced else "white")  # fmt: skip
                ax.annotate(f"{row.day.day} {row.day:%b}", (mdates.date2num(row.day), level), xytext=(0, -6),
                            textcoords="offset points", ha="center", va="top", fontsize=7.5,
                            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
            _beyond(ax, level, row.day_low < start, row.day_high > end)
        ax.set_yticks(range(len(table)), list(table["definition"])[::-1])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_ylim(-0.6, len(table) - 0.2)
        ax.xaxis.grid(True)
        style.date_axis(ax, start, end)
        style.mark_days(ax, marks or {})
    return ax


def _beyond(ax: Axes, level: int, left: bool, right: bool) -> None:
    for there, edge, arrow in ((left, 0.0, "<"), (right, 1.0, ">")):
        if there:
            ax.plot(edge, level, arrow, transform=ax.get_yaxis_transform(), color=style.ACCENT, markersize=5,
                    clip_on=False)  # fmt: skip


def onset_alt(table: pd.DataFrame) -> str:
    """Describe `onset_dots` in words: each definition's most probable day and set, and how far the days lie apart.

    Parameters
    ----------
    table : DataFrame
        What `onset_by_definition` or `ending_by_definition` returns.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    onset_dots : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> day = pd.Timestamp("2024-02-05")
    >>> table = pd.DataFrame({"definition": ["U.S. officials"], "day": day, "day_low": day, "day_high": day,
    ...                       "is_announced": True})
    >>> a.charts.onset_alt(table).split(". ")[-1]
    'Announced for 1 of 1; the days run from 5 February 2024 to 5 February 2024.'
    """
    require_columns(table, COLUMNS, "table")
    if table.empty:
        return "Dot plot of the most probable day of a change under each view: no view to show."
    parts = [
        f"{row.definition}: {format_date(row.day)}, 95 percent set from {format_date(row.day_low)} "
        f"to {format_date(row.day_high)}" + ("" if row.is_announced else ", not announced")
        for row in table.itertuples()
    ]
    return (
        f"Dot plot of the most probable day of the change under each view. {'; '.join(parts)}. Announced for "
        f"{int(table['is_announced'].sum())} of {len(table)}; the days run from {format_date(table['day'].min())} to "
        f"{format_date(table['day'].max())}."
    )
