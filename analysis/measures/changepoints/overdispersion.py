"""How much more counts vary within segments than Poisson counts: the estimate of phi."""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.recursion import forward_messages, log_choose
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import best_dates

MAX_ROUNDS = 8


def phi_within_segments(observed: ObservedCounts, dates: list[int]) -> float:
    """Variance over mean of the counts within given segments.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    dates : list of int
        Days on which a new rate begins, counted from the first day of the series.

    Returns
    -------
    float
        Phi, without unit; NaN where no segment has two rows and an event.

    Notes
    -----
    Pearson's statistic over its degrees of freedom in each segment (McCullagh and Nelder 1989, section 4.5), averaged
    with the events of the segments as weights, because a segment with few events says little. Rows that a change
    splits, and segments of one row or without an event, are left out.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> phi_within_segments(found.observed, [10]) < phi_within_segments(found.observed, [])
    True
    """
    first, end, count = (np.array(each, float) for each in zip(*observed.rows, strict=True))
    exposed = np.append(0.0, observed.exposure.cumsum())
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


def estimate_phi(observed: ObservedCounts, shape: float, rate: float, log_prior: np.ndarray) -> float:
    """Estimate the variance over mean of the counts within segments that are not known.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    shape, rate : float
        Of the gamma prior of the rate of a segment: events and days.
    log_prior : array of float, (max_changes + 1,)
        Log prior probability of 0 .. max_changes changes.

    Returns
    -------
    float
        Phi, 1 or more, without unit; 1 where there are too few rows to tell.

    Notes
    -----
    The search starts with the phi of a constant rate, which takes every change for noise. It finds the most probable
    segments under that phi, takes the phi within them, and repeats until phi falls no further. The result is the
    largest phi that agrees with its own segments. Segments found under a Poisson likelihood follow the noise, so that
    the phi within them is too small.

    Phi is taken from the rows as they are given. Days that depend on each other, as attacks in waves do, vary more over
    weeks than over days: from daily counts phi is then too small.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> estimate_phi(found.observed, 1.0, 0.5, np.log([0.5, 0.5]))
    1.0
    """
    phi = phi_within_segments(observed, [])
    for _ in range(MAX_ROUNDS):
        if not phi > 1.0:
            return 1.0
        likelihood = SegmentLikelihood(observed, shape, rate, phi)
        before = forward_messages(likelihood, min(len(log_prior), observed.days))
        number = _most_probable(before[1:, -1], log_prior, observed.days)
        lower = phi_within_segments(observed, best_dates(likelihood, before, number))
        if not lower < phi - 1e-3:
            break
        phi = lower
    return max(phi, 1.0)


def _most_probable(log_sum: np.ndarray, log_prior: np.ndarray, days: int) -> int:
    weight = log_sum + log_prior[: len(log_sum)] - log_choose(days - 1, np.arange(len(log_sum)))
    return int(np.argmax(weight))
