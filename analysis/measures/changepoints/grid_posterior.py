"""The posterior of changes averaged over ways of clustering: what `recursion` gives in closed form, by quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln

from analysis.measures.changepoints.clustering import Clustering
from analysis.measures.changepoints.grid_marginals import GridMarginals, log_sum
from analysis.measures.changepoints.grid_pass import GridPass
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.rate_grid import COARSE, STEP, RateGrid, rate_grid

LEFT_OUT = 2e-3  # posterior probability of the ways of clustering that are left out of dates and rates, at most
CACHED_BYTES = 300_000_000
IMPROBABLE = 3e-3  # the same, that are left out after a first look
FIRST_LOOK = 2  # changes allowed in that look
ROUGH = 2.6  # distance of the rates, in standard deviations, for that look
ROUNDS = 1  # in which events known to a range are placed in it: more of them draw events together


@dataclass(frozen=True, eq=False)
class GridPosterior:
    """Number, dates and rates of the segments of one series.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    shape, scale_days : float
        Gamma prior of a rate: shape in events, inverse scale in days.
    log_prior : array of float, (max_changes + 1,)
        Log prior probability of 0 .. max_changes changes.
    clusterings : list of (Clustering, float)
        Ways in which events may cluster, and the prior probability of each.
    inside : bool
        Whether changes may fall inside totals: at most one in each. False: only where rows end.

    Notes
    -----
    Every placement of a number of changes is equally probable, so far as it has no two changes inside one total.
    Events known to a range of days are placed in it by the expected rates; these are worked out with the events spread
    over their ranges.

    Examples
    --------
    >>> from analysis.measures.changepoints.clustering import NONE
    >>> from analysis.measures.changepoints.example import found
    >>> one = GridPosterior(found.observed, 1.0, 1.0, np.log([0.5, 0.5]), [(NONE, 1.0)])
    >>> int(one.date(1, 1).argmax()), round(float(one.number[1]), 3)
    (10, 1.0)
    """

    observed: ObservedCounts
    shape: float
    scale_days: float
    log_prior: np.ndarray
    clusterings: list[tuple[Clustering, float]]
    inside: bool = True

    @cached_property
    def grid(self) -> RateGrid:
        """The rates that are summed over."""
        return self._grid(COARSE if self.inside and self.observed.totals else STEP)

    def _grid(self, step: float) -> RateGrid:
        seen = self.observed
        watched = seen.exposure > 0
        most = float((seen.day_counts[watched] / seen.exposure[watched]).max(initial=0.0))
        for start, end, count in seen.totals:
            most = max(most, count / seen.exposure[start:end].sum())
        for _, _, count in seen.ranges:
            most = most + count / seen.exposure.max() / 4
        return rate_grid(float(seen.exposure.sum()), max(most, 1e-9), self.shape, self.scale_days, step)

    @cached_property
    def log_ways(self) -> np.ndarray:
        """Log of the number of placements of 0 .. max_changes changes; -inf where there is none."""
        ways = np.zeros(len(self.log_prior))
        ways[0] = 1.0
        inner = [end - start - 1 for start, end, _ in self.observed.totals]
        single = self.observed.days - 1 - sum(inner)
        k = np.arange(len(ways))
        with np.errstate(divide="ignore", over="ignore"):
            ways = np.where(
                k <= single, np.exp(gammaln(single + 1) - gammaln(k + 1) - gammaln(np.maximum(single - k, 0) + 1)), 0.0
            )
            for days in inner if self.inside else []:
                ways[1:] += days * ways[:-1].copy()
            return np.log(ways)

    def _pass(self, daily: np.ndarray, clustering: Clustering) -> GridPass:
        return GridPass(self.observed, daily, self.grid, clustering, len(self.log_prior) - 1, self.inside)

    @cached_property
    def daily(self) -> np.ndarray:
        """Counts by day: those known to the day, and those known to a range, placed in it."""
        seen = self.observed
        if not seen.ranges:
            return seen.day_counts.astype(float)
        rates = np.ones(seen.days)
        for _ in range(ROUNDS):
            daily = _placed(seen, rates)
            one = GridPosterior(seen, self.shape, self.scale_days, self.log_prior, [self._middle], self.inside)
            one.__dict__["daily"] = daily
            rates = one.rates_by_day @ self.grid.rates
        return _placed(seen, rates)

    @property
    def _middle(self) -> tuple[Clustering, float]:
        """One way of clustering, for first guesses."""
        return self.clusterings[len(self.clusterings) // 8][0], 1.0

    @cached_property
    def passes(self) -> list[GridPass]:
        """One for each way of clustering."""
        return [self._pass(self.daily, clustering) for clustering, _ in self.clusterings]

    @cached_property
    def log_joint(self) -> np.ndarray:
        """Log of prior x likelihood, by way of clustering and number of changes; placements averaged.

        -inf for ways that a coarse grid, with changes only where rows end, shows to be improbable.
        """
        out = np.full((len(self.clusterings), len(self.log_prior)), -np.inf)
        for which in self._promising:
            out[which] = self._log_evidence(self.passes[which]) + np.log(self.clusterings[which][1])
        return out

    def _log_evidence(self, one: GridPass) -> np.ndarray:
        state, scale = (part[-1] for part in one.forward(keep=False))
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(state.sum(axis=1)) + scale + one.top
            return np.where(np.isneginf(self.log_ways), -np.inf, log - self.log_ways)

    @cached_property
    def _promising(self) -> list[int]:
        """Ways of clustering that may matter."""
        if len(self.clusterings) == 1:
            return [0]
        prior = self.log_prior[: FIRST_LOOK + 1]
        coarse = GridPosterior(self.observed, self.shape, self.scale_days, prior, self.clusterings, inside=False)
        coarse.__dict__["grid"] = self._grid(ROUGH)
        coarse.__dict__["daily"] = self.daily
        log = [log_sum(coarse._log_evidence(one) + prior) + np.log(weight)
               for one, (_, weight) in zip(coarse.passes, self.clusterings, strict=True)]  # fmt: skip
        weights = np.exp(np.array(log) - log_sum(log))
        ranked = np.argsort(-weights, kind="stable")
        left_out = IMPROBABLE * (10 if self.observed.totals else 1)
        return sorted(ranked[: int(np.searchsorted(weights[ranked].cumsum(), 1 - left_out)) + 1].tolist())

    @cached_property
    def log_marginal(self) -> np.ndarray:
        """Log marginal likelihood of 0 .. max_changes changes."""
        return log_sum(self.log_joint, axis=0)

    @cached_property
    def number(self) -> np.ndarray:
        """Posterior probability of 0 .. max_changes changes."""
        log = self.log_marginal + self.log_prior
        return np.exp(log - log_sum(log))

    @cached_property
    def clustering_weights(self) -> np.ndarray:
        """Posterior probability of each way of clustering."""
        log = log_sum(self.log_joint + self.log_prior, axis=1)
        return np.exp(log - log_sum(log))

    @cached_property
    def _solved(self) -> dict[int, GridMarginals]:
        return {}

    @cached_property
    def _kept(self) -> list[tuple[int, float]]:
        """Ways of clustering that matter, and their probabilities, adding up to 1."""
        ranked = np.argsort(-self.clustering_weights, kind="stable")
        enough = int(np.searchsorted(self.clustering_weights[ranked].cumsum(), 1 - LEFT_OUT)) + 1
        kept = ranked[:enough]
        return list(
            zip(
                kept.tolist(),
                (self.clustering_weights[kept] / self.clustering_weights[kept].sum()).tolist(),
                strict=True,
            )
        )

    def _solve(self, which: int) -> GridMarginals:
        if which not in self._solved:
            made = GridMarginals(
                self.passes[which], self.log_prior - np.where(np.isneginf(self.log_ways), np.inf, self.log_ways)
            )
            if made.bytes * (len(self._solved) + 1) > CACHED_BYTES:
                return made
            self._solved[which] = made
        return self._solved[which]

    @cached_property
    def _dates(self) -> np.ndarray:
        """Posterior of the dates by order, from 1, and number: (levels, levels, days)."""
        levels = len(self.log_prior)
        dates = np.zeros((levels, levels, self.observed.days))
        given = np.exp(self.log_joint - np.where(np.isneginf(self.log_marginal), 0.0, self.log_marginal))
        for which, _ in self._kept:
            dates += self._solve(which).dates * given[which][:, None]
        total = dates.sum(axis=2, keepdims=True)
        return np.divide(dates, total, out=np.zeros_like(dates), where=total > 0)

    def date(self, order: int, changes: int) -> np.ndarray:
        """Posterior of the date of one change, given the number of changes.

        Parameters
        ----------
        order : int
            Which change, from 1.
        changes : int
            How many there are.

        Returns
        -------
        array of float, (days,)
            Probability of each day, adding up to 1; every day alike where there is no such change.
        """
        found = self._dates[order - 1, changes]
        return found if found.any() else np.full(len(found), 1 / len(found))

    def marginal(self) -> np.ndarray:
        """Probability of a change on each day.

        Returns
        -------
        array of float, (days,)
            Adding up to the expected number of changes.
        """
        return np.einsum("k,okd->d", self.number, self._dates)

    @cached_property
    def rates_by_day(self) -> np.ndarray:
        """Posterior of the rate on each day: (days, points)."""
        return np.sum([weight * self._solve(which).rates for which, weight in self._kept], axis=0)

    def since(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Posterior of the first day of the segment that holds a day.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        begin : array of float, (days,)
            Probability of each first day, adding up to 1.
        fell : array of float, (days,)
            The part of it in which the rate before was higher.
        """
        return self._averaged("since", day)

    def until(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Posterior of the day after the last of the segment that holds a day.

        Parameters
        ----------
        day : int
            Number of the day, from 0.

        Returns
        -------
        end : array of float, (days + 1,)
            Probability of each day after the last, adding up to 1; the last entry is the end of the series.
        rose : array of float, (days + 1,)
            The part of it in which the rate after is higher.
        """
        return self._averaged("until", day)

    def _averaged(self, what: str, day: int) -> tuple[np.ndarray, np.ndarray]:
        """Over the ways of clustering; cached, because several questions are asked of each."""
        if (what, day) not in self._answers:
            parts = [(weight, getattr(self._solve(which), what)(day)) for which, weight in self._kept]
            self._answers[what, day] = tuple(sum(weight * part[side] for weight, part in parts) for side in (0, 1))
        return self._answers[what, day]

    @cached_property
    def _answers(self) -> dict[tuple[str, int], tuple[np.ndarray, np.ndarray]]:
        return {}


def _placed(seen: ObservedCounts, rates: np.ndarray) -> np.ndarray:
    """Counts by day, with the events of each range at evenly spaced quantiles of its expected rates: a single one at
    their median."""
    daily = seen.day_counts.astype(float)
    for start, end, count in seen.ranges:
        below = (rates[start:end] * seen.exposure[start:end]).cumsum()
        days = np.searchsorted(below, (np.arange(count) + 0.5) / count * below[-1])
        np.add.at(daily, start + days, 1.0)
    return daily
