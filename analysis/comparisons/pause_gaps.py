"""The quiet spell near a pause: last attack before it, first after it, and its length."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.measures.changepoints.observed_counts import DAY
from analysis.measures.gaps import gaps
from analysis.measures.totals import zero_intervals


def gap_near_pause(way: CountSeries, first: pd.Timestamp, last: pd.Timestamp, window) -> dict:
    """The spell without an attack that holds most of the days from `first` to `last`, the longer one of equals.

    Returns last_low, last_high, first_low, first_high (earliest and latest day of the last attack
    before the spell and of the first after it: one day for incidents, which count by their best day;
    the interval between two statements for totals; missing where the spell may go on beyond what was
    watched), empty, empty_low, empty_high (days without an attack; how few and how many they can be; where totals
    rise in every interval, empty is missing and the two bound the days from `first` to `last` alone),
    edge (whether it may go on), inside (attacks from `first` to `last`, missing for totals that no
    statement bounds there). The days are missing where no such spell exists.
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    if way.incidents is not None:
        return _of_incidents(way, first, last, window)
    return _of_totals(way, first, last)


def _of_incidents(way: CountSeries, first, last, window) -> dict:
    found = gaps(way.incidents, window, coverage=way.coverage)
    inside = int(way.incidents["date"].between(first, last).sum())
    row = _most_inside(found, first, last)
    if row is None:
        return _nothing(inside)
    before = row["start"] - DAY if pd.notna(row["before"]) else pd.NaT
    after = row["end"] + DAY if pd.notna(row["after"]) else pd.NaT
    return _spell(before, before, after, after, row["days"], row["days_low"], row["days_high"], inside)


def _of_totals(way: CountSeries, first, last) -> dict:
    rows = way.rows
    held = rows[(rows["start"] >= first) & (rows["end"] <= last)]
    inside = int(held["count"].sum()) if len(held) else pd.NA
    row = _most_inside(zero_intervals(rows), first, last)
    if row is None:
        return _nothing(inside, *_longest_possible(rows, first, last))
    rows = rows[rows["count"] > 0]
    before, after = rows[rows["end"] == row["start"] - DAY], rows[rows["start"] == row["end"] + DAY]
    ends = [*_ends(before), *_ends(after)]
    slack = [int(rise["days"].iloc[0]) - 1 for rise in (before, after) if len(rise)]
    return _spell(*ends, row["days"], row["days"], row["days"] + sum(slack), inside)


def _most_inside(spells: pd.DataFrame, first, last) -> pd.Series | None:
    held = (spells["end"].clip(upper=last) - spells["start"].clip(lower=first)) // DAY + 1
    return spells.loc[held.idxmax()] if len(held) and held.max() > 0 else None


def _ends(rise: pd.DataFrame) -> tuple:
    return (rise["start"].iloc[0], rise["end"].iloc[0]) if len(rise) else (pd.NaT, pd.NaT)


def _spell(last_low, last_high, first_low, first_high, empty, empty_low, empty_high, inside) -> dict:
    return {
        "last_low": last_low, "last_high": last_high, "first_low": first_low, "first_high": first_high,
        "empty": int(empty), "empty_low": int(empty_low), "empty_high": int(empty_high),
        "edge": bool(pd.isna(last_high) or pd.isna(first_low)), "inside": inside,
    }  # fmt: skip


def _longest_possible(rows: pd.DataFrame, first, last) -> tuple:
    """How many of the days from `first` to `last` the longest spell without an attack has, where totals rise in
    every interval of those days: no less than, no more than; missing where a count of these intervals is.

    No less: n attacks leave d - n empty days of the d of an interval in n + 1 runs. No more: from the first day of
    one interval with a rise to the last day of the next one.
    """
    rising = rows[rows["count"] > 0]
    spans = pd.DataFrame({"start": rising["start"], "end": rising["end"].shift(-1)}).dropna()
    spans = spans[(spans["start"] < last) & (spans["end"] > first)]
    near = rows[(rows["end"] >= spans["start"].min()) & (rows["start"] <= spans["end"].max())]
    known = near["count"].notna().all() and (near["start"].iloc[1:] == near["end"].shift().iloc[1:] + DAY).all()
    if near.empty or not known:
        return pd.NA, pd.NA
    inside = near[(near["start"] >= first) & (near["end"] <= last)]
    least = [-(-(days - n) // (n + 1)) for days, n in zip(inside["days"], inside["count"], strict=True) if n < days]
    held = spans["end"].sub(DAY).clip(upper=last) - spans["start"].add(DAY).clip(lower=first)
    return int(max(least, default=0)), int(held.dt.days.max() + 1)


def _nothing(inside, least=pd.NA, most=pd.NA) -> dict:
    return {name: pd.NaT for name in ("last_low", "last_high", "first_low", "first_high")} | {
        "empty": pd.NA, "empty_low": least, "empty_high": most, "edge": False, "inside": inside,
    }  # fmt: skip


def first_attacks(ways: dict[str, CountSeries], start, end) -> pd.DataFrame:
    """The first attack from `start` on, by each way of counting.

    Returns view, n (attacks counted), last_low, last_high (day of the last attack before `start`; for
    totals: of the last rise that was complete by then), first_low, first_high (day of the first attack from `start` on;
    for totals: of the first rise that does not end before `start`), ids (of that day's incidents,
    joined by |; "" for totals), attacks (int, from `start` to `end`; for totals missing), after (int,
    after `end`; for totals missing).
    """
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    return pd.DataFrame([{"view": label, "n": way.n, **_first(way, start, end)} for label, way in ways.items()])


def _first(way: CountSeries, start, end) -> dict:
    if way.incidents is None:
        rises = way.rows[way.rows["count"] > 0]
        before, after = rises[rises["end"] < start].tail(1), rises[rises["end"] >= start].head(1)
        (low, high), (first, last) = _ends(before), _ends(after)
        return {"last_low": low, "last_high": high, "first_low": first, "first_high": last,
                "ids": "", "attacks": pd.NA, "after": pd.NA}  # fmt: skip
    day = way.incidents["date"]
    last, first = day[day < start].max(), day[day >= start].min()
    return {
        "last_low": last, "last_high": last, "first_low": first, "first_high": first,
        "ids": "|".join(way.incidents.loc[day == first, "incident_id"]),
        "attacks": int(day.between(start, end).sum()), "after": int((day > end).sum()),
    }  # fmt: skip
