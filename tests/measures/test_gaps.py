"""Empty days: which, how many, how sure, and what stands at both ends."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.errors import InputError
from analysis.measures.gaps import gaps

WINDOW = ("2024-01-01", "2024-01-31")


def days(frame: pd.DataFrame, column: str) -> list[str]:
    return frame[column].dt.strftime("%m-%d").tolist()


def test_a_gap_is_the_empty_days_between_two_incidents(attacks):
    found = gaps(attacks("2024-01-01", "2024-01-05", "2024-01-06"), ("2024-01-01", "2024-01-06"))
    assert (days(found, "start"), days(found, "end")) == (["01-02"], ["01-04"])
    assert found["gap_days"].tolist() == [3]
    assert (found["before"].tolist(), found["after"].tolist()) == (["i1"], ["i2"])
    assert not found["is_censored"].any()


def test_all_incidents_of_the_day_stand_at_the_end_of_a_gap(attacks):
    found = gaps(attacks("2024-01-01", "2024-01-01", "2024-01-05"), ("2024-01-01", "2024-01-05"))
    assert found["before"].tolist() == ["i1|i2"]


def test_empty_days_at_an_edge_of_the_window_are_flagged(attacks):
    found = gaps(attacks("2024-01-04", "2024-01-30"), WINDOW)
    assert found["gap_days"].tolist() == [25, 3, 1]
    assert found["is_censored"].tolist() == [False, True, True]
    assert found["before"].isna().tolist() == [False, True, False]
    assert found["after"].isna().tolist() == [False, False, True]


def test_longest_first_and_of_equals_the_earlier(attacks):
    found = gaps(attacks("2024-01-01", "2024-01-04", "2024-01-07", "2024-01-31"), WINDOW)
    assert found["gap_days"].tolist() == [23, 2, 2]
    assert days(found, "start") == ["01-08", "01-02", "01-05"]


def test_only_gaps_of_the_least_length_are_listed(attacks):
    incidents = attacks("2024-01-01", "2024-01-05", "2024-01-10", "2024-01-31")
    assert gaps(incidents, WINDOW, min_days=4)["gap_days"].tolist() == [20, 4]
    assert gaps(incidents, WINDOW, min_days=5)["gap_days"].tolist() == [20]


def test_a_range_before_a_gap_may_shorten_it_and_one_after_may_lengthen_it(attacks):
    found = gaps(attacks(("2024-01-01", "2024-01-04"), ("2024-01-10", "2024-01-12")), ("2024-01-01", "2024-01-10"))
    assert found[["gap_days", "gap_days_low", "gap_days_high"]].to_numpy().tolist() == [[8, 5, 10]]


def test_a_certain_incident_limits_what_a_range_can_do_to_a_gap(attacks):
    incidents = attacks("2024-01-01", ("2024-01-10", "2024-01-20"), "2024-01-12")
    found = gaps(incidents, ("2024-01-01", "2024-01-12"))
    assert found.loc[0, ["gap_days", "gap_days_low", "gap_days_high"]].tolist() == [8, 8, 10]


def test_a_second_incident_of_the_day_keeps_the_gap_from_growing(attacks):
    incidents = attacks("2024-01-01", ("2024-01-10", "2024-01-20"), "2024-01-10")
    assert gaps(incidents, ("2024-01-01", "2024-01-10")).loc[0, "gap_days_high"] == 8


def test_days_known_exactly_leave_no_doubt_about_the_length(attacks):
    found = gaps(attacks("2024-01-03", "2024-01-09", "2024-01-21"), WINDOW)
    assert (found["gap_days_low"] == found["gap_days"]).all()
    assert (found["gap_days_high"] == found["gap_days"]).all()


@pytest.mark.slow
@given(st.sets(st.integers(1, 31)), st.integers(1, 31), st.integers(0, 30))
def test_empty_days_and_days_with_incidents_make_up_the_window(attacks, on, first, more):
    last = min(first + more, 31)
    window = (f"2024-01-{first:02}", f"2024-01-{last:02}")
    found = gaps(attacks(*(f"2024-01-{day:02}" for day in sorted(on))), window)
    inside = [day for day in on if first <= day <= last]
    assert found["gap_days"].sum() + len(inside) == last - first + 1
    listed = [day for row in found.itertuples() for day in pd.date_range(row.start, row.end).day]
    assert sorted(listed) == [day for day in range(first, last + 1) if day not in on]


def test_unwatched_days_are_not_empty_days(attacks):
    watched = pd.DataFrame({"start": pd.to_datetime(["2024-01-10"]), "end": pd.to_datetime(["2024-01-20"])})
    found = gaps(attacks("2024-01-12"), WINDOW, coverage=watched)
    assert found["gap_days"].tolist() == [8, 2]
    assert found["is_censored"].all()
    assert (days(found, "start"), days(found, "end")) == (["01-13", "01-10"], ["01-20", "01-11"])


def test_a_window_that_nobody_watched_has_no_gap(attacks):
    watched = pd.DataFrame({"start": pd.to_datetime(["2023-01-10"]), "end": pd.to_datetime(["2023-01-20"])})
    assert gaps(attacks("2024-01-12"), WINDOW, coverage=watched).empty


def test_without_any_incident_the_whole_window_is_one_gap_that_may_go_on(attacks):
    found = gaps(attacks(), WINDOW)
    assert found["gap_days"].tolist() == [31]
    assert found["is_censored"].tolist() == [True]


def test_a_day_with_an_incident_is_a_window_without_a_gap(attacks):
    assert gaps(attacks("2024-01-05"), ("2024-01-05", "2024-01-05")).empty


def test_without_incident_window_and_coverage_there_is_nothing_to_look_at(attacks):
    with pytest.raises(InputError, match="nothing to count over"):
        gaps(attacks())


def coverage(*pairs) -> pd.DataFrame:
    return pd.DataFrame([map(pd.Timestamp, pair) for pair in pairs], columns=["start", "end"]).assign(density="days")


def test_days_that_nobody_watched_are_cut_out_of_a_gap_and_leave_open_ends(attacks):
    watched = coverage(("2024-01-01", "2024-01-10"), ("2024-01-16", "2024-01-31"))
    found = gaps(attacks("2024-01-05", "2024-01-20"), ("2024-01-01", "2024-01-20"), coverage=watched)
    assert list(zip(days(found, "start"), days(found, "end"), strict=True)) == [
        ("01-06", "01-10"), ("01-01", "01-04"), ("01-16", "01-19"),
    ]  # fmt: skip
    assert found["is_censored"].all()
    assert found["before"].tolist()[0] == "i1"
    assert found["after"].isna().tolist() == [True, False, False]


def test_an_attack_on_a_day_that_nobody_watched_still_ends_a_gap(attacks):
    watched = coverage(("2024-01-01", "2024-01-04"), ("2024-01-06", "2024-01-31"))
    found = gaps(attacks("2024-01-01", "2024-01-05", "2024-01-09"), ("2024-01-01", "2024-01-09"), coverage=watched)
    assert found["gap_days"].tolist() == [3, 3]
    assert not found["is_censored"].any()


def test_a_gap_does_not_grow_across_days_that_nobody_watched(attacks):
    watched = coverage(("2024-01-01", "2024-01-20"), ("2024-03-01", "2024-03-20"))
    found = gaps(attacks("2024-01-05", "2024-03-10"), ("2024-01-01", "2024-03-20"), coverage=watched)
    assert (found["gap_days"] == found["gap_days_high"]).all()
