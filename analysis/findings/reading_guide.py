"""What holds for every chart of a chapter: one count, the view, the days, how densely they were searched."""

from __future__ import annotations

import pandas as pd

from analysis.charts.captions import format_coverage
from analysis.charts.text_format import format_range, join_names, plural
from analysis.findings.study import Study
from analysis.measures.frequency import count


def reading_guide(study: Study) -> str:
    """How to read the charts of a chapter, in plain sentences."""
    about = study.dataset.about
    one = about.one_incident or "one row of incidents.csv"
    has_glossary = study.dataset.evidence is not None
    glossary = " The glossary in the annex of the whole report defines the terms." if has_glossary else ""
    return (
        f"How to read this: one {about.singular} is {one}. View: {study.view_words()}. The window runs "
        f"{format_range(*study.window)}; {searched_days(study)}. n is how many are counted up to the day “as of”."
        f"{glossary}"
    )


def searched_days(study: Study) -> str:
    """How many days of the window were searched day by day, by week, more rarely, and not at all, in a phrase."""
    if study.coverage.empty:
        return "nobody says which days were searched, and every day is taken as searched"
    days = count(study.incidents, "day", window=study.window, coverage=study.coverage)
    sparse, weekly = int(days["sparse_days"].sum()), int(days["weekly_days"].sum())
    blind = int(days["covered_days"].eq(0).sum())
    parts = {"day by day": len(days) - sparse - weekly - blind, "by week": weekly, "less than weekly": sparse,
             "not at all": blind}  # fmt: skip
    told = [f"{number:,} {how}" for how, number in parts.items() if number]
    return f"of its {plural(len(days), 'day')}, this many were searched: {join_names(told)}"


def definition_table(study: Study) -> pd.DataFrame:
    """What each definition counts: definition, what it counts, n, searched (when, and how densely)."""
    return pd.DataFrame(
        {
            "definition": list(study.definitions),
            "what it counts": [study.define(label) for label in study.definitions],
            "n": [each.n for each in study.definitions.values()],
            "searched": [_searched(each.coverage) for each in study.definitions.values()],
        }
    )


def _searched(coverage: pd.DataFrame) -> str:
    return format_coverage(coverage) if len(coverage) < 6 else "days, weeks and months by turns: see coverage.csv"
