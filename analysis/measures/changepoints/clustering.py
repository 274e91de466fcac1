"""How events come in clusters: the likelihood of counts that vary more than Poisson counts and excite later ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from analysis.measures.changepoints.compiling import compile_if_possible
from analysis.measures.changepoints.observed_counts import ObservedCounts

BRANCHING = {0.0: 0.5, 0.3: 0.2, 0.7: 0.3}  # and the prior probability of each
DELAYS = (2.0, 6.0)  # in days, of excited events; equally probable
PHIS = {1.0: 0.5, 1.5: 0.25, 2.5: 0.125, 4.5: 0.125}  # without excitation
EXCITED_PHIS = {1.0: 0.5, 1.5: 0.5}  # with it: some events excite others on the same day
FADED = 1e-5  # share of the first days' expectation below which it counts as none


@dataclass(frozen=True)
class Clustering:
    """One way in which counts cluster.

    Parameters
    ----------
    branching : float
        Expected number of later events that one event excites, from 0 to below 1.
    delay_days : float
        Mean delay of these, 1 or more.
    phi : float
        Variance over mean of the count of one day, given the days before, 1 or more.

    Notes
    -----
    The expected count of a day is (1 - branching) x rate + the sum over earlier events of branching x the geometric
    probability of the delay: a self-exciting process (Hawkes 1971, Biometrika 58, 83-90) on days, also known as an
    integer-valued GARCH process (Ferland, Latour and Oraichi 2006). The rate is the long-run mean, whatever the
    branching. Given the days before, a count is negative binomial with variance phi x mean, which is closed under
    addition.

    Examples
    --------
    >>> Clustering(0.5, 3.0, 1.0).variance_ratio(14) > 2
    True
    """

    branching: float = 0.0
    delay_days: float = 1.0
    phi: float = 1.0

    @property
    def decay(self) -> float:
        """Share of an event's excitation that is left a day later.

        Examples
        --------
        >>> Clustering(0.5, 2.0).decay
        0.5
        """
        return 1 - 1 / self.delay_days

    def variance_ratio(self, days: int) -> float:
        """Variance over mean of the sum of some successive days, given all days before.

        Parameters
        ----------
        days : int
            1 or more.

        Returns
        -------
        float
            phi for one day; growing with the days towards phi / (1 - branching)^2.

        Notes
        -----
        A surplus on one day raises the sum of the days up to the last by itself and by what it excites.

        Examples
        --------
        >>> round(Clustering(0.5, 2.0, 1.0).variance_ratio(1000), 1)
        4.0
        """
        if not self.branching:
            return self.phi
        first = self.branching / self.delay_days
        kept = self.decay + first
        raised = 1 + first * (1 - kept ** np.arange(days)) / (1 - kept)
        return float(self.phi * (raised**2).mean())


NONE = Clustering()


def default_clusterings() -> list[tuple[Clustering, float]]:
    """The grid over which the posterior averages, with the prior probability of each point.

    Returns
    -------
    list of (Clustering, float)
        No excitation with the probability 0.5, and phi of 1, 1.5, 2.5, 4.5 with 1/2, 1/4, 1/8, 1/8 of it; branching 0.3
        with 0.2 and 0.7 with 0.3, their mean delays of 2 or 6 days and phi of 1 or 1.5 equally probable.

    Notes
    -----
    The grid and its prior were chosen by simulation: see `benchmarks/changes.md`. A larger branching than 0.7 makes
    sets wider and announcements rarer everywhere; without one as large, waves are announced as changes.

    Examples
    --------
    >>> len(default_clusterings()), round(sum(share for _, share in default_clusterings()), 12)
    (12, 1.0)
    """
    out = []
    for branching, weight in BRANCHING.items():
        delays, phis = (DELAYS, EXCITED_PHIS) if branching else ((1.0,), PHIS)
        for delay in delays:
            out += [(Clustering(branching, delay, phi), weight * share / len(delays)) for phi, share in phis.items()]
    return out


def expected_counts(
    observed: ObservedCounts, daily: np.ndarray, clustering: Clustering
) -> tuple[np.ndarray, np.ndarray]:
    """Expected count of each day as a line in the rate: slope x rate + excited.

    Parameters
    ----------
    observed : ObservedCounts
        For the exposure of each day; 0 means that nobody searched.
    daily : array of float, (days,)
        Counts by day; totals are spread evenly over their days.
    clustering : Clustering
        How events cluster.

    Returns
    -------
    slope, excited : array of float, (days,)
        slope in days of exposure.

    Notes
    -----
    Of days that were searched less than fully, and inside totals, the expected number stands for the events that were
    not seen or not dated. Before the first day the rate is taken to be that of the first day.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> slope, excited = expected_counts(found.observed, found.observed.day_counts.astype(float), Clustering())
    >>> slope[0].item(), excited.max().item()
    (1.0, 0.0)
    """
    exposure, days = observed.exposure, observed.days
    b, decay = clustering.branching, clustering.decay
    if not b:
        return exposure.astype(float), np.zeros(days)
    watched = exposure / exposure.max()
    starts, undated = np.zeros(days, bool), np.zeros(days, bool)
    for start, end, count in observed.totals:
        starts[start], undated[start:end] = True, count > 0
    return follow_excitation(daily, watched, starts, undated, float(exposure.max()), b, decay)


@compile_if_possible
def follow_excitation(daily, watched, starts, undated, full, branching, decay):
    """The loop of `expected_counts`, from day to day.

    `watched` : share of the exposure of a fully watched day; `starts` : first days of totals; `undated` : days of
    totals; `full` : exposure of a fully searched day.
    """
    days = len(daily)
    slope, excited = np.empty(days), np.empty(days)
    gain, base = branching * (1 - decay), (1 - branching) * full
    coming, level = branching * full, 0.0  # the excitation of a day: coming x rate + level
    inner, inner_level = 0.0, 0.0  # the same inside a total, before its count is known
    for day in range(days):
        if starts[day]:
            inner, inner_level = coming, level
        if undated[day]:
            now, now_level = inner, inner_level
            inner = decay * inner + gain * (base + inner)
            inner_level = decay * inner_level + gain * inner_level
        else:
            now, now_level = coming, level
        slope[day] = watched[day] * (base + now)
        excited[day] = watched[day] * now_level
        unseen = 1 - watched[day]
        coming, level = (
            decay * coming + gain * unseen * (base + coming),
            decay * level + gain * (daily[day] + unseen * level),
        )
        if coming < FADED * full:
            coming = 0.0
    return slope, excited


def log_pmf(count, mean: np.ndarray, phi: float) -> np.ndarray:
    """Log probability of a count: negative binomial with variance phi x mean, Poisson for phi = 1.

    Parameters
    ----------
    count : array of float, broadcastable
        From 0 up; need not be whole, where events are shared out over days.
    mean : array of float
        Above 0.
    phi : float
        Variance over mean, 1 or more.

    Returns
    -------
    array of float

    Examples
    --------
    >>> bool(np.isclose(np.exp(log_pmf(np.arange(200), np.array(3.0), 2.0)).sum(), 1))
    True
    """
    if phi == 1:
        return count * np.log(mean) - mean - gammaln(count + 1)
    size = mean / (phi - 1)
    return gammaln(count + size) - gammaln(size) - gammaln(count + 1) - size * np.log(phi) + count * np.log1p(-1 / phi)
