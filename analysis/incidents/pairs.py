"""Which reports may speak of one event, and how strongly each pair agrees."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Ladder:
    """A category seen from fine to coarse, after the taxonomies of Donnay et al. (2019).

    `steps` are columns from the finest to the coarsest. A pair earns `agree` points if the finest
    step agrees, proportionally less for each coarser step, and `differ` points if both are known
    and even the coarsest step differs. A missing value says nothing: 0 points.
    """

    name: str
    steps: tuple[str, ...]
    agree: float
    differ: float


@dataclass(frozen=True)
class Rules:
    """How close two reports must be, and what each kind of agreement is worth, in points.

    Points are log-odds in spirit: what speaks for one event adds, what speaks against subtracts.
    They are round numbers on purpose; `incidents evaluate` says how good they are.
    """

    tolerance_days: int = 1  # night attacks carry two dates; UTC+3 against U.S. Eastern
    longest_range_days: int = 7  # a report whose range is wider names no single event
    same_day: float = 3.0
    off_by_a_day: float = -1.0
    same_place: float = 2.0
    same_country: float = 0.0  # at least one of the two names no place
    figures_agree: float = 1.0
    figures_differ: float = -0.5
    threshold: float = 2.5  # mean points at which two groups are still joined
    ladders: tuple[Ladder, ...] = ()
    figures: tuple[str, ...] = field(default=())


def candidate_pairs(reports: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Index pairs (n, 2), i < j, of reports near in time and place.

    `reports` has a RangeIndex and columns date_start, date_end, place, country (missing allowed).
    Two reports that both name a place must name the same; where one names none, the same country.
    """
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    place, country = reports["place"], reports["country"]
    blocks = [index.to_numpy() for _, index in reports.groupby(place).groups.items()]
    pairs = [_near_in_time(block, start, end, rules.tolerance_days) for block in blocks]
    vague = place.isna().to_numpy()
    for _, index in reports.groupby(country).groups.items():
        block = index.to_numpy()
        if vague[block].any():
            found = _near_in_time(block, start, end, rules.tolerance_days)
            pairs.append(found[vague[found].any(axis=1)])
    return np.unique(np.vstack([np.empty((0, 2), int), *pairs]), axis=0)


def _near_in_time(block: np.ndarray, start, end, tolerance: int) -> np.ndarray:
    """Pairs of `block` whose day ranges come within `tolerance` days of each other."""
    order = block[np.argsort(start[block], kind="stable")]
    latest = np.searchsorted(start[order], end[order] + tolerance, side="right")
    counts = np.maximum(latest - np.arange(len(order)) - 1, 0)
    first = np.repeat(np.arange(len(order)), counts)
    offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.sort(np.column_stack([order[first], order[first + 1 + offset]]), axis=1)


def score_pairs(reports: pd.DataFrame, pairs: np.ndarray, rules: Rules) -> np.ndarray:
    """Points of agreement (n,) of each pair: days, place, ladders, figures."""
    i, j = pairs[:, 0], pairs[:, 1]
    points = _day_points(reports, i, j, rules)
    place = reports["place"].to_numpy(object)
    same = _known(place[i]) & _known(place[j]) & (place[i] == place[j])
    points += np.where(same, rules.same_place, rules.same_country)
    for ladder in rules.ladders:
        points += _ladder_points(reports, i, j, ladder)
    for figure in rules.figures:
        value = reports[figure].astype(float).to_numpy()
        both = ~np.isnan(value[i]) & ~np.isnan(value[j]) & (np.fmax(value[i], value[j]) > 0)
        worth = np.where(value[i] == value[j], rules.figures_agree, rules.figures_differ)
        points += np.where(both, worth, 0.0)
    return points


def _day_points(reports, i, j, rules: Rules) -> np.ndarray:
    """Full points for one common day; less the wider the range that makes them meet."""
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    apart = np.maximum(start[j] - end[i], start[i] - end[j])
    width = np.maximum(end[i] - start[i], end[j] - start[j])
    return np.where(apart > 0, rules.off_by_a_day, rules.same_day / np.sqrt(np.maximum(width, 1)))


def _ladder_points(reports, i, j, ladder: Ladder) -> np.ndarray:
    points = np.zeros(len(i))
    undecided = np.ones(len(i), bool)
    both_known = np.zeros(len(i), bool)
    for level, step in enumerate(ladder.steps):
        value = reports[step].to_numpy(object)
        known = _known(value[i]) & _known(value[j])
        equal = known & (value[i] == value[j])
        points[undecided & equal] = ladder.agree * (1 - level / len(ladder.steps))
        undecided &= ~equal
        both_known = known  # what counts in the end is the coarsest step
    points[undecided & both_known] = ladder.differ
    return points


def _known(values: np.ndarray) -> np.ndarray:
    return ~pd.isna(values)


def _days(dates: pd.Series) -> np.ndarray:
    return dates.to_numpy("datetime64[D]").astype(int)
