"""How densely a collection of sources covers the days: a grade for every week, by a stated rule."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import read_window, require_columns
from analysis.measures.coverage import Window

EVERY_DAY = 6 / 7  # share of days with a source, over a week and its two neighbours: searched day by day
EVERY_WEEK = 2 / 7  # ... searched by week; below it, sparsely
COMPLETE = 0.8  # of the attacks that officials count in a week, the share that must be itemised
LONGEST_INTERVAL = 14  # days; a longer interval between two totals says nothing of one week
DENSER = ("sparse", "weeks", "days")


def grade_coverage(
    sourced: pd.DatetimeIndex, attacks: pd.DatetimeIndex | pd.Series, official: pd.DataFrame, window: Window
) -> pd.DataFrame:
    """Grade how densely a collection of sources covers the days, in stretches of one density.

    Parameters
    ----------
    sourced : DatetimeIndex
        Days of which some source speaks, or on which one was published.
    attacks : DatetimeIndex or Series of days
        The days of the itemised attacks, whoever reports them.
    official : DataFrame
        Intervals between official totals, with the columns start, end (days, inclusive) and count.
    window : tuple of two days
        First and last day to grade, inclusive.

    Returns
    -------
    DataFrame
        One row for each stretch, in order: start, end (days, inclusive), density, days, days_with_source, attacks,
        official (the attacks that officials count there, as far as their intervals are short).

    Raises
    ------
    InputError
        If the window is no pair of days, or `official` lacks a column.

    See Also
    --------
    coverage.covered_days : The days of a period that somebody searched.

    Notes
    -----
    Each week, Monday to Sunday, is graded. `days`: the share of days with a source, over the week and the
    week on either side of it, is `EVERY_DAY` or more. `weeks`: `EVERY_WEEK` or more. `sparse`: less. A week with
    fewer itemised attacks than `COMPLETE` of those that officials count is `weeks` at most; an official count
    of an interval is spread evenly over its days.

    A grade says how often somebody wrote, not how well. Days on which nobody wrote because nothing happened make it
    too low.

    Examples
    --------
    >>> january = pd.date_range("2024-01-01", "2024-01-28")
    >>> official = pd.DataFrame({"start": [january[14]], "end": [january[20]], "count": [10]})
    >>> graded = grade_coverage(january, january[[2, 15]], official, ("2024-01-01", "2024-01-28"))
    >>> graded[["density", "days", "attacks"]].to_numpy().tolist()
    [['days', 14, 1], ['weeks', 7, 1], ['days', 7, 0]]
    """
    require_columns(official, ("start", "end", "count"), "official")
    days = pd.date_range(*read_window(window))
    seen = pd.Series(days.isin(sourced), days, dtype=float)
    itemised = pd.Series(attacks).value_counts().reindex(days, fill_value=0)
    by_week = pd.DataFrame({"days": 1, "seen": seen, "attacks": itemised, "official": _spread(official, days)})
    weeks = by_week.groupby(days.to_period("W")).sum()
    weeks["start"] = days.to_series().groupby(days.to_period("W")).min()
    weeks["end"] = days.to_series().groupby(days.to_period("W")).max()
    weeks["density"] = _grades(weeks)
    return _stretches(weeks)


def _spread(official: pd.DataFrame, days: pd.DatetimeIndex) -> pd.Series:
    """Official attacks per day, 0 where no interval of `LONGEST_INTERVAL` or less holds the day."""
    out = pd.Series(0.0, days)
    known = official[official["count"].notna()]
    for start, end, count in zip(known["start"], known["end"], known["count"], strict=True):
        length = (end - start).days + 1
        if length <= LONGEST_INTERVAL:
            out[start:end] += count / length
    return out


def _grades(weeks: pd.DataFrame) -> pd.Series:
    around = weeks[["seen", "days"]].rolling(3, center=True, min_periods=1).sum()
    share = around["seen"] / around["days"]
    grade = (share >= EVERY_WEEK).astype(int) + (share >= EVERY_DAY)
    short = weeks["attacks"] < COMPLETE * weeks["official"]
    return grade.mask(short & (grade > 1), 1).map(dict(enumerate(DENSER)))


def _stretches(weeks: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring weeks of one grade joined."""
    run = (weeks["density"] != weeks["density"].shift()).cumsum()
    joined = weeks.groupby(run).agg(
        start=("start", "first"), end=("end", "last"), density=("density", "first"), days=("days", "sum"),
        days_with_source=("seen", "sum"), attacks=("attacks", "sum"), official=("official", "sum"),
    )  # fmt: skip
    return joined.reset_index(drop=True).astype({"days_with_source": int})
