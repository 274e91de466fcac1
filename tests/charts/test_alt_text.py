"""The words for those who cannot see a chart say the numbers that it shows."""

import re

import pandas as pd
import pytest

from analysis.charts.alt_text import cumulative_alt, frequency_alt, gap_strip_alt, step_rates_alt
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import running_total


def coverage(start, end) -> pd.DataFrame:
    return pd.DataFrame({"start": pd.to_datetime([start]), "end": pd.to_datetime([end]), "density": "days"})


def line(*points) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["day", "total"])
    return frame.assign(day=pd.to_datetime(frame["day"]), total=frame["total"].astype("Int64"))


def test_bars_are_told_by_sum_peak_zeros_and_unsearched_periods(attacks):
    incidents = attacks("2024-01-09", "2024-01-10", "2024-01-10", "2024-01-16", "2024-01-17",
                        confirmation=["monitor", "us_official", "claim_only", "monitor", "monitor"])  # fmt: skip
    counts = count(incidents, "week", by=["confirmation"], window=("2024-01-01", "2024-02-04"),
                   coverage=coverage("2024-01-08", "2024-01-28"))  # fmt: skip
    assert frequency_alt(counts, "attacks") == (
        "Bar chart of attacks per week from 1 January 2024 to 4 February 2024. "
        "5 attacks in 3 periods; the most, 3, from 8 January 2024 to 14 January 2024. "
        "None in 1 period. Nobody searched 2 periods."
    )


@pytest.mark.slow
def test_the_words_are_the_same_however_the_counts_are_grouped(dataset):
    window = ("2023-10-17", "2024-06-30")
    alone = count(dataset.incidents, "week", window=window)
    grouped = count(dataset.incidents, "week", by=["confirmation", "country"], window=window)
    assert frequency_alt(alone) == frequency_alt(grouped)


def test_bars_over_unsearched_days_only_are_told_as_such(attacks):
    before = coverage("2023-01-01", "2023-01-02")
    counts = count(attacks(), "week", window=("2024-01-01", "2024-01-14"), coverage=before)
    assert frequency_alt(counts).endswith("No period was covered.")


def test_no_bar_is_told_as_such(attacks):
    counts = count(attacks(), "week", by=["confirmation"], window=("2024-01-01", "2024-01-14"))
    assert frequency_alt(counts) == "Bar chart of attacks per period: no period to show."


LINES = {"SOHR": line(("2024-01-05", 3), ("2024-02-05", 108)), "Pentagon": line(("2024-01-29", 165)), "none": line()}


def test_lines_are_told_by_where_they_end_and_empty_ones_not_at_all():
    said = cumulative_alt(LINES)
    assert said == (
        "Step chart of running totals, one line per counter, from 5 January 2024 to 5 February 2024. Syrian "
        "Observatory reaches 108 on 5 February 2024; Pentagon reaches 165 on 29 January 2024. The highest line is "
        "that of Pentagon."
    )


def test_lines_are_told_as_far_as_the_window_shows_them():
    said = cumulative_alt(LINES, ("2024-01-01", "2024-01-10"))
    assert said.endswith("from 5 January 2024 to 5 January 2024. Syrian Observatory reaches 3 on 5 January 2024.")


@pytest.mark.parametrize("lines", [{}, {"none": line()}])
def test_no_line_is_told_as_such(lines):
    assert cumulative_alt(lines).endswith("No total to show.")


def test_a_ladder_is_told_by_its_highest_rung_and_its_longest_empty_one(dataset):
    frame = total_intervals(running_total(dataset.tallies, "SOHR", "Syria"))
    said = step_rates_alt(frame, "SOHR")
    assert said.startswith(f"Rates per day by Syrian Observatory totals in {len(frame)} intervals")
    peak = frame.loc[frame["rate_per_day"].idxmax()]
    assert f"highest {peak['rate_per_day']:.1f} per day from {peak['start'].day} {peak['start']:%B %Y}" in said
    assert said.endswith("The longest stretch with none: 11 August 2024 to 28 September 2024.")


def test_a_ladder_without_an_empty_rung_says_nothing_of_one():
    frame = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-01-02"]), "days": [2],
                          "count": pd.array([4], dtype="Int64"), "rate_per_day": [2.0]})  # fmt: skip
    assert step_rates_alt(frame, "Pentagon").endswith("highest 2.0 per day from 1 January 2024 to 2 January 2024.")
    assert step_rates_alt(frame.iloc[:0], "Pentagon").endswith("no interval to show.")


def test_strips_are_told_by_the_longest_gap_of_each_view(attacks):
    incidents = attacks("2024-01-01", "2024-01-20", "2024-01-31")
    longest = gaps(incidents, ("2024-01-01", "2024-01-31")).iloc[0]
    said = gap_strip_alt({"all claims": longest, "officials": None})
    assert said.endswith(
        "Longest gap - all claims: 18 empty days from 2 January 2024 to 19 January 2024; officials: no gap. "
        "The longest of all, 18 days: all claims."
    )


@pytest.mark.slow
def test_no_number_is_told_that_the_counts_do_not_hold(dataset):
    counts = count(dataset.incidents, "month", window=("2023-10-17", "2024-12-31"))
    numbers = [int(n) for n in re.findall(r"\b\d+\b", frequency_alt(counts).split(". ", 1)[1])]
    assert numbers[0] == counts["count"].sum()
    assert numbers[1] == len(counts)
    assert numbers[2] == counts["count"].max()
    assert numbers[-1] == (counts["count"] == 0).sum()


def test_a_zero_on_sparsely_searched_days_is_told_as_weak(attacks):
    searched = coverage("2024-01-01", "2024-01-14").assign(density="sparse")
    counts = count(attacks("2024-01-02"), "week", window=("2024-01-01", "2024-01-14"), coverage=searched)
    assert frequency_alt(counts).endswith("None in 1 period, 1 of them searched sparsely.")
