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


if njit is None:
    stream = stream_numpy
else:
    from analysis.measures.changepoints.compiled import stream

__all__ = ["stream", "stream_numpy"]
