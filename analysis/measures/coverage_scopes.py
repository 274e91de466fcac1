"""Coverage that differs by country: whose days were searched, for one country and for all together."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

EVERYWHERE = "all"
PARTLY = "searched in some of the countries only"  # the basis of days on which not all countries were searched
DENSEST = ("days", "weeks", "statement", "sparse")
DAY = pd.Timedelta(days=1)


def has_scopes(coverage: pd.DataFrame | None) -> bool:
    """Whether some row speaks of one country alone.

    Parameters
    ----------
    coverage : DataFrame or None
        Rows of coverage.csv, with or without the column scope.

    Returns
    -------
    bool

    Examples
    --------
    >>> has_scopes(pd.DataFrame({"scope": ["all", "Kenya"]})), has_scopes(pd.DataFrame({"scope": ["all"]}))
    (True, False)
    """
    return coverage is not None and "scope" in coverage and bool((coverage["scope"] != EVERYWHERE).any())


def coverage_of_country(coverage: pd.DataFrame, country: object) -> pd.DataFrame:
    """The rows that hold for one country: its own, and those of all countries.

    Parameters
    ----------
    coverage : DataFrame
        Rows of coverage.csv of one counter, with the column scope.
    country : str
        The country; a missing one has only the rows of all.

    Returns
    -------
    DataFrame
        Some of the rows; none where nobody searched the country.

    Examples
    --------
    >>> rows = pd.DataFrame({"scope": ["all", "Kenya", "Serbia"]})
    >>> coverage_of_country(rows, "Kenya")["scope"].tolist()
    ['all', 'Kenya']
    """
    return coverage[coverage["scope"].isin([EVERYWHERE, country])]


def coverage_together(coverage: pd.DataFrame | None, countries: Iterable[object] = ()) -> pd.DataFrame | None:
    """Coverage of all countries together, each stretch of days as dense as the country searched least.

    Parameters
    ----------
    coverage : DataFrame or None
        Rows of coverage.csv of one counter: scope, start, end (days, inclusive), density, basis.
    countries : iterable of str
        The countries that matter, beside those that the rows name.

    Returns
    -------
    DataFrame or None
        The same columns with the scope `all`. Days on which not every country was searched are `sparse`, with the basis
        `PARTLY`; days on which none was searched are in no row. What speaks of all countries alone stays as it is.

    Examples
    --------
    >>> rows = pd.DataFrame({"scope": ["Kenya", "Serbia"], "start": pd.to_datetime(["1997-01-01", "2018-01-01"]),
    ...                      "end": pd.to_datetime(["2023-12-31", "2023-12-31"]), "density": "days", "basis": "given"})
    >>> coverage_together(rows)[["start", "density"]].astype(str).to_numpy().tolist()
    [['1997-01-01', 'sparse'], ['2018-01-01', 'days']]
    """
    if coverage is None or not has_scopes(coverage):
        return coverage
    named = {each for each in [*coverage["scope"], *countries] if not pd.isna(each)} - {EVERYWHERE}
    held = {country: coverage_of_country(coverage, country) for country in named}
    bounds = sorted({*coverage["start"], *(coverage["end"] + DAY)})
    rows: list[dict] = []
    for start, after in zip(bounds, bounds[1:], strict=False):
        best = [_densest(each[(each["start"] <= start) & (each["end"] >= after - DAY)]) for each in held.values()]
        told = [density for density in best if density]
        if told:
            partly = len(told) < len(best)
            density = "sparse" if partly else max(told, key=DENSEST.index)
            basis = PARTLY if partly else "all countries"
            rows.append({"start": start, "end": after - DAY, "density": density, "basis": basis})
    return _joined(pd.DataFrame(rows)).assign(scope=EVERYWHERE, counter=_counter(coverage))


def watched_everywhere(coverage: pd.DataFrame | None, countries: Iterable[object] = ()) -> pd.DataFrame | None:
    """Only the stretches of days on which every country was searched.

    Parameters
    ----------
    coverage : DataFrame or None
        As `coverage_together` takes it.
    countries : iterable of str
        The countries that matter, beside those that the rows name.

    Returns
    -------
    DataFrame or None
        The rows of `coverage_together` without those of the basis `PARTLY`.

    Examples
    --------
    >>> rows = pd.DataFrame({"scope": ["Kenya", "Serbia"], "start": pd.to_datetime(["1997-01-01", "2018-01-01"]),
    ...                      "end": pd.to_datetime(["2023-12-31", "2023-12-31"]), "density": "days", "basis": "given"})
    >>> watched_everywhere(rows)["start"].dt.year.tolist()
    [2018]
    """
    together = coverage_together(coverage, countries)
    if together is None or "basis" not in together:
        return together
    return together[together["basis"] != PARTLY]


def _densest(rows: pd.DataFrame) -> str:
    return min(rows["density"], key=DENSEST.index) if len(rows) else ""


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """Neighbouring stretches of one density and basis as one."""
    if rows.empty:
        return rows
    kind = rows["density"] + rows["basis"]
    run = ((kind != kind.shift()) | (rows["start"] != rows["end"].shift() + DAY)).cumsum()
    first = {"start": "first", "end": "last", "density": "first", "basis": "first"}
    return rows.groupby(run).agg(first).reset_index(drop=True)


def _counter(coverage: pd.DataFrame) -> str:
    return str(coverage["counter"].iloc[0]) if "counter" in coverage else ""
