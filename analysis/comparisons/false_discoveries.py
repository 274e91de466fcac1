"""Many series at once: how often they change, estimated from all of them, and which findings may be announced."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from analysis.evidence.errors import InputError

PSEUDO_SERIES = 20.0  # series that the prior given weighs as much as
SEVERAL = 2  # changes from which on their numbers keep the proportions of the prior
LOCAL = 4  # times the error rate: probability to be false of one finding that is announced, at most
ROUNDS = 500
STILL = 1e-10  # change of the shares at which they count as found


def estimate_priors(
    log_joint: np.ndarray, log_ways: np.ndarray, log_numbers: np.ndarray, weight: float = PSEUDO_SERIES
) -> tuple[np.ndarray, np.ndarray]:
    """How series cluster and how often they change, estimated from the marginal likelihoods of all series.

    Parameters
    ----------
    log_joint : array of float, (series, ways, numbers)
        Log marginal likelihood of each way of clustering and number of changes; -inf where a series is too short.
    log_ways : array of float, (ways,)
        Log prior of the ways of clustering, which holds where there are few series.
    log_numbers : array of float, (numbers,)
        The same of 0, 1, 2, ... changes.
    weight : float
        Number of series that each prior counts as much as.

    Returns
    -------
    ways : array of float, (ways,)
        Log of the shares of series that cluster in each way.
    numbers : array of float, (numbers,)
        Log of the shares of series with 0, 1, 2, ... changes.

    Notes
    -----
    Empirical Bayes: the shares that make the counts of all series most probable, with Dirichlet priors that are centred
    on the priors given, by expectation and maximisation (Efron 2010, Large-Scale Inference). How a series clusters and
    how often it changes are taken to be independent. Among series with two or more changes the numbers keep the
    proportions of the prior: many changes describe waves as well as clustering does. A database in which few series
    change thereby asks more of each of them, and so does one whose series come in waves.

    Examples
    --------
    >>> log_joint = np.log([[[0.9, 0.1]]] * 90 + [[[0.001, 0.999]]] * 10)
    >>> ways, numbers = estimate_priors(log_joint, np.zeros(1), np.log([0.5, 0.5]), weight=1.0)
    >>> np.exp(ways).tolist(), np.exp(numbers).round(2).tolist()
    ([1.0], [0.88, 0.12])
    """
    priors = [np.exp(each - logsumexp(each)) for each in (log_ways, log_numbers)]
    likelihood = np.exp(log_joint - log_joint.max(axis=(1, 2), keepdims=True))
    ways, numbers = priors
    several = numbers[SEVERAL:] / numbers[SEVERAL:].sum()
    for _ in range(ROUNDS):
        by_way = ways * (likelihood @ numbers)
        by_number = numbers * np.einsum("swn,w->sn", likelihood, ways)
        total = by_way.sum(axis=1, keepdims=True)
        before = ways, numbers
        ways, numbers = (
            ((each / total).sum(axis=0) + weight * prior) / (len(likelihood) + weight)
            for each, prior in zip((by_way, by_number), priors, strict=True)
        )
        numbers = np.append(numbers[:SEVERAL], numbers[SEVERAL:].sum() * several)
        if max(np.abs(new - old).max() for new, old in zip((ways, numbers), before, strict=True)) < STILL:
            break
    with np.errstate(divide="ignore"):
        return np.log(ways), np.log(numbers)


def expected_false_share(probability: np.ndarray) -> np.ndarray:
    """Of each finding the expected share of false ones among those that are at least as probable.

    Parameters
    ----------
    probability : array of float, (findings,)
        Posterior probability that each is true.

    Returns
    -------
    array of float, (findings,)
        From 0 to 1; findings of one probability have one share.

    Notes
    -----
    The posterior expected false discovery rate of the list that ends with the finding (Mueller, Parmigiani, Robert and
    Rousseau 2004, Journal of the American Statistical Association 99, 990-1001).

    Examples
    --------
    >>> expected_false_share(np.array([0.8, 1.0])).round(2).tolist()
    [0.1, 0.0]
    """
    ranked = np.argsort(-probability, kind="stable")
    share = np.empty(len(probability))
    share[ranked] = np.cumsum(1 - probability[ranked]) / np.arange(1, len(probability) + 1)
    last = np.searchsorted(-probability[ranked], -probability, side="right") - 1  # those as probable count together
    return share[ranked[last]] if len(probability) else share


def is_discovery(probability: np.ndarray, error_rate: float) -> np.ndarray:
    """Which findings may be announced: the expected share of false ones among them is at most `error_rate`, and none of
    them is false with a probability above four times that.

    Parameters
    ----------
    probability : array of float, (findings,)
        Posterior probability that each is true.
    error_rate : float
        Above 0 and below 1.

    Returns
    -------
    array of bool, (findings,)

    Raises
    ------
    InputError
        For an error rate that is not above 0 and below 1.

    Notes
    -----
    The second bound is one on the local false discovery rate (Efron 2010, Large-Scale Inference, chapter 5, who takes
    0.2). Without it many sure findings would make room for doubtful ones.

    Examples
    --------
    >>> is_discovery(np.array([0.5, 0.99, 0.95]), 0.05).tolist()
    [False, True, True]
    """
    if not 0 < error_rate < 1:
        raise InputError(f"error_rate is {error_rate!r}; it must be above 0 and below 1")
    is_probable = 1 - probability <= LOCAL * error_rate
    return is_probable & (expected_false_share(probability) <= error_rate)
