"""A calendar: one cell per day, in months like those on a wall, so that an empty day is seen as such."""

from __future__ import annotations

from bisect import bisect_left

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.charts import style
from analysis.charts.column_groups import require_one_row
from analysis.charts.coverage_shading import LOOK, MEANING
from analysis.charts.incident_links import url_of_days
from analysis.charts.text_format import format_date, plural
from analysis.charts.vocabulary import format_counted, vocabulary
from analysis.charts.year_months import year_months
from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError

WIDTH = 7.0  # inches
GAP = 1.3  # days between two months side by side
DEEP = 8.1  # days from one row of months to the next: six weeks, name, weekdays
CELL = 0.88  # of a day's square
LONGEST = 366 + 365  # days; more than two years have a square for each month
SMALLEST = 0.14  # inches a square needs to hold a number that can be read


def calendar(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a square for each day with its number of incidents, the darker the more.

    Parameters
    ----------
    counts : DataFrame
        What `count(incidents, "day")` returns, without `by`.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Raises
    ------
    InputError
        If a column is missing, a period is longer than a day, or `counts` are split by a column: a square
        shows one number. Use `small_multiples` or `frequency_bars` to split.

    See Also
    --------
    calendar_alt : The same calendar in words.

    Notes
    -----
    White means none. Grey means that none was found in a search that came back only now and then, light grey in a
    search by week. Hatched means that nobody searched. A day outside `counts` has no square. Up to 15 months stand five
    in a row, more of them six. More than two years become a square for each month, a row for each year. Where a day
    has more than ten, the shades stand for equal ratios.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> days = a.count(a.select(dataset, a.View()), "day", window=("2024-01-01", "2024-02-29"))
    >>> ax = a.charts.calendar(days)
    """
    _require_days(counts)
    if counts.empty:
        return style.draw_nothing(style.new_axes(ax, height=1), "no day to show")
    if len(counts) > LONGEST:
        return year_months(counts, ax)
    cells = _placed(counts)
    most = counts["count"].max()
    bounds = shade_bounds(0 if pd.isna(most) else int(most))
    bottom = cells["row"].max() + 1.7
    square = WIDTH / _width(cells["across"].iloc[0])
    ax = style.new_axes(ax, WIDTH, square * (bottom + 2.4))
    with mpl.rc_context(style.RC):
        for day in cells.itertuples():
            _cell(ax, day, square >= SMALLEST, bounds)
        _months(ax, cells, square >= SMALLEST)
        foot = _key(ax, cells, bottom, square)
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.set_xlim(0, _width(cells["across"].iloc[0]))
        ax.set_ylim(foot, -1.4)
    return ax


def _require_days(counts: pd.DataFrame) -> None:
    require_columns(counts, ("start", "end", "count", "sparse_days", "weekly_days"), "counts")
    require_one_row(counts, "calendar")
    if (counts["start"] != counts["end"]).any():
        raise InputError("calendar shows days; counts have longer periods: count by 'day'")


def _width(across: int) -> float:
    return 7 * across + GAP * (across - 1)


def _placed(counts: pd.DataFrame) -> pd.DataFrame:
    """Column and row of each day's square, `left` and `top` of its month."""
    day = counts["start"].dt
    month = (day.year - day.year.iloc[0]) * 12 + day.month - day.month.iloc[0]
    months = month.iloc[-1] + 1
    across = 5 if months <= 15 else 6 if months <= 24 else 12
    across = min(across, max(months, 3))
    left, top = month % across * (7 + GAP), month // across * DEEP
    first = (counts["start"] - pd.to_timedelta(day.day - 1, unit="D")).dt.day_of_week
    place = first + day.day - 1
    return counts.assign(left=left, top=top, column=left + place % 7, row=top + place // 7, across=across)


def shade_bounds(most: int) -> tuple[int, ...]:
    """The largest number of each shade: one to five and more, or, where a day has more than ten, equal ratios up to
    the fullest day, so that the shades do not saturate.

    Examples
    --------
    >>> shade_bounds(7), shade_bounds(100)
    ((1, 2, 3, 4, 5), (3, 7, 16, 40, 100))
    """
    shades = len(style.SHADES)
    if most <= 2 * shades:
        return tuple(range(1, shades + 1))
    return tuple(int(np.ceil(round(most ** (step / shades), 6))) for step in range(1, shades + 1))


def shade_of(number, bounds: tuple[int, ...]) -> int:
    """Which shade a number of attacks has, from 0."""
    return min(bisect_left(bounds, int(number)), len(bounds) - 1)


FEW = shade_bounds(1)


def cell_style(number, sparse: int = 0, weekly: int = 0, bounds: tuple[int, ...] = FEW) -> dict:
    """How the square of a day is filled; the number is missing where nobody searched."""
    if pd.isna(number):
        return LOOK["nobody"] | {"linewidth": 0}
    if number:
        shade = style.SHADES[shade_of(number, bounds)]
        return {"facecolor": shade, "edgecolor": style.SHADES[-1], "linewidth": 0.3}
    ground = LOOK["sparse"] if sparse else LOOK["weekly"] if weekly else {"facecolor": "white"}
    return {"facecolor": ground["facecolor"], "edgecolor": style.BORDER, "linewidth": 0 if sparse else 0.5}


def _cell(ax: Axes, day, numbered: bool, bounds: tuple[int, ...]) -> None:
    square = ax.add_patch(
        _square(day.column, day.row, **cell_style(day.count, day.sparse_days, day.weekly_days, bounds))
    )
    if not pd.isna(day.count) and day.count:
        square.set_url(url_of_days(day.start, day.end))
    if numbered and not pd.isna(day.count) and day.count:
        _number(ax, day.column, day.row, shade_of(day.count, bounds), str(day.count))


def _square(column: float, row: float, side: float = 1, **fill) -> Rectangle:
    edge = side * (1 - CELL) / 2
    return Rectangle((column + edge, row + edge), side * CELL, side * CELL, **fill)


def _number(ax: Axes, column: float, row: float, shade: int, words: str, side: float = 1) -> None:
    ax.text(column + side / 2, row + 0.52 * side, words, ha="center", va="center_baseline", fontsize=6.5,
            color="white" if shade > 2 else style.INK)  # fmt: skip


def _months(ax: Axes, cells: pd.DataFrame, large: bool) -> None:
    """The name of each month over its days, the year where it begins; the weekdays where there is room."""
    year = None
    for (top, left), days in cells.groupby(["top", "left"]):
        first = days["start"].iloc[0]
        name = f"{first:%b}" if first.year == year else f"{first:%B %Y}" if large else f"{first:%b %Y}"
        year = first.year
        ax.text(left + 0.06, top - 0.75 * large, name, va="bottom", fontsize=8 if large else 6, fontweight="bold")
        for column, letter in enumerate("MTWTFSS" if large else ""):
            ax.text(left + column + 0.5, top - 0.1, letter, ha="center", va="bottom", fontsize=5.5, color=style.QUIET)


def _key(ax: Axes, cells: pd.DataFrame, row: float, square: float) -> float:
    """What the squares mean: only those that occur, never too small for their number, in as many rows as they need.
    Returns the foot of the last row."""
    column, side = 0.0, max(1.0, SMALLEST / square)
    right = _width(cells["across"].iloc[0])
    for shade, (fill, number, words) in enumerate(_entries(cells)):
        wide = 1.3 * side + 1.05 * style.text_width(words, 7.5) / 72 / square if words else side
        if column and column + wide > right:
            column, row = 0.0, row + 1.4 * side
        ax.add_patch(_square(column, row, side, **fill))
        if number:
            _number(ax, column, row, shade, number, side)
        column += side
        if words:
            ax.text(column + 0.3 * side, row + 0.52 * side, words, va="center_baseline", fontsize=7.5)
            column += wide + 0.1 * side
    return row + side


def _entries(cells: pd.DataFrame) -> list[tuple[dict, str, str]]:
    """Fill, number and words of each kind of square."""
    known = cells[cells["count"].notna()]
    most = int(known["count"].max()) if len(known) else 0
    bounds = shade_bounds(most)
    rising = bounds != FEW  # a shade stands for several numbers
    shown = [bound for bound in bounds if rising or bound <= most]
    out = [(cell_style(bound, bounds=bounds), str(bound), "") for bound in shown]
    if out:
        more = "+" if most > bounds[-1] else ""
        words = f"{'at most so many ' * rising}{vocabulary().plural} on the day"
        out[-1] = (out[-1][0], f"{out[-1][1]}{more}", words)
    none = known[known["count"] == 0]
    if (none["sparse_days"] + none["weekly_days"] == 0).any():
        out.append((cell_style(0), "", "none"))
    if (none["weekly_days"] > 0).any():
        out.append((cell_style(0, weekly=1), "", f"none, {MEANING['weekly']}"))
    if (none["sparse_days"] > 0).any():
        out.append((cell_style(0, sparse=1), "", f"none, {MEANING['sparse']}"))
    if len(known) < len(cells):
        out.append((cell_style(pd.NA), "", MEANING["nobody"]))
    return out


def calendar_alt(counts: pd.DataFrame) -> str:
    """Describe `calendar` in words: on how many days, the fullest day, the longest run of days without.

    Parameters
    ----------
    counts : DataFrame
        What `count(incidents, "day")` returns, without `by`.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        As `calendar`.

    See Also
    --------
    calendar : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> days = a.count(a.select(a.open_folder(), a.View()), "day", window=("2024-01-28", "2024-02-03"))
    >>> a.charts.calendar_alt(days).split(".")[0]
    'Calendar of attacks per day from 28 January 2024 to 3 February 2024'
    """
    _require_days(counts)
    if counts.empty:
        return f"Calendar of {vocabulary().plural} per day: no day to show."
    when = f"from {format_date(counts['start'].min())} to {format_date(counts['end'].max())}"
    head = f"Calendar of {vocabulary().plural} per day {when}."
    known = counts[counts["count"].notna()]
    nobody = f"{plural(len(counts) - len(known), 'day')} that nobody searched" if len(known) < len(counts) else ""
    if not known["count"].sum():
        return f"{head} No {vocabulary().singular} on {plural(len(known), 'day')}{f', and {nobody}' if nobody else ''}."
    full, fullest = int((known["count"] > 0).sum()), known[known["count"] == known["count"].max()]
    others = f"{plural(len(fullest), 'day')}, first on " if len(fullest) > 1 else ""
    return (
        f"{head} {format_counted(int(known['count'].sum()))} on {full:,} of {plural(len(known), 'day')}; the most, "
        f"{fullest['count'].iloc[0]}, on {others}{format_date(fullest['start'].iloc[0])}. {_quiet(known)}"
        f"{f' Also {nobody}.' if nobody else ''}"
    )


def _quiet(known: pd.DataFrame) -> str:
    """The longest run of searched days without an attack, in words."""
    none = known[known["count"] == 0]
    if none.empty:
        return "No day is without one."
    run = (none["start"].diff() != pd.Timedelta(days=1)).cumsum()
    longest = max((part for _, part in none.groupby(run)), key=len)
    weak = "".join(
        _share(longest, kind, words) for kind, words in (("sparse_days", "sparsely"), ("weekly_days", "by week"))
    )
    return (
        f"The longest run without: {plural(len(longest), 'day')} from {format_date(longest['start'].iloc[0])} to "
        f"{format_date(longest['start'].iloc[-1])}{weak}."
    )


def _share(days: pd.DataFrame, kind: str, words: str) -> str:
    number = int((days[kind] > 0).sum())
    return f", {'all' if number == len(days) else number} of them searched {words}" if number else ""
