"""The evidence of a stretch of days with one rate, between two states of a series (see `layout`).

It depends only on the counts and the exposure between them (conjugacy), times the multinomial share
of the counts that are cut.
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
    """All places of a change of one series, under one prior of the rates; `phi` as in `Layout`."""

    seen: ObservedCounts
    shape: float
    rate: float
    phi: float = 1.0

    @cached_property
    def _layout(self) -> Candidates:
        return find_candidates(self.seen, self.phi)

    @property
    def day(self) -> np.ndarray:
        """Day of each state (n,)."""
        return self._layout.day

    @property
    def count(self) -> np.ndarray:
        """Counts (over phi) to the left of each state (n,)."""
        return self._layout.count

    @property
    def exposure(self) -> np.ndarray:
        """Days of exposure (over phi) to the left of each state (n,)."""
        return self._layout.exposure

    @property
    def blocks(self) -> list[Block]:
        """Neighbouring states that are handled together."""
        return self._layout.blocks

    @property
    def ways(self) -> np.ndarray:
        """Log factorials of the totals that each state cuts (n,)."""
        return self._layout.ways

    @cached_property
    def _tables(self) -> LikelihoodTables | None:
        """What the evidence takes of counts and exposures, for every difference that two states can have."""
        count, exposure = self._layout.differences
        if count is None or exposure is None:
            return None
        power = self.shape + count.values
        return LikelihoodTables(
            count, exposure, power, gammaln(power) + self._start, np.log(self.rate + exposure.values)
        )

    @property
    def _start(self) -> float:
        return self.shape * np.log(self.rate) - gammaln(self.shape)

    def log_evidence(self, count: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """Log of the integral of rate^count exp(-rate exposure) over the gamma prior: the
        gamma-Poisson pair (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6)."""
        power = self.shape + np.maximum(count, 0.0)
        return self._start + gammaln(power) - power * np.log(self.rate + np.maximum(exposure, 0.0))

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Log evidence of one rate from states i to states j, for states of different blocks, or of
        a block that cuts nothing: (len(i), len(j)). -inf where j is not after i."""
        out = self._evidence(i, j)
        if self._layout.active:
            right, left = self._layout.edges
            out += right[i][:, None]
            out += left[j]
        if self.day[i].max(initial=0) >= self.day[j].min(initial=0):
            out[self.day[j] <= self.day[i][:, None]] = -np.inf
        return out

    def _evidence(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        if self._tables:
            return self._tables.log_evidence(i, j)
        count = self.count[j] - self.count[i][:, None]
        return self.log_evidence(count, self.exposure[j] - self.exposure[i][:, None])

    def inside(self, block: Block, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """As `between`, for states of one block that cuts counts; i and j count from its begin."""
        at = self.day[block.begin : block.end]
        later = at[j] > at[i][:, None]
        if block.even:
            days, units, *_ = block.even
            more = j % (units + 1) - (i % (units + 1))[:, None]
            table = self.even_kernel(block)[at[j] - np.minimum(at[i][:, None], at[j]), np.maximum(more, 0)]
            return np.where(later & (more >= 0), table, -np.inf)
        pieces = block.cuts.log_pieces(i, j)
        return np.where(later, self._evidence(block.begin + i, block.begin + j) + pieces, -np.inf)

    def even_kernel(self, block: Block) -> np.ndarray:
        """Log evidence of one rate over a number of days and units inside an even block:
        (days, units + 1); row 0 is -inf."""
        days, units, size, per_day = block.even
        lag, more = np.arange(days)[:, None], np.arange(units + 1)
        with np.errstate(divide="ignore"):
            shares = xlogy(more, lag / days) - gammaln(more + 1)
            out = self.log_evidence(more * size, lag * per_day) + shares
        out[0] = -np.inf
        return out
