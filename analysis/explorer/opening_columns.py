"""The two columns with which a notebook looks around in a table."""

from __future__ import annotations

from analysis.explorer.facets import MOST_VALUES
from analysis.incidents.dataset import Dataset

ASKED_FIRST = ("weapon", "country", "event_type", "side_a", "side_b", "actor", "place", "confirmation")


def choose_columns(dataset: Dataset, by: str = "", across: str = "") -> tuple[str, str]:
    """The columns given, or else the first of `ASKED_FIRST` of which the table names several values.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    by, across : str, default ""
        A column each; empty: the first, and another one.

    Returns
    -------
    tuple of two str
        `by` and `across`; empty where the table has no such column.

    Examples
    --------
    >>> import analysis as a
    >>> choose_columns(a.open_folder()), choose_columns(a.open_folder(), by="country")
    (('weapon', 'country'), ('country', 'weapon'))
    """
    table = dataset.incidents
    several = [name for name in ASKED_FIRST if name in table and 1 < table[name].nunique() <= MOST_VALUES]
    by = by or next((name for name in several if name != across), "")
    return by, across or next((name for name in several if name != by), "")
