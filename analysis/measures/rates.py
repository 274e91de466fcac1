"""Rates of counts per day with their intervals: exact for Poisson counts, or allowing for overdispersion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from analysis.evidence.arguments import require_numbers
from analysis.evidence.errors import InputError


class Interval(NamedTuple):
    """Lower and upper limit of an interval, in the unit of the estimate that it belongs to.

    Parameters
    ----------
    low, high : float
        The limits, inclusive.

    Examples
    --------
    >>> low, high = Interval(0.5, 2.0)
    >>> high - low
    1.5
    """

    low: float
    high: float


@dataclass(frozen=True)
class Rate:
    """A rate per day, from a count over a number of days. `rate` makes one.

    Parameters
    ----------
    count : int
        Events.
    days : float
        Days of exposure, above 0.
    phi : float
        Variance over mean of the counts, 1 or more; 1 for Poisson counts.

    Raises
    ------
    InputError
        For a negative count, no days, or a phi below 1.

    Examples
    --------
    >>> Rate(13, 8).estimate
    1.625
    """

    count: int
    days: float
    phi: float = 1.0

    def __post_init__(self) -> None:
        if not self.count >= 0 or not self.days > 0:
            raise InputError(f"the count must be 0 or more and days above 0, given {self.count} in {self.days}")
        check_phi(self.phi)

    @property
    def estimate(self) -> float:
        """Events per day, float.

        Examples
        --------
        >>> Rate(2, 86).estimate.__round__(4)
        0.0233
        """
        return float(self.count / self.days)

    def interval(self, level: float = 0.95) -> Interval:
        """Interval of the rate: Garwood's exact one, or the overdispersed one where phi is above 1.

        Parameters
        ----------
        level : float
            Confidence level, above 0 and below 1.

        Returns
        -------
        Interval
            Lower and upper limit, per day.

        Raises
        ------
        InputError
            For a level that is not above 0 and below 1.

        Examples
        --------
        >>> low, high = Rate(13, 8).interval(0.95)
        >>> f"{low:.3f} to {high:.3f}"
        '0.865 to 2.779'
        """
        _, low, high = overdispersed_rate_interval(self.count, self.days, self.phi, level)
        return Interval(float(low[0]), float(high[0]))

    def sentence(self, level: float = 0.95, noun: str = "event") -> str:
        """The rate in one sentence, with its interval.

        Parameters
        ----------
        level : float
            Confidence level of the interval.
        noun : str
            What was counted, in the singular.

        Returns
        -------
        str
            One sentence of plain text. The noun is not escaped.

        Examples
        --------
        >>> Rate(13, 8).sentence(noun="attack")
        '13 attacks in 8 days are 1.62 per day (95 % interval 0.865 to 2.78).'
        """
        verb = "is" if self.count == 1 else "are"
        return (
            f"{counted(self.count, noun)} in {counted(self.days, 'day')} {verb} {self.estimate:.3g} per day "
            f"({format_rate_interval(self.interval(level), level, self.phi)})."
        )

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>"


def rate(count: int, days: float, phi: float = 1.0) -> Rate:
    """A rate per day with its interval, from one count.

    Parameters
    ----------
    count : int
        Events, 0 or more.
    days : float
        Days of exposure, above 0: the days on which somebody searched.
    phi : float
        Variance over mean of the counts, 1 or more; 1 for Poisson counts.

    Returns
    -------
    Rate
        Its `estimate`, `interval(level)` and `sentence()` are per day of exposure.

    Raises
    ------
    InputError
        For a negative count, no days, or a phi below 1.

    See Also
    --------
    rate_interval : The same for arrays of counts.

    Notes
    -----
    With phi = 1 the interval holds for independent events at a constant rate. Attacks that come in clusters vary
    more: take phi from `changes(...).phi`.

    Examples
    --------
    >>> print(rate(0, 76).sentence(noun="attack"))
    0 attacks in 76 days are 0 per day (95 % interval 0 to 0.0485).
    """
    require_numbers(count=count, days=days, phi=phi)
    return Rate(count, days, phi)


def rate_interval(count: ArrayLike, days: ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates per day and their exact intervals, for arrays of counts.

    Parameters
    ----------
    count : array-like of int, (n,)
        Events; missing where unknown.
    days : array-like of float, (n,)
        Days of exposure. `count` and `days` are broadcast.
    level : float
        Confidence level, above 0 and below 1.

    Returns
    -------
    rate, low, high : array of float, (n,)
        Per day. NaN where the count is missing or there are no days.

    Raises
    ------
    InputError
        For a level that is not above 0 and below 1, counts or days that are negative or without end, and text.

    Notes
    -----
    The interval holds for Poisson counts [1]_. It is too narrow for counts that vary more; see
    `overdispersed_rate_interval`.

    References
    ----------
    .. [1] Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442.

    Examples
    --------
    >>> rate, low, high = rate_interval([13, 0], [8, 76])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.865, 0.0], [2.779, 0.049])
    """
    check_level(level)
    counts, exposure = np.broadcast_arrays(_amounts(count, "count"), _amounts(days, "days"))
    usable = np.where(exposure > 0, counts, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = (1 - level) / 2
        low = stats.chi2.ppf(tail, 2 * usable) / 2 / exposure
        high = stats.chi2.isf(tail, 2 * (usable + 1)) / 2 / exposure
        estimate = usable / exposure
    low = np.where(usable == 0, 0.0, low)  # the lower limit for a count of zero is zero
    low, high = (np.where(np.isnan(estimate), np.nan, limit) for limit in (low, high))
    return estimate, low, high


def overdispersed_rate_interval(
    count: ArrayLike, days: ArrayLike, phi: float, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rates per day and their intervals, for counts that vary phi times as much as Poisson counts.

    Parameters
    ----------
    count : array-like of int, (n,)
        Events; missing where unknown.
    days : array-like of float, (n,)
        Days of exposure. `count` and `days` are broadcast.
    phi : float
        Variance over mean of the counts, 1 or more, without unit.
    level : float
        Confidence level, above 0 and below 1.

    Returns
    -------
    rate, low, high : array of float, (n,)
        Per day. NaN where the count is missing or there are no days.

    Raises
    ------
    InputError
        For a phi below 1, or a level that is not above 0 and below 1.

    Notes
    -----
    The interval is Garwood's for count / phi effective events, scaled back. It is exact at phi = 1 and wider by about
    the square root of phi beyond. The idea is that of quasi-likelihood [1]_.

    References
    ----------
    .. [1] Wedderburn (1974), Quasi-likelihood functions, generalized linear models, and the Gauss-Newton method,
       Biometrika 61, 439-447.

    Examples
    --------
    >>> _, low, high = overdispersed_rate_interval(40, 10, phi=3.0)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([2.15], [6.8])
    """
    check_phi(phi)
    estimate, low, high = rate_interval(as_floats(count) / phi, days, level)
    return estimate * phi, low * phi, high * phi


def as_floats(values: ArrayLike) -> np.ndarray:
    """Numbers of any kind as floats.

    Parameters
    ----------
    values : array-like
        Numbers; missing ones as None, NaN or NA.

    Returns
    -------
    array of float, (n,)
        At least one dimension; NaN where a number is missing.

    Examples
    --------
    >>> as_floats([1, None]).tolist()
    [1.0, nan]
    """
    return np.atleast_1d(pd.to_numeric(pd.Series(np.atleast_1d(np.asarray(values, object))), errors="coerce")).astype(
        float
    )


def _amounts(values: ArrayLike, parameter: str) -> np.ndarray:
    """Numbers of 0 or more, NaN where one is missing. Raises InputError for anything else."""
    given = np.atleast_1d(np.asarray(values, object)).ravel()
    numbers = as_floats(values)
    wrong = (numbers < 0) | np.isinf(numbers) | (np.isnan(numbers) & ~pd.isna(given))
    if wrong.any():
        raise InputError(f"{parameter} holds {given[wrong][0]!r}; allowed: numbers of 0 or more, or missing")
    return numbers


def check_level(level: float) -> None:
    """Refuse a level that is no share.

    Parameters
    ----------
    level : float
        Confidence level of an interval.

    Raises
    ------
    InputError
        For a level that is not above 0 and below 1, such as 95.

    Examples
    --------
    >>> check_level(0.95)
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must be above 0 and below 1, such as 0.95")


def check_phi(phi: float) -> None:
    """Refuse a phi that no overdispersed count has.

    Parameters
    ----------
    phi : float
        Variance over mean of the counts.

    Raises
    ------
    InputError
        For a phi below 1.

    Examples
    --------
    >>> check_phi(2.5)
    """
    if not phi >= 1:
        raise InputError(f"phi must be 1 or more, given {phi}")


def counted(number: float, noun: str) -> str:
    """A number and its noun.

    Parameters
    ----------
    number : int or float
        How many.
    noun : str
        In the singular.

    Returns
    -------
    str
        With the noun in the plural where the number is not 1.

    Examples
    --------
    >>> counted(1, "day"), counted(1500, "day")
    ('1 day', '1,500 days')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_rate_interval(interval: Interval, level: float, phi: float = 1.0) -> str:
    """An interval in words, for a sentence.

    Parameters
    ----------
    interval : Interval
        The limits.
    level : float
        Its level.
    phi : float
        Where above 1, the words say that the interval allows for overdispersion.

    Returns
    -------
    str
        Level and limits, with three significant digits.

    Examples
    --------
    >>> format_rate_interval(Interval(0.865, 2.779), 0.95)
    '95 % interval 0.865 to 2.78'
    """
    allowing = "" if phi == 1 else f", allowing for overdispersion with phi = {phi:.3g}"
    return f"{100 * level:g} % interval {interval.low:.3g} to {interval.high:.3g}{allowing}"
