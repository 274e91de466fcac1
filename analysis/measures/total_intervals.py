"""Counts between the days on which a running total was stated."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns
from analysis.evidence.errors import InputError
from analysis.measures.coverage import DAY
from analysis.measures.rates import rate_interval
from analysis.measures.totals import COUNTRIES, usable_totals


def total_intervals(
    running: pd.DataFrame, until: str | pd.Timestamp | None = None, column: str = "total"
) -> pd.DataFrame:
    """Counts between the days on which a running total was stated.

    Parameters
    ----------
    running : DataFrame
        From `totals.running_total`.
    until : day, optional
        Totals after this day are left out.
    column : str
        total, or the part of one country: iraq, syria or jordan.

    Returns
    -------
    DataFrame
        start, end (days, inclusive), days (length), count (missing, never negative, where the total falls or a part is
        unknown), total (at the end), rate_per_day, rate_per_day_low, rate_per_day_high (95 % Garwood), tally_ids.

    Raises
    ------
    InputError
        For an unknown `column`.

    Notes
    -----
    Inside an interval only the number is known, and not the days: it is interval-censored. An interval that is long
    hides every change inside it.

    The part of a country counts between the days on which it was stated. Where the total of all countries did not rise,
    no part rose; the rest of such an interval is known only if these days are all neighbours.

    Examples
    --------
    >>> running = pd.DataFrame({"as_of": pd.to_datetime(["2024-01-10", "2024-01-20"]), "total": [13, 13], "note": "",
    ...                         "tally_ids": ["t1", "t2"], "since": pd.Timestamp("2024-01-01")})
    >>> total_intervals(running)[["days", "count", "rate_per_day"]].to_numpy().tolist()
    [[10, 13, 1.3], [10, 0, 0.0]]
    """
    require_columns(running, ("as_of", "total", "note"), "running")
    if column not in ("total", *COUNTRIES) or column not in running:
        raise InputError(
            f"column is {column!r}; allowed: total, and of {', '.join(COUNTRIES)} those that the frame has"
        )
    used = usable_totals(running)
    if until is not None:
        used = used[used["as_of"] <= pd.Timestamp(until)]
    out = _steps(used, "total")
    if column != "total":
        out = _steps_of_part(out, used, column)
    out["days"] = (out["end"] - out["start"]).dt.days + 1
    out["rate_per_day"], out["rate_per_day_low"], out["rate_per_day_high"] = rate_interval(out["count"], out["days"])
    columns = ["start", "end", "days", "count", "total", "rate_per_day", "rate_per_day_low", "rate_per_day_high",
               "tally_ids"]  # fmt: skip
    return out[columns].reset_index(drop=True)


def _steps(used: pd.DataFrame, column: str) -> pd.DataFrame:
    """start, end, count, total, tally_ids from one statement of `column` to the next."""
    used = used.dropna(subset=[column])
    total = used[column].astype("Int64")
    start = used["as_of"].shift(fill_value=used["since"].min() - DAY) + DAY
    steps = total.diff().fillna(total)
    return pd.DataFrame({
        "start": start, "end": used["as_of"], "count": steps.mask(steps < 0), "total": total,
        "tally_ids": used["tally_ids"],
    })  # fmt: skip


def _steps_of_part(whole: pd.DataFrame, used: pd.DataFrame, column: str) -> pd.DataFrame:
    """The steps of a part, with the days on which the whole stood still taken out of them as zeros."""
    still = whole[whole["count"] == 0]
    out = []
    for step in _steps(used, column).to_dict("records"):
        inside = still[(still["start"] >= step["start"]) & (still["end"] <= step["end"])]
        rest = _without(step["start"], step["end"], inside)
        zeros = [{**step, "start": row.start, "end": row.end, "count": 0, "tally_ids": row.tally_ids}
                 for row in inside.itertuples()]  # fmt: skip
        known = step["count"] if len(rest) == 1 or not step["count"] else pd.NA
        out += zeros + [{**step, "start": a, "end": b, "count": known} for a, b in rest]
    table = pd.DataFrame(out, columns=["start", "end", "count", "total", "tally_ids"])
    stated = table["end"].isin(used.loc[used[column].notna(), "as_of"])
    table["total"] = table["total"].where(stated)  # between two statements of the part it is not known
    return table.astype({"count": "Int64", "total": "Int64"}).sort_values("start", ignore_index=True)


def _without(start: pd.Timestamp, end: pd.Timestamp, taken: pd.DataFrame) -> list[tuple]:
    """First and last day of each run of days from `start` to `end` that no row of `taken` holds."""
    rest = []
    for row in taken.sort_values("start").itertuples():
        if start < row.start:
            rest.append((start, row.start - DAY))
        start = row.end + DAY
    return [*rest, (start, end)] if start <= end else rest


def zero_intervals(intervals: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring intervals without an attack, joined.

    Parameters
    ----------
    intervals : DataFrame
        From `total_intervals`: start, end (days, inclusive), days, count.

    Returns
    -------
    DataFrame
        start, end (days, inclusive), days (length), longest first. An interval whose count is missing is in none of
        them.

    Notes
    -----
    The counter stated no attack in these days. The gap between two attacks may be longer: the last attack before may
    lie anywhere in the interval before.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-06", "2024-01-11"])
    >>> intervals = pd.DataFrame({"start": days, "end": days + 4 * DAY, "days": 5, "count": [3, 0, 0]})
    >>> zero_intervals(intervals)["days"].tolist()
    [10]
    """
    require_columns(intervals, ("start", "end", "days", "count"), "intervals")
    none = (intervals["count"] == 0).fillna(False).astype(bool)
    run = (none != none.shift()).cumsum()[none]
    joined = intervals[none].groupby(run).agg(start=("start", "min"), end=("end", "max"), days=("days", "sum"))
    return joined.sort_values(["days", "start"], ascending=[False, True], ignore_index=True)
