"""The states of a series: every place where its rate may change.

A state is the eve of a day and, where that day lies inside a total (or inside the range of an
incident), how many of its counts fall to the left. Which states there are depends on the counts and
on phi alone, not on the prior of the rates.
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

FEW = 128  # states handled at a time: longer stretches without a cut are parted, shorter ones put together
MOST_UNEVEN = 20_000  # states of overlapping ranges, where every pair is looked at
MOST_STATES = 2_000_000  # beyond, a total is too large to sum over every split


@lru_cache(maxsize=8)
def find_candidates(seen: ObservedCounts, phi: float) -> Candidates:
    """The states of a series; those of the last few are kept, for other priors ask for the same."""
    return Candidates(seen, phi)


@dataclass(frozen=True)
class Candidates:
    """All places of a change of one series; the first state is the begin of the series, the last its end.

    phi divides the log likelihood. A total of n counts then weighs n / phi, and a change cuts it
    in ceil(n / phi) equal units: exact for phi = 1, and for any phi where the rate stays the same.
    """

    seen: ObservedCounts
    phi: float

    @cached_property
    def units(self) -> list[tuple[int, float]]:
        """Of each cuttable total: number of units, counts (over phi) per unit."""
        whole = [max(int(np.ceil(n / self.phi - 1e-9)), 1) for *_, n in self.seen.cuttable]
        return [(q, n / self.phi / q) for q, (*_, n) in zip(whole, self.seen.cuttable, strict=True)]

    @cached_property
    def active(self) -> dict[int, list[int]]:
        """Day -> the totals that a change on it cuts."""
        cut: dict[int, list[int]] = {}
        for number, (a, b, _) in enumerate(self.seen.cuttable):
            for day in range(a + 1, b):
                cut.setdefault(day, []).append(number)
        return cut

    @cached_property
    def _laid(self) -> tuple[np.ndarray, np.ndarray, list[Block]]:
        """Day and counts (over phi) to the left of every state, and the blocks."""
        runs = _runs(self.seen.days, self.active)
        sizes = [_size(days, self.active, self.units) for days in runs]
        if (size := sum(sizes)) > MOST_STATES:
            raise InputError(
                f"{size:,} ways to cut the totals are too many (allowed: {MOST_STATES:,}); "
                "count in longer periods, or state the totals more often"
            )
        day, count, blocks, base = [], [], [], self._whole_before()
        for days in _together(runs, sizes):
            begin = blocks[-1].end if blocks else 0
            if self.active.keys() & days:
                at, inside, block = self._cutting(days, begin)
                blocks.append(block)
            else:
                at, inside, end = days, 0.0, begin + len(days)
                blocks += [Block(first, min(first + FEW, end)) for first in range(begin, end, FEW)]
            day.append(at)
            count.append(base[at] + inside)
        return np.concatenate(day), np.concatenate(count), blocks

    def _cutting(self, days: np.ndarray, begin: int) -> tuple[np.ndarray, np.ndarray, Block]:
        """Of days that cut counts: the day of each state, the cut counts to its left, the block."""
        at, left, used = self._split(days)
        even = self._even(used, days)
        if not even and len(at) > MOST_UNEVEN:
            raise InputError(
                f"{len(at):,} ways to place the ranges that overlap around {self.seen.label(days[:1])[0]} "
                f"are too many (allowed: {MOST_UNEVEN:,}); give the longest of them a day"
            )
        cuts = self._cuts(at, left, used)
        size = np.array([self.units[number][1] for number in used])
        inside = (cuts.units * size * ~cuts.done).sum(axis=1)
        return at, inside, Block(begin, begin + len(at), cuts, even)

    def _whole_before(self) -> np.ndarray:
        """Counts (over phi) known to lie before each day."""
        known = np.append(0.0, self.seen.single.cumsum() / self.phi)
        for _, b, n in self.seen.cuttable:
            known[b:] += n / self.phi
        return known

    def _split(self, days: np.ndarray):
        used = sorted({number for day in days for number in self.active.get(day, [])})
        column = {number: place for place, number in enumerate(used)}
        at, left = [], []
        for day in days:
            cut = self.active.get(day, [])
            ways = np.array(list(product(*(range(self.units[number][0] + 1) for number in cut))))
            filled = np.zeros((len(ways), len(used)), int)
            for number in used:
                if self.seen.cuttable[number][1] <= day:
                    filled[:, column[number]] = self.units[number][0]
            filled[:, [column[number] for number in cut]] = ways
            at.append(np.full(len(ways), day))
            left.append(filled)
        return np.concatenate(at), np.concatenate(left), used

    def _cuts(self, at, left, used) -> Splits:
        totals = np.array([self.seen.cuttable[number][:2] for number in used])
        place = np.clip(at[:, None], totals[:, 0], totals[:, 1])
        passed = self._exposed[place] - self._exposed[totals[:, 0]]
        share = passed / (self._exposed[totals[:, 1]] - self._exposed[totals[:, 0]])
        whole = np.array([self.units[number][0] for number in used])
        return Splits(left, share, at[:, None] >= totals[:, 1], whole)

    def _even(self, used: list[int], days: np.ndarray) -> tuple[int, int, float, float] | None:
        a, b = self.seen.cuttable[used[0]][:2]
        per_day = self.seen.exposure[a:b]
        if len(used) > 1 or len(days) >= b - a or self.seen.single[a:b].any() or np.ptp(per_day):
            return None
        return b - a, *self.units[used[0]], per_day[0] / self.phi

    @cached_property
    def _exposed(self) -> np.ndarray:
        return np.append(0.0, self.seen.exposure.cumsum())

    @property
    def day(self) -> np.ndarray:
        """Day of each state (n,)."""
        return self._laid[0]

    @property
    def count(self) -> np.ndarray:
        """Counts (over phi) to the left of each state (n,)."""
        return self._laid[1]

    @property
    def blocks(self) -> list[Block]:
        """Neighbouring states that are handled together."""
        return self._laid[2]

    @cached_property
    def exposure(self) -> np.ndarray:
        """Days of exposure (over phi) to the left of each state (n,)."""
        return self._exposed[self.day] / self.phi

    @cached_property
    def differences(self) -> tuple[Differences | None, Differences | None]:
        """By how much counts, and exposures, of two states can differ; None where tables would be too large."""
        per_day = self.seen.exposure[self.seen.exposure > 0].min() / self.phi
        return possible_differences(self.count, 1 / self.phi), possible_differences(self.exposure, per_day)

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Log share of the cut counts right and left of every state, up to the end, or from the
        begin, of the totals that it cuts."""
        right, left = np.zeros(len(self.day)), np.zeros(len(self.day))
        for block in self.blocks:
            if (cuts := block.cuts) is not None:
                none = np.zeros((1, len(cuts.whole)))
                begin = Splits(none, none, none.astype(bool), cuts.whole)
                end = Splits(none + cuts.whole, none + 1.0, none == 0, cuts.whole)
                right[block.begin : block.end] = log_split_shares(cuts, end)
                left[block.begin : block.end] = log_split_shares(begin, cuts)
        return right, left

    @cached_property
    def ways(self) -> np.ndarray:
        """Log factorials of the totals that each state cuts (n,)."""
        out = np.zeros(len(self.day))
        for block in self.blocks:
            if (cuts := block.cuts) is not None:
                cut = (cuts.share > 0) & ~cuts.done
                out[block.begin : block.end] = (cut * gammaln(cuts.whole + 1)).sum(axis=1)
        return out


def _runs(last: int, active: dict) -> list[np.ndarray]:
    """Days 0 .. last in runs that either all cut a count or all cut none; two totals that follow
    each other are parted by the day between them, which cuts none."""
    cut = np.array([day in active for day in range(last + 1)])
    return np.split(np.arange(last + 1), np.flatnonzero(np.diff(cut)) + 1)


def _together(runs: list[np.ndarray], sizes: list[int]) -> list[np.ndarray]:
    """The runs, neighbours with few states put together: what a block costs is mostly that it is one."""
    groups, filled = [[runs[0]]], sizes[0]
    for days, size in zip(runs[1:], sizes[1:], strict=True):
        if filled + size > FEW:
            groups.append([])
            filled = 0
        groups[-1].append(days)
        filled += size
    return [np.concatenate(group) for group in groups]


def _size(days: np.ndarray, active: dict, units: list) -> int:
    if days[0] not in active:
        return len(days)
    return sum(int(np.prod([float(units[number][0] + 1) for number in active[day]])) for day in days)
