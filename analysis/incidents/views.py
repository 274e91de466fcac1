"""A view says which evidence counts; it selects claims, keeps the grouping, resolves again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.arguments import read_day, require_type
from analysis.evidence.errors import InputError, suggest_name
from analysis.evidence.html_summaries import html_summary
from analysis.evidence.schema import CONFIRMATION, RELIABILITY, WEAPONS
from analysis.incidents.claim_search import incidents_with_words
from analysis.incidents.dataset import Dataset, evidence_of
from analysis.incidents.incident_table import (
    ResolvedIncidents,
    actor_parents,
    incident_by_claim,
    join_sources,
    resolve_incidents,
)
from analysis.incidents.trace_text import VOICE_NAMES
from analysis.incidents.value_agreement import lineage

ALL_CLAIMS = "all claims, whoever makes them"


@dataclass(frozen=True, repr=False)
class View:
    """Which evidence counts; what is left empty restricts nothing.

    Parameters
    ----------
    sets, confirmation, reliability, origins : str or iterable of str, optional
        Of the claims that may support an incident: evidence sets, who confirms, grades of the source (A to F),
        whose reporting.
    countries, places, place_kinds, weapons : str or iterable of str, optional
        Of the incidents as resolved from these claims.
    actors : str or iterable of str, optional
        Of the incidents as the whole table has them; a name holds its narrower names.
    where : str or iterable of str, optional
        Of any other column, as "column=value"; several values of one column are alternatives. "column=" stands for
        incidents of which the column says nothing.
    text : str, optional
        Words that one of the incident's claims holds, as `search_claims` finds them; where the dataset has no claims,
        words that the row itself holds.
    denied : {"keep", "drop"}
        What to do with incidents that some claim denies.
    start, end : day, optional
        First and last day, inclusive, as YYYY-MM-DD or a date.

    Raises
    ------
    InputError
        If a day is none, `end` is before `start`, or a value is no text. Whether a value occurs is checked by `select`.

    See Also
    --------
    select : The incidents that a view counts.
    select_by_definition : The same under each definition.

    Notes
    -----
    An incident whose day is only known as a range stays if any day of the range lies in the window. `confirmation`
    admits claims, not incidents: an incident that officials confirm stays in a view of monitors if a monitor reports
    it too. Who claims an attack is the attackers' own word, which other voices do not say: `actors` therefore looks at
    the whole table.

    Examples
    --------
    >>> import analysis as a
    >>> a.View(confirmation="us_official", countries=("Iraq", "Syria"), end="2024-02-04").words()
    'only U.S. officials; in Iraq, Syria; to 2024-02-04'
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
    where: tuple[str, ...] = ()
    text: str = ""
    denied: str = "keep"
    start: date | None = None
    end: date | None = None

    if TYPE_CHECKING:  # what may be given is more than what is kept: a text for one value, a day as text

        def __init__(
            self,
            sets: str | Iterable[str] = (),
            confirmation: str | Iterable[str] = (),
            reliability: str | Iterable[str] = (),
            origins: str | Iterable[str] = (),
            countries: str | Iterable[str] = (),
            places: str | Iterable[str] = (),
            place_kinds: str | Iterable[str] = (),
            weapons: str | Iterable[str] = (),
            actors: str | Iterable[str] = (),
            where: str | Iterable[str] = (),
            text: str = "",
            denied: str = "keep",
            start: str | date | None = None,
            end: str | date | None = None,
        ) -> None: ...

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type.startswith("tuple"):
                given = (value,) if isinstance(value, str) else _texts(field.name, value)
                object.__setattr__(self, field.name, given)
        require_type(self.text, str, "text", "words, such as 'tower 22', or empty")
        object.__setattr__(self, "text", " ".join(self.text.split()))
        for name in ("start", "end"):
            object.__setattr__(self, name, _day(name, getattr(self, name)))
        if self.start and self.end and self.end < self.start:
            raise InputError(f"end ({self.end}) is before start ({self.start})")
        if self.denied not in ("keep", "drop"):
            raise InputError(f"denied is {self.denied!r}; allowed: keep, drop")

    def __repr__(self) -> str:
        return f"View({', '.join(f'{name}={as_code(value)}' for name, value in given_fields(self).items())})"

    def _repr_html_(self) -> str:
        return html_summary(f"View: {self.words()}", {})

    def words(self) -> str:
        """The view in a phrase that can stand under a figure."""
        parts = [self._voices(), self._list("sets", "evidence set")]
        parts += [self._list("reliability", "sources graded"), self._list("origins", "reported by")]
        parts += [self._list("countries", "in"), self._list("places", "at")]
        parts += [self._list("place_kinds", "kind of place"), self._list("weapons", "weapon")]
        parts += [self._list("actors", "claimed by"), self._list("where", "where"), self._window()]
        parts += [f"with the words {self.text!r}" if self.text else ""]
        parts += ["without incidents that some claim denies" if self.denied == "drop" else ""]
        return "; ".join(part for part in parts if part)

    def _voices(self) -> str:
        if not self.confirmation or set(self.confirmation) == set(CONFIRMATION):
            return ALL_CLAIMS
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


def describe_view(dataset: Dataset, view: View) -> str:
    """The view in a phrase that suits the dataset: a table without claims has rows, and nobody who makes a claim.

    Examples
    --------
    >>> import analysis as a
    >>> describe_view(a.open_folder(), a.View(countries="Iraq"))
    'all claims, whoever makes them; in Iraq'
    """
    words = view.words()
    return words if dataset.evidence is not None else words.replace(ALL_CLAIMS, f"all {dataset.about.plural}", 1)


def given_fields(view: View) -> dict[str, Any]:
    """The fields of a view that restrict something, by name."""
    given = {field.name: getattr(view, field.name) for field in fields(view)}
    return {name: value for name, value in given.items() if value not in ((), None, "", "keep")}


def as_code(value: Any) -> str:
    """A value of a view as a person types it."""
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return repr(f"{value:%Y-%m-%d}") if isinstance(value, date) else repr(value)


def _texts(name: str, value: Any) -> tuple[str, ...]:
    given = tuple(value or ()) if isinstance(value, Iterable) or not value else (value,)
    for each in given:
        require_type(each, str, name, "text, or several texts")
    return given


def _day(name: str, value: Any) -> date | None:
    if value is None or value == "":
        return None
    return read_day(value, name, "a day, YYYY-MM-DD, or empty")


def select(dataset: Dataset, view: View, *, empty_ok: bool = False) -> pd.DataFrame:
    """Give the incidents that a view counts, resolved again from the claims it admits.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    view : View
        Which evidence counts.
    empty_ok : bool, default False
        Whether a view that selects nothing gives an empty frame.

    Returns
    -------
    DataFrame
        The columns of incidents.csv, sorted by date and id; never more rows than it.

    Raises
    ------
    InputError
        If the view names a value that does not occur in the dataset, or, unless `empty_ok`, selects nothing.

    See Also
    --------
    count : Incidents per period.
    claims_of_incidents : The claims behind them.

    Notes
    -----
    Grouping stays as it is; day, weapon and every other value are chosen again from the claims that count. Where the
    dataset has no claims, the rows themselves are filtered.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> a.select(dataset, a.View(countries="Jordan"))["incident_id"].tolist()
    ['I20240128-tower-22']
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(view, View, "view", "a View, such as View(countries='Syria')")
    _check_values(dataset, view)
    incidents = dataset.incidents
    if dataset.evidence is not None and _restricts_claims(view):
        incidents = _resolved_again(dataset, view).incidents.sort_values(["date", "incident_id"], ignore_index=True)
    _check_columns(dataset, view, incidents)
    chosen = incidents[_keep(incidents, view, dataset)].reset_index(drop=True)
    if chosen.empty and not empty_ok:
        raise InputError(f"the view selects no incident: {describe_view(dataset, view)}")
    return chosen


def select_values(dataset: Dataset, view: View) -> pd.DataFrame:
    """Whose word each value of the view's incidents is: the columns of values.csv.

    Raises InputError as `select` does, and where the dataset has no claims.
    """
    incidents = select(dataset, view)
    evidence_of(dataset)
    values = _resolved_again(dataset, view).values if _restricts_claims(view) else dataset.values
    values = values[values["incident_id"].isin(incidents["incident_id"])]
    return values[schema.VALUES.names].sort_values(["incident_id", "field"], ignore_index=True)


# The definitions under which every conclusion is run again: they move a level more than sampling error does.
DEFINITIONS: dict[str, tuple[str, ...]] = {
    "all claims": (),
    "without attackers' own claims": ("us_official", "local_official", "monitor", "unknown"),
    "U.S. or local officials": ("us_official", "local_official"),
    "U.S. officials": ("us_official",),
    "reported by monitors": ("monitor",),
}


def definitions_inside(view: View) -> dict[str, tuple[str, ...]]:
    """Those of DEFINITIONS that admit no voice that the view does not admit."""
    allowed = set(view.confirmation or CONFIRMATION)
    return {label: levels for label, levels in DEFINITIONS.items() if set(levels or CONFIRMATION) <= allowed}


PUBLIC_RECORD = "public_record"  # the evidence set of which coverage.csv says `itemised`


def select_by_definition(dataset: Dataset, view: View) -> dict[str, pd.DataFrame]:
    """Give the incidents of a view under each definition of what counts.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    view : View
        Which evidence counts; its own `confirmation` is replaced.

    Returns
    -------
    dict of str to DataFrame
        The incidents by the label of the definition, from all claims to monitors alone. A definition that leaves
        nothing gives an empty frame.

    Raises
    ------
    InputError
        If the view names a value that does not occur in the dataset.

    See Also
    --------
    count_series : The same as series, with the totals that others state.

    Notes
    -----
    The definition moves a level more than sampling error does: state which one a number is of.

    Examples
    --------
    >>> import analysis as a
    >>> list(a.select_by_definition(a.open_folder(), a.View()))[:2]
    ['all claims', "without attackers' own claims"]
    """
    require_type(view, View, "view", "a View, such as View(countries='Syria')")
    chosen = {name: replace(view, confirmation=levels) for name, levels in DEFINITIONS.items()}
    return {name: select(dataset, each, empty_ok=True) for name, each in chosen.items()}


def view_coverage(dataset: Dataset, view: View) -> pd.DataFrame:
    """Give the rows of coverage.csv that say when somebody looked for what a view counts.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    view : View
        Which evidence counts.

    Returns
    -------
    DataFrame
        Columns of coverage.csv, with counter, scope, start, end (days) and density; no row where nobody says.

    Raises
    ------
    InputError
        If `dataset` or `view` is something else.

    See Also
    --------
    count : Takes these rows as `coverage`.

    Notes
    -----
    The rows are those of the counter `itemised`, which speaks of the public record; where the view is one other
    evidence set, those of a counter of that name. Without rows every day counts as searched, which may be wrong.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> sorted(a.view_coverage(dataset, a.View())["density"].unique())
    ['days', 'sparse', 'weeks']
    """
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(view, View, "view", "a View, such as View(countries='Syria')")
    counter = "itemised"
    if len(view.sets) == 1 and view.sets[0] != PUBLIC_RECORD:
        counter = view.sets[0]
    rows = dataset.coverage[dataset.coverage["counter"] == counter]
    if view.countries:
        rows = rows[rows["scope"].isin(["all", *view.countries])]
    return rows.reset_index(drop=True)


def _restricts_claims(view: View) -> bool:
    return bool(view.sets or view.confirmation or view.reliability or view.origins)


def _resolved_again(dataset: Dataset, view: View) -> ResolvedIncidents:
    evidence = evidence_of(dataset)
    claims = join_sources(evidence)
    claims["incident_id"] = claims["claim_id"].map(incident_by_claim(dataset.incidents))
    admitted = claims["incident_id"].notna()
    for name, column in (("sets", "set"), ("reliability", "reliability")):
        if getattr(view, name):
            admitted &= claims[column].isin(getattr(view, name))
    if view.origins:
        admitted &= claims["origin"].str.split("|").map(lambda parts: not set(view.origins).isdisjoint(parts))
    if view.confirmation:  # who denies is evidence against, whatever voices may support
        admitted &= claims["confirmation"].isin(view.confirmation) | (claims["stance"] == "denies")
    return resolve_incidents(claims[admitted], "incident_id", evidence, view.confirmation)


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
    for column, values in _columns_of(view).items():
        keep &= values_as_text(incidents[column]).isin(values)
    if view.text:
        keep &= incidents["incident_id"].isin(incidents_with_words(dataset, view.text))
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


def _columns_of(view: View) -> dict[str, list[str]]:
    """The values that `where` allows, by column. Raises InputError for what is no column=value."""
    out: dict[str, list[str]] = {}
    for each in view.where:
        column, equals, value = each.partition("=")
        if not equals or not column:
            raise InputError(f"where: {each!r} is no filter; allowed: column=value")
        out.setdefault(column, []).append(value)
    return out


def values_as_text(column: pd.Series) -> pd.Series:
    """Values as a person types them in `where`; empty where nothing is stated."""
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    distinct = {value: f"{value:g}" if isinstance(value, float) else str(value) for value in column.dropna().unique()}
    return column.astype(object).map(distinct).astype("str").fillna("")


def _check_columns(dataset: Dataset, view: View, resolved: pd.DataFrame) -> None:
    """Raise InputError for a value that neither the table nor the incidents as resolved hold."""
    for column, values in _columns_of(view).items():
        if column not in dataset.incidents:
            hint = suggest_name(column, dataset.incidents.columns)
            raise InputError(f"where: {column!r} is no column of the incidents{hint}")
        known = {"", *values_as_text(dataset.incidents[column]), *values_as_text(resolved[column])}
        for value in values:
            if value not in known:
                hint = suggest_name(value, known)
                raise InputError(f"where: {value!r} does not occur in {column}{hint}")


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
