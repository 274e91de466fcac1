"""Which reports may speak of one event, and how strongly each pair agrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

EARTH_KM = 6371.0


@dataclass(frozen=True)
class CategoryLevels:
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
class LinkageRules:
    """How close two reports must be, and what each kind of agreement is worth, in points.

    Points are log-odds in spirit: what speaks for one event adds, what speaks against subtracts.
    They are round numbers on purpose; `incidents evaluate` says how good they are.
    """

    tolerance_days: int = 1  # night attacks carry two dates; UTC+3 against U.S. Eastern
    longest_range_days: int = 7  # a report whose range is wider names no single event
    near_km: float = 0.0  # two different points this near may be one place; 0 = never
    same_day: float = 3.0
    off_by_a_day: float = -1.0  # tolerance_days apart; in between, in proportion
    same_place: float = 2.0  # falls to same_country as the distance grows to near_km
    same_country: float = 0.0  # near_km away, or at least one of the two names no place
    same_origin: float = 0.0  # two reports of one origin that are no copies of each other
    figures_agree: float = 1.0
    figures_differ: float = -0.5
    fewness: float = 0.0
    other_place: float = -1.5
    told_apart: float = -2.0
    never: float = -2.0
    times_agree: float = 0.5
    times_differ: float = -2.0
    one_night: float = 0.5
    two_nights: float = -1.0
    ordinals_agree: float = 0.5
    ordinals_differ: float = -4.0
    one_beside_many: float = 1.25  # for few witnesses near many of another group: a slip, not an event
    threshold: float = 2.5  # mean points at which two groups are still joined
    rerun_days: int = 30  # an old story told so much later under a new date is no new event
    rerun_chance: float = 0.1  # ... as long as this share at most of such repeats is due to chance
    ladders: tuple[CategoryLevels, ...] = ()
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
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
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


def match_weights(reports: pd.DataFrame, pairs: np.ndarray, rules: LinkageRules) -> np.ndarray:
    """Points of agreement (n,) of each pair: the sum of its `weight_parts`."""
    return np.nansum(weight_parts(reports, pairs, rules), axis=1)


def weight_parts(reports: pd.DataFrame, pairs: np.ndarray, rules: LinkageRules, apart=None) -> np.ndarray:
    """Points of agreement (n, kinds) of each pair, one column for each kind of evidence.

    First day, place and origin together, always known; then each ladder, the figures, the time of
    day and the ordinal, NaN where one of the two reports does not speak of it.
    """
    i, j = pairs[:, 0], pairs[:, 1]
    where_and_when = _day_points(reports, i, j, rules) + _place_points(reports, i, j, rules)
    if rules.same_origin and "origin" in reports:
        where_and_when += np.where(_equal(reports["origin"], i, j), rules.same_origin, 0.0)
    if apart is not None:
        where_and_when += np.where(_are_told_apart(reports, i, j, apart), rules.told_apart, 0.0)
    parts = [where_and_when, *(_ladder_points(reports, i, j, ladder) for ladder in rules.ladders)]
    parts += [_figure_points(reports, i, j, rules), _time_points(reports, i, j, rules)]
    parts += [_ordinal_points(reports, i, j, rules)]
    return np.column_stack(parts)


NARROW = 2  # days; a wider range says too little of the day


def told_apart(reports: pd.DataFrame) -> pd.MultiIndex:
    """Places and pairs of days of which one document tells two events, in both orders."""
    where = reports.get("place", pd.Series(np.nan, reports.index))
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    told = pd.DataFrame({"document": reports["document"], "place": where, "start": start, "end": end})
    told = told[told["place"].notna() & (told["end"] - told["start"] < NARROW)].reset_index(names="row")
    told = told[told.duplicated(["document", "place"], keep=False)]
    both = told.merge(told, on=["document", "place"])
    both = both[both["row_x"] != both["row_y"]]
    days = [both.assign(one=both["start_x"] + a, other=both["start_y"] + b) for a in range(NARROW) for b in range(NARROW)]
    every = pd.concat(days)
    every = every[(every["one"] <= every["end_x"]) & (every["other"] <= every["end_y"])]
    return pd.MultiIndex.from_frame(every[["place", "one", "other"]].drop_duplicates())


def _are_told_apart(reports, i, j, apart: pd.MultiIndex) -> np.ndarray:
    place = reports.get("place", pd.Series(np.nan, reports.index)).to_numpy(object)
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    found = np.zeros(len(i), bool)
    if not len(apart):
        return found
    maybe = np.flatnonzero((place[i] == place[j]) & pd.notna(place[i]))
    maybe = maybe[pd.Index(apart.get_level_values(0).unique()).get_indexer(place[i[maybe]]) >= 0]
    i, j = i[maybe], j[maybe]
    for a in range(NARROW):
        for b in range(NARROW):
            here = (start[i] + a <= end[i]) & (start[j] + b <= end[j])
            keys = pd.MultiIndex.from_arrays([place[i[here]], start[i[here]] + a, start[j[here]] + b])
            found[maybe[here]] |= keys.isin(apart)
    return found


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


def _time_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Of two reports that may speak of one day: whether their hours meet."""
    if "time_of_day" not in reports:
        return np.full(len(i), np.nan)
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    codes, names = pd.factorize(reports["time_of_day"])
    both = np.flatnonzero((codes[i] >= 0) & (codes[j] >= 0))
    points = np.full(len(i), np.nan)
    if not len(both):
        return points
    i, j = i[both], j[both]
    first, last = np.maximum(start[i], start[j]), np.minimum(end[i], end[j])
    apart = np.full(len(i), np.inf)
    table = _hours_apart(list(names))
    for k in range(int((last - first).max(initial=-1)) + 1):
        day = first + k
        here = day <= last
        on = [_hours_on(codes[x], day, start[x], end[x], len(names)) for x in (i, j)]
        apart = np.where(here, np.minimum(apart, table[on[0], on[1]]), apart)
    worth = np.where(apart > 0, rules.times_differ, rules.times_agree)
    begin, finish = np.array([_whole(name) for name in names]).T
    earlier, later = np.where(start[i] < start[j], i, j), np.where(start[i] < start[j], j, i)
    gap = 24 * (start[later] - end[earlier]) + begin[codes[later]] - finish[codes[earlier]]
    across = np.where(gap <= NIGHT_HOURS, rules.one_night, rules.two_nights)
    points[both] = np.where(last >= first, worth, across)
    return points


NIGHT_HOURS = 6


def _whole(time: str) -> tuple[float, float]:
    """First and last hour of a time; a night may last into the morning of the next day."""
    if time == "night":
        return 0.0, 30.0
    spans = _hours(time)
    return spans[0][0], spans[-1][1]


HOURS = {
    "dawn": ((3, 7),),
    "morning": ((5, 12),),
    "afternoon": ((12, 18),),
    "evening": ((16, 24),),
    "night": ((0, 6), (18, 24)),  # of one day the night before it and the night after it
}


def _hours_on(codes, day, start, end, n):
    """The row of the table: a night of several days begins on the first and ends on the last."""
    ranged = end > start
    return codes + n * np.where(ranged & (day == start), 1, np.where(ranged & (day == end), 2, 0))


def _hours_apart(names: list[str]) -> np.ndarray:
    spans = [_hours(name) for name in names]
    spans += [s[-1:] if len(s) > 1 else s for s in spans[: len(names)]] + [s[:1] if len(s) > 1 else s for s in spans]
    return np.array([[min(max(c - b, a - d, 0.0) for a, b in one for c, d in other) for other in spans]
                     for one in spans])  # fmt: skip


def _hours(time: str) -> tuple[tuple[float, float], ...]:
    if time in HOURS:
        return HOURS[time]
    hour, minute = time.split(":")
    clock = int(hour) + int(minute) / 60
    return ((clock - 1, clock + 1),)


def _ordinal_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Of two reports that may speak of one day: whether both count it as the same attack of that day."""
    if "ordinal" not in reports:
        return np.full(len(i), np.nan)
    value = reports["ordinal"].astype(float).to_numpy()
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
    one_day = (start[j] <= end[i]) & (start[i] <= end[j])
    worth = np.where(value[i] == value[j], rules.ordinals_agree, rules.ordinals_differ)
    return np.where(one_day & ~np.isnan(value[i]) & ~np.isnan(value[j]), worth, np.nan)


def _day_points(reports, i, j, rules: LinkageRules) -> np.ndarray:
    """Full points where one range of days holds the other, less the wider it is; fewer with the
    distance of their middles where it does not."""
    start, end = _days(reports["date_start"]), _days(reports["date_end"])
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


def _ladder_points(reports, i, j, ladder: CategoryLevels) -> np.ndarray:
    points = np.zeros(len(i))
    undecided = np.ones(len(i), bool)
    coarsest_known = np.zeros(len(i), bool)
    for level, step in enumerate(ladder.steps):
        equal = _equal(reports[step], i, j)
        points[undecided & equal] = ladder.agree * (1 - level / len(ladder.steps))
        undecided &= ~equal
        known = reports[step].notna().to_numpy()
        coarsest_known = known[i] & known[j]
    points[undecided & coarsest_known] = ladder.differ
    return np.where(undecided & ~coarsest_known, np.nan, points)


def _equal(column: pd.Series, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether both values are known and the same; codes, for text is slow to compare."""
    codes = pd.factorize(column)[0]
    return (codes[i] == codes[j]) & (codes[i] >= 0)


def _days(dates: pd.Series) -> np.ndarray:
    return dates.to_numpy("datetime64[D]").astype(int)
