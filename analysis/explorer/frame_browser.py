"""Long frames as tables to look through in a notebook."""

from __future__ import annotations

import html
import importlib.util
from typing import Any

import pandas as pd
from IPython.display import display

from analysis.evidence.arguments import require_type
from analysis.incidents.views import values_as_text

LONG = 12  # rows from which a frame is a table that sorts and searches
LEFT = 20  # rows of what is left of it without a kernel
MOST_ROWS = 50_000


def browse(frame: pd.DataFrame) -> None:
    """Display a frame: a long one as a table that sorts, searches and turns pages, by itables.

    Parameters
    ----------
    frame : DataFrame
        The rows; text in it is escaped.

    Raises
    ------
    InputError
        If `frame` is no DataFrame.

    See Also
    --------
    show_table : A table with a caption for a report.
    explore : Incidents as linked views.

    Notes
    -----
    The table needs a running kernel and anywidget. What a notebook keeps are the first 20 rows and the number of all.
    Of more than 50,000 rows the first 50,000 are shown, and a sentence says so.

    Examples
    --------
    >>> import analysis as a
    >>> a.browse(a.crosstab(a.open_folder().incidents, "weapon", "country"))  # doctest: +ELLIPSIS
    {...}
    """
    require_type(frame, pd.DataFrame, "frame", "a DataFrame")
    left = {"text/html": _first_rows(frame), "text/plain": f"{len(frame):,} rows\n{frame.head(LEFT).to_string()}"}
    if len(frame) < LONG or importlib.util.find_spec("anywidget") is None:
        display(left, raw=True)
        return
    from itables.widget import ITable

    caption = "" if len(frame) <= MOST_ROWS else f"The first {MOST_ROWS:,} of {len(frame):,} rows."
    texts = frame.head(MOST_ROWS)
    texts = texts.assign(**{name: values_as_text(texts[name]) for name in texts.select_dtypes("datetime").columns})
    widget = ITable(texts, caption=caption or None, maxBytes=0, showIndex="auto")
    bundle: Any = widget._repr_mimebundle_()
    display({**(bundle[0] if isinstance(bundle, tuple) else bundle), **left}, raw=True)


def _first_rows(frame: pd.DataFrame) -> str:
    rows = frame.head(LEFT)
    rest = "" if len(frame) <= LEFT else f"<p>The first {LEFT} of {len(frame):,} rows.</p>"
    table = rows.map(lambda value: "" if pd.isna(value) else html.escape(str(value)))
    names = {name: html.escape(str(name)) for name in table.columns}
    return f"{rest}{table.rename(columns=names).to_html(escape=False, border=0)}"
