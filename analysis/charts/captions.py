"""The line under a figure: finding, counter, definition, as-of date, n, coverage."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.charts.text_format import join_names
from analysis.comparisons.count_series import CountSeries
from analysis.incidents.views import View
from analysis.measures.totals import format_counter


def format_caption(
    finding: str, *, counter: str, definition: str, as_of, n: int | str, coverage: str, view: str = ""
) -> str:
    """Markdown for a caption. Every part is needed: a number without its definition is none."""
    parts = [
        f"**{finding}**",
        f"Counter: {counter}.",
        f"What counts: {definition}.",
        f"View: {view}." if view else "",
        f"As of {pd.Timestamp(as_of):%Y-%m-%d}; n = {n if isinstance(n, str) else f'{n:,}'}.",
        f"Coverage: {coverage}.",
    ]
    return " ".join(part for part in parts if part)


def caption_of_incidents(incidents: pd.DataFrame, window, view: View, coverage: pd.DataFrame) -> dict:
    """What `caption` must say of a figure of incidents, but its finding and its definition."""
    return {
        "counter": "itemised incidents",
        "n": len(incidents),
        "as_of": window[1],
        "view": view.words(),
        "coverage": format_coverage(coverage),
    }


def caption_of_totals(way: CountSeries) -> dict:
    """The same of a figure of running totals."""
    return {
        "counter": f"{format_counter(way.counter)} running totals",
        "n": way.n,
        "as_of": way.rows["end"].max(),
        "coverage": format_coverage(way.coverage),
    }


def caption_of_definitions(ways: dict[str, CountSeries], window, view: View) -> dict:
    """The same of a figure that shows several ways of counting: n for each, one line of coverage for
    each that differs."""
    covered: dict[str, list[str]] = {}
    for label, way in ways.items():
        covered.setdefault(format_coverage(way.coverage), []).append(label)
    return {
        "counter": "each row's own",
        "n": "; ".join(f"{label} {way.n:,}{_to(way)}" for label, way in ways.items()),
        "as_of": window[1],
        "view": replace(view, confirmation=()).words(),
        "coverage": "; ".join(f"{join_names(labels)}: {words}" for words, labels in covered.items()),
    }


def _to(way: CountSeries) -> str:
    """Of totals, the day of the last one."""
    return "" if way.incidents is not None else f" to {way.rows['end'].max():%Y-%m-%d}"


def format_coverage(coverage: pd.DataFrame) -> str:
    """What coverage.csv says of one counter, in a phrase."""
    if coverage.empty:
        return "not declared; every day of the window is taken as watched, which may be wrong"
    density = {
        "days": "day by day",
        "weeks": "week by week",
        "statement": "by one statement for the period",
        "sparse": "sparsely, so that a zero is weak",
    }
    stretches: list[list] = []
    for row in coverage.sort_values("start").itertuples():
        joins = stretches and stretches[-1][2] == row.density and stretches[-1][1] + pd.Timedelta(days=1) == row.start
        if joins:
            stretches[-1][1] = row.end
        else:
            stretches.append([row.start, row.end, row.density])
    return "; ".join(f"{a:%Y-%m-%d} to {b:%Y-%m-%d} {density[kind]}" for a, b, kind in stretches)
