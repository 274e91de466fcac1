"""The marginal likelihood of a segment: the days between two candidates, on which the rate is the same.

It depends on the counts and the exposure between the candidates alone (conjugacy), times the multinomial share of
the counts that a candidate splits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy

from analysis.measures.changepoints.candidates import Candidates, find_candidates
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.precomputed import LikelihoodTables
from analysis.measures.changepoints.splits import Block


@dataclass(frozen=True)
class SegmentLikelihood:
    """The segments between the candidates of one series, under one gamma prior (shape, rate) of the rate.

    `phi` divides the log likelihood, see `Candidates`.
    """

    observed: ObservedCounts
    shape: float
    rate: float
    phi: float = 1.0

    @cached_property
    def _candidates(self) -> Candidates:
        return find_candidates(self.observed, self.phi)

    @property
    def day(self) -> np.ndarray:
        """Day of each candidate (n,)."""
        return self._candidates.day

    @property
    def count(self) -> np.ndarray:
        """Counts (over phi) to the left of each candidate (n,)."""
        return self._candidates.count

    @property
    def exposure(self) -> np.ndarray:
        """Days of exposure (over phi) to the left of each candidate (n,)."""
        return self._candidates.exposure

    @property
    def blocks(self) -> list[Block]:
        """Neighbouring candidates that are handled together."""
        return self._candidates.blocks

    @property
    def log_factorials(self) -> np.ndarray:
        """Log factorials of the totals that each candidate splits (n,)."""
        return self._candidates.log_factorials

    @cached_property
    def _tables(self) -> LikelihoodTables | None:
        """The terms of the log marginal likelihood, for every difference that two candidates can have."""
        count, exposure = self._candidates.differences
        if count is None or exposure is None:
            return None
        power = self.shape + count.values
        return LikelihoodTables(
            count, exposure, power, gammaln(power) + self._log_prior_constant, np.log(self.rate + exposure.values)
        )

    @property
    def _log_prior_constant(self) -> float:
        return self.shape * np.log(self.rate) - gammaln(self.shape)

    def log_marginal(self, count: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """Log of the integral of rate^count exp(-rate exposure) over the gamma prior: the
        gamma-Poisson pair (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6)."""
        power = self.shape + np.maximum(count, 0.0)
        return self._log_prior_constant + gammaln(power) - power * np.log(self.rate + np.maximum(exposure, 0.0))

    def rate_posterior(self, count: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shape and rate of the gamma posterior of the rate of segments with `count` and `exposure` (over phi)."""
        return self.shape + count, self.rate + exposure

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Log marginal likelihood of the segments from candidates i to candidates j, of different blocks or of a block
        without splits: (len(i), len(j)). -inf where j is not after i."""
        out = self._log_marginal(i, j)
        if self._candidates.active:
            right, left = self._candidates.edges
            out += right[i][:, None]
            out += left[j]
        if self.day[i].max(initial=0) >= self.day[j].min(initial=0):
            out[self.day[j] <= self.day[i][:, None]] = -np.inf
        return out

    def _log_marginal(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        if self._tables:
            return self._tables.log_marginal(i, j)
        count = self.count[j] - self.count[i][:, None]
        return self.log_marginal(count, self.exposure[j] - self.exposure[i][:, None])

    def inside(self, block: Block, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """As `between`, for candidates of one block with splits; i and j count from its start."""
        at = self.day[block.begin : block.end]
        later = at[j] > at[i][:, None]
        if block.even_spread:
            days, units, *_ = block.even_spread
            more = j % (units + 1) - (i % (units + 1))[:, None]
            table = self.even_spread_kernel(block)[at[j] - np.minimum(at[i][:, None], at[j]), np.maximum(more, 0)]
            return np.where(later & (more >= 0), table, -np.inf)
        shares = block.splits.log_shares(i, j)
        return np.where(later, self._log_marginal(block.begin + i, block.begin + j) + shares, -np.inf)

    def even_spread_kernel(self, block: Block) -> np.ndarray:
        """Log marginal likelihood of a segment over a number of days and units inside an evenly spread block:
        (days, units + 1); row 0 is -inf."""
        days, units, size, per_day = block.even_spread
        lag, more = np.arange(days)[:, None], np.arange(units + 1)
        with np.errstate(divide="ignore"):
            shares = xlogy(more, lag / days) - gammaln(more + 1)
            out = self.log_marginal(more * size, lag * per_day) + shares
        out[0] = -np.inf
        return out
