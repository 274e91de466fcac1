"""Two ways to one posterior of changes: in closed form, and by sums over a grid of rates. Both answer the same."""

from __future__ import annotations

from functools import cached_property
from inspect import isfunction
from typing import Any

import numpy as np
from scipy.special import logsumexp

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.candidates import count_candidates
from analysis.measures.changepoints.clustering import NONE, Clustering
from analysis.measures.changepoints.grid_pass import GridPass
from analysis.measures.changepoints.grid_posterior import GridPosterior
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.posterior_rate import GridRate, PosteriorRate, grid_quantiles
from analysis.measures.changepoints.recursion import Recursion, run_recursion
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import (
    HoldingSegment,
    best_dates,
    holding_segment,
    rates_by_day,
    segments_between,
)
from analysis.measures.changepoints.streamed_posterior import choose_grid_posterior

MAX_DAYS = 200  # of counts by day for the closed form, whose cost grows with their square
MAX_CANDIDATES = 10_000  # of totals and ranges
MAX_SPLIT_PAIRS = 100_000_000  # of candidates inside ranges that overlap, times these ranges: about two seconds
BLOCK_DAYS = 14  # over which the variance of counts is compared with their mean


class ChangeSource:
    """What `posterior.ChangePosterior` reads off: the answers that do not depend on how the sums are done.

    Methods of `ClosedForm` and `Numerical` have the docstrings of this class.

    Attributes
    ----------
    observed : ObservedCounts
        The counts.
    log_prior, log_marginal : array of float, (max_changes + 1,)
        Log prior probability and log marginal likelihood of each number of changes.
    number : array of float, (max_changes + 1,)
        Posterior probability of each number of changes.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> isinstance(found.poisson.source, ChangeSource)
    True
    """

    observed: ObservedCounts
    log_prior: np.ndarray
    log_marginal: np.ndarray
    number: np.ndarray
    found: Any

    def __init_subclass__(cls) -> None:
        for name, method in vars(cls).items():
            if isfunction(method) and not method.__doc__ and hasattr(ChangeSource, name):
                method.__doc__ = getattr(ChangeSource, name).__doc__

    @property
    def phi(self) -> float:
        """Variance over mean of counts of two weeks within one segment, float."""
        raise NotImplementedError

    def date(self, order: int, changes: int) -> np.ndarray:
        """Posterior of the date of one change, given the number of changes.

        Parameters
        ----------
        order : int
            Which change, from 1.
        changes : int
            How many there are.

        Returns
        -------
        array of float, (days,)
            Probability of each day, adding up to 1.
        """
        raise NotImplementedError

    def marginal(self) -> np.ndarray:
        """Probability of a change on each day.

        Returns
        -------
        array of float, (days,)
            Adding up to the expected number of changes.
        """
        raise NotImplementedError

    def holding(self, day: int) -> HoldingSegment:
        """Posterior of the segment that holds a day.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        HoldingSegment
            When its rate began, when it ends, and how high it is.
        """
        raise NotImplementedError

    def fell_before(self, day: int) -> float:
        """Probability that the rate of a day began with a fall.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        float
            From 0 to 1.
        """
        raise NotImplementedError

    def rose_after(self, day: int) -> float:
        """Probability that the rate of a day ends with a rise.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        float
            From 0 to 1.
        """
        raise NotImplementedError

    def rates(self, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rate on each day.

        Parameters
        ----------
        level : float
            Probability of the intervals, above 0 and below 1.

        Returns
        -------
        tuple of array of float, each (days,)
            Posterior mean, lower and upper limit, per day of exposure.
        """
        raise NotImplementedError

    def segments(self, places: list[int]) -> list[tuple[float, float, PosteriorRate | GridRate]]:
        """Segments between given dates.

        Parameters
        ----------
        places : list of int
            Numbers of the days on which a new rate begins, increasing, from 1.

        Returns
        -------
        list of (float, float, PosteriorRate or GridRate)
            Exposure in days, expected count and rate of each segment.
        """
        raise NotImplementedError

    def best_places(self) -> list[int]:
        """The most probable dates of the most probable number of changes.

        Returns
        -------
        list of int
            Numbers of the days on which a new rate begins, increasing.
        """
        raise NotImplementedError


def poisson_source(
    observed: ObservedCounts, shape: float, scale_days: float, log_prior: np.ndarray, inside: bool
) -> ChangeSource:
    """The posterior under the Poisson likelihood: in closed form where that is quick enough.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    shape, scale_days : float
        Gamma prior of a rate.
    log_prior : array of float, (max_changes + 1,)
        Of the number of changes.
    inside : bool
        Whether changes may fall inside totals.

    Returns
    -------
    ChangeSource
        The closed form allows any number of changes inside one total, the grid one.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> type(poisson_source(found.observed, 0.5, 0.3, np.log([0.5, 0.5]), inside=True)).__name__
    'ClosedForm'
    """
    few = MAX_CANDIDATES if observed.interval_counts else MAX_DAYS
    if inside and observed.days <= MAX_CANDIDATES and count_candidates(observed) <= few:
        try:
            likelihood = SegmentLikelihood(observed, shape, scale_days)
            if likelihood.split_pairs <= MAX_SPLIT_PAIRS:
                return ClosedForm(run_recursion(likelihood, log_prior))
        except InputError:  # ranges that overlap too much for the sum over all their days
            pass
    return Numerical(choose_grid_posterior(observed, shape, scale_days, log_prior, [(NONE, 1.0)], inside))


class ClosedForm(ChangeSource):
    """Poisson counts and gamma priors: every segment's likelihood is known in closed form (see `recursion`).

    Parameters
    ----------
    found : Recursion
        The sums over all placements of changes.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> int(ClosedForm(recursion).number.argmax())
    1
    """

    phi = 1.0

    def __init__(self, found: Recursion):
        self.found = found
        self.observed = found.likelihood.observed
        self.log_prior, self.log_marginal, self.number = found.log_prior, found.log_marginal, found.number

    def date(self, order: int, changes: int) -> np.ndarray:
        return self.found.date(order, changes)

    def marginal(self) -> np.ndarray:
        return self.found.marginal()

    def holding(self, day: int) -> HoldingSegment:
        return holding_segment(self.found, day)

    @cached_property
    def _numerical(self) -> Numerical:
        """The same on a grid of rates, where pairs of rates are compared."""
        likelihood = self.found.likelihood
        return Numerical(
            choose_grid_posterior(self.observed, likelihood.shape, likelihood.rate, self.log_prior, [(NONE, 1.0)])
        )

    def fell_before(self, day: int) -> float:
        return self._numerical.fell_before(day)

    def rose_after(self, day: int) -> float:
        return self._numerical.rose_after(day)

    def rates(self, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return rates_by_day(self.found, level)

    def segments(self, places: list[int]) -> list[tuple[float, float, PosteriorRate | GridRate]]:
        likelihood = self.found.likelihood
        out: list[tuple[float, float, PosteriorRate | GridRate]] = []
        for counts, exposures, weights in segments_between(likelihood, places):
            shapes, rates = likelihood.rate_posterior(counts, exposures)
            rate = PosteriorRate(shapes, rates, weights)
            out.append((float(exposures[0]), float((weights * counts).sum()), rate))
        return out

    def best_places(self) -> list[int]:
        return best_dates(self.found.likelihood, self.found.before, int(self.number.argmax()))


class Numerical(ChangeSource):
    """Any likelihood that is known day by day, summed over a grid of rates (see `grid_posterior`).

    Parameters
    ----------
    found : GridPosterior
        The sums over all placements of changes, for each way of clustering.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> Numerical(found.overdispersed.source.found).phi > 1
    True
    """

    def __init__(self, found: GridPosterior):
        self.found = found
        self.observed = found.observed
        most = int(np.flatnonzero(~np.isneginf(found.log_ways))[-1])
        log_prior = found.log_prior[: most + 1]
        self.log_prior = log_prior - logsumexp(log_prior)
        self.log_marginal, self.number = found.log_marginal[: most + 1], found.number[: most + 1]

    @property
    def phi(self) -> float:
        """Posterior mean of the variance over mean of counts of two weeks within one segment."""
        ratios = [each.variance_ratio(BLOCK_DAYS) for each, _ in self.found.clusterings]
        return float(self.found.clustering_weights @ ratios)

    @property
    def clustering(self) -> Clustering:
        """The most probable way of clustering."""
        return self.found.clusterings[int(self.found.clustering_weights.argmax())][0]

    def date(self, order: int, changes: int) -> np.ndarray:
        return self.found.date(order, changes)

    def marginal(self) -> np.ndarray:
        return self.found.marginal()

    def holding(self, day: int) -> HoldingSegment:
        rate = GridRate(self.found.grid.rates, self.found.rates_by_day[day])
        return HoldingSegment(self.found.since(day)[0], self.found.until(day)[0], rate)

    def fell_before(self, day: int) -> float:
        return float(np.clip(self.found.since(day)[1].sum(), 0, 1))

    def rose_after(self, day: int) -> float:
        return float(np.clip(self.found.until(day)[1].sum(), 0, 1))

    def rates(self, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rates, weights = self.found.grid.rates, self.found.rates_by_day
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        low, high = np.array([grid_quantiles(rates, row, tails) for row in weights]).T
        return weights @ rates, low, high

    def segments(self, places: list[int]) -> list[tuple[float, float, PosteriorRate | GridRate]]:
        bounds = [0, *places, self.observed.days]
        rates = np.zeros((len(bounds) - 1, len(self.found.grid.rates)))
        counts = np.zeros(len(bounds) - 1)
        for which, weight in self.found._kept:
            shares, expected = _given_dates(self.found.passes[which], bounds)
            rates, counts = rates + weight * shares, counts + weight * expected
        exposed = np.append(0.0, self.observed.exposure.cumsum())[bounds]
        grid = self.found.grid.rates
        return [(float(days), float(count), GridRate(grid, share))
                for days, count, share in zip(np.diff(exposed), counts, rates, strict=True)]  # fmt: skip

    def best_places(self) -> list[int]:
        # each date where it is most probable given the number of changes, after the one before it
        number = int(self.number.argmax())
        out: list[int] = []
        for order in range(1, number + 1):
            after = out[-1] + 1 if out else 1
            last = self.observed.days - (number - order)
            out.append(after + int(self.date(order, number)[after:last].argmax()))
        return out


def _given_dates(one: GridPass, bounds: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Posterior of the rate, (segments, points), and expected count, (segments,), of the segments between dates.

    A total that one date splits links the rates on both sides; one that several split is shared out by exposure.
    """
    segments = len(bounds) - 1
    with np.errstate(divide="ignore"):
        daily = np.log(one.likelihood[0])
    log = np.array([daily[a:b].sum(axis=0) for a, b in zip(bounds, bounds[1:], strict=False)])
    counts = np.array([one.daily[a:b].sum() for a, b in zip(bounds, bounds[1:], strict=False)])
    links: list[list[tuple[np.ndarray, int, float, float]]] = [[] for _ in range(segments - 1)]
    for place, total in enumerate(one.totals):
        cut = [at for at, day in enumerate(bounds[1:-1]) if total.start < day < total.end]
        holds = int(np.searchsorted(bounds, total.start, side="right")) - 1
        slope = one.lines[0][total.start : total.end]
        if not cut:
            log[holds] += np.log(np.maximum(one.whole[place][0], 1e-300))
            counts[holds] += total.count
        elif len(cut) == 1:
            day = bounds[cut[0] + 1]
            before = slope[: day - total.start].sum()
            links[cut[0]].append((one.pair(place, day), total.count, before, slope.sum() - before))
        else:
            inner = np.clip(bounds, total.start, total.end)
            share = np.array(
                [slope[a - total.start : b - total.start].sum() for a, b in zip(inner, inner[1:], strict=False)]
            )
            counts += total.count * share / slope.sum()
            rates = one.grid.rates
            log += total.count * (share / slope.sum())[:, None] * np.log(rates) - share[:, None] * rates
    weight = np.exp(log - log.max(axis=1, keepdims=True)) * one.grid.prior
    joint = [np.prod([link[0] for link in each], axis=0) if each else None for each in links]
    ahead = [np.ones(weight.shape[1])]
    for at in range(segments - 1, 0, -1):
        flow = weight[at] * ahead[0]
        ahead.insert(0, _scaled(joint[at - 1] @ flow if joint[at - 1] is not None else np.full(len(flow), flow.sum())))
    behind, shares = np.ones(weight.shape[1]), np.empty_like(weight)
    for at in range(segments):
        flow = weight[at] * behind
        shares[at] = flow * ahead[at]
        shares[at] /= shares[at].sum()
        if at < segments - 1:
            link = joint[at]
            behind = _scaled(flow @ link if link is not None else np.full(len(flow), flow.sum()))
            onward = weight[at + 1] * ahead[at + 1]
            for _, count, before, after in links[at]:
                both = flow[:, None] * link * onward
                left, right = before * one.grid.rates[:, None], after * one.grid.rates
                part = float((both * left / (left + right)).sum() / both.sum())
                counts[at] += count * part
                counts[at + 1] += count * (1 - part)
    return shares, counts


def _scaled(values: np.ndarray) -> np.ndarray:
    return values / values.max()
