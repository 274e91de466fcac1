"""Find incidents by days, place, country, weapon, who confirms them, and words."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date

import pandas as pd

from analysis.evidence.arguments import read_day, require_type
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import find_place_id
from analysis.incidents.views import View, select

MONTH = re.compile(r"(\d{4})-(\d{2})")


def find_incidents(
    dataset: Dataset,
    day: str | date = "",
    place: str = "",
    *,
    start: str | date = "",
    end: str | date = "",
    month: str = "",
    countries: str | Iterable[str] = (),
    weapons: str | Iterable[str] = (),
    confirmation: str | Iterable[str] = (),
    text: str = "",
) -> pd.DataFrame:
    """Find incidents that may have happened on some days, at a place, or by what is known of them.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    day : str or date, optional
        A day, YYYY-MM-DD.
    place : str, optional
        A place: gazetteer id, name or alias; upper and lower case alike.
    start, end : str or date, optional
        First and last day, inclusive.
    month : str, optional
        A month, YYYY-MM.
    countries, weapons : str or iterable of str, optional
        Values of the incident.
    confirmation : str or iterable of str, optional
        The best voice that confirms the incident.
    text : str, optional
        Words that one of its claims holds, as `search_claims` finds them.

    Returns
    -------
    DataFrame
        Rows of incidents.csv; no row where nothing fits all that is given.

    Raises
    ------
    InputError
        If a day or a month is none, more than one of `day`, `month` and a range is given, or the dataset does not
        know the place, country, weapon or voice.

    See Also
    --------
    search_claims : Claims by words.
    select : The incidents of a view, in which `confirmation` says which claims count.
    trace_incident : One incident with its claims and sources.

    Notes
    -----
    An incident whose day is only known as a range is found on every day of the range.

    Examples
    --------
    >>> import analysis as a
    >>> a.find_incidents(a.open_folder(), day="2024-01-28", place="Tower 22")["incident_id"].tolist()
    ['I20240128-tower-22']
    >>> len(a.find_incidents(a.open_folder(), month="2024-03", countries="Syria"))
    2
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(place, str, "place", "a gazetteer id, a name or an alias")
    if len([each for each in (day, month, start or end) if each]) > 1:
        raise InputError("day, month and a range are given together; allowed: one of them")
    if day:
        start = end = read_day(day, "date")
    if month:
        start, end = read_month(month)
    voices = (confirmation,) if isinstance(confirmation, str) else tuple(confirmation)
    known = set(dataset.incidents["confirmation"].dropna())
    if unknown := [voice for voice in voices if voice and voice not in known]:
        raise InputError(f"confirmation: {unknown[0]!r} does not occur (allowed: {', '.join(sorted(known))})")
    view = View(
        countries=countries, weapons=weapons, where=tuple(f"confirmation={voice}" for voice in voices if voice),
        text=text, start=start or None, end=end or None,
    )  # fmt: skip
    found = select(dataset, view, empty_ok=True)
    if place:
        found = found[found["place_id"] == find_place_id(dataset, place)]
    return found.reset_index(drop=True)


def read_month(value: str) -> tuple[date, date]:
    """First and last day of a month, YYYY-MM. Raises InputError for anything else."""
    require_type(value, str, "month", "a month, YYYY-MM")
    given = MONTH.fullmatch(value.strip())
    if not given or not 1 <= int(given[2]) <= 12 or int(given[1]) < 1:
        raise InputError(f"month is {value!r}; allowed: a month, YYYY-MM")
    year, month = int(given[1]), int(given[2])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
