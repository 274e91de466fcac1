"""How probably a change would have been announced, and whether the model predicts such counts: by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.array_cache import cached_array
from analysis.measures.changepoints.changes import Changes, changes_under_prior, is_announced
from analysis.measures.changepoints.clustering import NONE, Clustering
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.simulated import clustered_counts
from analysis.measures.changepoints.sources import Numerical

SEED = 20231017
MARGIN_DAYS = 14  # about a change, within which it may be dated
SAME_DAYS = 7  # a date of `found` that is no further off is that of the same change


def power(
    found: Changes, rate_per_day: float, start, end=None, *, until=None, worlds: int = 100, seed: int = SEED
) -> float:
    """Probability that a change to a given rate would have been announced, from counts observed in the same way.

    Parameters
    ----------
    found : Changes
        From `changes`: its rows, exposure, prior, rates and clustering are those of the simulated series.
    rate_per_day : float
        The rate in the simulated series from `start` on, 0 or more, per day of exposure.
    start : day
        First day of that rate, after the first day of the series.
    end : day, optional
        Last day of that rate; afterwards the rate of `found` holds again. None: the last day of the series.
    until : day, optional
        Day by which the change is announced: the simulated series have only the rows that end by then. None: the last
        day of the series.
    worlds : int
        Number of simulated series. 100 give a standard error of 0.05 at most.
    seed : int
        Of the simulation: the same seed gives the same answer.

    Returns
    -------
    float
        Share of the simulated series in which a change is announced (see `changes.is_announced`) on the days from two
        weeks before `start` to the end, or to two weeks after `end`. The days end halfway to the nearest most probable
        date of `found` that is more than a week off, because that is another change than the one that is asked for.

    Raises
    ------
    InputError
        For a day outside the series, no row that ends between `start` and `until`, a negative rate, or less than one
        world.

    Notes
    -----
    Before `start` each day has the posterior mean of its rate. The ways of clustering are drawn with their posterior
    probabilities. In the simulated series changes are looked for only where rows end.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> power(found, 3.5, "2024-01-19", worlds=20) < 0.5 < power(found, 30, "2024-01-16", worlds=20)
    True
    """
    seen = found.observed
    first = seen.day_number(start)
    last = seen.days - 1 if end is None else seen.day_number(end)
    if not 0 < first <= last < seen.days:
        raise InputError(f"{start} to {seen.day_labels(np.array([last]))[0]}: not days of the series after its first")
    if not 0 <= rate_per_day < np.inf or worlds < 1:
        raise InputError(f"rate_per_day is {rate_per_day!r}, worlds {worlds!r}; allowed: from 0 up, and from 1 up")
    rates = found.overdispersed.rates["rate_per_day"].to_numpy().copy()
    rates[first : last + 1] = rate_per_day
    if until is not None:
        seen = _seen_by(seen, seen.day_number(until) + 1)
        if seen.days <= first:
            raise InputError(f"until {until}: no row of the series ends between {start} and that day")
        rates = rates[: seen.days]
    ways, weights = _clusterings(found)
    prior = replace(found.prior, inside_rows=False)
    window = _window(found, first, None if end is None else last, seen.days)
    basis = (seen.exposure, seen.rows, rates, weights, str(ways), repr(prior), window, worlds, seed)

    def simulate() -> np.ndarray:
        rng = np.random.default_rng(seed)
        announced = 0
        for _ in range(worlds):
            clustering = ways[rng.choice(len(weights), p=weights / weights.sum())]
            world = _observed_again(
                seen, clustered_counts(rng, np.maximum(rates * seen.exposure.max(), 1e-9), clustering), rng
            )
            again = changes_under_prior(world, prior)
            days = world.day_labels(np.array(window))
            announced += is_announced(*(each.within(*days) for each in again.posteriors))
        return np.array([announced / worlds])

    return float(cached_array(basis, simulate)[0])


def predictive_check(found: Changes, *, worlds: int = 200, seed: int = SEED) -> pd.DataFrame:
    """Whether the overdispersed model predicts counts such as those observed.

    Parameters
    ----------
    found : Changes
        From `changes`.
    worlds : int
        Number of series simulated from the posterior, 1 or more.
    seed : int
        Of the simulation.

    Returns
    -------
    DataFrame
        statistic, observed, predicted_low, predicted_high (95 % interval of the simulated series), p (share of them at
        or above the observed). The statistics: longest gap in days without an event, variance over mean of the counts
        of rows about their expectation, correlation of neighbouring rows about their expectation.

    Notes
    -----
    A posterior predictive check (Gelman, Meng and Stern 1996, Statistica Sinica 6, 733-807), with the posterior means
    of the rates. A p near 0 or 1 shows what the model does not reproduce.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> predictive_check(found, worlds=20)["statistic"].tolist()
    ['longest gap in days', 'variance over mean', 'correlation of neighbours']
    """
    seen = found.observed
    rates = found.overdispersed.rates["rate_per_day"].to_numpy()
    ways, weights = _clusterings(found)
    rng = np.random.default_rng(seed)
    simulated = []
    for _ in range(worlds):
        clustering = ways[rng.choice(len(weights), p=weights / weights.sum())]
        counts = clustered_counts(rng, np.maximum(rates * seen.exposure.max(), 1e-9), clustering)
        simulated.append(_statistics(_observed_again(seen, counts, rng), rates))
    low, high = np.nanquantile(simulated, [0.025, 0.975], axis=0)
    observed = _statistics(seen, rates)
    names = ["longest gap in days", "variance over mean", "correlation of neighbours"]
    p = (np.array(simulated) >= observed).mean(axis=0)
    return pd.DataFrame(
        {"statistic": names, "observed": observed, "predicted_low": low, "predicted_high": high, "p": p}
    )


def _statistics(seen: ObservedCounts, rates: np.ndarray) -> np.ndarray:
    gap = longest = 0
    for start, end, count in seen.rows:
        gap = 0 if count else gap + end - start
        longest = max(longest, gap)
    counts = np.array([count for *_, count in seen.rows], float)
    expected = np.array([(rates * seen.exposure)[start:end].sum() for start, end, _ in seen.rows])
    apart = (counts - expected) / np.sqrt(expected)
    neighbours = np.corrcoef(apart[:-1], apart[1:])[0, 1] if len(apart) > 2 and apart.std() else np.nan
    return np.array([longest, (apart**2).mean(), neighbours])


def _clusterings(found: Changes) -> tuple[list[Clustering], np.ndarray]:
    """Ways of clustering, and their posterior probabilities."""
    source = found.overdispersed.source
    if isinstance(source, Numerical):
        return [each for each, _ in source.found.clusterings], source.found.clustering_weights
    return [NONE], np.ones(1)


def _window(found: Changes, first: int, last: int | None, days: int) -> tuple[int, int]:
    """First and last day on which a change from `first` to `last` may be dated."""
    known = found.overdispersed.source.best_places()
    begin = max(1, first - MARGIN_DAYS, *((place + first) // 2 + 1 for place in known if first - place > SAME_DAYS))
    if last is None:
        return begin, days - 1
    after = [(place + last) // 2 for place in known if place - last > SAME_DAYS + 1]
    return begin, min(days - 1, last + 1 + MARGIN_DAYS, *after)


def _seen_by(seen: ObservedCounts, days: int) -> ObservedCounts:
    """The rows of a series that end within its first days."""
    kept = [tuple(each for each in rows if each[1] <= days) for rows in (seen.interval_counts, seen.rows)]
    days = max((end for _, end, _ in kept[1]), default=0)
    return replace(seen, exposure=seen.exposure[:days], day_counts=seen.day_counts[:days],
                   interval_counts=kept[0], rows=kept[1])  # fmt: skip


def _observed_again(seen: ObservedCounts, counts: np.ndarray, rng: np.random.Generator) -> ObservedCounts:
    """Simulated counts with the exposure and the rows of a series; every event on a day of its own."""
    counts = rng.binomial(counts, seen.exposure / seen.exposure.max())
    daily, totals, rows = counts.copy(), [], []
    for start, end, _ in seen.rows:
        rows.append((start, end, int(counts[start:end].sum())))
        if end - start > 1:
            daily[start:end] = 0
            if rows[-1][2]:
                totals.append(rows[-1])
    return replace(seen, day_counts=daily, interval_counts=tuple(totals), rows=tuple(rows))
