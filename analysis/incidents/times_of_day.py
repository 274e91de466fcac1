"""Times of day, clock times and words alike, as hours: whether two reports may mean the same hour."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.incidents.cannot_link import day_numbers

HOURS = {
    "dawn": ((3, 7),),
    "morning": ((5, 12),),
    "afternoon": ((12, 18),),
    "evening": ((16, 24),),
    "night": ((0, 6), (18, 24)),  # of one day: the night before it and the night after it
}
GIVE = 1  # hours by which a clock time may be off


def time_points(reports: pd.DataFrame, i: np.ndarray, j: np.ndarray, agree: float, differ: float) -> np.ndarray:
    """Points (n,) of what two reports that may speak of one day say of its hours; NaN for all others.

    `agree` where the hours may be the same, `differ` where they may not.

    `reports` has date_start, date_end and may have time_of_day, local: HH:MM or a word of `HOURS`.
    """
    points = np.full(len(i), np.nan)
    codes, names = pd.factorize(reports["time_of_day"]) if "time_of_day" in reports else (np.full(len(reports), -1), [])
    both = np.flatnonzero((codes[i] >= 0) & (codes[j] >= 0))
    if not len(both):
        return points
    i, j = i[both], j[both]
    start, end = day_numbers(reports["date_start"]), day_numbers(reports["date_end"])
    gap = _gap_on_common_days(names, codes, start, end, i, j)
    one_day = (start[j] <= end[i]) & (start[i] <= end[j])
    points[both] = np.where(one_day, np.where(gap > 0, differ, agree), np.nan)
    return points


def _gap_on_common_days(names, codes, start, end, i, j) -> np.ndarray:
    """Hours between two times on the day on which they come nearest, of the days that both ranges hold."""
    table = _gaps([_hours(name) for name in names])
    first, last = np.maximum(start[i], start[j]), np.minimum(end[i], end[j])
    gap = np.full(len(i), np.inf)
    for day in range(int((last - first).max()) + 1):
        here = first + day <= last
        one, other = (_row(codes[x], first + day, start[x], end[x], len(names)) for x in (i, j))
        gap[here] = np.minimum(gap, table[one, other])[here]
    return gap


def _hours(time: str) -> tuple[tuple[float, float], ...]:
    if time in HOURS:
        return HOURS[time]
    hour, minute = time.split(":")
    clock = int(hour) + int(minute) / 60
    return ((clock - GIVE, clock + GIVE),)


def _gaps(spans: list[tuple[tuple[float, float], ...]]) -> np.ndarray:
    """Hours between any two times of one day, 0 where they may be the same: three rows for each time, as `_row`
    numbers them."""
    rows = [*spans, *(span[-1:] for span in spans), *(span[:1] for span in spans)]
    return np.array([[min(max(c - b, a - d, 0.0) for a, b in one for c, d in other) for other in rows] for one in rows])


def _row(codes: np.ndarray, day, start: np.ndarray, end: np.ndarray, n: int) -> np.ndarray:
    """The row of a time in the table of gaps: a night of several days begins on the first and ends on the last."""
    ranged = end > start
    return codes + n * np.where(ranged & (day == start), 1, np.where(ranged & (day == end), 2, 0))
