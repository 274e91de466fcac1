"""A column of the incidents as a few groups that can be shown side by side."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_column_name, require_columns
from analysis.evidence.errors import InputError

OTHER, NOT_STATED = "other", "not stated"


def lump_categories(incidents: pd.DataFrame, by: str, max_categories: int = 7) -> pd.DataFrame:
    """A column of the incidents as an ordered category of few values: rare ones are lumped together.

    Parameters
    ----------
    incidents : DataFrame
        With the column `by`.
    by : str
        The column.
    max_categories : int
        Number of values that stay, 1 or more: the most frequent ones, ties by name.

    Returns
    -------
    DataFrame
        The incidents with `by` as an ordered category: the values that stay, most frequent first, then "other" for the
        rest where it is more than one value, then "not stated" for what is missing, unknown, or a place that nobody
        named.

    Raises
    ------
    InputError
        For an unknown column, or a `max_categories` below 1.

    Notes
    -----
    The category "other" may hold more incidents than any that stays.

    Examples
    --------
    >>> incidents = pd.DataFrame({"weapon": ["rocket", "rocket", "mortar", "ied", None]})
    >>> lump_categories(incidents, "weapon", max_categories=1)["weapon"].tolist()
    ['rocket', 'rocket', 'other', 'other', 'not stated']
    """
    require_columns(incidents, (), "incidents")
    require_column_name(by, incidents.columns, "by")
    if max_categories < 1:
        raise InputError(f"max_categories must be 1 or more, given {max_categories}")
    values = incidents[by].astype("str").where(_stated(incidents, by))
    ranked = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = list(
        ranked.index[: max_categories + 1] if len(ranked) == max_categories + 1 else ranked.index[:max_categories]
    )
    grouped = values.where(values.isin(kept) | values.isna(), OTHER).fillna(NOT_STATED)
    order = [name for name in [*kept, OTHER, NOT_STATED] if name in set(grouped)]
    return incidents.assign(**{by: pd.Categorical(grouped, list(dict.fromkeys(order)), ordered=True)})


def _stated(incidents: pd.DataFrame, by: str) -> pd.Series:
    values = incidents[by]
    if by == "place":
        return values.notna() & ~values.astype("str").str.endswith("place not named")
    return values.notna() & (values != "unknown")
