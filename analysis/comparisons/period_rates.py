"""Rates in given periods, and their ratio, under every definition."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.evidence.arguments import read_window, require_dict_of, require_type
from analysis.measures.coverage import Window
from analysis.measures.frequency import count
from analysis.measures.rate_ratios import compare
from analysis.measures.rates import rate_interval


def observed_in_period(series: CountSeries, period: Window) -> dict:
    """What one count series observed in a period.

    Parameters
    ----------
    series : CountSeries
        From `count_series`.
    period : tuple of two days
        First and last day, inclusive.

    Returns
    -------
    dict
        start, end (days: of the period for incidents; of the whole intervals inside it for totals, missing where
        there is none), covered_days (int), thin_days (int, covered days that were searched by week or sparsely; 0 for
        totals), count (int, attacks; incidents by their best day).

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-11"])
    >>> rows = pd.DataFrame({"start": days, "end": days + pd.Timedelta(days=9), "count": [8, 3], "days": 10})
    >>> series = CountSeries("totals", rows, None, None, pd.DataFrame())
    >>> found = observed_in_period(series, ("2024-01-05", "2024-01-31"))
    >>> found["covered_days"], found["count"]
    (10, 3)
    """
    require_type(series, CountSeries, "series", "a CountSeries, one of what count_series returns")
    first, last = (pd.Timestamp(day) for day in read_window(period, "period"))
    if series.incidents is not None:
        every = f"{(last - first).days + 1} days"
        row = count(series.incidents, every, window=(first, last), coverage=series.coverage).iloc[0]
        days = {"covered_days": int(row["covered_days"]), "thin_days": int(row["sparse_days"] + row["weekly_days"])}
        return {"start": first, "end": last, **days, "count": int(series.incidents["date"].between(first, last).sum())}
    rows = series.rows
    held = rows[(rows["start"] >= first) & (rows["end"] <= last) & rows["count"].notna()]
    return {"start": held["start"].min(), "end": held["end"].max(), "covered_days": int(held["days"].sum()),
            "thin_days": 0, "count": int(held["count"].sum())}  # fmt: skip


def period_rates(definitions: dict[str, CountSeries], periods: dict[str, Window]) -> pd.DataFrame:
    """Rate in each period, under every definition.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label, from `count_series`.
    periods : dict of str to tuple of two days
        Name of the period to its first and last day, inclusive.

    Returns
    -------
    DataFrame
        definition, period, start, end, covered_days, thin_days, count, rate_per_day, rate_per_day_low,
        rate_per_day_high (95 % Garwood). No row for a period of which the definition observed no day.

    Notes
    -----
    Of totals only whole intervals count, so that the days differ from definition to definition. The interval holds
    for a rate that is constant within the period.

    Examples
    --------
    >>> rows = pd.DataFrame({"start": [pd.Timestamp("2024-01-01")], "end": [pd.Timestamp("2024-01-10")],
    ...                      "count": [8], "days": [10]})
    >>> series = CountSeries("totals", rows, None, None, pd.DataFrame())
    >>> table = period_rates({"totals": series}, {"January": ("2024-01-01", "2024-01-31")})
    >>> table[["definition", "period", "covered_days", "rate_per_day"]].to_numpy().tolist()
    [['totals', 'January', 10, 0.8]]
    """
    require_dict_of(definitions, CountSeries, "definitions", "CountSeries")
    require_type(periods, dict, "periods", "a dict of windows by name")
    rows = [
        {"definition": label, "period": name, **observed_in_period(series, period)}
        for label, series in definitions.items()
        for name, period in periods.items()
    ]
    columns = ["definition", "period", "start", "end", "covered_days", "thin_days", "count"]
    out = pd.DataFrame(rows, columns=columns)
    out = out[out["covered_days"] > 0].reset_index(drop=True)
    rate, low, high = rate_interval(out["count"], out["covered_days"])
    return out.assign(rate_per_day=rate, rate_per_day_low=low, rate_per_day_high=high)


def period_ratios(
    definitions: dict[str, CountSeries],
    before: Window,
    after: Window,
    min_days: int = 14,
    phi: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Rate in one period over the rate in an earlier one, under every definition.

    Parameters
    ----------
    definitions : dict of str to CountSeries
        By label, from `count_series`.
    before, after : tuple of two days
        First and last day of each period, inclusive.
    min_days : int
        Fewest covered days of a period.
    phi : dict of str to float, optional
        Variance over mean of the counts, by label; 1 where not given.

    Returns
    -------
    DataFrame
        definition, count_before, covered_days_before, rate_per_day_before, count_after, covered_days_after,
        rate_per_day_after, thin_days_after, ratio, ratio_low, ratio_high (exact 95 % interval, see
        `rate_ratios.compare`), ratio_low_overdispersed, ratio_high_overdispersed (the same, allowing for phi). No row
        for a definition with fewer than `min_days` covered days in a period, or without an attack before.

    Notes
    -----
    A ratio of periods that were chosen from the same counts describes them. It is no test.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-02-01"])
    >>> rows = pd.DataFrame({"start": days, "end": days + pd.Timedelta(days=19), "count": [20, 2], "days": 20})
    >>> series = CountSeries("totals", rows, None, None, pd.DataFrame())
    >>> table = period_ratios({"totals": series}, ("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29"))
    >>> table[["ratio", "ratio_low", "ratio_high"]].round(3).to_numpy().tolist()
    [[0.1, 0.011, 0.412]]
    """
    require_dict_of(definitions, CountSeries, "definitions", "CountSeries")
    read_window(before, "before")
    read_window(after, "after")
    rows = []
    for label, series in definitions.items():
        a, b = observed_in_period(series, before), observed_in_period(series, after)
        if min(a["covered_days"], b["covered_days"]) < min_days or not a["count"]:
            continue
        given = a["count"], a["covered_days"], b["count"], b["covered_days"]
        ratio, wider = compare(*given), compare(*given, phi=(phi or {}).get(label, 1.0))
        rows.append((
            label, a["count"], a["covered_days"], ratio.rate_a.estimate, b["count"], b["covered_days"],
            ratio.rate_b.estimate, b["thin_days"], ratio.estimate, *ratio.interval(), *wider.interval(),
        ))  # fmt: skip
    columns = [
        "definition", "count_before", "covered_days_before", "rate_per_day_before", "count_after",
        "covered_days_after", "rate_per_day_after", "thin_days_after", "ratio", "ratio_low", "ratio_high",
        "ratio_low_overdispersed", "ratio_high_overdispersed",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
