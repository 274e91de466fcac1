"""Precomputed terms of the marginal likelihood: its functions are slow, and the candidates have few different differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_ENTRIES = 1_000_000  # entries of a table; the last few series keep theirs


@dataclass(frozen=True)
class Differences:
    """By how much the candidates differ in one quantity, upwards; a difference downwards counts as 0.

    values : float (m,), every difference that occurs
    place : int (n,), of each candidate; the index of the difference of two candidates follows from their places
    row_length : 0 where that index is the difference of the places; else the number of different places
    """

    values: np.ndarray
    place: np.ndarray
    row_length: int

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Index in `values` of the differences from candidates i to candidates j: (len(i), len(j))."""
        if self.row_length:
            return self.place[j] + self.row_length * self.place[i][:, None]
        steps = self.place[j] - self.place[i][:, None]
        return np.maximum(steps, 0, out=steps)


def possible_differences(quantity: np.ndarray, step: float) -> Differences | None:
    """The differences between any two of `quantity` (n,): of multiples of `step` one for each multiple, else one
    for each pair of different values. None if there are too many."""
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

    power, log_gamma : of the gamma posterior, by difference of counts
    log_scale : log of its rate, by difference of exposures
    """

    count: Differences
    exposure: Differences
    power: np.ndarray
    log_gamma: np.ndarray
    log_scale: np.ndarray

    def log_marginal(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """`SegmentLikelihood.log_marginal` of what lies between candidates i and candidates j: (len(i), len(j))."""
        more = self.count.between(i, j)
        out = self.log_scale.take(self.exposure.between(i, j))
        out *= self.power.take(more)
        return np.subtract(self.log_gamma.take(more), out, out=out)
