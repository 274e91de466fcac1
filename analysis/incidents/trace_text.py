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


def format_trace(incident: Any, claims: Iterable[Any], disputes: Iterable[Any], values: Iterable[Any] = ()) -> str:
    """The trace of one incident as plain text, a paragraph a claim."""
    voice = VOICE_NAMES.get(incident.confirmation, incident.confirmation)
    lines = [f"{incident.incident_id}: {incident.place}, {_days(incident.date_start, incident.date_end)}",
             f"{incident.weapon.replace('_', ' ')}, {incident.result.replace('_', ' ')}; best voice: {voice}; "
             f"{incident.n_claims} claims from {incident.n_origins} origins", ""]  # fmt: skip
    for claim in claims:
        lines += [f"{claim.claim_id}  {format_claim(claim)}", f"    {_or(claim.url, 'no address')}"]
    if said := [format_dispute(dispute) for dispute in disputes]:
        lines += ["", "Disputed:", *(f"  {words}" for words in said)]
    if voiced := format_voices(values):
        lines += ["", "Whose word:", *(f"  {words}" for words in voiced)]
    return "\n".join(lines)


def format_voices(values: Iterable[Any]) -> list[str]:
    """Whose word the values of an incident are (rows of values.csv), a line for each voice, best first."""
    fields: dict[str, list[str]] = {voice: [] for voice in VOICE_NAMES}
    for value in values:
        fields[value.voice].append(_field(value.field))
    return [f"{VOICE_NAMES[voice]}: {', '.join(names)}" for voice, names in fields.items() if names]


def format_claim(claim: Any) -> str:
    """One claim in one line: source, grade, voice, what is said, evidence."""
    relays = "" if claim.origin == claim.outlet else f", relaying {claim.origin.replace('|', ' and ')}"
    parts = [
        f"{claim.outlet}{relays} (grade {claim.reliability}; {VOICE_NAMES[claim.confirmation]})"
        + (" denies it" if claim.stance == "denies" else ""),
        _days(claim.date_start, claim.date_end) + _hour(claim) + f" ({claim.date_basis})",
        _or(claim.place_as_reported, _or(claim.country, "place not said")),
        claim.weapon.replace("_", " ") + (f" x {claim.weapon_count}" if _known(claim.weapon_count) else ""),
        claim.result.replace("_", " "),
        *(f"{words} {getattr(claim, name)}" for name, words in TOLL.items() if _known(getattr(claim, name))),
    ]
    if _known(claim.actor):
        parts.append(f"claimed by {claim.actor}")
    if _known(claim.field_voices):
        parts.append(f"said by others: {_voices(claim.field_voices)}")
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
    return f"{_field(dispute.field)} {chosen.replace('_', ' ')}, chosen by: {rule} (others: {others})"


def _field(name: str) -> str:
    """A field of an incident in words."""
    return TOLL.get(name, name.removesuffix("_id").replace("_", " "))


def _hour(claim: Any) -> str:
    """The time of day, and which attack of that day, where the source says so."""
    time = f", {claim.time_of_day}" if _known(claim.time_of_day) else ""
    return time + (f", attack {int(claim.ordinal)} of that day" if _known(claim.ordinal) else "")


def _voices(fields: str) -> str:
    pairs = (part.split("=") for part in fields.split("|"))
    return ", ".join(f"{_field(field)} by {VOICE_NAMES[voice]}" for field, voice in pairs)


def _days(first: date, last: date) -> str:
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _known(value: Any) -> bool:
    if isinstance(value, str):
        return value != ""
    import pandas as pd  # whose rows say "missing" in several ways; rows of a file are all text

    return not pd.isna(value)


def _or(value: Any, other: str) -> str:
    return value if _known(value) else other
