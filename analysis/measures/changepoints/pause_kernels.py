"""Where a low rate lies between two high ones: the loops over days, for numba to compile.

Without numba they run as they are, slowly. A change is a fall to a rate if the rate before is at or above a given one.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.compiling import compile_if_possible

DEAD = -700.0  # exponents below which nothing is left


@compile_if_possible
def carry_fallen(states, scales, likelihood, above, enter, leave, fallen):
    """Of the sums up to each day the part in which the segment of the day began with a fall, into `fallen`.

    Parameters
    ----------
    states, scales : array of float, (days, levels, points) and (days, levels)
        After each day, in the order in which days are visited.
    likelihood : array of float, (days, points)
        Of each day.
    above : array of int, (points,)
        The lowest rate from which a change to this one is a fall.
    enter, leave : array of float, (points,)
        As of the pass.
    fallen : array of float, (days, levels, points)
        Filled, divided by the exponentials of `scales`.

    Examples
    --------
    >>> fallen = np.zeros((2, 2, 1))
    >>> one, above = np.ones(1), np.array([0])
    >>> carry_fallen(np.ones((2, 2, 1)), np.zeros((2, 2)), np.ones((2, 1)), above, one, one, fallen)
    >>> fallen[1, :, 0].tolist()
    [0.0, 1.0]
    """
    days, levels, points = states.shape
    tail = np.zeros(points + 1)
    for day in range(1, days):
        for level in range(1, levels):
            top = scales[day, level]
            if top == -np.inf or scales[day - 1, level - 1] == -np.inf:
                continue
            came = np.exp(min(scales[day - 1, level - 1] - top, -DEAD))
            kept = 0.0 if scales[day - 1, level] == -np.inf else np.exp(min(scales[day - 1, level] - top, -DEAD))
            for point in range(points - 1, -1, -1):
                tail[point] = tail[point + 1] + leave[point] * states[day - 1, level - 1, point]
            for point in range(points):
                value = kept * fallen[day - 1, level, point] + came * enter[point] * tail[above[point]]
                fallen[day, level, point] = value * likelihood[day, point]


@compile_if_possible
def trace_entry(states, scales, likelihood, above, enter, leave, rates, day, held, mass, weighted):
    """Mass by the day on which the segment that holds `day` began with a fall.

    Parameters
    ----------
    states, scales, likelihood, above, enter, leave
        As for `carry_fallen`.
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
    >>> one = np.ones(1)
    >>> trace_entry(np.ones((2, 2, 1)), np.zeros((2, 2)), np.ones((2, 1)), np.array([0]), one, one, 3 * one, 1,
    ...             np.ones((2, 1)), mass, weighted)
    >>> mass.tolist(), weighted.tolist()
    ([0.0, 1.0], [0.0, 3.0])
    """
    levels, points = held.shape
    tail, rated = np.zeros(points + 1), np.zeros(points + 1)
    run, log_run = np.ones(points), 0.0
    for first in range(day, 0, -1):
        high = 0.0
        for point in range(points):
            run[point] *= likelihood[first, point]
            high = max(high, run[point])
        if high <= 0.0:
            return
        if high < 1e-100:
            for point in range(points):
                run[point] /= high
            log_run += np.log(high)
        for level in range(1, levels):
            log = scales[first - 1, level - 1] + log_run
            if log < DEAD:
                continue
            for point in range(points - 1, -1, -1):
                tail[point] = tail[point + 1] + leave[point] * states[first - 1, level - 1, point]
                rated[point] = rated[point + 1] + leave[point] * states[first - 1, level - 1, point] * rates[point]
            total, total_rated = 0.0, 0.0
            for point in range(points):
                value = enter[point] * run[point] * held[level, point]
                total += value * tail[above[point]]
                total_rated += value * rated[above[point]]
            factor = np.exp(min(log, -DEAD))
            mass[first] += total * factor
            weighted[first] += total_rated * factor
