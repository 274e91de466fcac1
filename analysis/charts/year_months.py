"""A square for each month, a row for each year: a calendar of decades."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, PowerNorm

from analysis.charts import style
from analysis.charts.coverage_shading import LOOK, MEANING
from analysis.charts.vocabulary import vocabulary

WIDTH = 7.0  # inches
ROW = 0.2  # inches, height of a year
NUMBERED = 45  # years up to which the numbers are written into the squares
COLOURS = LinearSegmentedColormap.from_list("months", [style.LAND, *style.SHADES])


def year_months(days: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a square for each month with its number of incidents, the darker the more.

    Parameters
    ----------
    days : DataFrame
        start, count, sparse_days: one row for each day, as `count(incidents, "day")` returns them.
    ax : Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    Axes
        The axes that were drawn on.

    Notes
    -----
    The shade grows with the square root of the number, so that one full month does not make all others look empty. A
    month without a searched day is hatched; one of whose days some were not searched counts the others.

    Examples
    --------
    >>> days = pd.DataFrame({"start": pd.date_range("2001-01-01", "2003-12-31"), "count": 1, "sparse_days": 0})
    >>> len(year_months(days).images)
    1
    """
    table, sparse = month_table(days)
    most = float(np.nanmax(table.to_numpy())) if table.notna().any(axis=None) else 0.0
    years = len(table)
    ax = style.new_axes(ax, WIDTH, ROW * min(years, 60) + 0.9)
    scale = PowerNorm(0.5, 0, most) if most > 0 else Normalize(0, 1)
    with mpl.rc_context(style.RC):
        ax.imshow(np.ma.masked_invalid(table.to_numpy()), cmap=COLOURS, norm=scale, aspect="auto")
        ax.set_facecolor(LOOK["nobody"]["facecolor"])
        ax.patch.set(hatch=style.HATCH, edgecolor="white")
        ax.set_xticks(range(12), [f"{pd.Timestamp(2000, month, 1):%b}" for month in range(1, 13)])
        ax.xaxis.tick_top()
        step = -(-years // 45)
        ax.set_yticks(range(0, years, step), [str(year) for year in table.index[::step]])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        if years <= NUMBERED:
            _write_numbers(ax, table, sparse, scale)
        ax.set_xlabel(_key(table, sparse), fontsize=7.5, color=style.QUIET, loc="left")
    return ax


def month_table(days: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents per month, a row for each year and a column for each month, missing where nobody searched; and whether
    the month was searched sparsely."""
    keys = [days["start"].dt.year.rename("year"), days["start"].dt.month.rename("month")]
    counts = days["count"].astype("Float64").groupby(keys).sum(min_count=1).unstack("month")
    sparse = (days["sparse_days"] > 0).groupby(keys).any().unstack("month")
    years = range(int(days["start"].dt.year.min()), int(days["start"].dt.year.max()) + 1)
    counts = counts.reindex(index=years, columns=range(1, 13)).astype("float64")
    return counts, sparse.reindex(index=years, columns=range(1, 13)).eq(True)


def _write_numbers(ax: Axes, table: pd.DataFrame, sparse: pd.DataFrame, scale: Normalize) -> None:
    for row, (year, numbers) in enumerate(table.iterrows()):
        for column, number in enumerate(numbers):
            if number == number and (number or sparse.at[year, column + 1]):
                dark = float(scale(number)) > 0.55
                text = f"{number:,.0f}" if number < 10_000 else f"{number / 1000:.0f}k"
                ax.text(column, row, text, ha="center", va="center", fontsize=5.5, color="white" if dark else style.INK,
                        fontstyle="italic" if sparse.at[year, column + 1] else "normal")  # fmt: skip


def _key(table: pd.DataFrame, sparse: pd.DataFrame) -> str:
    """What the squares mean, in a line below them."""
    said = [f"{vocabulary().plural} per month; white: none"]
    if table.isna().any(axis=None):
        said.append(f"hatched: {MEANING['nobody']}, or outside the window")
    if sparse.any(axis=None):
        said.append(f"italic: {MEANING['sparse']}")
    return "; ".join(said)
