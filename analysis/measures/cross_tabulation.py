"""Incidents by two columns: a table of counts that keeps what is not stated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.arguments import require_column_name, require_type
from analysis.evidence.errors import InputError
from analysis.measures.categories import NOT_STATED

TOTAL = "all"
SHARES = ("", "rows", "columns", "all")


def crosstab(incidents: pd.DataFrame, rows: str, columns: str, shares: str = "") -> pd.DataFrame:
    """Count incidents by two columns, what is not stated included.

    Parameters
    ----------
    incidents : DataFrame
        One row for each incident, with both columns.
    rows, columns : str
        The columns whose values become the rows and the columns of the table.
    shares : {"", "rows", "columns", "all"}, optional
        Shares in place of counts: of each row, of each column, or of all incidents.

    Returns
    -------
    DataFrame
        A row for each value, largest first, then "not stated" where some is missing, then "all"; columns alike.
        Counts are whole numbers, shares lie between 0 and 1; a share of nothing is missing. Where a value of the
        column is itself "not stated", it is counted with the missing ones.

    Raises
    ------
    InputError
        If a column is missing, both are one, or `shares` is another word.

    See Also
    --------
    count : Incidents per period.
    lump_categories : A column with few values.

    Notes
    -----
    A share among the incidents that are known is no share of all that happened: "not stated" is a row and a column,
    so that its size is seen beside every share.

    Examples
    --------
    >>> incidents = pd.DataFrame({"weapon": ["rocket", "rocket", None], "country": ["Iraq", "Syria", "Syria"]})
    >>> crosstab(incidents, "weapon", "country").loc[["rocket", "not stated", "all"], "all"].tolist()
    [2, 1, 3]
    >>> crosstab(incidents, "weapon", "country", shares="rows").loc["rocket", "Iraq"]
    np.float64(0.5)
    """
    require_type(incidents, pd.DataFrame, "incidents", "incidents, as a DataFrame")
    for name, parameter in ((rows, "rows"), (columns, "columns")):
        require_column_name(name, list(incidents.columns), parameter)
    if rows == columns:
        raise InputError(f"rows and columns are both {rows!r}; allowed: two columns")
    if shares not in SHARES:
        raise InputError(f"shares is {shares!r}; allowed: {', '.join(repr(each) for each in SHARES)}")
    named = {name: _stated(incidents[name]) for name in (rows, columns)}
    table = pd.crosstab(named[rows], named[columns])
    table = table.reindex(index=_order(named[rows]), columns=_order(named[columns]))
    table[TOTAL] = table.sum(axis=1)
    table.loc[TOTAL] = table.sum()
    table = table.rename_axis(index=rows, columns=columns)
    if not shares:
        return table
    if shares == "all":
        whole = table.loc[TOTAL, TOTAL]
        return table / whole if whole else table.astype(float).mask(table == 0)
    totals = table[TOTAL] if shares == "rows" else table.loc[TOTAL]
    return table.div(totals.where(totals > 0), axis=0 if shares == "rows" else 1)


def _stated(column: pd.Series) -> pd.Series:
    """The column as objects, with words for what is missing; days as ISO texts, as columns of a table hold either
    days or texts."""
    if isinstance(column.dtype, np.dtype | pd.DatetimeTZDtype) and column.dtype.kind == "M":
        column = column.dt.strftime("%Y-%m-%d")
    return column.astype(object).where(column.notna(), NOT_STATED)


def _order(values: pd.Series) -> list:
    """Values, largest first; numbers ascending; what is not stated last."""
    number = values.value_counts(sort=False)
    known = [value for value in number.index if value != NOT_STATED]
    if all(isinstance(value, int | float) for value in known):
        known.sort()
    else:
        known.sort(key=lambda value: (-number[value], str(value)))
    return known + [NOT_STATED] * (NOT_STATED in number.index)
