"""Many series at once: how often they change, estimated from all of them, and which findings may be announced."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from analysis.evidence.errors import InputError

PSEUDO_SERIES = 20.0  # series that the prior given weighs as much as
ROUNDS = 500
STILL = 1e-10  # change of the shares at which they count as found


def estimate_number_prior(log_marginal: np.ndarray, log_prior: np.ndarray, weight: float = PSEUDO_SERIES) -> np.ndarray:
    """Shares of series with 0, 1, 2, ... changes, estimated from the marginal likelihoods of all series.

    Parameters
    ----------
    log_marginal : array of float, (series, numbers)
        Log marginal likelihood of each number of changes; -inf where a series is too short for it.
    log_prior : array of float, (numbers,)
        Log prior, which holds where there are few series.
    weight : float
        Number of series that the prior counts as much as.

    Returns
    -------
    array of float, (numbers,)
        Log of the shares.

    Notes
    -----
    Empirical Bayes: the shares that make the counts of all series most probable, with a Dirichlet prior that is centred
    on the prior given, by expectation and maximisation (Efron 2010, Large-Scale Inference). A database in which few
    series change thereby asks more of each of them.

    Examples
    --------
    >>> log_marginal = np.log([[0.9, 0.1]] * 90 + [[0.001, 0.999]] * 10)
    >>> np.exp(estimate_number_prior(log_marginal, np.log([0.5, 0.5]), weight=1.0)).round(2).tolist()
    [0.88, 0.12]
    """
    prior = np.exp(log_prior - logsumexp(log_prior))
    shares = prior.copy()
    for _ in range(ROUNDS):
        with np.errstate(divide="ignore"):
            log = log_marginal + np.log(shares)
        posterior = np.exp(log - logsumexp(log, axis=1, keepdims=True))
        new = (posterior.sum(axis=0) + weight * prior) / (len(log_marginal) + weight)
        if np.abs(new - shares).max() < STILL:
            break
        shares = new
    with np.errstate(divide="ignore"):
        return np.log(shares)


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
    """Which findings may be announced, so that the expected share of false ones among them is at most `error_rate`.

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

    Examples
    --------
    >>> is_discovery(np.array([0.5, 0.99, 0.95]), 0.05).tolist()
    [False, True, True]
    """
    if not 0 < error_rate < 1:
        raise InputError(f"error_rate is {error_rate!r}; it must be above 0 and below 1")
    return expected_false_share(probability) <= error_rate
