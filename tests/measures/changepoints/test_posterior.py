"""A posterior as an object: the same class for every likelihood, what it says, and what it shows a person."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.changes import Changes, changes
from analysis.measures.changepoints.posterior import ChangePosterior
from analysis.measures.changepoints.posterior_rate import PosteriorRate
from tests.measures.changepoints.test_changes import per_day

WAVES = [9, 8, 0, 0, 0, 0, 7, 0, 0, 0, 9, 6, 8, 0, 0, 0, 0, 0, 0, 0] * 3


@pytest.fixture(scope="module")
def found() -> Changes:
    return changes(per_day(*WAVES))


def test_every_likelihood_is_an_object_of_one_class(found):
    assert [type(each) for each in found.posteriors] == [ChangePosterior, ChangePosterior]
    assert [each.likelihood for each in found.posteriors] == ["Poisson", "overdispersed"]
    assert found.posteriors == (found.poisson, found.overdispersed)
    assert found.poisson.observed is found.overdispersed.observed is found.observed


def test_phi_is_that_of_the_overdispersed_posterior_and_one_for_poisson(found):
    assert found.poisson.phi == 1
    assert found.overdispersed.phi == found.phi > 2


def test_where_phi_is_one_both_posteriors_say_the_same():
    found = changes(per_day(3, 4, 0, 0, 1), phi=1)
    one, other = found.posteriors
    for name in ("number", "dates", "rates"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.rate_on(2).interval() == other.rate_on(2).interval()


def test_a_change_is_announced_where_every_likelihood_carries_it(found):
    assert found.poisson.probability() > 0.95 > found.overdispersed.probability()
    assert not found.is_announced
    clear = changes(per_day(*[4] * 20, *[0] * 20))
    assert min(each.probability() for each in clear.posteriors) > 0.95
    assert clear.is_announced


def test_the_frames_of_both_posteriors_have_the_same_columns(found):
    for name in ("number", "dates", "rates"):
        one, other = (getattr(each, name) for each in found.posteriors)
        assert list(one.columns) == list(other.columns)
        assert not [column for column in one if "overdispersed" in column]


def test_what_is_asked_of_one_posterior_does_not_change_the_other(found):
    before = found.overdispersed.since(30)
    assert not np.allclose(before, found.poisson.since(30))
    np.testing.assert_array_equal(found.overdispersed.since(30), before)


def test_a_posterior_rate_of_one_segment_has_the_interval_of_its_gamma_distribution():
    rate, gamma = PosteriorRate(np.array([14.0]), np.array([8.0]), np.array([0.3])), stats.gamma(14, scale=1 / 8)
    assert rate.estimate == pytest.approx(gamma.mean())
    for level in (0.5, 0.95):
        assert rate.interval(level) == pytest.approx(gamma.interval(level), rel=1e-9)


def test_a_posterior_rate_is_the_mixture_of_its_segments():
    shapes, rates, weights = np.array([2.0, 30.0]), np.array([4.0, 5.0]), np.array([0.25, 0.75])
    rate = PosteriorRate(shapes, rates, weights)
    low, high = rate.interval(0.9)
    below = [(weights * stats.gamma.cdf(limit, shapes, scale=1 / rates)).sum() for limit in (low, high)]
    assert below == pytest.approx([0.05, 0.95], abs=1e-9)
    assert rate.estimate == pytest.approx(0.25 * 0.5 + 0.75 * 6)


def test_the_sentence_of_a_rate_says_its_interval():
    rate = changes(per_day(4, 5, 6), max_changes=0, shape=2, rate=1.5, phi=1).poisson.rate_on(1)
    low, high = rate.interval(0.8)
    assert rate.sentence(0.8) == f"The rate is {17 / 4.5:.3g} per day (80 % credible interval {low:.3g} to {high:.3g})."


def test_a_level_that_is_no_share_is_refused(found):
    for ask in (found.poisson.rate_on(3).interval, lambda level: found.poisson.segments([3], level)):
        with pytest.raises(InputError, match="level is 95"):
            ask(95)
    with pytest.raises(InputError, match="level is 95"):
        found.poisson.highest_density(95)


def test_what_a_person_looks_at_is_short(found):
    assert repr(found.observed) == "ObservedCounts(141 events on 60 days from 0)"
    assert "not announced" in repr(found)
    for each in (found, found.poisson, found.overdispersed, found.observed, found.poisson.rate_on(3)):
        assert len(repr(each)) < 200
    page = found._repr_html_()
    assert "141 events on 60 days" in page and "overdispersed" in page
    assert len(page) < 3000
    assert f"phi = {found.phi:.2f}" in found.overdispersed._repr_html_()
    assert found.poisson.rate_on(3).sentence() in found.poisson.rate_on(3)._repr_html_()


def test_the_most_probable_dates_are_days_of_the_series():
    days = pd.date_range("2024-01-01", periods=20)
    found = changes(pd.DataFrame({"start": days, "end": days, "count": [4] * 10 + [0] * 10}))
    assert found.poisson.most_probable_dates().tolist() == [pd.Timestamp("2024-01-11")]
    assert found.poisson.most_probable_number == 1
    assert found.holds("2024-01-20") and not found.holds("2024-01-21")
