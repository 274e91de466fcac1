"""The inner loops of the numerical posterior, in NumPy; compiled where numba is installed (the extra `scale`).

Both versions do the same sums in the same order. The NumPy version is the reference of the tests.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.clustering import log_pmf
from analysis.measures.changepoints.compiling import njit

FLOOR = 1e-200  # likelihood of a count at any rate, over its largest: no count makes a series impossible
TINY = 1e-250  # share of the largest term below which a term counts as none; smaller floats are slow


def day_likelihood_numpy(counts, slope, excited, watched, rates, phi):
    """Likelihood of each day's count at each rate, divided by its largest over the rates.

    Parameters
    ----------
    counts, slope, excited : array of float, (days,)
        Count of the day, and its expected count: slope x rate + excited.
    watched : array of bool, (days,)
        Days that were not are equally likely at every rate.
    rates : array of float, (points,)
        Of the grid.
    phi : float
        Variance over mean.

    Returns
    -------
    likelihood : array of float, (days, points)
        From `FLOOR` to 1.
    top : array of float, (days,)
        Log of the largest.

    Examples
    --------
    >>> counts, one, none = np.array([2.0]), np.ones(1), np.zeros(1)
    >>> likelihood, top = day_likelihood_numpy(counts, one, none, one > 0, np.array([1.0, 2.0]), 1.0)
    >>> likelihood.round(3).tolist()  # a count of 2 is most probable at the rate 2
    [[0.68, 1.0]]
    """
    log = np.zeros((len(counts), len(rates)))
    mean = slope[watched, None] * rates + excited[watched, None]
    log[watched] = log_pmf(counts[watched, None], mean, phi)
    top = log.max(axis=1)
    return np.maximum(np.exp(log - top[:, None]), FLOOR), top


def run_days_numpy(likelihood, enter, leave, state, scale, first, keep):
    """Carry the sums over placements from day to day.

    Parameters
    ----------
    likelihood : array of float, (days, points)
        Of each day, in the order in which they are visited.
    enter, leave : array of float, (points,)
        A change takes the sum over rates of leave x state, and shares it out by enter.
    state : array of float, (levels, points)
        Sums before the first of the days, by number of changes and rate, each level divided by exp(scale).
    scale : array of float, (levels,)
        -inf where a level has no mass.
    first : bool
        Whether no change can be on the first of the days.
    keep : bool
        Whether the states of all days are returned, or only the last.

    Returns
    -------
    states : array of float, (days or 1, levels, points)
    scales : array of float, (days or 1, levels)
        After each day.

    Examples
    --------
    >>> likelihood, enter, leave = np.array([[1.0, 0.5], [0.2, 1.0]]), np.array([0.5, 0.5]), np.ones(2)
    >>> state, scale = np.array([enter, 0 * enter]), np.array([0.0, -np.inf])
    >>> states, scales = run_days_numpy(likelihood, enter, leave, state, scale, first=True, keep=False)
    >>> (states[0].sum(axis=1) * np.exp(scales[0])).round(3).tolist()  # no change, and one on the second day
    [0.35, 0.45]
    """
    days, points = likelihood.shape
    levels = len(scale)
    states, scales = np.zeros((days if keep else 1, levels, points)), np.full((days if keep else 1, levels), -np.inf)
    state, scale = state.copy(), scale.copy()
    for day in range(days):
        if day or not first:
            top = np.maximum(scale[1:], scale[:-1])
            base = np.where(np.isneginf(top), 0.0, top)
            new = state[1:] * np.exp(scale[1:] - base)[:, None]
            new += np.multiply.outer((state[:-1] * leave).sum(axis=1) * np.exp(scale[:-1] - base), enter)
            state[1:], scale[1:] = new, top
        state *= likelihood[day]
        high = state.max(axis=1)
        dead = high <= 0
        state /= np.where(dead, 1.0, high)[:, None]
        state[state < TINY] = 0.0
        with np.errstate(divide="ignore"):
            scale = scale + np.log(high)
        states[day if keep else 0], scales[day if keep else 0] = state, scale
    return states, scales


def pair_likelihood_numpy(table, step, before, after, excited, rates):
    """Likelihood of a total with a change inside at each pair of rates.

    Parameters
    ----------
    table : array of float, (m,)
        Likelihood of the total at expected counts whose square roots are 0, step, 2 step, ...
    step : float
        Distance of these square roots.
    before, after : float
        Days of exposure of either rate.
    excited : float
        Expected count that no rate explains.
    rates : array of float, (points,)
        Of the grid.

    Returns
    -------
    array of float, (points, points)
        By rate before, and rate after; read off between the entries of the table.

    Examples
    --------
    >>> table = np.array([0.0, 0.5, 1.0, 0.5])
    >>> pair_likelihood_numpy(table, 1.0, 2.0, 2.0, 0.0, np.array([0.5, 2.0])).round(2).tolist()
    [[0.71, 0.88], [0.88, 0.59]]
    """
    at = np.sqrt(before * rates[:, None] + after * rates + excited) / step
    place = np.minimum(at.astype(int), len(table) - 2)
    return table[place] + (at - place) * (table[place + 1] - table[place])


if njit is None:
    run_days, day_likelihood, pair_likelihood = run_days_numpy, day_likelihood_numpy, pair_likelihood_numpy
else:
    from analysis.measures.changepoints.compiled import day_likelihood, pair_likelihood, run_days

__all__ = [
    "day_likelihood",
    "day_likelihood_numpy",
    "pair_likelihood",
    "pair_likelihood_numpy",
    "run_days",
    "run_days_numpy",
]
