"""One visual language: colour-blind-safe, legible in grey, no ornament."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

INK, QUIET, RULE = "#1b1f24", "#6b7280", "#d5d9de"
ACCENT, SECOND = "#0b4f7d", "#c2570c"  # differ in lightness as well as in hue
NOBODY, SPARSE, WEEKLY = "#d3d8de", "#e6eaee", "#f5f7f8"  # ground of days watched by nobody, hardly anybody, by week
LAND, ELSEWHERE, SEA, BORDER = "#ffffff", "#f1f2f4", "#e3eaf0", "#9aa3ad"  # LAND: countries a map is about
HATCH = "////"  # over NOBODY: it must not pass for a shade of anything counted

# One attack a day, two, ... five and more; equal steps of lightness.
SHADES = ("#c9dcea", "#8fbad6", "#4d8fb8", "#1f608f", "#0b3554")

# From dark to hollow: the weaker the voice, the less ink.
VOICE_FILL = {
    "us_official": "#0b3554",
    "local_official": "#2f6f96",
    "monitor": "#7aabc8",
    "unknown": "#c3ced6",
    "claim_only": "#ffffff",
}
VOICE_LABEL = {
    "us_official": "U.S. officials",
    "local_official": "local officials at best",
    "monitor": "monitors at best",
    "unknown": "no named voice",
    "claim_only": "attackers' claim only",
}
COUNTER_COLOUR = {"Pentagon": ACCENT, "SOHR": SECOND}
# Groups of any other column, the largest first; then the rest, and what is not stated.
CATEGORY_FILL = (ACCENT, SECOND, "#7aabc8", "#e9b872", "#6c1bb2", "#996363", "#6b1c10")
OTHER_FILL, NOT_STATED_FILL = "#d3d8de", "#ffffff"
OTHERS = (INK, "#996363", "#6c1bb2", "#6b1c10")  # told apart by every kind of colour blindness

RC: dict[Any, Any] = {
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.6,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.color": QUIET,
    "ytick.major.size": 0,
    "ytick.labelcolor": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "attack-incidents",
    "timezone": "UTC",
}


def new_axes(ax: Axes | None = None, width: float = 7.0, height: float = 3.0) -> Axes:
    """The axes given, or new ones in our style; sizes in inches."""
    if ax is not None:
        return ax
    with mpl.rc_context(RC):
        return plt.subplots(figsize=(width, height))[1]


def figure_of(drawn: Axes | Figure) -> Figure:
    """The whole figure that axes, or the figure itself, belong to."""
    figure = drawn.get_figure(root=True)
    assert figure is not None, "axes of a chart always belong to a figure"
    return figure


def draw_nothing(ax: Axes, words: str) -> Axes:
    """Empty axes that say so."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, words, ha="center", va="center", color=QUIET, transform=ax.transAxes)
    return ax


def counter_colours(counters) -> dict[str, str]:
    """A colour for every counter, the same in every chart."""
    spare = iter(OTHERS * (1 + len(list(counters)) // len(OTHERS)))
    return {name: COUNTER_COLOUR.get(name) or next(spare) for name in counters}


def date_axis(ax: Axes, start, end, most: int = 9) -> None:
    """Months on the x axis, at `most` so many, the year under each January and under the first."""
    ax.set_xlim(mdates.date2num(start), mdates.date2num(end) + 1)
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=min(3, most), maxticks=most))
    ax.xaxis.set_major_formatter(_month_and_year)


def _month_and_year(number: float, position: float) -> str:
    day = mdates.num2date(number)
    with_year = position == 0 or (day.month == 1 and day.day == 1)
    month = f"{day:%b}" if day.day == 1 else f"{day.day} {day:%b}"
    return f"{month}\n{day:%Y}" if with_year else month


def text_width(words: str, size: float) -> float:
    """Width of a line of text in points."""
    with mpl.rc_context(RC):
        return TextPath((0, 0), words, size=size).get_extents().width


def count_axis(ax: Axes, label: str, whole: bool = True) -> None:
    """Numbers from 0 up, whole ones unless they are rates, with light rules across."""
    unit_label(ax, label)
    ax.yaxis.grid(True)
    ax.yaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=whole, nbins=6))
    ax.set_ylim(bottom=0)


def unit_label(ax: Axes, label: str) -> None:
    """What the numbers of the y axis are: a heading at its upper end, so that nobody tilts their head."""
    ax.set_ylabel(label, rotation=0, ha="left", va="bottom")
    ax.yaxis.set_label_coords(0, 1.015)


def voice_legend(ax: Axes) -> None:
    """The voices that the bars show, in one row above them, opposite the unit; nothing where there
    is no bar."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, handlelength=1.0, handletextpad=0.5,
                  columnspacing=1.0, borderaxespad=0)  # fmt: skip


def mark_days(ax: Axes, days: dict, top: float = 1.0) -> None:
    """A thin labelled line at each dated event: {day: label}. Labels alternate in height so that
    neighbours do not overlap."""
    for number, (day, label) in enumerate(sorted(days.items())):
        ax.axvline(day, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)), zorder=1)
        ax.annotate(
            label,
            (mdates.date2num(day), top - 0.085 * (number % 3)),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            color=QUIET,
        )
