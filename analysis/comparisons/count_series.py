"""One process counted under several definitions: the totals of every counter, the incidents by every definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

import pandas as pd

from analysis.evidence.arguments import read_window, require_type
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import (
    PUBLIC_RECORD,
    View,
    definitions_inside,
    select,
    select_by_definition,
    view_coverage,
)
from analysis.measures.coverage import Window, is_thinly_covered
from analysis.measures.daily_counts import daily_counts
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import format_counter, list_counters, running_total, tallies_of_sets, tallies_of_voices

WHOLE_TABLE = "all rows of the table"


@dataclass(frozen=True, eq=False, repr=False)
class CountSeries:
    """Attacks counted under one definition, in the shape that `changes` takes.

    Parameters
    ----------
    label : str
        The definition in words, such as "Pentagon totals" or "U.S. officials".
    rows : DataFrame
        start, end (days, inclusive), count (missing where nobody searched); of totals also days.
    ranges : DataFrame or None
        start, end, count of incidents known only to a range; None for totals.
    incidents : DataFrame or None
        The incidents themselves; None where only totals are known.
    coverage : DataFrame
        The rows of coverage.csv that say when somebody looked.
    counter, scope : str
        Of totals; "itemised" and "all" otherwise.

    Examples
    --------
    >>> rows = pd.DataFrame({"start": [1], "end": [9], "count": [4], "days": [9]})
    >>> CountSeries("my totals", rows, None, None, pd.DataFrame())
    CountSeries('my totals', n=4, totals of 1 interval)
    """

    label: str
    rows: pd.DataFrame
    ranges: pd.DataFrame | None
    incidents: pd.DataFrame | None
    coverage: pd.DataFrame
    counter: str = "itemised"
    scope: str = "all"

    @property
    def n(self) -> int:
        """Attacks counted, int: rises of a total, or incidents.

        Examples
        --------
        >>> rows = pd.DataFrame({"start": [1], "end": [9], "count": [4], "days": [9]})
        >>> CountSeries("my totals", rows, None, None, pd.DataFrame()).n
        4
        """
        return int(self.rows["count"].sum()) if self.incidents is None else len(self.incidents)

    @property
    def is_thinly_covered(self) -> bool:
        """Whether nobody searched any period day by day, bool.

        Examples
        --------
        >>> CountSeries("mine", pd.DataFrame(), None, None, pd.DataFrame({"density": ["sparse"]})).is_thinly_covered
        True
        """
        return is_thinly_covered(self.coverage)

    @property
    def _kind(self) -> str:
        if self.incidents is not None:
            return "itemised incidents"
        return f"totals of {len(self.rows)} interval{'' if len(self.rows) == 1 else 's'}"

    def __repr__(self) -> str:
        return f"CountSeries({self.label!r}, n={self.n}, {self._kind})"

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.label)}</strong>: {self.n:,} attacks, {self._kind}</p>"


def count_series(dataset: Dataset, view: View, window: Window) -> dict[str, CountSeries]:
    """The count series of every definition that the evidence offers inside a view.

    Parameters
    ----------
    dataset : Dataset
        From `open_folder`.
    view : View
        Which evidence counts.
    window : tuple of two days
        First and last day, inclusive.

    Returns
    -------
    dict of str to CountSeries
        By label, in this order: the running totals of each counter that are stated on three days or more, the
        incidents under each of `views.DEFINITIONS`, and each evidence set other than the public record alone. A
        definition that counts nothing is left out, and so is one that counts what the view does not: a view of U.S.
        officials holds the Pentagon's totals and the incidents of U.S. officials.

    Raises
    ------
    InputError
        As `views.select` does.

    Notes
    -----
    The definitions of itemised incidents are parts of one table that overlap: that several agree is not several
    witnesses. In a view of one country the totals are that country's part; a total that is not split by country is left
    out, because it counts other attacks too. The totals of one country by a counter are left out beside its totals of
    all countries.

    Examples
    --------
    >>> from analysis.incidents.dataset import open_folder
    >>> found = count_series(open_folder(), View(), ("2023-10-17", "2024-04-30"))
    >>> list(found)[:3]
    ['Pentagon totals', 'Syrian Observatory totals', 'all claims']
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(view, View, "view", "a View")
    first, last = read_window(window)
    window = pd.Timestamp(first), pd.Timestamp(last)
    found = [*_totals(dataset, view, window), *_definitions(dataset, view, window)]
    found += _sets_alone(dataset, view, window)
    return {series.label: series for series in found if series.n}


def _totals(dataset: Dataset, view: View, window: Window) -> list[CountSeries]:
    tallies = tallies_of_voices(tallies_of_sets(dataset.tallies, view.sets), view.confirmation)
    out: dict[str, CountSeries] = {}
    stated = list_counters(tallies, window)
    for counter, scope in sorted(stated, key=lambda each: each[1] != "all"):  # all countries first
        column = _column(scope, view.countries)
        running = running_total(tallies, counter, scope)
        if column is None or column not in running or running[column].notna().sum() < 2:
            continue
        if not view.countries and scope != "all" and (counter, "all") in stated:
            continue
        label = f"{format_counter(counter)} totals" + ("" if column == "total" else f", {column.capitalize()}")
        rows = total_intervals(running, until=window[1], column=column)
        rows = rows[rows["start"] >= pd.Timestamp(window[0])].reset_index(drop=True)
        coverage = dataset.coverage
        coverage = coverage[(coverage["counter"] == counter) & coverage["scope"].isin(["all", scope])]
        out[label] = CountSeries(label, rows, None, None, coverage, counter, scope)  # one country's own total wins
    return list(out.values())


def _column(scope: str, countries: tuple[str, ...]) -> str | None:
    """The column of `totals.running_total` that counts the view's countries; None if there is none."""
    if not countries or countries == (scope,):
        return "total"
    return countries[0].lower() if len(countries) == 1 and scope == "all" else None


def _definitions(dataset: Dataset, view: View, window: Window) -> list[CountSeries]:
    """The incidents under the view itself and under every narrower definition; a bare table that says of no incident
    who confirms it has one definition."""
    coverage = view_coverage(dataset, view)
    if dataset.evidence is None and dataset.incidents["confirmation"].eq("unknown").all():
        chosen = {WHOLE_TABLE: select(dataset, view, empty_ok=True)}
    else:
        inside = definitions_inside(view)
        chosen = {} if set(view.confirmation) in map(set, inside.values()) else {"this view": select(dataset, view)}
        chosen |= {label: each for label, each in select_by_definition(dataset, view).items() if label in inside}
    return [itemised_series(label, incidents, window, coverage) for label, incidents in chosen.items()]


def _sets_alone(dataset: Dataset, view: View, window: Window) -> list[CountSeries]:
    if view.sets or view.confirmation or len(dataset.sets) < 2:
        return []
    out = []
    for name in sorted(set(dataset.sets) - {PUBLIC_RECORD}):
        alone = replace(view, sets=(name,), confirmation=())
        chosen = select(dataset, alone, empty_ok=True)
        out.append(itemised_series(f"{name.replace('_', ' ')} alone", chosen, window, view_coverage(dataset, alone)))
    return out


def itemised_series(
    label: str,
    incidents: pd.DataFrame,
    window: Window,
    coverage: pd.DataFrame,
    exposure: dict[str, float] | None = None,
) -> CountSeries:
    """The count series of itemised incidents.

    Parameters
    ----------
    label : str
        The definition in words.
    incidents : DataFrame
        With the columns date, date_start and date_end.
    window : tuple of two days
        First and last day, inclusive; an incident belongs to it by its best day.
    coverage : DataFrame
        Rows of coverage.csv that say when somebody looked; without rows every day counts as covered.

    exposure : dict of str to float, optional
        Share of the incidents that are seen, by density of the coverage; see `daily_counts.daily_counts`.

    Returns
    -------
    CountSeries
        Its rows are daily counts, see `daily_counts.daily_counts`.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-03"])
    >>> incidents = pd.DataFrame({"date": days, "date_start": days, "date_end": days})
    >>> series = itemised_series("mine", incidents, ("2024-01-01", "2024-01-04"), pd.DataFrame())
    >>> series.rows["count"].tolist()
    [1, 0, 1, 0]
    """
    inside = incidents[incidents["date"].between(*window)]
    return CountSeries(label, *daily_counts(inside, window, coverage, exposure), inside, coverage)
