"""When did the rate change, and how often? The exact posterior from counts, under more than one likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import logsumexp
from scipy.stats import poisson

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError
from analysis.measures.changepoints.clustering import Clustering, default_clusterings
from analysis.measures.changepoints.count_input import count_rows
from analysis.measures.changepoints.observed_counts import ObservedCounts, observe_counts
from analysis.measures.changepoints.posterior import ChangePosterior
from analysis.measures.changepoints.sources import Numerical, poisson_source
from analysis.measures.changepoints.streamed_posterior import choose_grid_posterior

ANNOUNCED_ABOVE = 0.95  # a change is announced above this probability under the Poisson likelihood, and
ANNOUNCED_ABOVE_OVERDISPERSED = 0.82  # above this one allowing for overdispersion: see `benchmarks/changes.md`
FURTHER = 0.1  # prior probability that a change is followed by another one
EXPECTED = {"geometric": 0.5 / (1 - FURTHER), "poisson": 1.0}  # number of changes, where none is given
CEILING = 0.05  # posterior probability of the largest number of changes from which it is said to bind


def changes(
    frame: pd.DataFrame | pd.Series | Sequence[int],
    ranges: pd.DataFrame | None = None,
    *,
    start=None,
    max_changes: int = 5,
    shape: float = 0.5,
    rate: float | None = None,
    expected_changes: float | None = None,
    number_prior: str | Sequence[float] = "geometric",
    phi: float | str = "estimate",
    inside_rows: bool = True,
) -> Changes:
    """Posterior of the number and the dates of changes of a rate, from counts.

    Parameters
    ----------
    frame : DataFrame, Series or sequence of int
        Rows of start, end (days, inclusive; or periods: weeks, months, years) and count, in any order;
        optionally exposure (days of observation in the row; default: all of them). Daily counts have start == end,
        totals between two dates do not; both may be mixed. A missing count, and a day in no row, means that nobody
        looked. Or a series of counts by day or period, or a list of counts with `start`; see `count_input.count_rows`.
    ranges : DataFrame, optional
        Rows of start, end (days, inclusive) and count, for incidents known only to a range of days. They may overlap
        each other and daily rows, and are counted in no row of `frame`. Each may have happened on any observed day of
        its range; the Poisson posterior sums over all assignments.
    start : day, Period, int or text, optional
        First day or period of a list of counts.
    max_changes : int
        Largest number of changes, 0 or more; never more than days - 1.
    shape : float
        Shape of the gamma prior of the rate of a segment, above 0: its weight in events.
    rate : float, optional
        Rate of that prior in days, above 0: its weight in days of exposure. None: shape / mean rate, a prior centred
        on the mean that weighs as much as `shape` events (unit information [2]_), so that days may be hours or weeks
        without another answer.
    expected_changes : float, optional
        Mean of the prior on the number of changes, before it is cut off at `max_changes`, above 0. None: 0.56 for the
        geometric prior, 1 for the Poisson one; both give no change the probability of one change, nearly.
    number_prior : "geometric", "poisson" or sequence of float
        Prior on the number of changes. "geometric": a change is followed by another one with the probability 0.1.
        A sequence gives the weights of 0, 1, 2, ... changes, and `max_changes` with its length.
    phi : float or "estimate"
        How counts vary within a segment, for the overdispersed posterior. "estimate": averaged over ways of
        clustering, see `clustering.default_clusterings`. A number from 1 up: negative binomial counts whose variance
        is phi times their mean, on every day independently.
    inside_rows : bool
        Whether changes may fall inside rows of several days. False: only where rows end.

    Returns
    -------
    Changes
        With the posteriors `poisson` and `overdispersed`.

    Raises
    ------
    InputError
        For rows that overlap or end before they start, for counts that are not whole numbers from 0 up, for ranges on
        days that are not counted one by one, and for priors that are not above 0.

    Notes
    -----
    Counts have one rate within a segment; the rate of each segment has a gamma prior, and every placement of a number
    of changes is equally probable. A change on a day means that the new rate holds from that day on. It may fall
    inside a row: all splits of its count are summed over, each with its exact weight. The sum over all placements
    follows Fearnhead [1]_.

    The Poisson posterior takes every cluster of events for a change. The overdispersed one averages over how strongly
    counts vary on one day (phi) and how strongly they excite later ones, as in a self-exciting process (see
    `clustering.Clustering`). Under it a total holds one change at most, and events known to a range are placed
    in it by the expected rates. The same goes for the Poisson posterior of series that are too long for the
    closed form.

    A change is announced if it is more probable than 0.95 under the Poisson likelihood and than 0.82 allowing for
    overdispersion. `benchmarks/changes.md` gives the share of simulated series with a constant rate in which this
    happens, and of those with a fall to a tenth. It does not cover slow trends, seasons, clusters that last longer
    than about a month, counts whose variance within a segment is more than about five times their mean, or a change in
    how events cluster.

    The geometric prior keeps short spurious segments out of the sets of dates; under the Poisson prior with one
    expected change the sets of a single fall are three times as wide. `change_tables.prior_sensitivity` shows what the
    priors do.

    References
    ----------
    .. [1] Fearnhead (2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and
       Computing 16, 203-213.
    .. [2] Kass and Wasserman (1995), A reference Bayesian test for nested hypotheses, JASA 90, 928-934.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=20)
    >>> found = changes(pd.DataFrame({"start": days, "end": days, "count": [3, 4] * 5 + [0] * 10}))
    >>> found.is_announced, found.poisson.most_probable_dates().day.tolist()
    (True, [11])
    """
    frame = count_rows(frame, start)
    require_columns(frame, ("start", "end", "count"), "frame")
    observed = observe_counts(frame, ranges)
    if rate is None:
        rate = shape * observed.exposure.sum() / max(observed.total, 1)
    if not isinstance(number_prior, str):
        number_prior = tuple(float(weight) for weight in number_prior)
        max_changes = len(number_prior) - 1
    prior = Prior(max_changes, shape, rate, expected_changes, phi, number_prior, inside_rows)
    return changes_under_prior(observed, prior)


@dataclass(frozen=True)
class Prior:
    """What is assumed before a count is seen.

    Parameters
    ----------
    max_changes : int
        Largest number of changes, 0 or more.
    shape, rate : float
        Of the gamma prior of the rate of a segment: events and days, above 0.
    expected_changes : float, optional
        Mean of the prior on the number of changes, above 0. None: that of the prior's own.
    phi : float or "estimate"
        How counts vary within a segment, see `changes`.
    number_prior : "geometric", "poisson" or tuple of float
        Prior on the number of changes.
    inside_rows : bool
        Whether changes may fall inside rows of several days.

    Raises
    ------
    InputError
        For a value that is not allowed.

    Examples
    --------
    >>> Prior(max_changes=5, shape=1.0, rate=2.0, expected_changes=1.0, phi="estimate").shape
    1.0
    """

    max_changes: int
    shape: float
    rate: float
    expected_changes: float | None = None
    phi: float | str = "estimate"
    number_prior: str | tuple[float, ...] = "geometric"
    inside_rows: bool = True

    def __post_init__(self) -> None:
        known = self.number_prior in EXPECTED if isinstance(self.number_prior, str) else _is_weights(self.number_prior)
        if not known:
            raise InputError(
                f"number_prior is {self.number_prior!r}; allowed: 'geometric', 'poisson', or weights from 0 up of "
                "0, 1, 2, ... changes, not all 0"
            )
        if self.expected_changes is None:
            object.__setattr__(self, "expected_changes", self._own_mean())
        for name in ("shape", "rate", "expected_changes"):
            value = getattr(self, name)
            if not (np.isreal(value) and 0 < value < np.inf):
                raise InputError(f"{name} is {value!r}; it must be a number above 0")
        if self.max_changes != int(self.max_changes) or self.max_changes < 0:
            raise InputError(f"max_changes is {self.max_changes!r}; it must be a whole number from 0 up")
        if self.phi != "estimate" and (isinstance(self.phi, str) or not 1 <= self.phi < np.inf):
            raise InputError(f"phi is {self.phi!r}; allowed: 'estimate', or a number from 1 up")

    def _own_mean(self) -> float:
        if isinstance(self.number_prior, str):
            return EXPECTED[self.number_prior]
        weights = np.array(self.number_prior)
        return max(float(weights @ np.arange(len(weights)) / weights.sum()), 1e-12)

    @property
    def log_number(self) -> np.ndarray:
        """Log prior probability of 0 .. max_changes changes.

        With another `expected_changes` than the prior's own, the odds of every further change are multiplied by the
        same factor.

        Examples
        --------
        >>> np.exp(Prior(max_changes=2, shape=0.5, rate=1.0).log_number).round(3).tolist()
        [0.503, 0.452, 0.045]
        """
        numbers = np.arange(int(self.max_changes) + 1)
        if self.number_prior == "poisson":
            log = poisson.logpmf(numbers, self.expected_changes)
        elif self.number_prior == "geometric":
            log = _tilted_geometric(float(self.expected_changes or 0), numbers)
        else:
            with np.errstate(divide="ignore"):
                log = np.log(np.array(self.number_prior)) + numbers * np.log(
                    (self.expected_changes or 1) / self._own_mean()
                )
        return log - logsumexp(log)


def _is_weights(given) -> bool:
    return len(given) > 0 and all(0 <= weight < np.inf for weight in given) and sum(given) > 0


def _tilted_geometric(mean: float, numbers: np.ndarray) -> np.ndarray:
    """Log weights of a prior in which no change and one change are equally probable, up to a factor for each change
    that gives the prior its mean."""
    weights = np.log(1 - FURTHER) + (numbers - 1) * np.log(FURTHER) + numbers * _log_factor(mean)
    return np.where(numbers > 0, weights, 0.0)


@lru_cache
def _log_factor(mean: float) -> float:
    def excess(log_factor: float) -> float:
        factor = np.exp(log_factor)
        first, further = (1 - FURTHER) * factor, FURTHER * factor
        return first / (1 - further) ** 2 / (1 + first / (1 - further)) - mean

    return float(brentq(excess, -40.0, -np.log(FURTHER) - 1e-9))


def changes_under_prior(observed: ObservedCounts, prior: Prior) -> Changes:
    """`changes` of counts that are already on a grid of days.

    Parameters
    ----------
    observed : ObservedCounts
        From `observed_counts.observe_counts`.
    prior : Prior
        What is assumed.

    Returns
    -------
    Changes
        As from `changes`.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> changes_under_prior(found.observed, found.prior).is_announced
    True
    """
    options = observed, prior.shape, prior.rate, prior.log_number
    reference = poisson_source(*options, prior.inside_rows)
    allowing = reference
    if prior.phi == "estimate":
        allowing = Numerical(choose_grid_posterior(*options, default_clusterings(), prior.inside_rows))
    elif prior.phi != 1:
        allowing = Numerical(
            choose_grid_posterior(*options, [(Clustering(phi=float(prior.phi)), 1.0)], prior.inside_rows)
        )
    return Changes(observed, prior, ChangePosterior("Poisson", reference), ChangePosterior("overdispersed", allowing))


@dataclass(frozen=True, eq=False, repr=False)
class Changes:
    """What `changes` found: one posterior for each likelihood.

    Parameters
    ----------
    observed : ObservedCounts
        The counts, on a grid of days.
    prior : Prior
        What was assumed.
    poisson : ChangePosterior
        Under the Poisson likelihood.
    overdispersed : ChangePosterior
        Allowing for overdispersion. The same as `poisson` where phi is given as 1.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> found
    Changes(35 events on 20 days, phi 1.34; P(a change): Poisson > 0.999, overdispersed 0.998; announced)
    """

    observed: ObservedCounts
    prior: Prior
    poisson: ChangePosterior
    overdispersed: ChangePosterior

    @property
    def posteriors(self) -> tuple[ChangePosterior, ...]:
        """The posterior under each likelihood, Poisson first.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> [each.likelihood for each in found.posteriors]
        ['Poisson', 'overdispersed']
        """
        return self.poisson, self.overdispersed

    @property
    def phi(self) -> float:
        """Variance over mean of counts of two weeks within one segment, float: posterior mean, or as given.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.phi > 1
        True
        """
        return self.overdispersed.phi

    @property
    def is_announced(self) -> bool:
        """Whether at least one change is more probable than 0.95 under the Poisson likelihood, and than 0.82 allowing
        for overdispersion.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.is_announced
        True
        """
        return is_announced(self.poisson.probability(), self.overdispersed.probability())

    @property
    def reaches_ceiling(self) -> bool:
        """Whether `max_changes` may have been too small: its posterior probability is above 0.05.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.reaches_ceiling
        False
        """
        number = self.overdispersed.number
        most = len(number) - 1
        return 0 < most < self.observed.days - 1 and bool(number["probability"].iloc[most] > CEILING)

    def holds(self, day) -> bool:
        """Whether a day lies between the first and the last observed day of the series.

        Parameters
        ----------
        day : day
            As the days of the counts.

        Returns
        -------
        bool
            True also for a day inside the series on which nobody searched.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.holds("2024-01-20"), found.holds("2024-01-21")
        (True, False)
        """
        return self.observed.holds(day)

    def __repr__(self) -> str:
        found = ", ".join(f"{each.likelihood} {each.probability_words()}" for each in self.posteriors)
        return (
            f"Changes({self.observed.total:,} events on {self.observed.days:,} days, phi {self.phi:.2f}; "
            f"P(a change): {found}; {'' if self.is_announced else 'not '}announced)"
        )

    def _repr_html_(self) -> str:
        rows = pd.DataFrame(
            [(each.likelihood, each.probability_words(), int(each.most_probable_number)) for each in self.posteriors],
            columns=["likelihood", "P(a change)", "most probable number of changes"],
        )
        head = f"{self.observed.total:,} events on {self.observed.days:,} days; phi = {self.phi:.2f}"
        return f"<p>{head}</p>{rows.to_html(index=False)}"


def is_announced(probability: float, probability_overdispersed: float) -> bool:
    """Whether a change of these posterior probabilities is announced.

    Parameters
    ----------
    probability, probability_overdispersed : float
        Under the Poisson likelihood, and allowing for overdispersion.

    Returns
    -------
    bool

    Notes
    -----
    The second bound is lower, because clustered counts carry less information: simulated series with a constant rate
    pass both in at most about one case of twenty (`benchmarks/changes.md`).

    Examples
    --------
    >>> is_announced(0.99, 0.85), is_announced(0.9, 0.85)
    (True, False)
    """
    return bool(probability > ANNOUNCED_ABOVE and probability_overdispersed > ANNOUNCED_ABOVE_OVERDISPERSED)
