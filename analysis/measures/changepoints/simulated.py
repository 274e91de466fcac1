"""Simulated counts: Poisson, negative binomial, and self-exciting ones, with any rate on each day."""

from __future__ import annotations

import numpy as np

from analysis.measures.changepoints.clustering import Clustering

BURN_IN_DAYS = 150  # before the first day, at its rate, so that the first clusters have begun


def clustered_counts(rng: np.random.Generator, rates: np.ndarray, clustering: Clustering) -> np.ndarray:
    """Counts by day under one way of clustering, as the likelihood sees them.

    Parameters
    ----------
    rng : Generator
        Of NumPy.
    rates : array of float, (days,)
        Long-run mean of each day.
    clustering : Clustering
        How events cluster.

    Returns
    -------
    array of int, (days,)

    Examples
    --------
    >>> counts = clustered_counts(np.random.default_rng(1), np.full(2000, 1.5), Clustering(0.5, 3.0, 1.5))
    >>> bool(1.2 < counts.mean() < 1.8), bool(counts.var() > 1.5 * counts.mean())
    (True, True)
    """
    rates = np.append(np.full(BURN_IN_DAYS if clustering.branching else 0, rates[0]), rates)
    out, excited = np.zeros(len(rates), int), clustering.branching * rates[0]
    gain = clustering.branching * (1 - clustering.decay)
    for day, rate in enumerate(rates):
        out[day] = _draw(rng, (1 - clustering.branching) * rate + excited, clustering.phi)
        excited = clustering.decay * excited + gain * out[day]
    return out[BURN_IN_DAYS if clustering.branching else 0 :]


def _draw(rng: np.random.Generator, mean: float, phi: float) -> int:
    if mean <= 0:
        return 0
    return int(rng.poisson(mean) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi))


def self_exciting_counts(
    rng: np.random.Generator, rates: np.ndarray, branching: float, delay_days: float
) -> np.ndarray:
    """Counts by day of a self-exciting process in continuous time (Hawkes 1971), which the likelihood only resembles.

    Parameters
    ----------
    rng : Generator
        Of NumPy.
    rates : array of float, (days,)
        Long-run mean of each day: (1 - branching) x rate events a day begin a cluster.
    branching : float
        Expected number of events that each event excites, from 0 to below 1.
    delay_days : float
        Mean of their exponential delays.

    Returns
    -------
    array of int, (days,)

    Notes
    -----
    Clusters that begin before a change go on after it.

    Examples
    --------
    >>> counts = self_exciting_counts(np.random.default_rng(1), np.full(2000, 1.5), 0.5, 3.0)
    >>> bool(1.2 < counts.mean() < 1.8), bool(counts.var() > 1.1 * counts.mean())
    (True, True)
    """
    begun = (1 - branching) * np.append(np.full(BURN_IN_DAYS, rates[0]), rates)
    times = np.repeat(np.arange(len(begun)), rng.poisson(begun)).astype(float)
    times += rng.random(len(times))
    every = [times]
    while len(times):
        times = np.repeat(times, rng.poisson(branching, len(times)))
        times = times + rng.exponential(delay_days, len(times))
        every.append(times)
    day = np.floor(np.concatenate(every)).astype(int) - BURN_IN_DAYS
    return np.bincount(day[(day >= 0) & (day < len(rates))], minlength=len(rates))
