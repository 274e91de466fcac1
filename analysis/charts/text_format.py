"""Days and names as a reader expects them in a sentence."""

from __future__ import annotations

import pandas as pd

KIND_NAME = {"one_way_drone": "one-way drone", "ied": "IED", "mixed": "several weapons"}


def format_date(day, year: bool = True) -> str:
    """A day in words: 4 February 2024, or without its year."""
    day = pd.Timestamp(day)
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%B}"


def plural(number: int, noun: str) -> str:
    """1 claim, 2 claims."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_days(low, high) -> str:
    """A day, or the first and the last of several, as in tables: 2024-01-31 to 2024-02-04; nothing
    where there is none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    low, high = pd.Timestamp(low), pd.Timestamp(high)
    return f"{low:%Y-%m-%d}" if low == high else f"{low:%Y-%m-%d} to {high:%Y-%m-%d}"


def format_range(first, last) -> str:
    """The days of a stretch in a sentence: on 4 February 2024, or from one day to another."""
    return f"on {format_date(first)}" if first == last else f"from {format_date(first)} to {format_date(last)}"


def format_date_set(low, high, width: int) -> str:
    """A set of days in a sentence, from its first to its last; it may have holes."""
    every = (pd.Timestamp(high) - pd.Timestamp(low)).days + 1
    return (
        f"{format_date(low)} to {format_date(high)}, {width} {'days' if width == every else f'of these {every} days'}"
    )


def format_interval(low: float, high: float, places: int = 3) -> str:
    """The two ends of an interval; nothing where they are missing."""
    return "" if pd.isna(low) or pd.isna(high) else f"{low:.{places}f} to {high:.{places}f}"


def join_names(parts) -> str:
    """a, b and c."""
    *most, last = list(parts) or [""]
    return f"{', '.join(most)} and {last}" if most else str(last)


def format_probability(p: float) -> str:
    """A probability with three decimals; one that only rounds to 0 or 1 is not said to be it; nothing for a
    missing one."""
    if p != p:
        return ""
    return "< 0.001" if p < 0.0005 else "> 0.999" if p > 0.9995 else f"{p:.3f}"


def period_name(counts: pd.DataFrame) -> str:
    """What one whole period of `frequency.count` is called: day, week, month, quarter, 14 days."""
    whole = counts[counts["is_complete"]]
    lengths, first = whole["days"], (whole["start"].dt.day == 1).all()
    for name, low, high in (("month", 28, 31), ("quarter", 90, 92)):
        if len(whole) and first and lengths.between(low, high).all():
            return name
    if lengths.nunique() != 1:
        return "period"
    return {1: "day", 7: "week"}.get(lengths.iloc[0], f"{lengths.iloc[0]} days")


def format_value(kind) -> str:
    """A value of a table as readers know it: one_way_drone, one-way drone."""
    return KIND_NAME.get(str(kind), str(kind).replace("_", " "))


def shorten(name: object, most: int = 36) -> str:
    """A name that fits beside a point: cut where it is longer than any base's."""
    name = str(name)
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
