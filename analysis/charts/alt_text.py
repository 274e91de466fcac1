"""What a chart shows, in words, for those who cannot see it: computed from its data."""

from __future__ import annotations

import pandas as pd

from analysis.charts.text_format import format_date, join_names, period_name, plural
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import read_window, require_columns, require_frames, require_type
from analysis.measures.total_intervals import zero_intervals
from analysis.measures.totals import format_counter


def frequency_alt(counts: pd.DataFrame, what: str = "") -> str:
    """Describe `frequency_bars` in words: range, total, highest period, periods of zero, periods not covered.

    Parameters
    ----------
    counts : DataFrame
        What `count` returns, with or without `by`.
    what : str, default ""
        What is counted, in the plural; by default the word of `use_vocabulary`.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    frequency_bars : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> counts = a.count(a.select(a.open_folder(), a.View()), "month", window=("2024-01-01", "2024-02-29"))
    >>> a.charts.frequency_alt(counts).split(".")[0]
    'Bar chart of attacks per month from 1 January 2024 to 29 February 2024'
    """
    require_columns(counts, ("start", "end", "days", "is_complete", "sparse_days", "weekly_days", "count"), "counts")
    what = what or vocabulary().plural
    if counts.empty:
        return f"Bar chart of {what} per period: no period to show."
    per = counts.groupby(["start", "end"], as_index=False).agg(
        count=("count", lambda c: c.sum(min_count=1)),
        sparse_days=("sparse_days", "first"),
        weekly_days=("weekly_days", "first"),
    )
    known = per[per["count"].notna()]
    first, last = format_date(per.start.min()), format_date(per.end.max())
    head = f"Bar chart of {what} per {period_name(counts)} from {first} to {last}."
    if known.empty:
        return f"{head} No period was covered."
    peak = known.loc[known["count"].astype(int).idxmax()]
    none = known[known["count"] == 0]
    sparse = int((none["sparse_days"] > 0).sum())
    weekly = int(((none["weekly_days"] > 0) & (none["sparse_days"] == 0)).sum())
    unsearched = plural(len(per) - len(known), "period")
    return (
        f"{head} {int(known['count'].sum()):,} {what} in {plural(len(known), 'period')}; the most, "
        f"{int(peak['count'])}, from {format_date(peak.start)} to {format_date(peak.end)}. "
        f"None in {plural(len(none), 'period')}"
        f"{f', {sparse} of them searched sparsely' if sparse else ''}"
        f"{f', {weekly} of them by week' if weekly else ''}."
        f"{f' Nobody searched {unsearched}.' if len(known) < len(per) else ''}"
    )


def cumulative_alt(lines: dict[str, pd.DataFrame], window=None) -> str:
    """Describe `cumulative_steps` in words: range, where each line ends, which is the highest.

    Parameters
    ----------
    lines : dict of str to DataFrame
        A frame with day and total (incidents so far) by the label of its counter.
    window : tuple of two days, optional
        First and last day that the chart shows; all days by default.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a frame lacks a column or `window` is not two days in order.

    See Also
    --------
    cumulative_steps : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> window = ("2024-01-01", "2024-01-31")
    >>> lines = {"itemised": a.cumulative(a.select(a.open_folder(), a.View()), window)}
    >>> a.charts.cumulative_alt(lines, window).split(",")[0]
    'Step chart of running totals'
    """
    require_frames(lines, ("day", "total"), "lines")
    if window is not None:
        first, last = (pd.Timestamp(day) for day in read_window(window))
        lines = {label: line[line["day"].between(first, last)] for label, line in lines.items()}
    lines = {format_counter(label): line for label, line in lines.items() if len(line)}
    if not lines:
        return "Step chart of running totals, one line per counter. No total to show."
    days = pd.concat([line["day"] for line in lines.values()])
    ends = {label: int(line["total"].iloc[-1]) for label, line in lines.items()}
    each = (f"{label} reaches {ends[label]:,} on {format_date(line['day'].iloc[-1])}" for label, line in lines.items())
    highest = f" The highest line is that of {max(ends, key=ends.__getitem__)}." if len(ends) > 1 else ""
    return (
        f"Step chart of running totals, one line per counter, from {format_date(days.min())} "
        f"to {format_date(days.max())}. {'; '.join(each)}.{highest}"
    )


def step_rates_alt(intervals: pd.DataFrame, counter: str) -> str:
    """Describe `step_rates` in words: range of the rates, and the longest interval without an attack.

    Parameters
    ----------
    intervals : DataFrame
        What `total_intervals` returns.
    counter : str
        Who states the total, such as `Pentagon`.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    step_rates : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> totals = a.totals.running_total(a.open_folder().tallies, "Pentagon")
    >>> a.charts.step_rates_alt(a.total_intervals(totals), "Pentagon").split(" in ")[0]
    'Rates per day by Pentagon totals'
    """
    require_columns(intervals, ("start", "end", "days", "count", "rate_per_day"), "intervals")
    known = intervals[intervals["count"].notna()]
    if known.empty:
        return f"Rates per day by {format_counter(counter)} totals: no interval to show."
    peak = known.loc[known["rate_per_day"].idxmax()]
    none = zero_intervals(known)
    tail = ""
    if len(none):
        row = none.iloc[0]
        tail = f" The longest stretch with none: {format_date(row.start)} to {format_date(row.end)}."
    return (
        f"Rates per day by {format_counter(counter)} totals in {plural(len(known), 'interval')} from "
        f"{format_date(known['start'].min())} to {format_date(known['end'].max())}, with 95 percent intervals; lowest "
        f"{known['rate_per_day'].min():.1f}, highest {peak.rate_per_day:.1f} per day from {format_date(peak.start)} "
        f"to {format_date(peak.end)}.{tail}"
    )


def gap_strip_alt(longest: dict[str, pd.Series | None], window=None) -> str:
    """Describe `gap_strip` in words: the longest gap under each definition, and the longest of these.

    Parameters
    ----------
    longest : dict of str to Series
        The longest gap, a row of what `gaps` returns, by the label of its definition; None where there is none.
    window : tuple of two days, optional
        First and last day that the chart shows.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If `longest` is no dict of gaps or `window` is not two days in order.

    See Also
    --------
    gap_strip : The chart.

    Examples
    --------
    >>> import analysis as a
    >>> window = ("2024-02-01", "2024-03-31")
    >>> found = a.gaps(a.select(a.open_folder(), a.View()), window)
    >>> a.charts.gap_strip_alt({"all claims": found.iloc[0]}, window).split(",")[0]
    'One strip per view with a tick for every day with an attack'
    """
    require_type(longest, dict, "longest", "a dict of rows of gaps, by label")
    for label, row in longest.items():
        if row is not None:
            require_type(row, pd.Series, f"longest[{label!r}]", "a row of what gaps returns, or None")
            require_columns(row.to_frame().T, ("start", "end", "gap_days"), f"longest[{label!r}]")
    window = read_window(window) if window else None
    when = f", from {format_date(window[0])} to {format_date(window[1])}" if window else ""
    head = f"One strip per view with a tick for every day with {_article(vocabulary().singular)}{when}."
    parts = [f"{view}: {_gap(row)}" for view, row in longest.items()]
    found = {view: row.gap_days for view, row in longest.items() if row is not None}
    if not found:
        return f"{head} No gap to show."
    most = max(found.values())
    widest = join_names(view for view, days in found.items() if days == most)
    return f"{head} Longest gap - {'; '.join(parts)}. The longest of all, {plural(most, 'day')}: {widest}."


def _gap(row: pd.Series | None) -> str:
    if row is None:
        return "no gap"
    return f"{plural(row.gap_days, 'empty day')} from {format_date(row.start)} to {format_date(row.end)}"


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
