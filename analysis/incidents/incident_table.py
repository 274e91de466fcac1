"""The incident table: build it from the evidence, save it whole, load it again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table, to_csv
from analysis.evidence.data_dictionary import build_datapackages
from analysis.evidence.display import html_summary
from analysis.evidence.evidence_base import Evidence
from analysis.incidents.incident_ids import assign_ids, retire_ids
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import CategoryLevels, LinkageRules
from analysis.incidents.resolution import resolve_incident

RESULT_EFFECT = {"intercepted": "stopped", "failed": "stopped", "impact": "hit", "claimed_hit": "hit"}
WEAPON_FAMILY = {"rocket": "indirect fire", "mortar": "indirect fire", "ballistic_missile": "indirect fire"}

LINKAGE_RULES = LinkageRules(
    near_km=5.0,  # Tower 22 and al-Rukban, the airport and the base beside it
    same_origin=-0.5,  # an agency that reports twice may report two attacks
    ladders=(
        CategoryLevels("weapon", ("weapon", "weapon_family"), agree=1.0, differ=-2.0),
        CategoryLevels("result", ("result", "effect"), agree=0.5, differ=-0.5),
    ),
    figures=("weapon_count", "us_injured", "partner_killed", "partner_injured"),
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
    """The derived tables: the incidents, what is disputed, claims without incident, old ids."""

    incidents: pd.DataFrame
    disputes: pd.DataFrame
    unplaced: pd.DataFrame
    retired: pd.DataFrame

    def __repr__(self) -> str:
        return f"IncidentTables({', '.join(f'{n:,} {what}' for what, n in self._sizes().items())})"

    def _repr_html_(self) -> str:
        return html_summary("Incident tables", self._sizes())

    def _sizes(self) -> dict[str, int]:
        return {field.name: len(getattr(self, field.name)) for field in fields(self)}


def build_incidents(evidence: Evidence) -> IncidentTables:
    """The incident table of an evidence base: group the claims, name and resolve each group.

    Ids of the table that is already saved below `evidence.root` are kept where its claims still
    stand together. The same evidence gives the same frames, whatever the order of its rows.
    """
    decisions = evidence.reviewed.set_index("claim_id")["incident_id"]
    grouped = reconcile(claims_as_reports(evidence), LINKAGE_RULES, decisions)
    claims = join_sources(evidence)
    claims["group"] = claims["claim_id"].map(grouped.set_index("report_id")["group"])
    resolved, disputes = resolve_incidents(claims, "group", evidence.places)
    previous, retired = _previous(evidence.root)
    names = assign_ids(_for_naming(resolved), decisions, _by_claim(previous), retired["incident_id"])
    incidents = resolved.assign(incident_id=resolved["group"].map(names))
    incidents = incidents.sort_values(["date", "incident_id"], ignore_index=True)
    disputes = disputes.assign(incident_id=disputes["group"].map(names))
    unplaced = grouped[grouped["group"].isna()].rename(columns={"report_id": "claim_id"})
    return IncidentTables(
        incidents[schema.INCIDENTS.names],
        disputes.sort_values(["incident_id", "field"], ignore_index=True)[schema.DISPUTES.names],
        unplaced[schema.UNPLACED.names].reset_index(drop=True),
        retire_ids(previous, retired, _by_claim(incidents)),
    )


def join_sources(evidence: Evidence) -> pd.DataFrame:
    """The claims, each with the origin, grade and publication day of its source."""
    sources = evidence.sources.assign(origin=evidence.sources["source_id"].map(source_origins(evidence.sources)))[
        ["source_id", "origin", "reliability", "published"]
    ]
    return evidence.claims.merge(sources, on="source_id", validate="many_to_one")


def resolve_incidents(claims: pd.DataFrame, by: str, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Resolve every group of `claims` (from `with_sources`); groups without support are left out.

    Returns (incidents, disputes), both with the column `by`; incidents carry the gazetteer's name,
    kind and coordinates of their place.
    """
    supported = claims.loc[claims["stance"] == "reports", by].dropna().unique()
    groups: dict[str, list[dict]] = {name: [] for name in sorted(supported)}
    for claim in _records(claims[claims[by].isin(supported)]):
        groups[claim[by]].append(claim)
    rows, disputes = [], []
    for name, group in groups.items():
        row, disputed = resolve_incident(group)
        rows.append({by: name, **row})
        disputes += [{by: name, **dispute} for dispute in disputed]
    columns = [by, *(c for c in schema.INCIDENTS.names if c != by)]
    incidents = _located(pd.DataFrame(rows, columns=[c for c in columns if c not in LOCATED]), places)
    table = pd.DataFrame(disputes, columns=[by, *schema.DISPUTES.names[1:]])
    return _dtypes(incidents[columns]), table


def _records(claims: pd.DataFrame) -> list[dict]:
    """Rows as dicts, missing as None; a month of publication counts as its first day."""
    published = pd.to_datetime(claims["published"].str[:10], format="ISO8601")
    plain = claims.assign(published=published).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


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


def _by_claim(incidents: pd.DataFrame) -> pd.Series:
    """The incident id of every claim in the table."""
    claims = incidents.assign(claims=incidents["claims"].str.split("|")).explode("claims")
    return claims.set_index("claims")["incident_id"]


def _previous(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The saved incident table and the list of retired ids; empty where there are none."""
    found = []
    for table in (schema.INCIDENTS, schema.RETIRED):
        path = root / "data" / f"{table.name}.csv"
        empty = pd.DataFrame({name: pd.Series(dtype="str") for name in table.names})
        found.append(read_table(path, table)[0] if path.is_file() else empty)
    return found[0], found[1]


def incident_files(evidence: Evidence, built: IncidentTables) -> dict[Path, str]:
    """The text of every file that `incidents build` writes, by path."""
    data = evidence.root / "data"
    texts = {data / f"{table.name}.csv": to_csv(getattr(built, table.name), table) for table in schema.DERIVED}
    return texts | build_datapackages(evidence.root)
