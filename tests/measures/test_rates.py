"""Exact intervals against published arithmetic and against their own definition."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.evidence.errors import InputError
from analysis.measures.rate_ratios import compare, overdispersed_ratio_interval
from analysis.measures.rates import Interval, overdispersed_rate_interval, rate, rate_interval

COUNTS = st.integers(0, 400)
DAYS = st.integers(1, 500)


@pytest.mark.parametrize(
    ("count", "days", "rate", "low", "high"),
    [(13, 8, 1.625, 0.865, 2.779), (165, 105, 1.571, 1.341, 1.830), (0, 76, 0, 0, 0.0485)],
)
def test_rates_and_their_intervals_match_known_answers(count, days, rate, low, high):
    found = [float(value[0]) for value in rate_interval(count, days)]
    assert found == [pytest.approx(rate, abs=5e-4), pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4)]


@given(COUNTS, DAYS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_at_each_bound_the_count_is_as_unlikely_as_the_level_says(count, days, level):
    rate, low, high = (float(value[0]) for value in rate_interval(count, days, level))
    tail = (1 - level) / 2
    assert low <= rate <= high
    assert stats.poisson.cdf(count, high * days) == pytest.approx(tail, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low * days) == pytest.approx(tail, rel=1e-6)
    else:
        assert low == 0


def test_a_missing_count_or_no_days_give_neither_rate_nor_bounds():
    rate, low, high = rate_interval(pd.array([4, pd.NA, 0, 4], dtype="Int64"), [2, 3, 0, 0])
    assert rate[0] == 2
    assert np.isnan([rate[1:], low[1:], high[1:]]).all()


def test_counts_and_days_are_broadcast():
    rate, low, high = rate_interval([0, 5, 10], 5)
    assert rate.tolist() == [0, 1, 2]
    assert low.shape == high.shape == (3,)


def test_the_ratio_of_two_periods_matches_the_known_answer():
    found = compare(165, 105, 2, 86)
    assert found.estimate == pytest.approx(0.0148, abs=5e-5)
    assert found.interval(0.95) == pytest.approx((0.0018, 0.0543), abs=5e-5)
    assert found.rate_a.estimate == pytest.approx(165 / 105)
    assert 0 < found.p_value < 1e-30


@given(COUNTS, DAYS, COUNTS, DAYS)
def test_swapping_the_periods_inverts_the_ratio_and_keeps_the_p_value(a, days_a, b, days_b):
    one, other = compare(a, days_a, b, days_b), compare(b, days_b, a, days_a)
    assert one.p_value == pytest.approx(other.p_value, rel=1e-6)
    low, high = other.interval()
    for value, mirror in zip((one.estimate, *one.interval()), (other.estimate, high, low), strict=True):
        inverse = math.inf if mirror == 0 else 1 / mirror
        assert math.isnan(value) == math.isnan(mirror)
        assert math.isnan(value) or value == pytest.approx(inverse, rel=1e-6)


@given(COUNTS, DAYS, COUNTS, DAYS)
def test_at_each_bound_of_the_ratio_the_split_is_as_unlikely_as_the_level_says(a, days_a, b, days_b):
    low, high = compare(a, days_a, b, days_b).interval(0.95)

    def share(ratio):
        return ratio * days_b / (days_a + ratio * days_b)

    if a and b:
        assert stats.binom.cdf(b, a + b, share(high)) == pytest.approx(0.025, rel=1e-5)
        assert stats.binom.sf(b - 1, a + b, share(low)) == pytest.approx(0.025, rel=1e-5)


def test_equal_rates_are_compatible_with_a_ratio_of_one():
    found = compare(30, 10, 60, 20)
    assert found.estimate == pytest.approx(1)
    assert found.interval().low < 1 < found.interval().high
    assert found.p_value == pytest.approx(1)


def test_none_in_both_periods_says_nothing_about_the_ratio():
    found = compare(0, 105, 0, 86)
    assert math.isnan(found.estimate)
    assert (*found.interval(), found.p_value) == (0, math.inf, 1)


def test_some_after_none_is_an_infinite_ratio_with_a_finite_lower_bound():
    found = compare(0, 100, 3, 100)
    assert found.estimate == found.interval().high == math.inf
    assert 0 < found.interval().low < math.inf


@pytest.mark.parametrize("given", [(-1, 10, 2, 10), (1, 0, 2, 10), (1, 10, 2, -3)])
def test_negative_counts_and_periods_without_days_are_refused(given):
    with pytest.raises(InputError, match="counts must be 0 or more and days above 0"):
        compare(*given)


# ---------------------------------------------------------------- results as objects


def test_a_rate_has_the_interval_that_the_manual_of_r_prints():
    """`poisson.test(137, 24.19893)`, the example of R's manual, with the data of the package ISwR."""
    found = rate(137, 24.19893)
    assert found.estimate == pytest.approx(5.661407, abs=5e-7)
    assert found.interval(0.95) == pytest.approx((4.753125, 6.692709), abs=5e-7)


def test_a_ratio_has_the_interval_and_the_p_value_that_the_manual_of_r_prints():
    """`poisson.test(c(11, 21), c(800, 3011))`, the second example there."""
    found = compare(21, 3011, 11, 800)
    assert found.estimate == pytest.approx(1.971488, abs=5e-7)
    assert found.interval(0.95) == pytest.approx((0.8584264, 4.2772659), abs=5e-6)
    assert found.p_value == pytest.approx(0.07967, abs=5e-6)


@given(COUNTS, DAYS, st.sampled_from([0.5, 0.9, 0.95]), st.sampled_from([1.0, 1.7, 3.0]))
def test_a_rate_says_what_the_functions_for_arrays_say(count, days, level, phi):
    found = rate(count, days, phi)
    estimate, low, high = (float(each[0]) for each in overdispersed_rate_interval(count, days, phi, level))
    assert found.estimate == pytest.approx(estimate)
    assert found.interval(level) == Interval(low, high)


@pytest.mark.slow
@given(COUNTS, DAYS, COUNTS, DAYS, st.sampled_from([0.5, 0.95]), st.sampled_from([1.0, 1.7]))
def test_a_ratio_says_what_the_functions_of_numbers_say(a, days_a, b, days_b, level, phi):
    found = compare(a, days_a, b, days_b, phi=phi)
    assert found.interval(level) == pytest.approx(overdispersed_ratio_interval(a, days_a, b, days_b, phi, level))
    assert found.rate_b.interval(level) == rate(b, days_b, phi).interval(level)
    assert math.isnan(found.p_value) == (phi > 1)


def test_a_wider_level_gives_a_wider_interval():
    narrow, wide = rate(13, 8).interval(0.5), rate(13, 8).interval(0.99)
    assert wide.low < narrow.low < rate(13, 8).estimate < narrow.high < wide.high


def test_a_sentence_says_count_days_rate_and_interval():
    assert rate(1, 8).sentence(noun="attack") == "1 attack in 8 days is 0.125 per day (95 % interval 0.00316 to 0.696)."
    assert rate(0, 76).sentence(level=0.9) == "0 events in 76 days are 0 per day (90 % interval 0 to 0.0394)."
    assert "allowing for overdispersion with phi = 2.5" in rate(40, 10, phi=2.5).sentence()


def test_a_sentence_of_a_ratio_says_both_counts_and_what_cannot_be_said():
    said = compare(165, 105, 2, 86).sentence(noun="attack")
    assert said.startswith(
        "2 attacks in 86 days against 165 attacks in 105 days: the rate is 0.0148 times as high (95 %"
    )
    assert compare(0, 10, 0, 10).sentence().endswith("the ratio of the rates is unknown.")
    assert "has no upper limit and is at least" in compare(0, 100, 3, 100).sentence()
    assert "nan" not in compare(0, 10, 0, 10).sentence() + compare(0, 100, 3, 100).sentence()


def test_what_a_person_looks_at_is_the_sentence():
    assert rate(13, 8).sentence() in rate(13, 8)._repr_html_()
    assert compare(3, 4, 5, 6).sentence() in compare(3, 4, 5, 6)._repr_html_()
    assert max(len(repr(each)) for each in (rate(13, 8), compare(3, 4, 5, 6))) < 200


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_a_level_that_is_no_share_is_refused(level):
    for ask in (rate(13, 8).interval, compare(3, 4, 5, 6).interval, lambda at: rate_interval(3, 4, at)):
        with pytest.raises(InputError, match="level is .*; it must be above 0 and below 1"):
            ask(level)


@pytest.mark.parametrize(("given", "message"), [
    ((-1, 8), "the count must be 0 or more"), ((1, 0), "days above 0"), ((float("nan"), 8), "the count must be"),
    ((1, 8, 0.5), "phi must be 1 or more"),
])  # fmt: skip
def test_a_rate_of_nothing_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        rate(*given)


def test_mid_p_is_for_poisson_counts_only():
    with pytest.raises(InputError, match="mid_p needs Poisson counts"):
        compare(3, 4, 5, 6, phi=2, mid_p=True)


@pytest.mark.parametrize(("count", "days"), [(-1, 10), (1, -2), (math.inf, 3), (1, math.inf), ("x", 3), ([1, -1], 3)])
def test_an_interval_is_refused_for_what_is_no_count_or_no_exposure(count, days):
    with pytest.raises(InputError, match="allowed: numbers of 0 or more, or missing"):
        rate_interval(count, days)


@pytest.mark.parametrize("which", range(5))
def test_no_rates_are_compared_where_a_number_is_missing(which):
    given = [3, 10, 4, 10, 1.0]
    given[which] = math.nan
    with pytest.raises(InputError, match="nan"):
        compare(*given)
