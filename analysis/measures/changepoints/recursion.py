"""The forward-backward recursion over the candidate change points.

It sums over all placements of changes from both ends of the series (Fearnhead 2006, Exact and efficient Bayesian
inference for multiple changepoint problems, Statistics and Computing 16, 203-213). The candidates also say how a change
splits a total, so that the sum runs over every split as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.signal import fftconvolve
from scipy.special import gammaln, logsumexp

from analysis.measures.changepoints.array_cache import cached_array
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.splits import Block

MAX_PAIRWISE = 700  # candidates of one evenly spread block up to which every pair is computed
PAIRS_AT_ONCE = 200_000  # pairs of candidates computed at a time
MAX_LOG_RANGE = 600.0  # difference of logs up to which a sum of exponentials keeps every term
FOURIER_PRODUCTS = 2e8  # products beyond which, and
FOURIER_DAYS = 1500  # days beyond which a convolution uses the Fourier transform
FOURIER_NOISE = 1e-13  # share of the largest term below which a term of the transform is rounding error


@dataclass(frozen=True)
class Recursion:
    """The sums over all placements of 0 .. max_changes changes, under one likelihood.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments between n candidates.
    before : array of float, (max_changes + 2, n)
        Log marginal likelihood of the counts before a candidate, in so many segments.
    after : array of float, (max_changes + 2, n)
        The same of the counts after it.
    log_prior : array of float, (max_changes + 1,)
        Log prior probability of 0 .. max_changes changes.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> recursion.before.shape
    (7, 21)
    """

    likelihood: SegmentLikelihood
    before: np.ndarray
    after: np.ndarray
    log_prior: np.ndarray

    @cached_property
    def log_sum(self) -> np.ndarray:
        """Log marginal likelihood of 0 .. max_changes changes, summed over placements and splits; (max_changes + 1,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import recursion
        >>> recursion.log_sum.shape
        (6,)
        """
        last = self.after[1]
        return np.array([_log_total(self.before[k] + last) for k in range(len(self.log_prior))])

    @cached_property
    def log_marginal(self) -> np.ndarray:
        """Log marginal likelihood of 0 .. max_changes changes, averaged over placements; float (max_changes + 1,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import recursion
        >>> int(recursion.log_marginal.argmax())
        1
        """
        places = self.likelihood.observed.days - 1
        return self.log_sum - log_choose(places, np.arange(len(self.log_prior)))

    @cached_property
    def number(self) -> np.ndarray:
        """Posterior probability of 0 .. max_changes changes, float (max_changes + 1,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import recursion
        >>> int(recursion.number.argmax())
        1
        """
        weight = np.where(np.isneginf(self.log_prior), -np.inf, self.log_prior + self.log_marginal)
        probability = np.exp(weight - weight.max())
        return probability / probability.sum()

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

        Examples
        --------
        >>> from analysis.measures.changepoints.example import recursion
        >>> int(recursion.date(1, 1).argmax())
        10
        """
        log = self.before[order] + self.after[changes + 1 - order] - self.log_sum[changes]
        found = np.bincount(self.likelihood.day, np.exp(log), self.likelihood.observed.days + 1)[:-1]
        return found / found.sum()

    def marginal(self) -> np.ndarray:
        """Probability of a change on each day, over all numbers of changes.

        Returns
        -------
        array of float, (days,)
            They add up to the expected number of changes.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import recursion
        >>> int(recursion.marginal().argmax())
        10
        """
        out = np.zeros(self.likelihood.observed.days)
        for changes in np.flatnonzero(self.number > 0).tolist():
            dates = [self.date(order, changes) for order in range(1, changes + 1)]
            out += self.number[changes] * sum(dates, start=np.zeros(len(out)))
        return out


def run_recursion(likelihood: SegmentLikelihood, log_prior: np.ndarray) -> Recursion:
    """Run the recursion from both ends of the series.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    log_prior : array of float, (max_changes + 1,)
        Log prior probability of 0 .. max_changes changes; cut off at days - 1 changes.

    Returns
    -------
    Recursion
        The sums from both ends.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import likelihood
    >>> len(run_recursion(likelihood, np.log([0.5, 0.5])).number)
    2
    """
    max_changes = min(len(log_prior) - 1, likelihood.observed.days - 1)
    log_prior = log_prior[: max_changes + 1] - logsumexp(log_prior[: max_changes + 1])
    # The mirrored recursion adds the factorial of a split total where the total starts; it belongs at its end.
    after = forward_messages(likelihood.mirrored, max_changes + 1)[:, ::-1] + likelihood.log_factorials
    return Recursion(likelihood, forward_messages(likelihood, max_changes + 1), after, log_prior)


@lru_cache(maxsize=16)
def forward_messages(likelihood: SegmentLikelihood, segments: int) -> np.ndarray:
    """Log marginal likelihood of the counts before each candidate, in 0 .. `segments` segments.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    segments : int
        Largest number of segments.

    Returns
    -------
    array of float, (segments + 1, n)
        Read-only.

    Notes
    -----
    The last sixteen are cached: they do not depend on the expected number of changes, so that other such priors and the
    search for phi need the same ones.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import likelihood
    >>> forward_messages(likelihood, 2).shape
    (3, 21)
    """
    observed = likelihood.observed
    inputs = (observed.exposure, observed.day_counts, observed.interval_counts, *likelihood.parameters, segments)
    out = cached_array(inputs, lambda: _messages(likelihood, segments))
    out.flags.writeable = False
    return out


def _messages(likelihood: SegmentLikelihood, segments: int) -> np.ndarray:
    out = np.full((segments + 1, len(likelihood.day)), -np.inf)
    out[0, 0] = 0.0
    offset = likelihood.between(np.zeros(1, int), np.arange(len(likelihood.day)))[0]
    offset[0] = 0.0  # there is no segment before the start
    for block in likelihood.blocks:
        if block.begin:
            _add_earlier_blocks(likelihood, block, out, offset)
        (_add_unsplit_block if block.splits is None else _add_split_block)(likelihood, block, out, offset)
    return out


def _add_unsplit_block(likelihood: SegmentLikelihood, block: Block, out: np.ndarray, offset: np.ndarray) -> None:
    here = slice(block.begin, block.end)
    within = likelihood.between(np.arange(block.begin, block.end), np.arange(block.begin, block.end))
    kernel = _Sums(within, offset[here])
    for level in range(1, len(out)):
        out[level, here] = np.logaddexp(out[level, here], kernel(out[level - 1 : level, here])[0])


def _add_earlier_blocks(likelihood: SegmentLikelihood, block: Block, out: np.ndarray, offset: np.ndarray) -> None:
    """Segments that begin in an earlier block and end in this one."""
    earlier = np.arange(block.begin)
    step = max(PAIRS_AT_ONCE // block.begin, 1)
    for first in range(block.begin, block.end, step):
        to = np.arange(first, min(first + step, block.end))
        kernel = _Sums(likelihood.between(earlier, to), offset[: block.begin])
        out[1:, to] = kernel(out[:-1, : block.begin])


def _add_split_block(likelihood: SegmentLikelihood, block: Block, out: np.ndarray, offset: np.ndarray) -> None:
    here = slice(block.begin, block.end)
    size = block.end - block.begin
    even_spread = block.even_spread and size > MAX_PAIRWISE
    inner = _even_spread_sums(likelihood, block) if even_spread else _pairwise_sums(likelihood, block, offset[here])
    for level in range(1, len(out)):
        out[level, here] = np.logaddexp(out[level, here], inner(out[level - 1, here]))


def _pairwise_sums(likelihood: SegmentLikelihood, block: Block, offset: np.ndarray):
    """Segments inside a block, pair by pair."""
    size = block.end - block.begin
    every, step = np.arange(size), max(PAIRS_AT_ONCE // size, 1)
    parts = [every[first : first + step] for first in range(0, size, step)]
    kernels = None
    if size <= 4 * MAX_PAIRWISE:
        kernels = [_Sums(likelihood.inside(block, every, part), offset) for part in parts]

    def inner(before: np.ndarray) -> np.ndarray:
        ready = kernels or (_Sums(likelihood.inside(block, every, part), offset) for part in parts)
        return np.concatenate([kernel(before[None])[0] for kernel in ready])

    return inner


class _Sums:
    """log sum_i exp(before[k, i] + kernel[i, j]) for rows of `before`.

    `offset` (n,), the log marginal likelihood of one segment from the start to i, is subtracted from `before` and
    added to the kernel: the rest is close to 0, so that the exponentials of the kernel are taken once. Where logs still
    differ too much to keep every term, the sum is taken in logs.
    """

    def __init__(self, kernel: np.ndarray, offset: np.ndarray):
        self.kernel, self.offset = kernel, offset
        shifted = kernel + offset[:, None]
        self.top = replace_infinite(shifted.max(axis=0))
        shifted -= self.top
        lowest = shifted.min(axis=0, where=shifted > -np.inf, initial=0.0)
        self.exp = np.exp(shifted, out=shifted) if lowest.min(initial=0.0) > -MAX_LOG_RANGE / 2 else None

    def __call__(self, before: np.ndarray) -> np.ndarray:
        out = np.full((len(before), self.kernel.shape[1]), -np.inf)
        live = before > -np.inf
        number = live.sum(axis=1)
        shifted = before - self.offset
        top = replace_infinite(shifted.max(axis=1))[:, None]
        shifted -= top
        near = shifted.min(axis=1, where=live, initial=0.0) > -MAX_LOG_RANGE / 2
        at_once = near & (number > 1) & (self.exp is not None)
        if at_once.any():
            with np.errstate(divide="ignore"):
                out[at_once] = np.log(np.exp(shifted[at_once]) @ self.exp) + top[at_once] + self.top
        for k in np.flatnonzero(~at_once & (number > 0)):
            some = live[k]
            out[k] = logsumexp_columns(self.kernel[some] + before[k, some][:, None])
        return out


def logsumexp_columns(terms: np.ndarray) -> np.ndarray:
    """Log of the sum of exponentials down each column.

    Parameters
    ----------
    terms : array of float, (m, n)
        Logs; the array is overwritten.

    Returns
    -------
    array of float, (n,)
        -inf where a column has only -inf.

    Examples
    --------
    >>> logsumexp_columns(np.log([[1.0, 2.0], [3.0, 4.0]])).round(3).tolist()
    [1.386, 1.792]
    """
    top = replace_infinite(terms.max(axis=0))
    terms -= top
    np.exp(terms, out=terms)
    with np.errstate(divide="ignore"):
        return np.log(terms.sum(axis=0)) + top


def _even_spread_sums(likelihood: SegmentLikelihood, block: Block):
    """Segments inside one evenly spread total: their marginal likelihood depends only on the number of days and units
    between two candidates, so that the sum is a convolution. A constant per unit is subtracted from the logs first: it
    adds up along every path and keeps the exponentials in range."""
    assert block.even_spread is not None
    days, units, *_ = block.even_spread
    kernel = likelihood.even_spread_kernel(block)
    tilt = np.arange(units + 1) * (kernel[-1, -1] - kernel[-1, 0]) / units
    top = (kernel[1:] - tilt).max()
    weights = np.exp(kernel - tilt - top)[:-1]
    by_fourier = days > FOURIER_DAYS or float(days) ** 2 * (units + 1.0) ** 2 / 2 > FOURIER_PRODUCTS
    convolve = _by_fourier if by_fourier else _by_products

    def inner(before: np.ndarray) -> np.ndarray:
        grid = before.reshape(days - 1, units + 1) - tilt
        high = grid.max()
        if np.isneginf(high):
            return before
        with np.errstate(divide="ignore"):
            found = np.log(convolve(np.exp(grid - high), weights))
        return (found + high + top + tilt).ravel()

    return inner


def _by_products(left: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Convolution over days and units, one lag in days at a time. All terms are positive, so that nothing cancels. Many
    small products are faster than few large ones on a busy machine."""
    days, units = left.shape
    more = np.arange(units) - np.arange(units)[:, None]
    out = np.zeros_like(left)
    for lag in range(1, days):
        step = np.where(more >= 0, weights[lag, more], 0.0)
        out[lag:] += left[:-lag] @ step
    return out


def _by_fourier(left: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The same for a total of thousands of days or events. Terms below the rounding error of the largest are lost; they
    are set to 0."""
    found = fftconvolve(left, weights)[: left.shape[0], : left.shape[1]]
    return np.where(found > FOURIER_NOISE * found.max(), found, 0.0)


def replace_infinite(values):
    """Replace -inf by 0, where the largest log is subtracted.

    Parameters
    ----------
    values : array of float
        Logs.

    Returns
    -------
    array of float
        With 0 in place of -inf.

    Examples
    --------
    >>> replace_infinite(np.array([-np.inf, 2.0])).tolist()
    [0.0, 2.0]
    """
    return np.where(np.isneginf(values), 0.0, values)


def _log_total(logs: np.ndarray) -> float:
    return float(logsumexp(logs)) if len(logs) else -np.inf


def log_choose(n: int, k: np.ndarray) -> np.ndarray:
    """Log of the number of ways to place k changes on n days.

    Parameters
    ----------
    n : int
        Days.
    k : array of int
        Numbers of changes.

    Returns
    -------
    array of float
        Log binomial coefficients.

    Examples
    --------
    >>> np.exp(log_choose(5, np.array([0, 2]))).round().tolist()
    [1.0, 10.0]
    """
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
