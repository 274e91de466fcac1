"""A group of claims becomes one row; every other value that was said is kept as dissent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.evidence.schema import CONFIRMATION, RELIABILITY
from analysis.incidents.value_agreement import ACTOR_FIELDS, Parents, agrees, names_nobody

OFFICIAL = ("us_official", "local_official")
BASIS = ("stated by an official", "stated", "relative", "inferred")

# What decides, field by field, first key first; the first key on which the winner is ahead is the
# rule that `disputes.csv` names. For casualties `latest` comes early because mild injuries are
# found weeks later: a later official figure supersedes an early one, however often it is copied.
PRECEDENCE: dict[str, tuple[str, ...]] = {
    "date": ("basis", "narrowest", "reliability", "origins"),
    "place_id": ("origins", "confirmation", "reliability"),
    "country": ("origins", "confirmation", "reliability"),
    "weapon": ("origins", "confirmation", "reliability"),
    "weapon_count": ("confirmation", "origins", "reliability"),
    "actor": ("origins", "confirmation", "reliability"),
    "attribution": ("confirmation", "origins", "reliability"),
    "result": ("confirmation", "origins", "reliability"),
    "us_killed": ("confirmation", "latest", "reliability", "origins"),
    "us_injured": ("confirmation", "latest", "reliability", "origins"),
    "partner_killed": ("confirmation", "latest", "reliability", "origins"),
    "partner_injured": ("confirmation", "latest", "reliability", "origins"),
}

# Whose word a field is, whoever relays it. The attackers claim an attack; a document blames somebody for it in
# its own words, unless `field_voices` of the claim says whose they are.
OWN_VOICE = {"actor": "claim_only", "attribution": "unknown"}
SIDES = (("us_killed", "us_injured"), ("partner_killed", "partner_injured"))

RULE_WORDS = {
    "only": "the only value said",
    "basis": "how the day is known: stated by an official, stated, relative, inferred",
    "narrowest": "a day before a range of days",
    "confirmation": "best voice: " + ", ".join(CONFIRMATION),
    "reliability": "best grade of the source",
    "origins": "most independent origins",
    "latest": "latest publication of the best voice",
    "toll": "no weaker voice than the best that speaks of casualties",
    "weapon": "a number said of the chosen weapon",
    "": "first in order: the claims do not decide",
}


class Resolved(NamedTuple):
    """What claims say of one incident: the columns of incidents.csv that claims decide, one dict for
    each disputed field, and one for each value with the voice, the rule and the claims behind it."""

    row: dict
    disputes: list[dict]
    values: list[dict]


def resolve_incident(claims: Sequence[dict], parents: Parents | None = None, voices: Sequence[str] = ()) -> Resolved:
    """One incident's row, its disputes and its values.

    Parameters
    ----------
    claims : the claims of one incident, each a dict with the columns of claims.csv (missing values
        as None) and `origin`, `reliability`, `published` (datetime or None) and `set`.
    parents : the wider name of each actor, from actors.csv; None where it has none.
    voices : only what one of these voices says counts; all of them by default. A day always counts.

    Returns
    -------
    `Resolved`. `unknown` and missing values are never chosen over known ones and never dissent; nor
    does a value that leaves room for the chosen one (`agreement.agrees`).

    Raises ValueError if no claim supports the incident.
    """
    claims = sorted(claims, key=lambda claim: claim["claim_id"])
    support = [claim for claim in claims if claim["stance"] == "reports"]
    if not support:
        raise ValueError("an incident needs at least one claim that reports it")
    parents = parents or {}
    everything = {field: _said(support, field, voices) for field in PRECEDENCE}
    row: dict = {}
    disputes: list[dict] = []
    values: list[dict] = []
    for field, said in everything.items():
        fitting, limit = _fitting(field, everything, row, parents)
        chosen, rule = _choose(fitting, PRECEDENCE[field])
        behind = fitting.get(chosen, [])
        dissent = [(v, c) for v, c in sorted(said.items()) if not agrees(field, v, c, chosen, behind, parents)]
        if dissent and rule in ("only", ""):
            rule = limit or rule
        row[field] = chosen
        if behind:
            values.append(_value(field, chosen, RULE_WORDS[rule], behind))
        if dissent:
            disputes.append(_dispute(field, _shown(chosen), RULE_WORDS[rule], dissent))
    denials = [claim for claim in claims if claim["stance"] == "denies"]
    if denials:
        rule = "a claim that denies never supports and never removes"
        disputes.append(_dispute("incident", "reported", rule, [("denied", denials)]))
    return Resolved({**_flat(row, everything["us_injured"]), **_summary(claims, support, disputes)}, disputes, values)


def _said(support: list[dict], field: str, voices: Sequence[str]) -> dict:
    """The claims behind every value that is said of a field, each with the voice that says it."""
    said: dict = {}
    for claim in support:
        value = (claim["date_start"], claim["date_end"]) if field == "date" else claim[field]
        if value is None or value == "unknown":
            continue
        voice = voice_of(claim, field)
        if field == "date" or not voices or voice in voices:
            said.setdefault(value, []).append(claim | {"confirmation": voice})
    return said


def voice_of(claim: dict, field: str) -> str:
    """Whose word a field of a claim is: never a better voice than the claim's.

    >>> claim = {"confirmation": "us_official", "result": "impact", "field_voices": "weapon_count=unknown"}
    >>> [voice_of(claim, field) for field in ("result", "weapon_count", "actor")]
    ['us_official', 'unknown', 'claim_only']
    """
    named = dict(part.split("=") for part in (claim.get("field_voices") or "").split("|") if part)
    only_claimed = field == "result" and claim["result"] == "claimed_hit"
    own = named.get(field) or OWN_VOICE.get(field) or ("claim_only" if only_claimed else claim["confirmation"])
    return max(claim["confirmation"], own, key=CONFIRMATION.index)


def _fitting(field: str, everything: dict, row: dict, parents: Parents) -> tuple[dict, str]:
    """What may be chosen of all that is said of a field, and the rule that leaves out the rest."""
    said = everything[field]
    if field == "weapon_count":  # two drones are not two rockets
        return _keep(said, lambda claim: claim["weapon"] in (row["weapon"], "unknown", None)), "weapon"
    if field in ACTOR_FIELDS:
        return {v: c for v, c in said.items() if not names_nobody(v, parents)} or said, ""
    side = next((names for names in SIDES if field in names), ())
    if side:
        best = _best_voice([everything[name] for name in side])
        return _keep(said, lambda claim: claim["confirmation"] == best), "toll"
    return said, ""


def _keep(said: dict, fits) -> dict:
    kept = {value: [claim for claim in claims if fits(claim)] for value, claims in said.items()}
    return {value: claims for value, claims in kept.items() if claims}


def _best_voice(fields: list[dict]) -> str | None:
    voices = [claim["confirmation"] for said in fields for claims in said.values() for claim in claims]
    return min(voices, key=CONFIRMATION.index, default=None)


def _choose(said: dict, keys: tuple[str, ...]):
    """The winning value, and the key on which it is ahead of the runner-up."""
    if not said:
        return None, ""
    standing = sorted((_standing(said[value], keys), value) for value in said)
    best, value = standing[0]
    if len(standing) == 1:
        return value, "only"
    second = standing[1][0]
    ahead = [key for key, a, b in zip(keys, best, second, strict=True) if a != b]
    return value, ahead[0] if ahead else ""


def _standing(claims: list[dict], keys: tuple[str, ...]) -> tuple[int, ...]:
    """How good the claims behind one value are, key by key: smaller is better. Each key looks only
    at the claims that were best on the keys before, so that one claim's good voice is not added to
    another's good source; `origins` counts all who say it."""
    standing, best = [], claims
    for key in keys:
        if key == "origins":
            standing.append(-count_independent_origins(claims))
        else:
            rank = min(RANKS[key](claim) for claim in best)
            best = [claim for claim in best if RANKS[key](claim) == rank]
            standing.append(rank)
    return tuple(standing)


def count_independent_origins(claims: list[dict]) -> int:
    """How many groups of claims share no origin: a page that relays Reuters and AP adds no witness
    to Reuters or to AP."""
    groups: list[set[str]] = []
    for claim in claims:
        parts = set(claim["origin"].split("|"))
        touched = [group for group in groups if group & parts]
        groups = [group for group in groups if not group & parts] + [parts.union(*touched)]
    return len(groups)


def _basis(claim: dict) -> int:
    official = claim["confirmation"] in OFFICIAL and claim["date_basis"] == "stated"
    return 0 if official else BASIS.index(claim["date_basis"])


RANKS = {
    "basis": _basis,
    "narrowest": lambda claim: (claim["date_end"] - claim["date_start"]).days,
    "confirmation": lambda claim: CONFIRMATION.index(claim["confirmation"]),
    "reliability": lambda claim: RELIABILITY.index(claim["reliability"]),
    "latest": lambda claim: -claim["published"].toordinal() if claim["published"] else 0,
}


def _shown(value) -> str:
    if isinstance(value, tuple):
        first, last = (day.strftime("%Y-%m-%d") for day in value)
        return first if first == last else f"{first} to {last}"
    return "" if value is None else str(value).replace("|", "/")


def _value(field: str, chosen, rule: str, claims: list[dict]) -> dict:
    voice = min((claim["confirmation"] for claim in claims), key=CONFIRMATION.index)
    names = "|".join(claim["claim_id"] for claim in claims)
    return {"field": field, "value": _shown(chosen), "voice": voice, "rule": rule, "claims": names}


def _dispute(field: str, chosen: str, rule: str, dissent: list[tuple]) -> dict:
    said = "|".join(
        f"{_shown(value)} ({', '.join(claim['claim_id'] for claim in claims)})" for value, claims in dissent
    )
    return {"field": field, "chosen": chosen or None, "rule": rule, "dissent": said}


def _flat(row: dict, injured: dict) -> dict:
    """Day columns from the chosen range; lowest and highest number of injured."""
    start, end = row["date"]
    return {
        **row,
        "date": start,
        "date_start": start,
        "date_end": end,
        "weapon": row["weapon"] or "unknown",
        "result": row["result"] or "unknown",
        "us_injured_low": min(injured, default=None),
        "us_injured_high": max(injured, default=None),
    }


def _summary(claims: list[dict], support: list[dict], disputes: list[dict]) -> dict:
    return {
        "confirmation": min((c["confirmation"] for c in support), key=CONFIRMATION.index),
        "n_claims": len(support),
        "n_origins": count_independent_origins(support),
        "reliability": min((c["reliability"] for c in support), key=RELIABILITY.index),
        "sets": "|".join(sorted({c["set"] for c in claims})),
        "disputed": "|".join(dispute["field"] for dispute in disputes) or None,
        "claims": "|".join(c["claim_id"] for c in claims),
    }
