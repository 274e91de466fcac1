"""The candidate change points of a series.

A candidate is the boundary before a day. Where that boundary lies inside a total, or inside the range of days of an
incident, the candidate also says how many of the counts fall before it. The candidates depend on the counts and on
phi, and not on the prior of the rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
from scipy.special import gammaln

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.observed_counts import ObservedCounts
from analysis.measures.changepoints.precomputed import Differences, possible_differences
from analysis.measures.changepoints.splits import Block, Splits, log_split_shares

BLOCK_SIZE = 128  # candidates handled together: larger blocks without a split are divided, smaller ones are merged
MAX_OVERLAPPING = 20_000  # of overlapping ranges, for which every pair of candidates is computed
MAX_CANDIDATES = 2_000_000  # of one series; a larger total cannot be summed over every split


@lru_cache(maxsize=8)
def find_candidates(observed: ObservedCounts, phi: float) -> Candidates:
    """The candidates of a series. The last eight are cached: another prior of the rates needs the same ones.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    phi : float
        Number by which the log likelihood is divided, 1 or more.

    Returns
    -------
    Candidates
        They are worked out at the first use.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> len(find_candidates(found.observed, 1.0).day)
    21
    """
    return Candidates(observed, phi)


@dataclass(frozen=True)
class Candidates:
    """All candidate change points of one series; the first is the start of the series, the last its end.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.
    phi : float
        Number by which the log likelihood is divided, 1 or more.

    Notes
    -----
    A total of n counts weighs n / phi, and a change splits it in ceil(n / phi) equal units. This is exact for phi = 1,
    and for every phi where the rate does not change.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import candidates
    >>> candidates.day[[0, -1]].tolist()
    [0, 20]
    """

    observed: ObservedCounts
    phi: float

    @cached_property
    def units(self) -> list[tuple[int, float]]:
        """For each total of several days: number of units, counts (over phi) per unit; list of tuples.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.units
        []
        """
        whole = [max(int(np.ceil(n / self.phi - 1e-9)), 1) for *_, n in self.observed.interval_counts]
        return [(q, n / self.phi / q) for q, (*_, n) in zip(whole, self.observed.interval_counts, strict=True)]

    @cached_property
    def active(self) -> dict[int, list[int]]:
        """Day to the totals that a change on it splits, dict of int to list of int.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.active
        {}
        """
        inside: dict[int, list[int]] = {}
        for number, (a, b, _) in enumerate(self.observed.interval_counts):
            for day in range(a + 1, b):
                inside.setdefault(day, []).append(number)
        return inside

    @cached_property
    def _arranged(self) -> tuple[np.ndarray, np.ndarray, list[Block]]:
        """Day and counts (over phi) to the left of every candidate, and the blocks."""
        groups = _day_groups(self.observed.days, self.active)
        sizes = [_candidates_on(days, self.active, self.units) for days in groups]
        if (size := sum(sizes)) > MAX_CANDIDATES:
            raise InputError(
                f"{size:,} candidate change points inside totals are too many (allowed: {MAX_CANDIDATES:,}); "
                "count in longer periods, or state the totals more often"
            )
        day, count, base = [], [], self._whole_before()
        blocks: list[Block] = []
        for days in _merge_small(groups, sizes):
            begin = blocks[-1].end if blocks else 0
            if self.active.keys() & days:
                at, inside, block = self._split_block(days, begin)
                blocks.append(block)
            else:
                at, inside, end = days, np.zeros(len(days)), begin + len(days)
                blocks += [Block(first, min(first + BLOCK_SIZE, end)) for first in range(begin, end, BLOCK_SIZE)]
            day.append(at)
            count.append(base[at] + inside)
        return np.concatenate(day), np.concatenate(count), blocks

    def _split_block(self, days: np.ndarray, begin: int) -> tuple[np.ndarray, np.ndarray, Block]:
        """For days inside totals: the day of each candidate, the split counts before it, and the block."""
        at, left, used = self._divisions(days)
        even_spread = self._even_spread(used, days)
        if not even_spread and len(at) > MAX_OVERLAPPING:
            raise InputError(
                f"{len(at):,} candidate change points inside the ranges that overlap around "
                f"{self.observed.day_labels(days[:1])[0]} "
                f"are too many (allowed: {MAX_OVERLAPPING:,}); give the longest of them a day"
            )
        splits = self._make_splits(at, left, used)
        size = np.array([self.units[number][1] for number in used])
        inside = (splits.units * size * ~splits.done).sum(axis=1)
        return at, inside, Block(begin, begin + len(at), splits, even_spread)

    def _whole_before(self) -> np.ndarray:
        """Counts (over phi) known to lie before each day."""
        known = np.append(0.0, self.observed.day_counts.cumsum() / self.phi)
        for _, b, n in self.observed.interval_counts:
            known[b:] += n / self.phi
        return known

    def _divisions(self, days: np.ndarray):
        used = sorted({number for day in days for number in self.active.get(day, [])})
        column = {number: place for place, number in enumerate(used)}
        at, left = [], []
        for day in days:
            inside = self.active.get(day, [])
            divisions = np.array(list(product(*(range(self.units[number][0] + 1) for number in inside))))
            filled = np.zeros((len(divisions), len(used)), int)
            for number in used:
                if self.observed.interval_counts[number][1] <= day:
                    filled[:, column[number]] = self.units[number][0]
            filled[:, [column[number] for number in inside]] = divisions
            at.append(np.full(len(divisions), day))
            left.append(filled)
        return np.concatenate(at), np.concatenate(left), used

    def _make_splits(self, at, left, used) -> Splits:
        totals = np.array([self.observed.interval_counts[number][:2] for number in used])
        place = np.clip(at[:, None], totals[:, 0], totals[:, 1])
        passed = self._exposed[place] - self._exposed[totals[:, 0]]
        share = passed / (self._exposed[totals[:, 1]] - self._exposed[totals[:, 0]])
        whole = np.array([self.units[number][0] for number in used])
        return Splits(left, share, at[:, None] >= totals[:, 1], whole)

    def _even_spread(self, used: list[int], days: np.ndarray) -> tuple[int, int, float, float] | None:
        a, b = self.observed.interval_counts[used[0]][:2]
        per_day = self.observed.exposure[a:b]
        if len(used) > 1 or len(days) >= b - a or self.observed.day_counts[a:b].any() or np.ptp(per_day):
            return None
        return b - a, *self.units[used[0]], per_day[0] / self.phi

    @cached_property
    def _exposed(self) -> np.ndarray:
        return np.append(0.0, self.observed.exposure.cumsum())

    @property
    def day(self) -> np.ndarray:
        """Day of each candidate, int (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.day[:3].tolist()
        [0, 1, 2]
        """
        return self._arranged[0]

    @property
    def count(self) -> np.ndarray:
        """Counts (over phi) before each candidate, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.count[:3].tolist()
        [0.0, 3.0, 7.0]
        """
        return self._arranged[1]

    @property
    def blocks(self) -> list[Block]:
        """Neighbouring candidates that are computed together, list of Block.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.blocks[0].begin, candidates.blocks[0].end
        (0, 21)
        """
        return self._arranged[2]

    @property
    def split_pairs(self) -> int:
        """Pairs of candidates inside one block, times the totals that each pair can split; what the closed form costs
        where ranges overlap. Evenly spread blocks are quicker and do not count.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.split_pairs
        0
        """
        split = [(block, block.splits) for block in self.blocks if block.splits is not None and not block.even_spread]
        return sum((block.end - block.begin) ** 2 * len(splits.whole) for block, splits in split)

    @cached_property
    def exposure(self) -> np.ndarray:
        """Days of exposure (over phi) before each candidate, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.exposure[:3].tolist()
        [0.0, 1.0, 2.0]
        """
        return self._exposed[self.day] / self.phi

    @cached_property
    def differences(self) -> tuple[Differences | None, Differences | None]:
        """By how much counts, and exposures, of two candidates can differ; None where tables would be too large.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> [len(each.values) for each in candidates.differences]
        [36, 21]
        """
        per_day = self.observed.exposure[self.observed.exposure > 0].min() / self.phi
        return possible_differences(self.count, 1 / self.phi), possible_differences(self.exposure, per_day)

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Log multinomial share of the split counts after every candidate and before it, each float (n,).

        Up to the end, and from the start, of the totals that the candidate splits.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> [each.tolist()[:2] for each in candidates.edges]
        [[0.0, 0.0], [0.0, 0.0]]
        """
        right, left = np.zeros(len(self.day)), np.zeros(len(self.day))
        for block in self.blocks:
            if (splits := block.splits) is not None:
                none = np.zeros((1, len(splits.whole)))
                begin = Splits(none, none, none.astype(bool), splits.whole)
                end = Splits(none + splits.whole, none + 1.0, none == 0, splits.whole)
                right[block.begin : block.end] = log_split_shares(splits, end)
                left[block.begin : block.end] = log_split_shares(begin, splits)
        return right, left

    @cached_property
    def log_factorials(self) -> np.ndarray:
        """Log factorials of the totals that each candidate splits, float (n,).

        Examples
        --------
        >>> from analysis.measures.changepoints.example import candidates
        >>> candidates.log_factorials[:2].tolist()
        [0.0, 0.0]
        """
        out = np.zeros(len(self.day))
        for block in self.blocks:
            if (splits := block.splits) is not None:
                is_split = (splits.share > 0) & ~splits.done
                out[block.begin : block.end] = (is_split * gammaln(splits.whole + 1)).sum(axis=1)
        return out


def count_candidates(observed: ObservedCounts) -> float:
    """How many candidates a series has under the Poisson likelihood, without making them.

    Parameters
    ----------
    observed : ObservedCounts
        The counts.

    Returns
    -------
    float

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> count_candidates(found.observed)
    21.0
    """
    made = np.ones(observed.days + 1)
    for start, end, count in observed.interval_counts:
        made[start + 1 : end] *= count + 1
    return float(made.sum())


def _day_groups(last: int, active: dict) -> list[np.ndarray]:
    """Days 0 .. last in groups of neighbours that either all lie inside a total or all do not. Two totals that follow
    each other are separated by the boundary between them, which lies inside neither."""
    inside = np.array([day in active for day in range(last + 1)])
    return np.split(np.arange(last + 1), np.flatnonzero(np.diff(inside)) + 1)


def _merge_small(groups: list[np.ndarray], sizes: list[int]) -> list[np.ndarray]:
    """The groups, with small neighbours merged: most of the cost of a block does not depend on its size."""
    merged, filled = [[groups[0]]], sizes[0]
    for days, size in zip(groups[1:], sizes[1:], strict=True):
        if filled + size > BLOCK_SIZE:
            merged.append([])
            filled = 0
        merged[-1].append(days)
        filled += size
    return [np.concatenate(each) for each in merged]


def _candidates_on(days: np.ndarray, active: dict, units: list) -> int:
    if days[0] not in active:
        return len(days)
    return sum(int(np.prod([float(units[number][0] + 1) for number in active[day]])) for day in days)
