"""From an incident back to its claims, their sources, and the rules that chose between them."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.problems import InputError, nearest
from analysis.incidents.dossier import Dossier
from analysis.incidents.table import with_sources


def claims_of(dossier: Dossier, incidents: pd.DataFrame) -> pd.DataFrame:
    """The claims behind the incidents, those that deny included: one row per claim, with its
    incident_id and the origin, grade, outlet, url and publication day of its source.

    Raises InputError if the dossier holds no claims.
    """
    if dossier.evidence is None:
        raise InputError(f"{dossier.root} holds incidents but no claims: there is nothing to trace")
    listed = incidents[["incident_id", "claims"]]
    listed = listed.assign(claim_id=listed["claims"].str.split("|")).explode("claim_id")
    claims = with_sources(dossier.evidence)
    source = dossier.evidence.sources[["source_id", "outlet", "kind", "url", "reliability_reason"]]
    found = listed[["incident_id", "claim_id"]].merge(claims, on="claim_id", how="inner")
    return found.merge(source, on="source_id").sort_values(
        ["incident_id", "claim_id"], ignore_index=True
    )


def trace(dossier: Dossier, incident_id: str) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """One incident: its row, its claims with their sources, its disputes with the rule of each.

    Raises InputError for an id that is not in the table.
    """
    known = dossier.incidents.set_index("incident_id", drop=False)
    if incident_id not in known.index:
        raise InputError(f"no incident {incident_id!r}{nearest(incident_id, known.index)}")
    row = known.loc[incident_id]
    said = dossier.disputes[dossier.disputes["incident_id"] == incident_id]
    return row, claims_of(dossier, known.loc[[incident_id]].reset_index(drop=True)), said
