"""The evidence between two states looked up: its functions are slow, and states differ in few ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST = 1_000_000  # entries of a table; the last few series keep theirs


@dataclass(frozen=True)
class Differences:
    """By how much the states differ in one quantity, upwards; downwards counts as 0.

    values : float (m,), every difference that occurs
    place : int (n,), of each state; where the difference of two states stands follows from both places
    row : 0 where it stands at the difference of the places; else the number of different places
    """

    values: np.ndarray
    place: np.ndarray
    row: int

    def between(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Where in `values` the differences from states i to states j stand: (len(i), len(j))."""
        if self.row:
            return self.place[j] + self.row * self.place[i][:, None]
        steps = self.place[j] - self.place[i][:, None]
        return np.maximum(steps, 0, out=steps)


def possible_differences(quantity: np.ndarray, step: float) -> Differences | None:
    """The differences between any two of `quantity` (n,): of multiples of `step` one for each multiple, else one
    for each pair of different values. None if there are too many."""
    steps = quantity / step
    place = np.rint(steps).astype(np.intp)
    if np.abs(steps - place).max() < 1e-9 * max(steps.max(), 1) and place.max() < MOST:
        return Differences(np.arange(place.max() + 1) * step, place, 0)
    values, place = np.unique(quantity, return_inverse=True)
    if len(values) ** 2 > MOST:
        return None
    return Differences(np.maximum(values - values[:, None], 0.0).ravel(), place, len(values))


@dataclass(frozen=True)
class LikelihoodTables:
    """The parts of `States.log_evidence` by difference: the gamma's power and the log of its function by counts, the
    log of its scale by exposures."""

    count: Differences
    exposure: Differences
    power: np.ndarray
    log_gamma: np.ndarray
    log_scale: np.ndarray

    def log_evidence(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """`States.log_evidence` of what lies between states i and states j: (len(i), len(j))."""
        more = self.count.between(i, j)
        out = self.log_scale.take(self.exposure.between(i, j))
        out *= self.power.take(more)
        return np.subtract(self.log_gamma.take(more), out, out=out)
