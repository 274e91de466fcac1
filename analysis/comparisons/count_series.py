"""Ways of counting one process: the totals of every counter, the incidents under every definition."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.incidents.dataset import Dataset
from analysis.incidents.views import PUBLIC_RECORD, View, select, select_by_definition, view_coverage
from analysis.measures import totals
from analysis.measures.changepoints.observed_counts import daily_counts
from analysis.measures.frequency import is_thinly_covered


@dataclass(frozen=True)
class CountSeries:
    """One way of counting attacks, as `changes` takes it.

    label : in words, such as "Pentagon totals" or "U.S. officials"
    rows : start, end (days, inclusive), count (missing where nobody looked)
    ranges : start, end, count of incidents known only to a range; None for totals
    incidents : the incidents themselves; None where only totals are known
    coverage : rows of coverage.csv that say when somebody looked
    counter, scope : of totals; "itemised" and the scope "all" otherwise
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
        """Attacks counted: rises of a total, or incidents."""
        return int(self.rows["count"].sum()) if self.incidents is None else len(self.incidents)

    @property
    def thin(self) -> bool:
        """Whether its coverage says that nobody watched any period day by day."""
        return is_thinly_covered(self.coverage)


def count_series(dataset: Dataset, view: View, window) -> dict[str, CountSeries]:
    """Every way of counting that the evidence offers inside a view, by label.

    In this order: the running totals of each counter stated on three days or more (of the view's one
    country where they are split by country; left out where they are not, for a total of all
    countries is no count of one; a counter's totals of one country are left out beside its totals of
    all), the incidents under each of `views.DEFINITIONS`, and each evidence
    set other than the public record alone. `window` is first and last day, inclusive. A way that
    counts nothing is left out. Raises InputError as `views.select` does.
    """
    found = [*_totals(dataset, view, window), *_definitions(dataset, view, window)]
    found += _sets_alone(dataset, view, window)
    return {way.label: way for way in found if way.n}


def _totals(dataset: Dataset, view: View, window) -> list[CountSeries]:
    tallies = totals.tallies_of_sets(dataset.tallies, view.sets)
    out: dict[str, CountSeries] = {}
    stated = totals.list_counters(tallies, window)
    for counter, scope in sorted(stated, key=lambda each: each[1] != "all"):  # all countries first
        column = _column(scope, view.countries)
        series = totals.running_total(tallies, counter, scope)
        if column is None or column not in series or series[column].notna().sum() < 2:
            continue
        if not view.countries and scope != "all" and (counter, "all") in stated:
            continue
        label = f"{totals.format_counter(counter)} totals" + ("" if column == "total" else f", {column.capitalize()}")
        spans = totals.total_intervals(series, until=window[1], of=column)
        spans = spans[spans["start"] >= pd.Timestamp(window[0])].reset_index(drop=True)
        coverage = dataset.coverage
        coverage = coverage[(coverage["counter"] == counter) & coverage["scope"].isin(["all", scope])]
        out[label] = CountSeries(label, spans, None, None, coverage, counter, scope)  # one country's own total wins
    return list(out.values())


def _column(scope: str, countries: tuple[str, ...]) -> str | None:
    """The column of `totals.running_total` that counts the view's countries; None if there is none."""
    if not countries or countries == (scope,):
        return "total"
    return countries[0].lower() if len(countries) == 1 and scope == "all" else None


def _definitions(dataset: Dataset, view: View, window) -> list[CountSeries]:
    coverage = view_coverage(dataset, view)
    return [
        itemised_series(label, each, window, coverage) for label, each in select_by_definition(dataset, view).items()
    ]  # fmt: skip


def _sets_alone(dataset: Dataset, view: View, window) -> list[CountSeries]:
    if view.sets or len(dataset.sets) < 2:
        return []
    out = []
    for name in sorted(set(dataset.sets) - {PUBLIC_RECORD}):
        alone = replace(view, sets=(name,), confirmation=())
        chosen = select(dataset, alone, empty_ok=True)
        out.append(itemised_series(f"{name.replace('_', ' ')} alone", chosen, window, view_coverage(dataset, alone)))
    return out


def itemised_series(label: str, incidents: pd.DataFrame, window, coverage: pd.DataFrame) -> CountSeries:
    """Incidents (date, date_start, date_end) of a window as a way of counting; see `observed_counts.daily_counts`."""
    inside = incidents[incidents["date"].between(*window)]
    return CountSeries(label, *daily_counts(inside, window, coverage), inside, coverage)
