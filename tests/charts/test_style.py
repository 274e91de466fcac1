"""One visual language for all charts."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

from analysis.charts import style
from analysis.evidence.schema import CONFIRMATION


def luminance(colour: str) -> float:
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [style.INK, style.QUIET, style.ACCENT, style.SECOND, *style.OTHERS])
def test_text_in_every_colour_is_legible_on_white(colour):
    assert contrast(colour, "#ffffff") >= 4.3


def test_the_two_main_colours_differ_in_grey():
    assert contrast(style.ACCENT, style.SECOND) > 1.7


def test_every_voice_has_a_fill_and_a_label_of_its_own():
    assert set(style.VOICE_FILL) == set(style.VOICE_LABEL) == set(CONFIRMATION)
    assert len(set(style.VOICE_FILL.values())) == len(set(style.VOICE_LABEL.values())) == len(CONFIRMATION)


def test_a_day_axis_covers_the_last_day_to_its_end_and_names_the_year_first():
    ax = style.axes()
    style.date_axis(ax, pd.Timestamp("2023-11-01"), pd.Timestamp("2024-03-31"))
    assert ax.get_xlim()[1] == date2num(pd.Timestamp("2024-04-01"))
    ax.get_figure().canvas.draw()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels[0].endswith("\n2023")
    assert "Jan\n2024" in labels


def test_counts_have_whole_numbers_on_their_axis():
    ax = style.axes()
    ax.bar([1, 2], [1, 2])
    style.count_axis(ax, "attacks")
    assert all(tick == int(tick) for tick in ax.get_yticks())
    assert ax.get_ylabel() == "attacks"


def test_neighbouring_marks_stand_at_different_heights():
    ax = style.axes()
    days = {pd.Timestamp(f"2024-01-0{number}"): f"mark {number}" for number in (2, 1, 3)}
    style.mark_days(ax, days)
    assert [text.get_text() for text in ax.texts] == ["mark 1", "mark 2", "mark 3"]
    assert len({text.xy[1] for text in ax.texts}) == 3


def test_our_style_is_not_left_behind_for_other_charts():
    before = dict(mpl.rcParams)
    style.axes()
    assert dict(mpl.rcParams) == before
    assert plt.subplots()[1].spines["top"].get_visible() == before["axes.spines.top"]
