"""Counts split by a column: which column it is, what its groups are called, how each is filled."""

from __future__ import annotations

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from analysis.charts import style
from analysis.charts.text_format import format_value
from analysis.evidence.arguments import require_column_name, require_columns
from analysis.evidence.errors import InputError
from analysis.evidence.schema import CONFIRMATION
from analysis.measures.categories import NOT_STATED, OTHER


def find_split(counts: pd.DataFrame, by: str | None = None) -> str | None:
    """The column that splits the rows of each period of `counts`; None where each period has one row.

    `by` names it. Without `by` it is `confirmation`, or the only column of text. Raises InputError for a `by`
    that is no column, and where several columns could be meant or none can be told.
    """
    require_columns(counts, ("start", "count"), "counts")
    texts = [name for name in counts.columns if _is_text(counts[name])]
    if by is not None:
        require_column_name(by, [name for name in counts.columns if name not in ("start", "end", "count")], "by")
        return by
    if "confirmation" in texts or len(texts) == 1:
        return "confirmation" if "confirmation" in texts else texts[0]
    if texts:
        raise InputError(f"counts are split by {' and '.join(texts)}: name one of them as by")
    if counts["start"].duplicated().any():
        raise InputError("counts have several rows for a period: name the column that splits them as by")
    return None


def require_one_row(counts: pd.DataFrame, chart: str) -> None:
    """Raise InputError where `counts` have more than one row for a period: this chart cannot split them."""
    if counts["start"].duplicated().any():
        raise InputError(
            f"{chart} shows one count per period and cannot split it; counts have several rows for a period. "
            "Count without by, or draw small_multiples or frequency_bars"
        )


def name_groups(values: pd.Series, weight: pd.Series) -> tuple[pd.Series, dict[str, str]]:
    """The name of each row's group, and the fill of each group in the order in which groups are stacked.

    `values` is the column that splits, `weight` what each row counts. Confirmation keeps its own order, names and
    fills, an ordered category its order; other groups come with the largest first. Beyond as many groups as there
    are colours the rest is one group, "other"; missing values are "not stated".
    """
    if values.name == "confirmation" and set(values.dropna()) <= set(CONFIRMATION):
        voices = {style.VOICE_LABEL[level]: style.VOICE_FILL[level] for level in CONFIRMATION}
        return values.map(style.VOICE_LABEL).astype(object).fillna(NOT_STATED), voices | {NOT_STATED: style.RULE}
    names = values.astype(object).map(format_value, na_action="ignore")
    named = [name for name in _order(values, names, weight) if name not in (OTHER, NOT_STATED)]
    kept = named[: len(style.CATEGORY_FILL)]
    names = names.where(names.isin([*kept, NOT_STATED]) | names.isna(), OTHER).fillna(NOT_STATED)
    fills = dict(zip(kept, style.CATEGORY_FILL, strict=False))
    return names, fills | {OTHER: style.OTHER_FILL, NOT_STATED: style.NOT_STATED_FILL}


def _order(values: pd.Series, names: pd.Series, weight: pd.Series) -> list[str]:
    if isinstance(values.dtype, pd.CategoricalDtype) and values.dtype.ordered:
        return list(dict.fromkeys(format_value(each) for each in values.dtype.categories))
    sums = weight.astype("Float64").groupby(names).sum().sort_index()
    return list(sums.sort_values(ascending=False, kind="stable").index)


def _is_text(column: pd.Series) -> bool:
    return not (is_numeric_dtype(column) or is_bool_dtype(column) or is_datetime64_any_dtype(column))
