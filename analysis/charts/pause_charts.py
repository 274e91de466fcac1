"""Pauses of many series: when each was, on one axis of time, and the counts around each as small multiples."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.dates  # noqa: F401
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import style
from analysis.charts.text_format import plural, shorten
from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError

COLUMNS = ("onset", "onset_low", "onset_high", "ending", "ending_low", "ending_high", "probability")
LINE_HEIGHT, WIDTH = 0.26, 7.0  # inches
MOST_LINES = 40
ACROSS, DOWN = 2, 6  # panels of a page
LABEL = 44  # letters


def pause_timeline(pauses: pd.DataFrame, names: list[str]) -> Figure:
    """Draw each pause as a bar from its most probable onset to its most probable ending.

    Parameters
    ----------
    pauses : DataFrame
        Rows of `find_pauses`, 40 at most, the first at the top.
    names : list of str
        A name for each row.

    Returns
    -------
    Figure
        Thin lines are the 95 % intervals of onset and ending.

    Raises
    ------
    InputError
        If a column is missing, there is no row, or there are more than 40.

    Examples
    --------
    >>> days = {name: pd.Timestamp("2024-01-01") for name in COLUMNS[:3]}
    >>> days |= {name: pd.Timestamp("2024-03-01") for name in COLUMNS[3:6]}
    >>> figure = pause_timeline(pd.DataFrame([days | {"probability": 0.9}]), ["Kenya"])
    >>> figure.axes[0].get_yticklabels()[0].get_text()
    'Kenya'
    """
    require_columns(pauses, COLUMNS, "pauses")
    if not 0 < len(pauses) <= MOST_LINES:
        raise InputError(f"a timeline shows 1 to {MOST_LINES} pauses, given {len(pauses)}")
    with mpl.rc_context(style.RC):
        figure, axes = plt.subplots(figsize=(WIDTH, 0.8 + LINE_HEIGHT * len(pauses)), layout="constrained")
        for at, row in enumerate(pauses.itertuples()):
            axes.barh(at, row.ending - row.onset, left=row.onset, height=0.6, color=style.ACCENT, alpha=0.75)
            for low, high in ((row.onset_low, row.onset_high), (row.ending_low, row.ending_high)):
                axes.plot([low, high], [at, at], color=style.INK, linewidth=1.2, solid_capstyle="butt")
        axes.set_yticks(range(len(pauses)), [shorten(name, LABEL) for name in names], parse_math=False)
        axes.invert_yaxis()
        axes.margins(y=0.01)
        axes.grid(axis="x", alpha=0.3)
        return figure


def pause_panels(pauses: pd.DataFrame, names: list[str], counts: list[pd.DataFrame]) -> Iterator[Figure]:
    """Draw the monthly counts around each pause, twelve panels a page.

    Parameters
    ----------
    pauses : DataFrame
        Rows of `find_pauses`.
    names : list of str
        A name for each row.
    counts : list of DataFrame
        For each row what `count(..., "month")` returns for its series.

    Yields
    ------
    Figure
        A page. The pause is shaded from its most probable onset to its most probable ending; days that nobody searched
        have no bar.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> list(pause_panels(pd.DataFrame(columns=COLUMNS), [], []))
    []
    """
    require_columns(pauses, COLUMNS, "pauses")
    each = ACROSS * DOWN
    for first in range(0, len(pauses), each):
        with mpl.rc_context(style.RC):
            figure, panels = plt.subplots(DOWN, ACROSS, figsize=(8.27, 11.69), layout="constrained", squeeze=False)
            page = pauses.iloc[first : first + each]
            for at, axes in enumerate(panels.flat):
                if at < len(page):
                    _panel(axes, page.iloc[at], names[first + at], counts[first + at])
                else:
                    axes.set_axis_off()
        yield figure


def _panel(axes: Axes, pause: pd.Series, name: str, counts: pd.DataFrame) -> None:
    known = counts["count"].notna()
    starts, heights = counts.loc[known, "start"], counts.loc[known, "count"].astype(float)
    axes.bar(starts, heights, width=counts.loc[known, "days"], align="edge", color=style.INK, alpha=0.6)
    axes.axvspan(pause["onset"], pause["ending"], color=style.ACCENT, alpha=0.25, linewidth=0)
    axes.set_title(f"{shorten(name, LABEL)}: {pause['probability']:.3f}", fontsize=8, parse_math=False)
    axes.tick_params(labelsize=7)
    locator = mpl.dates.AutoDateLocator(minticks=2, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mpl.dates.ConciseDateFormatter(locator, show_offset=False))
    axes.set_ylim(0, max(float(np.nanmax(heights, initial=0)), 1) * 1.05)


def pause_timeline_alt(pauses: pd.DataFrame, names: list[str]) -> str:
    """The timeline in words.

    Parameters
    ----------
    pauses : DataFrame
        Rows of `find_pauses`.
    names : list of str
        A name for each row.

    Returns
    -------
    str

    Examples
    --------
    >>> pause_timeline_alt(pd.DataFrame(columns=COLUMNS), [])
    'No pause.'
    """
    if pauses.empty:
        return "No pause."
    longest = int((pauses["ending"] - pauses["onset"]).to_numpy().argmax())
    row = pauses.iloc[longest]
    return (
        f"{plural(len(pauses), 'pause')} as bars on an axis of time. The longest is that of {names[longest]}, from "
        f"{row['onset']:%d %B %Y} to {row['ending']:%d %B %Y}."
    )
