"""Running totals: one stepped line per counter, never two definitions on one line."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.charts import style
from analysis.charts.incident_links import url_of_days
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import read_window, require_frames
from analysis.evidence.errors import InputError
from analysis.measures.totals import format_counter

SILENCE = pd.Timedelta(days=31)
REACH = 0.04  # of the axis: how far above and below its line a week can be pressed


def cumulative_steps(
    lines: dict[str, pd.DataFrame], window, ax: Axes | None = None, itemised: str | None = None
) -> Axes:
    """Draw running totals as stepped lines, one for each counter, labelled at its end.

    Parameters
    ----------
    lines : dict of str to DataFrame
        A frame with day and total (incidents so far) by the label of its counter.
    window : tuple of two days
        First and last day to show, inclusive.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    itemised : str, optional
        Label of the line that counts incidents of the table; each week in which it rises leads to them in a report.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a frame lacks a column, `window` is not two days in order, or `itemised` labels no line.

    See Also
    --------
    cumulative_alt : The same chart in words.

    Notes
    -----
    A line ends at its last statement, for nobody stated a total after it. It is dotted where more than a month
    passes between two statements. Each definition has a line of its own: the chart cannot split one.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> window = ("2023-10-17", "2024-02-28")
    >>> lines = {"itemised": a.cumulative(a.select(dataset, a.View()), window)}
    >>> ax = a.charts.cumulative_steps(lines, window)
    """
    require_frames(lines, ("day", "total"), "lines")
    start, end = (pd.Timestamp(day) for day in read_window(window))
    if itemised is not None and itemised not in lines:
        raise InputError(f"itemised: {itemised!r} labels no line; the labels: {', '.join(map(repr, lines))}")
    ax = style.new_axes(ax, height=2.9)
    with mpl.rc_context(style.RC):
        colours = style.counter_colours(lines)
        ends = []
        for label, line in lines.items():
            inside = line[line["day"].between(start, end)]
            if len(inside):
                ax.step(inside["day"], inside["total"].astype(float), where="post",
                        color=colours[label])  # fmt: skip
                ax.plot(inside["day"], inside["total"].astype(float), ".", markersize=3,
                        color=colours[label])  # fmt: skip
                _dot_silences(ax, inside)
                last = inside.iloc[-1]
                ends.append((float(last["total"]), last["day"], label, colours[label]))
        style.count_axis(ax, f"{vocabulary().plural} counted so far")
        style.date_axis(ax, start, end)
        _label_ends(ax, ends)
        if itemised is not None:
            _link_weeks(ax, lines[itemised], start, end)
    return ax


def _link_weeks(ax: Axes, line: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> None:
    """Let each week in which the line rises lead to its incidents; a week that the window cuts ends with it."""
    reach = REACH * ax.get_ylim()[1]
    inside = line[line["day"].between(start, end)]
    before = 0.0
    for week, days in inside.groupby(inside["day"].dt.to_period("W-SUN")):
        first, last = max(week.start_time, start), min(week.end_time.normalize(), end)
        after = float(days["total"].iloc[-1])
        left, right = mdates.date2num(first), mdates.date2num(last) + 1
        ax.add_patch(Rectangle((left, before - reach), right - left, after - before + 2 * reach, alpha=0, linewidth=0,
                               url=url_of_days(first, last)))  # fmt: skip
        before = after


def _dot_silences(ax: Axes, line: pd.DataFrame) -> None:
    until = line["day"].shift(-1)
    silent = until - line["day"] > SILENCE
    ax.hlines(line["total"][silent].astype(float), line["day"][silent], until[silent], color="white", linewidth=2,
              linestyle=(0, (1, 1.5)), zorder=3)  # fmt: skip


def _label_ends(ax: Axes, ends: list[tuple]) -> None:
    """Labels to the right of the axes, pushed apart where lines end at like heights."""
    top = ax.get_ylim()[1]
    ax.set_ylim(0, top)
    room = top * 0.075
    lowest = -room
    for total, day, label, colour in sorted(ends):
        height = max(total, lowest + room)
        lowest = height
        ax.annotate(f"{format_counter(label)}: {total:.0f} on {day.day} {day:%b}", (1.0, height),
                    xycoords=("axes fraction", "data"), xytext=(5, 0),
                    textcoords="offset points", va="center", color=colour,
                    fontsize=8, fontweight="bold", annotation_clip=False)  # fmt: skip
        ax.plot([mdates.date2num(day), ax.get_xlim()[1]], [total, total], color=colour,
                linewidth=0.6, linestyle=":")  # fmt: skip
