"""Rates of counts per day: exact intervals, and the exact comparison of two periods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from analysis.evidence.problems import InputError


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
    return np.atleast_1d(pd.to_numeric(pd.Series(np.atleast_1d(values)), errors="coerce")).astype(
        float
    )


def compare(
    count_a: int, days_a: float, count_b: int, days_b: float, level: float = 0.95
) -> pd.Series:
    """Rate of period B against period A: ratio, exact interval, exact two-sided p.

    Given the sum of both counts, B's count is binomial with the odds ratio*days_b/days_a, so the
    Clopper-Pearson interval of that probability gives the interval of the ratio (Przyborowski and
    Wilenski 1940). Returns a Series: rate_a, rate_b, ratio, low, high, p_value. The p-value is
    meaningless as a test where the periods were chosen from the same counts: call it descriptive.

    Raises InputError for negative counts or periods without days.
    """
    if min(count_a, count_b) < 0 or min(days_a, days_b) <= 0:
        raise InputError(
            f"counts must be 0 or more and days above 0, given {count_a} in {days_a} and "
            f"{count_b} in {days_b}"
        )
    total = count_a + count_b
    low, high = (0.0, 1.0)
    if total:
        low, high = proportion_confint(count_b, total, alpha=1 - level, method="beta")
    odds = days_a / days_b
    rate_a, rate_b = count_a / days_a, count_b / days_b
    p_value = stats.binomtest(count_b, total, days_b / (days_a + days_b)).pvalue if total else 1.0
    return pd.Series(
        {
            "rate_a": rate_a,
            "rate_b": rate_b,
            "ratio": rate_b / rate_a if rate_a else np.nan if not rate_b else np.inf,
            "low": odds * low / (1 - low) if low < 1 else np.inf,
            "high": odds * high / (1 - high) if high < 1 else np.inf,
            "p_value": p_value,
        }
    )
