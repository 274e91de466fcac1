"""The state of an explorer: one small dict, the same in the address of a page and in Python; and the view it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from analysis.evidence.errors import InputError
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import DEFINITIONS, View

State = dict[str, Any]
EMPTY: State = {
    "evidence": "all claims", "start": "", "end": "", "text": "", "filters": {}, "by": "confirmation", "every": "",
    "open": "", "kept": None,
}  # fmt: skip
# The filters of a view that are columns of an incident; `where` holds every other column.
FIELDS = {"country": "countries", "weapon": "weapons"}


def without_filters(view: View) -> View:
    """The part of a view within which the explorer stays: sets, grades, origins, actors, kinds of place, denials."""
    own = () if view.confirmation in DEFINITIONS.values() else view.confirmation
    return replace(view, confirmation=own, countries=(), weapons=(), places=(), where=(), text="", start=None, end=None)


def state_of_view(dataset: Dataset, view: View, by: str = "confirmation") -> State:
    """The state in which the explorer of a view opens: what can be changed there."""
    filters: dict[str, list[str]] = {column: list(getattr(view, field)) for column, field in FIELDS.items()}
    named = dataset.incidents.dropna(subset="place_id").drop_duplicates("place_id").set_index("place_id")["place"]
    filters["place"] = [named[place] for place in view.places]
    for each in view.where:
        column, _, value = each.partition("=")
        filters.setdefault(column, []).append(value)
    evidence = next((name for name, levels in DEFINITIONS.items() if levels == view.confirmation), "")
    return EMPTY | {
        "evidence": evidence or without_filters(view).words(),
        "start": str(view.start or ""), "end": str(view.end or ""), "text": view.text, "by": by,
        "filters": {column: values for column, values in filters.items() if values},
    }  # fmt: skip


def view_of_state(base: View, state: State) -> View:
    """The view that a state selects within `base`: its incidents are those that the explorer shows.

    Raises InputError for a state that no explorer has.

    Examples
    --------
    >>> view_of_state(View(), {"filters": {"country": ["Iraq"], "actor": [""]}, "start": "2024-02-04"})
    View(countries='Iraq', where='actor=', start='2024-02-04')
    """
    unknown = set(state) - set(EMPTY)
    if unknown:
        raise InputError(f"state: {min(unknown)!r} is no part of it; allowed: {', '.join(EMPTY)}")
    state = EMPTY | state
    fields: dict[str, Any] = {"text": state["text"], "start": state["start"], "end": state["end"]}
    where: list[str] = []
    for column, values in state["filters"].items():
        if column in FIELDS and "" not in values:
            fields[FIELDS[column]] = tuple(values)
        else:
            where += [f"{column}={value}" for value in values]
    if state["evidence"] in DEFINITIONS:
        fields["confirmation"] = DEFINITIONS[state["evidence"]]
    return replace(base, where=tuple(where), **fields)


def address_of_state(state: State, usual: State = EMPTY) -> str:
    """The part of a page's address after `#` in which its explorer opens at a state; `usual` is what it opens with.

    Examples
    --------
    >>> address_of_state(EMPTY | {"start": "2024-02-04", "filters": {"weapon": ["rocket"]}})
    'start=2024-02-04&is.weapon=rocket'
    """
    pairs = [(name, state[name]) for name in EMPTY if name not in ("filters", "kept") and state[name] != usual[name]]
    pairs += [(f"is.{column}", value) for column, values in state["filters"].items() for value in values]
    if not pairs and usual["filters"]:
        pairs = [("by", state["by"])]
    return urlencode(pairs)
