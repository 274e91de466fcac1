"""The rates that go with a posterior of changes: per segment for given dates, and day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.special import gammaln, logsumexp

from analysis.measures.changepoints.posterior_rate import GridRate, PosteriorRate
from analysis.measures.changepoints.recursion import MAX_LOG_RANGE, Recursion, logsumexp_columns, replace_infinite
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood

NEGLIGIBLE = 1e-5  # posterior probability left out, at most, of the rates by day
RESOLUTION = 1e5  # counts, and exposures, that differ by less than 1 / RESOLUTION are taken as the same
ROWS_AT_ONCE = 256  # candidates handled at a time


def log_segments(likelihood: SegmentLikelihood, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Log marginal likelihood of segments between any candidates.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    i, j : array of int
        Candidates at which the segments start and end.

    Returns
    -------
    array of float, (len(i), len(j))
        -inf where j is not after i.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import likelihood
    >>> log_segments(likelihood, np.array([0]), np.array([10, 20])).shape
    (1, 2)
    """
    out = likelihood.between(i, j)
    for block in (block for block in likelihood.blocks if block.splits is not None):
        own_i, own_j = (np.flatnonzero((s >= block.begin) & (s < block.end)) for s in (i, j))
        if len(own_i) and len(own_j):
            within = likelihood.inside(block, i[own_i] - block.begin, j[own_j] - block.begin)
            out[np.ix_(own_i, own_j)] = within
    return out


def candidates_on(likelihood: SegmentLikelihood, day: int) -> np.ndarray:
    """The candidates on one day.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    day : int
        Counted from the first day of the series.

    Returns
    -------
    array of int
        Indices of the candidates.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import likelihood
    >>> candidates_on(likelihood, 7).tolist()
    [7]
    """
    return np.arange(*np.searchsorted(likelihood.day, [day, day + 1]))


def best_dates(likelihood: SegmentLikelihood, before: np.ndarray, changes: int) -> list[int]:
    """The most probable placement of a number of changes, summed over the splits of totals.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    before : array of float, (segments + 1, n)
        From `recursion.forward_messages`.
    changes : int
        How many changes there are.

    Returns
    -------
    list of int
        Days on which a new rate begins, counted from the first.

    Notes
    -----
    The search takes the most probable last change, then the one before it given those after it, and so on. Then it
    improves each in turn, with the others fixed, until none can be improved: a local optimum.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> best_dates(recursion.likelihood, recursion.before, 1)
    [10]
    """
    last = likelihood.observed.days
    to, beyond = candidates_on(likelihood, last), np.zeros(1)
    found: list[int] = []
    for level in range(changes, 0, -1):
        earlier = np.arange(to[0])
        ahead = _log_dot(log_segments(likelihood, earlier, to), beyond)
        day = _best_day(likelihood.day[earlier], before[level, earlier] + ahead)
        found.insert(0, day)
        to = candidates_on(likelihood, day)
        beyond = ahead[to]
    return _improve_dates(likelihood, found)


def _improve_dates(likelihood: SegmentLikelihood, dates: list[int]) -> list[int]:
    bounds = [0, *dates, likelihood.observed.days]
    for _ in range(20):
        old = list(bounds)
        for place in range(1, len(bounds) - 1):
            lower, upper = bounds[place - 1], bounds[place + 1]
            mid = np.flatnonzero((likelihood.day > lower) & (likelihood.day < upper))
            left, right = candidates_on(likelihood, lower), candidates_on(likelihood, upper)
            ahead = _log_chain(likelihood, bounds[:place:-1], backward=True)
            behind = _log_chain(likelihood, bounds[:place], backward=False)
            log = _log_dot(log_segments(likelihood, mid, right), ahead) + _log_dot(
                log_segments(likelihood, left, mid).T, behind
            )
            bounds[place] = _best_day(likelihood.day[mid], log)
        if bounds == old:
            break
    return bounds[1:-1]


def _log_chain(likelihood: SegmentLikelihood, days: list[int], backward: bool) -> np.ndarray:
    """Log marginal likelihood at the candidates of the last of `days`, of all from the first of them to it, with a
    change on each; with `backward`, days run from the end of the series towards its start."""
    here, log = candidates_on(likelihood, days[0]), np.zeros(1)
    for day in days[1:]:
        to = candidates_on(likelihood, day)
        step = log_segments(likelihood, to, here) if backward else log_segments(likelihood, here, to).T
        here, log = to, _log_dot(step, log)
    return log


def _log_dot(matrix: np.ndarray, logs: np.ndarray) -> np.ndarray:
    return logsumexp_columns((matrix + logs).T.copy())


def _best_day(day: np.ndarray, log: np.ndarray) -> int:
    weight = np.bincount(day, np.exp(log - log.max()))
    return int(weight.argmax())


def segments_between(
    likelihood: SegmentLikelihood, dates: list[int]
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Counts and exposures of the segments between given dates.

    Parameters
    ----------
    likelihood : SegmentLikelihood
        Of the segments.
    dates : list of int
        Days on which a new rate begins, counted from the first.

    Returns
    -------
    list of tuple of array
        For each segment: its possible counts and exposures (both over phi), and the probability of each, because a date
        may split a total in several ways.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import likelihood
    >>> [counts.tolist() for counts, exposures, weights in segments_between(likelihood, [10])]
    [[35.0], [0.0]]
    """
    bounds = [0, *dates, likelihood.observed.days]
    out = []
    for place in range(len(bounds) - 1):
        left, right = candidates_on(likelihood, bounds[place]), candidates_on(likelihood, bounds[place + 1])
        behind = _log_chain(likelihood, bounds[: place + 1], backward=False)
        ahead = _log_chain(likelihood, bounds[:place:-1], backward=True)
        log = log_segments(likelihood, left, right) + behind[:, None] + ahead
        counts = likelihood.count[right] - likelihood.count[left][:, None]
        exposures = likelihood.exposure[right] - likelihood.exposure[left][:, None]
        weight = np.exp(log - logsumexp(log))
        kept = weight > 0
        out.append((counts[kept], exposures[kept], weight[kept]))
    return out


def segment_probabilities(found: Recursion, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Posterior probability of segments between candidates.

    Parameters
    ----------
    found : Recursion
        The sums from both ends.
    i, j : array of int
        Candidates at which the segments start and end.

    Returns
    -------
    array of float, (len(i), len(j))
        Probability that one segment runs from i to j.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> bool(segment_probabilities(recursion, np.array([0]), np.array([10]))[0, 0] > 0.5)
    True
    """
    max_changes = len(found.number) - 1
    with np.errstate(divide="ignore"):
        per = np.log(found.number) - np.where(found.number > 0, found.log_sum, 0.0)
    before = found.before[: max_changes + 1, i]
    after = np.stack(
        [logsumexp_columns(found.after[: max_changes + 1 - k, j] + per[k:, None]) for k in range(max_changes + 1)]
    )
    return _exp_sums(log_segments(found.likelihood, i, j), before, after)


def _exp_sums(log: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """sum over k of exp(before[k, i] + log[i, j] + after[k, j]), which is at most 1: (len(i), len(j)).

    As one product of matrices, unless the logs of different k lie so far apart that it would lose terms."""
    top, end = replace_infinite(before.max(axis=0)), replace_infinite(after.max(axis=0))
    low, less = before - top, after - end
    if min(each.min(where=each > -np.inf, initial=0.0) for each in (low, less)) > -MAX_LOG_RANGE / 2:
        log += top[:, None]
        log += end
        np.exp(np.minimum(log, MAX_LOG_RANGE, out=log), out=log)  # no k gives a log above MAX_LOG_RANGE
        return np.multiply(log, np.exp(low).T @ np.exp(less), out=log)
    return sum(np.exp(log + behind[:, None] + ahead) for behind, ahead in zip(before, after, strict=True))


def spanning_segments(found: Recursion, first: int, last: int):
    """Every segment that starts before one day and ends after another, part by part.

    Parameters
    ----------
    found : Recursion
        The sums from both ends.
    first, last : int
        Days, counted from the first day of the series.

    Yields
    ------
    i, j : array of int
        Candidates at which the segments start and end.
    probability : array of float, (len(i), len(j))
        Posterior probability of each segment.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> float(round(sum(part.sum() for *_, part in spanning_segments(recursion, 4, 3)), 6))
    1.0
    """
    day = found.likelihood.day
    before, after = np.flatnonzero(day < first), np.flatnonzero(day > last)
    for part in np.array_split(before, len(before) * len(after) // 2_000_000 + 1):
        if len(part):
            yield part, after, segment_probabilities(found, part, after)


@dataclass(frozen=True)
class HoldingSegment:
    """The segment that holds a day, whatever the number of changes.

    Parameters
    ----------
    begin : array of float, (days,)
        Probability that it begins on each day, adding up to 1.
    end : array of float, (days + 1,)
        Probability that it ends before each day, adding up to 1.
    rate : PosteriorRate
        Its rate: the mixture of the gamma posteriors of all such segments. Those of altogether negligible probability
        are left out, equal ones are added up.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> int(holding_segment(recursion, 15).begin.argmax())
    10
    """

    begin: np.ndarray
    end: np.ndarray
    rate: PosteriorRate | GridRate


def holding_segment(found: Recursion, day: int) -> HoldingSegment:
    """The segment that holds one day, averaged over the number and the placement of changes.

    Parameters
    ----------
    found : Recursion
        The sums from both ends.
    day : int
        Counted from the first day of the series.

    Returns
    -------
    HoldingSegment
        When it begins and ends, and its rate.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> int(holding_segment(recursion, 3).end.argmax())
    10
    """
    likelihood, n = found.likelihood, found.likelihood.observed.days
    begin, end, parts = np.zeros(n), np.zeros(n + 1), []
    for before, after, weight in spanning_segments(found, day + 1, day):
        begin += np.bincount(likelihood.day[before], weight.sum(axis=1), n)
        end += np.bincount(likelihood.day[after], weight.sum(axis=0), n + 1)
        i, j = np.nonzero(weight > NEGLIGIBLE / len(likelihood.day))
        i, j, weight = before[i], after[j], weight[i, j]
        count = likelihood.count[j] - likelihood.count[i]
        kind, count, exposure = _distinct_pairs(count, likelihood.exposure[j] - likelihood.exposure[i])
        parts.append((count, exposure, np.bincount(kind, weight, len(count))))
    count, exposure, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    kind, count, exposure = _distinct_pairs(count, exposure)
    weight = np.bincount(kind, weight, len(count))
    rate = PosteriorRate(*likelihood.rate_posterior(count, exposure), weight)
    return HoldingSegment(begin / begin.sum(), end / end.sum(), rate)


def _distinct_pairs(count: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of the different pairs each is, and those pairs."""
    code = np.rint(count * RESOLUTION).astype(np.int64) << 31 | np.rint(exposure * RESOLUTION).astype(np.int64)
    kind, kinds = pd.factorize(code)
    return kind, (kinds >> 31) / RESOLUTION, (kinds & (2**31 - 1)) / RESOLUTION


def rates_by_day(found: Recursion, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rate on each day, averaged over the number and the placement of changes.

    Parameters
    ----------
    found : Recursion
        The sums from both ends.
    level : float
        Posterior probability of the intervals, above 0 and below 1.

    Returns
    -------
    mean, low, high : array of float, (days,)
        Posterior mean and equal-tailed interval, per day of exposure.

    Notes
    -----
    The posterior of a rate is the mixture of the gamma posteriors of all segments that may hold the day. Segments of
    altogether about `NEGLIGIBLE` probability are left out. The limits are read off the distribution function of the
    mixture on a grid of log rates, to about three digits.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import recursion
    >>> mean, low, high = rates_by_day(recursion, 0.95)
    >>> bool((low < mean).all() and (mean < high).all())
    True
    """
    likelihood, n = found.likelihood, found.likelihood.observed.days
    start, end, kind, count, exposure, weight = _likely_segments(found)
    shapes, rates = likelihood.rate_posterior(count, exposure)
    place = np.r_[start, end], np.r_[kind, kind]
    begun = csr_matrix((np.r_[weight, -weight], place), shape=(n + 1, len(count)))
    total = np.cumsum(begun @ np.ones(len(count)))[:n]
    mean = np.cumsum(begun @ (shapes / rates))[:n] / total
    log_grid = _log_rate_grid(shapes, rates)
    density = np.zeros((n + 1, len(log_grid)))
    for part in np.array_split(np.arange(len(count)), len(count) // 4000 + 1):
        log = shapes[part, None] * (log_grid + np.log(rates[part, None]))
        log -= rates[part, None] * np.exp(log_grid) + gammaln(shapes[part, None])
        density += begun[:, part] @ np.exp(log)
    below = np.maximum(density.cumsum(axis=0)[:n], 0.0)
    below = np.cumsum((below + np.roll(below, 1, axis=1)) / 2, axis=1)
    below /= below[:, -1:]
    tails = (1 - level) / 2, (1 + level) / 2
    low, high = (np.exp([np.interp(tail, row, log_grid) for row in below]) for tail in tails)
    return mean, low, high


def _likely_segments(found: Recursion):
    """Every segment that matters: begin, end, which kind it is, and its probability; and of each
    kind, count and exposure (both over phi). Segments of one kind have the same rate's posterior."""
    likelihood = found.likelihood
    kept = _likely_candidates(found)
    parts = []
    for rows in np.array_split(kept, len(kept) // ROWS_AT_ONCE + 1):
        later = kept[kept > rows[0]]
        weight = segment_probabilities(found, rows, later)
        i, j = np.nonzero(weight > NEGLIGIBLE / len(kept))
        parts.append((rows[i], later[j], weight[i, j]))
    i, j, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    count, exposure = likelihood.count[j] - likelihood.count[i], likelihood.exposure[j] - likelihood.exposure[i]
    kind, count, exposure = _distinct_pairs(count, exposure)
    return likelihood.day[i], likelihood.day[j], kind, count, exposure, weight


def _likely_candidates(found: Recursion) -> np.ndarray:
    """The first candidate, the last, and those that together hold all but a negligible probability."""
    probability = np.zeros(len(found.likelihood.day))
    for changes in np.flatnonzero(found.number > 0):
        for order in range(1, changes + 1):
            log = found.before[order] + found.after[changes + 1 - order] - found.log_sum[changes]
            probability += found.number[changes] * np.exp(log)
    ranked = np.argsort(probability)
    few = ranked[probability[ranked].cumsum() > NEGLIGIBLE]
    return np.unique(np.r_[0, few, len(probability) - 1])


def _log_rate_grid(shapes: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Log rates, close enough for the narrowest gamma, wide enough for them all."""
    wide = 10.0 / np.minimum(np.sqrt(shapes), shapes)
    low = np.min(np.log(shapes / rates) - wide)
    high = np.max(np.log(shapes / rates) + np.minimum(wide, 4.0))
    step = max(0.15 / np.sqrt(shapes.max()), (high - low) / 2000)
    return np.linspace(low, high, max(int((high - low) / step), 200))
