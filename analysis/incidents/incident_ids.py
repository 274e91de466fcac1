"""Readable ids that stick: a group keeps the id its claims had."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd


def assign_ids(
    groups: pd.DataFrame, decided: pd.Series, previous: pd.Series, retired: Iterable[str] = ()
) -> dict[str, str]:
    """An incident id for every group.

    Parameters
    ----------
    groups : one row per group; columns group, date (datetime64), where (place_id, or
        `unnamed-country`), claims (list of claim ids).
    decided : incident id by claim_id, from the reviewed decisions; always kept.
    previous : incident id by claim_id, from the committed table; kept by the group that holds
        most of the id's claims.
    retired : ids once used for other claims; never given again.

    Returns
    -------
    {group: incident_id}; a new id is `I<day>-<where>`, then `-b`, `-c` in order of smallest claim.
    """
    names = _kept(groups, decided)
    taken = set(names.values()) | set(decided)
    rest = groups[~groups["group"].isin(names)]
    names |= {g: i for g, i in _kept(rest, previous).items() if i not in taken}
    taken |= set(previous) | set(retired)
    for row in rest.sort_values(["date", "where", "group"]).itertuples():
        if row.group not in names:
            names[row.group] = _free(f"I{row.date:%Y%m%d}-{row.where}", taken)
            taken.add(names[row.group])
    return names


def _kept(groups: pd.DataFrame, known: pd.Series) -> dict[str, str]:
    """Old ids, each given to the one group that holds most of its claims."""
    claims = groups[["group", "claims"]].explode("claims")
    claims["old"] = claims["claims"].map(known)
    votes = claims.groupby(["old", "group"]).size().reset_index(name="n")
    votes = votes.sort_values(["n", "old", "group"], ascending=[False, True, True])
    names: dict[str, str] = {}
    given: set[str] = set()
    for row in votes.itertuples():
        if row.group not in names and row.old not in given:
            names[row.group] = row.old
            given.add(row.old)
    return names


def _free(base: str, taken: set[str]) -> str:
    if base not in taken:
        return base
    suffixes = (f"{base}-{_letters(number)}" for number in range(1, len(taken) + 2))
    return next(name for name in suffixes if name not in taken)


def _letters(number: int) -> str:
    """1 -> b, 25 -> z, 26 -> aa: the letters a spreadsheet would use, a being the bare id."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def retire_ids(previous: pd.DataFrame, retired: pd.DataFrame, current: pd.Series) -> pd.DataFrame:
    """Ids no longer in use, with the incidents that hold their claims now.

    `previous` has incident_id and claims; `retired` is the former list; `current` is the incident
    id by claim_id. Columns incident_id, now (joined by |, missing where no claim is left).
    """
    in_use = set(current)
    gone = previous[~previous["incident_id"].isin(in_use)]
    now = {
        row.incident_id: sorted({current[c] for c in row.claims.split("|") if c in current.index})
        for row in gone.itertuples()
    }
    for row in retired.itertuples():
        heirs = [] if pd.isna(row.now) else row.now.split("|")
        heirs = sorted({new for heir in heirs for new in now.get(heir, [heir])})
        if row.incident_id not in in_use:
            now.setdefault(row.incident_id, heirs)
    rows = [(name, "|".join(heirs) or None) for name, heirs in sorted(now.items())]
    return pd.DataFrame(rows, columns=["incident_id", "now"], dtype="str")


def ids_without_their_claims(previous: pd.Series, current: pd.Series, decided: pd.Series) -> list[str]:
    """Decided ids that hold none of the claims that had them before.

    All three are incident ids by claim_id: of the saved table, of the table as it is now, and of the
    decisions. A decision for one claim carries its id to the whole group of that claim; where no claim
    of the former incident is decided, the id leaves them.
    """
    before, now = (ids.index.to_series().groupby(ids.to_numpy()).agg(set) for ids in (previous, current))
    named = sorted(set(decided) & set(before.index) & set(now.index))
    return [name for name in named if before[name].isdisjoint(now[name])]
