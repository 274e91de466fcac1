"""A view says which evidence counts; it selects claims, keeps the grouping, resolves again."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.schema import CONFIRMATION, RELIABILITY, WEAPONS
from analysis.incidents.agreement import lineage
from analysis.incidents.dataset import Dataset
from analysis.incidents.incident_table import ResolvedIncidents, actor_parents, join_sources, resolve_incidents
from analysis.incidents.trace_text import VOICE_NAMES


@dataclass(frozen=True)
class View:
    """Which evidence counts. An empty tuple, or None, means: no restriction.

    sets, confirmation, reliability, origins : of the claims that may support an incident
    countries, places, place_kinds, weapons : of the incidents as resolved from them
    actors : of the incidents as the whole table has them, narrower names included: who claims an
        attack is the attackers' own word, which other voices do not say
    denied : "keep" or "drop" incidents that some claim denies
    start, end : first and last day of the window, both inclusive; an incident whose day is only
        known as a range stays if any day of the range lies in the window
    """

    sets: tuple[str, ...] = ()
    confirmation: tuple[str, ...] = ()
    reliability: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    place_kinds: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    denied: str = "keep"
    start: date | None = None
    end: date | None = None

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type.startswith("tuple"):
                given = (value,) if isinstance(value, str) else tuple(value or ())
                object.__setattr__(self, field.name, given)
        for name in ("start", "end"):
            object.__setattr__(self, name, _day(name, getattr(self, name)))
        if self.start and self.end and self.end < self.start:
            raise InputError(f"end ({self.end}) is before start ({self.start})")
        if self.denied not in ("keep", "drop"):
            raise InputError(f"denied is {self.denied!r}; allowed: keep, drop")

    def words(self) -> str:
        """The view in a phrase that can stand under a figure."""
        parts = [self._voices(), self._list("sets", "evidence set")]
        parts += [self._list("reliability", "sources graded"), self._list("origins", "reported by")]
        parts += [self._list("countries", "in"), self._list("places", "at")]
        parts += [self._list("place_kinds", "kind of place"), self._list("weapons", "weapon")]
        parts += [self._list("actors", "claimed by"), self._window()]
        parts += ["without incidents that some claim denies" if self.denied == "drop" else ""]
        return "; ".join(part for part in parts if part)

    def _voices(self) -> str:
        if not self.confirmation or set(self.confirmation) == set(CONFIRMATION):
            return "all claims, whoever makes them"
        chosen = [VOICE_NAMES.get(level, level) for level in CONFIRMATION if level in self.confirmation]
        return "only " + " and ".join([", ".join(chosen[:-1])] * (len(chosen) > 1) + chosen[-1:])

    def _list(self, name: str, lead: str) -> str:
        values = getattr(self, name)
        return f"{lead} {', '.join(v.replace('_', ' ') for v in values)}" if values else ""

    def _window(self) -> str:
        if self.start and self.end:
            return f"{self.start} to {self.end}"
        if self.start:
            return f"from {self.start}"
        return f"to {self.end}" if self.end else ""


def _day(name: str, value) -> date | None:
    if value is None or value == "":
        return None
    try:
        return pd.Timestamp(value).date()
    except ValueError:
        raise InputError(f"{name} is {value!r}; allowed: a day, YYYY-MM-DD, or empty") from None


def select(dataset: Dataset, view: View, *, empty_ok: bool = False) -> pd.DataFrame:
    """The incidents that a view counts, resolved again from the claims it admits.

    Same columns as incidents.csv and never more rows. Where the dataset has no claims, the rows
    themselves are filtered. Sorted by date and id.

    Raises InputError if the view names a value that does not occur in the dataset, or, unless
    `empty_ok`, if nothing is left.
    """
    _check_values(dataset, view)
    incidents = dataset.incidents
    if dataset.evidence is not None and _restricts_claims(view):
        incidents = _resolved_again(dataset, view).incidents.sort_values(["date", "incident_id"], ignore_index=True)
    chosen = incidents[_keep(incidents, view, dataset)].reset_index(drop=True)
    if chosen.empty and not empty_ok:
        raise InputError(f"the view selects no incident: {view.words()}")
    return chosen


def select_values(dataset: Dataset, view: View) -> pd.DataFrame:
    """Whose word each value of the view's incidents is: the columns of values.csv.

    Raises InputError as `select` does, and where the dataset has no claims.
    """
    incidents = select(dataset, view)
    if dataset.evidence is None:
        raise InputError(f"{format_path(dataset.root)} holds incidents but no claims: no value has a voice")
    values = _resolved_again(dataset, view).values if _restricts_claims(view) else dataset.values
    values = values[values["incident_id"].isin(incidents["incident_id"])]
    return values[schema.VALUES.names].sort_values(["incident_id", "field"], ignore_index=True)


# The definitions under which every conclusion is run again: they move the answer more than
# sampling error does.
DEFINITIONS: dict[str, tuple[str, ...]] = {
    "all claims": (),
    "without attackers' own claims": ("us_official", "local_official", "monitor", "unknown"),
    "U.S. or local officials": ("us_official", "local_official"),
    "U.S. officials": ("us_official",),
    "monitors": ("monitor",),
}


PUBLIC_RECORD = "public_record"  # the evidence set of which coverage.csv says `itemised`


def select_by_definition(dataset: Dataset, view: View) -> dict[str, pd.DataFrame]:
    """The incidents of a view under each of DEFINITIONS in turn; a definition that leaves nothing
    gives an empty frame. A table without claims is filtered by its own column."""
    chosen = {name: replace(view, confirmation=levels) for name, levels in DEFINITIONS.items()}
    return {name: select(dataset, each, empty_ok=True) for name, each in chosen.items()}


def view_coverage(dataset: Dataset, view: View) -> pd.DataFrame:
    """The rows of coverage.csv that say when the view's evidence was watched.

    Those of the counter `itemised`, which speaks of the public record; where the view is one other
    evidence set, those of a counter of that name: a set that nobody watched has none. Of one
    country where the view has one and the table says so.
    """
    counter = "itemised"
    if len(view.sets) == 1 and view.sets[0] != PUBLIC_RECORD:
        counter = view.sets[0]
    rows = dataset.coverage[dataset.coverage["counter"] == counter]
    return rows[rows["scope"].isin(["all", *view.countries])].reset_index(drop=True)


def _restricts_claims(view: View) -> bool:
    return bool(view.sets or view.confirmation or view.reliability or view.origins)


def _resolved_again(dataset: Dataset, view: View) -> ResolvedIncidents:
    claims = join_sources(dataset.evidence)
    incident = dataset.incidents.assign(claim_id=dataset.incidents["claims"].str.split("|"))
    incident = incident.explode("claim_id").set_index("claim_id")["incident_id"]
    claims["incident_id"] = claims["claim_id"].map(incident)
    admitted = claims["incident_id"].notna()
    for name, column in (("sets", "set"), ("reliability", "reliability")):
        if getattr(view, name):
            admitted &= claims[column].isin(getattr(view, name))
    if view.origins:
        admitted &= claims["origin"].str.split("|").map(lambda parts: not set(view.origins).isdisjoint(parts))
    if view.confirmation:  # who denies is evidence against, whatever voices may support
        admitted &= claims["confirmation"].isin(view.confirmation) | (claims["stance"] == "denies")
    return resolve_incidents(claims[admitted], "incident_id", dataset.evidence, view.confirmation)


FILTERS = {
    "countries": "country",
    "places": "place_id",
    "place_kinds": "place_kind",
    "weapons": "weapon",
}
# A bare table has no claims to choose from: its own columns are all there is.
ROW_FILTERS = {"confirmation": "confirmation", "reliability": "reliability"}


def _keep(incidents: pd.DataFrame, view: View, dataset: Dataset) -> pd.Series:
    keep = pd.Series(True, index=incidents.index)
    columns = FILTERS if dataset.evidence is not None else FILTERS | ROW_FILTERS
    for name, column in columns.items():
        if getattr(view, name):
            keep &= incidents[column].isin(getattr(view, name))
    if view.actors:
        keep &= incidents["incident_id"].isin(_claimed_by(dataset, view.actors))
    if view.denied == "drop":
        keep &= ~incidents["disputed"].fillna("").str.split("|").map(lambda d: "incident" in d)
    if view.start:
        keep &= incidents["date_end"] >= pd.Timestamp(view.start)
    if view.end:
        keep &= incidents["date_start"] <= pd.Timestamp(view.end)
    return keep


def _claimed_by(dataset: Dataset, actors: tuple[str, ...]) -> pd.Series:
    """Ids of the incidents that one of the actors claims, by its name or a narrower one."""
    parents = {} if dataset.evidence is None else actor_parents(dataset.evidence.actors)
    named = dataset.incidents["actor"].dropna()
    held = named.map(lambda name: not set(actors).isdisjoint(lineage(name, parents))).astype(bool)
    return dataset.incidents.loc[named.index[held], "incident_id"]


def _check_values(dataset: Dataset, view: View) -> None:
    known = {name: set(dataset.incidents[column].dropna()) for name, column in FILTERS.items()}
    known["actors"] = _actor_names(dataset)
    known |= {"confirmation": set(CONFIRMATION), "reliability": set(RELIABILITY)}
    known["weapons"] |= set(WEAPONS)
    known["sets"] = set(dataset.sets)
    known["origins"] = _origins(dataset)
    for name, allowed in known.items():
        for value in getattr(view, name):
            if value not in allowed:
                some = ", ".join(sorted(allowed)[:12]) + (" ..." if len(allowed) > 12 else "")
                raise InputError(f"{name}: {value!r} does not occur{suggest_name(value, allowed)} (allowed: {some})")


def _actor_names(dataset: Dataset) -> set[str]:
    parents = {} if dataset.evidence is None else actor_parents(dataset.evidence.actors)
    return {name for actor in dataset.incidents["actor"].dropna().unique() for name in lineage(actor, parents)}


def _origins(dataset: Dataset) -> set[str]:
    if dataset.evidence is None:
        return set()
    return set(join_sources(dataset.evidence)["origin"].str.split("|").explode())
