"""The likelihood of clustered counts on a grid of rates: brute force, the closed form, simulation."""

from itertools import combinations
from math import comb, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from analysis.evidence.errors import InputError
from analysis.measures.changepoints import kernels
from analysis.measures.changepoints.changes import changes
from analysis.measures.changepoints.clustering import NONE, Clustering, expected_counts, log_pmf
from analysis.measures.changepoints.grid_posterior import GridPosterior
from analysis.measures.changepoints.observed_counts import observe_counts
from analysis.measures.changepoints.posterior import date_modes
from analysis.measures.changepoints.power import power, predictive_check
from analysis.measures.changepoints.recursion import run_recursion
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import holding_segment, rates_by_day
from analysis.measures.changepoints.simulated import clustered_counts, self_exciting_counts
from benchmarks.worlds import World, calibrate
from tests.measures.changepoints.test_changes import per_day, rows
from tests.measures.changepoints.test_precomputed import counted

SHAPE, SCALE = 1.3, 0.7
PRIOR = stats.gamma(SHAPE, scale=1 / SCALE)
UNIFORM = np.log(np.full(3, 1 / 3))


def on_grid(frame, clustering=NONE, log_prior=UNIFORM, **options) -> GridPosterior:
    return GridPosterior(observe_counts(frame), SHAPE, SCALE, log_prior, [(clustering, 1.0)], **options)


def integral(likelihood) -> float:
    pieces = ((0, 0.2), (0.2, 1), (1, 4), (4, 12), (12, 60))
    return sum(quad(lambda r: likelihood(r) * PRIOR.pdf(r), a, b, epsabs=1e-13, epsrel=1e-10)[0] for a, b in pieces)


@pytest.mark.slow
@pytest.mark.parametrize("clustering", [Clustering(phi=2.5), Clustering(0.6, 3.0, 1.4)])
def test_daily_counts_agree_with_quadrature_over_every_placement(clustering):
    counts = [5, 3, 6, 0, 1, 0]
    found = on_grid(per_day(*counts), clustering)
    slope, excited = expected_counts(found.observed, found.daily, clustering)

    def segment(a, b):
        return integral(
            lambda r: np.prod(
                [np.exp(log_pmf(float(counts[d]), slope[d] * r + excited[d], clustering.phi)) for d in range(a, b)]
            )
        )

    for number in range(3):
        known = {}
        for dates in combinations(range(1, 6), number):
            bounds = [0, *dates, 6]
            known[dates] = np.prod([segment(a, b) for a, b in zip(bounds, bounds[1:], strict=False)])
        total = sum(known.values())
        assert found.log_marginal[number] == pytest.approx(log(total / comb(5, number)), abs=2e-3)
        for order in range(1, number + 1):
            expected = np.zeros(6)
            for dates, mass in known.items():
                expected[dates[order - 1]] += mass / total
            assert np.allclose(found.date(order, number), expected, atol=2e-4)


def test_a_change_inside_a_total_weighs_every_split():
    """The closed sum over splits is a negative binomial with the sum of both expected counts."""
    phi, count = 2.5, 7
    found = on_grid(rows((0, 3, count), (4, 4, 0)), Clustering(phi=phi), np.log([0.5, 0.5]))

    def daily(n, mean):
        return np.exp(log_pmf(float(n), np.array(mean), phi))

    rates, weight = found.grid.rates, found.grid.prior
    known = np.zeros(5)
    for day in range(1, 5):
        for before, p in zip(rates[::3], weight[::3], strict=True):
            left, right = day * before, (4 - day) * rates
            splits = (
                sum(daily(k, left) * daily(count - k, right) for k in range(count + 1))
                if day < 4
                else daily(count, left)
            )
            known[day] += p * (weight * splits * daily(0, rates)).sum()
    assert np.allclose(found.date(1, 1), known / known.sum(), atol=0.02)


@pytest.mark.slow
@given(counted())
def test_poisson_counts_agree_with_the_closed_form(series):
    frame, _ = series
    observed = observe_counts(frame)
    if observed.days < 2:
        return
    log_prior = np.log([0.5, 0.5])
    found = on_grid(frame, log_prior=log_prior)
    exact = run_recursion(SegmentLikelihood(observed, SHAPE, SCALE), log_prior)
    assert found.number == pytest.approx(exact.number, abs=2e-3)
    assert np.allclose(found.date(1, 1), exact.date(1, 1), atol=2e-3)
    for day in range(observed.days):
        held = holding_segment(exact, day)
        assert np.allclose(found.since(day)[0], held.begin, atol=3e-3)
        assert np.allclose(found.until(day)[0], held.end, atol=3e-3)


def test_rates_by_day_agree_with_the_closed_form():
    frame = per_day(*np.random.default_rng(2).poisson([1.5] * 40 + [0.2] * 40))
    found = on_grid(frame)
    exact = run_recursion(SegmentLikelihood(observe_counts(frame), SHAPE, SCALE), UNIFORM)
    assert np.allclose(found.rates_by_day @ found.grid.rates, rates_by_day(exact, 0.95)[0], rtol=2e-3)


def test_the_probabilities_of_a_fall_and_a_rise_add_up_to_that_of_a_change():
    frame = rows(*((d, d, 3) for d in range(6)), (6, 9, 1), (10, 10, 0), (11, 14, 9), (15, 15, 2))
    forward, mirrored = on_grid(frame), on_grid(frame.assign(start=15 - frame["end"], end=15 - frame["start"]))
    for day in (3, 8, 10, 12, 15):
        begin, fell = forward.since(day)
        end, rose = mirrored.until(15 - day)
        assert fell[1:].sum() == pytest.approx(rose[:16].sum(), abs=1e-6)
        assert 0 <= fell.sum() <= begin[1:].sum() + 1e-9
    falling = changes(per_day(*[4] * 20, *[0] * 20)).overdispersed
    assert falling.probability_of_fall(30) > 0.9 > 0.1 > falling.probability_of_rise(10)


@pytest.mark.slow
@pytest.mark.skipif(kernels.run_days is kernels.run_days_numpy, reason="numba (the extra `scale`) is not installed")
@given(st.lists(st.integers(0, 60), min_size=2, max_size=30), st.sampled_from([1.0, 1.7, 4.0]), st.booleans())
def test_compiled_loops_give_what_numpy_gives(counts, phi, first):
    rng = np.random.default_rng(len(counts))
    counts, rates = np.array(counts, float), np.linspace(0.01, 80, 40)
    line = rng.uniform(0.5, 1, len(counts)), rng.uniform(0, 2, len(counts)), rng.random(len(counts)) < 0.9
    (one, top), (other, known) = (
        each(counts, *line, rates, phi) for each in (kernels.day_likelihood, kernels.day_likelihood_numpy)
    )
    assert np.allclose(one, other, atol=1e-9)
    assert np.allclose(top, known)
    prior = rng.dirichlet(np.ones(40))
    state, scale = np.zeros((4, 40)), np.full(4, -np.inf)
    state[0], scale[0] = prior, 0.0
    arguments = np.ascontiguousarray(other), prior, np.ones(40), state, scale, first, True
    with np.errstate(divide="ignore", invalid="ignore"):
        sums = [
            np.log(states.sum(axis=2)) + scales
            for states, scales in (kernels.run_days(*arguments), kernels.run_days_numpy(*arguments))
        ]
    assert np.allclose(*sums, rtol=1e-9, atol=1e-9)


def test_a_sum_of_days_varies_as_the_simulated_process_does():
    rng, clustering = np.random.default_rng(5), Clustering(0.5, 3.0, 1.5)
    blocks = clustered_counts(rng, np.full(70_000, 2.0), clustering).reshape(-1, 14).sum(axis=1)
    given_the_past = clustering.variance_ratio(14)
    assert given_the_past < blocks.var() / blocks.mean() < clustering.variance_ratio(10_000)


def test_waves_are_not_announced_as_changes():
    rng = np.random.default_rng(8)
    waves = [self_exciting_counts(rng, np.full(280, 1.5), 0.7, 5) for _ in range(12)]
    assert sum(changes(per_day(*each)).poisson.probability() > 0.95 for each in waves) > 3
    assert sum(changes(per_day(*each)).is_announced for each in waves) <= 2


CALIBRATED = {
    "Poisson": (World("Poisson", 1.5, lambda rng, rates: rng.poisson(rates)), 0.95),
    "negative binomial": (
        World("phi 3", 1.5, lambda rng, rates: clustered_counts(rng, rates, Clustering(phi=3))),
        0.85,
    ),
    "self-exciting": (World("branching 0.5", 1.5, lambda rng, rates: self_exciting_counts(rng, rates, 0.5, 3)), 0.75),
}


@pytest.mark.slow
@pytest.mark.parametrize(("world", "power"), CALIBRATED.values(), ids=CALIBRATED)
def test_false_announcements_power_and_coverage_in_a_few_worlds(world, power):
    """A small version of the table in benchmarks/changes.md: bounds are three standard errors from the goals."""
    found = calibrate(world, "new", 30, seed=20)
    assert found["false"] <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 30)
    assert found["covered"] >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / 30)
    assert found["power"] >= power


@pytest.mark.slow
def test_sets_of_one_fall_are_short_and_cover():
    hits, width = [], []
    for seed in range(40):
        counts = np.random.default_rng(seed).poisson([1.5] * 140 + [0.1] * 140)
        since = changes(per_day(*counts)).poisson.since(210).iloc[1:]
        chosen = date_modes(since / since.sum(), share=0.0)
        hits.append(any(row.start <= 140 <= row.end for row in chosen.itertuples()))
        width.append((chosen["end"] - chosen["start"] + 1).sum())
    assert np.mean(hits) >= 0.85
    assert np.median(width) <= 8


def test_two_dates_that_are_about_as_probable_are_both_named():
    found = changes(per_day(*[3] * 15, *[1] * 12, *[0] * 20), max_changes=1, phi=1).poisson
    modes = date_modes(found.date(1, 1))
    assert len(date_modes(found.date(1, 1), share=0.0)) >= len(modes) >= 1
    assert modes["probability"].iloc[0] == modes["probability"].max()


@pytest.mark.slow
def test_power_grows_with_the_size_of_the_change_and_is_the_same_again():
    found = changes(per_day(*np.random.default_rng(3).poisson([1.0] * 60 + [0.05] * 60)))
    small, large = (power(found, rate, 90, worlds=15) for rate in (0.1, 4.0))
    assert small < large
    assert power(found, 4.0, 90, worlds=15) == large
    assert power(found, 4.0, 90, until=92, worlds=15) < large
    with pytest.raises(InputError, match="after its first"):
        power(found, 1.0, 0)
    with pytest.raises(InputError, match="rate_per_day is -1"):
        power(found, -1, 90)
    with pytest.raises(InputError, match="until 80"):
        power(found, 1.0, 90, until=80)


# ---------------------------------------------------------------- priors of the number, the literature


# Disasters in British coal mines by year, 1851 to 1962: Jarrett (1979), A note on the intervals between coal-mining
# disasters, Biometrika 66, 191-193; yearly counts as in Carlin, Gelfand and Smith (1992), Applied Statistics 41,
# 389-405.
COAL = [
    int(count)
    for count in "45410434063340263354531441553425223421322111130010110031"
    "03220111010100021000110233112111124200014000100000100101"
]


def test_the_fall_of_coal_mining_disasters_is_that_of_the_literature():
    """The last year of the old rate: 1891 with .2450, 1890 with .1848, 1889 with .1432."""
    found = changes(COAL, start="1851", number_prior=[0.5, 0.5], shape=1, rate=1, phi=1)
    known = found.poisson.date(1, 1)
    assert [round(known[year + 1], 4) for year in (1891, 1890, 1889)] == [0.2450, 0.1848, 0.1432]
    assert found.poisson.number["log_marginal"].diff().iloc[1] == pytest.approx(28.94, abs=0.005)
    on_the_grid = GridPosterior(found.observed, 1.0, 1.0, np.log([0.5, 0.5]), [(NONE, 1.0)])
    assert np.allclose(on_the_grid.date(1, 1)[1:], known, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.005, 0.01, 0.02, 0.05])
def test_independent_boundaries_agree_with_the_product_partition(p):
    """Barry and Hartigan (1992): every boundary is a change with probability p; here by an independent recursion."""
    cumulative, size = np.append(0, np.cumsum(COAL)), len(COAL)

    def log_block(a, b):
        count, years = cumulative[b] - cumulative[a], b - a
        return stats.nbinom.logpmf(count, 1, 1 / (1 + years)) - count * log(years) + _log_factorial(count)

    mass, expected = np.zeros(size + 1), np.zeros(size + 1)
    mass[size] = 1.0
    for a in range(size - 1, -1, -1):
        terms = np.array(
            [
                np.exp(log_block(a, b) + (b - a - 1) * np.log1p(-p)) * (p if b < size else 1.0)
                for b in range(a + 1, size + 1)
            ]
        )
        mass[a] = terms @ mass[a + 1 :]
        more = np.append(np.ones(size - a - 1), 0.0)
        expected[a] = (terms * mass[a + 1 :]) @ (more + expected[a + 1 :]) / mass[a]
    weights = stats.binom.pmf(np.arange(40), size - 1, p)
    found = changes(COAL, start=1851, number_prior=weights, shape=1, rate=1, phi=1)
    assert found.poisson.dates["probability"].sum() == pytest.approx(expected[0], abs=2e-4)


@pytest.mark.parametrize(("p", "expected"), [(0.005, 1.670), (0.01, 2.128), (0.02, 2.918), (0.05, 5.204)])
def test_the_expected_number_of_changes_in_coal_mining_is_that_of_the_literature(p, expected):
    """Independent boundaries (Barry and Hartigan 1992, Annals of Statistics 20, 260-279). The prior of the rate that
    goes with these figures is not stated: an exponential one with the mean of the counts, 191 in 112 years, comes
    within 0.5 % of all four, one with the mean 1 within 5 %."""
    weights = stats.binom.pmf(np.arange(40), len(COAL) - 1, p)
    found, other = (
        changes(COAL, start=1851, number_prior=weights, shape=1, rate=rate, phi=1).poisson.dates["probability"].sum()
        for rate in (len(COAL) / sum(COAL), 1)
    )
    assert found == pytest.approx(expected, rel=0.005)
    assert other == pytest.approx(expected, rel=0.05)


def _log_factorial(count: int) -> float:
    return float(np.log(np.arange(1, count + 1)).sum())


def test_the_prior_on_the_number_of_changes_is_free():
    counts = per_day(4, 5, 3, 0, 0, 1)
    assert changes(counts, number_prior=[0, 0, 1]).poisson.number["probability"].tolist() == [0, 0, 1]
    poisson = changes(counts, number_prior="poisson", expected_changes=2, max_changes=3).poisson.number["prior"]
    assert np.allclose(poisson, stats.poisson.pmf(range(4), 2) / stats.poisson.cdf(3, 2))
    few, many = (changes(counts, expected_changes=mean).poisson.probability() for mean in (0.1, 2))
    assert few < many
    with pytest.raises(InputError, match="number_prior"):
        changes(counts, number_prior="flat")
    with pytest.raises(InputError, match="number_prior"):
        changes(counts, number_prior=[1, -1])


def test_a_ceiling_that_binds_is_told():
    counts = per_day(*([9] * 8 + [0] * 8) * 4)
    assert changes(counts, max_changes=2, phi=1).reaches_ceiling
    assert not changes(per_day(*[3] * 30)).reaches_ceiling


def test_a_spike_is_told_apart_from_a_regime():
    found = changes(per_day(*[1, 0, 1] * 10, 25, *[1, 0, 1] * 10), phi=1).poisson
    assert found.segments()["is_spike"].tolist() == [False, True, False]


# ---------------------------------------------------------------- series as people have them


def test_years_as_text_or_numbers_are_years_and_months_are_months():
    counts = [4, 5, 6, 4, 0, 0, 1, 0]
    years = changes(counts, start="1891").poisson.dates
    assert years["day"].tolist() == list(range(1892, 1899))
    text = pd.DataFrame({"start": [str(year) for year in range(1891, 1899)], "count": counts})
    pd.testing.assert_frame_equal(changes(text.assign(end=text["start"])).poisson.dates, years)
    months = changes(pd.Series(counts, pd.period_range("2023-11", periods=8, freq="M"))).poisson
    assert months.most_probable_dates().astype(str).tolist() == ["2024-03"]
    assert months.segments(["2024-03"])["exposure"].tolist() == [121, 122]


@pytest.mark.parametrize(("counts", "start", "message"), [
    ([1, 2], None, "needs start"), ([1, -2], "2024-01-01", "count: -2"), ([1, 2], "1600-01-01", "from 1678 to 2261"),
    (rows(("1851", "1851", 1), ("1852-03-01", "1852-03-01", 2)), None, "is a year"),
])  # fmt: skip
def test_what_is_no_series_is_refused_in_one_line(counts, start, message):
    with pytest.raises(InputError, match=message):
        changes(counts, start=start)


def test_changes_may_be_kept_to_the_ends_of_rows():
    frame = rows((0, 29, 40), (30, 59, 42), (60, 89, 3), (90, 119, 2))
    dates = changes(frame, inside_rows=False).overdispersed.dates.set_index("day")["probability"]
    assert set(dates[dates > 0].index) == {30, 60, 90}
    assert dates.idxmax() == 60


def test_counts_that_no_rate_explains_are_answered():
    found = changes(per_day(*[9000, 100] * 20), max_changes=2)
    assert [round(each.number["probability"].sum(), 6) for each in found.posteriors] == [1.0, 1.0]


@pytest.mark.slow
def test_many_months_are_answered():
    counts = np.random.default_rng(1).poisson([50] * 90 + [20] * 102)
    frame = rows(*((30 * month, 30 * month + 29, count) for month, count in enumerate(counts)))
    found = changes(frame, max_changes=1, phi=1).poisson
    assert abs(found.date(1, 1).idxmax() - 2700) < 45


def test_the_model_predicts_counts_that_it_made_and_not_others():
    rng = np.random.default_rng(4)
    own = changes(per_day(*clustered_counts(rng, np.full(150, 1.0), Clustering(0.4, 2.0, 1.5))))
    table = predictive_check(own, worlds=60)
    inside = (table["predicted_low"] <= table["observed"]) & (table["observed"] <= table["predicted_high"])
    assert inside.all()
    regular = predictive_check(changes(per_day(*[1, 0] * 75)), worlds=60).set_index("statistic")
    assert regular.loc["correlation of neighbours", "p"] > 0.99
