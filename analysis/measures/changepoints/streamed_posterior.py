"""The posterior of changes of a long series counted by day: the sums of `grid_posterior`, in little memory.

Rates lie on a grid that is no finer than the counts can resolve, and the states of single days are not kept: what is
needed of them is worked out again, block by block.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.measures.changepoints.clustering import Clustering
from analysis.measures.changepoints.grid_pass import GridPass
from analysis.measures.changepoints.grid_posterior import GridPosterior
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.rate_grid import RateGrid
from analysis.measures.changepoints.resolved_rates import FINE, quadrature_error, resolved_rate_grid
from analysis.measures.changepoints.streamed_kernels import stream, weigh_ways

USUAL = 1.4  # distance of the rates, in standard deviations: an error of about 1e-5


def can_stream(observed: ObservedCounts) -> bool:
    """Whether every count is that of one day.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.

    Returns
    -------
    bool

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> can_stream(found.observed)
    True
    """
    return not observed.interval_counts


def choose_grid_posterior(
    observed: ObservedCounts,
    shape: float,
    scale_days: float,
    log_prior: np.ndarray,
    clusterings: list[tuple[Clustering, float]],
    inside: bool = True,
) -> GridPosterior:
    """The posterior on a grid of rates: of counts by day in little memory, of others with the states of all days.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    shape, scale_days : float
        Gamma prior of a rate.
    log_prior : array of float, (max_changes + 1,)
        Of the number of changes.
    clusterings : list of (Clustering, float)
        Ways in which events may cluster, and the prior probability of each.
    inside : bool
        Whether changes may fall inside totals.

    Returns
    -------
    GridPosterior
        Its grid is fine where Poisson is the only likelihood.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> choose_grid_posterior(found.observed, 0.5, 0.3, np.log([0.5, 0.5]), [(Clustering(), 1.0)]).fine
    True
    """
    options = observed, shape, scale_days, log_prior, clusterings, inside
    if not can_stream(observed):
        return GridPosterior(*options)
    return StreamedPosterior(*options, fine=[each for each, _ in clusterings] == [Clustering()])


@dataclass(frozen=True, eq=False)
class StreamedPosterior(GridPosterior):
    """As `grid_posterior.GridPosterior`, for counts by day.

    Parameters
    ----------
    observed : ObservedCounts
        The counts, each of one day.
    shape, scale_days : float
        Gamma prior of a rate: shape in events, inverse scale in days.
    log_prior : array of float, (max_changes + 1,)
        Log prior probability of 0 .. max_changes changes.
    clusterings : list of (Clustering, float)
        Ways in which events may cluster, and the prior probability of each.
    inside : bool
        Without effect: there are no totals.
    fine : bool
        Whether the grid is fine enough for an error of a segment below 1e-9; see `left_out`.

    Notes
    -----
    Given the rates, counts are independent or known from the days before, so the sums over all placements run from day
    to day: time grows with the days times the points of the grid, and the grid grows more slowly than the root of the
    days. Under the Poisson likelihood the posterior is exactly that of the closed form, with the marginal likelihood of
    each segment summed over the grid.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> long = StreamedPosterior(found.observed, 0.5, 0.3, np.log([0.5, 0.5]), [(Clustering(), 1.0)], fine=True)
    >>> bool(long.number[1] > 0.99)
    True
    """

    fine: bool = False

    def _grid(self, step: float) -> RateGrid:
        seen = self.observed
        step = FINE if self.fine else USUAL
        return resolved_rate_grid(self.daily, seen.exposure, self.shape, self.scale_days, step)

    @cached_property
    def left_out(self) -> float:
        """Bound of the relative error of every probability, float, under the Poisson likelihood.

        The likelihood of each placement is a product of those of its segments, one more than there are changes, and a
        probability is a ratio of sums of such products. See `resolved_rates.quadrature_error` for that of a segment.
        """
        error = quadrature_error(self.grid, self.daily, self.observed.exposure, self.shape, self.scale_days)
        return float(((1 + error) / max(1 - error, 1e-300)) ** len(self.log_prior) - 1)

    @cached_property
    def log_joint(self) -> np.ndarray:
        """See `GridPosterior`; no way of clustering is left out."""
        slopes, excited = (np.array(each) for each in zip(*(one.lines for one in self.passes), strict=True))
        out = np.empty((len(self.passes), len(self.log_prior)))
        phis, shares = np.array([(way.phi, share) for way, share in self.clusterings]).T
        watched = self.observed.exposure > 0
        weigh_ways(self.daily, slopes, excited, watched, self.grid.rates, phis.copy(), self.grid.prior, out)
        out += np.log(shares)[:, None]
        return out - np.where(np.isneginf(self.log_ways), np.inf, self.log_ways)

    def _sums(self, one: GridPass, backward: bool) -> np.ndarray:
        """Log of the sum over rates after each day, (days, levels): forward up to the day, backward from the day on
        with the prior of its rate."""
        prior, ones = self.grid.prior, np.ones(len(self.grid.prior))
        enter, leave, begin = (ones, prior, ones) if backward else (prior, ones, prior)
        state, scale = np.zeros((one.levels, len(prior))), np.full(one.levels, -np.inf)
        state[0], scale[0] = begin, 0.0
        sums = np.empty((self.observed.days, one.levels))
        _stream(one, slice(None, None, -1 if backward else 1), enter, leave, state, scale, True, sums)
        return sums[::-1] if backward else sums

    @cached_property
    def _dates(self) -> np.ndarray:
        """See `GridPosterior`."""
        levels = len(self.log_prior)
        dates = np.zeros((levels, levels, self.observed.days))
        given = np.exp(self.log_joint - np.where(np.isneginf(self.log_marginal), 0.0, self.log_marginal))
        for which, _ in self._kept:
            dates += self._dates_of(self.passes[which]) * given[which][:, None]
        total = dates.sum(axis=2, keepdims=True)
        return np.divide(dates, total, out=np.zeros_like(dates), where=total > 0)

    def _dates_of(self, one: GridPass) -> np.ndarray:
        left, right = self._sums(one, backward=False), self._sums(one, backward=True)
        out = np.zeros((one.levels, one.levels, self.observed.days))
        for number in range(1, one.levels):
            for order in range(1, number + 1):
                log = left[:-1, order - 1] + right[1:, number - order]
                if log.max(initial=-np.inf) > -np.inf:
                    weight = np.exp(log - log.max())
                    out[order - 1, number, 1:] = weight / weight.sum()
        return out


def _stream(one: GridPass, order: slice, enter, leave, state, scale, first, sums, states=None, scales=None) -> float:
    slope, excited = one.lines
    if states is None:
        states, scales = np.empty((0, *state.shape)), np.empty((0, len(scale)))
    return stream(
        one.daily[order], slope[order], excited[order], (one.observed.exposure > 0)[order], one.grid.rates,
        one.clustering.phi, enter, leave, state, scale, first, sums, states, scales,
    )  # fmt: skip


def stream_days(
    one: GridPass, enter: np.ndarray, leave: np.ndarray, begin: np.ndarray, backward: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The states of all days of a series, in the order in which they are visited.

    Parameters
    ----------
    one : GridPass
        The series under one way of clustering.
    enter, leave, begin : array of float, (points,)
        As for `streamed_kernels.stream_numpy`; `begin` is the state before the first day.
    backward : bool
        Whether days are visited from the last one.

    Returns
    -------
    states : array of float, (days, levels, points)
    scales : array of float, (days, levels)
        Logs by whose exponentials the states are divided.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> posterior = StreamedPosterior(found.observed, 0.5, 0.3, np.log([0.5, 0.5]), [(Clustering(), 1.0)])
    >>> prior = posterior.grid.prior
    >>> stream_days(posterior.passes[0], prior, np.ones(len(prior)), prior, backward=False)[1].shape
    (20, 2)
    """
    days = one.observed.days
    state, scale = np.zeros((one.levels, len(begin))), np.full(one.levels, -np.inf)
    state[0], scale[0] = begin, 0.0
    states, scales = np.empty((days, *state.shape)), np.empty((days, one.levels))
    order = slice(None, None, -1 if backward else 1)
    _stream(one, order, enter, leave, state, scale, True, np.empty((0, one.levels)), states, scales)
    return states, scales
