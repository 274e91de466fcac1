"""The loops of `kernels`, `streamed_kernels` and `resolved_rates`, for numba to compile. Import them from there."""

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


@njit(cache=True, fastmath={"reassoc", "contract", "nsz", "nnan"})
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
            share = 1.0 / high
            for point in range(len(rates)):
                out[point] = max(out[point] * share, FLOOR)
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
def _advance(state, received, sums, enter, likelihood, leave):
    """All levels on one day: state becomes (state + received x enter) x likelihood, sums that of leave x state."""
    points = len(enter)
    for level in range(len(received)):
        row, more = state[level], received[level]
        total = 0.0
        for point in range(points):
            value = (row[point] + more * enter[point]) * likelihood[point]
            value = value if value >= TINY else 0.0
            row[point] = value
            total += leave[point] * value
        sums[level] = total


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
def _share_scales(state, scale, sums, carried):
    """Levels whose sums are small beside what they receive take the scale of the level before; `carried` becomes the
    exponential of how far the scale of the level before is above that of each. Returns whether one did."""
    is_shared = False
    for level in range(len(scale) - 1, 0, -1):
        carried[level] = 0.0
        if scale[level - 1] == -np.inf:
            continue
        if scale[level] == -np.inf or scale[level - 1] - scale[level] > 200.0:
            is_shared = True
            shrink = 0.0 if scale[level] == -np.inf else np.exp(scale[level] - scale[level - 1])
            state[level] *= shrink
            sums[level] *= shrink
            scale[level] = scale[level - 1]
            if level + 1 < len(scale) and scale[level + 1] > -np.inf:
                carried[level + 1] = np.exp(min(scale[level] - scale[level + 1], 700.0))
        carried[level] = np.exp(scale[level - 1] - scale[level])
    return is_shared


@njit(cache=True)
def _advance_levels(state, scale, sums, carried, received, is_scaled, likelihood, enter, leave, may_change):
    """All levels on one day, in place; returns whether one was scaled, which happens only when its sum leaves a wide
    range. `sums` is what `_left` gives, before the day and then after it; `is_scaled` is what the day before gave."""
    levels = len(scale)
    if may_change and is_scaled:
        is_scaled = _share_scales(state, scale, sums, carried)
    for level in range(1, levels):
        received[level] = sums[level - 1] * carried[level] if may_change else 0.0
    _advance(state, received, sums, enter, likelihood, leave)
    for level in range(levels):
        if 1e-40 < sums[level] < 1e40 or scale[level] == -np.inf:
            continue
        is_scaled = True
        high = state[level].max()
        if high <= 0.0:
            scale[level], sums[level] = -np.inf, 0.0
            continue
        state[level] /= high
        sums[level] /= high
        scale[level] += np.log(high)
    return is_scaled


@njit(cache=True)
def run_days(likelihood, enter, leave, state, scale, first, keep):
    """As `kernels.run_days_numpy`."""
    days, points = likelihood.shape
    levels = len(scale)
    states = np.zeros((days if keep else 1, levels, points))
    scales = np.full((days if keep else 1, levels), -np.inf)
    state, scale = state.copy(), scale.copy()
    sums, is_scaled = _left(leave, state, scale), True
    carried, received = np.zeros(levels), np.zeros(levels)
    for day in range(days):
        may_change = day > 0 or not first
        is_scaled = _advance_levels(
            state, scale, sums, carried, received, is_scaled, likelihood[day], enter, leave, may_change
        )
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
    held, is_scaled = _left(leave, state, scale), True
    carried, received = np.zeros(levels), np.zeros(levels)
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
        may_change = day > 0 or not first
        is_scaled = _advance_levels(
            state, scale, held, carried, received, is_scaled, likelihood, enter, leave, may_change
        )
        if len(sums):
            for level in range(levels):
                sums[day, level] = np.log(held[level]) + scale[level] if scale[level] > -np.inf else -np.inf
        if len(states):
            states[day] = state
            scales[day] = scale
    return total


@njit(cache=True)
def weigh_ways(counts, slopes, excited, watched, rates, phis, prior, out):
    """As `streamed_kernels.weigh_ways_numpy`."""
    points, levels = len(rates), out.shape[1]
    leave, no_sums = np.ones(points), np.empty((0, levels))
    no_states = np.empty((0, levels, points))
    for way in range(len(phis)):
        state, scale = np.zeros((levels, points)), np.full(levels, -np.inf)
        state[0], scale[0] = prior, 0.0
        top = stream(counts, slopes[way], excited[way], watched, rates, phis[way], prior, leave, state, scale, True,
                     no_sums, no_states, no_sums)  # fmt: skip
        for level in range(levels):
            out[way, level] = np.log(state[level].sum()) + scale[level] + top


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


@njit(cache=True)
def window_resolutions(events, exposed, lengths):
    """As `resolved_rates.window_resolutions_numpy`."""
    out = np.empty((len(lengths), 3))
    for which, days in enumerate(lengths):
        low, high, longest = np.inf, -np.inf, 0.0
        for start in range(len(events) - days):
            watched = exposed[start + days] - exposed[start]
            if watched > 0.0:
                rate = (events[start + days] - events[start]) / watched
                low, high, longest = min(low, rate), max(high, rate), max(longest, watched)
        out[which] = low, high, longest
    return out
