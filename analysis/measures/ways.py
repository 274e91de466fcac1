"""Ways of counting one process: the totals of every counter, the incidents under every definition."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.incidents.dossier import Dossier
from analysis.incidents.views import PUBLIC_RECORD, View, select, under_definitions, watched
from analysis.measures import totals
from analysis.measures.frequency import thin
from analysis.measures.observed import daily


@dataclass(frozen=True)
class Way:
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
        return thin(self.coverage)


def ways(dossier: Dossier, view: View, window) -> dict[str, Way]:
    """Every way of counting that the evidence offers inside a view, by label.

    In this order: the running totals of each counter stated on three days or more (of the view's one
    country where they are split by country; left out where they are not, for a total of all
    countries is no count of one; a counter's totals of one country are left out beside its totals of
    all), the incidents under each of `views.DEFINITIONS`, and each evidence
    set other than the public record alone. `window` is first and last day, inclusive. A way that
    counts nothing is left out. Raises InputError as `views.select` does.
    """
    found = [*_totals(dossier, view, window), *_definitions(dossier, view, window)]
    found += _sets_alone(dossier, view, window)
    return {way.label: way for way in found if way.n}


def _totals(dossier: Dossier, view: View, window) -> list[Way]:
    tallies = totals.of_sets(dossier.tallies, view.sets)
    out: dict[str, Way] = {}
    stated = totals.counters(tallies, window)
    for counter, scope in sorted(stated, key=lambda each: each[1] != "all"):  # all countries first
        column = _column(scope, view.countries)
        series = totals.series(tallies, counter, scope)
        if column is None or column not in series or series[column].notna().sum() < 2:
            continue
        if not view.countries and scope != "all" and (counter, "all") in stated:
            continue
        label = f"{totals.counter_name(counter)} totals" + ("" if column == "total" else f", {column.capitalize()}")
        spans = totals.intervals(series, until=window[1], of=column)
        spans = spans[spans["start"] >= pd.Timestamp(window[0])].reset_index(drop=True)
        coverage = dossier.coverage
        coverage = coverage[(coverage["counter"] == counter) & coverage["scope"].isin(["all", scope])]
        out[label] = Way(label, spans, None, None, coverage, counter, scope)  # one country's own total wins
    return list(out.values())


def _column(scope: str, countries: tuple[str, ...]) -> str | None:
    """The column of `totals.series` that counts the view's countries; None if there is none."""
    if not countries or countries == (scope,):
        return "total"
    return countries[0].lower() if len(countries) == 1 and scope == "all" else None


def _definitions(dossier: Dossier, view: View, window) -> list[Way]:
    coverage = watched(dossier, view)
    return [
        itemised(label, each, window, coverage) for label, each in under_definitions(dossier, view).items()
    ]  # fmt: skip


def _sets_alone(dossier: Dossier, view: View, window) -> list[Way]:
    if view.sets or len(dossier.sets) < 2:
        return []
    out = []
    for name in sorted(set(dossier.sets) - {PUBLIC_RECORD}):
        alone = replace(view, sets=(name,), confirmation=())
        chosen = select(dossier, alone, empty_ok=True)
        out.append(itemised(f"{name.replace('_', ' ')} alone", chosen, window, watched(dossier, alone)))
    return out


def itemised(label: str, incidents: pd.DataFrame, window, coverage: pd.DataFrame) -> Way:
    """Incidents (date, date_start, date_end) of a window as a way of counting; see `observed.daily`."""
    inside = incidents[incidents["date"].between(*window)]
    return Way(label, *daily(inside, window, coverage), inside, coverage)
