"""How a change splits interval-censored counts: those that are known only to several days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy


@dataclass(frozen=True)
class Splits:
    """How the candidates of one block split the totals: one row for each candidate, one column for each total.

    Parameters
    ----------
    units : array of int, (n, totals)
        Units before the candidate.
    share : array of float, (n, totals)
        Share of the total's exposure before the candidate.
    done : array of bool, (n, totals)
        Whether the whole total lies before the candidate.
    whole : array of int, (totals,)
        Units of each total.

    Examples
    --------
    >>> splits = Splits(np.array([[0], [1]]), np.array([[0.5], [0.5]]), np.array([[False], [False]]), np.array([1]))
    >>> splits[[1]].units.tolist()
    [[1]]
    """

    units: np.ndarray
    share: np.ndarray
    done: np.ndarray
    whole: np.ndarray

    def __getitem__(self, key) -> Splits:
        return Splits(self.units[key], self.share[key], self.done[key], self.whole)

    def log_shares(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """`log_split_shares` between candidates.

        Parameters
        ----------
        i, j : array of int
            Candidates from which, and to which, the share is taken.

        Returns
        -------
        array of float, (len(i), len(j))
            Log multinomial shares.

        Examples
        --------
        >>> share, done = np.array([[0.25], [0.75]]), np.array([[False], [False]])
        >>> splits = Splits(np.array([[0], [1]]), share, done, np.array([1]))
        >>> splits.log_shares(np.array([0]), np.array([1])).round(3).tolist()
        [[-0.693]]
        """
        out = np.zeros((len(i), len(j)))
        for place, table in self._distinct_splits:
            out += table[place[i]][:, place[j]]
        return out

    @cached_property
    def _distinct_splits(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each total: which of its few distinct splits each candidate has, and the log share between any two."""
        found = []
        for total in range(len(self.whole)):
            distinct = np.column_stack([self.units[:, total], self.share[:, total], self.done[:, total]])
            _, first, place = np.unique(distinct, axis=0, return_index=True, return_inverse=True)
            units, share, done = (part[first, total, None] for part in (self.units, self.share, self.done))
            each = Splits(units, share, done, self.whole[[total]])
            found.append((place.ravel(), log_split_shares(each[:, None], each[None])))
        return found


def log_split_shares(left: Splits, right: Splits) -> np.ndarray:
    """Log multinomial share of the counts between two sets of candidates.

    Parameters
    ----------
    left, right : Splits
        The candidates from which, and to which, the share is taken; broadcast over the first axes.

    Returns
    -------
    array of float
        Log shares; -inf where the right candidate has fewer units before it. The factorial of a whole total is added
        where the total ends.

    Examples
    --------
    >>> left = Splits(np.array([[0]]), np.array([[0.25]]), np.array([[False]]), np.array([1]))
    >>> right = Splits(np.array([[1]]), np.array([[0.75]]), np.array([[False]]), np.array([1]))
    >>> log_split_shares(left, right).round(3).tolist()
    [-0.693]
    """
    units, share = right.units - left.units, right.share - left.share
    with np.errstate(divide="ignore", invalid="ignore"):
        piece = xlogy(units, np.maximum(share, 0.0)) - gammaln(units + 1)
    piece = np.where(units < 0, -np.inf, piece) + gammaln(left.whole + 1) * (right.done & ~left.done)
    return piece.sum(axis=-1)


@dataclass(frozen=True)
class Block:
    """Neighbouring candidates that are computed together.

    Parameters
    ----------
    begin, end : int
        First candidate, and the one after the last.
    splits : Splits, optional
        Of the totals that the candidates lie inside; None where they lie inside none.
    even_spread : tuple, optional
        (days, units, size of a unit, exposure per day) where the block is one total with the same exposure every day,
        which no other count overlaps.

    Examples
    --------
    >>> Block(0, 21).splits is None
    True
    """

    begin: int
    end: int
    splits: Splits | None = None
    even_spread: tuple[int, int, float, float] | None = None
