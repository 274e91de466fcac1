"""Where a low rate lies between two high ones: the loops over days, for numba to compile.

Without numba they run as they are, slowly. A change is a fall to a rate if the rate before is at or above a given one.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.compiling import compile_if_possible

DEAD = -700.0  # exponents below which nothing is left
TINY = 1e-250  # as in `kernels`: smaller floats are slow


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
            top, before, after = scales[day, level], states[day - 1, level - 1], fallen[day, level]
            if top == -np.inf or scales[day - 1, level - 1] == -np.inf:
                continue
            came = np.exp(min(scales[day - 1, level - 1] - top, -DEAD))
            kept = 0.0 if scales[day - 1, level] == -np.inf else np.exp(min(scales[day - 1, level] - top, -DEAD))
            higher = 0.0
            for point in range(points - 1, -1, -1):
                higher += leave[point] * before[point]
                tail[point] = higher
            earlier, of_day = fallen[day - 1, level], likelihood[day]
            for point in range(points):
                value = (kept * earlier[point] + came * enter[point] * tail[above[point]]) * of_day[point]
                after[point] = value if value >= TINY else 0.0


@compile_if_possible
def add_up_pauses(fallen, scales, risen, turned_scales, likelihood, log_each, total, out):
    """Probability of each day to lie in a segment that began with a fall and ends with a rise, into `out`.

    Parameters
    ----------
    fallen, scales : array of float, (days, levels, points) and (days, levels)
        From `carry_fallen` over the days as they come.
    risen, turned_scales : the same shapes
        From `carry_fallen` over the days from the last one.
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
    days, levels, points = fallen.shape
    for day in range(days):
        turned = days - 1 - day
        mass = np.zeros(points)
        for before in range(1, levels):
            for after in range(1, levels - before):
                log = scales[day, before] + turned_scales[turned, after] + log_each[before + after] - total
                factor = np.exp(min(max(log, -745.0), -DEAD))
                here, there = fallen[day, before], risen[turned, after]
                for point in range(points):
                    mass[point] += factor * here[point] * there[point]
        probability = 0.0
        for point in range(points):
            if likelihood[day, point] > 1e-200:
                probability += mass[point] / likelihood[day, point]
        out[day] = min(probability, 1.0)


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
            still = run[point] * likelihood[first, point]
            run[point] = still if still >= TINY else 0.0
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
            before, beyond = states[first - 1, level - 1], held[level]
            higher, higher_rated = 0.0, 0.0
            for point in range(points - 1, -1, -1):
                left = leave[point] * before[point]
                higher, higher_rated = higher + left, higher_rated + left * rates[point]
                tail[point], rated[point] = higher, higher_rated
            total, total_rated = 0.0, 0.0
            for point in range(points):
                value = enter[point] * run[point] * beyond[point]
                total += value * tail[above[point]]
                total_rated += value * rated[above[point]]
            factor = np.exp(min(log, -DEAD))
            mass[first] += total * factor
            weighted[first] += total_rated * factor
