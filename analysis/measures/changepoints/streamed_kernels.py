"""The sums over all placements of changes, day by day, without keeping the days.

They are the sums of `kernels.run_days`, with the likelihood of each day worked out on the way: a series of any length
needs no more memory than a few numbers a day. The loops are compiled where numba is installed (the extra `scale`); the
NumPy version is the reference of the tests.
"""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.compiling import njit
from analysis.measures.changepoints.kernels import day_likelihood_numpy, run_days_numpy

BLOCK = 500  # days at a time in NumPy


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


def weigh_ways_numpy(counts, slopes, excited, watched, rates, phis, prior, out):
    """Log of the sum over all placements of each number of changes, under several ways of clustering.

    Parameters
    ----------
    counts : array of float, (days,)
        As for `stream_numpy`.
    slopes, excited : array of float, (ways, days)
        Expected counts under each way.
    watched : array of bool, (days,)
        As for `stream_numpy`.
    rates : array of float, (points,)
        Of the grid.
    phis : array of float, (ways,)
        Variance over mean under each way.
    prior : array of float, (points,)
        Of the rates.
    out : array of float, (ways, levels)
        Filled.

    Examples
    --------
    >>> one, out = np.ones(1), np.empty((1, 2))
    >>> lines = np.ones((1, 2)), np.zeros((1, 2))
    >>> weigh_ways_numpy(np.zeros(2), *lines, np.ones(2, bool), one, one, one, out)
    >>> out.tolist()
    [[-2.0, -2.0]]
    """
    leave, levels = np.ones(len(rates)), out.shape[1]
    none = np.empty((0, levels)), np.empty((0, levels, len(rates))), np.empty((0, levels))
    for way, phi in enumerate(phis):
        state, scale = np.zeros((levels, len(rates))), np.full(levels, -np.inf)
        state[0], scale[0] = prior, 0.0
        lines = counts, slopes[way], excited[way], watched
        top = stream_numpy(*lines, rates, phi, prior, leave, state, scale, True, *none)
        with np.errstate(divide="ignore"):
            out[way] = np.log(state.sum(axis=1)) + scale + top


if njit is None:
    stream, weigh_ways = stream_numpy, weigh_ways_numpy
else:
    from analysis.measures.changepoints.compiled import stream, weigh_ways

__all__ = ["stream", "stream_numpy", "weigh_ways", "weigh_ways_numpy"]
