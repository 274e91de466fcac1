"""When did the rate change, and how often? The exact posterior, and a more cautious one beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.stats import poisson

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.observed_counts import ObservedCounts, observe_counts
from analysis.measures.changepoints.overdispersion import estimate_phi
from analysis.measures.changepoints.recursion import Recursion, run_recursion
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood
from analysis.measures.changepoints.segment_rates import (
    HoldingSegment,
    best_dates,
    gamma_interval,
    holding_segment,
    rates_by_day,
    segments_between,
    spanning_segments,
)

ANNOUNCED_ABOVE = 0.95  # a change is announced above this probability, under the more cautious posterior


def changes(
    frame: pd.DataFrame,
    ranges: pd.DataFrame | None = None,
    *,
    most: int = 5,
    shape: float = 1.0,
    rate: float | None = None,
    expected: float = 1.0,
    phi: float | str = "estimate",
) -> Changes:
    """Posterior of the number and the dates of changes of a rate, from counts.

    Counts are Poisson with a rate that is the same within a segment; the rate of each segment has
    the gamma prior (shape, rate), the number of changes a Poisson prior cut off at `most`, their
    placement is uniform over the days after the first. A change on day d means that the new rate
    holds from day d on; it may fall inside a row, whose count is then split in every possible way,
    each with its exact weight (the counts left and right of a change are multinomial).

    Parameters
    ----------
    frame : rows of start, end (days, inclusive; or whole numbers of periods, such as years) and
        count, in any order; optionally exposure (days of observation in the row; default: all of
        them). Daily counts have start == end; totals between dates do not; both may be mixed. A
        missing count, and a day in no row, means that nobody looked; such days before the first
        observed one and after the last are no days of the series.
    ranges : rows of start, end, count for incidents whose day is only known as a range; they may
        overlap each other and daily rows, and are counted in no row of `frame`. Each may have
        happened on any observed day of its range; the sum over all assignments is exact.
    most : largest number of changes (never more than days - 1: one change a day).
    shape, rate : gamma prior of the rate per day. `rate` defaults to shape / mean rate: a prior that
        weighs as much as `shape` incidents, centred on the mean (unit information, Kass and
        Wasserman 1995), so that days may be hours or weeks without another answer.
    expected : mean of the Poisson prior on the number before it is cut off at `most`; the default
        of 1 gives no change and one change the same weight.
    phi : "estimate" (see `overdispersion.estimate_phi`) or a number from 1 up; the log likelihood
        of the more cautious posterior is divided by it.

    Raises InputError for what `observed_counts.observe_counts` refuses, and for priors that are not above 0.

    Notes
    -----
    The Poisson posterior believes every wave of a process that comes in waves; read the tempered one
    beside it. Tempering by phi is a quasi-likelihood (McCullagh and Nelder 1989, 9.2), used as a
    power likelihood (Bissiri, Holmes and Walker 2016). `sensitivity` shows what the priors do.

    Source: Fearnhead (2006); see `posterior` and `segments`.
    """
    seen = observe_counts(frame, ranges)
    rate = shape * seen.exposure.sum() / max(seen.total, 1) if rate is None else rate
    return changes_under_prior(seen, Prior(most, shape, rate, expected, phi))


@dataclass(frozen=True)
class Prior:
    """What is assumed before a count is seen; `changes` says what each is. Raises InputError for what it refuses."""

    most: int
    shape: float
    rate: float
    expected: float
    phi: float | str

    def __post_init__(self):
        for name in ("shape", "rate", "expected"):
            value = getattr(self, name)
            if not (np.isreal(value) and 0 < value < np.inf):
                raise InputError(f"{name} is {value!r}; it must be a number above 0")
        if self.most != int(self.most) or self.most < 0:
            raise InputError(f"most is {self.most!r}; it must be a whole number from 0 up")
        if self.phi != "estimate" and (isinstance(self.phi, str) or not 1 <= self.phi < np.inf):
            raise InputError(f"phi is {self.phi!r}; allowed: 'estimate', or a number from 1 up")


def changes_under_prior(seen: ObservedCounts, prior: Prior) -> Changes:
    """`changes` of a series that is already laid on days. Raises InputError for more ways to split its totals than
    can be summed over."""
    log_prior = poisson.logpmf(np.arange(int(prior.most) + 1), prior.expected)
    phi = estimate_phi(seen, prior.shape, prior.rate, log_prior) if prior.phi == "estimate" else prior.phi
    plain = run_recursion(SegmentLikelihood(seen, prior.shape, prior.rate), log_prior)
    tempered = plain if phi == 1 else run_recursion(SegmentLikelihood(seen, prior.shape, prior.rate, phi), log_prior)
    return Changes(seen, prior, plain, tempered, float(phi))


@dataclass(frozen=True)
class Changes:
    """What `changes` found. Wherever it says `tempered`, the likelihood was divided by `phi`."""

    seen: ObservedCounts
    prior: Prior
    plain: Recursion
    tempered: Recursion
    phi: float

    @property
    def announced(self) -> bool:
        """Whether at least one change is more than 95 % probable under both posteriors."""
        return min(self.chance(), self.chance(tempered=True)) > ANNOUNCED_ABOVE

    def chance(self, tempered: bool = False) -> float:
        """Posterior probability of at least one change."""
        return float(min(self._of(tempered).number[1:].sum(), 1.0))

    @cached_property
    def number(self) -> pd.DataFrame:
        """changes (0 .. most), prior, log_evidence (natural log, placements averaged), probability,
        log_evidence_tempered, probability_tempered. The constant of the likelihood that involves no
        rate is left out of the evidence."""
        prior = np.exp(self.plain.log_prior)
        out = pd.DataFrame({"changes": np.arange(len(prior)), "prior": prior})
        for name, found in self._both():
            out["log_evidence" + name] = found.log_evidence
            out["probability" + name] = found.number
        return out

    @cached_property
    def dates(self) -> pd.DataFrame:
        """day, probability and probability_tempered that a change is on it, whatever the number.
        They add up to the expected number of changes, not to 1. No row for the first day."""
        out = pd.DataFrame({"day": self.seen.label(np.arange(self.seen.days))})
        for name, found in self._both():
            out["probability" + name] = found.marginal()
        return out.iloc[1:].reset_index(drop=True)

    @cached_property
    def rates(self) -> pd.DataFrame:
        """day, mean, low, high (rate per day of exposure, 95 % equal-tailed, everything averaged),
        and the same tempered. Worked out when first asked for: a few seconds where long totals
        leave many ways to cut them."""
        out = pd.DataFrame({"day": self.seen.label(np.arange(self.seen.days))})
        for name, found in self._both():
            out["mean" + name], out["low" + name], out["high" + name] = rates_by_day(found, 0.95)
        return out

    def date(self, order: int, number: int | None = None, tempered: bool = False) -> pd.Series:
        """Probability that the `order`-th change (from 1) is on each day, by day: given `number`
        changes, or averaged over all numbers that have so many. Adds up to 1.

        Raises InputError if there is no such change."""
        found = self._of(tempered)
        most = len(found.number) - 1
        given = range(order, most + 1) if number is None else [number]
        if order < 1 or not given or not order <= given[0] <= most:
            raise InputError(f"change {order} of {number or most}: there are 1 to {number or most}")
        weight = found.number[list(given)] if number is None else np.ones(1)
        weight = weight / weight.sum() if weight.sum() else np.eye(len(weight))[0]
        chance = sum(w * found.date(order, k) for w, k in zip(weight, given, strict=True) if w)
        return self._by_day(chance).iloc[1:]

    def highest_density(
        self, mass: float = 0.95, order: int | None = None, number: int | None = None, tempered: bool = False
    ) -> pd.DataFrame:
        """The smallest set of days that holds at least `mass` of the probability of a change's date.

        `order` : which change, from 1; None: each of `number`, or of the most probable number.
        `number` : given so many changes; None, where `order` is given: averaged, see `date`.
        Returns order, day, probability, mass (of the whole set: what was reached, for days are
        whole), sorted by order and day; no row where no change is the most probable.
        Raises InputError for a mass outside (0, 1], or a change that there is none of."""
        if not 0 < mass <= 1:
            raise InputError(f"mass is {mass!r}; it must be above 0 and at most 1")
        if order is None and number is None:
            number = int(self._of(tempered).number.argmax())
        orders = range(1, number + 1) if order is None else [order]
        sets = [highest_density_set(self.date(each, number, tempered), mass, each) for each in orders]
        columns = ["order", "day", "probability", "mass"]
        return pd.concat(sets, ignore_index=True)[columns] if sets else pd.DataFrame(columns=columns)

    def segments(self, dates=None, mass: float = 0.95, tempered: bool = False) -> pd.DataFrame:
        """Rates of the segments between `dates` (days on which a new rate begins), or between the
        dates of the most probable placement of the most probable number of changes (each date
        optimal given the others).

        Returns start, end (days, inclusive), exposure (days), count (posterior mean, for a date may
        split a total), mean, low, high (rate per day, equal-tailed interval of `mass`, over splits).
        Raises InputError for dates not after the first day, or twice the same."""
        states = self._of(tempered).states
        if dates is None:
            places = self.most_probable(tempered)
        else:
            places = sorted(self.seen.number(day) for day in dates)
            if len(set(places)) < len(places) or any(not 0 < d < self.seen.days for d in places):
                raise InputError("dates must be different days of the series, after its first")
        bounds = np.array([0, *places, self.seen.days])
        out = pd.DataFrame({"start": self.seen.label(bounds[:-1]), "end": self.seen.label(bounds[1:] - 1)})
        rows = []
        for counts, exposures, weights in segments_between(states, places):
            shapes, rates = states.shape + counts, states.rate + exposures
            interval = gamma_interval(shapes, rates, weights, mass)
            rows.append((exposures[0] * states.phi, (weights * counts).sum() * states.phi, *interval))
        return out.join(pd.DataFrame(rows, columns=["exposure", "count", "mean", "low", "high"]))

    def most_probable(self, tempered: bool = False) -> list[int]:
        """Days, counted from the first, of the placement that `segments` takes."""
        found = self._of(tempered)
        return best_dates(found.states, found.before, int(found.number.argmax()))

    def within(self, start, end, tempered: bool = False) -> float:
        """Posterior probability of at least one change on the days from `start` to `end`, inclusive."""
        found = self._of(tempered)
        first, last = max(self.seen.number(start), 1), min(self.seen.number(end), self.seen.days - 1)
        if last < first:
            return 0.0
        return float(np.clip(1 - sum(weight.sum() for *_, weight in spanning_segments(found, first, last)), 0, 1))

    def rate_on(self, day, mass: float = 0.95, tempered: bool = False) -> pd.Series:
        """Rate per day of exposure on one day, everything averaged: mean, low, high (equal-tailed
        interval of `mass`). The same as that day's row of `rates`, at once.

        Raises InputError for a day outside the series."""
        held = self._holding(day, tempered)
        interval = gamma_interval(held.shapes, held.rates, held.weights, mass)
        return pd.Series(interval, ["mean", "low", "high"])

    def mean_rate(self, day, tempered: bool = False) -> float:
        """The mean of `rate_on`, alone. Raises InputError for a day outside the series."""
        held = self._holding(day, tempered)
        return float((held.weights * held.shapes / held.rates).sum() / held.weights.sum())

    def since(self, day, tempered: bool = False) -> pd.Series:
        """Since when has the rate that holds on `day` held? Probability by day, up to `day`, whatever
        the number of changes; the first day of the series stands for "no change before". Adds up to
        1. Raises InputError for a day outside the series."""
        return self._by_day(self._holding(day, tempered).begin).iloc[: self._inside(day) + 1]

    def until(self, day, tempered: bool = False) -> pd.Series:
        """When does the rate that holds on `day` end? Probability that a new one begins, by day after
        `day`; what is missing to 1 is the probability that it holds to the end of the series. Raises
        InputError for a day outside the series."""
        return self._by_day(self._holding(day, tempered).end[:-1]).iloc[self._inside(day) + 1 :]

    def holds(self, day) -> bool:
        """Whether a day lies between the first and the last observed day of the series."""
        return 0 <= self.seen.number(day) < self.seen.days

    def _holding(self, day, tempered: bool) -> HoldingSegment:
        """The segment on a day, kept: several questions are asked of each."""
        place = self._inside(day), tempered
        if place not in self._held:
            self._held[place] = holding_segment(self._of(tempered), place[0])
        return self._held[place]

    @cached_property
    def _held(self) -> dict[tuple[int, bool], HoldingSegment]:
        return {}

    def _inside(self, day) -> int:
        if not self.holds(day):
            raise InputError(f"{day} is not a day of the series")
        return self.seen.number(day)

    def _by_day(self, chance: np.ndarray) -> pd.Series:
        index = pd.Index(self.seen.label(np.arange(self.seen.days)), name="day")
        return pd.Series(chance, index, name="probability")

    def _of(self, tempered: bool) -> Recursion:
        return self.tempered if tempered else self.plain

    def _both(self) -> list[tuple[str, Recursion]]:
        return [("", self.plain), ("_tempered", self.tempered)]


def highest_density_set(chance: pd.Series, mass: float, order: int) -> pd.DataFrame:
    """The smallest set of days that holds at least `mass` of `chance`: day, probability, order, mass."""
    ranked = chance.sort_values(ascending=False, kind="stable")
    size = int(np.searchsorted(ranked.cumsum().to_numpy(), mass - 1e-12)) + 1
    chosen = ranked.iloc[:size].sort_index()
    return chosen.reset_index().assign(order=order, mass=min(float(chosen.sum()), 1.0))
