"""From an incident back to its claims, their sources, and the rules that chose between them."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.problems import InputError, nearest
from analysis.incidents.dossier import Dossier
from analysis.incidents.table import with_sources
from analysis.incidents.views import VOICES


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

    The id of a claim stands for the incident it belongs to. Raises InputError for an id that is
    neither.
    """
    known = dossier.incidents.set_index("incident_id", drop=False)
    claims = known["claims"].str.split("|").explode()
    incident_id = next(iter(claims.index[claims == incident_id]), incident_id)
    if incident_id not in known.index:
        raise InputError(f"no incident {incident_id!r}{nearest(incident_id, known.index)}")
    row = known.loc[incident_id]
    said = dossier.disputes[dossier.disputes["incident_id"] == incident_id]
    return row, claims_of(dossier, known.loc[[incident_id]].reset_index(drop=True)), said


def dissents(dossier: Dossier) -> pd.DataFrame:
    """Who is contradicted: one row per claim and field on which the incident has another value.

    Columns incident_id, field, said, chosen, rule, claim_id, source_id, outlet, origin, set,
    reliability. A denial of the whole incident has the field `incident`.
    """
    rows = [
        (d.incident_id, d.field, said, d.chosen, d.rule, claim)
        for d in dossier.disputes.itertuples()
        for said, claims in _said(d.dissent)
        for claim in claims
    ]
    names = ["incident_id", "field", "said", "chosen", "rule", "claim_id"]
    told = claims_of(dossier, dossier.incidents)
    sources = told[["claim_id", "source_id", "outlet", "origin", "set", "reliability"]]
    return pd.DataFrame(rows, columns=names).merge(sources, on="claim_id", how="left")


def _said(dissent: str) -> list[tuple[str, list[str]]]:
    """`a (A1-001, A1-002)|b (A1-003)` taken apart."""
    parts = (part.rsplit(" (", 1) for part in dissent.split("|"))
    return [(said, claims.rstrip(")").split(", ")) for said, claims in parts]


def trace_words(dossier: Dossier, incident_id: str) -> str:
    """The trace of one incident as plain text, a paragraph a claim."""
    row, claims, disputes = trace(dossier, incident_id)
    lines = [f"{row['incident_id']}: {row['place']}, {_days(row['date_start'], row['date_end'])}",
             f"{row['weapon']}, {row['result']}; best voice {row['confirmation']}; "
             f"{row['n_claims']} claims from {row['n_origins']} origins", ""]  # fmt: skip
    for claim in claims.itertuples():
        lines += [f"{claim.claim_id}  {claim_words(claim)}", f"    {_or(claim.url, 'no address')}"]
    if len(disputes):
        lines += ["", "Disputed:", *(f"  {dispute_words(d)}" for d in disputes.itertuples())]
    return "\n".join(lines)


def claim_words(claim) -> str:
    """One claim (a row of `claims_of`) in one line: source, grade, voice, what is said, evidence."""
    relays = "" if claim.origin == claim.outlet else f", relaying {_joined(claim.origin)}"
    parts = [
        f"{claim.outlet}{relays} (grade {claim.reliability}; {VOICES[claim.confirmation]})"
        + (" denies it" if claim.stance == "denies" else ""),
        _days(claim.date_start, claim.date_end) + f" ({claim.date_basis})",
        _or(claim.place_as_reported, _or(claim.country, "place not said")),
        claim.weapon.replace("_", " ") + (f" x {claim.weapon_count}" if _known(claim.weapon_count) else ""),
        claim.result.replace("_", " "),
        *_toll(claim),
    ]
    if _known(claim.actor):
        parts.append(f"claimed by {claim.actor}")
    if _known(claim.words):
        parts.append(f"line {int(claim.line)}: \u201c{claim.words}\u201d")
    if _known(claim.note):
        parts.append(f"note: {claim.note.rstrip('.')}")
    return "; ".join(parts) + "."


def dispute_words(dispute) -> str:
    """One disputed value (a row of disputes.csv) in one line."""
    chosen = _or(dispute.chosen, "nothing")
    others = dispute.dissent.replace("|", "; ").replace("_", " ")
    rule = dispute.rule.replace("_", " ")
    return f"{dispute.field.replace('_', ' ')} {chosen.replace('_', ' ')}, chosen by: {rule} (others: {others})"


def _toll(claim) -> list[str]:
    names = {"us_killed": "U.S. killed", "us_injured": "U.S. injured",
             "partner_killed": "partners killed", "partner_injured": "partners injured"}  # fmt: skip
    return [f"{words} {getattr(claim, n)}" for n, words in names.items() if _known(getattr(claim, n))]


def _days(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _joined(values: str) -> str:
    return values.replace("|", " and ")


def _known(value) -> bool:
    return not pd.isna(value)


def _or(value, other: str) -> str:
    return value if _known(value) else other


def find(dossier: Dossier, day: str = "", place: str = "") -> pd.DataFrame:
    """Incidents that may have happened on a day, at a place, or both: rows of incidents.csv.

    `place` is a gazetteer id, a name or an alias. Raises InputError for a day that is none, or a
    place that the dossier does not know.
    """
    found = dossier.incidents
    if day:
        try:
            when = pd.Timestamp(day)
        except ValueError:
            raise InputError(f"date is {day!r}; allowed: a day, YYYY-MM-DD") from None
        found = found[(found["date_start"] <= when) & (found["date_end"] >= when)]
    if place:
        found = found[found["place_id"] == place_id(dossier, place)]
    return found.reset_index(drop=True)


def place_id(dossier: Dossier, name: str) -> str:
    """The gazetteer id that a name, an alias or an id stands for; upper and lower case alike."""
    ids = {str(p).lower(): p for p in dossier.incidents["place_id"].dropna().unique()}
    if dossier.evidence is not None:
        for place in dossier.evidence.places.itertuples():
            aliases = [] if pd.isna(place.aliases) else place.aliases.split("|")
            ids |= {n.lower(): place.place_id for n in (place.place_id, place.name, *aliases)}
    if name.lower() not in ids:
        raise InputError(f"place {name!r} is not known{nearest(name.lower(), ids)}")
    return ids[name.lower()]
