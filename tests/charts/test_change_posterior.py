"""A bar per day, and the sets of dates shaded under it."""

import pandas as pd
from matplotlib.dates import date2num
from matplotlib.patches import StepPatch

from analysis.charts.change_posterior import change_posterior, change_posterior_alt
from analysis.charts.notebook_output import to_svg

START = pd.Timestamp("2024-02-01")


def posterior(*probabilities) -> pd.DataFrame:
    return pd.DataFrame({"day": pd.date_range(START, periods=len(probabilities)), "probability": probabilities})


def chosen(*numbers, order=1, probability=0.951) -> pd.DataFrame:
    days = [START + pd.Timedelta(days=number) for number in numbers]
    return pd.DataFrame({"order": order, "day": days, "probability": 0.1, "set_probability": probability})


def test_a_bar_stands_on_its_day_and_is_as_high_as_its_probability():
    ax = change_posterior(posterior(0.1, 0.6, 0.3))
    (bars,) = (patch for patch in ax.patches if isinstance(patch, StepPatch))
    first = date2num(START)
    assert list(bars.get_data().values) == [0.1, 0.6, 0.3]
    assert list(bars.get_data().edges) == [first, first + 1, first + 2, first + 3]


def spans(ax) -> list[tuple[float, float]]:
    return [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches if not isinstance(p, StepPatch)]


def test_every_run_of_days_of_a_set_is_shaded_once():
    ax = change_posterior(posterior(*[0.1] * 10), chosen(1, 2, 5, 6, 7))
    first = date2num(START)
    assert spans(ax) == [(first + 1, first + 3), (first + 5, first + 8)]


def test_the_overdispersed_posterior_is_a_line_that_can_be_left_out():
    drawn = change_posterior(posterior(0.2, 0.8), overdispersed=posterior(0.5, 0.5))
    assert [list(line.get_ydata()) for line in drawn.lines] == [[0.5, 0.5]]
    assert not change_posterior(posterior(0.2, 0.8)).lines


def test_marked_days_carry_their_label(words_of):
    assert words_of(change_posterior(posterior(0.2, 0.8), marks={START: "here"})) == ["here"]


def test_a_single_day_is_said_on_the_chart(words_of):
    assert words_of(change_posterior(posterior())) == ["a single day: no change could be seen"]
    assert "no change could be seen" in change_posterior_alt(posterior())


def test_in_words_the_peak_and_every_set():
    sets = pd.concat([chosen(0, 1), chosen(2, order=2)])
    words = change_posterior_alt(posterior(0.1, 0.6, 0.3), sets)
    assert "the highest, 0.60, on 2 February 2024" in words
    assert "change 1: 2 days between 1 February 2024 and 2 February 2024 (95 percent)" in words
    assert "change 2: 1 days between 3 February 2024" in words
    assert "No set" in change_posterior_alt(posterior(0.1, 0.6), sets.iloc[:0])


def test_the_same_posterior_gives_the_same_bytes():
    one, other = (change_posterior(posterior(0.2, 0.8), chosen(1), overdispersed=posterior(0.5, 0.5)) for _ in range(2))
    assert to_svg(one) == to_svg(other)
