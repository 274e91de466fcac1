"""Which reports may speak of one event, and how strongly each pair agrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analysis.incidents.cannot_link import day_numbers, violates_cannot_link
from analysis.incidents.times_of_day import time_points

EARTH_KM = 6371.0


@dataclass(frozen=True)
class CategoryLevels:
    """A category seen from fine to coarse, after the taxonomies of Donnay et al. (2019).

    `levels` are columns from the finest to the coarsest. A pair earns `agree` points if the finest
    level agrees, proportionally less for each coarser level, and `differ` points if both are known
    and even the coarsest level differs. A missing value says nothing: 0 points.
    """

    name: str
    levels: tuple[str, ...]
    agree: float
    differ: float


@dataclass(frozen=True)
class LinkageRules:
    """How close two reports must be, and what each kind of agreement is worth, in points.

    Points are log-odds in spirit: what speaks for one event adds, what speaks against subtracts.
    They are round numbers on purpose; `incidents evaluate` says how good they are.
    """

    tolerance_days: int = 1  # night attacks carry two dates; UTC+3 against U.S. Eastern
    longest_range_days: int = 7  # a report whose range is wider names no single event
    near_km: float = 0.0  # two different points this near may be one place; 0 = never
    same_day: float = 3.0  # one range of days holds the other
    off_by_a_day: float = -1.0  # their middles tolerance_days apart; further off or nearer, in proportion
    cannot_link: float = -1.0  # some document tells two events of that place, one for each of the two days
    same_place: float = 2.0  # of points without a name, falls to same_country as the distance grows to near_km
    other_place: float = -2.0  # two names within near_km
    same_country: float = 0.0  # near_km away, or at least one of the two names no place
    same_origin: float = 0.0  # two reports of one origin that are no copies of each other
    figures_agree: float = 1.0  # of a figure of 1; more the larger the figure: times log2(1 + figure)
    figures_differ: float = -0.5
    times_agree: float = 0.5  # of one day: the hours may be the same
    times_differ: float = -2.0  # they may not
    ordinals_agree: float = 0.5  # both count it as the first, the second, ... event of that day
    ordinals_differ: float = -4.0
    small_cluster_bonus: float = 2.0  # for few witnesses near many of another group: a slip, not an event
    threshold: float = 2.25  # two groups whose mean points are above it are joined; a tie is not
    rerun_days: int = 30  # an old story told so much later under a new date is no new event
    rerun_chance: float = 0.1  # ... as long as this share at most of such repeats is due to chance
    categories: tuple[CategoryLevels, ...] = ()
    figures: tuple[str, ...] = ()


def candidate_pairs(reports: pd.DataFrame, rules: LinkageRules) -> np.ndarray:
    """Index pairs (n, 2), i < j, in order, of reports near in time and place.

    `reports` has a RangeIndex and the columns date_start, date_end and any of place, country,
    latitude, longitude (missing allowed). Days: the ranges come within `tolerance_days`. Places:
    the same, or points within `near_km`; where one report names neither place nor point, the same
    country.
    """
    if reports.empty:
        return np.empty((0, 2), int)
    start, end = day_numbers(reports["date_start"]), day_numbers(reports["date_end"])
    where, vectors = locate_reports(reports)
    every = np.arange(len(reports))
    found = [_near_in_time(every[where >= 0], every[where >= 0], where, start, end, rules.tolerance_days)]
    if "country" in reports:
        country = pd.factorize(reports["country"])[0]
        abroad, vague = every[country >= 0], every[(country >= 0) & (where < 0)]
        found.append(_near_in_time(vague, abroad, country, start, end, rules.tolerance_days))
    if rules.near_km > 0:
        found.append(_near_in_space(where, vectors, start, end, rules))
    return _distinct(np.vstack(found), len(reports))


def locate_reports(reports: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The location of every report (n,), -1 if it has none, and the unit vector of every location
    (m, 3), NaN where no report gives its coordinates. A place is one location, whatever its
    coordinates; without a place, equal coordinates are."""
    blank = pd.Series(np.nan, reports.index)
    latitude, longitude = reports.get("latitude", blank), reports.get("longitude", blank)
    point = latitude.round(4).astype("str") + " " + longitude.round(4).astype("str")
    point = point.where(latitude.notna() & longitude.notna())
    place = reports.get("place", blank).astype("object")
    where, names = pd.factorize(place.where(place.notna(), point))
    vectors = np.full((len(names), 3), np.nan)
    known = (latitude.notna() & longitude.notna()).to_numpy() & (where >= 0)
    vectors[where[known]] = _unit(latitude[known].to_numpy(float), longitude[known].to_numpy(float))
    return where, vectors


def _unit(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    north, east = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def _near_in_time(a: np.ndarray, b: np.ndarray, block, start, end, tolerance: int) -> np.ndarray:
    """Pairs of one report of `a` and one of `b`, of one block, whose days come within `tolerance`."""
    if not len(a):
        return np.empty((0, 2), int)
    longest = (end[b] - start[b]).max()
    first = start.min() - tolerance - longest
    scale = end.max() + tolerance - first + 1  # one number for block and day, so that one search does
    b = b[np.lexsort((start[b], block[b]))]
    day = block[b] * scale + start[b] - first
    low = np.searchsorted(day, block[a] * scale + start[a] - tolerance - longest - first, side="left")
    high = np.searchsorted(day, block[a] * scale + end[a] + tolerance - first, side="right")
    counts = np.maximum(high - low, 0)
    left = np.repeat(a, counts)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    right = b[nth + np.repeat(low, counts)]
    return np.column_stack([left, right])[end[right] >= start[left] - tolerance]


def _near_in_space(where: np.ndarray, vectors: np.ndarray, start, end, rules: LinkageRules) -> np.ndarray:
    """Pairs at two locations within `near_km` whose days come within the tolerance.

    A tree over place and first day at once: at a hundred thousand reports of as many points, those
    near in space alone would be too many.
    """
    placed = np.flatnonzero(where >= 0)
    known = placed[~np.isnan(vectors[where[placed], 0])]
    if len(known) < 2:
        return np.empty((0, 2), int)
    chord = 2 * np.sin(rules.near_km / EARTH_KM / 2)
    days = rules.tolerance_days + (end - start)[known].max() + 0.5
    spots, spot = np.unique(np.column_stack([where, start])[known], axis=0, return_inverse=True)
    tree = cKDTree(np.column_stack([vectors[spots[:, 0]] / chord, spots[:, 1] / days]))
    near = tree.query_pairs(1.0, p=np.inf, output_type="ndarray")
    one, other = spots[near[:, 0], 0], spots[near[:, 1], 0]
    near = near[(one != other) & (np.linalg.norm(vectors[one] - vectors[other], axis=1) <= chord)]
    i, j = _members(near, known, spot.ravel())
    meets = np.maximum(start[j] - end[i], start[i] - end[j]) <= rules.tolerance_days
    return np.column_stack([i, j])[meets]


def _members(near: np.ndarray, known: np.ndarray, spot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every report at the one spot with every report at the other, for all pairs of spots."""
    at = pd.DataFrame({"report": known, "spot": spot})
    links = pd.DataFrame(near, columns=["one", "other"])
    links = links.merge(at, left_on="one", right_on="spot").merge(at, left_on="other", right_on="spot")
    return links["report_x"].to_numpy(), links["report_y"].to_numpy()


def _distinct(pairs: np.ndarray, n: int) -> np.ndarray:
    """Each pair once, the smaller index first, in order."""
    low, high = pairs.min(axis=1), pairs.max(axis=1)
    code = np.unique((low * n + high)[low < high])
    return np.column_stack([code // n, code % n])


def weight_parts(
    reports: pd.DataFrame, pairs: np.ndarray, rules: LinkageRules, apart: pd.MultiIndex | None = None
) -> np.ndarray:
    """Points of agreement (n, kinds) of each pair, one column for each kind of evidence.

    First day, place and origin together, always known, with those of `apart` (`cannot_link`); then each
    category, the figures, the time of day and the ordinal, NaN where one of the two reports is silent.
    """
    i, j = pairs[:, 0], pairs[:, 1]
    where_and_when = _day_points(reports, i, j, rules) + _place_points(reports, i, j, rules)
    if rules.same_origin and "origin" in reports:
        where_and_when += np.where(_equal(reports["origin"], i, j), rules.same_origin, 0.0)
    if apart is not None:
        where_and_when += np.where(violates_cannot_link(reports, i, j, apart), rules.cannot_link, 0.0)
    categories = [_category_points(reports, i, j, category) for category in rules.categories]
    figures, ordinals = (points(reports, i, j, rules) for points in (_figure_points, _ordinal_points))
    times = time_points(reports, i, j, rules.times_agree, rules.times_differ)
    return np.column_stack([where_and_when, *categories, figures, times, ordinals])


def _figure_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """The sum over all figures that both reports give and that are not both zero."""
    points, known = np.zeros(len(i)), np.zeros(len(i), bool)
    for figure in rules.figures:
        value = reports[figure].astype(float).to_numpy()
        both = ~np.isnan(value[i]) & ~np.isnan(value[j]) & (np.fmax(value[i], value[j]) > 0)
        agree = rules.figures_agree * np.log2(1 + np.nan_to_num(value[i]))
        worth = np.where(value[i] == value[j], agree, rules.figures_differ)
        points += np.where(both, worth, 0.0)
        known |= both
    return np.where(known, points, np.nan)


def _ordinal_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Of two reports that may speak of one day: whether both count it as the same event of that day."""
    if "ordinal" not in reports:
        return np.full(len(i), np.nan)
    value = reports["ordinal"].astype(float).to_numpy()
    start, end = day_numbers(reports["date_start"]), day_numbers(reports["date_end"])
    spoken = (start[j] <= end[i]) & (start[i] <= end[j]) & ~np.isnan(value[i]) & ~np.isnan(value[j])
    return np.where(spoken, np.where(value[i] == value[j], rules.ordinals_agree, rules.ordinals_differ), np.nan)


def _day_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Full points where one range of days holds the other, less the wider it is; fewer with the
    distance of their middles where it does not."""
    start, end = day_numbers(reports["date_start"]), day_numbers(reports["date_end"])
    width = np.maximum(end[i] - start[i], end[j] - start[j])
    shared = np.minimum(end[i], end[j]) - np.maximum(start[i], start[j])
    holds = shared == np.minimum(end[i] - start[i], end[j] - start[j])
    distance = np.abs(start[i] + end[i] - start[j] - end[j]) / 2
    off = rules.same_day + (rules.off_by_a_day - rules.same_day) * distance / max(rules.tolerance_days, 1)
    return np.where(holds, rules.same_day / np.sqrt(np.maximum(width, 1)), off)


def _place_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Full points for one place; less with the distance; those of a country where one has none."""
    where, vectors = locate_reports(reports)
    same = (where[i] == where[j]) & (where[i] >= 0)
    chord = np.full(len(i), np.inf)
    placed = (where[i] >= 0) & (where[j] >= 0)
    chord[placed] = np.linalg.norm(vectors[where[i[placed]]] - vectors[where[j[placed]]], axis=1)
    km = np.where(np.isnan(chord), np.inf, 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1)))
    closeness = np.clip(1 - km / rules.near_km, 0, 1) if rules.near_km > 0 else np.zeros(len(i))
    closeness = np.where(same, 1.0, closeness)
    points = rules.same_country + (rules.same_place - rules.same_country) * closeness
    if "place" in reports:
        named = reports["place"].notna().to_numpy()
        points = np.where(named[i] & named[j] & ~same, rules.other_place, points)
    return points


def _category_points(reports, i, j, category: CategoryLevels) -> np.ndarray:
    points = np.zeros(len(i))
    undecided = np.ones(len(i), bool)
    coarsest_known = np.zeros(len(i), bool)
    for level, column in enumerate(category.levels):
        equal = _equal(reports[column], i, j)
        points[undecided & equal] = category.agree * (1 - level / len(category.levels))
        undecided &= ~equal
        known = reports[column].notna().to_numpy()
        coarsest_known = known[i] & known[j]
    points[undecided & coarsest_known] = category.differ
    return np.where(undecided & ~coarsest_known, np.nan, points)


def _equal(column: pd.Series, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether both values are known and the same; codes, for text is slow to compare."""
    codes = pd.factorize(column)[0]
    return (codes[i] == codes[j]) & (codes[i] >= 0)
