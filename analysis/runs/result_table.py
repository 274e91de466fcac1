"""The results of a notebook: a small table that the notebook shows and that can be read back from its outputs.

One row is one number or one day: `measure` names it, `what_counts` the definition it holds for. A number has `value`,
`low`, `high` and `unit`; a day has `day`, `first_day` and `last_day`. What is unknown stays empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from analysis.evidence.errors import InputError, suggest_name

if TYPE_CHECKING:  # slow to import, and a kernel that shows results has no other use for it
    from nbformat import NotebookNode

RESULTS_MIME = "application/vnd.incidents.results+json"
TEXT_COLUMNS, NUMBER_COLUMNS = ("measure", "what_counts", "unit"), ("value", "low", "high")
DAY_COLUMNS = ("day", "first_day", "last_day")
RESULT_COLUMNS = ("measure", "what_counts", "value", "low", "high", "unit", "day", "first_day", "last_day")
KEY_COLUMNS = ["measure", "what_counts"]


def show_results(rows: pd.DataFrame | list[dict], caption: str = "**The results of this notebook.**") -> None:
    """Display the results of a notebook as a table; the notebook's file holds them as data too.

    Parameters
    ----------
    rows : DataFrame or list of dict
        One row for each number or day: measure and what_counts (text), and either value, low and high (numbers) with
        unit, or day, first_day and last_day.
    caption : str, optional
        Markdown.

    Raises
    ------
    InputError
        If a column is another one, a row has no measure, two rows have the same measure and what_counts, a number or
        a day is none, or low is more than high.

    Examples
    --------
    >>> import analysis as a
    >>> a.show_results([{"measure": "attacks", "value": 2, "unit": "number"}])  # doctest: +ELLIPSIS
    {...}
    """
    from analysis.charts.notebook_output import show_table

    table = tidy_results(rows)
    shown = table.dropna(axis="columns", how="all").rename(columns=lambda name: name.replace("_", " "))
    show_table(shown, caption, "results", data={RESULTS_MIME: _records(table)})


def tidy_results(rows: pd.DataFrame | list[dict]) -> pd.DataFrame:
    """The rows with all RESULT_COLUMNS, as text, numbers and days. Raises InputError as `show_results` does."""
    if not isinstance(rows, pd.DataFrame) and not (isinstance(rows, list) and all(isinstance(r, dict) for r in rows)):
        raise InputError("results: rows must be a DataFrame or a list of dicts")
    given = pd.DataFrame(rows)
    for name in given:
        if name not in RESULT_COLUMNS:
            known = f"(there are: {', '.join(RESULT_COLUMNS)})"
            raise InputError(f"results: no column {name!r}{suggest_name(name, RESULT_COLUMNS)} {known}")
    table = given.reindex(columns=RESULT_COLUMNS)
    table = table.assign(**{name: table[name].astype("str") for name in TEXT_COLUMNS})
    table = table.assign(
        **{name: _convert(table[name], pd.to_numeric, "number").astype(float) for name in NUMBER_COLUMNS}
    )
    table = table.assign(**{name: _convert(table[name], pd.to_datetime, "day") for name in DAY_COLUMNS})
    table = table.drop_duplicates(ignore_index=True)  # one result said twice is one result
    _check(table)
    return table


def _convert(column: pd.Series, convert: Callable[..., pd.Series], noun: str) -> pd.Series:
    read = convert(column, errors="coerce").replace([float("inf"), -float("inf")], float("nan"))  # JSON has no infinity
    if (wrong := column[read.isna() & column.notna()]).size:
        raise InputError(f"results, column {column.name}: '{wrong.iloc[0]}' is no {noun}")
    return read


def _check(table: pd.DataFrame) -> None:
    if table["measure"].isna().any():
        raise InputError("results: a row has no measure")
    if (twice := table[table.duplicated(KEY_COLUMNS)]).size:
        raise InputError(f"results: two rows for {' of '.join(twice[KEY_COLUMNS].fillna('all').iloc[0])}")
    for low, high in (("low", "value"), ("value", "high"), ("first_day", "day"), ("day", "last_day")):
        if (wrong := table[table[low] > table[high]]).size:
            raise InputError(f"results: {low} is more than {high} in {wrong['measure'].iloc[0]}")


def _records(table: pd.DataFrame) -> list[dict]:
    """One mapping per row, as JSON has it, without what is empty."""
    plain = table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in DAY_COLUMNS}).astype(object)
    return [{name: value for name, value in row.items() if pd.notna(value)} for row in plain.to_dict("records")]


def read_results(executed: NotebookNode) -> pd.DataFrame:
    """The results that an executed notebook shows, of all its tables together; an empty frame if it shows none."""
    outputs = (output for cell in executed.cells for output in cell.get("outputs", []))
    found = [row for output in outputs for row in output.get("data", {}).get(RESULTS_MIME, [])]
    return tidy_results(found)
