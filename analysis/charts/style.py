"""One visual language: colour-blind-safe, legible in grey, no ornament."""

from __future__ import annotations

import math
import textwrap
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.textpath import TextPath

INK, QUIET, RULE = "#1b1f24", "#6b7280", "#d5d9de"
ACCENT, SECOND = "#0b4f7d", "#c2570c"  # differ in lightness as well as in hue
NOBODY, SPARSE, WEEKLY = "#d3d8de", "#e6eaee", "#f5f7f8"  # ground of days searched by nobody, hardly anybody, by week
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
SHORT_VOICE = {  # instead of the labels above, in a column that says "best voice" over them
    "local_official": "local officials",
    "monitor": "monitors",
    "unknown": "not named",
    "claim_only": "attackers",
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
    """Months on the x axis, at `most` so many, the year under each January and under the first; of a few days each."""
    first, after = mdates.date2num(start), mdates.date2num(end) + 1
    ax.set_xlim(first, after)
    days = range(math.ceil(first), math.floor(after) + 1)
    each = mpl.ticker.FixedLocator(days)  # the other one would mark hours, each with the name of its day
    few = len(days) <= max(most, 3)
    ax.xaxis.set_major_locator(each if few else mdates.AutoDateLocator(minticks=min(3, most), maxticks=most))
    ax.xaxis.set_major_formatter(_day_and_year if few else _month_and_year)


def _day_and_year(number: float, position: float) -> str:
    day = mdates.num2date(number)
    return f"{day.day} {day:%b}\n{day:%Y}" if position == 0 or (day.month, day.day) == (1, 1) else f"{day.day} {day:%b}"


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
    """The voices that the bars show, in one row above them, opposite the unit or below it where both do not fit;
    nothing where there is no bar."""
    names = ax.get_legend_handles_labels()[1]
    if names:
        figure = figure_of(ax)
        needed = sum(text_width(name, UNIT_SIZE) + LEGEND_GAP for name in names)
        if needed + text_width(ax.get_ylabel(), UNIT_SIZE) > figure.get_figwidth() * 72 * AXES_SHARE:
            ax.yaxis.set_label_coords(0, 1.015 + LEGEND_LINE / (figure.get_figheight() * 72 * ax.get_position().height))
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, handlelength=1.0, handletextpad=0.5,
                  columnspacing=1.0, borderaxespad=0)  # fmt: skip


UNIT_SIZE, LEGEND_GAP, LEGEND_LINE = 8, 24.0, 15.0  # points: type, handle and blanks of a name, height of the row
LABEL_SIZE, LABEL_LINE = 7.5, 10.0  # points: type and line height of the names of marked days
LABEL_LETTERS = (20, 11)  # of a line of such a name, and of one where there is less room
AXES_SHARE = 0.93  # of the figure's width that the axes take


class Patch(NamedTuple):
    """The place of a label in points, from the left and from the top of the axes."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Patch) -> bool:
        """Whether both share any place."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def mark_days(ax: Axes, days: dict) -> None:
    """A thin labelled line at each dated event: {day: label}. A label stands where it covers no other label, crosses no
    line of another day and stays inside the axes, as far as there is such a place."""
    first, last = ax.get_xlim()
    width = figure_of(ax).get_figwidth() * 72 * AXES_SHARE
    shown = [day for day in sorted(days) if first <= mdates.date2num(day) <= last]
    at = {day: (mdates.date2num(day) - first) / (last - first) * width for day in shown}
    taken = _words_at_the_top(ax, first, last, width)
    for day, x in at.items():
        others = [Patch(line - 1, 0, line + 1, 999) for other, line in at.items() if other != day]
        words, side, place = _free_place(x, str(days[day]), taken, others, width)
        taken.append(place)
        ax.axvline(day, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)), zorder=1)
        ax.annotate(words, (mdates.date2num(day), 1.0), xycoords=("data", "axes fraction"),
                    xytext=(3 * side, -2 - place.top), textcoords="offset points", va="top",
                    ha="left" if side > 0 else "right", fontsize=LABEL_SIZE, color=QUIET)  # fmt: skip


def _free_place(
    x: float, label: str, taken: list[Patch], others: list[Patch], width: float
) -> tuple[str, int, Patch]:  # fmt: skip
    """The label in lines, the side of its line on which it stands, and its place: the highest free one, in longer
    lines rather than in shorter ones."""
    places = []
    for letters in LABEL_LETTERS:
        lines = textwrap.wrap(label, letters) or [""]
        wide, high = max(text_width(line, LABEL_SIZE) for line in lines) + 5, LABEL_LINE * len(lines)
        places += [
            ("\n".join(lines), side, Patch(x if side > 0 else x - wide, top, x + wide if side > 0 else x, top + high))
            for top in (LABEL_LINE * step for step in range(9))
            for side in (1, -1)
        ]
    inside = [each for each in places if each[2].left >= 0 and each[2].right <= width] or places
    free = [each for each in inside if not any(each[2].meets(other) for other in taken)] or inside
    return next((each for each in free if not any(each[2].meets(line) for line in others)), free[0])


def _words_at_the_top(ax: Axes, first: float, last: float, width: float) -> list[Patch]:
    """The places of the words that name a shade, which end at the end of it."""
    found = []
    for text in ax.texts:
        if (
            isinstance(text, Annotation)
            and text.get_horizontalalignment() == "right"
            and text.get_verticalalignment() == "top"
        ):
            right = (mdates.date2num(text.xy[0]) - first) / (last - first) * width
            found.append(Patch(right - text_width(text.get_text(), LABEL_SIZE) - 8, 0, right, 2 * LABEL_LINE))
    return found
