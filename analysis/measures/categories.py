"""A column of the incidents as a few groups that can be shown side by side."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.errors import InputError

OTHER, NOT_STATED = "other", "not stated"


def lump_categories(incidents: pd.DataFrame, by: str, max_categories: int = 7) -> pd.DataFrame:
    """The incidents with the column `by` as an ordered category of few values.

    The `max_categories` commonest values stay, commonest first (ties by name); the rest becomes "other", where
    it is more than one value; what is missing, unknown or a place that nobody named becomes
    "not stated". Raises InputError for a column that is not there or a `max_categories` below 1.
    """
    if by not in incidents:
        raise InputError(f"by: {by!r} is not a column of the incidents")
    if max_categories < 1:
        raise InputError(f"max_categories must be 1 or more, given {max_categories}")
    values = incidents[by].astype("str").where(_stated(incidents, by))
    ranked = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = list(ranked.index[: max_categories + 1] if len(ranked) == max_categories + 1 else ranked.index[:max_categories])
    grouped = values.where(values.isin(kept) | values.isna(), OTHER).fillna(NOT_STATED)
    order = [name for name in [*kept, OTHER, NOT_STATED] if name in set(grouped)]
    return incidents.assign(**{by: pd.Categorical(grouped, list(dict.fromkeys(order)), ordered=True)})


def _stated(incidents: pd.DataFrame, by: str) -> pd.Series:
    values = incidents[by]
    if by == "place":
        return values.notna() & ~values.astype("str").str.endswith("place not named")
    return values.notna() & (values != "unknown")
