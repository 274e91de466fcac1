"""Days and names as a reader expects them in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.evidence.arguments import read_day, require_type
from analysis.evidence.errors import InputError

KIND_NAME = {"one_way_drone": "one-way drone", "ied": "IED", "mixed": "several weapons"}


def format_date(day, year: bool = True) -> str:
    """Write a day in words.

    Parameters
    ----------
    day : day
        A Timestamp, a date or YYYY-MM-DD.
    year : bool, default True
        Whether to say the year.

    Returns
    -------
    str
        Such as 4 February 2024.

    Raises
    ------
    InputError
        If `day` is no day.

    Examples
    --------
    >>> import analysis as a
    >>> a.format_date("2024-02-04"), a.format_date("2024-02-04", year=False)
    ('4 February 2024', '4 February')
    """
    day = read_day(day, "day")
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%B}"


def plural(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural where it is not one.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        The noun in the singular; its plural ends in s.

    Returns
    -------
    str
        Such as 1 claim or 2 claims, with a comma between thousands.

    Raises
    ------
    InputError
        If `number` is no number.

    Examples
    --------
    >>> import analysis as a
    >>> a.plural(1, "claim"), a.plural(2000, "claim")
    ('1 claim', '2,000 claims')
    """
    require_type(number, (int, float, np.number), "number", "a number")
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_days(low, high) -> str:
    """A day, or the first and the last of several, as in tables: 2024-01-31 to 2024-02-04; nothing
    where there is none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    low, high = pd.Timestamp(low), pd.Timestamp(high)
    return f"{low:%Y-%m-%d}" if low == high else f"{low:%Y-%m-%d} to {high:%Y-%m-%d}"


def format_range(first, last) -> str:
    """Write the days of a period as part of a sentence.

    Parameters
    ----------
    first, last : day
        First and last day: Timestamps, dates or YYYY-MM-DD.

    Returns
    -------
    str
        Such as on 4 February 2024, or from one day to another.

    Raises
    ------
    InputError
        If one of them is no day.

    Examples
    --------
    >>> import analysis as a
    >>> a.format_range("2024-02-04", "2024-02-04")
    'on 4 February 2024'
    """
    first, last = read_day(first, "first"), read_day(last, "last")
    return f"on {format_date(first)}" if first == last else f"from {format_date(first)} to {format_date(last)}"


def format_date_set(low, high, width: int) -> str:
    """Write a set of days as part of a sentence, from its first to its last.

    Parameters
    ----------
    low, high : day
        First and last day of the set.
    width : int
        Number of days in the set; it may have holes.

    Returns
    -------
    str
        First and last day, and how many days the set has.

    Raises
    ------
    InputError
        If `low` or `high` is no day.

    Examples
    --------
    >>> import analysis as a
    >>> a.format_date_set("2024-02-01", "2024-02-05", 4)
    '1 February 2024 to 5 February 2024, 4 of these 5 days'
    """
    every = (read_day(high, "high") - read_day(low, "low")).days + 1
    return (
        f"{format_date(low)} to {format_date(high)}, {width} {'days' if width == every else f'of these {every} days'}"
    )


def format_interval(low: float, high: float, places: int = 3) -> str:
    """The two ends of an interval; nothing where they are missing."""
    return "" if pd.isna(low) or pd.isna(high) else f"{low:.{places}f} to {high:.{places}f}"


def join_names(parts) -> str:
    """Write several names as part of a sentence.

    Parameters
    ----------
    parts : iterable of str
        The names.

    Returns
    -------
    str
        The names with commas and "and"; empty for none.

    Raises
    ------
    InputError
        If `parts` is one text.

    Examples
    --------
    >>> import analysis as a
    >>> a.join_names(["Iraq", "Syria", "Jordan"])
    'Iraq, Syria and Jordan'
    """
    require_type(parts, Iterable, "parts", "several names")
    if isinstance(parts, str):
        raise InputError(f"parts is {parts!r}; allowed: several names")
    *most, last = list(parts) or [""]
    return f"{', '.join(most)} and {last}" if most else str(last)


def format_probability(p: float) -> str:
    """Write a probability with three decimals.

    Parameters
    ----------
    p : float
        A probability, 0 to 1; NaN for a missing one.

    Returns
    -------
    str
        The probability; "< 0.001" or "> 0.999" where it would round to 0 or 1; empty for a missing one.

    Raises
    ------
    InputError
        If `p` is no number from 0 to 1.

    Examples
    --------
    >>> import analysis as a
    >>> a.format_probability(0.92741), a.format_probability(1e-9)
    ('0.927', '< 0.001')
    """
    require_type(p, (int, float, np.number), "p", "a number from 0 to 1")
    if not -1e-9 <= p <= 1 + 1e-9 and p == p:
        raise InputError(f"p is {p!r}; allowed: a number from 0 to 1")
    if p != p:
        return ""
    return "< 0.001" if p < 0.0005 else "> 0.999" if p > 0.9995 else f"{p:.3f}"


def format_percent(share: float) -> str:
    """A share or a ratio in percent: whole, with one decimal near 0 and 100, with a word where a share would round to 0
    or 100 and is neither; nothing where it is missing."""
    if pd.isna(share):
        return ""
    percent = 100 * share
    if 0 < percent < 0.05:
        return "under 0.1 %"
    if 99.95 < percent < 100:
        return "over 99.9 %"
    return f"{percent:.1f} %" if 0 < percent < 2 or 98 < percent < 100 else f"{percent:.0f} %"


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
    """Write a value of a table as readers know it.

    Parameters
    ----------
    kind : object
        The value.

    Returns
    -------
    str
        The value in words.

    Examples
    --------
    >>> import analysis as a
    >>> a.format_value("one_way_drone"), a.format_value("ballistic_missile")
    ('one-way drone', 'ballistic missile')
    """
    return KIND_NAME.get(str(kind), str(kind).replace("_", " "))


def format_codes(text: str) -> str:
    """A text with the codes of the tables as words, also inside a longer text; other text stays as it is.

    >>> format_codes("us_injured"), format_codes("place_id"), format_codes("best voice: us_official, claim_only")
    ('U.S. injured', 'place', 'best voice: U.S. official, claim only')
    """
    for code, words in (("one_way_drone", "one-way drone"), ("place_id", "place")):
        text = text.replace(code, words)
    return re.sub(r"(?<=\w)_(?=\w)", " ", re.sub(r"\bus_(?=\w)", "U.S. ", text))


def shorten(name: object, most: int = 36) -> str:
    """A name that fits beside a point: cut where it is longer than any base's."""
    name = str(name)
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
