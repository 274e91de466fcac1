"""Which days were observed, with what exposure and what counts: rows checked and laid on a grid of days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.frequency import is_covered

DAY = pd.Timedelta(days=1)


@dataclass(
    frozen=True, eq=False
)  # the same only as itself: `recursion.forward_messages` keeps what it worked out of one
class ObservedCounts:
    """Counts on days 0 .. n - 1; the same for any calendar.

    first : the day, or the number of the period, that is 0 here
    exposure : float (n,), days of exposure per day; 0 = nobody looked
    single : int (n,), counts known to the day
    cuttable : (first, last + 1, count) of the counts known only to several days
    rows : (first, last + 1, count) of every counted row, for the dispersion
    """

    first: object
    exposure: np.ndarray
    single: np.ndarray
    cuttable: tuple[tuple[int, int, int], ...]
    rows: tuple[tuple[int, int, int], ...]

    @property
    def days(self) -> int:
        return len(self.exposure)

    @property
    def total(self) -> int:
        return int(self.single.sum()) + sum(n for *_, n in self.cuttable)

    @cached_property
    def mirrored(self) -> ObservedCounts:
        """The same days from last to first. The order of `cuttable` stays, so that the states of
        the mirror image are those of the original, counted from the other end."""
        turned = tuple((self.days - b, self.days - a, n) for a, b, n in self.cuttable)
        return replace(self, exposure=self.exposure[::-1], single=self.single[::-1], cuttable=turned)

    def label(self, number: np.ndarray) -> pd.Index:
        """Days of the grid as the calendar, or the periods, that were given."""
        if isinstance(self.first, pd.Timestamp):
            return self.first + pd.to_timedelta(np.asarray(number), unit="D")
        return pd.Index(np.asarray(number) + self.first)

    def number(self, label) -> int:
        """The reverse of `label`, for one day."""
        if isinstance(self.first, pd.Timestamp):
            return (_as_day(label, "day") - self.first).days
        return int(label) - int(self.first)


def observe_counts(frame: pd.DataFrame, ranges: pd.DataFrame | None = None) -> ObservedCounts:
    """Lay rows (start, end, count[, exposure]) and `ranges` on a grid of days.

    See `changes.changes` for what the frames hold. Raises InputError for missing columns, no row, a
    row that ends before it starts, counts that are not whole numbers from 0 up, negative exposure,
    rows that overlap, no count at all, or a range on days that are not counted day by day.
    """
    rows = _checked(frame, "row")
    first = rows["start"].iloc[0]
    a, b = _numbers(rows["start"], first), _numbers(rows["end"], first) + 1
    for one in range(len(rows) - 1):
        if a[one + 1] < b[one]:
            raise InputError(
                f"rows overlap: {_span(rows, one)} and {_span(rows, one + 1)}; every day belongs to one row"
            )
    exposure, single = np.zeros(b.max()), np.zeros(b.max(), int)
    counted, cuttable = [], []
    for start, end, count, days in zip(a, b, rows["count"], rows["exposure"], strict=True):
        if np.isnan(count) or not days:
            continue
        exposure[start:end] = days / (end - start)
        counted.append((int(start), int(end), int(count)))
        if end - start == 1:
            single[start] = count
        elif count:
            cuttable.append(counted[-1])
    if not counted:
        raise InputError("no row has a count and exposure: nothing was observed")
    seen = _trimmed(ObservedCounts(first, exposure, single, tuple(cuttable), tuple(counted)))
    return seen if ranges is None or ranges.empty else _with_ranges(seen, ranges)


def _trimmed(seen: ObservedCounts) -> ObservedCounts:
    """Without the unobserved days before the first observed one and after the last: a change there
    would leave no trace, and is not looked for."""
    looked = np.flatnonzero(seen.exposure)
    begin, end = int(looked[0]), int(looked[-1]) + 1
    moved = [tuple((a - begin, b - begin, n) for a, b, n in rows) for rows in (seen.cuttable, seen.rows)]
    step = DAY if isinstance(seen.first, pd.Timestamp) else 1
    return ObservedCounts(seen.first + begin * step, seen.exposure[begin:end], seen.single[begin:end], *moved)


def _with_ranges(seen: ObservedCounts, ranges: pd.DataFrame) -> ObservedCounts:
    rows = _checked(ranges, "range")
    a, b = _numbers(rows["start"], seen.first), _numbers(rows["end"], seen.first) + 1
    alike: dict[tuple[int, int], int] = {}
    for one, (start, end, count) in enumerate(zip(a, b, rows["count"].fillna(0), strict=True)):
        start, end = max(int(start), 0), min(int(end), seen.days)
        if end <= start or not seen.exposure[start:end].any():
            raise InputError(f"the range {_span(rows, one)} has no day that was observed")
        if any(start < y and x < end for x, y, _ in seen.cuttable):
            raise InputError(
                f"the range {_span(rows, one)} overlaps a total: every day belongs to one kind of evidence"
            )
        watched = start + np.flatnonzero(seen.exposure[start:end])
        ends = int(watched[0]), int(watched[-1]) + 1
        alike[ends] = alike.get(ends, 0) + int(count)
    single = seen.single.copy()
    for (start, end), count in alike.items():
        if end - start == 1:
            single[start] += count
    wide = tuple((x, y, n) for (x, y), n in sorted(alike.items()) if y - x > 1 and n)
    return replace(seen, single=single, cuttable=seen.cuttable + wide)


def _checked(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    missing = [name for name in ("start", "end", "count") if name not in frame]
    if missing:
        raise InputError(f"a table of counts needs the columns start, end and count; {missing[0]} is missing")
    if frame.empty:
        raise InputError("no row at all: nothing was observed")
    rows = pd.DataFrame({name: _days(frame[name], name) for name in ("start", "end")})
    if rows.dtypes.iloc[0].kind != rows.dtypes.iloc[1].kind:
        raise InputError("start and end must both be days, or both be numbers of periods")
    rows["count"] = _amounts(frame["count"], "count")
    length = (rows["end"] - rows["start"]) // (DAY if rows["start"].dtype.kind == "M" else 1) + 1
    given = _amounts(frame["exposure"], "exposure") if "exposure" in frame else length.astype(float)
    rows["exposure"] = given.fillna(0.0)
    rows = rows.sort_values("start", kind="stable", ignore_index=True)
    for one in np.flatnonzero(rows["end"] < rows["start"]):
        raise InputError(f"the {what} {_span(rows, one)} ends before it starts")
    for one in np.flatnonzero((rows["exposure"] == 0) & (rows["count"] > 0)):
        raise InputError(f"the {what} {_span(rows, one)} has a count, but no exposure")
    for one in np.flatnonzero(rows["count"] % 1 > 0):
        raise InputError(f"count: {rows['count'][one]:g} ({_span(rows, one)}) is not a whole number")
    return rows


def _days(values: pd.Series, name: str) -> pd.Series:
    """Days as timestamps, whole numbers as they are."""
    values = values.reset_index(drop=True)
    if values.isna().any():
        raise InputError(f"{name}: a row has no day")
    if pd.api.types.is_numeric_dtype(values):
        if (values % 1 != 0).any():
            raise InputError(f"{name}: periods must be whole numbers")
        return values.astype("int64")
    if pd.api.types.is_datetime64_dtype(values):
        return values.dt.normalize().astype("datetime64[ns]")
    return pd.Series(pd.DatetimeIndex([_as_day(value, name) for value in values])).astype("datetime64[ns]")


def _as_day(value, name: str) -> pd.Timestamp:
    try:
        day = pd.Timestamp(value)
    except (ValueError, TypeError):
        day = pd.NaT
    if pd.isna(day):
        raise InputError(f"{name}: {value!r} is not a day, YYYY-MM-DD")
    return day.tz_localize(None).normalize()


def _amounts(values: pd.Series, name: str) -> pd.Series:
    numbers = pd.to_numeric(values.reset_index(drop=True), errors="coerce").astype(float)
    wrong = numbers.isna().to_numpy() & values.notna().to_numpy() | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        raise InputError(
            f"{name}: {values.iloc[int(np.argmax(wrong))]} is not allowed; a number from 0 up, "
            "or empty where nobody looked"
        )
    return numbers


def _numbers(days: pd.Series, first) -> np.ndarray:
    steps = days - first
    return (steps.dt.days if steps.dtype.kind == "m" else steps).to_numpy()


def _span(rows: pd.DataFrame, one: int) -> str:
    start, end = rows["start"][one], rows["end"][one]
    if isinstance(start, pd.Timestamp):
        return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"
    return f"{start} to {end}"


def daily_counts(
    incidents: pd.DataFrame, window, coverage: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidents as the two frames that `changes` takes: daily counts, and counts of ranges of days.

    incidents : columns date_start, date_end. window : first and last day, inclusive. coverage : rows
    of coverage.csv (start, end); days that none covers are not observed, unless an incident is dated
    to them. Without it every day is taken as watched. An incident known to a range that reaches out
    of the window is counted, in its part inside."""
    first, last = (pd.Timestamp(day) for day in window)
    inside = incidents[(incidents["date_end"] >= first) & (incidents["date_start"] <= last)]
    exact = inside["date_start"] == inside["date_end"]
    days = pd.date_range(first, last)
    count = inside.loc[exact, "date_start"].value_counts().reindex(days, fill_value=0).astype("Int64")
    count = count.mask(~is_covered(days, coverage) & (count == 0).to_numpy())
    frame = pd.DataFrame({"start": days, "end": days, "count": count.to_numpy()})
    vague = inside.loc[~exact, ["date_start", "date_end"]].set_axis(["start", "end"], axis=1)
    return frame, vague.value_counts(sort=False).rename("count").reset_index()
