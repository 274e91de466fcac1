"""The marginal likelihood of a segment: the days between two candidates, on which the rate is the same.

It depends on the counts and the exposure between the candidates alone (conjugacy), times the multinomial share of
the counts that a candidate splits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy

from analysis.measures.changepoints.candidates import Candidates, find_candidates
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.precomputed import LikelihoodTables
from analysis.measures.changepoints.splits import Block


@dataclass(frozen=True)
class SegmentLikelihood:
    """The segments between the candidates of one series, under one gamma prior of the rate.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    shape, rate : float
        Of the gamma prior: events and days, above 0.
    phi : float
        Number by which the log likelihood is divided, 1 or more.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> len(SegmentLikelihood(found.observed, 1.0, 0.5).day)
    21
    """

    observed: ObservedCounts
    shape: float
    rate: float
    phi: float = 1.0

    @property
    def parameters(self) -> tuple:
        """All that the likelihood depends on beside the counts: shape, rate and phi; tuple of plain values.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.parameters[0], likelihood.parameters[2]
        (0.5, 1.0)
        """
        return self.shape, self.rate, self.phi

    @property
    def mirrored(self) -> SegmentLikelihood:
        """The same likelihood of the days from last to first.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.mirrored.count[:3].tolist()
        [0.0, 0.0, 0.0]
        """
        return replace(self, observed=self.observed.mirrored)

    @cached_property
    def _candidates(self) -> Candidates:
        return find_candidates(self.observed, self.phi)

    @property
    def split_pairs(self) -> int:
        """What the closed form costs where ranges overlap, as `Candidates.split_pairs`.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.split_pairs
        0
        """
        return self._candidates.split_pairs

    @property
    def day(self) -> np.ndarray:
        """Day of each candidate, int (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.day[:3].tolist()
        [0, 1, 2]
        """
        return self._candidates.day

    @property
    def count(self) -> np.ndarray:
        """Counts (over phi) before each candidate, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.count[:3].tolist()
        [0.0, 3.0, 7.0]
        """
        return self._candidates.count

    @property
    def exposure(self) -> np.ndarray:
        """Days of exposure (over phi) before each candidate, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.exposure[:3].tolist()
        [0.0, 1.0, 2.0]
        """
        return self._candidates.exposure

    @property
    def blocks(self) -> list[Block]:
        """Neighbouring candidates that are computed together, list of Block.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.blocks[0].begin, likelihood.blocks[0].end
        (0, 21)
        """
        return self._candidates.blocks

    @property
    def log_factorials(self) -> np.ndarray:
        """Log factorials of the totals that each candidate splits, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.log_factorials[:2].tolist()
        [0.0, 0.0]
        """
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
        """Log marginal likelihood of a segment: the rate integrated out under its gamma prior.

        Parameters
        ----------
        count, exposure : array of float, (n,)
            Events and days of each segment (over phi).

        Returns
        -------
        array of float, (n,)
            Log of the integral of rate^count exp(-rate exposure) over the prior (Gelman et al., Bayesian Data Analysis,
            3rd ed., section 2.6).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> SegmentLikelihood(found.observed, 1.0, 1.0).log_marginal(np.array([0.0]), np.array([1.0])).round(4).tolist()
        [-0.6931]
        """
        power = self.shape + np.maximum(count, 0.0)
        return self._log_prior_constant + gammaln(power) - power * np.log(self.rate + np.maximum(exposure, 0.0))

    def rate_posterior(self, count: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Posterior of the rate of segments.

        Parameters
        ----------
        count, exposure : array of float, (n,)
            Events and days of each segment (over phi).

        Returns
        -------
        shape, rate : array of float, (n,)
            Of the gamma posteriors.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> shape, rate = SegmentLikelihood(found.observed, 1.0, 0.5).rate_posterior(np.array([7.0]), np.array([2.0]))
        >>> (shape / rate).tolist()
        [3.2]
        """
        return self.shape + count, self.rate + exposure

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Log marginal likelihood of segments between candidates of different blocks, or of a block without splits.

        Parameters
        ----------
        i, j : array of int
            Candidates at which the segments start and end.

        Returns
        -------
        array of float, (len(i), len(j))
            -inf where j is not after i.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood.between(np.array([0, 10]), np.array([10])).round(1).tolist()
        [[6.4], [-inf]]
        """
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
        """Log marginal likelihood of segments inside one block with splits.

        Parameters
        ----------
        block : Block
            The block.
        i, j : array of int
            Candidates at which the segments start and end, counted from the start of the block.

        Returns
        -------
        array of float, (len(i), len(j))
            -inf where j is not after i.

        Examples
        --------
        >>> from analysis.measures.changepoints.observed_counts import observe_counts
        >>> import pandas as pd
        >>> total = observe_counts(pd.DataFrame({"start": [0], "end": [2], "count": [1]}))
        >>> likelihood = SegmentLikelihood(total, 1.0, 1.0)
        >>> block = next(each for each in likelihood.blocks if each.splits is not None)
        >>> likelihood.inside(block, np.array([0]), np.array([2, 3])).round(2).tolist()
        [[-2.48, -1.1]]
        """
        at = self.day[block.begin : block.end]
        later = at[j] > at[i][:, None]
        if block.even_spread:
            days, units, *_ = block.even_spread
            more = j % (units + 1) - (i % (units + 1))[:, None]
            table = self.even_spread_kernel(block)[at[j] - np.minimum(at[i][:, None], at[j]), np.maximum(more, 0)]
            return np.where(later & (more >= 0), table, -np.inf)
        assert block.splits is not None
        shares = block.splits.log_shares(i, j)
        return np.where(later, self._log_marginal(block.begin + i, block.begin + j) + shares, -np.inf)

    def even_spread_kernel(self, block: Block) -> np.ndarray:
        """Log marginal likelihood of a segment over a number of days and units inside an evenly spread block.

        Parameters
        ----------
        block : Block
            With `even_spread`.

        Returns
        -------
        array of float, (days, units + 1)
            Row 0 is -inf: a segment has at least one day.

        Examples
        --------
        >>> from analysis.measures.changepoints.observed_counts import observe_counts
        >>> import pandas as pd
        >>> total = observe_counts(pd.DataFrame({"start": [0], "end": [2], "count": [100]}))
        >>> likelihood = SegmentLikelihood(total, 1.0, 1.0)
        >>> block = next(each for each in likelihood.blocks if each.even_spread is not None)
        >>> likelihood.even_spread_kernel(block).shape
        (3, 101)
        """
        assert block.even_spread is not None
        days, units, size, per_day = block.even_spread
        lag, more = np.arange(days)[:, None], np.arange(units + 1)
        with np.errstate(divide="ignore"):
            shares = xlogy(more, lag / days) - gammaln(more + 1)
            out = self.log_marginal(more * size, lag * per_day) + shares
        out[0] = -np.inf
        return out
