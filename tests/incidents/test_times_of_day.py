import numpy as np
import pandas as pd
import pytest

from analysis.incidents.times_of_day import time_points

AGREE, DIFFER = 0.5, -2.0


def points(one, other) -> float:
    """Points of two reports of (first day, last day, time), days of January."""
    frame = pd.DataFrame([one, other], columns=["date_start", "date_end", "time_of_day"])
    for name in ("date_start", "date_end"):
        frame[name] = pd.Timestamp("2023-12-31") + pd.to_timedelta(frame[name], unit="D")
    return float(time_points(frame, np.array([0]), np.array([1]), AGREE, DIFFER)[0])


@pytest.mark.parametrize(
    ("one", "other", "worth"),
    [
        ("16:03", "16:45", 0.5),
        ("19:10", "23:06", -2.0),
        ("evening", "19:15", 0.5),
        ("morning", "evening", -2.0),
        ("night", "03:30", 0.5),
        ("night", "23:30", 0.5),
        ("night", "14:00", -2.0),
        ("dawn", "morning", 0.5),
    ],
)
def test_times_of_one_day_agree_if_they_may_be_the_same(one, other, worth):
    assert points((5, 5, one), (5, 5, other)) == worth
    assert points((5, 5, other), (5, 5, one)) == worth


def test_a_night_of_two_days_is_the_night_between_them():
    assert points((8, 9, "night"), (9, 9, "19:15")) == -2.0
    assert points((8, 9, "night"), (9, 9, "03:30")) == 0.5
    assert points((8, 9, "night"), (8, 8, "23:30")) == 0.5
    assert points((8, 9, "night"), (8, 8, "dawn")) == -2.0


@pytest.mark.parametrize("other", [(6, 6, "evening"), (5, 5, None)])
def test_of_two_days_or_where_one_is_silent_nothing_is_said(other):
    assert np.isnan(points((5, 5, "evening"), other))


def test_a_table_without_times_says_nothing():
    frame = pd.DataFrame(
        {"date_start": pd.to_datetime(["2024-01-01"] * 2), "date_end": pd.to_datetime(["2024-01-01"] * 2)}
    )
    assert np.isnan(time_points(frame, np.array([0]), np.array([1]), AGREE, DIFFER)).all()
