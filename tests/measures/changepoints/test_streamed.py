"""Long series counted by day: the sums without the states of all days equal the closed form and the kept states."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln

from analysis.measures.changepoints import streamed_kernels
from analysis.measures.changepoints.changes import Prior, changes
from analysis.measures.changepoints.clustering import NONE, Clustering, default_clusterings
from analysis.measures.changepoints.count_input import count_rows
from analysis.measures.changepoints.grid_posterior import GridPosterior
from analysis.measures.changepoints.observed_counts import observe_counts
from analysis.measures.changepoints.recursion import run_recursion
from analysis.measures.changepoints.resolved_rates import FINE, quadrature_error, resolved_rate_grid
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.streamed_posterior import StreamedPosterior


def series(days, rate, seed=0, low=0.1, spike=0):
    """Counts with a pause of a fifth of the days in the middle, unobserved days near the end, and perhaps a spike."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rate, days).astype(float)
    counts[days // 2 : days // 2 + days // 5] = rng.poisson(rate * low, days // 5)
    counts[3] += spike
    counts[-days // 10 : -days // 12] = np.nan
    return observe_counts(count_rows(counts, "2000-01-01"))


def options(observed, most=5):
    mean = 0.5 * observed.exposure.sum() / max(observed.total, 1)
    return observed, 0.5, mean, Prior(most, 0.5, mean).log_number


@pytest.mark.parametrize(("rate", "spike"), [(0.05, 0), (0.4, 40), (6.0, 0)])
def test_number_and_dates_are_those_of_the_closed_form_to_the_stated_bound(rate, spike):
    observed, shape, scale_days, log_prior = options(series(400, rate, spike=spike))
    exact = run_recursion(SegmentLikelihood(observed, shape, scale_days), log_prior)
    streamed = StreamedPosterior(observed, shape, scale_days, log_prior, [(NONE, 1.0)], fine=True)
    assert streamed.left_out < 1e-8
    assert np.allclose(streamed.number, exact.number, rtol=streamed.left_out, atol=1e-13)
    assert np.allclose(streamed.marginal(), exact.marginal(), rtol=2 * streamed.left_out, atol=1e-13)
    for number in range(1, 6):
        for order in range(1, number + 1):
            assert np.allclose(
                streamed.date(order, number), exact.date(order, number), rtol=2 * streamed.left_out, atol=1e-13
            )


def test_the_bound_of_a_segment_holds_for_every_window_of_a_series():
    observed, shape, scale_days, _ = options(series(120, 0.6, spike=15))
    daily = observed.day_counts.astype(float)
    grid = resolved_rate_grid(daily, observed.exposure, shape, scale_days, FINE)
    bound = quadrature_error(grid, daily, observed.exposure, shape, scale_days)
    events, exposed = np.append(0, daily.cumsum()), np.append(0, observed.exposure.cumsum())
    for start in range(0, 120, 7):
        for end in range(start + 1, len(daily) + 1):
            count, days = events[end] - events[start], exposed[end] - exposed[start]
            summed = np.log((grid.prior * grid.rates**count * np.exp(-days * grid.rates)).sum())
            closed = gammaln(shape + count) - gammaln(shape) + shape * np.log(scale_days)
            closed -= (shape + count) * np.log(scale_days + days)
            assert abs(np.expm1(summed - closed)) <= 2 * bound + 1e-12


def test_under_clustering_the_answer_is_that_of_the_states_of_all_days():
    given = options(series(300, 0.5))
    ways = [each for each in default_clusterings() if each[0].delay_days < 3]
    streamed, kept = StreamedPosterior(*given, ways), GridPosterior(*given, ways)
    # The other one leaves out ways of clustering that are improbable at a first look, 3e-3 together.
    assert np.allclose(streamed.number, kept.number, atol=4e-3)
    assert np.allclose(streamed.marginal(), kept.marginal(), atol=4e-3)
    on_one_grid = GridPosterior(*given, ways)
    on_one_grid.__dict__["grid"] = streamed.grid
    one, other = streamed.passes[3], on_one_grid.passes[3]
    weighed = streamed.log_joint[3] - np.log(ways[3][1])
    assert np.allclose(weighed, on_one_grid._log_evidence(other), atol=1e-9)
    assert np.allclose(streamed._dates_of(one), on_one_grid._solve(3).dates, atol=1e-9)


@pytest.mark.parametrize("way", [Clustering(0.4, 2.0, 2.5), NONE])
def test_the_compiled_loop_does_the_sums_of_the_numpy_version(way, monkeypatch):
    given = options(series(1100, 0.3, spike=60))
    compiled = StreamedPosterior(*given, [(way, 1.0)])
    number, marginal = compiled.number, compiled.marginal()
    for loop in ("stream", "weigh_ways"):
        numpy_version = getattr(streamed_kernels, f"{loop}_numpy")
        monkeypatch.setattr(f"analysis.measures.changepoints.streamed_posterior.{loop}", numpy_version)
    plain = StreamedPosterior(*given, [(way, 1.0)])
    assert np.allclose(plain.number, number, rtol=1e-9)
    assert np.allclose(plain.marginal(), marginal, rtol=1e-9, atol=1e-15)


@pytest.mark.slow
def test_a_century_of_days_finds_the_pause_in_it():
    days = 40_000
    counts = np.random.default_rng(1).poisson(0.05, days)
    counts[20_000:28_000] = np.random.default_rng(2).poisson(0.005, 8_000)
    found = changes(counts, start="1900-01-01")
    first, second = (found.overdispersed.date(order, 2).idxmax() for order in (1, 2))
    assert found.is_announced and found.overdispersed.most_probable_number == 2
    assert abs((first - pd.Timestamp("1900-01-01")).days - 20_000) < 150
    assert abs((second - pd.Timestamp("1900-01-01")).days - 28_000) < 150
