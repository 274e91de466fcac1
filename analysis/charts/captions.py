"""The line under a figure: finding, counter, definition, as-of date, n, coverage."""

from __future__ import annotations

import pandas as pd

from analysis.comparisons.count_series import CountSeries
from analysis.evidence.arguments import read_day, read_window, require_columns, require_type
from analysis.incidents.views import View
from analysis.measures.coverage_scopes import EVERYWHERE, has_scopes
from analysis.measures.totals import format_counter


def format_caption(
    finding: str, *, counter: str, definition: str, as_of, n: int | str, coverage: str = "", view: str = ""
) -> str:
    """Put together the caption of a figure: its finding, and what a reader must know to judge it.

    Parameters
    ----------
    finding : str
        What the figure shows, in one sentence.
    counter : str
        Who counts.
    definition : str
        What the marks stand for.
    as_of : day
        Last day the figure speaks of.
    n : int or str
        How many are counted.
    coverage : str, default ""
        When somebody looked, as `format_coverage` says it.
    view : str, default ""
        Which evidence counts, as `View.words` says it.

    Returns
    -------
    str
        Markdown, the finding in bold.

    Raises
    ------
    InputError
        If `as_of` is no day.

    See Also
    --------
    caption_of_incidents : All parts but finding and definition.

    Notes
    -----
    View and coverage hold for a whole chapter: where its line on how to read it says them, the caption need not.

    Examples
    --------
    >>> import analysis as a
    >>> a.charts.format_caption("None in March.", counter="Pentagon", definition="a bar is a week",
    ...                         as_of="2024-03-31", n=0)
    '**None in March.** A bar is a week. Counter: Pentagon. As of 2024-03-31; n = 0.'
    """
    parts = [
        f"**{finding}**",
        f"{definition[:1].upper()}{definition[1:]}.",
        f"Counter: {counter}.",
        f"View: {view}." if view else "",
        f"As of {read_day(as_of, 'as_of'):%Y-%m-%d}; n = {n if isinstance(n, str) else f'{n:,}'}.",
        f"Coverage: {coverage}." if coverage else "",
    ]
    return " ".join(part for part in parts if part)


def caption_of_incidents(incidents: pd.DataFrame, window, view: View, coverage: pd.DataFrame) -> dict:
    """Give what `format_caption` must say of a figure of incidents, but its finding and its definition.

    Parameters
    ----------
    incidents : DataFrame
        The incidents that the figure shows.
    window : tuple of two days
        First and last day of the figure.
    view : View
        Which evidence counts.
    coverage : DataFrame
        Rows of coverage.csv, as `view_coverage` returns them.

    Returns
    -------
    dict
        counter, n, as_of, view and coverage.

    Raises
    ------
    InputError
        If `view` is no View or `coverage` lacks a column.

    See Also
    --------
    format_caption : The caption.

    Examples
    --------
    >>> import analysis as a
    >>> dataset, view = a.open_folder(), a.View(countries="Jordan")
    >>> parts = a.charts.caption_of_incidents(
    ...     a.select(dataset, view), ("2023-10-17", "2024-02-28"), view, a.view_coverage(dataset, view)
    ... )
    >>> parts["view"]
    'all claims, whoever makes them; in Jordan'
    """
    require_type(view, View, "view", "a View")
    return {
        "counter": "itemised incidents",
        "n": len(incidents),
        "as_of": window[1],
        "view": view.words(),
        "coverage": format_coverage(coverage),
    }


def caption_of_totals(way: CountSeries) -> dict:
    """Give what `format_caption` must say of a figure of running totals, but its finding and its definition.

    Parameters
    ----------
    way : CountSeries
        One series of totals, as `count_series` returns it.

    Returns
    -------
    dict
        counter, n and as_of.

    Raises
    ------
    InputError
        If `way` is no CountSeries.

    See Also
    --------
    format_caption : The caption.

    Examples
    --------
    >>> import analysis as a
    >>> series = a.count_series(a.open_folder(), a.View(), ("2023-10-17", "2024-11-21"))
    >>> a.charts.caption_of_totals(series["Pentagon totals"])["counter"]
    'Pentagon running totals'
    """
    require_type(way, CountSeries, "way", "a CountSeries, one of what count_series returns")
    return {
        "counter": f"{format_counter(way.counter)} running totals",
        "n": way.n,
        "as_of": way.rows["end"].max(),
    }


def caption_of_definitions(ways: dict[str, CountSeries], window) -> dict:
    """Give what `format_caption` must say of a figure of several definitions, but its finding and its definition.

    Parameters
    ----------
    ways : dict of str to CountSeries
        One series for each definition, as `count_series` returns them.
    window : tuple of two days
        First and last day of the figure.

    Returns
    -------
    dict
        counter, n and as_of.

    Raises
    ------
    InputError
        If `ways` is no dict of CountSeries, or `window` is none.

    See Also
    --------
    format_caption : The caption.

    Examples
    --------
    >>> import analysis as a
    >>> window = ("2023-10-17", "2024-11-21")
    >>> series = a.count_series(a.open_folder(), a.View(), window)
    >>> a.charts.caption_of_definitions(series, window)["counter"]
    "each row's own"
    """
    require_type(ways, dict, "ways", "a dict of CountSeries, as count_series returns it")
    for label, way in ways.items():
        require_type(way, CountSeries, f"ways[{label!r}]", "a CountSeries")
    last = read_window(window)[1]
    counts = [way.n for way in ways.values()]
    low, high = min(counts, default=0), max(counts, default=0)
    return {
        "counter": "each row's own",
        "n": f"{low:,} to {high:,}, by definition" if low < high else f"{low:,}",
        "as_of": last,
    }


def format_coverage(coverage: pd.DataFrame) -> str:
    """Say in a phrase when somebody looked, and how closely.

    Parameters
    ----------
    coverage : DataFrame
        Rows of coverage.csv of one counter: start, end (days) and density.

    Returns
    -------
    str
        The periods, each with its density.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    view_coverage : The rows for a view.

    Notes
    -----
    Without rows the phrase warns: every day is then taken as searched, which may be wrong.

    Examples
    --------
    >>> import analysis as a
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"start": pd.to_datetime(["2024-01-01"]), "end": pd.to_datetime(["2024-02-29"]),
    ...                      "density": "sparse"})
    >>> a.charts.format_coverage(rows)
    '2024-01-01 to 2024-02-29 sparsely, so that a zero is weak'
    """
    require_columns(coverage, ("start", "end", "density"), "coverage")
    if coverage.empty:
        return "not declared; every day of the window is taken as searched, which may be wrong"
    if not has_scopes(coverage):
        return "; ".join(_stretches(coverage))
    by_words: dict[str, list[str]] = {}
    for scope, rows in coverage.groupby("scope"):
        by_words.setdefault("; ".join(_stretches(rows)), []).append("everywhere" if scope == EVERYWHERE else str(scope))
    told = sorted(by_words.items(), key=lambda item: (-len(item[1]), item[0]))
    parts = [f"{_some(names)} {words}" for words, names in told[:SPANS_TOLD]]
    rest = sum(len(names) for _, names in told[SPANS_TOLD:])
    parts += [f"{rest} further countries otherwise"] if rest else []
    return ". ".join([*parts, "No other country was searched"])


SPANS_TOLD = 4  # different stretches of days that a caption tells
NAMES_TOLD = 5  # countries that it names for each
DENSITY = {
    "days": "day by day",
    "weeks": "week by week",
    "statement": "by one statement for the period",
    "sparse": "sparsely, so that a zero is weak",
}


def _some(names: list[str]) -> str:
    rest = len(names) - NAMES_TOLD
    return ", ".join(names[:NAMES_TOLD]) + (f" and {rest} more countries" if rest > 0 else "")


def _stretches(coverage: pd.DataFrame) -> list[str]:
    """Each stretch of days with its density, neighbouring ones of one density joined."""
    stretches: list[list] = []
    for row in coverage.sort_values("start").itertuples():
        joins = stretches and stretches[-1][2] == row.density and stretches[-1][1] + pd.Timedelta(days=1) == row.start
        if joins:
            stretches[-1][1] = row.end
        else:
            stretches.append([row.start, row.end, row.density])
    return [f"{a:%Y-%m-%d} to {b:%Y-%m-%d} {DENSITY[kind]}" for a, b, kind in stretches]
