"""How a change splits the counts that are known only to several days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy


@dataclass(frozen=True)
class Splits:
    """Counts that a change in one block of days may cut: one row per state, one column per total.

    units : left of the state; share : of the total's exposure left of it; done : the total is
    wholly to the left; whole : units of each total (n_totals,)."""

    units: np.ndarray
    share: np.ndarray
    done: np.ndarray
    whole: np.ndarray

    def __getitem__(self, key) -> Splits:
        return Splits(self.units[key], self.share[key], self.done[key], self.whole)

    def log_pieces(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """`log_pieces` from the states i to the states j: (len(i), len(j))."""
        out = np.zeros((len(i), len(j)))
        for kind, table in self._kinds:
            out += table[kind[i]][:, kind[j]]
        return out

    @cached_property
    def _kinds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each total: which of the few ways to cut it each state has, and what lies between any two."""
        found = []
        for total in range(len(self.whole)):
            ways = np.column_stack([self.units[:, total], self.share[:, total], self.done[:, total]])
            _, first, kind = np.unique(ways, axis=0, return_index=True, return_inverse=True)
            units, share, done = (part[first, total, None] for part in (self.units, self.share, self.done))
            each = Splits(units, share, done, self.whole[[total]])
            found.append((kind.ravel(), log_split_shares(each[:, None], each[None])))
        return found


def log_split_shares(left: Splits, right: Splits) -> np.ndarray:
    """Log multinomial share of the counts between two sets of states (broadcast over the first
    axes). The factorial of a whole total is booked where the total ends."""
    units, share = right.units - left.units, right.share - left.share
    with np.errstate(divide="ignore", invalid="ignore"):
        piece = xlogy(units, np.maximum(share, 0.0)) - gammaln(units + 1)
    piece = np.where(units < 0, -np.inf, piece) + gammaln(left.whole + 1) * (right.done & ~left.done)
    return piece.sum(axis=-1)


@dataclass(frozen=True)
class Block:
    """Neighbouring states, from `begin` to before `end`. `even` = (days, units, size of a unit,
    exposure per day) where the block is one total, spread evenly, that no other count overlaps."""

    begin: int
    end: int
    cuts: Splits | None = None
    even: tuple[int, int, float, float] | None = None
