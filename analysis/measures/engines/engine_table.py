"""A table in an engine: how it is told from a frame, its days as whole numbers, and its answers as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.evidence.errors import InputError

EPOCH = pd.Timestamp("1970-01-01")


def is_engine_table(table: object) -> bool:
    """Whether a table is an Ibis table, which an engine holds, and not a frame.

    Parameters
    ----------
    table : object
        Anything.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_engine_table(pd.DataFrame())
    False
    """
    return type(table).__module__.startswith("ibis.expr.types")


def require_engine_columns(table: Any, columns: Sequence[str], name: str) -> None:
    """Refuse an engine's table without some columns.

    Parameters
    ----------
    table : ibis.Table
        The table.
    columns : sequence of str
        Columns that it must have.
    name : str
        What the caller calls the table.

    Raises
    ------
    InputError
        Naming the missing columns.

    Examples
    --------
    >>> import ibis
    >>> require_engine_columns(ibis.table({"date": "date"}, name="t"), ["date"], "incidents")
    """
    missing = [each for each in columns if each not in table.columns]
    if missing:
        raise InputError(f"{name} has no column {', '.join(missing)}")


def with_day_numbers(table: Any, columns: Sequence[str] = ("date", "date_start", "date_end")) -> Any:
    """The table with each column of days as whole numbers of days since 1970.

    Parameters
    ----------
    table : ibis.Table
        With columns of days, or of times without a time of day.
    columns : sequence of str
        Their names.

    Returns
    -------
    ibis.Table
        The same columns, as int64. Engines differ in what a difference of days is; whole numbers are alike in all.

    Examples
    --------
    >>> import ibis
    >>> days = ibis.memtable(pd.DataFrame({"date": pd.to_datetime(["1970-01-03"])}))
    >>> ibis.duckdb.connect().execute(with_day_numbers(days, ["date"]))["date"].tolist()
    [2]
    """
    return table.mutate(**{name: to_day_number(table[name]) for name in columns})


def to_day_number(column: Any) -> Any:
    """A column of days as whole numbers of days since 1970.

    Parameters
    ----------
    column : ibis.Column
        Days, or times without a time of day.

    Returns
    -------
    ibis.Column
        int64.

    Examples
    --------
    >>> import ibis
    >>> int(ibis.duckdb.connect().execute(to_day_number(ibis.date("1970-01-03"))))
    2
    """
    import ibis

    return column.cast("date").delta(ibis.date("1970-01-01"), unit="day").cast("int64")


def days_of(numbers: pd.Series) -> pd.Series:
    """Whole numbers of days since 1970 as days, missing where they are.

    Parameters
    ----------
    numbers : Series of int
        Days since 1970.

    Returns
    -------
    Series of datetime64[us]

    Examples
    --------
    >>> days_of(pd.Series([2])).dt.day.tolist()
    [3]
    """
    return (EPOCH + pd.to_timedelta(numbers.astype("Int64"), unit="D")).astype("datetime64[us]")


def day_number(day: Any) -> int:
    """Days from 1970 to a day.

    Parameters
    ----------
    day : day
        A Timestamp or what pandas takes for one.

    Returns
    -------
    int

    Examples
    --------
    >>> day_number("1970-01-03")
    2
    """
    return int((pd.Timestamp(day) - EPOCH).days)


def fetch(expression: Any) -> pd.DataFrame:
    """The answer of the engine that holds the table, as a frame.

    Parameters
    ----------
    expression : ibis.Table
        Any expression.

    Returns
    -------
    DataFrame
        Texts are ``str``, whatever the engine gives.

    Examples
    --------
    >>> import ibis
    >>> table = ibis.memtable(pd.DataFrame({"name": ["a"]}))
    >>> fetch(table)["name"].dtype == "str"
    True
    """
    out = expression.execute()
    texts = [name for name in out.columns if out[name].dtype == object or isinstance(out[name].dtype, pd.StringDtype)]
    return out.astype(dict.fromkeys(texts, "str"))


def date_bounds(table: Any) -> pd.DataFrame:
    """First and last day of a table, as a frame that `coverage.observed_window` takes.

    Parameters
    ----------
    table : ibis.Table
        With the column date.

    Returns
    -------
    DataFrame
        date: the first and the last day; missing where the table is empty.

    Raises
    ------
    InputError
        For rows without a date.

    Examples
    --------
    >>> import ibis
    >>> days = ibis.memtable(pd.DataFrame({"date": pd.to_datetime(["2024-01-03", "2024-01-01"])}))
    >>> date_bounds(days)["date"].dt.day.tolist()
    [1, 3]
    """
    date = table["date"].cast("date")
    found = fetch(table.aggregate(first=date.min(), last=date.max(), undated=date.isnull().sum().cast("int64")))
    undated = int(found["undated"].fillna(0).iloc[0])
    if undated:
        raise InputError(f"{undated} incidents have no date: they cannot be counted by period")
    return pd.DataFrame({"date": pd.to_datetime([found["first"].iloc[0], found["last"].iloc[0]])})
