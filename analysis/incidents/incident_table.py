"""The incident table: build it from the evidence, save it whole, load it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table, to_csv
from analysis.evidence.data_dictionary import build_datapackages
from analysis.evidence.evidence_base import Evidence
from analysis.evidence.html_summaries import html_summary
from analysis.incidents.incident_ids import assign_ids, ids_without_their_claims, retire_ids
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import CategoryLevels, LinkageRules
from analysis.incidents.resolution import resolve_incident
from analysis.incidents.value_agreement import RESULT_EFFECT, Parents

WEAPON_FAMILY = {"rocket": "indirect fire", "mortar": "indirect fire", "ballistic_missile": "indirect fire"}

LINKAGE_RULES = LinkageRules(
    longest_range_days=14,  # "the end of January"
    near_km=50.0,  # how far apart two bases are that sources still mix up
    same_origin=-0.5,  # an agency that reports twice may report two attacks
    categories=(
        CategoryLevels("weapon", ("weapon", "weapon_family"), agree=0.5, differ=-2.0),
        CategoryLevels("result", ("result", "effect"), agree=0.5, differ=-0.5),
    ),
    figures=("weapon_count", "us_killed", "us_injured", "partner_killed", "partner_injured"),
)


def claims_as_reports(evidence: Evidence) -> pd.DataFrame:
    """The claims as reports of events, for `reconcile`: one row per claim."""
    claims = evidence.claims
    weapon = claims["weapon"].mask(claims["weapon"].isin(["unknown", "mixed"]))
    result = claims["result"].mask(claims["result"] == "unknown")
    origin = claims["source_id"].map(source_origins(evidence.sources))
    gazetteer = evidence.places.set_index("place_id")
    return claims.assign(
        report_id=claims["claim_id"],
        document=claims["source_id"],
        origin=origin,
        place=claims["place_id"],
        latitude=claims["place_id"].map(gazetteer["latitude"]),
        longitude=claims["place_id"].map(gazetteer["longitude"]),
        weapon=weapon,
        weapon_family=weapon.replace(WEAPON_FAMILY),
        result=result,
        effect=result.map(RESULT_EFFECT),
    )


def source_origins(sources: pd.DataFrame) -> pd.Series:
    """Whose reporting each source is, by source_id: its origin, else its own outlet."""
    named = sources.set_index("source_id")
    return named["origin"].fillna(named["outlet"])


@dataclass(frozen=True, repr=False)
class IncidentTables:
    """The derived tables: the incidents, whose word each value is, what is disputed, claims without
    incident, old ids."""

    incidents: pd.DataFrame
    values: pd.DataFrame
    disputes: pd.DataFrame
    unplaced: pd.DataFrame
    retired: pd.DataFrame

    def __repr__(self) -> str:
        return f"IncidentTables({', '.join(f'{n:,} {what}' for what, n in self._sizes().items())})"

    def _repr_html_(self) -> str:
        return html_summary("Incident tables", self._sizes())

    def _sizes(self) -> dict[str, int]:
        return {field.name: len(getattr(self, field.name)) for field in fields(self)}


class SavedIds(NamedTuple):
    """The ids that were given before: the saved incident table (incident_id, claims) and the saved list
    of retired ids (incident_id, now)."""

    incidents: pd.DataFrame
    retired: pd.DataFrame


def load_saved_ids(root: Path) -> SavedIds:
    """The ids that the tables below `root` hold; none where they are not built yet."""
    found = []
    for table in (schema.INCIDENTS, schema.RETIRED):
        path = root / "data" / f"{table.name}.csv"
        found.append(read_table(path, table)[0] if path.is_file() else schema.empty_table(table))
    return SavedIds(*found)


NO_IDS = SavedIds(schema.empty_table(schema.INCIDENTS), schema.empty_table(schema.RETIRED))


def build_incidents(evidence: Evidence, saved: SavedIds = NO_IDS) -> IncidentTables:
    """The incident table of an evidence base: group the claims, name and resolve each group.

    The ids in `saved` are kept where their claims still stand together. The same evidence and the
    same ids give the same frames, whatever the order of the rows.
    """
    decisions = evidence.reviewed.set_index("claim_id")["incident_id"]
    grouped = reconcile(claims_as_reports(evidence), LINKAGE_RULES, decisions)
    claims = join_sources(evidence)
    claims["group"] = claims["claim_id"].map(grouped.set_index("report_id")["group"])
    found = resolve_incidents(claims, "group", evidence)
    names = assign_ids(
        _for_naming(found.incidents), decisions, incident_by_claim(saved.incidents), saved.retired["incident_id"]
    )
    incidents, values, disputes = (frame.assign(incident_id=frame["group"].map(names)) for frame in found)
    incidents = incidents.sort_values(["date", "incident_id"], ignore_index=True)
    unplaced = grouped[grouped["group"].isna()].rename(columns={"report_id": "claim_id"})
    return IncidentTables(
        incidents[schema.INCIDENTS.names],
        values.sort_values(["incident_id", "field"], ignore_index=True)[schema.VALUES.names],
        disputes.sort_values(["incident_id", "field"], ignore_index=True)[schema.DISPUTES.names],
        unplaced[schema.UNPLACED.names].reset_index(drop=True),
        retire_ids(saved.incidents, saved.retired, incident_by_claim(incidents)),
    )


def join_sources(evidence: Evidence) -> pd.DataFrame:
    """The claims, each with the origin, grade and publication day of its source."""
    sources = evidence.sources.assign(origin=evidence.sources["source_id"].map(source_origins(evidence.sources)))[
        ["source_id", "origin", "reliability", "published"]
    ]
    return evidence.claims.merge(sources, on="source_id", validate="many_to_one")


class ResolvedIncidents(NamedTuple):
    """Frames with the column that told the groups apart: one row per incident (the columns of
    incidents.csv), per value (values.csv) and per disputed field (disputes.csv)."""

    incidents: pd.DataFrame
    values: pd.DataFrame
    disputes: pd.DataFrame


def resolve_incidents(
    claims: pd.DataFrame, by: str, evidence: Evidence, voices: Sequence[str] = ()
) -> ResolvedIncidents:
    """Resolve every group of `claims` (from `join_sources`); groups without support are left out.

    All frames carry the column `by`; incidents carry the gazetteer's name, kind and coordinates of
    their place. With `voices`, what no such voice says is left out, the day apart.
    """
    supported = claims.loc[claims["stance"] == "reports", by].dropna().unique()
    groups: dict[str, list[dict]] = {name: [] for name in sorted(supported)}
    for claim in _records(claims[claims[by].isin(supported)]):
        groups[claim[by]].append(claim)
    parents = actor_parents(evidence.actors)
    found = {name: resolve_incident(group, parents, voices) for name, group in groups.items()}
    columns = [by, *(c for c in schema.INCIDENTS.names if c != by)]
    rows = [{by: name, **each.row} for name, each in found.items()]
    incidents = _located(pd.DataFrame(rows, columns=[c for c in columns if c not in LOCATED]), evidence.places)
    values = pd.DataFrame(
        [{by: name, **value} for name, each in found.items() for value in each.values],
        columns=[by, *schema.VALUES.names[1:]],
    )
    disputes = pd.DataFrame(
        [{by: name, **dispute} for name, each in found.items() for dispute in each.disputes],
        columns=[by, *schema.DISPUTES.names[1:]],
    )
    return ResolvedIncidents(_dtypes(incidents[columns]), _with_countries(values, incidents, by), disputes)


def actor_parents(actors: pd.DataFrame) -> Parents:
    """The next wider name of every actor, None for a word that names nobody."""
    parents = actors["parent"].astype(object)
    return dict(zip(actors["actor"], parents.where(parents.notna(), None), strict=True))


def _with_countries(values: pd.DataFrame, incidents: pd.DataFrame, by: str) -> pd.DataFrame:
    """The values, with the country that goes with a named place as the place's claims say it."""
    home = incidents.set_index(by)["country"]
    places = values[values["field"] == "place_id"]
    countries = places.assign(field="country", value=places[by].map(home), rule=OF_THE_PLACE)
    named = values[by].isin(places[by]) & (values["field"] == "country")
    return pd.concat([values[~named], countries], ignore_index=True)


def _records(claims: pd.DataFrame) -> list[dict]:
    """Rows as dicts, missing as None; a month of publication counts as its first day."""
    published = pd.to_datetime(claims["published"].str[:10], format="ISO8601")
    plain = claims.assign(published=published).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


OF_THE_PLACE = "the gazetteer's country of the place"
LOCATED = ("place", "place_kind", "latitude", "longitude")


def _located(incidents: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Name, kind and point from the gazetteer; the country of a named place is the gazetteer's."""
    gazetteer = places.rename(columns={"name": "place", "kind": "place_kind", "country": "home"})
    out = incidents.merge(gazetteer[["place_id", *LOCATED, "home"]], on="place_id", how="left")
    out["country"] = out["home"].fillna(out["country"])
    nowhere = out["country"].fillna("country not said") + ", place not named"
    return out.assign(place=out["place"].fillna(nowhere)).drop(columns="home")


def _dtypes(incidents: pd.DataFrame) -> pd.DataFrame:
    for name in schema.INCIDENTS.of_kind("integer"):
        incidents[name] = incidents[name].astype("Int64")
    for name in schema.INCIDENTS.of_kind("text", "list", "id"):
        if name in incidents:
            incidents[name] = incidents[name].astype("str")
    return incidents


def _for_naming(resolved: pd.DataFrame) -> pd.DataFrame:
    country = resolved["country"].fillna("somewhere").str.lower().str.replace(" ", "-")
    where = resolved["place_id"].fillna("unnamed-" + country)
    return resolved[["group", "date"]].assign(where=where, claims=resolved["claims"].str.split("|"))


def incident_by_claim(incidents: pd.DataFrame) -> pd.Series:
    """The incident id of every claim in an incident table, by claim_id."""
    claims = incidents.assign(claims=incidents["claims"].str.split("|")).explode("claims")
    return claims.set_index("claims")["incident_id"]


def describe_id_changes(evidence: Evidence, saved: SavedIds, built: IncidentTables) -> list[str]:
    """What a build did to ids, a line each: those that are no longer in use, and those that a decision
    took away from the claims that had them."""
    known = set(map(tuple, saved.retired.fillna("").to_numpy()))
    lines = [
        f"{row.incident_id} is retired; " + (f"its claims are now in {row.now}" if row.now else "its claims are gone")
        for row in built.retired.fillna("").itertuples()
        if (row.incident_id, row.now) not in known
    ]
    decided = evidence.reviewed.set_index("claim_id")["incident_id"]
    before, now = incident_by_claim(saved.incidents), incident_by_claim(built.incidents)
    taken = ids_without_their_claims(before, now, decided)
    return lines + [f"warning: the decision for {name} holds none of its claims" for name in taken]


def incident_files(evidence: Evidence, built: IncidentTables) -> dict[Path, str]:
    """The text of every file that `incidents build` writes, by path."""
    data = evidence.root / "data"
    texts = {data / f"{table.name}.csv": to_csv(getattr(built, table.name), table) for table in schema.DERIVED}
    return texts | build_datapackages(evidence.root)
