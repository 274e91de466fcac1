"""How much more counts vary than a Poisson process allows, and intervals that allow for it."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from analysis.evidence.arguments import require_columns
from analysis.measures.rates import overdispersed_rate_interval


def dispersion(counts: pd.DataFrame) -> float:
    """Variance over mean of the counts per day of exposure (phi): 1 for a Poisson process.

    Parameters
    ----------
    counts : DataFrame
        From `frequency.count`, not grouped: count and covered_days. Periods without a count or a covered day are
        left out.

    Returns
    -------
    float
        Phi, without unit. NaN for fewer than two periods, or where no period has an incident.

    Notes
    -----
    This is Pearson's statistic over its degrees of freedom, with the common rate as the only parameter [1]_. A rate
    that changes also raises it. For the variation between changes of the rate, see `changes(...).phi`.

    References
    ----------
    .. [1] McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., section 4.5.

    Examples
    --------
    >>> counts = pd.DataFrame({"count": [2, 4, 9, 1], "covered_days": [7, 7, 7, 7]})
    >>> round(dispersion(counts), 3)
    3.167
    """
    require_columns(counts, ("count", "covered_days"), "counts")
    known = _observed_periods(counts)
    if len(known) < 2 or not known["count"].sum():
        return float("nan")
    expected = known["count"].sum() / known["covered_days"].sum() * known["covered_days"].astype(float)
    observed = known["count"].astype(float)
    return float(((observed - expected) ** 2 / expected).sum() / (len(known) - 1))


def _observed_periods(counts: pd.DataFrame) -> pd.DataFrame:
    return counts[counts["count"].notna() & (counts["covered_days"] > 0)]


def is_overdispersed(counts: pd.DataFrame, quantile: float = 0.975) -> bool:
    """Whether the counts vary more than a constant Poisson rate would allow.

    Parameters
    ----------
    counts : DataFrame
        As for `dispersion`.
    quantile : float
        A constant Poisson rate stays below the limit with about this probability.

    Returns
    -------
    bool
        True if `dispersion` exceeds the limit; False where it is unknown.

    Notes
    -----
    The limit is the chi-squared approximation to Pearson's statistic, with one degree of freedom less than periods
    (McCullagh and Nelder 1989, section 4.5). It is rough where the expected counts are below about 1 a period.

    Examples
    --------
    >>> is_overdispersed(pd.DataFrame({"count": [2, 4, 9, 1], "covered_days": [7, 7, 7, 7]}))
    True
    >>> is_overdispersed(pd.DataFrame({"count": [4, 4, 5, 3], "covered_days": [7, 7, 7, 7]}))
    False
    """
    require_columns(counts, ("count", "covered_days"), "counts")
    freedom = len(_observed_periods(counts)) - 1
    return freedom > 0 and bool(dispersion(counts) * freedom > stats.chi2.ppf(quantile, freedom))


def add_overdispersed_intervals(counts: pd.DataFrame, phi: float) -> pd.DataFrame:
    """The counts with a second interval of the rate, for counts that vary more than Poisson counts.

    Parameters
    ----------
    counts : DataFrame
        From `frequency.count`.
    phi : float
        Variance over mean of the counts, 1 or more, without unit.

    Returns
    -------
    DataFrame
        The columns of `counts`, and rate_per_day_low_overdispersed and rate_per_day_high_overdispersed: the 95 %
        interval of `rates.overdispersed_rate_interval`.

    Raises
    ------
    InputError
        For a phi below 1.

    Notes
    -----
    Take phi from within the segments of one rate (`changes(...).phi`). `dispersion` counts every change of the rate
    as overdispersion, so that its intervals are too wide where the rate changes.

    Examples
    --------
    >>> counts = pd.DataFrame({"count": [4], "covered_days": [7]})
    >>> add_overdispersed_intervals(counts, 2.5).round(3).iloc[0, 2:].tolist()
    [0.047, 2.35]
    """
    _, low, high = overdispersed_rate_interval(counts["count"], counts["covered_days"], phi)
    return counts.assign(rate_per_day_low_overdispersed=low, rate_per_day_high_overdispersed=high)
