"""What a chart shows, in words, for those who cannot see it: computed from its data."""

from __future__ import annotations

import pandas as pd

from analysis.charts.text_format import format_date, join_names, period_name, plural
from analysis.measures.totals import format_counter, zero_intervals


def frequency_alt(counts: pd.DataFrame, what: str = "attacks") -> str:
    """For `frequency_bars`: range, total, highest period, periods of zero, periods not covered."""
    if counts.empty:
        return f"Bar chart of {what} per period: no period to show."
    per = counts.groupby(["start", "end"], as_index=False).agg(
        count=("count", lambda c: c.sum(min_count=1)), sparse=("sparse", "first"), weekly=("weekly", "first")
    )
    known = per[per["count"].notna()]
    head = f"Bar chart of {what} per {period_name(counts)} from {format_date(per.start.min())} to {format_date(per.end.max())}."
    if known.empty:
        return f"{head} No period was covered."
    peak = known.loc[known["count"].astype(int).idxmax()]
    none = known[known["count"] == 0]
    sparse, weekly = int((none["sparse"] > 0).sum()), int(((none["weekly"] > 0) & (none["sparse"] == 0)).sum())
    unwatched = plural(len(per) - len(known), "period")
    return (
        f"{head} {int(known['count'].sum()):,} {what} in {plural(len(known), 'period')}; the most, "
        f"{int(peak['count'])}, from {format_date(peak.start)} to {format_date(peak.end)}. None in {plural(len(none), 'period')}"
        f"{f', {sparse} of them watched sparsely' if sparse else ''}"
        f"{f', {weekly} of them by week' if weekly else ''}."
        f"{f' Nobody watched {unwatched}.' if len(known) < len(per) else ''}"
    )


def cumulative_alt(lines: dict[str, pd.DataFrame], window=None) -> str:
    """For `cumulative_steps` with the same window: range, where each line ends, which is the highest."""
    if window is not None:
        lines = {label: line[line["day"].between(*window)] for label, line in lines.items()}
    lines = {format_counter(label): line for label, line in lines.items() if len(line)}
    if not lines:
        return "Step chart of running totals, one line per counter. No total to show."
    days = pd.concat([line["day"] for line in lines.values()])
    ends = {label: int(line["total"].iloc[-1]) for label, line in lines.items()}
    each = (f"{label} reaches {ends[label]:,} on {format_date(line['day'].iloc[-1])}" for label, line in lines.items())
    highest = f" The highest line is that of {max(ends, key=ends.get)}." if len(ends) > 1 else ""
    return (
        f"Step chart of running totals, one line per counter, from {format_date(days.min())} to {format_date(days.max())}. "
        f"{'; '.join(each)}.{highest}"
    )


def step_rates_alt(intervals: pd.DataFrame, counter: str) -> str:
    """For `rate_ladder`: range of the rates, and the longest interval without an attack."""
    known = intervals[intervals["count"].notna()]
    if known.empty:
        return f"Rates per day by {format_counter(counter)} totals: no interval to show."
    peak = known.loc[known["rate"].idxmax()]
    none = zero_intervals(known)
    tail = ""
    if len(none):
        row = none.iloc[0]
        tail = f" The longest stretch with none: {format_date(row.start)} to {format_date(row.end)}."
    return (
        f"Rates per day by {format_counter(counter)} totals in {plural(len(known), 'interval')} from "
        f"{format_date(known['start'].min())} to {format_date(known['end'].max())}, with 95 percent intervals; lowest "
        f"{known['rate'].min():.1f}, highest {peak.rate:.1f} per day from {format_date(peak.start)} to {format_date(peak.end)}.{tail}"
    )


def gap_strip_alt(longest: dict[str, pd.Series | None], window=None) -> str:
    """For `gap_strip`, with the same window: the longest gap under each view (a row of `gaps`, or None),
    and the longest of these."""
    when = f", from {format_date(window[0])} to {format_date(window[1])}" if window else ""
    head = f"One strip per view with a tick for every day with an attack{when}."
    parts = [f"{view}: {_gap(row)}" for view, row in longest.items()]
    found = {view: row.days for view, row in longest.items() if row is not None}
    if not found:
        return f"{head} No gap to show."
    most = max(found.values())
    widest = join_names(view for view, days in found.items() if days == most)
    return f"{head} Longest gap - {'; '.join(parts)}. The longest of all, {plural(most, 'day')}: {widest}."


def _gap(row: pd.Series | None) -> str:
    if row is None:
        return "no gap"
    return f"{plural(row.days, 'empty day')} from {format_date(row.start)} to {format_date(row.end)}"
