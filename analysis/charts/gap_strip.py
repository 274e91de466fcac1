"""One strip per view: a tick for every day with an incident, the longest gaps shaded."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts import style
from analysis.charts.coverage_shading import shade_coverage
from analysis.charts.incident_links import url_of_days
from analysis.evidence.arguments import read_window, require_frames, require_whole_number
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps


def gap_strip(
    views: dict[str, pd.DataFrame],
    window,
    ax: Axes | None = None,
    label_from: int = 14,
    coverage: pd.DataFrame | None = None,
) -> Axes:
    """Draw a strip for each definition, with a tick on every day with an incident and the long gaps shaded.

    Parameters
    ----------
    views : dict of str to DataFrame
        Incidents (incident_id, date, date_start, date_end) by the label of their definition.
    window : tuple of two days
        First and last day to show, inclusive.
    ax : Axes, optional
        Axes to draw on; new ones by default.
    label_from : int, default 14
        Shortest gap that is shaded, in empty days.
    coverage : DataFrame, optional
        Rows of coverage.csv: when somebody looked. Without it every day counts as searched.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a frame lacks a column, `window` is not two days in order, or `label_from` is below 1.

    See Also
    --------
    gap_strip_alt : The same chart in words.

    Notes
    -----
    A shaded gap carries its length in days. "≥" stands before the length of a gap that touches the edge of what was
    searched: it may go on. To split by a column, give one frame for each of its values.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> ax = a.charts.gap_strip(a.select_by_definition(dataset, a.View()), ("2024-01-01", "2024-06-30"))
    """
    require_frames(views, ("incident_id", "date", "date_start", "date_end"), "views")
    require_whole_number(label_from, 1, "label_from")
    start, end = (pd.Timestamp(day) for day in read_window(window))
    ax = style.new_axes(ax, height=0.9 + 0.62 * len(views))
    with mpl.rc_context(style.RC):
        for level, (_, incidents) in enumerate(reversed(views.items())):
            inside = incidents[incidents["date"].between(start, end)]
            if inside.empty:
                ax.annotate("no incident", (0.5, level), xycoords=("axes fraction", "data"),
                            ha="center", va="center", color=style.QUIET)  # fmt: skip
                continue
            days = pd.DatetimeIndex(inside["date"].unique())
            strokes = ax.vlines(mdates.date2num(days), level - 0.3, level + 0.3, color=style.ACCENT, linewidth=0.8)
            strokes.set_urls([url_of_days(day, day) for day in days])
            _shade(ax, gaps(inside, (start, end), label_from, coverage), level)
        _unsearched(ax, start, end, coverage)
        ax.set_yticks(range(len(views)), list(reversed(views)))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_ylim(-0.6, len(views) - 0.25)
        style.date_axis(ax, start, end)
    return ax


def _unsearched(ax: Axes, start, end, coverage: pd.DataFrame | None) -> None:
    if coverage is not None and len(coverage):
        none = pd.DataFrame(columns=["date", "date_start", "date_end"], dtype="datetime64[us]")
        shade_coverage(ax, count(none, "day", window=(start, end), coverage=coverage))


def _shade(ax: Axes, found: pd.DataFrame, level: int) -> None:
    for row in found.itertuples():
        left, width = mdates.date2num(row.start), row.gap_days
        ax.broken_barh([(left, width)], (level - 0.3, 0.6), color=style.SECOND, alpha=0.16)
        words = f"{'≥ ' if row.is_censored else ''}{row.gap_days}"
        ax.text(left + width / 2, level, words, ha="center", va="center", fontsize=8,
                color=style.INK)  # fmt: skip
