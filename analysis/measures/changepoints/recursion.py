"""The exact posterior of the number and the places of changes: a dynamic programme over states.

Source of the principle: Fearnhead (2006), Exact and efficient Bayesian inference for multiple
changepoint problems, Statistics and Computing 16, 203-213: sums over all placements of changes by
recursion from both ends. Here the places are the states of `segments`, so that the sum also runs
over every way in which a change may split a total.
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

DENSE = 700  # states of one block up to which every pair of them is looked at
PAIRS = 200_000  # pairs of states handled at a time
SAFE = 600.0  # logs apart up to which sums of exponentials lose nothing
GIANT = 2e8  # products, and
LONG = 1500  # days, beyond which a convolution goes by Fourier transform
NOISE = 1e-13  # share of the largest term below which a transform says nothing


@dataclass(frozen=True)
class Recursion:
    """What one series says under one prior and one phi, for 0 .. most changes.

    states : the places of a change (n,)
    before : (most + 2, n) log evidence of all that lies before a state, cut into that many segments
    after : the same for all that lies after it
    log_prior : (most + 1,) log prior probability of 0 .. most changes
    """

    states: SegmentLikelihood
    before: np.ndarray
    after: np.ndarray
    log_prior: np.ndarray

    @cached_property
    def log_sum(self) -> np.ndarray:
        """Log evidence of k changes summed over placements and splits, k = 0 .. most."""
        last = self.after[1]
        return np.array([_total(self.before[k] + last) for k in range(len(self.log_prior))])

    @cached_property
    def log_evidence(self) -> np.ndarray:
        """Log evidence of k changes, every placement being as likely as any other."""
        places = self.states.seen.days - 1
        return self.log_sum - log_choose(places, np.arange(len(self.log_prior)))

    @cached_property
    def number(self) -> np.ndarray:
        """Posterior probability of k changes."""
        weight = np.where(np.isneginf(self.log_prior), -np.inf, self.log_prior + self.log_evidence)
        chance = np.exp(weight - weight.max())
        return chance / chance.sum()

    def date(self, order: int, changes: int) -> np.ndarray:
        """Probability that the `order`-th of `changes` changes is on each day: (days,)."""
        log = self.before[order] + self.after[changes + 1 - order] - self.log_sum[changes]
        found = np.bincount(self.states.day, np.exp(log), self.states.seen.days + 1)[:-1]
        return found / found.sum()

    def marginal(self) -> np.ndarray:
        """Probability that a change is on each day, over all numbers of changes: (days,)."""
        out = np.zeros(self.states.seen.days)
        for changes in np.flatnonzero(self.number > 0):
            out += self.number[changes] * sum(self.date(j, changes) for j in range(1, changes + 1))
        return out


def run_recursion(states: SegmentLikelihood, log_prior: np.ndarray) -> Recursion:
    """Run the recursion from both ends; `log_prior` holds the numbers 0 .. most."""
    most = min(len(log_prior) - 1, states.seen.days - 1)
    log_prior = log_prior[: most + 1] - logsumexp(log_prior[: most + 1])
    mirrored = SegmentLikelihood(states.seen.mirrored, states.shape, states.rate, states.phi)
    # From the end, a cut total's factorial would be booked where the total begins: book it here.
    after = forward_messages(mirrored, most + 1)[:, ::-1] + states.ways
    return Recursion(states, forward_messages(states, most + 1), after, log_prior)


@lru_cache(maxsize=16)
def forward_messages(states: SegmentLikelihood, segments: int) -> np.ndarray:
    """Log evidence of everything before each state in 0 .. `segments` segments: (segments + 1, n), read-only.

    The last few are kept: they do not depend on how many changes are expected, so that the same are asked for under
    other such priors, and by the search for phi.
    """
    seen = states.seen
    basis = (seen.exposure, seen.single, seen.cuttable, states.shape, states.rate, states.phi, segments)
    out = cached_array(basis, lambda: _messages(states, segments))
    out.flags.writeable = False
    return out


def _messages(states: SegmentLikelihood, segments: int) -> np.ndarray:
    out = np.full((segments + 1, len(states.day)), -np.inf)
    out[0, 0] = 0.0
    lean = states.between(np.zeros(1, int), np.arange(len(states.day)))[0]
    lean[0] = 0.0  # the begin has no segment before it
    for block in states.blocks:
        if block.begin:
            _from_earlier(states, block, out, lean)
        (_plain if block.cuts is None else _cutting)(states, block, out, lean)
    return out


def _plain(states: SegmentLikelihood, block: Block, out: np.ndarray, lean: np.ndarray) -> None:
    here = slice(block.begin, block.end)
    within = states.between(np.arange(block.begin, block.end), np.arange(block.begin, block.end))
    kernel = _Sums(within, lean[here])
    for level in range(1, len(out)):
        out[level, here] = np.logaddexp(out[level, here], kernel(out[level - 1 : level, here])[0])


def _from_earlier(states: SegmentLikelihood, block: Block, out: np.ndarray, lean: np.ndarray) -> None:
    """Segments that begin in an earlier block and end in this one."""
    earlier = np.arange(block.begin)
    step = max(PAIRS // block.begin, 1)
    for first in range(block.begin, block.end, step):
        to = np.arange(first, min(first + step, block.end))
        kernel = _Sums(states.between(earlier, to), lean[: block.begin])
        out[1:, to] = kernel(out[:-1, : block.begin])


def _cutting(states: SegmentLikelihood, block: Block, out: np.ndarray, lean: np.ndarray) -> None:
    here = slice(block.begin, block.end)
    size = block.end - block.begin
    even = block.even and size > DENSE
    inner = _even_sums(states, block) if even else _pairwise(states, block, lean[here])
    for level in range(1, len(out)):
        out[level, here] = np.logaddexp(out[level, here], inner(out[level - 1, here]))


def _pairwise(states: SegmentLikelihood, block: Block, lean: np.ndarray):
    """Segments inside a block, pair by pair."""
    size = block.end - block.begin
    every, step = np.arange(size), max(PAIRS // size, 1)
    parts = [every[first : first + step] for first in range(0, size, step)]
    kernels = [_Sums(states.inside(block, every, part), lean) for part in parts] if size <= 4 * DENSE else None

    def inner(before: np.ndarray) -> np.ndarray:
        ready = kernels or (_Sums(states.inside(block, every, part), lean) for part in parts)
        return np.concatenate([kernel(before[None])[0] for kernel in ready])

    return inner


class _Sums:
    """log sum_i exp(before[k, i] + kernel[i, j]) for rows of `before`.

    `lean` (n,), the log evidence of one segment from the begin to i, is moved from the one to the
    other: what is left lies close to 0 and can be summed as exponentials, taken once. Where logs
    still lie too far apart for that to keep every term, the sum is taken in logs throughout.
    """

    def __init__(self, kernel: np.ndarray, lean: np.ndarray):
        self.kernel, self.lean = kernel, lean
        leant = kernel + lean[:, None]
        self.top = finite(leant.max(axis=0))
        leant -= self.top
        lowest = leant.min(axis=0, where=leant > -np.inf, initial=0.0)
        self.exp = np.exp(leant, out=leant) if lowest.min(initial=0.0) > -SAFE / 2 else None

    def __call__(self, before: np.ndarray) -> np.ndarray:
        out = np.full((len(before), self.kernel.shape[1]), -np.inf)
        live = before > -np.inf
        number = live.sum(axis=1)
        leant = before - self.lean
        top = finite(leant.max(axis=1))[:, None]
        leant -= top
        near = leant.min(axis=1, where=live, initial=0.0) > -SAFE / 2
        at_once = near & (number > 1) & (self.exp is not None)
        if at_once.any():
            with np.errstate(divide="ignore"):
                out[at_once] = np.log(np.exp(leant[at_once]) @ self.exp) + top[at_once] + self.top
        for k in np.flatnonzero(~at_once & (number > 0)):
            some = live[k]
            out[k] = logsumexp_columns(self.kernel[some] + before[k, some][:, None])
        return out


def logsumexp_columns(terms: np.ndarray) -> np.ndarray:
    """Log of the sum of exponentials down each column; -inf where a column has only -inf."""
    top = finite(terms.max(axis=0))
    terms -= top
    np.exp(terms, out=terms)
    with np.errstate(divide="ignore"):
        return np.log(terms.sum(axis=0)) + top


def _even_sums(states: SegmentLikelihood, block: Block):
    """Segments inside one evenly spread total: their evidence depends only on how many days and
    units lie between two states, so the sum is a convolution. Logs are first tilted by so much per
    unit as makes the longest segments alike, which adds up along any path and keeps exponentials
    in range."""
    days, units, *_ = block.even
    kernel = states.even_kernel(block)
    tilt = np.arange(units + 1) * (kernel[-1, -1] - kernel[-1, 0]) / units
    top = (kernel[1:] - tilt).max()
    weights = np.exp(kernel - tilt - top)[:-1]
    giant = days > LONG or float(days) ** 2 * (units + 1.0) ** 2 / 2 > GIANT
    convolve = _by_fourier if giant else _by_products

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
    """Convolution over days and units, one number of days at a time: all terms are positive, so
    nothing cancels. (Many small products: on a busy machine large ones wait for each other.)"""
    days, units = left.shape
    more = np.arange(units) - np.arange(units)[:, None]
    out = np.zeros_like(left)
    for lag in range(1, days):
        step = np.where(more >= 0, weights[lag, more], 0.0)
        out[lag:] += left[:-lag] @ step
    return out


def _by_fourier(left: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The same for a total of thousands of days or incidents, where terms below the rounding of
    the largest are lost; they are set to 0 rather than left as noise."""
    found = fftconvolve(left, weights)[: left.shape[0], : left.shape[1]]
    return np.where(found > NOISE * found.max(), found, 0.0)


def finite(values):
    """-inf as 0, where a largest log is subtracted."""
    return np.where(np.isneginf(values), 0.0, values)


def _total(logs: np.ndarray) -> float:
    return float(logsumexp(logs)) if len(logs) else -np.inf


def log_choose(n: int, k: np.ndarray) -> np.ndarray:
    """Log of the number of ways to place k changes on n days."""
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
