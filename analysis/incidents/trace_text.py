"""An incident, its claims and its disputes as text, from rows of a frame or of a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

VOICE_NAMES = {
    "us_official": "U.S. officials",
    "local_official": "local officials",
    "monitor": "monitors",
    "unknown": "reports without a named voice",
    "claim_only": "the attackers' own claims",
}
TOLL = {"us_killed": "U.S. killed", "us_injured": "U.S. injured",
        "partner_killed": "partners killed", "partner_injured": "partners injured"}  # fmt: skip


def format_trace(incident: Any, claims: Iterable[Any], disputes: Iterable[Any]) -> str:
    """The trace of one incident as plain text, a paragraph a claim."""
    lines = [f"{incident.incident_id}: {incident.place}, {_days(incident.date_start, incident.date_end)}",
             f"{incident.weapon}, {incident.result}; best voice {incident.confirmation}; "
             f"{incident.n_claims} claims from {incident.n_origins} origins", ""]  # fmt: skip
    for claim in claims:
        lines += [f"{claim.claim_id}  {format_claim(claim)}", f"    {_or(claim.url, 'no address')}"]
    if said := [format_dispute(dispute) for dispute in disputes]:
        lines += ["", "Disputed:", *(f"  {words}" for words in said)]
    return "\n".join(lines)


def format_claim(claim: Any) -> str:
    """One claim in one line: source, grade, voice, what is said, evidence."""
    relays = "" if claim.origin == claim.outlet else f", relaying {claim.origin.replace('|', ' and ')}"
    parts = [
        f"{claim.outlet}{relays} (grade {claim.reliability}; {VOICE_NAMES[claim.confirmation]})"
        + (" denies it" if claim.stance == "denies" else ""),
        _days(claim.date_start, claim.date_end) + f" ({claim.date_basis})",
        _or(claim.place_as_reported, _or(claim.country, "place not said")),
        claim.weapon.replace("_", " ") + (f" x {claim.weapon_count}" if _known(claim.weapon_count) else ""),
        claim.result.replace("_", " "),
        *(f"{words} {getattr(claim, name)}" for name, words in TOLL.items() if _known(getattr(claim, name))),
    ]
    if _known(claim.actor):
        parts.append(f"claimed by {claim.actor}")
    if _known(claim.words):
        parts.append(f"line {int(claim.line)}: \u201c{claim.words}\u201d")
    if _known(claim.note):
        parts.append(f"note: {claim.note.rstrip('.')}")
    return "; ".join(parts) + "."


def format_dispute(dispute: Any) -> str:
    """One disputed value (a row of disputes.csv) in one line."""
    chosen = _or(dispute.chosen, "nothing")
    others = dispute.dissent.replace("|", "; ").replace("_", " ")
    rule = dispute.rule.replace("_", " ")
    return f"{dispute.field.replace('_', ' ')} {chosen.replace('_', ' ')}, chosen by: {rule} (others: {others})"


def _days(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _known(value: Any) -> bool:
    if isinstance(value, str):
        return value != ""
    import pandas as pd  # whose rows say "missing" in several ways; rows of a file are all text

    return not pd.isna(value)


def _or(value: Any, other: str) -> str:
    return value if _known(value) else other
