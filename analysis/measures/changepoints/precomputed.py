"""Precomputed terms of the marginal likelihood: its functions are slow, and few differences of candidates occur."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_ENTRIES = 1_000_000  # entries of a table; the last few series keep theirs


@dataclass(frozen=True)
class Differences:
    """By how much the candidates differ in one quantity, upwards; a difference downwards counts as 0.

    Parameters
    ----------
    values : array of float, (m,)
        Every difference that occurs.
    place : array of int, (n,)
        Of each candidate; the index of the difference of two candidates follows from their places.
    row_length : int
        0 where that index is the difference of the places; else the number of different places.

    Examples
    --------
    >>> Differences(np.array([0.0, 1.0, 2.0]), np.array([0, 2]), 0).between(np.array([0]), np.array([1])).tolist()
    [[2]]
    """

    values: np.ndarray
    place: np.ndarray
    row_length: int

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Index in `values` of the differences between candidates.

        Parameters
        ----------
        i, j : array of int
            Candidates from which, and to which, the difference is taken.

        Returns
        -------
        array of int, (len(i), len(j))
            Indices.

        Examples
        --------
        >>> possible_differences(np.array([0.0, 3.0]), 1.0).between(np.array([0]), np.array([0, 1])).tolist()
        [[0, 3]]
        """
        if self.row_length:
            return self.place[j] + self.row_length * self.place[i][:, None]
        steps = self.place[j] - self.place[i][:, None]
        return np.maximum(steps, 0, out=steps)


def possible_differences(quantity: np.ndarray, step: float) -> Differences | None:
    """The differences between any two of some quantities.

    Parameters
    ----------
    quantity : array of float, (n,)
        One value for each candidate.
    step : float
        Where all are multiples of it, there is one difference for each multiple; else one for each pair of different
        values.

    Returns
    -------
    Differences or None
        None where there are too many.

    Examples
    --------
    >>> possible_differences(np.array([0.0, 1.0, 3.0]), 1.0).values.tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    steps = quantity / step
    place = np.rint(steps).astype(np.intp)
    if np.abs(steps - place).max() < 1e-9 * max(steps.max(), 1) and place.max() < MAX_ENTRIES:
        return Differences(np.arange(place.max() + 1) * step, place, 0)
    values, place = np.unique(quantity, return_inverse=True)
    if len(values) ** 2 > MAX_ENTRIES:
        return None
    return Differences(np.maximum(values - values[:, None], 0.0).ravel(), place, len(values))


@dataclass(frozen=True)
class LikelihoodTables:
    """The terms of `SegmentLikelihood.log_marginal` by difference.

    Parameters
    ----------
    count, exposure : Differences
        Between the candidates.
    power, log_gamma : array of float
        Of the gamma posterior, by difference of counts.
    log_scale : array of float
        Log of the rate of the gamma posterior, by difference of exposures.

    Examples
    --------
    >>> one = Differences(np.array([0.0, 1.0]), np.array([0, 1]), 0)
    >>> tables = LikelihoodTables(one, one, np.array([1.0, 2.0]), np.zeros(2), np.log([1.0, 2.0]))
    >>> tables.log_marginal(np.array([0]), np.array([1])).round(3).tolist()
    [[-1.386]]
    """

    count: Differences
    exposure: Differences
    power: np.ndarray
    log_gamma: np.ndarray
    log_scale: np.ndarray

    def log_marginal(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """`SegmentLikelihood.log_marginal` of the segments between candidates.

        Parameters
        ----------
        i, j : array of int
            Candidates at which the segments start and end.

        Returns
        -------
        array of float, (len(i), len(j))
            Log marginal likelihoods.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import likelihood
        >>> likelihood._tables.log_marginal(np.array([0]), np.array([1])).round(3).tolist()
        [[-0.877]]
        """
        more = self.count.between(i, j)
        out = self.log_scale.take(self.exposure.between(i, j))
        out *= self.power.take(more)
        return np.subtract(self.log_gamma.take(more), out, out=out)
