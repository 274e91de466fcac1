"""Pauses over a database: what was put into simulated series is found, and false findings are as few as is said."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

import analysis as a
from analysis import InputError
from analysis.comparisons.event_series import event_series
from analysis.comparisons.false_discoveries import estimate_priors, expected_false_share, is_discovery
from analysis.comparisons.pause_search import find_pauses
from analysis.measures.changepoints import pause_posterior
from analysis.measures.changepoints.changes import Prior
from analysis.measures.changepoints.clustering import NONE
from analysis.measures.changepoints.count_input import count_rows
from analysis.measures.changepoints.observed_counts import observe_counts
from analysis.measures.changepoints.pause_posterior import _Pass, find_series_pauses
from analysis.measures.changepoints.streamed_posterior import StreamedPosterior

FIRST = pd.Timestamp("2020-01-01")
DAYS = 400
WINDOW = ("2020-01-01", "2021-02-03")


def simulated(series, share, seed):
    """Incidents of thin and thick, clustered and Poisson series, some with a pause, some with one lasting change."""
    rng = np.random.default_rng(seed)
    days, actors, pauses = [], [], {}
    for actor in range(series):
        rate = np.full(DAYS, np.exp(rng.uniform(np.log(0.15), np.log(4.0))))
        kind = rng.random()
        if kind < share:
            begin = int(rng.integers(80, 200))
            pauses[actor] = begin, begin + int(rng.integers(50, 120))
            rate[slice(*pauses[actor])] *= rng.uniform(0.02, 0.15)
        elif kind < share + 0.2:
            rate[rng.integers(80, 320) :] *= rng.choice([0.2, 0.4, 2.5, 5])
        spread = rng.choice([0, 1, 2.0])
        counts = rng.poisson(rate) if not spread else rng.negative_binomial(rate / spread, 1 / (1 + spread))
        days.append(np.repeat(np.arange(DAYS), counts))
        actors.append(np.full(counts.sum(), actor))
    date = pd.Series(FIRST + pd.to_timedelta(np.concatenate(days), unit="D"))
    return pd.DataFrame({"date": date, "date_start": date, "date_end": date, "actor": np.concatenate(actors)}), pauses


def false_ones(found, pauses):
    """Announced rows whose middle lies in no pause of the series."""
    announced = found[found["is_announced"]]
    middle = ((announced["onset"] - FIRST).dt.days + (announced["ending"] - FIRST).dt.days) / 2
    inside = [
        actor in pauses and pauses[actor][0] <= day <= pauses[actor][1]
        for actor, day in zip(announced["actor"], middle, strict=True)
    ]
    return len(announced) - sum(inside), len(announced)


@pytest.mark.slow
def test_false_discoveries_are_held_in_a_simulated_database():
    incidents, pauses = simulated(250, 0.3, seed=3)
    found = find_pauses(incidents, "actor", WINDOW, workers=1)
    false, announced = false_ones(found, pauses)
    assert announced >= 10  # many of the 75 pauses are in series too thin or too clustered to show them
    assert false <= 2  # 5 % of them, and one more
    assert (found["expected_false"].diff().dropna() >= -1e-12).all()
    quiet, _ = simulated(120, 0.0, seed=4)
    assert find_pauses(quiet, "actor", WINDOW, workers=1)["is_announced"].sum() <= 1


def test_the_probability_of_a_pause_is_that_of_all_placements(monkeypatch):
    counts = np.array([3, 2, 4, 0, 0, 1, 0, 0, 5, 2, 3, 4])
    observed = observe_counts(count_rows(counts, "2024-01-01"))
    found = StreamedPosterior(observed, 0.5, 0.2, Prior(3, 0.5, 0.2).log_number, [(NONE, 1.0)])
    rates, prior, days, day, ratio = found.grid.rates, found.grid.prior, len(counts), 5, 0.5
    above = np.searchsorted(rates, rates / ratio)

    def outer(parts):
        """Of each rate on the day: the mass by how many segments beside it, nearest first, are not higher."""
        alone = [part.sum() - np.append(0.0, part.cumsum())[above] for part in parts]  # higher ones
        lower = [part.sum() - higher for part, higher in zip(parts, alone, strict=True)]
        after = [np.prod([part.sum() for part in parts[at + 1 :]]) for at in range(len(parts))]
        return [np.prod(lower[:at], axis=0) * alone[at] * after[at] for at in range(len(parts))]

    total, inside, onset, ending = 0.0, 0.0, np.zeros(days), np.zeros(days)
    for number in range(4):
        for dates in combinations(range(1, days), number):
            bounds = [0, *dates, days]
            parts = [
                prior * rates ** counts[x:y].sum() * np.exp(-(y - x) * rates)
                for x, y in zip(bounds, bounds[1:], strict=False)
            ]
            weight = np.exp(found.log_prior[number] - found.log_ways[number])
            total += weight * np.prod([part.sum() for part in parts])
            at = int(np.searchsorted(bounds, day, side="right")) - 1
            left, right = outer(parts[:at][::-1]), outer(parts[at + 1 :])
            for (i, before), (j, after) in product(enumerate(left), enumerate(right)):
                mass = weight * float((parts[at] * before * after).sum())
                inside += mass
                onset[bounds[at - i]] += mass
                ending[bounds[at + 1 + j]] += mass
    one = _Pass(found, 0, ratio)
    begun, ended, _ = one.on(day)
    assert one.probability[day] == pytest.approx(inside / total, abs=1e-5)
    assert np.allclose(begun[0] / begun[0].sum(), onset / inside, atol=1e-4)
    assert np.allclose(ended[0] / ended[0].sum(), ending / inside, atol=1e-4)
    monkeypatch.setattr(pause_posterior, "NEVER", 0.0)
    assert _Pass(found, 0, ratio).probability[day] == pytest.approx(inside / total, rel=1e-9)


def test_two_pauses_of_one_series_are_found_once_each():
    counts = [2] * 60 + [0] * 40 + [2] * 60 + [0] * 50 + [2] * 60
    observed = observe_counts(count_rows(counts, "2024-01-01"))
    found = StreamedPosterior(observed, 0.5, 0.3, Prior(5, 0.5, 0.3).log_number, [(NONE, 1.0)])
    pauses = sorted(find_series_pauses(found), key=lambda pause: pause.day)
    assert [(pause.onset[0], pause.end[0]) for pause in pauses] == [(60, 100), (160, 210)]
    assert all(pause.probability > 0.99 and pause.rate_ratio < 0.1 for pause in pauses)


def spread(dates, ends=None, **columns):
    dates = pd.Series(pd.to_datetime(dates))
    return pd.DataFrame({"date": dates, "date_start": dates, "date_end": pd.to_datetime(ends or dates), **columns})


def test_a_time_that_nobody_watched_is_no_pause():
    days = pd.date_range(*WINDOW)
    busy = days[(days < "2020-06-01") | (days >= "2020-09-01")].repeat(2)
    incidents = spread(busy, country="Kenya")
    coverage = pd.DataFrame({
        "start": pd.to_datetime(["2020-01-01", "2020-09-01"]), "end": pd.to_datetime(["2020-05-31", "2021-02-03"]),
        "density": "days",
    })  # fmt: skip
    assert find_pauses(incidents, "country", workers=1)["is_announced"].tolist() == [True]
    assert find_pauses(incidents, "country", coverage=coverage, workers=1).empty


def test_a_frame_and_an_engine_give_the_same_series_and_ranges_are_spread():
    ibis = pytest.importorskip("ibis", reason="the extra `scale` is not installed")
    incidents = spread(
        ["2024-01-01", "2024-01-03", "2024-01-03"], ["2024-01-01", "2024-01-06", "2024-01-06"], actor=[*"abb"]
    )
    one, other = (
        event_series(each, ["actor"], ("2024-01-01", "2024-01-07")) for each in (incidents, ibis.memtable(incidents))
    )
    assert [each.day_counts.tolist() for each in one.each()] == [each.day_counts.tolist() for each in other.each()]
    assert one.one(1).day_counts.tolist() == [0, 0, 0, 1, 0, 1, 0]


@pytest.mark.slow
def test_a_search_that_was_ended_goes_on_where_it_was(tmp_path):
    incidents, _ = simulated(90, 0.3, seed=1)
    whole = find_pauses(incidents, "actor", WINDOW, workers=1)
    asked: list[str] = []

    def broken(tasks):
        for name, work, arguments in tasks:
            if len(asked) == 2:
                raise KeyboardInterrupt
            asked.append(name)
            yield name, work(*arguments)

    def counting(tasks):
        for name, work, arguments in tasks:
            asked.append(name)
            yield name, work(*arguments)

    with pytest.raises(KeyboardInterrupt):
        find_pauses(incidents, "actor", WINDOW, kept=tmp_path, runner=broken)
    again = find_pauses(incidents, "actor", WINDOW, kept=tmp_path, runner=counting)
    assert len(asked) == len(set(asked))  # nothing twice
    pd.testing.assert_frame_equal(again, whole)


def test_expected_false_shares_count_ties_together():
    assert expected_false_share(np.array([0.9, 0.9, 1.0])).round(4).tolist() == [0.0667, 0.0667, 0.0]
    assert is_discovery(np.array([0.9, 0.9, 1.0]), 0.05).tolist() == [False, False, True]


def test_a_database_in_which_nothing_changes_or_all_comes_in_waves_asks_more_of_each_series():
    likelihood = np.array([[1.0, 0.2, 0.1], [1.0, 0.2, 0.1]]) * [[1.0], [3.0]]  # the second way is more probable
    ways, numbers = estimate_priors(
        np.log(np.tile(likelihood, (500, 1, 1))), np.log([0.5, 0.5]), np.log([0.5, 0.4, 0.1])
    )
    assert np.exp(numbers)[0] > 0.97 and np.exp(numbers).sum() == pytest.approx(1)
    assert np.exp(ways)[1] > 0.97 and np.exp(ways).sum() == pytest.approx(1)
    many = np.log(np.tile([[1.0, 1.0, 1.0, 9.0]], (500, 1, 1)))  # many changes stand for waves: their share stays small
    numbers = estimate_priors(many, np.zeros(1), np.log([0.5, 0.3, 0.18, 0.02]))[1]
    assert np.exp(numbers[3] - numbers[2]) == pytest.approx(0.02 / 0.18)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": []}, "by names no column"),
        ({"by": "nonsense"}, "nonsense"),
        ({"ratio": 1.5}, "ratio is 1.5"),
        ({"max_changes": 1}, "2 changes or more"),
        ({"error_rate": 0}, "error_rate is 0"),
        ({"min_events": 10_000}, "10000 events or more"),
        ({"number_prior": "flat"}, "'estimated'"),
    ],
)
def test_what_cannot_be_searched_is_refused(options, words):
    incidents = spread(["2024-01-01"] * 12 + ["2024-03-01"], country="Kenya")
    with pytest.raises(InputError, match=words):
        a.find_pauses(incidents, **({"by": "country", "workers": 1} | options))
