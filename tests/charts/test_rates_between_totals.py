"""A rung per interval between two statements: length, rate and band."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.dates import date2num

from analysis.charts.notebook_output import to_svg
from analysis.charts.rates_between_totals import step_rates
from analysis.measures.rates import rate_interval


def ladder(*rows) -> pd.DataFrame:
    """Intervals from (start, days, count)."""
    frame = pd.DataFrame(rows, columns=["start", "days", "count"])
    frame["start"] = pd.to_datetime(frame["start"])
    frame["end"] = frame["start"] + pd.to_timedelta(frame["days"] - 1, unit="D")
    frame["count"] = frame["count"].astype("Int64")
    limits = rate_interval(frame["count"], frame["days"])
    frame["rate_per_day"], frame["rate_per_day_low"], frame["rate_per_day_high"] = limits
    return frame


ROWS = (("2024-01-01", 10, 20), ("2024-01-11", 5, 0), ("2024-01-16", 20, 30))


def rungs(ax) -> list[tuple[float, float, float]]:
    drawn = next(each for each in ax.collections if isinstance(each, LineCollection))
    return [(left, right, height) for (left, height), (right, _) in drawn.get_segments()]


def test_a_rung_is_as_long_as_its_days_and_as_high_as_its_rate():
    ax = step_rates(ladder(*ROWS))
    first = date2num(pd.Timestamp("2024-01-01"))
    assert rungs(ax) == [(first, first + 10, 2), (first + 10, first + 15, 0), (first + 15, first + 35, 1.5)]


def test_a_band_runs_from_the_lower_to_the_upper_bound():
    frame = ladder(*ROWS)
    ax = step_rates(frame, top=9)
    bands = [(bar.get_y(), bar.get_y() + bar.get_height(), bar.get_width()) for bar in ax.containers[0]]
    expected = frame[["rate_per_day_low", "rate_per_day_high", "days"]].to_numpy(float)
    assert np.allclose(bands, expected)


def test_a_band_cut_at_the_top_ends_in_an_arrow():
    frame = ladder(*ROWS)
    ax = step_rates(frame, top=2.5)
    high = frame["rate_per_day_high"].to_numpy()
    arrows = [each for each in ax.lines if each.get_marker() == "^"]
    assert [len(each.get_xdata()) for each in arrows] == [(high > 2.5).sum()]
    assert ax.get_ylim() == (0, 2.5)
    assert max(bar.get_y() + bar.get_height() for bar in ax.containers[0]) == pytest.approx(2.5)


def test_an_interval_whose_total_fell_has_no_rung():
    ax = step_rates(ladder(ROWS[0], ("2024-01-11", 5, None), ROWS[2]))
    assert len(rungs(ax)) == 2
    assert len(ax.containers[0]) == 2


@pytest.mark.slow
def test_one_interval_and_one_of_none_are_drawn():
    for row in ROWS:
        ax = step_rates(ladder(row))
        assert len(rungs(ax)) == 1
        assert to_svg(ax).startswith("<?xml")


@pytest.mark.parametrize("rows", [(), (("2024-01-11", 5, None),)])
def test_no_known_rate_at_all_is_said_on_the_chart(rows, words_of):
    ax = step_rates(ladder(*rows))
    assert words_of(ax) == ["no interval to show"]
    assert to_svg(ax).startswith("<?xml")


def test_marked_days_carry_their_label(words_of):
    assert words_of(step_rates(ladder(*ROWS), marks={pd.Timestamp("2024-01-20"): "here"})) == ["here"]


def test_the_same_intervals_give_the_same_bytes():
    assert to_svg(step_rates(ladder(*ROWS))) == to_svg(step_rates(ladder(*ROWS)))
