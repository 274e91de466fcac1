"""Counts as people have them: a list with a first day, a series by day, week, month or year, a frame of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError

FIRST_YEAR, LAST_YEAR = 1678, 2261  # that a day of pandas can have
YEAR, MONTH = r"\d{4}", r"\d{4}-\d{2}"  # as text


def count_rows(counts: pd.DataFrame | pd.Series | Sequence[int], start=None) -> pd.DataFrame:
    """Counts as rows of start, end and count.

    Parameters
    ----------
    counts : DataFrame, Series or sequence of int
        A frame of rows is returned as it is, with the periods in it as periods. A series is indexed by days, by
        periods (weeks, months, years) or by whole numbers; one row is one day or period. A sequence is one count for
        each day or period from `start` on.
    start : day, Period, int or text, optional
        First day or period of a sequence. Text of four digits is a year, "2024-03" is a month.

    Returns
    -------
    DataFrame
        start, end, count; for months and years also exposure, the days of each period.

    Raises
    ------
    InputError
        For a sequence without `start`, and for `start` beside anything else.

    Examples
    --------
    >>> count_rows([4, 0, 1], start="2024-01")[["start", "count", "exposure"]].astype(str).to_numpy().tolist()
    [['2024-01', '4', '31'], ['2024-02', '0', '29'], ['2024-03', '1', '31']]
    """
    if isinstance(counts, pd.DataFrame):
        if start is not None:
            raise InputError("start goes with a list of counts; a table has its own column start")
        return counts
    if isinstance(counts, pd.Series):
        if start is not None:
            raise InputError("start goes with a list of counts; a series has its own index")
        labels, values = pd.Series(counts.index), counts.to_numpy()
    else:
        if start is None:
            raise InputError("a list of counts needs start: the day, or the period, of its first count")
        values = np.asarray(counts, object)
        labels = pd.Series(_following(start, len(values)))
    labels = as_periods(labels)
    out = pd.DataFrame({"start": labels, "end": labels, "count": pd.Series(values)})
    if isinstance(labels.dtype, pd.PeriodDtype):
        out["exposure"] = [(period.end_time.normalize() - period.start_time).days + 1 for period in labels]
    return out


def _following(start, size: int) -> pd.Index:
    first = as_periods(pd.Series([start])).iloc[0]
    if isinstance(first, int | np.integer):
        return pd.RangeIndex(first, first + size)
    if isinstance(first, pd.Period):
        return pd.period_range(first, periods=size)
    return pd.date_range(as_day(first, "start"), periods=size)


def as_periods(values: pd.Series) -> pd.Series:
    """Text that names years or months as whole numbers or periods, and all else as it is.

    Parameters
    ----------
    values : Series
        Days, periods, numbers or text.

    Returns
    -------
    Series
        Years such as "1891" as int, months such as "2024-03" as Period.

    Examples
    --------
    >>> as_periods(pd.Series(["1891", "1892"])).tolist()
    [1891, 1892]
    """
    if values.dtype.kind in "iufM" or isinstance(values.dtype, pd.PeriodDtype) or not len(values):
        return values
    if all(isinstance(value, str) for value in values):
        if values.str.fullmatch(YEAR).all():
            return values.astype(int)
        if values.str.fullmatch(MONTH).all():
            return pd.Series(pd.PeriodIndex(values, freq="M"), values.index)
    if all(isinstance(value, pd.Period) for value in values):
        return pd.Series(pd.PeriodIndex(values), values.index)
    return values


def as_day(value, name: str) -> pd.Timestamp:
    """One day without its time.

    Parameters
    ----------
    value : day
        Text, a date or a timestamp.
    name : str
        Of the column or parameter, for the error.

    Returns
    -------
    Timestamp

    Raises
    ------
    InputError
        For what is no day, or a day before 1678 or after 2261.

    Examples
    --------
    >>> as_day("2024-02-04", "day")
    Timestamp('2024-02-04 00:00:00')
    """
    if isinstance(value, str) and pd.Series([value]).str.fullmatch(YEAR).all():
        raise InputError(f"{name}: {value!r} is a year, not a day, YYYY-MM-DD; give all of them as years, or as days")
    try:
        day = pd.Timestamp(value)
    except (ValueError, TypeError):
        day = pd.NaT
    if pd.isna(day):
        raise InputError(f"{name}: {value!r} is not a day, YYYY-MM-DD")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(f"{name}: {value!r} is out of range; days from {FIRST_YEAR} to {LAST_YEAR} are allowed")
    return day.tz_localize(None).normalize()
