"""When did the rate change, and how often? The exact posterior from counts, under more than one likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import poisson

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError
from analysis.measures.changepoints.observed_counts import ObservedCounts, observe_counts
from analysis.measures.changepoints.overdispersion import estimate_phi
from analysis.measures.changepoints.posterior import ChangePosterior
from analysis.measures.changepoints.recursion import run_recursion
from analysis.measures.changepoints.segment_likelihood import SegmentLikelihood

ANNOUNCED_ABOVE = 0.95  # a change is announced above this probability under every likelihood


def changes(
    frame: pd.DataFrame,
    ranges: pd.DataFrame | None = None,
    *,
    max_changes: int = 5,
    shape: float = 1.0,
    rate: float | None = None,
    expected_changes: float = 1.0,
    phi: float | str = "estimate",
) -> Changes:
    """Posterior of the number and the dates of changes of a rate, from counts.

    Parameters
    ----------
    frame : DataFrame
        Rows of start, end (days, inclusive; or whole numbers of periods, such as years) and count, in any order;
        optionally exposure (days of observation in the row; default: all of them). Daily counts have start == end,
        totals between two dates do not; both may be mixed. A missing count, and a day in no row, means that nobody
        watched.
    ranges : DataFrame, optional
        Rows of start, end (days, inclusive) and count, for incidents known only to a range of days. They may overlap
        each other and daily rows, and are counted in no row of `frame`. Each may have happened on any observed day of
        its range; the sum over all assignments is exact.
    max_changes : int
        Largest number of changes, 0 or more; never more than days - 1.
    shape : float
        Shape of the gamma prior of the rate of a segment, above 0: its weight in events.
    rate : float, optional
        Rate of that prior in days, above 0: its weight in days of exposure. None: shape / mean rate, a prior centred
        on the mean that weighs as much as `shape` events (unit information [2]_), so that days may be hours or weeks
        without another answer.
    expected_changes : float
        Mean of the Poisson prior on the number of changes, before it is cut off at `max_changes`, above 0. The
        default gives no change and one change the same weight.
    phi : float or "estimate"
        Variance over mean of the counts within a segment, 1 or more. The log likelihood of the overdispersed
        posterior is divided by it. "estimate": see `overdispersion.estimate_phi`.

    Returns
    -------
    Changes
        With the posteriors `poisson` and `overdispersed`.

    Raises
    ------
    InputError
        For rows that overlap or end before they start, for counts that are not whole numbers from 0 up, for ranges on
        days that are not counted one by one, for priors that are not above 0, and for totals with more splits than can
        be summed over.

    Notes
    -----
    Counts are Poisson with one rate within a segment; the rate of each segment has a gamma prior, and every placement
    of a number of changes is equally probable. A change on a day means that the new rate holds from that day on. It
    may fall inside a row: the count is then split in every possible way, each with its exact multinomial weight. The
    sum over all placements follows Fearnhead [1]_.

    The Poisson posterior takes every cluster of events for a change. Read the overdispersed one beside it: its
    likelihood is a quasi-likelihood ([3]_, 9.2), used as a power likelihood [4]_. `change_tables.prior_sensitivity`
    shows what the priors do.

    References
    ----------
    .. [1] Fearnhead (2006), Exact and efficient Bayesian inference for multiple changepoint problems, Statistics and
       Computing 16, 203-213.
    .. [2] Kass and Wasserman (1995), A reference Bayesian test for nested hypotheses, JASA 90, 928-934.
    .. [3] McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed.
    .. [4] Bissiri, Holmes and Walker (2016), A general framework for updating belief distributions, JRSS B 78,
       1103-1130.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=20)
    >>> found = changes(pd.DataFrame({"start": days, "end": days, "count": [3, 4] * 5 + [0] * 10}))
    >>> found.is_announced, found.poisson.most_probable_dates().day.tolist()
    (True, [11])
    """
    require_columns(frame, ("start", "end", "count"), "frame")
    observed = observe_counts(frame, ranges)
    if rate is None:
        rate = shape * observed.exposure.sum() / max(observed.total, 1)
    return changes_under_prior(observed, Prior(max_changes, shape, rate, expected_changes, phi))


@dataclass(frozen=True)
class Prior:
    """What is assumed before a count is seen.

    Parameters
    ----------
    max_changes : int
        Largest number of changes, 0 or more.
    shape, rate : float
        Of the gamma prior of the rate of a segment: events and days, above 0.
    expected_changes : float
        Mean of the Poisson prior on the number of changes, above 0.
    phi : float or "estimate"
        Variance over mean of the counts within a segment, 1 or more.

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
    expected_changes: float
    phi: float | str

    def __post_init__(self) -> None:
        for name in ("shape", "rate", "expected_changes"):
            value = getattr(self, name)
            if not (np.isreal(value) and 0 < value < np.inf):
                raise InputError(f"{name} is {value!r}; it must be a number above 0")
        if self.max_changes != int(self.max_changes) or self.max_changes < 0:
            raise InputError(f"max_changes is {self.max_changes!r}; it must be a whole number from 0 up")
        if self.phi != "estimate" and (isinstance(self.phi, str) or not 1 <= self.phi < np.inf):
            raise InputError(f"phi is {self.phi!r}; allowed: 'estimate', or a number from 1 up")


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

    Raises
    ------
    InputError
        For totals with more splits than can be summed over.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> changes_under_prior(found.observed, found.prior).is_announced
    True
    """
    log_prior = poisson.logpmf(np.arange(int(prior.max_changes) + 1), prior.expected_changes)
    phi = prior.phi
    if isinstance(phi, str):
        phi = estimate_phi(observed, prior.shape, prior.rate, log_prior)
    reference = run_recursion(SegmentLikelihood(observed, prior.shape, prior.rate), log_prior)
    allowing = reference
    if phi != 1:
        allowing = run_recursion(SegmentLikelihood(observed, prior.shape, prior.rate, phi), log_prior)
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
        Under the likelihood divided by phi: allowing for overdispersion. The same as `poisson` where phi is 1.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> found
    Changes(35 events on 20 days, phi 1.00; P(a change): Poisson > 0.999, overdispersed > 0.999; announced)
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
        """Variance over mean of the counts within segments, float, as estimated or given.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.phi
        1.0
        """
        return self.overdispersed.phi

    @property
    def is_announced(self) -> bool:
        """Whether at least one change is more than 95 % probable under every likelihood.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.is_announced
        True
        """
        return min(each.probability() for each in self.posteriors) > ANNOUNCED_ABOVE

    def holds(self, day) -> bool:
        """Whether a day lies between the first and the last observed day of the series.

        Parameters
        ----------
        day : day
            As the days of the counts.

        Returns
        -------
        bool
            True also for a day inside the series on which nobody looked.

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
            [(each.likelihood, each.probability_words(), each.most_probable_number) for each in self.posteriors],
            columns=["likelihood", "P(a change)", "most probable number of changes"],
        )
        head = f"{self.observed.total:,} events on {self.observed.days:,} days; phi = {self.phi:.2f}"
        return f"<p>{head}</p>{rows.to_html(index=False)}"
