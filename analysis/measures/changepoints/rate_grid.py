"""The rates that the numerical posterior sums over: a grid, and the prior probability of each of its points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

STEP = 1.6  # of the grid, in posterior standard deviations of a rate that held on all days: an error of about 1e-4
COARSE = 2.0  # the same for totals of several days, where pairs of rates are summed over
MAX_POINTS = 4000


@dataclass(frozen=True, eq=False)
class RateGrid:
    """Rates per day of exposure, increasing, and the prior probability of each.

    Parameters
    ----------
    rates : array of float, (points,)
        Per day of exposure.
    prior : array of float, (points,)
        Adding up to 1.

    Examples
    --------
    >>> grid = rate_grid(280.0, 9.0, shape=1.0, scale_days=2.0)
    >>> round(float((grid.rates * grid.prior).sum()), 3)
    0.5
    """

    rates: np.ndarray
    prior: np.ndarray


def rate_grid(exposure: float, most: float, shape: float, scale_days: float, step: float = STEP) -> RateGrid:
    """Points for the trapezoidal rule over the gamma prior of a rate.

    Parameters
    ----------
    exposure : float
        Days of exposure of the whole series, above 0.
    most : float
        Largest count per day of exposure.
    shape, scale_days : float
        Gamma prior: shape in events, inverse scale in days.
    step : float
        Distance of the points, in posterior standard deviations of a rate that held on all days.

    Returns
    -------
    RateGrid

    Notes
    -----
    The square root of a rate has nearly the standard deviation 1 / (2 sqrt(exposure)), whatever the rate, so the points
    lie evenly on that scale, and evenly in the logarithm towards 0. The trapezoidal rule converges faster than any
    power of the step for such integrands (Trefethen and Weideman 2014, SIAM Review 56, 385-458).

    Examples
    --------
    >>> grid = rate_grid(100.0, 5.0, shape=0.5, scale_days=1.0)
    >>> bool(np.isclose(grid.prior.sum(), 1)), bool((np.diff(grid.rates) > 0).all())
    (True, True)
    """
    unit = 1 / np.sqrt(exposure)  # two standard deviations of the square root of a rate
    high = (
        2 * most + 10 * np.sqrt(max(most, 1 / exposure) / exposure) + 12 * max(shape, 1) / scale_days / 4 + 3 / exposure
    )
    low = min(1e-4 / exposure, 1e-4 * shape / scale_days) / max(1.0, 1 / shape**2)
    end = np.sqrt(high) / unit
    end = end if end > 30 else np.log(np.expm1(end))
    begin = np.log(np.sqrt(low) / unit)
    points = int(np.clip((end - begin) / (step / 2), 24, MAX_POINTS)) + 1
    at = np.linspace(begin, end, points)
    root = np.logaddexp(0.0, at)
    rates = (unit * root) ** 2
    log_width = np.log(root) - np.logaddexp(0.0, -at)
    log = xlogy(shape - 1, rates) - scale_days * rates + log_width
    prior = np.exp(log - log.max())
    return RateGrid(rates, prior / prior.sum())
