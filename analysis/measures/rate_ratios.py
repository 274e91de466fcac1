"""Two rates compared: the ratio, its interval, and the exact test of equal rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from analysis.evidence.arguments import require_numbers
from analysis.evidence.errors import InputError
from analysis.measures.rates import Interval, Rate, check_level, check_phi, counted, format_rate_interval


@dataclass(frozen=True)
class RateRatio:
    """The rate of period B divided by the rate of period A. `compare` makes one.

    Parameters
    ----------
    rate_a, rate_b : Rate
        The rates of the two periods, per day, with the same phi.
    mid_p : bool
        Whether half of the probability of the observed outcome counts (Lancaster 1961).

    Examples
    --------
    >>> RateRatio(Rate(10, 5), Rate(2, 10)).estimate
    0.1
    """

    rate_a: Rate
    rate_b: Rate
    mid_p: bool = False

    @property
    def phi(self) -> float:
        """Variance over mean of the counts that the interval allows for, float.

        Examples
        --------
        >>> compare(10, 5, 2, 10, phi=2.5).phi
        2.5
        """
        return self.rate_a.phi

    @property
    def estimate(self) -> float:
        """Rate of B over rate of A, float, without unit: infinite where A has no event, NaN where neither has one.

        Examples
        --------
        >>> compare(0, 100, 3, 100).estimate
        inf
        """
        a, b = self.rate_a.estimate, self.rate_b.estimate
        return b / a if a else float("nan") if not b else float("inf")

    @property
    def p_value(self) -> float:
        """Exact two-sided p-value of equal rates, from 0 to 1; NaN where phi is above 1.

        Notes
        -----
        It is no test where the periods were chosen from the same counts: describe the ratio instead.

        Examples
        --------
        >>> round(compare(30, 10, 60, 20).p_value, 6)
        1.0
        """
        if self.phi > 1:
            return float("nan")
        (count_a, days_a), (count_b, days_b) = self._given
        return _p_value(count_b, count_a + count_b, days_b / (days_a + days_b), self.mid_p)

    def interval(self, level: float = 0.95) -> Interval:
        """Interval of the ratio: exact, or the overdispersed one where phi is above 1.

        Parameters
        ----------
        level : float
            Confidence level, above 0 and below 1.

        Returns
        -------
        Interval
            Lower and upper limit, without unit; the upper one is infinite where A has no event.

        Raises
        ------
        InputError
            For a level that is not above 0 and below 1.

        Examples
        --------
        >>> low, high = compare(165, 105, 2, 86).interval(0.95)
        >>> f"{low:.4f} to {high:.4f}"
        '0.0018 to 0.0543'
        """
        check_level(level)
        (count_a, days_a), (count_b, days_b) = self._given
        if self.phi > 1:
            return overdispersed_ratio_interval(count_a, days_a, count_b, days_b, self.phi, level)
        return _as_ratio(_share_interval(count_b, count_a + count_b, level, self.mid_p), days_a / days_b)

    def sentence(self, level: float = 0.95, noun: str = "event") -> str:
        """The ratio in one sentence, with its interval.

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
        >>> compare(20, 10, 3, 30).sentence(noun="attack").split(": ")  # doctest: +NORMALIZE_WHITESPACE
        ['3 attacks in 30 days against 20 attacks in 10 days',
         'the rate is 0.05 times as high (95 % interval 0.00951 to 0.169).']
        """
        a, b = (f"{counted(each.count, noun)} in {counted(each.days, 'day')}" for each in (self.rate_a, self.rate_b))
        interval = self.interval(level)
        if np.isnan(self.estimate):
            return f"{b} against {a}: the ratio of the rates is unknown."
        if np.isinf(self.estimate):
            allowing = "" if self.phi == 1 else f", allowing for overdispersion with phi = {self.phi:.3g}"
            return (
                f"{b} against {a}: the ratio of the rates has no upper limit and is at least {interval.low:.3g} "
                f"({100 * level:g} % interval{allowing})."
            )
        words = format_rate_interval(interval, level, self.phi)
        return f"{b} against {a}: the rate is {self.estimate:.3g} times as high ({words})."

    @property
    def _given(self) -> tuple[tuple[int, float], tuple[int, float]]:
        return (self.rate_a.count, self.rate_a.days), (self.rate_b.count, self.rate_b.days)

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>"


def compare(
    count_a: int, days_a: float, count_b: int, days_b: float, phi: float = 1.0, mid_p: bool = False
) -> RateRatio:
    """The rate of period B against the rate of period A.

    Parameters
    ----------
    count_a : int
        Events in period A, 0 or more.
    days_a : float
        Days of exposure of period A, above 0.
    count_b : int
        Events in period B, 0 or more.
    days_b : float
        Days of exposure of period B, above 0.
    phi : float
        Variance over mean of the counts, 1 or more; 1 for Poisson counts.
    mid_p : bool
        Whether half of the probability of the observed outcome counts [2]_: shorter intervals, which hold their level
        on average and not always.

    Returns
    -------
    RateRatio
        Its `estimate`, `interval(level)`, `p_value` and `sentence()`.

    Raises
    ------
    InputError
        For negative counts, periods without days, a phi below 1, or `mid_p` together with a phi above 1.

    Notes
    -----
    Given the sum of both counts, the count of B is binomial with the odds ratio * days_b / days_a, so that the
    Clopper-Pearson interval of its probability gives the interval of the ratio [1]_. The p-value is no test where the
    periods were chosen from the same counts.

    References
    ----------
    .. [1] Przyborowski and Wilenski (1940), Homogeneity of results in testing samples from Poisson series,
       Biometrika 31, 313-323.
    .. [2] Lancaster (1961), Significance tests in discrete distributions, JASA 56, 223-234.

    Examples
    --------
    >>> ratio = compare(165, 105, 2, 86)
    >>> round(ratio.estimate, 4), ratio.rate_a.count
    (0.0148, 165)
    """
    require_numbers(count_a=count_a, days_a=days_a, count_b=count_b, days_b=days_b, phi=phi)
    _check_periods(count_a, days_a, count_b, days_b)
    check_phi(phi)
    if mid_p and phi > 1:
        raise InputError(f"mid_p needs Poisson counts, but phi is {phi}")
    return RateRatio(Rate(count_a, days_a, phi), Rate(count_b, days_b, phi), mid_p)


def overdispersed_ratio_interval(
    count_a: int, days_a: float, count_b: int, days_b: float, phi: float, level: float = 0.95
) -> Interval:
    """Interval of the ratio of two rates, for counts that vary phi times as much as Poisson counts.

    Parameters
    ----------
    count_a : int
        Events in period A, 0 or more.
    days_a : float
        Days of exposure of period A, above 0.
    count_b : int
        Events in period B, 0 or more.
    days_b : float
        Days of exposure of period B, above 0.
    phi : float
        Variance over mean of the counts, 1 or more, without unit.
    level : float
        Confidence level, above 0 and below 1.

    Returns
    -------
    Interval
        Limits of the rate of B over the rate of A, without unit.

    Raises
    ------
    InputError
        For a phi below 1, negative counts, periods without days, or a level that is not above 0 and below 1.

    Notes
    -----
    The interval is that of counts / phi effective events. It is exact at phi = 1, and wider by about the square root
    of phi on the log scale beyond. The idea is that of quasi-likelihood (Wedderburn 1974).

    Examples
    --------
    >>> low, high = overdispersed_ratio_interval(165, 105, 2, 86, phi=2.5)
    >>> f"{low:.4f} to {high:.4f}"
    '0.0002 to 0.0999'
    """
    check_phi(phi)
    check_level(level)
    _check_periods(count_a, days_a, count_b, days_b)
    a, b = count_a / phi, count_b / phi
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, b, a + 1) if b else 0.0
    high = stats.beta.ppf(1 - tail, b + 1, a) if a else 1.0
    return _as_ratio((low, high), days_a / days_b)


def _check_periods(count_a: int, days_a: float, count_b: int, days_b: float) -> None:
    if min(count_a, count_b) < 0 or min(days_a, days_b) <= 0:
        raise InputError(
            f"counts must be 0 or more and days above 0, given {count_a} in {days_a} and {count_b} in {days_b}"
        )


def _as_ratio(shares: tuple[float, float], odds: float) -> Interval:
    """Limits of B's share of both counts as limits of the ratio of the rates."""
    return Interval(*(float(odds * share / (1 - share)) if share < 1 else float("inf") for share in shares))


def proportion_interval(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a binomial probability [1]_.

    Parameters
    ----------
    count : int
        How many of `total`.
    total : int
        1 or more.
    level : float, default 0.95
        Level of the interval.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    References
    ----------
    .. [1] Clopper and Pearson (1934), The use of confidence or fiducial limits, Biometrika 26, 404-413.

    Examples
    --------
    >>> low, high = proportion_interval(1, 10)
    >>> round(low, 4), round(high, 4)
    (0.0025, 0.445)
    """
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, count, total - count + 1)) if count else 0.0
    high = float(stats.beta.isf(tail, count + 1, total - count)) if count < total else 1.0
    return low, high


def _share_interval(count: int, total: int, level: float, mid_p: bool) -> tuple[float, float]:
    """Interval of a binomial probability: Clopper-Pearson, or its mid-p version."""
    if not total:
        return 0.0, 1.0
    if not mid_p:
        return proportion_interval(count, total, level)
    tail = (1 - level) / 2

    def above(p: float) -> float:
        return stats.binom.sf(count, total, p) + stats.binom.pmf(count, total, p) / 2

    low = optimize.brentq(lambda p: above(p) - tail, 0, 1) if count else 0.0
    high = optimize.brentq(lambda p: above(p) - (1 - tail), 0, 1) if count < total else 1.0
    return low, high


def _p_value(count: int, total: int, share: float, mid_p: bool) -> float:
    """Two-sided p: exact by summing the outcomes that are no likelier; mid-p as twice the smaller tail."""
    if not total:
        return 1.0
    if not mid_p:
        return float(stats.binomtest(count, total, share).pvalue)
    half = stats.binom.pmf(count, total, share) / 2
    tail = min(stats.binom.cdf(count, total, share), stats.binom.sf(count - 1, total, share)) - half
    return float(min(1.0, 2 * tail))


def format_p_value(p_value: float) -> str:
    """A p-value as text.

    Parameters
    ----------
    p_value : float
        From 0 to 1.

    Returns
    -------
    str
        With two significant digits. A value too small for a float is "< 1e-300", and never 0.

    Examples
    --------
    >>> format_p_value(0.0123), format_p_value(0.0)
    ('0.012', '< 1e-300')
    """
    return "< 1e-300" if p_value < 1e-300 else f"{p_value:.2g}"
