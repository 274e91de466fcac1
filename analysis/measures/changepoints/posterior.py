"""The posterior of the number and the dates of changes under one likelihood, and what is read off it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.posterior_rate import GridRate, PosteriorRate
from analysis.measures.changepoints.segment_rates import HoldingSegment
from analysis.measures.changepoints.sources import ChangeSource

LEVEL = 0.95  # of an interval or a set, where none is asked for


@dataclass(frozen=True, eq=False, repr=False)
class ChangePosterior:
    """When the rate changed, under one likelihood. `changes` makes one for each likelihood.

    Parameters
    ----------
    likelihood : str
        Name of the likelihood: Poisson or overdispersed.
    source : ChangeSource
        The sums over all placements of changes, in closed form or on a grid of rates.

    Notes
    -----
    All methods average over the number and the placement of changes, unless they say that these are given. A change
    on a day means that the new rate holds from that day on.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> found.poisson
    ChangePosterior(Poisson: P(a change) > 0.999, most probable number of changes 1)
    """

    likelihood: str
    source: ChangeSource

    @property
    def observed(self) -> ObservedCounts:
        """The counts, on a grid of days.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.observed.total
        35
        """
        return self.source.observed

    @property
    def phi(self) -> float:
        """Variance over mean of counts of two weeks within one segment, float: 1 for Poisson.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.phi
        1.0
        """
        return float(self.source.phi)

    def probability(self) -> float:
        """Posterior probability of at least one change.

        Returns
        -------
        float
            From 0 to 1.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.probability() > 0.99
        True
        """
        return float(min(self.source.number[1:].sum(), 1.0))

    @cached_property
    def number(self) -> pd.DataFrame:
        """Posterior of the number of changes.

        Columns: changes (0 .. max_changes), prior, log_marginal (log marginal likelihood, natural, averaged over the
        placements), probability. The constant of the likelihood that does not depend on the rates is left out of
        log_marginal.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.number["probability"].idxmax()
        1
        """
        prior = np.exp(self.source.log_prior)
        return pd.DataFrame({
            "changes": np.arange(len(prior)), "prior": prior, "log_marginal": self.source.log_marginal,
            "probability": self.source.number,
        })  # fmt: skip

    @cached_property
    def dates(self) -> pd.DataFrame:
        """Probability of a change on each day.

        Columns: day, probability. There is no row for the first day. The probabilities add up to the expected number
        of changes, and not to 1.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> dates = found.poisson.dates
        >>> f"{dates.loc[dates['probability'].idxmax(), 'day']:%d %B}"
        '11 January'
        """
        return self._by_day(self.source.marginal()).iloc[1:].reset_index()

    @cached_property
    def rates(self) -> pd.DataFrame:
        """Rate on each day.

        Columns: day, rate_per_day (posterior mean), rate_per_day_low, rate_per_day_high (95 % credible interval, equal
        tails), all per day of exposure. They are computed at the first use, which takes seconds where long totals have
        many splits.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.rates["rate_per_day"].round(2).iloc[[0, -1]].tolist()
        [3.43, 0.05]
        """
        mean, low, high = self.source.rates(LEVEL)
        day = self.observed.day_labels(np.arange(self.observed.days))
        return pd.DataFrame({"day": day, "rate_per_day": mean, "rate_per_day_low": low, "rate_per_day_high": high})

    def date(self, order: int, number: int | None = None) -> pd.Series:
        """Posterior of the date of one change.

        Parameters
        ----------
        order : int
            Which change, from 1.
        number : int, optional
            Given so many changes. None: averaged over all numbers that have such a change.

        Returns
        -------
        Series of float
            Probability by day, adding up to 1; index day.

        Raises
        ------
        InputError
            If there is no such change.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> f"{found.poisson.date(1).idxmax():%d %B}"
        '11 January'
        """
        max_changes = len(self.source.number) - 1
        given = range(order, max_changes + 1) if number is None else [number]
        if order < 1 or not given or not order <= given[0] <= max_changes:
            raise InputError(f"change {order} of {number or max_changes}: there are 1 to {number or max_changes}")
        weight = self.source.number[list(given)] if number is None else np.ones(1)
        weight = weight / weight.sum() if weight.sum() else np.eye(len(weight))[0]
        terms = [w * self.source.date(order, k) for w, k in zip(weight, given, strict=True) if w]
        return self._by_day(np.sum(terms, axis=0)).iloc[1:]

    def highest_density(
        self, level: float = LEVEL, order: int | None = None, number: int | None = None
    ) -> pd.DataFrame:
        """The smallest set of days that holds the date of a change with at least the probability `level`.

        Parameters
        ----------
        level : float
            Probability of the set, above 0 and at most 1.
        order : int, optional
            Which change, from 1. None: each of `number`, or of the most probable number.
        number : int, optional
            Given so many changes. None, where `order` is given: averaged, see `date`.

        Returns
        -------
        DataFrame
            order, day, probability (of the day), set_probability (of the whole set, at least `level`, because days
            are whole), sorted by order and day. No row where no change is the most probable.

        Raises
        ------
        InputError
            For a level that is not above 0 and at most 1, or if there is no such change.

        Notes
        -----
        The set may have holes. The days between its first and its last day are not all in it.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> chosen = found.poisson.highest_density(0.5, order=1)
        >>> chosen["day"].dt.day.tolist(), round(float(chosen["set_probability"].iloc[0]), 2)
        ([11], 0.94)
        """
        if not 0 < level <= 1:
            raise InputError(f"level is {level!r}; it must be above 0 and at most 1")
        if order is None and number is None:
            number = self.most_probable_number
        orders = range(1, (number or 0) + 1) if order is None else [order]
        sets = [highest_density_set(self.date(each, number), level, each) for each in orders]
        columns = ["order", "day", "probability", "set_probability"]
        return pd.concat(sets, ignore_index=True)[columns] if sets else pd.DataFrame(columns=columns)

    def segments(self, dates=None, level: float = LEVEL) -> pd.DataFrame:
        """Rates of the segments between given dates.

        Parameters
        ----------
        dates : iterable of days, optional
            Days on which a new rate begins. None: `most_probable_dates`.
        level : float
            Posterior probability of the intervals, above 0 and below 1.

        Returns
        -------
        DataFrame
            start, end (days, inclusive), exposure (days), count (posterior mean, because a date may split a total),
            rate_per_day, rate_per_day_low, rate_per_day_high (mean, equal-tailed interval, over all splits),
            is_spike (one day, or period, with a higher rate than both neighbours: no regime, although it costs two
            changes).

        Raises
        ------
        InputError
            For dates that are not after the first day, or not different.

        Notes
        -----
        The intervals take the dates as known. They are too narrow where the dates were found in the same counts; see
        `rate_on`.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.segments([pd.Timestamp("2024-01-11")])[["exposure", "count"]].to_numpy().tolist()
        [[10.0, 35.0], [10.0, 0.0]]
        """
        if dates is None:
            places = self._best_places()
        else:
            places = sorted(self.observed.day_number(day) for day in dates)
            if len(set(places)) < len(places) or any(not 0 < place < self.observed.days for place in places):
                raise InputError("dates must be different days of the series, after its first")
        bounds = np.array([0, *places, self.observed.days])
        labels = self.observed.day_labels
        out = pd.DataFrame({"start": labels(bounds[:-1]), "end": labels(bounds[1:] - 1)})
        rows = [
            (exposure, count, rate.estimate, *rate.interval(level))
            for exposure, count, rate in self.source.segments(places)
        ]
        columns = ["exposure", "count", "rate_per_day", "rate_per_day_low", "rate_per_day_high"]
        out = out.join(pd.DataFrame(rows, columns=columns))
        rate = out["rate_per_day"]
        is_peak = (rate > rate.shift()) & (rate > rate.shift(-1))
        out["is_spike"] = is_peak & (np.diff(bounds) == 1)
        return out

    def most_probable_dates(self) -> pd.Index:
        """The most probable placement of the most probable number of changes.

        Returns
        -------
        Index
            Days on which a new rate begins, in order.

        Notes
        -----
        Each date is optimal given the others: a local optimum. One placement says nothing about how sure it is; see
        `highest_density`.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.most_probable_dates().day.tolist()
        [11]
        """
        return self.observed.day_labels(np.array(self._best_places(), int))

    def _best_places(self) -> list[int]:
        return self.source.best_places()

    @property
    def most_probable_number(self) -> int:
        """Most probable number of changes, int.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.most_probable_number
        1
        """
        return int(self.source.number.argmax())

    def within(self, start, end) -> float:
        """Posterior probability of at least one change on some days.

        Parameters
        ----------
        start, end : day
            First and last day on which the new rate may begin, inclusive.

        Returns
        -------
        float
            From 0 to 1.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> round(found.poisson.within("2024-01-09", "2024-01-13"), 3)
        1.0
        """
        first = max(self.observed.day_number(start), 1)
        last = min(self.observed.day_number(end), self.observed.days - 1)
        if last < first:
            return 0.0
        return float(
            np.clip(1 - self._holding(self.observed.day_labels(np.array([last]))[0]).begin[:first].sum(), 0, 1)
        )

    def rate_on(self, day) -> PosteriorRate | GridRate:
        """The rate on one day.

        Parameters
        ----------
        day : day
            A day of the series.

        Returns
        -------
        PosteriorRate or GridRate
            Its `estimate`, `interval(level)` and `sentence()` are per day of exposure. It agrees with the day's row
            of `rates`, and is computed at once.

        Raises
        ------
        InputError
            For a day outside the series.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.rate_on("2024-01-15").sentence()
        'The rate is 0.0496 per day (95 % credible interval 4.85e-05 to 0.25).'
        """
        return self._holding(day).rate

    def since(self, day) -> pd.Series:
        """Posterior of the day on which the rate of `day` began.

        Parameters
        ----------
        day : day
            A day of the series.

        Returns
        -------
        Series of float
            Probability by day up to `day`, adding up to 1; index day. The first day of the series stands for "no
            change before".

        Raises
        ------
        InputError
            For a day outside the series.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> f"{found.poisson.since('2024-01-15').idxmax():%d %B}"
        '11 January'
        """
        return self._by_day(self._holding(day).begin).iloc[: self._place_of(day) + 1]

    def until(self, day) -> pd.Series:
        """Posterior of the day on which the rate of `day` ends: the first day of the next rate.

        Parameters
        ----------
        day : day
            A day of the series.

        Returns
        -------
        Series of float
            Probability by day after `day`; index day. The rest to 1 is the probability that the rate holds to the
            end of the series.

        Raises
        ------
        InputError
            For a day outside the series.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> bool(found.poisson.until("2024-01-15").sum() < 0.1)
        True
        """
        return self._by_day(self._holding(day).end[:-1]).iloc[self._place_of(day) + 1 :]

    def probability_of_fall(self, day) -> float:
        """Posterior probability that the rate of a day began with a fall.

        Parameters
        ----------
        day : day
            A day of the series.

        Returns
        -------
        float
            The rest to 1 is the probability that it began with a rise, or that there was no change before.

        Raises
        ------
        InputError
            For a day outside the series.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.probability_of_fall("2024-01-15") > 0.99
        True
        """
        return self.source.fell_before(self._place_of(day))

    def probability_of_rise(self, day) -> float:
        """Posterior probability that the rate of a day ends with a rise.

        Parameters
        ----------
        day : day
            A day of the series.

        Returns
        -------
        float
            The rest to 1 is the probability that it ends with a fall, or holds to the end of the series.

        Raises
        ------
        InputError
            For a day outside the series.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.probability_of_rise("2024-01-15") < 0.1
        True
        """
        return self.source.rose_after(self._place_of(day))

    def _holding(self, day) -> HoldingSegment:
        """The segment that holds a day; cached, because several questions are asked of each."""
        place = self._place_of(day)
        if place not in self._held:
            self._held[place] = self.source.holding(place)
        return self._held[place]

    @cached_property
    def _held(self) -> dict[int, HoldingSegment]:
        return {}

    def _place_of(self, day) -> int:
        if not self.observed.holds(day):
            raise InputError(f"{day} is not a day of the series")
        return self.observed.day_number(day)

    def _by_day(self, probability: np.ndarray) -> pd.Series:
        index = pd.Index(self.observed.day_labels(np.arange(self.observed.days)), name="day")
        return pd.Series(probability, index, name="probability")

    def probability_words(self) -> str:
        """The probability of at least one change as text.

        Returns
        -------
        str
            With three decimals. A value that only rounds to 0 or 1 is bounded.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.poisson.probability_words()
        '> 0.999'
        """
        p = self.probability()
        return "< 0.001" if p < 0.0005 else "> 0.999" if p > 0.9995 else f"{p:.3f}"

    def __repr__(self) -> str:
        return (
            f"ChangePosterior({self.likelihood}: P(a change) {self.probability_words()}, "
            f"most probable number of changes {self.most_probable_number})"
        )

    def _repr_html_(self) -> str:
        number = self.number.assign(prior=self.number["prior"].map("{:.3f}".format))
        number["probability"] = number["probability"].map("{:.3f}".format)
        table = number[["changes", "prior", "probability"]].to_html(index=False)
        return f"<p>Number of changes, {self.likelihood} likelihood (phi = {self.phi:.2f})</p>{table}"


def highest_density_set(probability: pd.Series, level: float, order: int = 1) -> pd.DataFrame:
    """The smallest set of days whose probabilities add up to at least `level`.

    Parameters
    ----------
    probability : Series of float
        By day, adding up to 1; the name of the index is day.
    level : float
        Probability of the set, above 0 and at most 1.
    order : int
        Number of the change, for the column of that name.

    Returns
    -------
    DataFrame
        day, probability (of the day), order, set_probability (of the whole set), sorted by day.

    Notes
    -----
    Of days that are equally probable the earlier ones are taken first.

    Examples
    --------
    >>> probability = pd.Series([0.1, 0.5, 0.1, 0.3], pd.Index([1, 2, 3, 4], name="day"), name="probability")
    >>> highest_density_set(probability, 0.8)["day"].tolist()
    [2, 4]
    """
    ranked = probability.sort_values(ascending=False, kind="stable")
    size = int(np.searchsorted(ranked.cumsum().to_numpy(), level - 1e-12)) + 1
    chosen = ranked.iloc[:size].sort_index()
    return chosen.reset_index().assign(order=order, set_probability=min(float(chosen.sum()), 1.0))


def date_modes(probability: pd.Series, level: float = LEVEL, share: float = 0.5, apart: int = 3) -> pd.DataFrame:
    """The groups of days on which a date most probably falls, where there are several.

    Parameters
    ----------
    probability : Series of float
        By day, adding up to 1; the name of the index is day.
    level : float
        Probability of the set of days that is split into groups.
    share : float
        Least probability of a group, as a share of that of the most probable group.
    apart : int
        Days that must lie between two groups, outside of the set.

    Returns
    -------
    DataFrame
        start, end (first and last day of the group), day (its most probable day), probability (of the group), the most
        probable group first. More than one row: name all of them, because the most probable day alone hides the rest.

    Examples
    --------
    >>> probability = pd.Series([0.4, 0.1, 0, 0, 0, 0, 0.5], pd.Index(range(7), name="day"), name="probability")
    >>> date_modes(probability)[["start", "end"]].to_numpy().tolist()
    [[0, 1], [6, 6]]
    """
    chosen = probability.index.get_indexer(highest_density_set(probability, level)["day"])
    groups = np.split(chosen, np.flatnonzero(np.diff(chosen) > apart) + 1)
    rows = []
    for group in groups:
        part = probability.iloc[group]
        rows.append((part.index[0], part.index[-1], part.idxmax(), float(part.sum())))
    out = pd.DataFrame(rows, columns=["start", "end", "day", "probability"])
    out = out.sort_values("probability", ascending=False, kind="stable", ignore_index=True)
    return out[out["probability"] >= share * out["probability"].max()]
