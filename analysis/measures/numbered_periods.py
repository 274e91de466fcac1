"""Counts of periods as a series of numbered steps, so that a change can only fall between two periods."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns

FIRST = pd.Timestamp("2000-01-01")
MANY = 500  # incidents from which it no longer matters where in a period a change falls


def number_periods(counts: pd.DataFrame) -> pd.DataFrame:
    """Each period as one step with its covered days as exposure, ready for `changes`.

    Parameters
    ----------
    counts : DataFrame
        From `frequency.count`, not grouped: count and covered_days.

    Returns
    -------
    DataFrame
        start, end (one numbered day for each period), count, exposure (days).

    Notes
    -----
    `changes` places a change on any day of a period and sums over all splits of its count, which takes minutes for
    thousands of incidents. Between two periods alone it takes no time; the variation within stretches is nearly the
    same. Dates of changes cannot be read from numbered periods.

    Examples
    --------
    >>> counts = pd.DataFrame({"count": [40, 55], "covered_days": [31, 28]})
    >>> number_periods(counts)["exposure"].tolist()
    [31, 28]
    """
    require_columns(counts, ("count", "covered_days"), "counts")
    step = FIRST + pd.to_timedelta(range(len(counts)), unit="D")
    return pd.DataFrame({"start": step, "end": step, "count": counts["count"].to_numpy(),
                         "exposure": counts["covered_days"].to_numpy()})  # fmt: skip


def series_of_periods(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts per period as `changes` takes them: their days, or, for more than `MANY` incidents, numbered periods.

    Parameters
    ----------
    counts : DataFrame
        From `frequency.count`, not grouped: start, end, count and covered_days.

    Returns
    -------
    DataFrame
        start, end, count, exposure (days).

    Examples
    --------
    >>> counts = pd.DataFrame({"start": pd.to_datetime(["2024-01-01", "2024-02-01"]),
    ...                        "end": pd.to_datetime(["2024-01-31", "2024-02-29"]), "count": [40, 55],
    ...                        "covered_days": [31, 28]})
    >>> series_of_periods(counts)["exposure"].tolist()
    [31, 28]
    """
    require_columns(counts, ("start", "end", "count", "covered_days"), "counts")
    if counts["count"].sum() > MANY:
        return number_periods(counts)
    return counts[["start", "end", "count", "covered_days"]].rename(columns={"covered_days": "exposure"})
