"""The loops of `kernels` and `streamed_kernels`, for numba to compile. Import them from there."""

from __future__ import annotations

from math import lgamma

import numpy as np
from numba import njit

FLOOR, TINY = 1e-200, 1e-250  # as in `kernels`
FEW = 40  # events up to which a product is faster than the gamma function


@njit(cache=True)
def _log_pmf(count, mean, phi, constant):
    if phi == 1.0:
        return count * np.log(mean) - mean - constant
    size = mean / (phi - 1.0)
    return lgamma(count + size) - lgamma(size) - constant - size * np.log(phi) + count * np.log1p(-1.0 / phi)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
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


@njit(cache=True)
def _shrink(slope, rates, decay, shrunk, zero):
    """Likelihood of a zero at each rate into `shrunk`, over its largest into `zero`; returns the log of that."""
    high = 0.0
    for point in range(len(rates)):
        shrunk[point] = np.exp(-decay * slope * rates[point])
        high = max(high, shrunk[point])
    for point in range(len(rates)):
        zero[point] = max(shrunk[point] / high, FLOOR)
    return np.log(high)


@njit(cache=True)
def _likelihood(count, slope, excited, rates, phi, decay, shrunk, out):
    """Likelihood of one day by rate into `out`, over exp of what is returned; `shrunk` is that of a zero."""
    constant = lgamma(count + 1.0)
    if count == np.floor(count) and count <= FEW:
        high = _product(int(count), slope, excited, rates, phi, shrunk, out)
        if 1e-200 < high < 1e300:
            for point in range(len(rates)):
                out[point] = max(out[point] / high, FLOOR)
            top = np.log(high) - decay * excited - constant
            return top + count * np.log1p(-1.0 / phi) if phi > 1.0 else top
    high = -np.inf
    for point in range(len(rates)):
        out[point] = _log_pmf(count, slope * rates[point] + excited, phi, constant)
        high = max(high, out[point])
    for point in range(len(rates)):
        out[point] = max(np.exp(out[point] - high), FLOOR)
    return high


@njit(cache=True)
def day_likelihood(counts, slope, excited, watched, rates, phi):
    """As `kernels.day_likelihood_numpy`."""
    days, points = len(counts), len(rates)
    out, tops = np.empty((days, points)), np.zeros(days)
    decay = np.log(phi) / (phi - 1.0) if phi > 1.0 else 1.0
    shrunk, zero = np.empty(points), np.empty(points)
    last = -1.0
    for day in range(days):
        if not watched[day]:
            out[day] = 1.0
            continue
        if slope[day] != last:
            last = slope[day]
            _shrink(last, rates, decay, shrunk, zero)
        tops[day] = _likelihood(counts[day], last, excited[day], rates, phi, decay, shrunk, out[day])
    return out, tops


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"})
def _advance(state, received, enter, likelihood, leave):
    """One level on one day: state becomes (state + received x enter) x likelihood; returns the sum of leave x state."""
    total = 0.0
    for point in range(len(state)):
        value = (state[point] + received * enter[point]) * likelihood[point]
        value = value if value >= TINY else 0.0
        state[point] = value
        total += leave[point] * value
    return total


@njit(cache=True)
def _left(leave, state, scale):
    """The sum of leave x state of each level."""
    sums = np.zeros(len(scale))
    for level in range(len(scale)):
        if scale[level] > -np.inf:
            for point in range(len(leave)):
                sums[level] += leave[point] * state[level, point]
    return sums


@njit(cache=True)
def _advance_levels(state, scale, sums, likelihood, enter, leave, may_change):
    """All levels on one day, in place; a level is scaled only when its sum leaves a wide range. `sums` is what `_left`
    gives, before the day and then after it."""
    points = len(likelihood)
    for level in range(len(scale) - 1, -1, -1):
        received = 0.0
        if level > 0 and may_change and scale[level - 1] > -np.inf:
            if scale[level] == -np.inf or scale[level - 1] - scale[level] > 200.0:
                shrink = 0.0 if scale[level] == -np.inf else np.exp(scale[level] - scale[level - 1])
                for point in range(points):
                    state[level, point] *= shrink
                scale[level] = scale[level - 1]
            received = sums[level - 1] * np.exp(scale[level - 1] - scale[level])
        if scale[level] == -np.inf:
            continue
        sums[level] = _advance(state[level], received, enter, likelihood, leave)
        if not 1e-40 < sums[level] < 1e40:
            high = 0.0
            for point in range(points):
                high = max(high, state[level, point])
            if high <= 0.0:
                scale[level], sums[level] = -np.inf, 0.0
                continue
            for point in range(points):
                state[level, point] /= high
            sums[level] /= high
            scale[level] += np.log(high)


@njit(cache=True)
def run_days(likelihood, enter, leave, state, scale, first, keep):
    """As `kernels.run_days_numpy`."""
    days, points = likelihood.shape
    levels = len(scale)
    states = np.zeros((days if keep else 1, levels, points))
    scales = np.full((days if keep else 1, levels), -np.inf)
    state, scale = state.copy(), scale.copy()
    sums = _left(leave, state, scale)
    for day in range(days):
        _advance_levels(state, scale, sums, likelihood[day], enter, leave, day > 0 or not first)
        at = day if keep else 0
        states[at] = state
        scales[at] = scale
    return states, scales


@njit(cache=True)
def stream(counts, slope, excited, watched, rates, phi, enter, leave, state, scale, first, sums, states, scales):
    """As `streamed_kernels.stream_numpy`."""
    points, levels = len(rates), len(scale)
    total, last, zero_top = 0.0, -1.0, 0.0
    decay = np.log(phi) / (phi - 1.0) if phi > 1.0 else 1.0
    shrunk, zero, likelihood = np.empty(points), np.empty(points), np.ones(points)
    held = _left(leave, state, scale)
    for day in range(len(counts)):
        if not watched[day]:
            likelihood[:] = 1.0
        else:
            if slope[day] != last:
                last = slope[day]
                zero_top = _shrink(last, rates, decay, shrunk, zero)
            if counts[day] == 0.0:
                likelihood[:] = zero
                total += zero_top - decay * excited[day]
            else:
                total += _likelihood(counts[day], last, excited[day], rates, phi, decay, shrunk, likelihood)
        _advance_levels(state, scale, held, likelihood, enter, leave, day > 0 or not first)
        if len(sums):
            for level in range(levels):
                sums[day, level] = np.log(held[level]) + scale[level] if scale[level] > -np.inf else -np.inf
        if len(states):
            states[day] = state
            scales[day] = scale
    return total


@njit(cache=True)
def pair_likelihood(table, step, before, after, excited, rates):
    """As `kernels.pair_likelihood_numpy`."""
    points, last = len(rates), len(table) - 2
    out = np.empty((points, points))
    for i in range(points):
        here = before * rates[i] + excited
        for j in range(points):
            at = np.sqrt(here + after * rates[j]) / step
            place = min(int(at), last)
            out[i, j] = table[place] + (at - place) * (table[place + 1] - table[place])
    return out
