"""Rates in given periods, and their ratio, for every way of counting."""

from __future__ import annotations

import pandas as pd

from analysis.measures.frequency import covered_days
from analysis.measures.rates import compare, rate_interval
from analysis.measures.ways import Way

Period = tuple[object, object]  # first and last day, inclusive


def observed_in(way: Way, period: Period) -> dict:
    """What one way of counting observed in a period.

    Returns start, end (days: of the period for incidents; of the whole intervals that lie in it for
    totals, missing if none does), days (int, of these watched) and attacks (int; incidents by best day).
    """
    first, last = (pd.Timestamp(day) for day in period)
    if way.incidents is not None:
        days = covered_days(pd.DataFrame({"start": [first], "end": [last]}), way.coverage)
        attacks = int(way.incidents["date"].between(first, last).sum())
        return {"start": first, "end": last, "days": int(days.iloc[0]), "attacks": attacks}
    held = way.rows[(way.rows["start"] >= first) & (way.rows["end"] <= last) & way.rows["count"].notna()]
    return {"start": held["start"].min(), "end": held["end"].max(),
            "days": int(held["days"].sum()), "attacks": int(held["count"].sum())}  # fmt: skip


def period_rates(ways: dict[str, Way], periods: dict[str, Period]) -> pd.DataFrame:
    """Rate in each of the named periods, by each way of counting that observed a day of it.

    Returns view, period, start, end, days, attacks, rate, low, high (per day, 95 % Garwood: exact
    for a rate that is steady within the period)."""
    rows = [
        {"view": label, "period": name, **observed_in(way, period)}
        for label, way in ways.items() for name, period in periods.items()
    ]  # fmt: skip
    out = pd.DataFrame(rows, columns=["view", "period", "start", "end", "days", "attacks"])
    out = out[out["days"] > 0].reset_index(drop=True)
    out["rate"], out["low"], out["high"] = rate_interval(out["attacks"], out["days"])
    return out


def period_ratios(ways: dict[str, Way], before: Period, after: Period, least: int = 14) -> pd.DataFrame:
    """Rate in the period `after` against that in the period `before`, by each way of counting.

    Returns view, attacks_before, days_before, rate_before, the same _after, ratio, low, high (exact
    95 % interval, see `rates.compare`). A way that observed fewer than `least` days of a period, or
    no attack before, is left out. Periods chosen from the same counts are described by the ratio,
    not tested.
    """
    rows = []
    for label, way in ways.items():
        a, b = observed_in(way, before), observed_in(way, after)
        if min(a["days"], b["days"]) < least or not a["attacks"]:
            continue
        ratio = compare(a["attacks"], a["days"], b["attacks"], b["days"])
        rows.append((label, a["attacks"], a["days"], ratio["rate_a"], b["attacks"], b["days"], ratio["rate_b"],
                     ratio["ratio"], ratio["low"], ratio["high"]))  # fmt: skip
    columns = ["view", "attacks_before", "days_before", "rate_before", "attacks_after", "days_after", "rate_after",
               "ratio", "low", "high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
