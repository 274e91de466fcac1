"""Values that differ and do not contradict each other, because one of them only says less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

Parents = Mapping[str, str | None]

RESULT_EFFECT = {"intercepted": "stopped", "failed": "stopped", "impact": "hit", "claimed_hit": "hit"}
ACTOR_FIELDS = ("actor", "attribution")
NIGHT = ("night", "dawn")
LAST_HOUR = 8  # an attack before this hour, local time, falls on the day before in Washington


def agrees(
    field: str, value: Any, claims: list[dict], chosen: Any, chosen_claims: list[dict], parents: Parents
) -> bool:
    """Whether a value that was said of a field leaves room for the chosen one.

    `claims` and `chosen_claims` say the two values; `parents` is the wider name of every actor. A range of days and
    each of its days leave room for each other, and so do a wider name and a narrower one, `failed` and
    `intercepted`, "at least 40" and 47.
    """
    if value == chosen:
        return True
    if chosen is None:
        return False
    if field == "date":
        return _holds(value, chosen) or _holds(chosen, value) or _is_us_day(value, chosen, [*claims, *chosen_claims])
    if field in ACTOR_FIELDS:
        return on_one_line(value, chosen, parents)
    if field == "result":
        return RESULT_EFFECT[value] == RESULT_EFFECT[chosen]
    if isinstance(value, int):
        low, high = (claims, chosen_claims) if value < chosen else (chosen_claims, claims)
        return all(field in at_least(claim) for claim in low)
    return False


def _holds(days: tuple, others: tuple) -> bool:
    return days[0] <= others[0] and others[1] <= days[1]


def _is_us_day(one: tuple, other: tuple, claims: list[dict]) -> bool:
    """Whether two days are the U.S. and the local date of an attack between midnight and morning."""
    early, late = sorted((one, other))
    eve = late[0] - timedelta(days=1)
    return early == (eve, eve) and any(_is_before_morning(claim.get("time_of_day")) for claim in claims)


def _is_before_morning(time: str | None) -> bool:
    if not time:
        return False
    return time in NIGHT or (time[0].isdigit() and int(time[:2]) < LAST_HOUR)


def at_least(claim: dict) -> list[str]:
    """The fields of a claim whose number is a lower bound."""
    return (claim.get("at_least") or "").split("|")


def on_one_line(one: str, other: str, parents: Parents) -> bool:
    """Whether one of two actors is the other, a wider name of it, or nobody's name.

    >>> parents = {"unidentified": None, "militias": "unidentified", "Brigade": "militias", "Front": "militias"}
    >>> on_one_line("militias", "Brigade", parents), on_one_line("Front", "Brigade", parents)
    (True, False)
    """
    if names_nobody(one, parents) or names_nobody(other, parents):
        return True
    return one in lineage(other, parents) or other in lineage(one, parents)


def lineage(actor: str, parents: Parents) -> list[str]:
    """An actor and its wider names, narrowest first."""
    line = [actor]
    while wider := parents.get(line[-1]):
        line.append(wider)
    return line


def names_nobody(actor: str, parents: Parents) -> bool:
    """Whether a word such as `unidentified` stands at the top of the table of actors: it has no wider name."""
    return actor in parents and not parents[actor]
