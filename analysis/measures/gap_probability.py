"""How likely a gap that long is under a constant rate: exact, on days and in continuous time."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np

from analysis.evidence.arguments import require_numbers
from analysis.evidence.errors import InputError

# To be printed beside every such probability.
CAVEAT = (
    "The probability is that of a gap this long somewhere in the window under one constant rate. It does not cover "
    "that the window was chosen after looking, nor that attacks come in clusters; both make long gaps less surprising."
)


def longest_gap_probability(
    events: int, days: int, gap_days: int, include_edges: bool = False, phi: float = 1.0
) -> float:
    """Probability that the longest run of empty days is at least `gap_days`, exact.

    Parameters
    ----------
    events : int
        Number of events, 0 or more; several may fall on one day.
    days : int
        Number of days, 1 or more.
    gap_days : int
        Length of a run of empty days between two occupied ones, 1 or more.
    include_edges : bool
        Whether runs at either end count too.
    phi : float
        Variance over mean of the counts of days: 1 for events that fall independently and uniformly, more for negative
        binomial counts with the same rate on every day.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    InputError
        For less than 1 day, fewer than 0 events, `gap_days` below 1 or phi below 1.

    Notes
    -----
    The number of occupied days follows the classical occupancy distribution (Feller 1968, II.5), or that of a Polya urn
    for phi above 1 (V.2): given their total, negative binomial counts are Dirichlet-multinomial. Given the number every
    set of days is equally likely, and the sets without a run of `gap_days` are counted as compositions with bounded
    parts. Clusters that last for days are not covered: they make long gaps still less surprising.

    Examples
    --------
    >>> [round(float(longest_gap_probability(30, 60, 10, phi=phi)), 3) for phi in (1, 3)]
    [0.09, 0.546]
    """
    require_numbers(events=events, days=days, gap_days=gap_days)
    _check(events, days, gap_days)
    if not 1 <= phi < np.inf:
        raise InputError(f"phi must be 1 or more, given {phi}")
    probability = 0.0
    for occupied, p in enumerate(_occupancy(events, days, phi)):
        if p > 0:
            probability += p * float(1 - _share_without(occupied, days, gap_days, include_edges))
    return float(min(probability, 1.0))


def _occupancy(events: int, days: int, phi: float = 1.0) -> np.ndarray:
    """P(k days are occupied), k = 0 .. days: each event finds an occupied day or a new one."""
    p = np.zeros(days + 1)
    p[0] = 1.0
    k = np.arange(days + 1)
    size = events / days / (phi - 1) if phi > 1 else np.inf  # of the negative binomial count of a day
    for before in range(events):
        new = (days - k) / days if np.isinf(size) else (days - k) * size / (days * size + before)
        stays = p * (1 - new)
        stays[1:] += p[:-1] * new[:-1]
        p = stays
    return p


def _share_without(occupied: int, days: int, gap_days: int, include_edges: bool) -> Fraction:
    """Share of the sets of `occupied` days in which every gap is shorter than `gap_days`."""
    if occupied == 0:
        return Fraction(int(days < gap_days)) if include_edges else Fraction(1)
    free = days - occupied
    gaps = occupied + 1 if include_edges else occupied - 1
    compositions = _bounded_compositions(gaps, free, gap_days)
    # Without the edges, what the gaps leave goes to the two ends, in any split.
    good = compositions[free]
    if not include_edges:
        good = sum(number * (free - used + 1) for used, number in enumerate(compositions))
    return Fraction(good, comb(days, occupied))


def _bounded_compositions(parts: int, largest: int, bound: int) -> list[int]:
    """Ways to write 0 .. `largest` as ordered sums of `parts` numbers from 0 to `bound` - 1: inclusion
    and exclusion over the parts that are too large."""
    return [
        sum(
            (-1) ** j * comb(parts, j) * _compositions(parts, total - j * bound)
            for j in range(min(parts, total // bound) + 1)
        )
        for total in range(largest + 1)
    ]


def _compositions(parts: int, total: int) -> int:
    if parts == 0:
        return int(total == 0)
    return comb(total + parts - 1, parts - 1)


def longest_gap_probability_continuous(events: int, days: float, gap_days: float) -> float:
    """Probability of a spacing at least as long as given, in continuous time, under one constant rate: exact.

    Parameters
    ----------
    events : int
        Events, 0 or more. They fall independently and uniformly on the line.
    days : float
        Length of the line in days, above 0.
    gap_days : float
        Length of the spacing in days, above 0. The spacings at both ends count too.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    InputError
        As `longest_gap_probability` does.

    Notes
    -----
    The probability is the sum over j of (-1)^(j+1) C(events + 1, j) (1 - j gap_days / days)^events (Whitworth 1897;
    [1]_, I.9). It is computed in fractions, because the terms of the alternating sum cancel.

    References
    ----------
    .. [1] Feller (1971), An Introduction to Probability Theory and Its Applications, vol. 2, 2nd ed.

    Examples
    --------
    >>> longest_gap_probability_continuous(events=1, days=10, gap_days=7.5)
    0.5
    """
    _check(events, days, gap_days)
    x = Fraction(gap_days) / Fraction(days)
    if x >= 1:
        return 1.0 if x == 1 and events == 0 else 0.0
    terms = range(1, min(events + 1, int(1 / x)) + 1)
    return float(sum((-1) ** (j + 1) * comb(events + 1, j) * (1 - j * x) ** events for j in terms))


def _check(events: int, days: float, gap: float) -> None:
    if events < 0 or days <= 0 or gap <= 0:
        raise InputError(f"need events >= 0, days > 0 and a gap > 0; given {events}, {days} and {gap}")
