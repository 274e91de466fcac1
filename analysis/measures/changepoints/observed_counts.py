"""The counts and the exposure of each day: rows that were checked and put on a grid of days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.count_input import FIRST_YEAR, LAST_YEAR, as_day, as_periods
from analysis.measures.coverage import DAY


# Compared by identity: `recursion.forward_messages` caches by the object.
@dataclass(frozen=True, eq=False, repr=False)
class ObservedCounts:
    """Counts on days 0 .. n - 1, whatever the calendar. `observe_counts` makes one.

    Parameters
    ----------
    first : Timestamp or int
        The day, or the number of the period, that is 0 here.
    exposure : array of float, (n,)
        Days of exposure on each day; 0 where nobody searched.
    day_counts : array of int, (n,)
        Events known to the day.
    interval_counts : tuple of (first, last + 1, count)
        Events known only to several days: interval-censored.
    rows : tuple of (first, last + 1, count)
        Every row with a count, for the estimate of phi.

    Examples
    --------
    >>> frame = pd.DataFrame({"start": [1851, 1853], "end": [1852, 1853], "count": [8, 3]})
    >>> observe_counts(frame)
    ObservedCounts(11 events on 3 days from 1851)
    """

    first: pd.Timestamp | int
    exposure: np.ndarray
    day_counts: np.ndarray
    interval_counts: tuple[tuple[int, int, int], ...]
    rows: tuple[tuple[int, int, int], ...]

    @property
    def days(self) -> int:
        """Number of days of the grid, int.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.days
        20
        """
        return len(self.exposure)

    @property
    def total(self) -> int:
        """Number of events, int.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.total
        35
        """
        return int(self.day_counts.sum()) + sum(n for *_, n in self.interval_counts)

    @cached_property
    def totals(self) -> tuple[tuple[int, int, int], ...]:
        """Of `interval_counts` those that are rows: every day belongs to one of them, in order."""
        rows = set(self.rows)
        return tuple(sorted(each for each in self.interval_counts if each in rows))

    @cached_property
    def ranges(self) -> tuple[tuple[int, int, int], ...]:
        """Of `interval_counts` those that are no rows: events known to a range, beside counts by day."""
        totals = set(self.totals)
        return tuple(each for each in self.interval_counts if each not in totals)

    @cached_property
    def mirrored(self) -> ObservedCounts:
        """The same days from last to first.

        The order of `interval_counts` stays, so that the candidates of the mirror image are those of the original,
        counted from the other end.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.mirrored.day_counts[-2:].tolist()
        [4, 3]
        """
        turned = tuple((self.days - b, self.days - a, n) for a, b, n in self.interval_counts)
        return replace(self, exposure=self.exposure[::-1], day_counts=self.day_counts[::-1], interval_counts=turned)

    def day_labels(self, numbers: np.ndarray) -> pd.Index:
        """Days of the grid as days of the calendar, or as the periods that were given.

        Parameters
        ----------
        numbers : array of int, (n,)
            Days, counted from the first.

        Returns
        -------
        Index
            Timestamps, or numbers of periods.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.day_labels(np.array([10]))[0]
        Timestamp('2024-01-11 00:00:00')
        """
        if isinstance(self.first, pd.Timestamp):
            return self.first + pd.to_timedelta(np.asarray(numbers), unit="D")
        if isinstance(self.first, pd.Period):
            return pd.PeriodIndex.from_ordinals(np.asarray(numbers) + self.first.ordinal, freq=self.first.freq)
        return pd.Index(np.asarray(numbers) + self.first)

    def day_number(self, day) -> int:
        """Number of one day or period, counted from the first; the inverse of `day_labels`.

        Parameters
        ----------
        day : day
            Or number of a period.

        Returns
        -------
        int
            Below 0 before the series; `days` or more after it.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.day_number("2024-01-11")
        10
        """
        if isinstance(self.first, pd.Timestamp):
            return (as_day(day, "day") - self.first).days
        if isinstance(self.first, pd.Period):
            return pd.Period(day, freq=self.first.freq).ordinal - self.first.ordinal
        return int(day) - int(self.first)

    def holds(self, day) -> bool:
        """Whether a day or period lies between the first and the last observed one.

        Parameters
        ----------
        day : day
            Or number of a period.

        Returns
        -------
        bool
            True also for a day inside the series on which nobody searched.

        Examples
        --------
        >>> from analysis.measures.changepoints.example import found
        >>> found.observed.holds("2024-01-21")
        False
        """
        return 0 <= self.day_number(day) < self.days

    def __repr__(self) -> str:
        first = f"{self.first:%Y-%m-%d}" if isinstance(self.first, pd.Timestamp) else self.first
        return f"ObservedCounts({self.total:,} events on {self.days:,} days from {first})"


def observe_counts(frame: pd.DataFrame, ranges: pd.DataFrame | None = None) -> ObservedCounts:
    """Check counts and put them on a grid of days.

    Parameters
    ----------
    frame : DataFrame
        start, end (days, inclusive, or whole numbers of periods), count, optionally exposure; see `changes.changes`.
    ranges : DataFrame, optional
        start, end, count of events known only to a range of days.

    Returns
    -------
    ObservedCounts
        From the first to the last observed day.

    Raises
    ------
    InputError
        For missing columns, no row, a row that ends before it starts, counts that are not whole numbers from 0 up,
        negative exposure, rows that overlap, no count at all, or a range on days that are not counted one by one.

    Examples
    --------
    >>> observe_counts(pd.DataFrame({"start": [1, 2], "end": [1, 5], "count": [4, 1]})).exposure.tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    rows = _checked_rows(frame, "row")
    first = rows["start"].iloc[0]
    a, b = _day_numbers(rows["start"], first), _day_numbers(rows["end"], first) + 1
    for one in np.flatnonzero(a[1:] < b[:-1]).tolist():
        raise InputError(
            f"rows overlap: {_format_span(rows, one)} and {_format_span(rows, one + 1)}; every day belongs to one row"
        )
    exposure, day_counts = np.zeros(b.max()), np.zeros(b.max(), int)
    count, watched = rows["count"].to_numpy(), rows["exposure"].to_numpy()
    known = ~np.isnan(count) & (watched > 0)
    a, b, count, watched = a[known], b[known], count[known].astype(int), watched[known]
    is_day = b - a == 1
    exposure[a[is_day]], day_counts[a[is_day]] = watched[is_day], count[is_day]
    counted = list(zip(a.tolist(), b.tolist(), count.tolist(), strict=True))
    totals = [counted[one] for one in np.flatnonzero(~is_day)]
    for (start, end, _), days in zip(totals, watched[~is_day], strict=True):
        exposure[start:end] = days / (end - start)
    if not counted:
        raise InputError("no row has a count and exposure: nothing was observed")
    interval_counts = tuple(each for each in totals if each[2])
    observed = _trim_unobserved(ObservedCounts(first, exposure, day_counts, interval_counts, tuple(counted)))
    return observed if ranges is None or ranges.empty else _add_ranges(observed, ranges)


def _trim_unobserved(observed: ObservedCounts) -> ObservedCounts:
    """Leave out the unobserved days before the first observed one and after the last: no count tells a change there."""
    observed_days = np.flatnonzero(observed.exposure)
    begin, end = int(observed_days[0]), int(observed_days[-1]) + 1
    if end - begin == observed.days:
        return observed
    moved = [tuple((a - begin, b - begin, n) for a, b, n in rows) for rows in (observed.interval_counts, observed.rows)]
    first = observed.first
    first = first + begin * DAY if isinstance(first, pd.Timestamp) else first + begin
    return ObservedCounts(first, observed.exposure[begin:end], observed.day_counts[begin:end], *moved)


def _add_ranges(observed: ObservedCounts, ranges: pd.DataFrame) -> ObservedCounts:
    rows = _checked_rows(ranges, "range")
    a, b = _day_numbers(rows["start"], observed.first), _day_numbers(rows["end"], observed.first) + 1
    alike: dict[tuple[int, int], int] = {}
    for one, (start, end, count) in enumerate(zip(a, b, rows["count"].fillna(0), strict=True)):
        start, end = max(int(start), 0), min(int(end), observed.days)
        if end <= start or not observed.exposure[start:end].any():
            raise InputError(f"the range {_format_span(rows, one)} has no day that was observed")
        if any(start < y and x < end for x, y, _ in observed.interval_counts):
            raise InputError(
                f"the range {_format_span(rows, one)} overlaps a total: every day belongs to one kind of evidence"
            )
        watched = start + np.flatnonzero(observed.exposure[start:end])
        ends = int(watched[0]), int(watched[-1]) + 1
        alike[ends] = alike.get(ends, 0) + int(count)
    day_counts = observed.day_counts.copy()
    for (start, end), count in alike.items():
        if end - start == 1:
            day_counts[start] += count
    wide = tuple((x, y, n) for (x, y), n in sorted(alike.items()) if y - x > 1 and n)
    return replace(observed, day_counts=day_counts, interval_counts=observed.interval_counts + wide)


def _checked_rows(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    missing = [name for name in ("start", "end", "count") if name not in frame]
    if missing:
        raise InputError(f"a table of counts needs the columns start, end and count; {missing[0]} is missing")
    if frame.empty:
        raise InputError("no row at all: nothing was observed")
    days = {name: _checked_days(frame[name], name) for name in ("start", "end")}
    if days["start"].dtype != days["end"].dtype:
        raise InputError("start and end must both be days, or both be numbers of periods")
    given = {name: _checked_amounts(frame[name], name) for name in ("count", "exposure") if name in frame}
    rows = pd.DataFrame(days | given)
    if not rows["start"].is_monotonic_increasing:
        rows = rows.sort_values("start", kind="stable", ignore_index=True)
    length = _day_numbers(rows["end"], rows["start"]) + 1
    exposure = np.nan_to_num(rows["exposure"].to_numpy()) if "exposure" in rows else length.astype(float)
    rows["exposure"] = exposure
    count = rows["count"].to_numpy()
    for one in np.flatnonzero(length < 1).tolist():
        raise InputError(f"the {what} {_format_span(rows, one)} ends before it starts")
    for one in np.flatnonzero((exposure == 0) & (count > 0)).tolist():
        raise InputError(f"the {what} {_format_span(rows, one)} has a count, but no exposure")
    for one in np.flatnonzero(count % 1 > 0).tolist():
        raise InputError(f"count: {count[one]:g} ({_format_span(rows, one)}) is not a whole number")
    return rows


def _checked_days(values: pd.Series, name: str) -> pd.Series:
    """Days as timestamps, whole numbers as they are."""
    values = as_periods(values.reset_index(drop=True))
    if values.isna().any():
        raise InputError(f"{name}: a row has no day")
    if isinstance(values.dtype, pd.PeriodDtype):
        return values
    if pd.api.types.is_numeric_dtype(values):
        if values.dtype.kind not in "iu" and (values % 1 != 0).any():
            raise InputError(f"{name}: periods must be whole numbers")
        return values.astype("int64")
    if pd.api.types.is_datetime64_dtype(values):
        if not FIRST_YEAR <= values.min().year <= values.max().year <= LAST_YEAR:
            raise InputError(
                f"{name}: days from {FIRST_YEAR} to {LAST_YEAR} are allowed, given {values.min()} to {values.max()}"
            )
        return values.dt.tz_localize(None).dt.normalize().astype("datetime64[ns]")
    return pd.Series(pd.DatetimeIndex([as_day(value, name) for value in values])).astype("datetime64[ns]")


def _checked_amounts(values: pd.Series, name: str) -> np.ndarray:
    if values.dtype.kind in "iuf":
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        wrong = (numbers < 0) | np.isinf(numbers)
    else:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wrong = np.isnan(numbers) & values.notna().to_numpy() | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        raise InputError(
            f"{name}: {values.iloc[int(np.argmax(wrong))]} is not allowed; a number from 0 up, "
            "or empty where nobody searched"
        )
    return numbers


def _day_numbers(days: pd.Series, first) -> np.ndarray:
    if isinstance(days.dtype, pd.PeriodDtype):
        origin = first.ordinal if isinstance(first, pd.Period) else first.astype("int64")
        return (days.astype("int64") - origin).to_numpy()
    steps = days - first
    return (steps.dt.days if steps.dtype.kind == "m" else steps).to_numpy()


def _format_span(rows: pd.DataFrame, one: int) -> str:
    start, end = rows["start"][one], rows["end"][one]
    if isinstance(start, pd.Timestamp):
        return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"
    return f"{start} to {end}"
