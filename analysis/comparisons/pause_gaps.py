"""The gap near a pause: the last attack before it, the first after it, and its length, under every definition."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.evidence.arguments import read_day, require_dict_of
from analysis.measures.coverage import DAY, Window
from analysis.measures.gaps import gaps
from analysis.measures.total_intervals import zero_intervals


def gap_near_pause(series: CountSeries, first, last, window: Window | None) -> dict:
    """The gap that holds most of the days of a pause, the longer one of equals.

    Parameters
    ----------
    series : CountSeries
        From `count_series`.
    first, last : day
        First and last day of the pause, inclusive.
    window : tuple of two days or None
        First and last day, inclusive; None for totals.

    Returns
    -------
    dict
        last_low, last_high, first_low, first_high (earliest and latest day of the last attack before the gap and of
        the first after it: one day for incidents, which count by their best day; the interval between two statements
        for totals; missing where the gap may go on beyond what was searched), gap_days, gap_days_low, gap_days_high
        (days without an attack, the fewest and the most they can be), is_censored (whether the gap may go on),
        attacks_inside (from `first` to `last`; missing for totals that no statement bounds there). The days are
        missing where no such gap exists.

    Notes
    -----
    Where totals rise in every interval gap_days is missing, and gap_days_low and gap_days_high bound the longest gap
    inside the days from `first` to `last`.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-21"])
    >>> rows = pd.DataFrame({"start": days, "end": days + pd.Timedelta(days=9), "count": [8, 0, 2], "days": 10})
    >>> found = gap_near_pause(CountSeries("t", rows, None, None, pd.DataFrame()), "2024-01-11", "2024-01-20", None)
    >>> found["gap_days"], found["gap_days_high"], found["is_censored"]
    (10, 28, False)
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    if series.incidents is not None:
        return _gap_of_incidents(series, first, last, window)
    return _gap_of_totals(series, first, last)


def _gap_of_incidents(series: CountSeries, first: pd.Timestamp, last: pd.Timestamp, window: Window | None) -> dict:
    incidents = series.incidents
    assert incidents is not None
    found = gaps(incidents, window, coverage=series.coverage)
    inside = int(incidents["date"].between(first, last).sum())
    row = _most_inside(found, first, last)
    if row is None:
        return _no_gap(inside)
    before = row["start"] - DAY if pd.notna(row["before"]) else pd.NaT
    after = row["end"] + DAY if pd.notna(row["after"]) else pd.NaT
    lengths = row["gap_days"], row["gap_days_low"], row["gap_days_high"]
    return _one_gap((before, before), (after, after), lengths, inside)


def _gap_of_totals(series: CountSeries, first: pd.Timestamp, last: pd.Timestamp) -> dict:
    rows = series.rows
    held = rows[(rows["start"] >= first) & (rows["end"] <= last)]
    inside = int(held["count"].sum()) if len(held) else pd.NA
    row = _most_inside(zero_intervals(rows), first, last)
    if row is None:
        return _no_gap(inside, *_bounds_of_longest_gap(rows, first, last))
    rows = rows[rows["count"] > 0]
    before, after = rows[rows["end"] == row["start"] - DAY], rows[rows["start"] == row["end"] + DAY]
    slack = [int(rise["days"].iloc[0]) - 1 for rise in (before, after) if len(rise)]
    return _one_gap(_bounds(before), _bounds(after), (row["days"], row["days"], row["days"] + sum(slack)), inside)


def _most_inside(found: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series | None:
    held = (found["end"].clip(upper=last) - found["start"].clip(lower=first)) // DAY + 1
    return found.loc[held.idxmax()] if len(held) and held.max() > 0 else None


def _bounds(rise: pd.DataFrame) -> tuple:
    return (rise["start"].iloc[0], rise["end"].iloc[0]) if len(rise) else (pd.NaT, pd.NaT)


def _one_gap(last_attack: tuple, first_attack: tuple, lengths: tuple, inside) -> dict:
    (last_low, last_high), (first_low, first_high) = last_attack, first_attack
    gap_days, low, high = (int(days) for days in lengths)
    return {
        "last_low": last_low, "last_high": last_high, "first_low": first_low, "first_high": first_high,
        "gap_days": gap_days, "gap_days_low": low, "gap_days_high": high,
        "is_censored": bool(pd.isna(last_high) or pd.isna(first_low)), "attacks_inside": inside,
    }  # fmt: skip


def _no_gap(inside, low=pd.NA, high=pd.NA) -> dict:
    return {name: pd.NaT for name in ("last_low", "last_high", "first_low", "first_high")} | {
        "gap_days": pd.NA, "gap_days_low": low, "gap_days_high": high, "is_censored": False, "attacks_inside": inside,
    }  # fmt: skip


def _bounds_of_longest_gap(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> tuple:
    """Fewest and most days of the longest gap inside the days from `first` to `last`, where totals rise in every
    interval of those days; missing where the count of one of these intervals is.

    Fewest: n attacks leave d - n days without one of the d days of an interval, in n + 1 gaps. Most: from the first
    day of one interval with a rise to the last day of the next one.
    """
    rising = rows[rows["count"] > 0]
    spans = pd.DataFrame({"start": rising["start"], "end": rising["end"].shift(-1)}).dropna()
    spans = spans[(spans["start"] < last) & (spans["end"] > first)]
    near = rows[(rows["end"] >= spans["start"].min()) & (rows["start"] <= spans["end"].max())]
    known = near["count"].notna().all() and (near["start"].iloc[1:] == near["end"].shift().iloc[1:] + DAY).all()
    if near.empty or not known:
        return pd.NA, pd.NA
    inside = near[(near["start"] >= first) & (near["end"] <= last)]
    fewest = [-(-(days - n) // (n + 1)) for days, n in zip(inside["days"], inside["count"], strict=True) if n < days]
    most = spans["end"].sub(DAY).clip(upper=last) - spans["start"].add(DAY).clip(lower=first)
    return int(max(fewest, default=0)), int(most.dt.days.max() + 1)


def first_attacks(definitions: dict[str, CountSeries], start, end) -> pd.DataFrame:
    """The first attack from one day on, under every definition.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label, from `count_series`.
    start, end : day
        First and last day of the search, inclusive.

    Returns
    -------
    DataFrame
        definition, n (attacks counted), last_low, last_high (day of the last attack before `start`; for totals: of the
        last rise that was complete by then), first_low, first_high (day of the first attack from `start` on; for
        totals: of the first rise that does not end before `start`), incident_ids (of that day, joined by ``|``; "" for
        totals), count (int, attacks from `start` to `end`; missing for totals), count_after (int, attacks after `end`;
        missing for totals).

    Notes
    -----
    The first attack that is known is not the first that happened where few days were searched.

    Examples
    --------
    >>> from analysis.comparisons.count_series import itemised_series
    >>> days = pd.to_datetime(["2024-01-01", "2024-03-05"])
    >>> incidents = pd.DataFrame({"date": days, "date_start": days, "date_end": days, "incident_id": ["a", "b"]})
    >>> series = itemised_series("mine", incidents, ("2024-01-01", "2024-04-30"), pd.DataFrame())
    >>> first_attacks({"mine": series}, "2024-02-01", "2024-03-31")[["incident_ids", "count"]].to_numpy().tolist()
    [['b', 1]]
    """
    require_dict_of(definitions, CountSeries, "definitions", "CountSeries")
    start, end = pd.Timestamp(read_day(start, "start")), pd.Timestamp(read_day(end, "end"))
    rows = [{"definition": label, "n": each.n, **_first(each, start, end)} for label, each in definitions.items()]
    return pd.DataFrame(rows)


def _first(series: CountSeries, start: pd.Timestamp, end: pd.Timestamp) -> dict:
    if series.incidents is None:
        rises = series.rows[series.rows["count"] > 0]
        before, after = rises[rises["end"] < start].tail(1), rises[rises["end"] >= start].head(1)
        (last_low, last_high), (first_low, first_high) = _bounds(before), _bounds(after)
        return {"last_low": last_low, "last_high": last_high, "first_low": first_low, "first_high": first_high,
                "incident_ids": "", "count": pd.NA, "count_after": pd.NA}  # fmt: skip
    day = series.incidents["date"]
    last, first = day[day < start].max(), day[day >= start].min()
    return {
        "last_low": last, "last_high": last, "first_low": first, "first_high": first,
        "incident_ids": "|".join(series.incidents.loc[day == first, "incident_id"]),
        "count": int(day.between(start, end).sum()), "count_after": int((day > end).sum()),
    }  # fmt: skip
