"""A grid of rates that is as fine as the counts can resolve them, and how exactly it sums over a segment.

A rate that holds for a long time needs a fine grid, and one that can hold for a few days only a coarse one. Long series
with a few busy days therefore need a fraction of the points of an even grid.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainccinv, gammaln, logsumexp, xlogy

from analysis.measures.changepoints.compiling import njit
from analysis.measures.changepoints.rate_grid import MAX_POINTS, STEP, RateGrid

GROWTH = 1.25  # of the lengths of windows that are looked at
REACH = 7.0  # standard deviations on both sides of the rates of a window in which its resolution holds
EDGE = 2.0  # width of the transition between two resolutions, in standard deviations
FINE = 0.75  # standard deviations between points for an error of a segment below 1e-9
BELOW = (1e-5, 1e-10)  # smallest rate, in events over the whole series, of a usual and of a fine grid
ABOVE = (1e-6, 1e-12)  # prior probability of higher rates than those of the grid, the same
NEWTON = 4  # steps that put the points in their places, at most
IN_PLACE = 1e-11  # distance to it, in steps, at which a point is in its place
COUNTS = 40  # windows of one length at which the error is measured
SLACK = 1.2  # of the rates of windows whose lengths lie between two of the ladder


def windows(counts: np.ndarray, exposure: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Events and exposure of all windows of a growing ladder of lengths.

    Parameters
    ----------
    counts, exposure : array of float, (days,)
        Events and days of exposure of each day.

    Returns
    -------
    list of two arrays of float, (windows,)
        Lengths grow from one day to all days; windows that nobody searched are left out.

    Examples
    --------
    >>> [events.tolist() for events, _ in windows(np.array([0.0, 3.0, 1.0]), np.ones(3))]
    [[0.0, 3.0, 1.0], [3.0, 4.0], [4.0]]
    """
    return _windows(np.append(0.0, counts.cumsum()), np.append(0.0, exposure.cumsum()), _lengths(len(counts)))


def _lengths(days: int) -> np.ndarray:
    """The ladder of lengths, from one day to all days."""
    lengths, length = [], 1
    while length < days:
        lengths.append(length)
        length = max(length + 1, int(length * GROWTH))
    return np.array([*lengths, days])


def _windows(events: np.ndarray, exposed: np.ndarray, lengths: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    out = []
    for days in lengths.tolist():
        inside, watched = events[days:] - events[:-days], exposed[days:] - exposed[:-days]
        out.append((inside[watched > 0], watched[watched > 0]))
    return [each for each in out if len(each[0])]


def resolved_rate_grid(
    counts: np.ndarray, exposure: np.ndarray, shape: float, scale_days: float, step: float = STEP
) -> RateGrid:
    """Points for the trapezoidal rule, no finer at any rate than the counts can resolve it.

    Parameters
    ----------
    counts, exposure : array of float, (days,)
        Events and days of exposure of each day.
    shape, scale_days : float
        Gamma prior: shape in events, inverse scale in days.
    step : float
        Distance of the points, in posterior standard deviations of a rate over the longest window in which it can have
        held.

    Returns
    -------
    RateGrid

    Notes
    -----
    The square root of a rate that held for T days has nearly the standard deviation 1 / (2 sqrt(T)). Windows of T days
    have rates in a range that narrows with T; outside of it a window so long cannot be a segment of weight, and shorter
    ones need fewer points. Where two resolutions meet the density of the points changes smoothly, because the
    trapezoidal rule converges fast only for smooth integrands. `quadrature_error` measures what is left.

    Examples
    --------
    >>> counts = np.repeat([0.0, 1.0, 9.0, 0.0], [2000, 40, 3, 2000])
    >>> grid = resolved_rate_grid(counts, np.ones(len(counts)), shape=0.5, scale_days=100.0)
    >>> len(grid.rates) < 150
    True
    """
    is_fine = step <= FINE
    low, high, deviation = _resolutions(counts, exposure)
    low, high, deviation = _down_to_the_prior(low, high, deviation, shape, scale_days, ABOVE[is_fine])
    top, total = float(high[-1]), float(exposure.sum())
    bottom = np.sqrt(BELOW[is_fine] * min(1 / total, shape / scale_days)) / max(1.0, 1 / shape)
    begin, end = _place(np.array([bottom, top]), low, high, deviation)[0]
    points = int(np.clip((end - begin) / step, 24, MAX_POINTS)) + 1
    wanted, between = np.linspace(begin, end, points, retstep=True)
    knots = np.unique(np.concatenate([np.geomspace(bottom, top, 60), np.linspace(bottom, top, 120)]))
    root = np.interp(wanted, _place(knots, low, high, deviation)[0], knots)
    for _ in range(NEWTON):
        place, density = _place(root, low, high, deviation)
        if np.abs(wanted - place).max() < IN_PLACE:
            break
        root = root * np.exp(np.clip((wanted - place) / (density * root), -0.5, 0.5))
    else:
        density = _place(root, low, high, deviation)[1]
    rates = root**2
    log = xlogy(shape - 1, rates) - scale_days * rates + shape * np.log(scale_days) - gammaln(shape)
    prior = np.exp(log) * 2 * root / density * between
    prior[0] /= -np.expm1(-2 * shape * between)  # with all points below, evenly in the logarithm
    return RateGrid(rates, prior)


def _resolutions(counts: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nested ranges of the square root of a rate, the narrowest first, and the standard deviation in each."""
    events, exposed = np.append(0.0, counts.cumsum()), np.append(0.0, exposure.cumsum())
    rows = window_resolutions(events, exposed, _lengths(len(counts)))
    low, high, longest = rows[rows[:, 2] > 0][::-1].T
    deviation = 1 / (2 * np.sqrt(longest))
    low, high = np.sqrt(low / SLACK) - REACH * deviation, np.sqrt(high * SLACK) + REACH * deviation
    return np.minimum.accumulate(low), np.maximum.accumulate(high), deviation


def window_resolutions_numpy(events: np.ndarray, exposed: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Lowest and highest rate of the windows of each length, and the longest exposure of one.

    Parameters
    ----------
    events, exposed : array of float, (days + 1,)
        Events and days of exposure before each day.
    lengths : array of int, (lengths,)
        In days.

    Returns
    -------
    array of float, (lengths, 3)
        The exposure is 0 where nobody watched a window so long.

    Examples
    --------
    >>> window_resolutions_numpy(np.array([0.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0]), np.array([1])).tolist()
    [[1.0, 3.0, 1.0]]
    """
    out = np.zeros((len(lengths), 3))
    for which, days in enumerate(lengths):
        for inside, watched in _windows(events, exposed, np.array([days])):
            out[which] = (inside / watched).min(), (inside / watched).max(), watched.max()
    return out


def _down_to_the_prior(low, high, deviation, shape, scale_days, above):
    """The same with wider ranges, of less than a day, down to what the prior alone knows."""
    highest, of_prior = np.sqrt(gammainccinv(shape, above) / scale_days), 0.5 / np.sqrt(scale_days)
    steps = max(np.log(of_prior / deviation[-1]) / np.log(GROWTH), 0)
    wider = deviation[-1] * GROWTH ** np.arange(1, 1 + steps)
    beyond = high[-1] + REACH * (wider - deviation[-1])
    low = np.minimum.accumulate(np.concatenate([low, -REACH * wider, [-highest]]))
    high = np.concatenate([high, beyond, [max(highest, *high, *beyond)]])
    return low, high, np.concatenate([deviation, wider, [max(deviation[-1], *wider, of_prior)]])


if njit is None:
    window_resolutions = window_resolutions_numpy
else:
    from analysis.measures.changepoints.compiled import window_resolutions


def _place(root, low, high, deviation) -> tuple[np.ndarray, np.ndarray]:
    """Number of points up to a square root of a rate, in steps, and their density: ranges add to those within them."""
    more = 1 / deviation - np.append(1 / deviation[1:], 0.0)
    width = EDGE * deviation
    risen, rise = _soft_step((root[:, None] - low) / width)
    fallen, fall = _soft_step((root[:, None] - high) / width)
    return (risen - fallen) @ (width * more) + np.log(root), (rise - fall) @ more + 1 / root


def _soft_step(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log(1 + e^x), and its slope."""
    power = np.exp(-np.abs(x))
    return np.maximum(x, 0.0) + np.log1p(power), np.where(x > 0, 1.0, power) / (1 + power)


def quadrature_error(
    grid: RateGrid, counts: np.ndarray, exposure: np.ndarray, shape: float, scale_days: float
) -> float:
    """Largest relative error of the marginal likelihood of a segment, over the windows of a series.

    Parameters
    ----------
    grid : RateGrid
        Of the rates.
    counts, exposure : array of float, (days,)
        Events and days of exposure of each day.
    shape, scale_days : float
        Gamma prior.

    Returns
    -------
    float
        Of Poisson counts, beside the closed form, at forty windows of each length of a growing ladder,
        from the one with the fewest events to the one with most.

    Examples
    --------
    >>> counts = np.repeat([0.0, 3.0, 0.0], [100, 40, 200])
    >>> fine = resolved_rate_grid(counts, np.ones(340), 0.5, 1.0, step=FINE)
    >>> quadrature_error(fine, counts, np.ones(340), 0.5, 1.0) < 1e-8
    True
    """
    worst = abs(float(grid.prior.sum()) - 1)
    log_rates, log_prior = np.log(grid.rates), np.log(np.maximum(grid.prior, 1e-300))
    start = shape * np.log(scale_days) - gammaln(shape)
    for inside, watched in windows(counts, exposure):
        chosen = np.argsort(inside, kind="stable")[np.unique(np.linspace(0, len(inside) - 1, COUNTS).astype(int))]
        events, days = inside[chosen], watched[chosen]
        exact = start + gammaln(shape + events) - (shape + events) * np.log(scale_days + days)
        summed = logsumexp(log_prior + events[:, None] * log_rates - days[:, None] * grid.rates, axis=1)
        worst = max(worst, float(np.abs(np.expm1(summed - exact)).max()))
    return worst
