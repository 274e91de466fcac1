"""A group of claims becomes one row; every other value that was said is kept as dissent."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.evidence.schema import CONFIRMATION, RELIABILITY

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

RULE_WORDS = {
    "basis": "how the day is known: stated by an official, stated, relative, inferred",
    "narrowest": "a day before a range of days",
    "confirmation": "best voice: " + ", ".join(CONFIRMATION),
    "reliability": "best grade of the source",
    "origins": "most independent origins",
    "latest": "latest publication of the best voice",
    "": "first in order: the claims do not decide",
}


def resolve_incident(claims: Sequence[dict]) -> tuple[dict, list[dict]]:
    """One incident's row and its disputes.

    Parameters
    ----------
    claims : the claims of one incident, each a dict with the columns of claims.csv (missing values
        as None) and `origin`, `reliability`, `published` (datetime or None) and `set`.

    Returns
    -------
    (row, disputes) : the columns of incidents.csv that claims decide, and one dict per disputed
        field: field, chosen, rule, dissent. `unknown` and missing values are never chosen over
        known ones and never dissent; a range that holds the chosen day does not dissent.

    Raises ValueError if no claim supports the incident.
    """
    claims = sorted(claims, key=lambda claim: claim["claim_id"])
    support = [claim for claim in claims if claim["stance"] == "reports"]
    if not support:
        raise ValueError("an incident needs at least one claim that reports it")
    row: dict = {}
    disputes: list[dict] = []
    for field, keys in PRECEDENCE.items():
        said = _said(support, field)
        row[field], rule = _choose(_fitting(said, field, row), keys)
        dissent = [(v, c) for v, c in sorted(said.items()) if not _agrees(field, v, row[field])]
        if dissent:
            disputes.append(_dispute(field, _shown(row[field]), RULE_WORDS[rule], dissent))
    denials = [claim for claim in claims if claim["stance"] == "denies"]
    if denials:
        rule = "a claim that denies never supports and never removes"
        disputes.append(_dispute("incident", "reported", rule, [("denied", denials)]))
    return {**_flat(row, support), **_summary(claims, support, disputes)}, disputes


def _said(support: list[dict], field: str) -> dict:
    """The claims behind every value that is said of a field."""
    said: dict = {}
    for claim in support:
        value = (claim["date_start"], claim["date_end"]) if field == "date" else claim[field]
        if value is not None and value != "unknown":
            said.setdefault(value, []).append(claim)
    return said


def _fitting(said: dict, field: str, row: dict) -> dict:
    """A number of munitions may only come from a claim that names the chosen weapon, or none: two
    drones are not two rockets."""
    if field != "weapon_count":
        return said
    weapons = (row["weapon"], "unknown", None)
    fits = {v: [c for c in claims if c["weapon"] in weapons] for v, claims in said.items()}
    return {value: claims for value, claims in fits.items() if claims}


def _choose(said: dict, keys: tuple[str, ...]):
    """The winning value, and the key on which it is ahead of the runner-up."""
    if not said:
        return None, ""
    standing = sorted((_standing(said[value], keys), value) for value in said)
    best, value = standing[0]
    second = standing[1][0] if len(standing) > 1 else best
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


def _agrees(field: str, value, chosen) -> bool:
    if field != "date":
        return value == chosen
    return value[0] <= chosen[0] and chosen[1] <= value[1]


def _shown(value) -> str:
    if isinstance(value, tuple):
        first, last = (day.strftime("%Y-%m-%d") for day in value)
        return first if first == last else f"{first} to {last}"
    return "" if value is None else str(value).replace("|", "/")


def _dispute(field: str, chosen: str, rule: str, dissent: list[tuple]) -> dict:
    said = "|".join(
        f"{_shown(value)} ({', '.join(claim['claim_id'] for claim in claims)})" for value, claims in dissent
    )
    return {"field": field, "chosen": chosen or None, "rule": rule, "dissent": said}


def _flat(row: dict, support: list[dict]) -> dict:
    """Day columns from the chosen range; lowest and highest number of injured."""
    start, end = row["date"]
    injured = [claim["us_injured"] for claim in support if claim["us_injured"] is not None]
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
