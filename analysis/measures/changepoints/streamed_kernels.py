"""The sums over all placements of changes, day by day, without keeping the days.

They are the sums of `kernels.run_days`, with the likelihood of each day worked out on the way: a series of any length
needs no more memory than a few numbers a day. The loops are compiled where numba is installed (the extra `scale`); the
NumPy version is the reference of the tests.
"""

from __future__ import annotations

from math import lgamma

import numpy as np

from analysis.measures.changepoints.compiling import njit
from analysis.measures.changepoints.kernels import day_likelihood_numpy, run_days_numpy

TINY = 1e-250  # as in `kernels`
BLOCK = 500  # days at a time in NumPy
FEW = 40  # events up to which a product is faster than the gamma function


def _compiled(**options):
    """Decorate a loop; where numba is missing nothing here is called."""
    return (lambda loop: loop) if njit is None else njit(cache=True, **options)


@_compiled()
def _log_pmf(count, mean, phi, constant):
    if phi == 1.0:
        return count * np.log(mean) - mean - constant
    size = mean / (phi - 1.0)
    return lgamma(count + size) - lgamma(size) - constant - size * np.log(phi) + count * np.log1p(-1.0 / phi)


@_compiled(fastmath={"reassoc", "contract", "nsz"})
def _product(whole, slope, excited, rates, phi, shrunk, out):
    """shrunk x mean x (mean + 1) ...; returns the largest."""
    high = 0.0
    for point in range(len(rates)):
        mean = slope * rates[point] + excited
        term = shrunk[point]
        size = mean if phi == 1.0 else mean / (phi - 1.0)
        for step in range(whole):
            term *= size if phi == 1.0 else size + step
        out[point] = term
        high = max(high, term)
    return high


@_compiled()
def _likelihood(count, slope, excited, rates, phi, decay, shrunk, out):
    """Likelihood of one day by rate into `out`, over exp of what is returned; `shrunk` is that of a zero."""
    if count == 0.0:
        high = shrunk.max()
        out[:] = shrunk / high
        return np.log(high) - decay * excited
    constant = lgamma(count + 1.0)
    if count == np.floor(count) and count <= FEW:
        high = _product(int(count), slope, excited, rates, phi, shrunk, out)
        if 1e-200 < high < 1e300:
            out /= high
            top = np.log(high) - decay * excited - constant
            return top + count * np.log1p(-1.0 / phi) if phi > 1.0 else top
    high = -np.inf
    for point in range(len(rates)):
        out[point] = _log_pmf(count, slope * rates[point] + excited, phi, constant)
        high = max(high, out[point])
    for point in range(len(rates)):
        out[point] = np.exp(out[point] - high)
    return high


@_compiled(fastmath={"reassoc", "contract", "nsz"})
def _advance(state, received, enter, likelihood, leave):
    """One level on one day: state becomes (state + received x enter) x likelihood; returns the sum of leave x state."""
    total = 0.0
    for point in range(len(state)):
        value = (state[point] + received * enter[point]) * likelihood[point]
        value = value if value >= TINY else 0.0
        state[point] = value
        total += leave[point] * value
    return total


@_compiled()
def stream_compiled(
    counts, slope, excited, watched, rates, phi, enter, leave, state, scale, first, sums, states, scales
):
    """As `stream_numpy`."""
    points, levels = len(rates), len(scale)
    total, last = 0.0, -1.0
    decay = np.log(phi) / (phi - 1.0) if phi > 1.0 else 1.0
    shrunk, likelihood = np.empty(points), np.ones(points)
    zero = np.ones(points)
    zero_top = 0.0
    held = np.zeros(levels)
    for level in range(levels):
        if scale[level] > -np.inf:
            for point in range(points):
                held[level] += leave[point] * state[level, point]
    for day in range(len(counts)):
        if not watched[day]:
            likelihood[:] = 1.0
        else:
            if slope[day] != last:
                last = slope[day]
                high = 0.0
                for point in range(points):
                    shrunk[point] = np.exp(-decay * last * rates[point])
                    high = max(high, shrunk[point])
                zero[:] = shrunk / high
                zero_top = np.log(high)
            if counts[day] == 0.0:
                likelihood[:] = zero
                total += zero_top - decay * excited[day]
            else:
                total += _likelihood(counts[day], last, excited[day], rates, phi, decay, shrunk, likelihood)
        for level in range(levels - 1, -1, -1):
            received = 0.0
            if level > 0 and (day > 0 or not first) and scale[level - 1] > -np.inf:
                if scale[level] == -np.inf or scale[level - 1] - scale[level] > 200.0:
                    shrink = 0.0 if scale[level] == -np.inf else np.exp(scale[level] - scale[level - 1])
                    for point in range(points):
                        state[level, point] *= shrink
                    scale[level] = scale[level - 1]
                received = held[level - 1] * np.exp(scale[level - 1] - scale[level])
            if scale[level] == -np.inf:
                continue
            held[level] = _advance(state[level], received, enter, likelihood, leave)
            if not 1e-40 < held[level] < 1e40:
                high = 0.0
                for point in range(points):
                    high = max(high, state[level, point])
                if high <= 0.0:
                    scale[level], held[level] = -np.inf, 0.0
                    continue
                for point in range(points):
                    state[level, point] /= high
                held[level] /= high
                scale[level] += np.log(high)
        if len(sums):
            for level in range(levels):
                sums[day, level] = np.log(held[level]) + scale[level] if scale[level] > -np.inf else -np.inf
        if len(states):
            states[day] = state
            scales[day] = scale
    return total


def stream_numpy(counts, slope, excited, watched, rates, phi, enter, leave, state, scale, first, sums, states, scales):
    """Carry the sums over placements through days.

    Parameters
    ----------
    counts, slope, excited : array of float, (days,)
        Counts and expected counts, slope x rate + excited, in the order in which days are visited.
    watched : array of bool, (days,)
        Days that were not are equally likely at every rate.
    rates : array of float, (points,)
        Of the grid.
    phi : float
        Variance over mean.
    enter, leave : array of float, (points,)
        A change takes the sum over rates of leave x state, and shares it out by enter.
    state : array of float, (levels, points)
        Sums before the first of the days, over exp(scale); changed in place.
    scale : array of float, (levels,)
        -inf where a level has no mass; changed in place.
    first : bool
        Whether no change can be on the first of the days.
    sums : array of float, (days or 0, levels)
        Filled with the log of the sum of leave x state after each day.
    states, scales : array of float, (days or 0, levels, points) and (days or 0, levels)
        Filled with the states after each day.

    Returns
    -------
    float
        Log by which all likelihoods together were divided.

    Examples
    --------
    >>> one, sums = np.ones(1), np.empty((2, 1))
    >>> state, scale = np.ones((1, 1)), np.zeros(1)
    >>> days = np.zeros(2), np.ones(2), np.zeros(2), np.ones(2, bool)
    >>> top = stream_numpy(*days, one, 1.0, one, one, state, scale, True, sums, np.empty((0, 1, 1)), np.empty((0, 1)))
    >>> float(top), sums[-1].tolist()
    (-2.0, [0.0])
    """
    top = 0.0
    for begin in range(0, len(counts), BLOCK):
        part = slice(begin, begin + BLOCK)
        likelihood, tops = day_likelihood_numpy(counts[part], slope[part], excited[part], watched[part], rates, phi)
        top += tops.sum()
        made, logs = run_days_numpy(likelihood, enter, leave, state, scale, first and begin == 0, True)
        if len(sums):
            with np.errstate(divide="ignore"):
                sums[part] = np.log(made @ leave) + logs
        if len(states):
            states[part], scales[part] = made, logs
        state[:], scale[:] = made[-1], logs[-1]
    return top


stream = stream_numpy if njit is None else stream_compiled
