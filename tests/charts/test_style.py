"""One visual language for all charts."""

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
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


# What a person with one kind of cone missing sees: linear RGB to linear RGB, Machado et al. (2009), severity 1.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, eyes: str = "all cones") -> np.ndarray:
    """CIELAB of a colour as these eyes see it: lightness, green to red, blue to yellow."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(SEEN[eyes]) @ linear, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours, eyes: str) -> float:
    """Distance (CIE76) of the two colours that are hardest to tell apart."""
    return min(float(np.linalg.norm(lab(one, eyes) - lab(other, eyes))) for one, other in combinations(colours, 2))


def test_black_and_white_are_a_hundred_apart():
    assert np.linalg.norm(lab("#ffffff") - lab("#000000")) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("eyes", SEEN)
def test_whoever_looks_can_tell_the_counters_apart(eyes):
    assert nearest([style.ACCENT, style.SECOND, *style.OTHERS], eyes) > 20


@pytest.mark.parametrize("eyes", SEEN)
@pytest.mark.parametrize("scale", [style.VOICE_FILL.values(), style.SHADES], ids=["voices", "shades"])
def test_whoever_looks_can_tell_the_steps_of_a_scale_apart(scale, eyes):
    assert nearest(scale, eyes) > 14


@pytest.mark.parametrize(
    "scale", [[*style.VOICE_FILL.values()], ["#ffffff", *style.SHADES][::-1]], ids=["voices", "shades"]
)
def test_in_grey_a_scale_rises_step_by_step(scale):
    steps = np.diff([lab(colour)[0] for colour in scale])
    assert steps.min() > 12


def test_in_grey_the_grounds_differ_from_each_other_and_from_white():
    light = [lab(colour)[0] for colour in ("#ffffff", style.SPARSE, style.NOBODY)]
    assert (np.diff(light) < -5).all()


def test_the_unit_stands_level_over_the_axis():
    ax = style.new_axes()
    style.count_axis(ax, "attacks")
    assert ax.yaxis.label.get_rotation() == 0
    ax.get_figure().canvas.draw()
    assert ax.yaxis.label.get_window_extent().y0 >= ax.get_window_extent().y1


def test_a_line_of_text_is_as_wide_as_it_is_drawn():
    assert style.text_width("Al-Asad", 10) == pytest.approx(2 * style.text_width("Al-Asad", 5))
    assert style.text_width("Al-Asad Air Base", 10) > style.text_width("Al-Asad", 10)


def test_every_voice_has_a_fill_and_a_label_of_its_own():
    assert set(style.VOICE_FILL) == set(style.VOICE_LABEL) == set(CONFIRMATION)
    assert len(set(style.VOICE_FILL.values())) == len(set(style.VOICE_LABEL.values())) == len(CONFIRMATION)


def test_a_day_axis_covers_the_last_day_to_its_end_and_names_the_year_first():
    ax = style.new_axes()
    style.date_axis(ax, pd.Timestamp("2023-11-01"), pd.Timestamp("2024-03-31"))
    assert ax.get_xlim()[1] == date2num(pd.Timestamp("2024-04-01"))
    ax.get_figure().canvas.draw()
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels[0].endswith("\n2023")
    assert "Jan\n2024" in labels


@pytest.mark.slow
def test_counts_have_whole_numbers_on_their_axis():
    ax = style.new_axes()
    ax.bar([1, 2], [1, 2])
    style.count_axis(ax, "attacks")
    assert all(tick == int(tick) for tick in ax.get_yticks())
    assert ax.get_ylabel() == "attacks"


def test_no_label_of_neighbouring_marks_lies_on_another():
    ax = style.new_axes()
    days = {pd.Timestamp(f"2024-01-0{number}"): f"mark {number}" for number in (2, 1, 3)}
    ax.set_xlim(pd.Timestamp("2023-12-25"), pd.Timestamp("2024-01-20"))
    style.mark_days(ax, days)
    assert [text.get_text() for text in ax.texts] == ["mark 1", "mark 2", "mark 3"]
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_our_style_is_not_left_behind_for_other_charts():
    before = dict(mpl.rcParams)
    style.new_axes()
    assert dict(mpl.rcParams) == before
    assert plt.subplots()[1].spines["top"].get_visible() == before["axes.spines.top"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("start", "end", "labels"), [
    ("2024-01-20", "2024-01-20", ["20 Jan\n2024", "21 Jan"]),
    ("2023-12-31", "2023-12-31", ["31 Dec\n2023", "1 Jan\n2024"]),
    ("2024-02-29", "2024-03-01", ["29 Feb\n2024", "1 Mar", "2 Mar"]),
    ("2024-03-30 09:00", "2024-04-01 10:00", ["31 Mar\n2024", "1 Apr", "2 Apr"]),
])  # fmt: skip
@pytest.mark.parametrize("most", [4, 9])
def test_an_axis_of_a_few_days_names_each_day_once(start, end, labels, most):
    ax = style.new_axes()
    style.date_axis(ax, pd.Timestamp(start), pd.Timestamp(end), most)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()] == labels
    plt.close(ax.figure)


@pytest.mark.parametrize("days", [5, 9, 12, 40, 400])
def test_no_day_is_named_twice_on_a_longer_axis(days):
    ax = style.new_axes()
    style.date_axis(ax, pd.Timestamp("2024-02-20"), pd.Timestamp("2024-02-20") + pd.Timedelta(days=days), most=4)
    ax.figure.canvas.draw()
    marks = [round(mark, 3) for mark in ax.get_xticks()]
    assert len(set(marks)) == len(marks) and all(mark.is_integer() for mark in marks)
    plt.close(ax.figure)
