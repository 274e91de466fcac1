"""From an incident back to its claims, their sources, and the rules that chose between them."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.errors import InputError, suggest_name
from analysis.incidents.dataset import Dataset
from analysis.incidents.incident_table import join_sources


def claims_of_incidents(dataset: Dataset, incidents: pd.DataFrame) -> pd.DataFrame:
    """The claims behind the incidents, those that deny included: one row per claim, with its
    incident_id and the origin, grade, outlet, url and publication day of its source.

    Raises InputError if the dataset holds no claims.
    """
    if dataset.evidence is None:
        raise InputError(f"{dataset.root} holds incidents but no claims: there is nothing to trace")
    listed = incidents[["incident_id", "claims"]]
    listed = listed.assign(claim_id=listed["claims"].str.split("|")).explode("claim_id")
    claims = join_sources(dataset.evidence)
    source = dataset.evidence.sources[["source_id", "outlet", "kind", "url", "reliability_reason"]]
    found = listed[["incident_id", "claim_id"]].merge(claims, on="claim_id", how="inner")
    return found.merge(source, on="source_id").sort_values(["incident_id", "claim_id"], ignore_index=True)


def trace_incident(dataset: Dataset, incident_id: str) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One incident: its row, its claims with their sources, its disputes with the rule of each, and whose
    word each of its values is.

    The id of a claim stands for the incident it belongs to. Raises InputError for an id that is
    neither.
    """
    known = dataset.incidents.set_index("incident_id", drop=False)
    claims = known["claims"].str.split("|").explode()
    incident_id = next(iter(claims.index[claims == incident_id]), incident_id)
    if incident_id not in known.index:
        raise InputError(f"no incident {incident_id!r}{suggest_name(incident_id, known.index)}")
    row = known.loc[incident_id]
    claims = claims_of_incidents(dataset, known.loc[[incident_id]].reset_index(drop=True))
    said, voiced = (table[table["incident_id"] == incident_id] for table in (dataset.disputes, dataset.values))
    return row, claims, said, voiced


def dissenting_claims(dataset: Dataset) -> pd.DataFrame:
    """Who is contradicted: one row per claim and field on which the incident has another value.

    Columns incident_id, field, said, chosen, rule, claim_id, source_id, outlet, origin, set,
    reliability. A denial of the whole incident has the field `incident`.
    """
    rows = [
        (d.incident_id, d.field, said, d.chosen, d.rule, claim)
        for d in dataset.disputes.itertuples()
        for said, claims in _said(d.dissent)
        for claim in claims
    ]
    names = ["incident_id", "field", "said", "chosen", "rule", "claim_id"]
    told = claims_of_incidents(dataset, dataset.incidents)
    sources = told[["claim_id", "source_id", "outlet", "origin", "set", "reliability"]]
    return pd.DataFrame(rows, columns=names).merge(sources, on="claim_id", how="left")


def _said(dissent: str) -> list[tuple[str, list[str]]]:
    """`a (A1-001, A1-002)|b (A1-003)` taken apart."""
    parts = (part.rsplit(" (", 1) for part in dissent.split("|"))
    return [(said, claims.rstrip(")").split(", ")) for said, claims in parts]


def find_incidents(dataset: Dataset, day: str = "", place: str = "") -> pd.DataFrame:
    """Incidents that may have happened on a day, at a place, or both: rows of incidents.csv.

    `place` is a gazetteer id, a name or an alias. Raises InputError for a day that is none, or a
    place that the dataset does not know.
    """
    found = dataset.incidents
    if day:
        try:
            when = pd.Timestamp(day)
        except ValueError:
            raise InputError(f"date is {day!r}; allowed: a day, YYYY-MM-DD") from None
        found = found[(found["date_start"] <= when) & (found["date_end"] >= when)]
    if place:
        found = found[found["place_id"] == find_place_id(dataset, place)]
    return found.reset_index(drop=True)


def find_place_id(dataset: Dataset, name: str) -> str:
    """The gazetteer id that a name, an alias or an id stands for; upper and lower case alike."""
    ids = {str(p).lower(): p for p in dataset.incidents["place_id"].dropna().unique()}
    if dataset.evidence is not None:
        for place in dataset.evidence.places.itertuples():
            aliases = [] if pd.isna(place.aliases) else place.aliases.split("|")
            ids |= {n.lower(): place.place_id for n in (place.place_id, place.name, *aliases)}
    if name.lower() not in ids:
        raise InputError(f"place {name!r} is not known{suggest_name(name.lower(), ids)}")
    return ids[name.lower()]
