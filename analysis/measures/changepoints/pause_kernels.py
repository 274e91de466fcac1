"""Where a low rate lies between two high ones: the loops over days, for numba to compile.

Without numba they run as they are, slowly. A rate counts as higher than another from a given point of the grid on.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.compiling import compile_if_possible, compile_quickly

DEAD = -700.0  # exponents below which nothing is left
SMALL = 1e-5  # mass of a rate, as a part of that of the most probable one, below which it is left out
TINY = 1e-250  # as in `kernels`: smaller floats are slow


@compile_quickly
def carry_low(states, scales, likelihood, above, wanted, enter, leave, low):
    """Of the sums up to each day the part in which some segment before had a higher rate, into `low`.

    Parameters
    ----------
    states, scales : array of float, (days, levels, points) and (days, levels)
        After each day, in the order in which days are visited.
    likelihood : array of float, (days, points)
        Of each day.
    above : array of int, (points,)
        The lowest rate that counts as higher than this one; the number of points if there is none.
    wanted : array of bool, (points,)
        The rates that are worked out; the others stay as they are.
    enter, leave : array of float, (points,)
        As of the pass.
    low : array of float, (days, levels, points)
        Filled, divided by the exponentials of `scales`; not for the last level, after which no change can come.

    Notes
    -----
    For each rate the placements whose segments all have lower rates than `above` are summed and taken away from all.

    Examples
    --------
    >>> states = np.array([[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]]])
    >>> low, one, all_of_them = np.zeros((2, 3, 2)), np.ones(2), np.ones(2, bool)
    >>> carry_low(states, np.zeros((2, 3)), np.ones((2, 2)), np.array([1, 2]), all_of_them, one, one, low)
    >>> low[1, 1].tolist()
    [1.0, 0.0]
    """
    days, levels, points = states.shape
    kept, came = np.zeros((days, levels)), np.zeros((days, levels))
    for day in range(1, days):
        for level in range(levels):
            top = scales[day, level]
            if top > -np.inf:
                kept[day, level] = np.exp(min(scales[day - 1, level] - top, -DEAD))
                if level:
                    came[day, level] = np.exp(min(scales[day - 1, level - 1] - top, -DEAD))
    some = levels - 1  # one change at least comes after the day
    state, sums = np.empty((some, points)), np.zeros(some)
    for rate in range(points):
        end = above[rate]
        if not wanted[rate] or end >= points:
            continue
        for level in range(some):
            sums[level] = 0.0
            for point in range(end):
                state[level, point] = states[0, level, point]
                sums[level] += leave[point] * state[level, point]
        for day in range(1, days):
            of_day = likelihood[day]
            for level in range(some - 1, -1, -1):
                row, stays = state[level], kept[day, level]
                received = came[day, level] * sums[level - 1] if level else 0.0
                if stays == 0.0 and received == 0.0:
                    sums[level] = 0.0
                    row[:end] = 0.0
                    continue
                total = 0.0
                for point in range(end):
                    value = (stays * row[point] + received * enter[point]) * of_day[point]
                    value = value if value >= TINY else 0.0
                    row[point] = value
                    total += leave[point] * value
                sums[level] = total
                low[day, level, rate] = max(states[day, level, rate] - row[rate], 0.0)


@compile_quickly
def peak_of_rates(states, scales, back, back_scales, likelihood, log_each, total, out):
    """Of each rate its largest probability on a day, into `out`.

    Parameters
    ----------
    states, scales, back, back_scales : array of float
        The sums of all placements up to each day, and from the last day on in the order in which they are visited.
    likelihood, log_each, total
        As for `add_up_pauses`.
    out : array of float, (points,)
        Filled.

    Examples
    --------
    >>> out, part = np.empty(1), np.ones((1, 1, 1))
    >>> peak_of_rates(part, np.zeros((1, 1)), part, np.zeros((1, 1)), np.full((1, 1), 2.0), np.zeros(1), 0.0, out)
    >>> out.tolist()
    [0.5]
    """
    days, levels, points = states.shape
    mass = np.empty(points)
    out[:] = 0.0
    for day in range(days):
        turned = days - 1 - day
        mass[:] = 0.0
        for before in range(levels):
            for after in range(levels - before):
                log = scales[day, before] + back_scales[turned, after] + log_each[before + after] - total
                if log < -200.0:
                    continue
                factor = np.exp(min(log, -DEAD))
                here, there = states[day, before], back[turned, after]
                for point in range(points):
                    mass[point] += factor * here[point] * there[point]
        for point in range(points):
            if likelihood[day, point] > 1e-200:
                out[point] = max(out[point], mass[point] / likelihood[day, point])


@compile_if_possible
def add_up_pauses(low, scales, turned_low, turned_scales, likelihood, log_each, total, out):
    """Probability of each day to have a low rate between two higher ones, into `out`.

    Parameters
    ----------
    low, scales : array of float, (days, levels, points) and (days, levels)
        From `carry_low` over the days as they come.
    turned_low, turned_scales : the same shapes
        From `carry_low` over the days from the last one.
    likelihood : array of float, (days, points)
        Of each day; it is in both.
    log_each : array of float, (levels,)
        Log prior probability of one placement of so many changes.
    total : float
        Log of the sum over everything.
    out : array of float, (days,)
        Filled.

    Examples
    --------
    >>> out, part = np.empty(1), np.ones((1, 3, 1))
    >>> add_up_pauses(part, np.zeros((1, 3)), part, np.zeros((1, 3)), np.full((1, 1), 2.0), np.zeros(3), 0.0, out)
    >>> out.tolist()
    [0.5]
    """
    days, levels, points = low.shape
    for day in range(days):
        turned = days - 1 - day
        mass = np.zeros(points)
        for before in range(1, levels):
            for after in range(1, levels - before):
                log = scales[day, before] + turned_scales[turned, after] + log_each[before + after] - total
                factor = np.exp(min(max(log, -745.0), -DEAD))
                here, there = low[day, before], turned_low[turned, after]
                for point in range(points):
                    mass[point] += factor * here[point] * there[point]
        probability = 0.0
        for point in range(points):
            if likelihood[day, point] > 1e-200:
                probability += mass[point] / likelihood[day, point]
        out[day] = min(probability, 1.0)


@compile_quickly
def trace_entry(states, scales, likelihood, above, enter, leave, rates, day, held, mass, weighted):
    """Mass by the first day from which on all rates up to `day` were lower than those that count as higher than its.

    Parameters
    ----------
    states, scales, likelihood, above, enter, leave
        As for `carry_low`.
    rates : array of float, (points,)
        Of the grid.
    day : int
        The day.
    held : array of float, (levels, points)
        Everything after the day, by the number of changes up to it and the rate on it.
    mass, weighted : array of float, (days,)
        Filled: the mass of each first day, and the same times the rate before.

    Examples
    --------
    >>> mass, weighted = np.zeros(2), np.zeros(2)
    >>> one, rates = np.ones(2), np.array([1.0, 3.0])
    >>> trace_entry(np.ones((2, 3, 2)), np.zeros((2, 3)), np.ones((2, 2)), np.array([1, 2]), one, one, rates, 1,
    ...             np.ones((3, 2)), mass, weighted)
    >>> mass.tolist(), weighted.tolist()
    ([0.0, 1.0], [0.0, 3.0])
    """
    levels, points = held.shape[0] - 1, held.shape[1]  # one change at least comes after the day
    of_rate = np.zeros(points)
    for level in range(levels):
        for point in range(points):
            if above[point] < points and scales[day, level] > DEAD:
                of_rate[point] += (
                    held[level, point] * states[day, level, point] * np.exp(min(scales[day, level], -DEAD))
                )
    chosen = np.flatnonzero(of_rate > SMALL * of_rate.max())
    runs = np.zeros((len(chosen), levels, points))
    for at in range(len(chosen)):
        for level in range(levels):
            runs[at, level, chosen[at]] = held[level, chosen[at]] * likelihood[day, chosen[at]]
    log_run, tail, rated = 0.0, np.zeros((levels, points + 1)), np.zeros((levels, points + 1))
    factors, entered = np.zeros(levels), np.zeros(levels + 1)
    for first in range(day, 0, -1):
        for level in range(1, levels):
            log = scales[first - 1, level - 1] + log_run
            factors[level] = np.exp(min(log, -DEAD)) if log > DEAD else 0.0
            if factors[level] > 0.0:
                before = states[first - 1, level - 1]
                for point in range(points - 1, -1, -1):
                    left = leave[point] * before[point]
                    tail[level, point] = tail[level, point + 1] + left
                    rated[level, point] = rated[level, point + 1] + left * rates[point]
        high = 0.0
        for at in range(len(chosen)):
            end, of_day, run = above[chosen[at]], likelihood[first - 1], runs[at]
            for level in range(levels):
                entered[level] = 0.0
                for point in range(end):
                    entered[level] += enter[point] * run[level, point]
                if level and factors[level] > 0.0:
                    mass[first] += factors[level] * entered[level] * tail[level, end]
                    weighted[first] += factors[level] * entered[level] * rated[level, end]
            for level in range(levels):
                beyond, row = entered[level + 1], run[level]
                for point in range(end):
                    value = (row[point] + leave[point] * beyond) * of_day[point]
                    value = value if value >= TINY else 0.0
                    row[point] = value
                    high = max(high, value)
        if high <= 0.0:
            return
        if high < 1e-100:
            runs /= high
            log_run += np.log(high)
