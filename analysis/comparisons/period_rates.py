"""Rates in given periods, and their ratio, for every way of counting."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.measures.frequency import count
from analysis.measures.rates import compare, overdispersed_ratio_interval, rate_interval

Period = tuple[object, object]  # first and last day, inclusive


def observed_in_period(way: CountSeries, period: Period) -> dict:
    """What one way of counting observed in a period.

    Returns start, end (days: of the period for incidents; of the whole intervals that lie in it for
    totals, missing if none does), days (int, of these watched), thin (of the watched days those watched
    by week or sparsely; 0 for totals) and attacks (int; incidents by best day).
    """
    first, last = (pd.Timestamp(day) for day in period)
    if way.incidents is not None:
        counted = count(way.incidents, f"{(last - first).days + 1} days", window=(first, last), coverage=way.coverage)
        row, attacks = counted.iloc[0], int(way.incidents["date"].between(first, last).sum())
        watched = {"days": int(row["covered"]), "thin": int(row["sparse"] + row["weekly"])}
        return {"start": first, "end": last, **watched, "attacks": attacks}
    held = way.rows[(way.rows["start"] >= first) & (way.rows["end"] <= last) & way.rows["count"].notna()]
    return {"start": held["start"].min(), "end": held["end"].max(),
            "days": int(held["days"].sum()), "thin": 0, "attacks": int(held["count"].sum())}  # fmt: skip


def period_rates(ways: dict[str, CountSeries], periods: dict[str, Period]) -> pd.DataFrame:
    """Rate in each of the named periods, by each way of counting that observed a day of it.

    Returns view, period, start, end, days, thin, attacks, rate, low, high (per day, 95 % Garwood: exact
    for a rate that is steady within the period)."""
    rows = [
        {"view": label, "period": name, **observed_in_period(way, period)}
        for label, way in ways.items() for name, period in periods.items()
    ]  # fmt: skip
    out = pd.DataFrame(rows, columns=["view", "period", "start", "end", "days", "thin", "attacks"])
    out = out[out["days"] > 0].reset_index(drop=True)
    out["rate"], out["low"], out["high"] = rate_interval(out["attacks"], out["days"])
    return out


def period_ratios(
    ways: dict[str, CountSeries], before: Period, after: Period, least: int = 14, phi: dict[str, float] | None = None
) -> pd.DataFrame:
    """Rate in the period `after` against that in the period `before`, by each way of counting.

    Returns view, attacks_before, days_before, rate_before, the same _after, thin_after (of the days after those watched
    by week or sparsely), ratio, low, high (exact
    95 % interval, see `rates.compare`), low_quasi, high_quasi (the same where counts vary `phi` times as
    much as Poisson allows, by view; 1 where not given; see `rates.overdispersed_ratio_interval`). A way that
    observed fewer than `least` days of a period, or no attack before, is left out. Periods chosen
    from the same counts are described by the ratio, not tested.
    """
    rows = []
    for label, way in ways.items():
        a, b = observed_in_period(way, before), observed_in_period(way, after)
        if min(a["days"], b["days"]) < least or not a["attacks"]:
            continue
        ratio = compare(a["attacks"], a["days"], b["attacks"], b["days"])
        wide = overdispersed_ratio_interval(
            a["attacks"], a["days"], b["attacks"], b["days"], (phi or {}).get(label, 1.0)
        )
        rows.append((label, a["attacks"], a["days"], ratio["rate_a"], b["attacks"], b["days"], ratio["rate_b"],
                     b["thin"], ratio["ratio"], ratio["low"], ratio["high"], *wide))  # fmt: skip
    columns = ["view", "attacks_before", "days_before", "rate_before", "attacks_after", "days_after", "rate_after",
               "thin_after", "ratio", "low", "high", "low_quasi", "high_quasi"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
