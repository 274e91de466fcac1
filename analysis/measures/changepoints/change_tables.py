"""Changes of many series in one table, and of one series under many priors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
from tqdm import tqdm

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.changes import Changes, changes, changes_under_prior, highest_density_set

PRIORS = ("expected", "shape", "rate")  # the first has most of its work in common with what was done before


def changes_by(frame: pd.DataFrame, by: str | list[str], progress: bool = True, **options) -> pd.DataFrame:
    """`changes` for every group of rows: one row per group and change.

    frame : as for `changes`, and the columns `by`. options : those of `changes` but `ranges`.
    Returns [by], phi, chance and chance_tempered (of at least one change), announced, changes (most
    probable number under the tempered posterior), order (1 ..; missing where there is none), day,
    low, high (most probable day of that change given that number, first and last day of its 95 %
    set). Raises InputError, with the group, where `changes` does, and for an unknown column.
    """
    by = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in by if name not in frame]
    if unknown:
        raise InputError(f"by: {unknown[0]!r} is not a column of the counts")
    rows = []
    for key, part in tqdm(frame.groupby(by, sort=True), disable=not progress, unit="series"):
        try:
            found = changes(part, **options)
        except InputError as error:
            raise InputError(f"{', '.join(map(str, key))}: {error}") from None
        rows += [(*key, *row) for row in _summary(found)]
    columns = ["phi", "chance", "chance_tempered", "announced", "changes", "order", "day", "low", "high"]
    return pd.DataFrame(rows, columns=[*by, *columns]).astype({"order": "Int64"})


def _summary(found: Changes) -> list[tuple]:
    number = int(found.tempered.number.argmax())
    head = found.phi, found.chance(), found.chance(True), found.announced, number
    missing = pd.NaT if isinstance(found.seen.first, pd.Timestamp) else None
    rows = [(*head, None, missing, missing, missing)] if not number else []
    for order in range(1, number + 1):
        chance = found.date(order, number, tempered=True)
        days = highest_density_set(chance, 0.95, order)["day"]
        rows.append((*head, order, chance.idxmax(), days.iloc[0], days.iloc[-1]))
    return rows


def prior_sensitivity(
    base: Changes, *, factors=(0.25, 0.5, 2, 4), vary=PRIORS, about: Callable[[Changes], dict] | None = None
) -> pd.DataFrame:
    """What the priors do to `base`: each of `vary` (of expected, shape, rate) in turn multiplied by each of
    `factors`, all else as in `base`.

    Returns varied ("", expected, shape, rate), shape, rate, expected, phi, chance, chance_tempered,
    announced, changes, changes_tempered (most probable numbers), and day, low, high: of the change
    given exactly one, its most probable day and its 95 % set's first and last, tempered. With `about`,
    what it says of each posterior instead of these three (and of what it says under the same names)."""
    cases = [("", base.prior)]
    cases += [(name, replace(base.prior, **{name: getattr(base.prior, name) * by})) for name in vary for by in factors]
    rows = []
    for varied, prior in tqdm(cases, unit="prior", disable=None):
        found = changes_under_prior(base.seen, prior) if varied else base
        used = {name: getattr(prior, name) for name in ("shape", "rate", "expected")}
        rows.append({"varied": varied, **used, **_overall(found), **(about or _one_change)(found)})
    return pd.DataFrame(rows)


def _overall(found: Changes) -> dict:
    return {
        "phi": found.phi,
        "chance": found.chance(),
        "chance_tempered": found.chance(tempered=True),
        "announced": found.announced,
        "changes": int(found.plain.number.argmax()),
        "changes_tempered": int(found.tempered.number.argmax()),
    }


def _one_change(found: Changes) -> dict:
    if len(found.plain.number) < 2:
        return {}
    chance = found.date(1, 1, tempered=True)
    days = highest_density_set(chance, 0.95, 1)["day"]
    return {"day": chance.idxmax(), "low": days.iloc[0], "high": days.iloc[-1]}
