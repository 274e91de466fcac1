"""Rates of counts per day: exact intervals, and the exact comparison of two periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from analysis.evidence.errors import InputError


def rate_interval(count, days, level: float = 0.95) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rate per day and its exact interval, for counts over `days` (both broadcastable).

    Returns (rate, low, high), each float (n,). No days, or a missing count: NaN.
    Source: Garwood (1936), by way of statsmodels' `exact-c`. The interval holds for a Poisson
    count; where counts vary more than that it is too narrow.
    """
    count, days = np.broadcast_arrays(_floats(count), _floats(days))
    usable = np.where(days > 0, count, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = confint_poisson(usable, days, method="exact-c", alpha=1 - level)
        rate = usable / days
    low = np.where(usable == 0, 0.0, low)  # the lower bound of none is none
    low, high = (np.where(np.isnan(rate), np.nan, bound) for bound in (low, high))
    return rate, low, high


def _floats(values) -> np.ndarray:
    """Numbers of any kind as a float array of at least one dimension; missing is NaN."""
    return np.atleast_1d(pd.to_numeric(pd.Series(np.atleast_1d(values)), errors="coerce")).astype(float)


def compare(
    count_a: int,
    days_a: float,
    count_b: int,
    days_b: float,
    level: float = 0.95,
    mid_p: bool = False,
) -> pd.Series:
    """Rate of period B against period A: ratio, exact interval, exact two-sided p.

    Given the sum of both counts, B's count is binomial with the odds ratio*days_b/days_a, so the
    Clopper-Pearson interval of that probability gives the interval of the ratio (Przyborowski and
    Wilenski 1940). `mid_p` counts the observed outcome half (Lancaster 1961): shorter intervals
    that hold their level on average, not always. Returns a Series: rate_a, rate_b, ratio, low,
    high, p_value, p_words ("< 1e-300" where the number is too small to hold). The p-value is
    meaningless as a test where the periods were chosen from the same counts: call it descriptive.

    Raises InputError for negative counts or periods without days.
    """
    if min(count_a, count_b) < 0 or min(days_a, days_b) <= 0:
        raise InputError(
            f"counts must be 0 or more and days above 0, given {count_a} in {days_a} and {count_b} in {days_b}"
        )
    total = count_a + count_b
    low, high = _as_ratio(_share_interval(count_b, total, level, mid_p), days_a / days_b)
    rate_a, rate_b = count_a / days_a, count_b / days_b
    p_value = _p_value(count_b, total, days_b / (days_a + days_b), mid_p)
    return pd.Series(
        {
            "rate_a": rate_a,
            "rate_b": rate_b,
            "ratio": rate_b / rate_a if rate_a else np.nan if not rate_b else np.inf,
            "low": low,
            "high": high,
            "p_value": p_value,
            "p_words": format_p_value(p_value),
        }
    )


def _as_ratio(shares: tuple[float, float], odds: float) -> tuple[float, float]:
    """Limits of B's share of both counts as limits of the ratio of the rates."""
    low, high = (odds * share / (1 - share) if share < 1 else np.inf for share in shares)
    return low, high


def overdispersed_ratio_interval(
    count_a: int, days_a: float, count_b: int, days_b: float, phi: float, level: float = 0.95
):
    """Limits (low, high) of the ratio of `compare` where counts vary `phi` times as much as Poisson
    allows: those of counts / phi effective events, exact at phi = 1 and about the root of phi wider on the
    log scale beyond. Source of the idea: quasi-likelihood (Wedderburn 1974). Raises InputError for phi
    below 1, negative counts, or periods without days."""
    if phi < 1:
        raise InputError(f"phi must be 1 or more, given {phi}")
    if min(count_a, count_b) < 0 or min(days_a, days_b) <= 0:
        raise InputError(f"counts must be 0 or more and days above 0, given {count_a}, {count_b}, {days_a}, {days_b}")
    a, b = count_a / phi, count_b / phi
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, b, a + 1) if b else 0.0
    high = stats.beta.ppf(1 - tail, b + 1, a) if a else 1.0
    return _as_ratio((low, high), days_a / days_b)


def _share_interval(count: int, total: int, level: float, mid_p: bool) -> tuple[float, float]:
    """Interval of a binomial probability: Clopper-Pearson, or its mid-p version."""
    if not total:
        return 0.0, 1.0
    if not mid_p:
        return proportion_confint(count, total, alpha=1 - level, method="beta")
    tail = (1 - level) / 2

    def above(p: float) -> float:
        return stats.binom.sf(count, total, p) + stats.binom.pmf(count, total, p) / 2

    low = optimize.brentq(lambda p: above(p) - tail, 0, 1) if count else 0.0
    high = optimize.brentq(lambda p: above(p) - (1 - tail), 0, 1) if count < total else 1.0
    return low, high


def _p_value(count: int, total: int, share: float, mid_p: bool) -> float:
    """Two-sided p: exact by summing what is no likelier; mid-p as twice the smaller tail."""
    if not total:
        return 1.0
    if not mid_p:
        return stats.binomtest(count, total, share).pvalue
    half = stats.binom.pmf(count, total, share) / 2
    tail = min(stats.binom.cdf(count, total, share), stats.binom.sf(count - 1, total, share)) - half
    return min(1.0, 2 * tail)


def format_p_value(p_value: float) -> str:
    """A p-value (0 to 1) as text; one that is too small for a float is said to be so, never 0."""
    return "< 1e-300" if p_value < 1e-300 else f"{p_value:.2g}"


def overdispersed_rate_interval(count, days, phi: float, level: float = 0.95):
    """Rate per day and interval where counts vary `phi` times as much as Poisson allows.

    Garwood's interval for count / phi effective events, scaled back: exact at phi = 1, and wider by
    about the root of phi. Source of the idea: quasi-likelihood (Wedderburn 1974). Raises
    InputError for phi below 1; shapes as `rate_interval`.
    """
    if phi < 1:
        raise InputError(f"phi must be 1 or more, given {phi}")
    rate, low, high = rate_interval(_floats(count) / phi, days, level)
    return rate * phi, low * phi, high * phi
