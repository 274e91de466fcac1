"""Incidents per period: every incident once, zero apart from unwatched, certain apart from possible."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from analysis.evidence.errors import InputError
from analysis.measures.coverage import observed_window
from analysis.measures.dispersion import dispersion, is_overdispersed
from analysis.measures.frequency import count, cumulative

WINDOW = ("2024-01-01", "2024-01-31")  # a Monday to a Wednesday
EVERY = ["day", "week", "month", "quarter", "1 day", "5 days", "14 days"]


def coverage(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["start", "end", "density"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


@st.composite
def tables(draw):
    """Incidents on days or ranges; the best day lies anywhere in the range."""
    rows = draw(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 12), st.integers(0, 12)), max_size=25))
    first = date(2023, 12, 15)
    frame = pd.DataFrame(
        [(first + timedelta(a), first + timedelta(a + b), first + timedelta(a + min(b, c))) for a, b, c in rows],
        columns=["date_start", "date_end", "date"],
    ).apply(pd.to_datetime)
    countries = st.sampled_from(["Iraq", "Syria", None])
    return frame.assign(country=pd.Series([draw(countries) for _ in rows], dtype="str"))


@pytest.mark.slow
@given(tables(), st.sampled_from(EVERY), st.integers(0, 40), st.integers(0, 60), st.booleans())
def test_every_incident_of_the_window_is_counted_exactly_once(incidents, every, skip, length, grouped):
    start = pd.Timestamp("2023-12-20") + pd.Timedelta(days=skip)
    window = (start, start + pd.Timedelta(days=length))
    found = count(incidents, every, by=["country"] if grouped else [], window=window)
    inside = incidents["date"].between(*window)
    assert found["count"].sum() == inside.sum()
    assert (found["count_low"] <= found["count"]).all()
    assert (found["count"] <= found["count_high"]).all()


@pytest.mark.slow
@given(tables(), st.sampled_from(EVERY), st.integers(0, 40), st.integers(0, 60))
def test_certain_and_possible_are_what_one_gets_incident_by_incident(incidents, every, skip, length):
    start = pd.Timestamp("2023-12-20") + pd.Timedelta(days=skip)
    found = count(incidents, every, window=(start, start + pd.Timedelta(days=length)))
    ranges = list(zip(incidents["date_start"], incidents["date_end"], strict=True))
    for row in found.itertuples():
        assert row.count_low == sum(row.start <= first and last <= row.end for first, last in ranges)
        assert row.count_high == sum(first <= row.end and last >= row.start for first, last in ranges)


@pytest.mark.slow
@given(tables(), st.sampled_from(EVERY), st.integers(0, 40), st.integers(0, 60))
def test_periods_follow_each_other_without_holes_from_the_first_to_the_last_day(incidents, every, skip, length):
    start = pd.Timestamp("2023-12-20") + pd.Timedelta(days=skip)
    end = start + pd.Timedelta(days=length)
    found = count(incidents, every, window=(start, end))
    assert (found["start"].iloc[0], found["end"].iloc[-1]) == (start, end)
    assert (found["start"].iloc[1:].to_numpy() == (found["end"].iloc[:-1] + pd.Timedelta(days=1)).to_numpy()).all()
    assert found["days"].sum() == length + 1


def test_weeks_run_from_monday_to_sunday(attacks):
    found = count(attacks("2024-01-07", "2024-01-08"), "week", window=WINDOW)
    assert set(found["start"].dt.day_name()) == {"Monday"}
    assert set(found["end"].iloc[:-1].dt.day_name()) == {"Sunday"}
    assert found["count"].tolist() == [1, 1, 0, 0, 0]


def test_periods_that_the_window_cuts_are_flagged(attacks):
    weeks = count(attacks("2024-01-10"), "week", window=("2024-01-03", "2024-01-30"))
    assert weeks["is_complete"].tolist() == [False, True, True, True, False]
    assert weeks["days"].tolist() == [5, 7, 7, 7, 2]
    months = count(attacks("2024-01-10"), "month", window=("2024-01-01", "2024-02-28"))
    assert months["is_complete"].tolist() == [True, False]  # 2024 is a leap year
    quarters = count(attacks("2024-01-10"), "quarter", window=("2024-01-01", "2024-06-30"))
    assert quarters["is_complete"].tolist() == [True, True]
    assert quarters["days"].tolist() == [91, 91]


def test_a_number_of_days_is_anchored_at_the_start_of_the_window(attacks):
    found = count(attacks("2024-01-16", "2024-01-17"), "14 days", window=("2024-01-03", "2024-01-31"))
    assert found["start"].dt.strftime("%m-%d").tolist() == ["01-03", "01-17", "01-31"]
    assert found["count"].tolist() == [1, 1, 0]
    assert found["is_complete"].tolist() == [True, True, False]


def test_a_range_across_two_weeks_counts_as_possible_in_both_and_certain_in_neither(attacks):
    found = count(attacks(("2024-01-06", "2024-01-09")), "week", window=("2024-01-01", "2024-01-21"))
    assert found["count"].tolist() == [1, 0, 0]
    assert found["count_low"].tolist() == [0, 0, 0]
    assert found["count_high"].tolist() == [1, 1, 0]


def test_a_range_inside_one_week_is_certain_there(attacks):
    found = count(attacks(("2024-01-08", "2024-01-14")), "week", window=("2024-01-01", "2024-01-21"))
    assert found["count_low"].tolist() == found["count_high"].tolist() == [0, 1, 0]


def test_a_range_that_reaches_into_the_window_is_possible_there_though_its_best_day_is_not(attacks):
    incidents = attacks(("2023-12-30", "2024-01-02"), "2024-01-09")
    found = count(incidents, "week", window=("2024-01-01", "2024-01-14"))
    assert found["count"].tolist() == found["count_low"].tolist() == [0, 1]
    assert found["count_high"].tolist() == [1, 1]


def test_an_empty_period_is_zero_where_somebody_looked_and_missing_where_nobody_did(attacks):
    watched = coverage(("2024-01-08", "2024-01-14", "days"))
    found = count(attacks("2024-01-23"), "week", window=("2024-01-01", "2024-01-28"), coverage=watched)
    assert found["covered_days"].tolist() == [0, 7, 0, 0]
    assert found["count"].isna().tolist() == [True, False, True, False]
    assert found["count"].tolist()[1::2] == [0, 1]
    assert found["count_low"].isna().tolist() == found["count_high"].isna().tolist() == [True, False, True, False]
    assert found["rate_per_day"].notna().tolist() == [False, True, False, False]
    assert found["rate_per_day_high"].notna().tolist() == [False, True, False, False]


def test_rates_are_per_covered_day(attacks):
    watched = coverage(("2024-01-01", "2024-01-04", "days"))
    found = count(attacks("2024-01-02", "2024-01-03"), "week", window=("2024-01-01", "2024-01-07"), coverage=watched)
    assert found["rate_per_day"].iloc[0] == pytest.approx(2 / 4)
    assert found["rate_per_day_low"].iloc[0] < 0.5 < found["rate_per_day_high"].iloc[0]


def test_overlapping_coverage_counts_a_day_once_and_is_sparse_only_where_nothing_denser_lies(attacks):
    watched = coverage(("2024-01-01", "2024-01-10", "sparse"), ("2024-01-06", "2024-01-08", "days"))
    found = count(attacks("2024-01-02"), "7 days", window=("2024-01-01", "2024-01-14"), coverage=watched)
    assert found["covered_days"].tolist() == [7, 3]
    assert found["sparse_days"].tolist() == [5, 2]


def test_every_group_gets_every_period_and_unknown_is_a_group_of_its_own(attacks):
    incidents = attacks("2024-01-02", "2024-01-03", "2024-01-20", country=["Syria", None, "Iraq"])
    found = count(incidents, "week", by=["country"], window=WINDOW)
    assert found.groupby("country", dropna=False).size().tolist() == [5, 5, 5]
    sums = found.groupby("country", dropna=False)["count"].sum()
    assert sums.tolist() == [1, 1, 1]
    assert found["country"].isna().sum() == 5


def test_one_name_is_as_good_as_a_list_of_names(attacks):
    incidents = attacks("2024-01-02", "2024-01-03", country=["Syria", "Iraq"])
    one, listed = (count(incidents, "week", by=by, window=WINDOW) for by in ("country", ["country"]))
    pd.testing.assert_frame_equal(one, listed)


def test_no_incident_in_a_watched_window_is_all_zeros(attacks):
    found = count(attacks(), "week", window=WINDOW)
    assert found["count"].tolist() == [0] * 5
    assert (found["rate_per_day_high"] > 0).all()


def test_what_the_window_leaves_open_comes_from_the_coverage_else_from_the_incidents(attacks):
    incidents = attacks("2024-01-05", "2024-01-20")
    watched = coverage(("2024-01-02", "2024-02-03", "days"))
    assert [f"{day:%m-%d}" for day in observed_window(incidents)] == ["01-05", "01-20"]
    assert [f"{day:%m-%d}" for day in observed_window(incidents, None, watched)] == ["01-02", "02-03"]
    assert [f"{day:%m-%d}" for day in observed_window(incidents, ("", "2024-01-10"), watched)] == ["01-02", "01-10"]


@pytest.mark.parametrize("every", ["fortnight", "weeks", "0 days", "-3 days", "1.5 days", "", None])
def test_an_unknown_period_is_refused_with_those_allowed(attacks, every):
    with pytest.raises(InputError, match="allowed: day, week, month, quarter or a number of days"):
        count(attacks("2024-01-02"), every, window=WINDOW)


@pytest.mark.parametrize("by", ["contry", ["confirmation", "contry"]])
def test_a_column_to_group_by_that_is_not_there_is_named(attacks, by):
    with pytest.raises(InputError, match="by: 'contry' is not a column"):
        count(attacks("2024-01-02"), by=by)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (("2024-02-01", "2024-01-31"), r"ends \(2024-01-31\) before it starts \(2024-02-01\)"),
        (("2024-13-01", None), "'2024-13-01'; allowed: a day, YYYY-MM-DD"),
        (("yesterweek", None), "'yesterweek'; allowed: a day, YYYY-MM-DD"),
    ],
)
def test_a_window_that_cannot_be_is_refused(attacks, window, words):
    with pytest.raises(InputError, match=words):
        count(attacks("2024-01-02"), window=window)


def test_nothing_to_count_over_is_said(attacks):
    with pytest.raises(InputError, match="nothing to count over"):
        count(attacks())


SCRIPT = """
import sys
import analysis as a
d = a.open_folder(sys.argv[1])
for every in ("day", "week", "month", "9 days"):
    print(a.count(d.incidents, every, by=["weapon"]).to_csv())
print(a.cumulative(d.incidents).to_csv(), a.gaps(d.incidents).to_csv())
"""


@pytest.mark.slow
def test_another_time_zone_changes_nothing(other_conflict):
    command = [sys.executable, "-c", SCRIPT, str(other_conflict)]
    running = [
        subprocess.Popen(command, env=os.environ | {"TZ": zone}, stdout=subprocess.PIPE, text=True)
        for zone in ("UTC", "Pacific/Auckland")
    ]
    said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert said[0] == said[1]
    assert said[0].count("\n") > 100


def test_the_running_number_rises_on_the_days_of_incidents_only(attacks):
    incidents = attacks("2024-01-09", "2024-01-02", "2024-01-02", "2024-02-02")
    found = cumulative(incidents, WINDOW)
    assert found["day"].dt.strftime("%m-%d").tolist() == ["01-02", "01-09"]
    assert found["total"].tolist() == [2, 3]


def frame(counts, covered=7) -> pd.DataFrame:
    return pd.DataFrame({"count": pd.array(counts, dtype="Int64"), "covered_days": covered})


def test_dispersion_is_the_sum_of_squares_over_the_mean():
    assert dispersion(frame([2, 4, 6])) == pytest.approx(((2**2 + 0 + 2**2) / 4) / 2)
    assert dispersion(frame([3, 3, 3])) == 0


def test_dispersion_expects_more_where_more_days_were_watched():
    assert dispersion(frame([2, 4, 8], covered=[1, 2, 4])) == pytest.approx(0)


def test_dispersion_leaves_out_what_nobody_watched():
    found = dispersion(frame([2, 4, 6, None, 50], covered=[7, 7, 7, 0, 0]))
    assert found == dispersion(frame([2, 4, 6]))


def test_dispersion_of_poisson_counts_is_about_one_and_of_mixed_rates_larger():
    draw = default_rng(20231017)
    poisson = dispersion(frame(draw.poisson(5, 4000)))
    mixed = dispersion(frame(draw.poisson(draw.gamma(2.5, 2, 4000))))  # variance = mean + mean^2 / 2.5 = 3 mean
    assert poisson == pytest.approx(1, abs=0.08)
    assert mixed == pytest.approx(3, abs=0.35)


@pytest.mark.parametrize("counts", [[], [4], [0, 0, 0], [None, 5]])
def test_dispersion_of_too_little_is_not_a_number(counts):
    found = dispersion(frame(counts))
    assert found != found


def test_only_counts_that_vary_more_than_chance_are_called_overdispersed():
    assert not is_overdispersed(frame([3, 5, 4, 6, 2, 4]))
    assert is_overdispersed(frame([0, 0, 25, 0, 1, 0]))
    assert not is_overdispersed(frame([40]))
    assert not is_overdispersed(frame([0, 0, 0]))


@pytest.mark.slow
def test_a_steady_rate_is_rarely_called_overdispersed():
    draw = default_rng(20240204)
    called = sum(is_overdispersed(frame(draw.poisson(6, 30))) for _ in range(400))
    assert called <= 20  # 2.5 % of 400 is 10


def test_days_watched_by_week_are_counted_apart_from_those_watched_sparsely(attacks):
    rows = (("2024-01-01", "2024-01-10", "sparse"), ("2024-01-06", "2024-01-08", "weeks"),
            ("2024-01-08", "2024-01-08", "days"))  # fmt: skip
    found = count(attacks("2024-01-02"), "5 days", coverage=coverage(*rows))
    assert found["sparse_days"].tolist() == [5, 2]
    assert found["weekly_days"].tolist() == [0, 2]
