"""What a chart shows, in words, for those who cannot see it: computed from its data."""

from __future__ import annotations

import pandas as pd

from analysis.charts.words import on
from analysis.measures.totals import counter_name, quiet_spells


def frequency_alt(counts: pd.DataFrame, what: str = "attacks") -> str:
    """For `frequency_bars`: range, total, highest period, periods of zero, periods not covered."""
    if counts.empty:
        return f"Bar chart of {what} per period: no period to show."
    per = counts.groupby(["start", "end"], as_index=False).agg(
        count=("count", lambda c: c.sum(min_count=1)), covered=("covered", "first")
    )
    known = per[per["count"].notna()]
    head = f"Bar chart of {what} per period from {on(per.start.min())} to {on(per.end.max())}."
    if known.empty:
        return f"{head} No period was covered."
    peak = known.loc[known["count"].astype(int).idxmax()]
    zeros = int((known["count"] == 0).sum())
    return (
        f"{head} {int(known['count'].sum())} {what} in {len(known)} periods; the most, "
        f"{int(peak['count'])}, from {on(peak.start)} to {on(peak.end)}; {zeros} covered "
        f"periods have none; {int((per['covered'] == 0).sum())} periods were not covered."
    )


def cumulative_alt(lines: dict[str, pd.DataFrame], window=None) -> str:
    """For `cumulative_steps` with the same window: where each line ends."""
    if window is not None:
        lines = {label: line[line["day"].between(*window)] for label, line in lines.items()}
    ends = [
        f"{counter_name(label)} reaches {int(line['total'].iloc[-1])} on {on(line['day'].iloc[-1])}"
        for label, line in lines.items()
        if len(line)
    ]
    return "Step chart of running totals, one line per counter. " + (
        "; ".join(ends) + "." if ends else "No total to show."
    )


def ladder_alt(intervals: pd.DataFrame, counter: str) -> str:
    """For `rate_ladder`: range of the rates, and the longest interval without an attack."""
    known = intervals[intervals["count"].notna()]
    if known.empty:
        return f"Rates per day by {counter_name(counter)} totals: no interval to show."
    peak = known.loc[known["rate"].idxmax()]
    none = quiet_spells(known)
    tail = ""
    if len(none):
        row = none.iloc[0]
        tail = f" The longest stretch with none: {on(row.start)} to {on(row.end)}."
    return (
        f"Rates per day by {counter_name(counter)} totals in {len(known)} intervals with 95 percent intervals; "
        f"highest {peak.rate:.1f} per day from {on(peak.start)} to {on(peak.end)}.{tail}"
    )


def strip_alt(longest: dict[str, pd.Series | None]) -> str:
    """For `gap_strip`: the longest gap under each view (a row of `gaps`, or None)."""
    parts = [
        f"{view}: {'no gap' if row is None else f'{row.days} empty days from {on(row.start)} to {on(row.end)}'}"
        for view, row in longest.items()
    ]
    return "One strip per view with a tick for every day with an attack. Longest gap - " + (
        "; ".join(parts) + "."
    )
