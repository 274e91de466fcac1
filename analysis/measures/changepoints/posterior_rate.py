"""The rate on one day or in one segment, as a posterior: a mixture of gamma distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammainc

from analysis.measures.rates import Interval, check_level


class _CredibleRate:
    """A posterior of a rate in words; the classes below say what its distribution is."""

    @property
    def estimate(self) -> float:
        """Posterior mean, per day of exposure, float."""
        raise NotImplementedError

    def interval(self, level: float = 0.95) -> Interval:
        """Equal-tailed credible interval of the rate."""
        raise NotImplementedError

    def sentence(self, level: float = 0.95) -> str:
        """The rate in one sentence, with its interval.

        Parameters
        ----------
        level : float
            Posterior probability of the interval.

        Returns
        -------
        str
            One sentence of plain text.

        Examples
        --------
        >>> PosteriorRate(np.array([14.0]), np.array([8.0]), np.array([1.0])).sentence()
        'The rate is 1.75 per day (95 % credible interval 0.957 to 2.78).'
        """
        return f"The rate is {self.estimate:.3g} per day ({self._words(level)})."

    def _words(self, level: float) -> str:
        low, high = self.interval(level)
        return f"{100 * level:g} % credible interval {low:.3g} to {high:.3g}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.estimate:.3g} per day, {self._words(0.95)})"

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>"


@dataclass(frozen=True, eq=False, repr=False)
class PosteriorRate(_CredibleRate):
    """A rate per day of exposure whose uncertainty is a mixture of gamma distributions.

    Parameters
    ----------
    shapes, rates : array of float, (n,)
        Shape, and rate in days, of each gamma distribution.
    weights : array of float, (n,)
        Probability of each; they need not add up to 1.

    See Also
    --------
    analysis.measures.changepoints.posterior.ChangePosterior.rate_on : Where such rates come from.

    Examples
    --------
    >>> one = PosteriorRate(np.array([14.0]), np.array([8.0]), np.array([1.0]))
    >>> one
    PosteriorRate(1.75 per day, 95 % credible interval 0.957 to 2.78)
    """

    shapes: np.ndarray
    rates: np.ndarray
    weights: np.ndarray

    @property
    def estimate(self) -> float:
        """Posterior mean, per day of exposure, float.

        Examples
        --------
        >>> PosteriorRate(np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([0.5, 0.5])).estimate
        1.0
        """
        return float((self.weights * self.shapes / self.rates).sum() / self.weights.sum())

    def interval(self, level: float = 0.95) -> Interval:
        """Equal-tailed credible interval of the rate.

        Parameters
        ----------
        level : float
            Posterior probability of the interval, above 0 and below 1.

        Returns
        -------
        Interval
            Lower and upper limit, per day of exposure.

        Raises
        ------
        InputError
            For a level that is not above 0 and below 1.

        Examples
        --------
        >>> low, high = PosteriorRate(np.array([1.0]), np.array([2.0]), np.array([1.0])).interval(0.9)
        >>> f"{low:.4f} to {high:.4f}"
        '0.0256 to 1.4979'
        """
        check_level(level)
        total = self.weights.sum()
        bound = float((self.shapes / self.rates + 40 * np.sqrt(self.shapes + 40) / self.rates).max())

        def distance(rate: float, tail: float) -> float:
            return (self.weights * gammainc(self.shapes, self.rates * rate)).sum() / total - tail

        tails = (1 - level) / 2, (1 + level) / 2
        return Interval(*(brentq(distance, 0.0, bound, args=(tail,), xtol=1e-15, rtol=1e-13) for tail in tails))


@dataclass(frozen=True, eq=False, repr=False)
class GridRate(_CredibleRate):
    """A rate per day of exposure whose uncertainty is known on a grid of rates.

    Parameters
    ----------
    rates : array of float, (n,)
        Per day of exposure, increasing.
    weights : array of float, (n,)
        Probability of each; they need not add up to 1.

    Examples
    --------
    >>> GridRate(np.array([1.0, 2.0, 3.0]), np.array([0.25, 0.5, 0.25]))
    GridRate(2 per day, 95 % credible interval 1 to 3)
    """

    rates: np.ndarray
    weights: np.ndarray

    @property
    def estimate(self) -> float:
        """Posterior mean, per day of exposure, float."""
        return float((self.weights * self.rates).sum() / self.weights.sum())

    def interval(self, level: float = 0.95) -> Interval:
        """Equal-tailed credible interval of the rate, read off between the points of the grid.

        Parameters
        ----------
        level : float
            Posterior probability of the interval, above 0 and below 1.

        Returns
        -------
        Interval
            Lower and upper limit, per day of exposure.

        Raises
        ------
        InputError
            For a level that is not above 0 and below 1.
        """
        check_level(level)
        return Interval(*grid_quantiles(self.rates, self.weights, np.array([(1 - level) / 2, (1 + level) / 2])))


def grid_quantiles(rates: np.ndarray, weights: np.ndarray, tails: np.ndarray) -> tuple[float, ...]:
    """Quantiles of a distribution on a grid; half of the probability of a point lies below it.

    Parameters
    ----------
    rates, weights : array of float, (n,)
        Points, increasing, and their probabilities.
    tails : array of float, (m,)
        Probabilities.

    Returns
    -------
    tuple of float, (m,)

    Examples
    --------
    >>> grid_quantiles(np.array([1.0, 2.0]), np.array([0.5, 0.5]), np.array([0.5]))
    (1.5,)
    """
    below = weights.cumsum() - weights / 2
    return tuple(float(each) for each in np.interp(tails, below / weights.sum(), rates))
