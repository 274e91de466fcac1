"""The posterior of changes: known answers, brute force over every placement and split, simulation."""

from functools import cache
from itertools import combinations, product
from math import comb, factorial, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.change_tables import changes_by, prior_sensitivity
from analysis.measures.changepoints.changes import changes
from analysis.measures.changepoints.observed_counts import observe_counts
from analysis.measures.changepoints.overdispersion import phi_within_segments
from analysis.measures.changepoints.sources import poisson_source
from analysis.measures.daily_counts import daily_counts
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import running_total

SHAPE, RATE = 1.3, 0.7


def rows(*triples, **columns) -> pd.DataFrame:
    return pd.DataFrame(triples, columns=["start", "end", "count"]).assign(**columns)


def per_day(*counts) -> pd.DataFrame:
    return rows(*((day, day, count) for day, count in enumerate(counts)))


@cache
def one_rate(count: float, exposure: float) -> float:
    """Integral of rate^count exp(-rate exposure) over the prior, by quadrature."""
    prior = stats.gamma(SHAPE, scale=1 / RATE)

    def height(rate):
        return rate**count * np.exp(-rate * exposure) * prior.pdf(rate)

    return sum(quad(height, a, b, epsabs=1e-13, epsrel=1e-11)[0] for a, b in ((0, 1), (1, 8), (8, 80)))


def brute_force(frame: pd.DataFrame, placement: tuple[int, ...], ranges=()) -> float:
    """Marginal likelihood of changes on the days of `placement`: the sum over all splits of all totals, and all
    days of all ranges, of the product of integrals over the rates."""
    days = int(frame["end"].max()) + 1
    exposure = np.zeros(days)
    for row in frame[frame["count"].notna()].itertuples():
        exposure[row.start : row.end + 1] = 1
    segment = np.searchsorted(placement, np.arange(days), side="right")
    exposed = np.bincount(segment, exposure, len(placement) + 1)
    divisions = []
    for row in frame[frame["count"].notna()].itertuples():
        shares = np.bincount(segment[row.start : row.end + 1], minlength=len(placement) + 1)
        divisions.append(list(splits(int(row.count_), shares)))
    for start, end in ranges:
        shares = np.bincount(segment[start : end + 1], minlength=len(placement) + 1) / (end - start + 1)
        divisions.append([(share, np.eye(len(shares))[each]) for each, share in enumerate(shares) if share])
    total = 0.0
    for division in product(*divisions):
        weight = np.prod([part[0] for part in division])
        counts = np.sum([part[1] for part in division], axis=0)
        for pair in zip(counts, exposed, strict=True):
            weight *= one_rate(*map(float, pair))
        total += weight
    return total


def splits(count: int, shares: np.ndarray):
    """(weight, counts per segment) of all splits of a count; the weight is that of independent
    Poisson counts, without the rates, up to the count's own factorial and length."""
    used = np.flatnonzero(shares)
    for parts in product(range(count + 1), repeat=len(used) - 1):
        if sum(parts) <= count:
            parts = (*parts, count - sum(parts))
            out = np.zeros(len(shares), int)
            out[used] = parts
            weight = np.prod([shares[u] ** p / factorial(p) for u, p in zip(used, parts, strict=True)])
            yield weight, out


def by_brute_force(frame: pd.DataFrame, number: int, ranges=()) -> dict[tuple[int, ...], float]:
    frame = frame.rename(columns={"count": "count_"}).assign(count=frame["count"])
    days = range(1, int(frame["end"].max()) + 1)
    return {placement: brute_force(frame, placement, ranges) for placement in combinations(days, number)}


SMALL = {
    "daily": per_day(3, 1, 0, 2, 0, 0),
    "daily with a gap": per_day(3, 1, None, None, 0, 0),
    "totals": rows((0, 2, 4), (3, 6, 1)),
    "one interval split by every change": rows((0, 5, 4)),
    "totals of none": rows((0, 3, 0), (4, 6, 2)),
    "mixture with a gap": rows((0, 0, 2), (1, 3, 3), (6, 6, 0), (7, 7, 1)),
}


@pytest.mark.slow
@pytest.mark.parametrize("frame", SMALL.values(), ids=SMALL)
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_evidence_and_dates_agree_with_brute_force_to_six_decimals(frame, number):
    found = changes(frame, max_changes=3, shape=SHAPE, rate=RATE, phi=1)
    known = by_brute_force(frame, number)
    days = int(frame["end"].max()) + 1
    constant = found.poisson.number.loc[number, "log_marginal"] - log(sum(known.values()) / comb(days - 1, number))
    none = found.poisson.number.loc[0, "log_marginal"] - log(by_brute_force(frame, 0)[()])
    assert constant == pytest.approx(none, abs=1e-8)  # the same constant for every number
    total = sum(known.values())
    for order in range(1, number + 1):
        expected = np.zeros(days)
        for placement, evidence in known.items():
            expected[placement[order - 1]] += evidence / total
        assert np.allclose(found.poisson.date(order, number), expected[1:], atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_ranges_agree_with_the_sum_over_all_assignments_of_days(number):
    frame = per_day(2, 0, 1, 0, 0, 0, 0)
    spans = [(1, 3), (1, 3), (2, 5), (4, 5)]
    ranges = rows(*((a, b, 1) for a, b in spans))
    found = changes(frame, ranges, max_changes=2, shape=SHAPE, rate=RATE, phi=1)
    known = by_brute_force(frame, number, spans)
    total = sum(known.values())
    for order in range(1, number + 1):
        expected = np.zeros(7)
        for placement, evidence in known.items():
            expected[placement[order - 1]] += evidence / total
        assert np.allclose(found.poisson.date(order, number), expected[1:], atol=1e-7)
    none = by_brute_force(frame, 0, spans)[()]
    factor = found.poisson.number["log_marginal"].diff().iloc[1 : number + 1].sum()
    assert factor == pytest.approx(log(total / comb(6, number) / none), abs=1e-7)


@pytest.mark.parametrize(("ranges", "source"), [(2, "ClosedForm"), (8, "Numerical")])
def test_ranges_that_overlap_too_much_for_the_closed_form_go_to_the_grid(ranges, source):
    frame, spans = per_day(*[1, 0] * 20), rows(*((4 + at, 30 + at, 1) for at in range(ranges)))
    made = poisson_source(observe_counts(frame, spans), SHAPE, RATE, np.log([0.5, 0.5]), inside=True)
    assert type(made).__name__ == source


def test_the_known_answer():
    found = changes(rows((0, 2, 4), (3, 6, 1)), shape=1.3, rate=0.7)
    expected = [0.24125, 0.22808, 0.19328, 0.14639, 0.10262, 0.08838]
    assert found.poisson.date(1, 1).round(5).tolist() == expected


def test_a_total_of_one_is_an_incident_known_to_a_range_of_days():
    total = changes(rows((0, 0, 3), (1, 4, 1), (5, 5, 0)), shape=1, rate=1, phi=1)
    ranged = changes(per_day(3, 0, 0, 0, 0, 0), rows((1, 4, 1)), shape=1, rate=1, phi=1)
    assert np.allclose(total.poisson.number["probability"], ranged.poisson.number["probability"])
    assert np.allclose(total.poisson.dates["probability"], ranged.poisson.dates["probability"])


def test_a_large_total_is_summed_by_convolution_as_a_small_one_is_pair_by_pair(monkeypatch):
    frame = rows((0, 4, 9), (5, 16, 7), (17, 17, 2))
    pairwise = changes(frame, max_changes=4, phi=1.7)
    monkeypatch.setattr("analysis.measures.changepoints.recursion.MAX_PAIRWISE", 0)
    for products in (np.inf, 0):  # by products, by Fourier transform
        monkeypatch.setattr("analysis.measures.changepoints.recursion.FOURIER_PRODUCTS", products)
        convolved = changes(frame, max_changes=4, phi=1.7)
        for one, other in zip(convolved.posteriors, pairwise.posteriors, strict=True):
            pd.testing.assert_frame_equal(one.number, other.number, rtol=1e-9)
            pd.testing.assert_frame_equal(one.dates, other.dates, rtol=1e-9)


def test_rates_days_apart_in_logs_are_summed_in_logs():
    found = changes(per_day(*[0] * 30, *[5000] * 30), shape=1, rate=0.001, phi=1)
    assert np.isfinite(found.poisson.number["log_marginal"]).all()
    assert found.poisson.date(1).idxmax() == 30
    assert found.poisson.probability() == 1


def test_time_can_run_backwards():
    frame = rows((0, 0, 4), (1, 4, 6), (5, 5, 1), (8, 12, 0))
    turned = frame.assign(start=12 - frame["end"], end=12 - frame["start"])
    one, other = changes(frame, max_changes=3, phi=2.2), changes(turned, max_changes=3, phi=2.2)
    for before, after in zip(one.posteriors, other.posteriors, strict=True):
        assert np.allclose(before.number["probability"], after.number["probability"])
        assert np.allclose(before.dates["probability"], after.dates["probability"][::-1])
        assert np.allclose(before.rates["rate_per_day"], after.rates["rate_per_day"][::-1])


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 6), st.booleans()), min_size=1, max_size=6))
def test_probabilities_add_up_whatever_was_observed(parts):
    start, made = 0, []
    for days, count, known in parts:
        made.append((start, start + days - 1, count if known else None))
        start += days
    if not any(known for *_, known in parts):
        return
    found = changes(rows(*made), max_changes=3)
    for each in found.posteriors:
        assert each.number["probability"].sum() == pytest.approx(1)
        mean = (each.number["changes"] * each.number["probability"]).sum()
        assert each.dates["probability"].sum() == pytest.approx(mean)
        assert (each.rates["rate_per_day_low"] <= each.rates["rate_per_day_high"]).all()
    assert (found.poisson.segments()["exposure"].sum()) == observe_counts(rows(*made)).exposure.sum()


# ---------------------------------------------------------------- what is read off the posterior


def test_rates_of_given_dates_are_those_of_conjugacy():
    found = changes(per_day(4, 5, 6, 0, 1), shape=2, rate=1.5, phi=1).poisson.segments([3])
    assert found["count"].tolist() == [15, 1]
    for row in found.itertuples():
        exact = stats.gamma(2 + found.loc[row.Index, "count"], scale=1 / (1.5 + row.exposure))
        assert (row.rate_per_day, row.rate_per_day_low, row.rate_per_day_high) == pytest.approx(
            (exact.mean(), *exact.interval(0.95)), rel=1e-6
        )


def test_the_rate_of_a_day_averages_over_everything_that_could_hold_it():
    frame, max_changes = per_day(3, 4, 0, 0, 1), 2
    found = changes(frame, max_changes=max_changes, shape=SHAPE, rate=RATE, phi=1)
    counts = frame["count"].to_numpy()
    mean, below = np.zeros(5), np.zeros(5)
    at = found.poisson.rates["rate_per_day_high"].to_numpy()
    for number in range(max_changes + 1):
        known = by_brute_force(frame, number)
        for placement, evidence in known.items():
            weight = found.poisson.number.loc[number, "probability"] * evidence / sum(known.values())
            bounds = [0, *placement, 5]
            for a, b in zip(bounds[:-1], bounds[1:], strict=True):
                gamma = stats.gamma(SHAPE + counts[a:b].sum(), scale=1 / (RATE + b - a))
                mean[a:b] += weight * gamma.mean()
                below[a:b] += weight * gamma.cdf(at[a:b])
    assert np.allclose(found.poisson.rates["rate_per_day"], mean, rtol=1e-4)
    assert np.allclose(below, 0.975, atol=1e-3)


@pytest.mark.slow
def test_the_most_probable_dates_are_the_best_of_all_placements():
    frame = per_day(3, 4, 3, 0, 0, 1, 6, 5)
    found = changes(frame, max_changes=2, shape=SHAPE, rate=RATE, expected_changes=8, phi=1)
    known = by_brute_force(frame, int(found.poisson.number["probability"].idxmax()))
    assert tuple(found.poisson.most_probable_dates()) == max(known, key=known.get)


def test_a_set_holds_at_least_its_mass_and_not_a_day_more_than_needed():
    found = changes(per_day(3, 4, 3, 2, 0, 0, 1, 0), phi=1)
    chosen = found.poisson.highest_density(0.8, order=1, number=1)
    everything = found.poisson.date(1, 1)
    assert chosen["set_probability"].iloc[0] == pytest.approx(chosen["probability"].sum())
    assert chosen["set_probability"].iloc[0] >= 0.8
    assert chosen["set_probability"].iloc[0] - chosen["probability"].min() < 0.8
    left_out = everything.drop(chosen["day"])
    assert left_out.max() <= chosen["probability"].min() + 1e-12
    assert len(found.poisson.highest_density(1.0, order=1, number=1)) == 7


def test_a_change_within_days_is_one_minus_no_change_there():
    frame = per_day(3, 4, 3, 0, 0, 1)
    found = changes(frame, max_changes=2, shape=SHAPE, rate=RATE, phi=1)
    none = 0.0
    for number in range(3):
        known = by_brute_force(frame, number)
        outside = sum(e for days, e in known.items() if not set(days) & {2, 3})
        none += found.poisson.number.loc[number, "probability"] * outside / sum(known.values())
    assert found.poisson.within(2, 3) == pytest.approx(1 - none, abs=1e-8)
    assert found.poisson.within(1, 5) == pytest.approx(found.poisson.probability(), abs=1e-8)
    assert found.poisson.within(0, 0) == 0


def test_days_are_given_back_as_days_and_periods_as_numbers():
    frame = per_day(3, 3, 0, 0)
    dated = frame.assign(
        **{name: pd.Timestamp("2024-02-01") + pd.to_timedelta(frame[name], unit="D") for name in ("start", "end")}
    )
    assert changes(dated).poisson.dates["day"].dt.strftime("%m-%d").tolist() == ["02-02", "02-03", "02-04"]
    written = dated.assign(start=dated["start"].dt.strftime("%Y-%m-%d"), end=dated["end"].dt.strftime("%Y-%m-%d"))
    pd.testing.assert_frame_equal(changes(written).poisson.dates, changes(dated).poisson.dates)
    years = frame.assign(start=frame["start"] + 1851, end=frame["end"] + 1851)
    assert changes(years).poisson.dates["day"].tolist() == [1852, 1853, 1854]
    assert changes(years).poisson.segments([1853])["start"].tolist() == [1851, 1853]


def test_another_unit_of_time_does_not_change_the_answer():
    frame = per_day(7, 6, 9, 1, 0, 2, 1)
    hours = changes(frame.assign(exposure=24.0))
    assert np.allclose(hours.poisson.number["probability"], changes(frame).poisson.number["probability"])


# ---------------------------------------------------------------- overdispersion


@pytest.mark.slow
def test_a_given_phi_makes_counts_negative_binomial():
    counts, phi = [3, 1, 0, 4], 2.5
    found = changes(per_day(*counts), max_changes=1, shape=SHAPE, rate=RATE, phi=phi)

    def one_rate_of(part):
        def height(rate):
            return stats.nbinom.pmf(part, rate / (phi - 1), 1 / phi).prod() * stats.gamma(SHAPE, scale=1 / RATE).pdf(
                rate
            )

        return sum(quad(height, a, b, epsabs=1e-12)[0] for a, b in ((0, 0.5), (0.5, 4), (4, 60)))

    cut = [one_rate_of(counts[:day]) * one_rate_of(counts[day:]) for day in (1, 2, 3)]
    factor = found.overdispersed.number["log_marginal"].diff().iloc[1]
    assert factor == pytest.approx(log(np.mean(cut) / one_rate_of(counts)), abs=2e-3)
    assert np.allclose(found.overdispersed.date(1, 1), np.array(cut) / sum(cut), atol=1e-4)


def test_a_total_does_not_gain_by_being_split_where_the_rate_is_known():
    """With a prior that fixes the rate, a change means nothing: every number of changes is as probable."""
    found = changes(rows((0, 9, 17), (10, 12, 4)), max_changes=2, shape=1e4, rate=1e4 / 1.6, phi=2.7)
    evidence = found.overdispersed.number["log_marginal"]
    assert np.allclose(evidence, evidence[0], atol=1e-2)


def test_phi_is_the_variance_over_the_mean_within_segments():
    assert phi_within_segments(observe_counts(per_day(0, 4, 0, 4, 20, 28, 20, 28)), [4]) == pytest.approx(
        np.average([16 / 2 / 3, 64 / 24 / 3], weights=[8, 96])
    )
    assert np.isnan(phi_within_segments(observe_counts(per_day(5)), []))


def test_a_change_is_announced_only_if_the_overdispersed_posterior_agrees():
    waves = [9, 8, 0, 0, 0, 0, 7, 0, 0, 0, 9, 6, 8, 0, 0, 0, 0, 0, 0, 0] * 3
    found = changes(per_day(*waves))
    assert found.phi > 2
    assert found.poisson.probability() > 0.95
    assert found.overdispersed.probability() < 0.95
    assert not found.is_announced
    assert changes(per_day(*waves, *[0] * 40)).is_announced


@pytest.mark.parametrize("phi", [1, 2, 3])
@pytest.mark.slow
def test_a_constant_rate_is_seldom_announced_as_changing(phi):
    rng = np.random.default_rng(phi)
    false = 0
    for _ in range(150):
        counts = rng.poisson(1.5, 120) if phi == 1 else rng.negative_binomial(1.5 / (phi - 1), 1 / phi, 120)
        false += changes(per_day(*counts), max_changes=3).is_announced
    assert false / 150 <= 0.05


@pytest.mark.slow
def test_sets_cover_as_often_as_they_say():
    """Worlds from the prior with one change: the share of sets that hold the true day is the mean
    of their stated masses, within three standard errors (all 1,000 worlds: benchmarks/changes.py)."""
    rng, hits, stated = np.random.default_rng(4), [], []
    for _ in range(300):
        day = rng.integers(1, 60)
        rate = np.where(np.arange(60) < day, *rng.gamma(1, 2, size=2))
        found = changes(per_day(*rng.poisson(rate)), max_changes=1, shape=1, rate=0.5, phi=1)
        chosen = found.poisson.highest_density(0.8, order=1, number=1)
        hits.append(day in set(chosen["day"]))
        stated.append(chosen["set_probability"].iloc[0])
    assert abs(np.mean(hits) - np.mean(stated)) < 3 * np.sqrt(0.8 * 0.2 / 300)


# ---------------------------------------------------------------- the edges


@pytest.mark.slow
@pytest.mark.parametrize(
    "frame",
    [
        per_day(3),
        per_day(0),
        per_day(*[0] * 50),
        rows((0, 0, 4), (1, 400, 0)),
        rows((0, 364, 200)),
        rows((0, 9999, 3)),
        rows((0, 1, 20_000)),
    ],
    ids=["one day", "one day of none", "none", "long nothing", "one interval", "one giant interval", "huge count"],
)
def test_what_says_little_is_answered(frame):
    found = changes(frame, max_changes=3)
    assert found.poisson.number["probability"].sum() == pytest.approx(1)
    assert np.isfinite(found.poisson.dates["probability"]).all()
    assert len(found.poisson.segments()) == found.poisson.number["probability"].idxmax() + 1
    assert not found.is_announced


def test_one_day_has_no_change():
    found = changes(per_day(3))
    assert found.poisson.number["changes"].tolist() == [0]
    assert found.poisson.dates.empty
    assert found.poisson.highest_density().empty


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (rows((0, 3, 4), (3, 5, 1)), "rows overlap: 0 to 3 and 3 to 5"),
        (rows((3, 1, 4)), "3 to 1 ends before it starts"),
        (per_day(1, -2), "count: -2"),
        (per_day(1, 2.5), "count: 2.5 .* not a whole number"),
        (per_day(1, np.inf), "count: inf"),
        (per_day(None, None), "nothing was observed"),
        (rows(), "nothing was observed"),
        (per_day(1, 2).drop(columns="end"), "no column 'end'"),
        (per_day(1, 2).assign(exposure=[1, -1]), "exposure: -1"),
        (per_day(1, 2).assign(exposure=[1, 0]), "has a count, but no exposure"),
        (per_day(1, 2).assign(start=["2024-01-01", "soon"]), "start: 'soon' is not a day"),
        (per_day(1, 2).assign(start=[0, None]), "start: a row has no day"),
    ],
)
def test_bad_rows_are_refused_in_words(frame, message):
    with pytest.raises(InputError, match=message):
        changes(frame)


@pytest.mark.parametrize(
    "option", [{"shape": 0}, {"rate": -1}, {"expected_changes": 0}, {"max_changes": -1}, {"phi": 0.5}, {"phi": "x"}]
)
def test_bad_priors_are_refused_in_words(option):
    with pytest.raises(InputError, match=next(iter(option))):
        changes(per_day(1, 2), **option)


@pytest.mark.parametrize(
    ("spans", "message"), [([(9, 12, 1)], "no day that was observed"), ([(1, 4, 1)], "overlaps a total")]
)
def test_a_range_must_lie_on_days_counted_one_by_one(spans, message):
    with pytest.raises(InputError, match=message):
        changes(rows((0, 0, 1), (1, 1, 1), (2, 5, 3)), rows(*spans))


def test_more_ranges_than_can_be_summed_over_are_placed_by_the_expected_rates():
    many = rows(*((day, day + 40, 1) for day in range(30)))
    found = changes(per_day(*[0] * 80), many)
    assert found.observed.total == 30
    for each in found.posteriors:
        assert each.number["probability"].sum() == pytest.approx(1)
        assert 8 < each.rates["rate_per_day"].sum() < 36


def test_one_long_range_is_summed_over_exactly():
    found = changes(per_day(*[3] * 10, *[0] * 90), rows((2, 95, 1), (30, 80, 1)))
    assert found.observed.total == 32
    assert found.poisson.date(1).idxmax() == 10


def test_a_set_or_a_change_that_cannot_be_is_refused():
    found = changes(per_day(1, 2, 3))
    with pytest.raises(InputError, match="level"):
        found.poisson.highest_density(0)
    with pytest.raises(InputError, match="change 3"):
        found.poisson.date(3)
    with pytest.raises(InputError, match="different days"):
        found.poisson.segments([0])


# ---------------------------------------------------------------- many series, priors, incidents


def test_many_series_at_once_give_what_each_gives_alone():
    frame = pd.concat([per_day(*[4] * 30, *[0] * 30).assign(actor="b"), per_day(*[1] * 20).assign(actor="a")])
    table = changes_by(frame, "actor", progress=False)
    assert table["actor"].tolist() == ["a", "b"]
    assert table["is_announced"].tolist() == [False, True]
    assert table["order"].isna().tolist() == [True, False]
    alone = changes(frame[frame["actor"] == "b"])
    assert table.loc[1, "probability_overdispersed"] == alone.overdispersed.probability()
    assert (table.loc[1, "day"], table.loc[1, "day_low"]) == (30, alone.overdispersed.highest_density()["day"].min())
    with pytest.raises(InputError, match="'who' is not a column"):
        changes_by(frame, "who")
    with pytest.raises(InputError, match="c: count"):
        changes_by(pd.concat([frame, per_day(-1).assign(actor="c")]), "actor", progress=False)


def test_priors_are_varied_one_at_a_time():
    rows = per_day(4, 5, 3, 0, 0, 1)
    table = prior_sensitivity(changes(rows, phi=1.5), factors=(0.5, 2))
    assert table["varied"].tolist() == ["", "expected_changes", "expected_changes", "shape", "shape", "rate", "rate"]
    assert (table["expected_changes"] / table.loc[0, "expected_changes"]).round(9).tolist() == [1, 0.5, 2, 1, 1, 1, 1]
    assert table.loc[1, "probability"] < table.loc[0, "probability"] < table.loc[2, "probability"]
    for row in table.itertuples():
        alone = changes(rows, phi=1.5, shape=row.shape, rate=row.rate, expected_changes=row.expected_changes)
        assert (row.probability, row.probability_overdispersed) == (
            alone.poisson.probability(), alone.overdispersed.probability(),
        )  # fmt: skip


def test_incidents_are_counted_by_day_where_the_day_is_known_and_by_range_where_not(attacks):
    incidents = attacks("2024-01-02", "2024-01-02", ("2024-01-03", "2024-01-05"), "2024-01-09", "2024-03-01")
    watched = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-01-06"])})
    frame, ranges = daily_counts(incidents, ("2024-01-01", "2024-01-10"), watched)
    assert frame["count"].isna().tolist() == [False] * 6 + [True, True, False, True]
    assert frame["count"].sum() == 3
    assert ranges["count"].tolist() == [1]
    assert changes(frame, ranges).observed.total == 4


@pytest.fixture(scope="module")
def pentagon(dataset):
    return changes(total_intervals(running_total(dataset.tallies, "Pentagon"), until="2024-11-21"), max_changes=4)


class TestTheRealRecord:
    """What can be relied on whatever is added to the evidence; the numbers are the notebooks'."""

    @pytest.mark.slow
    def test_all_attacks_and_days_of_the_totals_are_used(self, pentagon):
        assert (pentagon.observed.total, pentagon.observed.days) == (206, 402)

    @pytest.mark.slow
    def test_the_pause_of_february_is_announced(self, pentagon):
        assert pentagon.is_announced
        assert pentagon.poisson.within("2024-01-20", "2024-02-20") > 0.99
        assert pentagon.overdispersed.within("2024-01-01", "2024-02-29") > 0.9
        assert pentagon.overdispersed.probability_of_fall("2024-03-13") > 0.9
        assert pentagon.poisson.segments([pd.Timestamp("2024-02-05")])["rate_per_day"].diff().iloc[1] < -1

    @pytest.mark.slow
    def test_a_change_in_april_is_not_announced_allowing_for_overdispersion(self, pentagon):
        assert pentagon.overdispersed.within("2024-04-01", "2024-04-30") < 0.5

    @pytest.mark.slow
    def test_the_observatory_puts_the_fall_later_than_the_pentagon(self, dataset, pentagon):
        observatory = changes(total_intervals(running_total(dataset.tallies, "SOHR", "Syria")), max_changes=4)
        assert observatory.is_announced
        assert observatory.poisson.date(1, 1).idxmax() > pentagon.poisson.date(1, 1).idxmax()
