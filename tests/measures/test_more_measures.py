"""Mid-p and overdispersed intervals, shares, the isotonic line, trailing means, capture estimates."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.evidence.errors import InputError
from analysis.measures.capture_recapture import chao_lower_bound, chapman_estimate
from analysis.measures.dispersion import add_overdispersed_intervals
from analysis.measures.frequency import count, trailing_mean
from analysis.measures.rate_ratios import compare, format_p_value, overdispersed_ratio_interval
from analysis.measures.rates import overdispersed_rate_interval, rate_interval
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import country_shares, isotonic_total, running_total


def test_the_mid_p_interval_lies_inside_the_exact_one_and_holds_the_ratio():
    exact, mid = compare(165, 105, 2, 86), compare(165, 105, 2, 86, mid_p=True)
    assert exact.interval().low < mid.interval().low < mid.estimate < mid.interval().high < exact.interval().high


def test_the_mid_p_interval_leaves_half_of_each_tail_to_the_outcome_seen():
    low = compare(7, 1, 5, 1, mid_p=True).interval().low
    p = low / (1 + low)
    assert stats.binom.sf(5, 12, p) + stats.binom.pmf(5, 12, p) / 2 == pytest.approx(0.025, abs=1e-9)


def test_a_p_value_too_small_for_a_float_is_said_to_be_so():
    assert format_p_value(compare(2000, 1, 0, 1000).p_value) == "< 1e-300"
    assert format_p_value(0.0123) == "0.012"
    assert format_p_value(0.0) != "0"


def test_the_overdispersed_interval_is_garwoods_at_phi_one_and_wider_beyond():
    np.testing.assert_allclose(overdispersed_rate_interval(13, 8, 1.0), rate_interval(13, 8))
    rate, low, high = (x[0] for x in overdispersed_rate_interval(40, 10, 3.0))
    _, narrow_low, narrow_high = (x[0] for x in rate_interval(40, 10))
    assert rate == pytest.approx(4)
    assert (high - low) / (narrow_high - narrow_low) == pytest.approx(np.sqrt(3), rel=0.1)


def test_phi_below_one_is_refused():
    with pytest.raises(InputError, match="phi must be 1 or more"):
        overdispersed_rate_interval(4, 2, 0.5)


def test_shares_of_a_day_add_up_to_one_even_where_the_parts_miss_the_total(dataset):
    table = country_shares(running_total(dataset.tallies, "Pentagon"))
    sums = table.groupby("as_of")["share"].sum()
    assert np.allclose(sums, 1)
    last = table[table["as_of"] == "2024-11-21"].set_index("country")["total"]
    assert last.to_dict() == {"iraq": 79, "syria": 125, "jordan": 2}


def test_counts_of_one_country_come_from_its_own_parts(dataset):
    spans = total_intervals(running_total(dataset.tallies, "Pentagon"), column="syria")
    assert spans["total"].iloc[-1] == 125
    assert spans.loc[spans["start"] == "2024-02-05", "count"].tolist() == [0]  # the whole stood still
    assert spans["count"].isna().iloc[-1]  # 27 since 31 January: on which days, before or after, nobody said
    assert (spans["start"].iloc[1:].to_numpy() == spans["end"].iloc[:-1].to_numpy() + np.timedelta64(1, "D")).all()


def stated(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["as_of", "total", "iraq", "syria"])
    return frame.assign(
        as_of=pd.to_datetime(frame["as_of"]), counter="Pentagon", scope="all", bound="exact", stated_by="x",
        since=pd.Timestamp("2024-01-01"), jordan=pd.NA, tally_id=[f"t{n}" for n in range(len(frame))],
    )  # fmt: skip


def test_a_part_rises_only_where_the_whole_does():
    rows = ("2024-01-10", 5, 2, 3), ("2024-01-20", 5, None, None), ("2024-01-30", 9, 4, 5)
    spans = total_intervals(running_total(stated(*rows), "Pentagon"), column="iraq")
    assert spans["count"].tolist() == [2, 0, 2]
    assert spans["days"].tolist() == [10, 10, 10]


def test_a_part_is_unknown_where_the_whole_rose_on_both_sides_of_a_stretch_without_rise():
    still = ("2024-01-12", 6, None, None), ("2024-01-20", 6, None, None)
    rows = ("2024-01-10", 5, 2, 3), *still, ("2024-01-30", 9, 4, 5)
    spans = total_intervals(running_total(stated(*rows), "Pentagon"), column="iraq")
    assert spans["count"].isna().tolist() == [False, True, False, True]
    assert spans["count"].iloc[2] == 0


def test_parts_that_exceed_their_total_are_not_used_and_said_to_be_so():
    found = running_total(stated(("2024-01-10", 165, 66, 98), ("2024-01-11", 165, 77, 98)), "Pentagon")
    assert found["iraq"].isna().tolist() == [False, True]
    assert found["note"].tolist() == ["", "parts exceed the total"]


def test_an_unknown_part_is_refused():
    with pytest.raises(InputError, match="column is 'lebanon'"):
        total_intervals(running_total(stated(("2024-01-10", 5, 2, 3)), "Pentagon"), column="lebanon")


def test_the_ratio_that_allows_for_excess_is_the_exact_one_at_phi_one_and_wider_beyond():
    exact = compare(165, 105, 2, 86)
    assert overdispersed_ratio_interval(165, 105, 2, 86, 1.0) == pytest.approx(tuple(exact.interval()))
    low, high = overdispersed_ratio_interval(165, 105, 2, 86, 2.5)
    assert low < exact.interval().low < exact.interval().high < high
    assert overdispersed_ratio_interval(10, 5, 0, 5, 2.0)[0] == 0
    with pytest.raises(InputError, match="phi must be 1"):
        overdispersed_ratio_interval(1, 1, 1, 1, 0.5)


def test_the_isotonic_line_never_falls_and_leaves_a_rising_total_alone():
    stated = pd.DataFrame({
        "as_of": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]),
        "total": [10, 14, 12, 20], "note": ["", "", "falls", ""],
    })  # fmt: skip
    fitted = isotonic_total(stated)["fitted"]
    assert list(fitted) == [10, 13, 13, 20]


def days(*counts):
    start = pd.date_range("2024-01-01", periods=len(counts))
    return pd.DataFrame({"start": start, "end": start, "count": pd.array(counts, dtype="Int64"),
                         "is_complete": True})  # fmt: skip


def test_a_trailing_mean_starts_again_after_a_pause():
    pause = pd.DataFrame({"start": [pd.Timestamp("2024-01-04")], "end": [pd.Timestamp("2024-01-05")]})
    means = trailing_mean(days(2, 4, 6, 0, 0, 8, 10), 2, pause)
    assert means.isna().tolist() == [True, False, False, True, False, True, False]
    assert means[1] == 3
    assert means[6] == 9


def test_a_trailing_mean_never_reaches_over_a_period_nobody_watched():
    means = trailing_mean(days(2, 4, None, 6, 8), 2)
    assert means.dropna().to_dict() == {1: 3.0, 4: 7.0}


def test_a_trailing_mean_of_real_weeks_is_the_mean_of_its_weeks(dataset):
    weeks = count(dataset.incidents, "week", window=("2023-10-16", "2023-12-31"))
    means = trailing_mean(weeks, 4)
    assert means.iloc[5] == pytest.approx(weeks["count"].iloc[2:6].astype(float).mean())


def test_chapman_has_its_known_arithmetic():
    assert chapman_estimate(100, 80, 50).estimate == pytest.approx(101 * 81 / 51 - 1)
    full = chapman_estimate(30, 30, 30)
    assert full.estimate == full.interval().high == 30


def test_chao_has_its_known_arithmetic_and_never_falls_below_what_was_seen():
    origins = pd.Series([1] * 10 + [2] * 4 + [3] * 6)
    found = chao_lower_bound(origins)
    assert found.estimate == pytest.approx(20 + 10 * 9 / (2 * 5))
    assert 20 < found.interval().low < found.estimate < found.interval().high
    assert found.interval(0.5).high < found.interval(0.9).high
    assert "of this lower bound" in found.sentence()
    assert chao_lower_bound(pd.Series([3, 4, 5])).estimate == 3


def test_capture_estimates_cover_a_planted_truth():
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(200):
        first, second = rng.random(300) < 0.5, rng.random(300) < 0.4
        found = chapman_estimate(first.sum(), second.sum(), (first & second).sum())
        low, high = found.interval()
        inside += low <= 300 <= high
    assert inside / 200 > 0.9


def test_impossible_overlaps_are_refused():
    with pytest.raises(InputError, match="cannot exceed"):
        chapman_estimate(3, 4, 5)
    with pytest.raises(InputError, match="at least one origin"):
        chao_lower_bound(pd.Series([0, 1]))
    with pytest.raises(InputError, match="level is 95"):
        chapman_estimate(4, 4, 2).interval(95)


def test_allowing_for_excess_widens_every_interval_and_keeps_the_exact_one(attacks):
    counts = count(attacks("2024-01-01", "2024-01-02", "2024-01-09"), "week", window=("2024-01-01", "2024-01-14"))
    wider = add_overdispersed_intervals(counts, 2.5)
    assert (wider["rate_per_day_low_overdispersed"] <= wider["rate_per_day_low"]).all()
    assert (wider["rate_per_day_high_overdispersed"] > wider["rate_per_day_high"]).all()
    pd.testing.assert_frame_equal(wider[counts.columns], counts)
    with pytest.raises(InputError, match="phi must be 1 or more"):
        add_overdispersed_intervals(counts, 0.9)


def test_a_trailing_mean_does_not_take_a_cut_period_for_a_whole_one():
    counts = days(2, 4, 6, 8)
    means = trailing_mean(counts.assign(is_complete=[False, True, True, True]), 2)
    assert means.dropna().to_dict() == {2: 5.0, 3: 7.0}
