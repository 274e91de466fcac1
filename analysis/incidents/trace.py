"""From an incident back to its claims, their sources, and the rules that chose between them."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_columns, require_type
from analysis.evidence.errors import InputError, suggest_name
from analysis.incidents.dataset import Dataset, evidence_of
from analysis.incidents.incident_table import incident_by_claim, join_sources


def claims_of_incidents(dataset: Dataset, incidents: pd.DataFrame) -> pd.DataFrame:
    """Give the claims behind incidents, those that deny included, each with its source.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns; it must hold claims.
    incidents : DataFrame
        Columns incident_id and claims (ids joined by ``|``), as `select` returns them.

    Returns
    -------
    DataFrame
        One row for each claim: incident_id, claim_id, the columns of claims.csv, and the origin, reliability,
        published, outlet, kind, url and reliability_reason of its source.

    Raises
    ------
    InputError
        If the dataset holds no claims or a column is missing.

    See Also
    --------
    trace_incident : One incident with its claims and disputes.
    search_claims : Claims by words.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> claims = a.claims_of_incidents(dataset, a.select(dataset, a.View(countries="Jordan")))
    >>> claims[["claim_id", "outlet", "reliability"]].iloc[0].tolist()
    ['A3-001', '360 Media Scanner', 'D']
    """
    claims = claims_and_sources(dataset).drop(columns="incident_id")
    require_columns(incidents, ("incident_id", "claims"), "incidents")
    listed = incidents[["incident_id", "claims"]]
    listed = listed.assign(claim_id=listed["claims"].str.split("|")).explode("claim_id")
    found = listed[["incident_id", "claim_id"]].merge(claims, on="claim_id", how="inner")
    return found.sort_values(["incident_id", "claim_id"], ignore_index=True)


def claims_and_sources(dataset: Dataset) -> pd.DataFrame:
    """Every claim of the dataset with its source, as `claims_of_incidents`; a claim that belongs to no
    incident has no incident_id.

    Raises InputError if the dataset holds no claims.
    """
    evidence = evidence_of(dataset)
    source = evidence.sources[["source_id", "outlet", "kind", "url", "reliability_reason"]]
    claims = join_sources(evidence).merge(source, on="source_id")
    claims.insert(0, "incident_id", claims["claim_id"].map(incident_by_claim(dataset.incidents)))
    return claims


def trace_incident(dataset: Dataset, incident_id: str) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give one incident with its claims and their sources, its disputes, and whose word each value is.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns; it must hold claims.
    incident_id : str
        The id of the incident, or of a claim that belongs to it.

    Returns
    -------
    incident : Series
        The row of the incident.
    claims : DataFrame
        Its claims, as `claims_of_incidents` returns them.
    disputes : DataFrame
        The values on which the claims disagree: incident_id, field, chosen, dissent and rule.
    values : DataFrame
        Whose word each value is: incident_id, field, value, voice, rule and claims.

    Raises
    ------
    InputError
        If no incident and no claim has this id, or the dataset holds no claims.

    See Also
    --------
    incidents_per_bar : From a bar to the ids of its incidents.
    dissenting_claims : All disputes, claim by claim.

    Examples
    --------
    >>> import analysis as a
    >>> incident, claims, disputes, values = a.trace_incident(a.open_folder(), "I20240128-tower-22")
    >>> incident["place"], claims["claim_id"].iloc[0], "us_injured" in set(disputes["field"])
    ('Tower 22', 'A3-001', True)
    """
    evidence_of(dataset)
    require_type(incident_id, str, "incident_id", "the id of an incident or of a claim")
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
    """List the claims that contradict the incident they belong to.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns; it must hold claims.

    Returns
    -------
    DataFrame
        One row for each claim and field on which the incident has another value: incident_id, field, said, chosen,
        rule, claim_id, source_id, outlet, origin, set, reliability. A denial of the whole incident has the field
        `incident`.

    Raises
    ------
    InputError
        If the dataset holds no claims.

    See Also
    --------
    trace_incident : One incident with its disputes.

    Examples
    --------
    >>> import analysis as a
    >>> told = a.dissenting_claims(a.open_folder())
    >>> told.loc[told["incident_id"] == "I20240128-tower-22", "field"].unique().tolist()
    ['country', 'date', 'place_id', 'us_injured']
    """
    evidence_of(dataset)
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
