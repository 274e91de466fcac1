"""Running totals: one stepped line per counter, never two definitions on one line."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import read_window, require_frames
from analysis.measures.totals import format_counter

SILENCE = pd.Timedelta(days=31)


def cumulative_steps(lines: dict[str, pd.DataFrame], window, ax: Axes | None = None) -> Axes:
    """Draw running totals as stepped lines, one for each counter, labelled at its end.

    Parameters
    ----------
    lines : dict of str to DataFrame
        A frame with day and total (incidents so far) by the label of its counter.
    window : tuple of two days
        First and last day to show, inclusive.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a frame lacks a column or `window` is not two days in order.

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
    return ax


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
