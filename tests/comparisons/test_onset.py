"""Since when, and until when, a rate held: against brute force over all placements, and compared."""

import numpy as np
import pandas as pd
import pytest

from analysis.comparisons.onset import ending_by_definition, middle_day, onset_by_definition, pause_ending, pause_onset
from analysis.evidence.errors import InputError
from analysis.measures.changepoints.changes import changes
from tests.measures.changepoints.test_changes import RATE, SHAPE, by_brute_force, per_day

FIRST = pd.Timestamp("2024-01-01")


def dated(*counts) -> pd.DataFrame:
    days = pd.date_range(FIRST, periods=len(counts))
    return pd.DataFrame({"start": days, "end": days, "count": counts})


def bounds_by_brute_force(frame, found, day: int) -> tuple[np.ndarray, np.ndarray]:
    """P(the segment of `day` begins on each day), P(it ends before each day; last: never)."""
    n = int(frame["end"].max()) + 1
    begin, end = np.zeros(n), np.zeros(n + 1)
    for number in found.poisson.number["changes"]:
        known = by_brute_force(frame, number)
        for placement, evidence in known.items():
            weight = found.poisson.number.loc[number, "probability"] * evidence / sum(known.values())
            begin[max((d for d in placement if d <= day), default=0)] += weight
            end[min((d for d in placement if d > day), default=n)] += weight
    return begin, end


@pytest.mark.slow
@pytest.mark.parametrize("day", [0, 2, 5])
def test_since_and_until_agree_with_brute_force(day):
    frame = per_day(3, 4, 0, 0, 0, 5)
    found = changes(frame, max_changes=2, shape=SHAPE, rate=RATE, phi=1)
    begin, end = bounds_by_brute_force(frame, found, day)
    np.testing.assert_allclose(found.poisson.since(day), begin[: day + 1], atol=1e-9)
    np.testing.assert_allclose(found.poisson.until(day), end[day + 1 : -1], atol=1e-9)


def test_of_totals_too_since_adds_up_to_one_and_until_to_less():
    rows = pd.DataFrame({"start": [0, 4], "end": [3, 9], "count": [9, 1]})
    found = changes(rows, max_changes=2, phi=1)
    assert found.poisson.since(6).sum() == pytest.approx(1)
    assert found.poisson.since(0).tolist() == [1]
    assert 0 < found.poisson.until(6).sum() < 1
    assert found.poisson.until(9).empty


def test_a_change_before_the_day_is_all_that_since_does_not_give_to_the_first_day():
    found = changes(per_day(3, 4, 3, 0, 0, 1), max_changes=3, phi=1)
    assert 1 - found.poisson.since(4).iloc[0] == pytest.approx(found.poisson.within(1, 4), abs=1e-9)
    assert found.poisson.until(2).sum() == pytest.approx(found.poisson.within(3, 5), abs=1e-9)


def test_the_rate_on_a_day_is_that_days_row_of_the_rates():
    found = changes(per_day(3, 4, 3, 0, 0, 1, 0, 2), max_changes=2)
    for each in found.posteriors:
        row = each.rates.loc[4, ["rate_per_day", "rate_per_day_low", "rate_per_day_high"]].to_numpy(float)
        rate = each.rate_on(4)
        np.testing.assert_allclose([rate.estimate, *rate.interval(0.95)], row, rtol=5e-3)


@pytest.mark.parametrize("ask", ["since", "until", "rate_on"])
def test_a_day_outside_the_series_is_refused(ask):
    with pytest.raises(InputError, match="9 is not a day of the series"):
        getattr(changes(per_day(1, 2, 0)).poisson, ask)(9)


def test_the_onset_of_a_clear_fall_is_found_and_announced():
    found = pause_onset(changes(dated(*[4] * 30, *[0] * 30)), FIRST + pd.Timedelta(days=45))
    assert found["day"] == FIRST + pd.Timedelta(days=30)
    assert found["day_low"] <= found["day"] <= found["day_high"]
    assert found["is_announced"]
    assert found["set_probability"] >= 0.95


def test_another_change_far_away_does_not_widen_the_set_of_this_one():
    one = changes(dated(*[4] * 30, *[0] * 30), phi=1)
    two = changes(dated(*[40] * 30, *[4] * 30, *[0] * 30), phi=1)
    alone, beside = pause_onset(one, FIRST + pd.Timedelta(days=45)), pause_onset(two, FIRST + pd.Timedelta(days=75))
    assert beside["set_days"] <= alone["set_days"] + 1
    assert beside["day_low"] > FIRST + pd.Timedelta(days=40)


def test_a_steady_rate_has_an_onset_that_is_not_announced():
    found = pause_onset(changes(dated(*[2, 1, 3] * 15)), FIRST + pd.Timedelta(days=20))
    assert not found["is_announced"]
    assert found["probability"] < 0.5


def test_the_first_day_of_a_series_has_no_onset_and_the_last_no_ending():
    found = changes(dated(4, 4, 0, 0))
    assert pd.isna(pause_onset(found, FIRST)["day"])
    assert pd.isna(pause_ending(found, FIRST + pd.Timedelta(days=3))["day"])


def test_endings_say_how_probable_an_end_is_by_a_day():
    found = changes(dated(*[0] * 30, *[4] * 30))
    table = ending_by_definition({"all": found}, FIRST + pd.Timedelta(days=10), until=FIRST + pd.Timedelta(days=20))
    assert table.loc[0, "probability_until_overdispersed"] < 0.05 < 0.95 < table.loc[0, "probability_overdispersed"]
    assert table.loc[0, "day"] == FIRST + pd.Timedelta(days=30)


def test_one_row_for_every_definition_in_the_order_given():
    fall, steady = changes(dated(*[4] * 9, *[0] * 9)), changes(dated(*[2] * 18))
    table = onset_by_definition({"b": fall, "a": steady}, FIRST + pd.Timedelta(days=12))
    assert table["definition"].tolist() == ["b", "a"]


def test_the_rates_on_both_sides_say_whether_it_fell_or_rose():
    fall = pause_onset(changes(dated(*[4] * 30, *[0] * 30)), FIRST + pd.Timedelta(days=45))
    rise = pause_onset(changes(dated(*[0] * 30, *[4] * 30)), FIRST + pd.Timedelta(days=45))
    assert fall["rate_per_day"] < 0.5 < 3 < fall["rate_per_day_other_side"]
    assert rise["rate_per_day"] > 3 > 0.5 > rise["rate_per_day_other_side"]


def test_a_day_that_the_series_does_not_hold_has_no_onset():
    found = pause_onset(changes(dated(4, 4, 0, 0)), FIRST + pd.Timedelta(days=40))
    assert pd.isna(found["day"])
    assert pd.isna(found["probability"])
    assert not found["is_announced"]


def test_days_nobody_observed_before_or_after_a_series_change_nothing():
    steady = dated(*[1] * 60)
    days = pd.date_range(FIRST + pd.Timedelta(days=60), periods=300)
    after = pd.concat([steady, pd.DataFrame({"start": days, "end": days, "count": pd.NA})], ignore_index=True)
    assert changes(after).poisson.probability() == pytest.approx(changes(steady).poisson.probability())
    before = after.assign(start=after["start"] - pd.Timedelta(days=360), end=after["end"] - pd.Timedelta(days=360))
    turned = before.assign(count=before["count"].to_numpy()[::-1])
    assert changes(turned).poisson.probability() == pytest.approx(changes(steady).poisson.probability())
    assert changes(turned).observed.days == 60


def test_the_middle_of_two_days_is_the_earlier_of_two():
    assert middle_day("2024-02-05", "2024-02-07") == pd.Timestamp("2024-02-06")
    assert middle_day("2024-02-05", "2024-02-08") == pd.Timestamp("2024-02-06")
    assert middle_day("2024-02-05", "2024-02-05") == pd.Timestamp("2024-02-05")
