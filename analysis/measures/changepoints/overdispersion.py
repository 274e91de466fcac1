"""How much more counts vary within segments than a Poisson process allows."""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.recursion import forward_messages, log_choose
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import best_dates

ROUNDS = 8


def phi_within_segments(seen: ObservedCounts, dates: list[int]) -> float:
    """Variance over mean of the counts within the segments that `dates` bound; NaN if unknown.

    Pearson's statistic over its degrees of freedom in each segment (McCullagh and Nelder 1989, 4.5),
    averaged with the segments' incidents as weights, for a quiet stretch says little about noise.
    Rows that a change cuts, and segments of one row or without an incident, say nothing.
    """
    first, end, count = (np.array(each, float) for each in zip(*seen.rows, strict=True))
    exposed = np.append(0.0, seen.exposure.cumsum())
    share = exposed[end.astype(int)] - exposed[first.astype(int)]
    segment = np.searchsorted(dates, first, side="right")
    whole = segment == np.searchsorted(dates, end, side="left")
    ratio, weight = [], []
    for each in np.unique(segment):
        rows = whole & (segment == each)
        if rows.sum() > 1 and count[rows].sum():
            expected = share[rows] * count[rows].sum() / share[rows].sum()
            ratio.append(((count[rows] - expected) ** 2 / expected).sum() / (rows.sum() - 1))
            weight.append(count[rows].sum() * (1 - 1 / rows.sum()))
    return float(np.average(ratio, weights=weight)) if ratio else float("nan")


def estimate_phi(seen: ObservedCounts, shape: float, rate: float, log_prior: np.ndarray) -> float:
    """phi within segments, from above: begin with the phi of a constant rate, which takes every
    change for noise; find the segments that stand against that much noise; take the phi within them;
    and so on until it falls no further. The largest phi that agrees with its own segments is the
    cautious one: segments found by a Poisson posterior follow the noise and make it look small.
    Never below 1; 1 where there are too few rows to tell.
    """
    phi = phi_within_segments(seen, [])
    for _ in range(ROUNDS):
        if not phi > 1.0:
            return 1.0
        states = SegmentLikelihood(seen, shape, rate, phi)
        before = forward_messages(states, min(len(log_prior), seen.days))
        number = _most_probable(before[1:, -1], log_prior, seen.days)
        lower = phi_within_segments(seen, best_dates(states, before, number))
        if not lower < phi - 1e-3:
            break
        phi = lower
    return max(phi, 1.0)


def _most_probable(log_sum: np.ndarray, log_prior: np.ndarray, days: int) -> int:
    weight = log_sum + log_prior[: len(log_sum)] - log_choose(days - 1, np.arange(len(log_sum)))
    return int(np.argmax(weight))
