"""The rates that go with a posterior of changes: per segment for given dates, and day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.sparse import csr_matrix
from scipy.special import gammainc, gammaln, logsumexp

from analysis.measures.changepoints.recursion import SAFE, Recursion, finite, logsumexp_columns
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood

NEGLIGIBLE = 1e-5  # posterior mass left out, at most, of the rates day by day
CLOSE = 1e5  # counts, and exposures, that differ by less than 1 / CLOSE are taken as the same
ROWS = 256  # states handled at a time


def log_segments(states: SegmentLikelihood, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Log evidence of one rate from states i to states j, wherever they lie: (len(i), len(j))."""
    out = states.between(i, j)
    for block in (block for block in states.blocks if block.cuts is not None):
        own_i, own_j = (np.flatnonzero((s >= block.begin) & (s < block.end)) for s in (i, j))
        if len(own_i) and len(own_j):
            within = states.inside(block, i[own_i] - block.begin, j[own_j] - block.begin)
            out[np.ix_(own_i, own_j)] = within
    return out


def states_on(states: SegmentLikelihood, day: int) -> np.ndarray:
    """The states of one day."""
    return np.arange(*np.searchsorted(states.day, [day, day + 1]))


def best_dates(states: SegmentLikelihood, before: np.ndarray, changes: int) -> list[int]:
    """Days of the most probable placement of `changes` changes, splits of totals summed over.

    From the most probable last change back to the first given those after it, then each improved in
    turn, the others fixed, until none can be: exact in each step, and a local optimum as a whole.
    """
    last = states.seen.days
    to, beyond, found = states_on(states, last), np.zeros(1), []
    for level in range(changes, 0, -1):
        earlier = np.arange(to[0])
        ahead = _logdot(log_segments(states, earlier, to), beyond)
        day = _best_day(states.day[earlier], before[level, earlier] + ahead)
        found.insert(0, day)
        to = states_on(states, day)
        beyond = ahead[to]
    return _improved(states, found)


def _improved(states: SegmentLikelihood, dates: list[int]) -> list[int]:
    bounds = [0, *dates, states.seen.days]
    for _ in range(20):
        old = list(bounds)
        for place in range(1, len(bounds) - 1):
            lower, upper = bounds[place - 1], bounds[place + 1]
            mid = np.flatnonzero((states.day > lower) & (states.day < upper))
            left, right = states_on(states, lower), states_on(states, upper)
            ahead = _chain(states, bounds[:place:-1], backward=True)
            behind = _chain(states, bounds[:place], backward=False)
            log = _logdot(log_segments(states, mid, right), ahead) + _logdot(log_segments(states, left, mid).T, behind)
            bounds[place] = _best_day(states.day[mid], log)
        if bounds == old:
            break
    return bounds[1:-1]


def _chain(states: SegmentLikelihood, days: list[int], backward: bool) -> np.ndarray:
    """Log evidence at the states of the last of `days`, of all from the first of them to it, with a
    change on each; with `backward`, days run from the end of the series towards its begin."""
    here, log = states_on(states, days[0]), np.zeros(1)
    for day in days[1:]:
        to = states_on(states, day)
        step = log_segments(states, to, here) if backward else log_segments(states, here, to).T
        here, log = to, _logdot(step, log)
    return log


def _logdot(matrix: np.ndarray, logs: np.ndarray) -> np.ndarray:
    return logsumexp_columns((matrix + logs).T.copy())


def _best_day(day: np.ndarray, log: np.ndarray) -> int:
    weight = np.bincount(day, np.exp(log - log.max()))
    return int(weight.argmax())


def segments_between(states: SegmentLikelihood, dates: list[int]) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of each segment between the dates: possible counts and exposures (both over phi), and the
    probability of each, for a change may split a total in several ways."""
    bounds = [0, *dates, states.seen.days]
    out = []
    for place in range(len(bounds) - 1):
        left, right = states_on(states, bounds[place]), states_on(states, bounds[place + 1])
        behind = _chain(states, bounds[: place + 1], backward=False)
        ahead = _chain(states, bounds[:place:-1], backward=True)
        log = log_segments(states, left, right) + behind[:, None] + ahead
        counts = states.count[right] - states.count[left][:, None]
        exposures = states.exposure[right] - states.exposure[left][:, None]
        weight = np.exp(log - logsumexp(log))
        kept = weight > 0
        out.append((counts[kept], exposures[kept], weight[kept]))
    return out


def gamma_interval(shapes, rates, weights, mass: float) -> tuple[float, float, float]:
    """Mean, lower and upper end of the equal-tailed interval of `mass` of a mixture of gamma distributions
    (shapes, rates, weights: float (n,)), where its distribution function takes the tails' values."""
    total = weights.sum()
    mean = float((weights * shapes / rates).sum() / total)
    high = float((shapes / rates + 40 * np.sqrt(shapes + 40) / rates).max())

    def missing(rate: float, tail: float) -> float:
        return (weights * gammainc(shapes, rates * rate)).sum() / total - tail

    tails = (1 - mass) / 2, (1 + mass) / 2
    return mean, *(brentq(missing, 0.0, high, args=(tail,), xtol=1e-15, rtol=1e-13) for tail in tails)


def weighed_pairs(found: Recursion, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Posterior probability that one segment runs from state i to state j: (len(i), len(j))."""
    most = len(found.number) - 1
    with np.errstate(divide="ignore"):
        per = np.log(found.number) - np.where(found.number > 0, found.log_sum, 0.0)
    before = found.before[: most + 1, i]
    after = np.stack([logsumexp_columns(found.after[: most + 1 - k, j] + per[k:, None]) for k in range(most + 1)])
    return _exp_sums(log_segments(found.states, i, j), before, after)


def _exp_sums(log: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """sum over k of exp(before[k, i] + log[i, j] + after[k, j]), which is at most 1: (len(i), len(j)).

    As one product of matrices, unless the logs of different k lie so far apart that it would lose terms."""
    top, end = finite(before.max(axis=0)), finite(after.max(axis=0))
    low, less = before - top, after - end
    if min(each.min(where=each > -np.inf, initial=0.0) for each in (low, less)) > -SAFE / 2:
        log += top[:, None]
        log += end
        np.exp(np.minimum(log, SAFE, out=log), out=log)  # above SAFE lies only what no k gives
        return np.multiply(log, np.exp(low).T @ np.exp(less), out=log)
    return sum(np.exp(log + behind[:, None] + ahead) for behind, ahead in zip(before, after, strict=True))


def spanning_segments(found: Recursion, first: int, last: int):
    """Every segment that begins before day `first` and ends after day `last`: yields states i, states
    j and the posterior probability of a segment between them, (len(i), len(j)), part by part."""
    day = found.states.day
    before, after = np.flatnonzero(day < first), np.flatnonzero(day > last)
    for part in np.array_split(before, len(before) * len(after) // 2_000_000 + 1):
        if len(part):
            yield part, after, weighed_pairs(found, part, after)


@dataclass(frozen=True)
class HoldingSegment:
    """The segment that holds a day, whatever the number of changes.

    begin : (days,) probability that it begins on each day; adds up to 1
    end : (days + 1,) probability that it ends before each day; adds up to 1
    shapes, rates, weights : (m,) gamma posteriors of its rate, and the probability of each; those of altogether
        negligible probability left out, the same ones taken together
    """

    begin: np.ndarray
    end: np.ndarray
    shapes: np.ndarray
    rates: np.ndarray
    weights: np.ndarray


def holding_segment(found: Recursion, day: int) -> HoldingSegment:
    """The segment that holds `day`, averaged over everything."""
    states, n = found.states, found.states.seen.days
    begin, end, parts = np.zeros(n), np.zeros(n + 1), []
    for before, after, weight in spanning_segments(found, day + 1, day):
        begin += np.bincount(states.day[before], weight.sum(axis=1), n)
        end += np.bincount(states.day[after], weight.sum(axis=0), n + 1)
        i, j = np.nonzero(weight > NEGLIGIBLE / len(states.day))
        i, j, weight = before[i], after[j], weight[i, j]
        kind, count, exposure = _kinds(states.count[j] - states.count[i], states.exposure[j] - states.exposure[i])
        parts.append((count, exposure, np.bincount(kind, weight, len(count))))
    count, exposure, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    kind, count, exposure = _kinds(count, exposure)
    weight = np.bincount(kind, weight, len(count))
    return HoldingSegment(begin / begin.sum(), end / end.sum(), states.shape + count, states.rate + exposure, weight)


def _kinds(count: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of the different pairs each is, and those pairs."""
    code = np.rint(count * CLOSE).astype(np.int64) << 31 | np.rint(exposure * CLOSE).astype(np.int64)
    kind, kinds = pd.factorize(code)
    return kind, (kinds >> 31) / CLOSE, (kinds & (2**31 - 1)) / CLOSE


def rates_by_day(found: Recursion, mass: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posterior mean and equal-tailed interval of the rate on each day, averaged over everything:
    the mixture of the gamma posteriors of all segments that may hold the day. Each is (days,).

    Segments of altogether about NEGLIGIBLE probability are left out; quantiles are read off the
    mixture's distribution function on a grid of log rates, to about three digits.
    """
    states, n = found.states, found.states.seen.days
    start, end, kind, count, exposure, weight = _segments(found)
    shapes, rates = states.shape + count, states.rate + exposure
    place = np.r_[start, end], np.r_[kind, kind]
    begun = csr_matrix((np.r_[weight, -weight], place), shape=(n + 1, len(count)))
    total = np.cumsum(begun @ np.ones(len(count)))[:n]
    mean = np.cumsum(begun @ (shapes / rates))[:n] / total
    log_grid = _grid(shapes, rates)
    density = np.zeros((n + 1, len(log_grid)))
    for part in np.array_split(np.arange(len(count)), len(count) // 4000 + 1):
        log = shapes[part, None] * (log_grid + np.log(rates[part, None]))
        log -= rates[part, None] * np.exp(log_grid) + gammaln(shapes[part, None])
        density += begun[:, part] @ np.exp(log)
    below = np.maximum(density.cumsum(axis=0)[:n], 0.0)
    below = np.cumsum((below + np.roll(below, 1, axis=1)) / 2, axis=1)
    below /= below[:, -1:]
    tails = (1 - mass) / 2, (1 + mass) / 2
    low, high = (np.exp([np.interp(tail, row, log_grid) for row in below]) for tail in tails)
    return mean, low, high


def _segments(found: Recursion):
    """Every segment that matters: begin, end, which kind it is, and its probability; and of each
    kind, count and exposure (both over phi). Segments of one kind have the same rate's posterior."""
    states = found.states
    kept = _likely(found)
    parts = []
    for rows in np.array_split(kept, len(kept) // ROWS + 1):
        later = kept[kept > rows[0]]
        weight = weighed_pairs(found, rows, later)
        i, j = np.nonzero(weight > NEGLIGIBLE / len(kept))
        parts.append((rows[i], later[j], weight[i, j]))
    i, j, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    count, exposure = states.count[j] - states.count[i], states.exposure[j] - states.exposure[i]
    kind, count, exposure = _kinds(count, exposure)
    return states.day[i], states.day[j], kind, count, exposure, weight


def _likely(found: Recursion) -> np.ndarray:
    """The first state, the last, and those that together hold all but a negligible mass."""
    chance = np.zeros(len(found.states.day))
    for changes in np.flatnonzero(found.number > 0):
        for order in range(1, changes + 1):
            log = found.before[order] + found.after[changes + 1 - order] - found.log_sum[changes]
            chance += found.number[changes] * np.exp(log)
    ranked = np.argsort(chance)
    few = ranked[chance[ranked].cumsum() > NEGLIGIBLE]
    return np.unique(np.r_[0, few, len(chance) - 1])


def _grid(shapes: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Log rates, close enough for the narrowest gamma, wide enough for them all."""
    wide = 10.0 / np.minimum(np.sqrt(shapes), shapes)
    low = np.min(np.log(shapes / rates) - wide)
    high = np.max(np.log(shapes / rates) + np.minimum(wide, 4.0))
    step = max(0.15 / np.sqrt(shapes.max()), (high - low) / 2000)
    return np.linspace(low, high, max(int((high - low) / step), 200))
