"""The line under a figure: finding, counter, definition, as-of date, n, coverage."""

from __future__ import annotations

import pandas as pd


def caption(
    finding: str, *, counter: str, definition: str, as_of, n: int, coverage: str, view: str = ""
) -> str:
    """Markdown for a caption. Every part is needed: a number without its definition is none."""
    parts = [
        f"**{finding}**",
        f"Counter: {counter}.",
        f"What counts: {definition}.",
        f"View: {view}." if view else "",
        f"As of {pd.Timestamp(as_of):%Y-%m-%d}; n = {n:,}.",
        f"Coverage: {coverage}.",
    ]
    return " ".join(part for part in parts if part)


def coverage_words(coverage: pd.DataFrame) -> str:
    """What coverage.csv says of one counter, in a phrase."""
    if coverage.empty:
        return "not declared; every day of the window is taken as watched, which may be wrong"
    density = {
        "days": "day by day",
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
