"""A column of the incidents as a few groups that can be shown side by side."""

from __future__ import annotations

import pandas as pd

from analysis.evidence.arguments import require_column_name, require_columns
from analysis.evidence.errors import InputError
from analysis.measures.engines.engine_places import category_counts
from analysis.measures.engines.engine_table import is_engine_table

OTHER, NOT_STATED = "other", "not stated"


def lump_categories(incidents: pd.DataFrame, by: str, max_categories: int = 7) -> pd.DataFrame:
    """A column of the incidents as an ordered category of few values: rare ones are lumped together.

    Parameters
    ----------
    incidents : DataFrame or ibis.Table
        With the column `by`. The answer is of the same kind; in an engine it has no order of categories.
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
    in_engine = is_engine_table(incidents)
    if not in_engine:
        require_columns(incidents, (), "incidents")
    require_column_name(by, incidents.columns, "by")
    if max_categories < 1:
        raise InputError(f"max_categories must be 1 or more, given {max_categories}")
    if in_engine:
        return _lump_in_engine(incidents, by, max_categories)
    values = incidents[by].astype("str").where(_stated(incidents, by))
    kept = _kept(values.value_counts(), max_categories)
    grouped = values.where(values.isin(kept) | values.isna(), OTHER).fillna(NOT_STATED)
    order = [name for name in [*kept, OTHER, NOT_STATED] if name in set(grouped)]
    return incidents.assign(**{by: pd.Categorical(grouped, list(dict.fromkeys(order)), ordered=True)})


def _kept(counts: pd.Series, max_categories: int) -> list[str]:
    """The most frequent values, ties by name; one more where only one is left."""
    ranked = counts.sort_index().sort_values(ascending=False, kind="stable")
    return list(
        ranked.index[: max_categories + 1] if len(ranked) == max_categories + 1 else ranked.index[:max_categories]
    )


def _lump_in_engine(incidents, by: str, max_categories: int):
    """The table with the column lumped; an engine has no order of categories."""
    import ibis

    found = category_counts(incidents, by)
    counts = found[_stated(found, by)].set_index(by)["count"]
    kept = _kept(counts, max_categories)
    column, stated = incidents[by].cast("string"), [str(each) for each in counts.index]
    return incidents.mutate(
        **{by: ibis.cases((column.isin(kept), column), (column.isin(stated), OTHER), else_=NOT_STATED)}
    )


def _stated(incidents: pd.DataFrame, by: str) -> pd.Series:
    values = incidents[by]
    if by == "place":
        return values.notna() & ~values.astype("str").str.endswith("place not named")
    return values.notna() & (values != "unknown")
