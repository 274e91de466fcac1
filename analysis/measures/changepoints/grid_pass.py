"""The sums over all placements of changes for one way of clustering: from both ends, on a grid of rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.measures.changepoints.clustering import Clustering, expected_counts, log_pmf
from analysis.measures.changepoints.kernels import FLOOR, day_likelihood, pair_likelihood, run_days
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.rate_grid import RateGrid

MAX_PAIRS = 1e8  # of rates, over all days inside totals
TABLE = 3000  # expected counts at which the likelihood of a total is tabulated


@dataclass(frozen=True)
class Total:
    """A count of several days, in which at most one change falls.

    Parameters
    ----------
    start, end : int
        First day, and day after the last.
    count : int
        Events.

    Examples
    --------
    >>> Total(3, 10, 12).count
    12
    """

    start: int
    end: int
    count: int


@dataclass(frozen=True, eq=False)
class GridPass:
    """One series under one way of clustering.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    daily : array of float, (days,)
        Counts by day: those known to the day, and those known to a range, placed in it.
    grid : RateGrid
        Rates that are summed over.
    clustering : Clustering
        How events cluster.
    max_changes : int
        Largest number of changes.
    inside : bool
        Whether changes may fall inside totals.

    Notes
    -----
    Given the rate and the days before, counts are independent. The sums over the placements of changes therefore run
    from day to day, over the number of changes so far and the rate: a hidden Markov model, whose cost grows with the
    days and not with their square (Chib 1998, Journal of Econometrics 86, 221-241; Fearnhead 2006).

    A total in which a change falls is one negative binomial count with the sum of the expected counts on both sides:
    the sum over all splits has this closed form. Its sum over pairs of rates is why it may hold one change at most.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> first = found.overdispersed.source.found.passes[0]
    >>> first.levels, first.totals
    (6, [])
    """

    observed: ObservedCounts
    daily: np.ndarray
    grid: RateGrid
    clustering: Clustering
    max_changes: int
    inside: bool = True

    @property
    def levels(self) -> int:
        """Numbers of changes, from 0."""
        return self.max_changes + 1

    @cached_property
    def totals(self) -> list[Total]:
        """The totals, in order."""
        return [Total(*each) for each in self.observed.totals]

    @cached_property
    def lines(self) -> tuple[np.ndarray, np.ndarray]:
        """Slope and excited count of each day, see `clustering.expected_counts`."""
        spread = self.daily.copy()
        for total in self.totals:
            part = self.observed.exposure[total.start : total.end]
            spread[total.start : total.end] += total.count * part / part.sum()
        return expected_counts(self.observed, spread, self.clustering)

    @cached_property
    def likelihood(self) -> tuple[np.ndarray, np.ndarray]:
        """Likelihood of each day's count by rate, (days, points), over exp(top), (days,); 1 inside totals."""
        slope, excited = self.lines
        watched = self.observed.exposure > 0
        for total in self.totals:
            watched[total.start : total.end] = False
        return day_likelihood(self.daily, slope, excited, watched, self.grid.rates, self.clustering.phi)

    @cached_property
    def whole(self) -> list[tuple[np.ndarray, float]]:
        """Likelihood of each total by rate, no change inside, over exp(top)."""
        out = []
        for total in self.totals:
            slope, excited = (line[total.start : total.end].sum() for line in self.lines)
            phi = self.clustering.variance_ratio(total.end - total.start)
            log = log_pmf(float(total.count), slope * self.grid.rates + excited, phi)
            out.append((np.maximum(np.exp(log - log.max()), FLOOR), float(log.max())))
        return out

    @cached_property
    def top(self) -> float:
        """Log by which all likelihoods together were divided."""
        return float(self.likelihood[1].sum() + sum(top for _, top in self.whole))

    @cached_property
    def stride(self) -> int:
        """Days that are taken together for a change inside a total, so that all pairs take seconds at most."""
        inner = sum(total.end - total.start - 1 for total in self.totals)
        return max(int(np.ceil(inner * len(self.grid.rates) ** 2 / MAX_PAIRS)), 1)

    def pairs(self, place: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Likelihood of one total with a change on each day inside.

        Parameters
        ----------
        place : int
            Which of the totals, from 0.

        Yields
        ------
        days : slice
            One day, or several neighbouring ones (`stride`), of which the one in the middle stands for all.
        likelihood : array of float, (points, points)
            `pair` of that day, times the number of days.
        """
        total = self.totals[place]
        for first in range(total.start + 1, total.end if self.inside else 0, self.stride):
            last = min(first + self.stride, total.end)
            yield slice(first, last), (last - first) * self.pair(place, (first + last - 1) // 2)

    def pair(self, place: int, day: int) -> np.ndarray:
        """Likelihood of one total with a change on a day inside.

        Parameters
        ----------
        place : int
            Which of the totals, from 0.
        day : int
            Number of the day on which the new rate begins.

        Returns
        -------
        array of float, (points, points)
            By rate before and rate after, divided by the largest of the total without a change (`whole`).
        """
        total = self.totals[place]
        slope, excited = (line[total.start : total.end] for line in self.lines)
        before = slope[: day - total.start].sum()
        table, step = self._tables[place]
        return pair_likelihood(table, step, before, slope.sum() - before, excited.sum(), self.grid.rates)

    @cached_property
    def _tables(self) -> list[tuple[np.ndarray, float]]:
        """Likelihood of each total at evenly spaced square roots of its expected count, and their distance."""
        out = []
        for place, total in enumerate(self.totals):
            slope, excited = (line[total.start : total.end].sum() for line in self.lines)
            roots = np.linspace(0.0, np.sqrt(slope * self.grid.rates[-1] + excited), TABLE)
            phi = self.clustering.variance_ratio(total.end - total.start)
            log = log_pmf(float(total.count), np.maximum(roots**2, 1e-300), phi)
            out.append((np.exp(log - self.whole[place][1]), roots[1]))
        return out

    @cached_property
    def _changed(self) -> list[np.ndarray]:
        """Of each total: likelihood by rate before and after, added up over the days of a change inside."""
        points = len(self.grid.rates)
        return [
            sum((each for _, each in self.pairs(place)), np.zeros((points, points)))
            for place in range(len(self.totals))
        ]

    def _runs(self) -> list[tuple[int, int, int | None]]:
        """Days in runs: (first, last + 1, None) of single days, (first, last + 1, place) of a total."""
        out: list[tuple[int, int, int | None]] = []
        at = 0
        for place, total in enumerate(self.totals):
            if total.start > at:
                out.append((at, total.start, None))
            out.append((total.start, total.end, place))
            at = total.end
        if at < self.observed.days:
            out.append((at, self.observed.days, None))
        return out

    def forward(self, keep: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """Sums over everything up to a day, by number of changes and rate on that day.

        Parameters
        ----------
        keep : bool
            Whether those of all days are returned, or only the last.

        Returns
        -------
        states : array of float, (days or 1, levels, points)
        scales : array of float, (days or 1, levels)
            Logs by whose exponentials the states are divided. On the last day of a total everything up to its end; on
            its first day what is known before its count. Its other days are left 0.
        """
        prior = self.grid.prior
        return self._sweep(prior, np.ones_like(prior), prior, keep, backward=False)

    def backward(self) -> tuple[np.ndarray, np.ndarray]:
        """Sums over everything from a day on, by number of changes still to come and rate on that day.

        Returns
        -------
        states : array of float, (days, levels, points)
        scales : array of float, (days, levels)
            Logs by whose exponentials the states are divided. On the first day of a total everything from its start;
            on its last day what is known after it. Its other days are left 0.
        """
        ones = np.ones_like(self.grid.prior)
        return self._sweep(ones, self.grid.prior, ones, True, backward=True)

    def _sweep(self, enter, leave, begin, keep, backward):
        days, points = self.observed.days, len(begin)
        size = days if keep else 1
        states, scales = np.zeros((size, self.levels, points)), np.full((size, self.levels), -np.inf)
        state, scale = np.zeros((self.levels, points)), np.full(self.levels, -np.inf)
        state[0], scale[0] = begin, 0.0
        first = True
        likelihood = self.likelihood[0]
        for a, b, place in self._runs()[:: -1 if backward else 1]:
            step = slice(None, None, -1) if backward else slice(None)
            if place is None:
                part, logs = run_days(
                    np.ascontiguousarray(likelihood[a:b][step]), enter, leave, state, scale, first, keep
                )
                state, scale = part[-1], logs[-1]
                if keep:
                    states[a:b], scales[a:b] = part[step], logs[step]
            else:
                if not first:
                    state, scale = self._boundary(state, scale, enter, leave)
                if keep:
                    at = b - 1 if backward else a
                    states[at], scales[at] = state, scale
                state, scale = self._across(place, state, scale, enter, leave, backward)
                if keep:
                    at = a if backward else b - 1
                    states[at], scales[at] = state, scale
            first = False
        return (states, scales) if keep else (state[None], scale[None])

    @staticmethod
    def _boundary(state, scale, enter, leave):
        """Before a day on which a change may be, and nothing was counted."""
        states, scales = run_days(np.ones((1, state.shape[1])), enter, leave, state, scale, False, False)
        return states[0], scales[0]

    def _across(self, place, state, scale, enter, leave, backward):
        """Over a total: no change inside, or one."""
        whole, _ = self.whole[place]
        new = state * whole
        if self.inside and self.levels > 1:
            changed = self._changed[place]
            moved = (state[:-1] * leave) @ (changed.T if backward else changed) * enter
            top = np.maximum(scale[1:], scale[:-1])
            base = np.where(np.isneginf(top), 0.0, top)
            new[1:] *= np.exp(scale[1:] - base)[:, None]
            new[1:] += moved * np.exp(scale[:-1] - base)[:, None]
            scale = np.append(scale[:1], top)
        return _normalised(new, scale)


def _normalised(state: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    high = state.max(axis=1)
    with np.errstate(divide="ignore"):
        return state / np.where(high > 0, high, 1.0)[:, None], scale + np.log(high)
