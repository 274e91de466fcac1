"""How many attacks nobody wrote about: capture-recapture estimates from the origins that report each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.evidence.errors import InputError
from analysis.measures.rates import Interval, check_level, counted

# What fails: to be printed beside the figures.
CAPTURE_CAVEAT = (
    "Chao's figure is a lower bound, and its interval one for that bound, only if every item is a true attack and "
    "origins report independently: an item that never happened, or one attack listed as two, stands with one origin "
    "and raises it, and outlets that read each other lower it. Chapman's assumes that all attacks are as likely to "
    "be reported by either origin: where two report the same kind of attack it comes out too low, where each has "
    "its own region or kind too high."
)


@dataclass(frozen=True)
class CaptureEstimate:
    """An estimated number of attacks, those that nobody reports included.

    `chapman_estimate` and `chao_lower_bound` make one.

    Parameters
    ----------
    estimate : float
        Attacks.
    variance : float
        Of the estimate, 0 or more.
    observed : int
        Attacks that are known.
    is_lower_bound : bool
        Whether the estimate, and so its interval, is one of a lower bound.

    Examples
    --------
    >>> CaptureEstimate(30.0, 25.0, observed=20).estimate
    30.0
    """

    estimate: float
    variance: float
    observed: int
    is_lower_bound: bool = False

    def interval(self, level: float = 0.95) -> Interval:
        """Log-normal interval on the number that nobody reports (Chao 1987): it cannot fall below what is known.

        Parameters
        ----------
        level : float
            Confidence level, above 0 and below 1.

        Returns
        -------
        Interval
            Lower and upper limit, attacks. Of a lower bound it is the interval of that bound, and not of the number
            of attacks.

        Raises
        ------
        InputError
            For a level that is not above 0 and below 1.

        Examples
        --------
        >>> low, high = CaptureEstimate(30.0, 25.0, observed=20).interval()
        >>> f"{low:.1f} to {high:.1f}"
        '24.0 to 45.2'
        """
        check_level(level)
        unseen = self.estimate - self.observed
        if unseen <= 0 or self.variance <= 0:
            return Interval(float(self.observed), float(self.estimate))
        z = stats.norm.ppf(0.5 + level / 2)
        factor = np.exp(z * np.sqrt(np.log1p(self.variance / unseen**2)))
        return Interval(float(self.observed + unseen / factor), float(self.observed + unseen * factor))

    def sentence(self, level: float = 0.95, noun: str = "attack") -> str:
        """The estimate in one sentence, with its interval.

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
        >>> CaptureEstimate(30.0, 25.0, observed=20, is_lower_bound=True).sentence()
        'The estimate is at least 30 attacks (95 % interval of this lower bound 24 to 45.2); 20 attacks are known.'
        """
        low, high = self.interval(level)
        least, whose = ("at least ", " of this lower bound") if self.is_lower_bound else ("", "")
        return (
            f"The estimate is {least}{self.estimate:.3g} {noun}s ({100 * level:g} % interval{whose} {low:.3g} to "
            f"{high:.3g}); {counted(self.observed, noun)} {'is' if self.observed == 1 else 'are'} known."
        )

    def _repr_html_(self) -> str:
        return f"<p>{self.sentence()}</p>"


def chapman_estimate(first: int, second: int, both: int) -> CaptureEstimate:
    """Number of attacks from the overlap of two origins.

    Parameters
    ----------
    first, second : int
        Attacks that each origin reports.
    both : int
        Attacks that both report.

    Returns
    -------
    CaptureEstimate
        Its `estimate`, `interval(level)` and `sentence()` are numbers of attacks.

    Raises
    ------
    InputError
        Where `both` exceeds one of the two.

    Notes
    -----
    The estimate is nearly unbiased where both origins report independently, and all attacks are as likely to be
    reported by either ([1]_; variance [2]_). The interval is log-normal on the number that neither reports. Where two
    origins report the same kind of attack the estimate is too low.

    References
    ----------
    .. [1] Chapman (1951), Some properties of the hypergeometric distribution with applications to zoological sample
       censuses, University of California Publications in Statistics 1, 131-160.
    .. [2] Seber (1970), The effects of trap response on tag recapture estimates, Biometrics 26, 13-22.

    Examples
    --------
    >>> chapman_estimate(100, 80, 50).sentence()
    'The estimate is 159 attacks (95 % interval 146 to 185); 130 attacks are known.'
    """
    if both > min(first, second) or both < 0:
        raise InputError(f"counted by both ({both}) cannot exceed counted by one ({first}, {second})")
    estimate = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return CaptureEstimate(float(estimate), float(variance), int(first + second - both))


def two_origin_captures(claims: pd.DataFrame) -> pd.Series:
    """The two origins that report most incidents, and their overlap.

    Parameters
    ----------
    claims : DataFrame
        With the columns incident_id and origin (several joined by ``|``).

    Returns
    -------
    Series
        first_origin, second_origin (names), first, second, both (incidents), as `chapman_estimate` takes them.

    Raises
    ------
    InputError
        For fewer than two origins.

    Examples
    --------
    >>> claims = pd.DataFrame({"incident_id": ["1", "2", "2"], "origin": ["AFP", "AFP", "Reuters"]})
    >>> two_origin_captures(claims).tolist()
    ['AFP', 'Reuters', 2, 1, 1]
    """
    each = claims.assign(origin=claims["origin"].str.split("|")).explode("origin").groupby("origin")["incident_id"]
    reported = each.agg(set)
    if len(reported) < 2:
        raise InputError(f"{len(reported)} origin reports these incidents; two are needed")
    first, second = reported.map(len).sort_values(ascending=False, kind="stable").index[:2]
    both = reported[first] & reported[second]
    return pd.Series({
        "first_origin": first, "second_origin": second,
        "first": len(reported[first]), "second": len(reported[second]), "both": len(both),
    })  # fmt: skip


def capture_estimates(incidents: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Estimates of the number of attacks, side by side.

    Parameters
    ----------
    incidents : DataFrame
        With the columns n_origins and confirmation.
    claims : DataFrame
        Of these incidents, with the columns incident_id and origin (several joined by ``|``).

    Returns
    -------
    DataFrame
        method (Chao or Chapman), reports (what it goes by), observed (attacks), estimate, estimate_low, estimate_high
        (attacks, 95 %), is_contradicted (whether the interval lies below the incidents that are known: the assumption
        of the method fails visibly). Chao's estimate also without what only the attackers claim. One row where fewer
        than two origins report, none without incidents.

    Notes
    -----
    Show `CAPTURE_CAVEAT` beside the estimates.

    Examples
    --------
    >>> incidents = pd.DataFrame({"n_origins": [1, 1, 2], "confirmation": "monitor"})
    >>> claims = pd.DataFrame({"incident_id": ["1", "2", "3"], "origin": ["AFP", "AFP", "AFP|Reuters"]})
    >>> capture_estimates(incidents, claims)[["method", "observed", "estimate"]].to_numpy().tolist()
    [['Chao', 3, 3.5], ['Chapman', 3, 3.0]]
    """
    if incidents.empty:
        return pd.DataFrame(
            columns=["method", "reports", "observed", "estimate", "estimate_low", "estimate_high", "is_contradicted"]
        )
    voiced = incidents[incidents["confirmation"] != "claim_only"]
    rows = [_estimate_row("Chao", "how many origins report each", chao_lower_bound(incidents["n_origins"]))]
    if 0 < len(voiced) < len(incidents):
        words = "the same, without attackers' own claims"
        rows.append(_estimate_row("Chao", words, chao_lower_bound(voiced["n_origins"])))
    if claims["origin"].str.split("|").explode().nunique() > 1:
        two = two_origin_captures(claims)
        one, other = (f"{two[f'{each}_origin']} ({two[each]})" for each in ("first", "second"))
        words = f"{one}, {other}, both ({two['both']})"
        rows.append(_estimate_row("Chapman", words, chapman_estimate(*two[["first", "second", "both"]])))
    out = pd.DataFrame(rows)
    observed = out["observed"].where(out["method"] == "Chao", len(incidents))
    return out.assign(is_contradicted=out["estimate_high"] < observed)


def _estimate_row(method: str, reports: str, found: CaptureEstimate) -> dict:
    low, high = found.interval()
    return {"method": method, "reports": reports, "observed": found.observed, "estimate": found.estimate,
            "estimate_low": low, "estimate_high": high}  # fmt: skip


def chao_lower_bound(origins: pd.Series) -> CaptureEstimate:
    """Lower bound of the number of attacks, from how many origins report each.

    Parameters
    ----------
    origins : Series of int
        Origins that report each attack, 1 or more; one value for each attack.

    Returns
    -------
    CaptureEstimate
        Its `estimate`, `interval(level)` and `sentence()` are those of the lower bound.

    Raises
    ------
    InputError
        For an attack that nobody reports.

    Notes
    -----
    Chao's estimator in its bias-corrected form [1]_: a lower bound where some attacks are likelier to be reported than
    others. The interval is one for that lower bound, and not for the number of attacks. An item that never happened
    stands with one origin and raises it.

    References
    ----------
    .. [1] Chao (1987), Estimating the population size for capture-recapture data with unequal catchability, Biometrics
       43, 783-791.

    Examples
    --------
    >>> chao_lower_bound(pd.Series([1] * 10 + [2] * 4 + [3] * 6)).sentence()
    'The estimate is at least 29 attacks (95 % interval of this lower bound 22.1 to 58); 20 attacks are known.'
    """
    if (origins < 1).any():
        raise InputError("every attack needs at least one origin")
    observed, once, twice = len(origins), int((origins == 1).sum()), int((origins == 2).sum())
    unseen = once * (once - 1) / (2 * (twice + 1))
    variance = (
        unseen
        + once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    return CaptureEstimate(float(observed + unseen), float(variance) if once else 0.0, observed, is_lower_bound=True)
