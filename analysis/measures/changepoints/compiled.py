"""The loops of `kernels`, for numba to compile. Import them from there."""

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


@njit(cache=True)
def day_likelihood(counts, slope, excited, watched, rates, phi):
    """As `kernels.day_likelihood_numpy`."""
    days, points = len(counts), len(rates)
    out, tops = np.empty((days, points)), np.zeros(days)
    decay = np.log(phi) / (phi - 1.0) if phi > 1.0 else 1.0
    shrunk = np.empty(points)
    last = -1.0
    for day in range(days):
        if not watched[day]:
            out[day] = 1.0
            continue
        count, constant = counts[day], lgamma(counts[day] + 1.0)
        high = 0.0
        if count == np.floor(count) and count <= FEW:
            if slope[day] != last:
                last = slope[day]
                for point in range(points):
                    shrunk[point] = np.exp(-decay * last * rates[point])
            whole = int(count)
            for point in range(points):
                mean = last * rates[point] + excited[day]
                term = shrunk[point]
                size = mean if phi == 1.0 else mean / (phi - 1.0)
                for step in range(whole):
                    term *= size if phi == 1.0 else size + step
                out[day, point] = term
                high = max(high, term)
            if 1e-200 < high < 1e300:
                tops[day] = np.log(high) - decay * excited[day] - constant
                if phi > 1.0:
                    tops[day] += count * np.log1p(-1.0 / phi)
                for point in range(points):
                    out[day, point] = max(out[day, point] / high, FLOOR)
                continue
        high = -np.inf
        for point in range(points):
            out[day, point] = _log_pmf(count, slope[day] * rates[point] + excited[day], phi, constant)
            high = max(high, out[day, point])
        tops[day] = high
        for point in range(points):
            out[day, point] = max(np.exp(out[day, point] - high), FLOOR)
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
def run_days(likelihood, enter, leave, state, scale, first, keep):
    """As `kernels.run_days_numpy`; levels are scaled only when their sums leave a wide range."""
    days, points = likelihood.shape
    levels = len(scale)
    states = np.zeros((days if keep else 1, levels, points))
    scales = np.full((days if keep else 1, levels), -np.inf)
    state, scale = state.copy(), scale.copy()
    sums = np.zeros(levels)
    for level in range(levels):
        if scale[level] > -np.inf:
            for point in range(points):
                sums[level] += leave[point] * state[level, point]
    for day in range(days):
        for level in range(levels - 1, -1, -1):
            received = 0.0
            if level > 0 and (day > 0 or not first) and scale[level - 1] > -np.inf:
                if scale[level] == -np.inf or scale[level - 1] - scale[level] > 200.0:
                    shrink = 0.0 if scale[level] == -np.inf else np.exp(scale[level] - scale[level - 1])
                    for point in range(points):
                        state[level, point] *= shrink
                    scale[level] = scale[level - 1]
                received = sums[level - 1] * np.exp(scale[level - 1] - scale[level])
            if scale[level] == -np.inf:
                continue
            sums[level] = _advance(state[level], received, enter, likelihood[day], leave)
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
        at = day if keep else 0
        states[at] = state
        scales[at] = scale
    return states, scales


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
