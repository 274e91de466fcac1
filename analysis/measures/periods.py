"""Calendar periods that touch a window, and of which of them a day is."""

from __future__ import annotations

import re

import pandas as pd

from analysis.evidence.errors import InputError

NAMED = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}


def periods_in(every: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Calendar periods that touch the window, clipped to it.

    Parameters
    ----------
    every : str
        day, week (Monday to Sunday), month, quarter, or a number of days, such as "14 days".
    start, end : Timestamp
        First and last day of the window, inclusive.

    Returns
    -------
    DataFrame
        start, end (days, inclusive), days (their number), is_complete (False where the window cuts the period).

    Raises
    ------
    InputError
        For an unknown `every`.

    Examples
    --------
    >>> periods_in("week", pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-10"))["days"].tolist()
    [5, 3]
    """
    days = re.fullmatch(r"(\d+) days?", str(every))
    if days and int(days[1]) > 0:
        first = pd.date_range(start, end, freq=f"{int(days[1])}D")
        last = first + pd.Timedelta(days=int(days[1]) - 1)
    elif every in NAMED:
        calendar = pd.period_range(start, end, freq=NAMED[every])
        first, last = calendar.start_time.normalize(), calendar.end_time.normalize()
    else:
        raise InputError(f"every is {every!r}; allowed: {', '.join(NAMED)} or a number of days")
    whole = (last - first).days + 1
    clipped = pd.DataFrame({"start": first.where(first > start, start)})
    clipped["end"] = last.where(last < end, end)
    clipped["days"] = (clipped["end"] - clipped["start"]).dt.days + 1
    clipped["is_complete"] = clipped["days"] == whole
    return clipped
