"""Counts between the days on which a running total was stated."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.errors import InputError
from analysis.measures.coverage import DAY
from analysis.measures.rates import rate_interval
from analysis.measures.totals import COUNTRIES, usable_totals


def total_intervals(
    running: pd.DataFrame, until: str | pd.Timestamp | None = None, column: str = "total"
) -> pd.DataFrame:
    """Counts between the days on which a total was stated; `of` may be a country's column.

    Of a country: between days on which its part was stated; but where the total of all countries stood
    still no part rose, so that the rest of such a stretch is known only if it is one interval.

    Returns start, end (days, inclusive), days, count, total (at the end), rate, rate_low,
    rate_high (per day, 95 % Garwood), tally_ids. The count is missing, never negative, where the
    total falls or a part is unknown. Totals after `until` are left out. Raises InputError for an
    unknown `of`.
    """
    if column not in ("total", *COUNTRIES) or column not in running:
        raise InputError(f"column is {column!r}; allowed: total, and of {', '.join(COUNTRIES)} those that the frame has")
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
    """First and last day of each stretch from `start` to `end` that no row of `taken` holds."""
    rest = []
    for row in taken.sort_values("start").itertuples():
        if start < row.start:
            rest.append((start, row.start - DAY))
        start = row.end + DAY
    return [*rest, (start, end)] if start <= end else rest


def zero_intervals(intervals: pd.DataFrame) -> pd.DataFrame:
    """Runs of intervals (from `intervals`) without an attack, joined: start, end (days, inclusive), days
    (int); longest first. An interval whose count is missing ends a run."""
    none = (intervals["count"] == 0).fillna(False).astype(bool)
    run = (none != none.shift()).cumsum()[none]
    spells = intervals[none].groupby(run).agg(start=("start", "min"), end=("end", "max"), days=("days", "sum"))
    return spells.sort_values(["days", "start"], ascending=[False, True], ignore_index=True)
