"""How densely the claims of the public record cover each week, by the rule, as rows of coverage.csv."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import to_csv
from analysis.evidence.errors import InputError
from analysis.evidence.evidence_base import Evidence
from analysis.incidents.dataset import Dataset, evidence_of
from analysis.incidents.views import PUBLIC_RECORD
from analysis.measures.coverage_grades import grade_coverage
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import running_total

COUNTER = "itemised"
OFFICIAL = "Pentagon"
KNOWN_DAYS = 2  # a claim whose range is longer speaks of no day


def itemised_coverage(dataset: Dataset) -> pd.DataFrame:
    """The rows of coverage.csv of the counter `itemised`, graded by `coverage_grades.grade_coverage`.

    Raises InputError where the dataset has no claims or coverage.csv no row of that counter, which says
    what period was searched.
    """
    evidence = evidence_of(dataset, "grade")
    searched = dataset.coverage[dataset.coverage["counter"] == COUNTER]
    if searched.empty:
        raise InputError(f"coverage.csv has no row of the counter {COUNTER}: the period that was searched is not known")
    window = searched["start"].min(), searched["end"].max()
    official = _official(dataset.tallies)
    graded = grade_coverage(days_with_source(evidence), dataset.incidents["date"], official, window)
    rows = graded.assign(counter=COUNTER, scope="all", basis=[_basis(row) for row in graded.itertuples()])
    return rows[schema.COVERAGE.names]


def _official(tallies: pd.DataFrame) -> pd.DataFrame:
    """The intervals between the official totals; none where nobody states one."""
    if not (tallies["counter"] == OFFICIAL).any():
        return pd.DataFrame({"start": [], "end": [], "count": []})
    return total_intervals(running_total(tallies, OFFICIAL))


def days_with_source(evidence: Evidence) -> pd.DatetimeIndex:
    """The days on which a document of the public record was published, or of which a claim there speaks."""
    sources = evidence.sources[evidence.sources["set"] == PUBLIC_RECORD]
    published = pd.to_datetime(sources["published"].where(sources["published"].str.len() == len("2024-01-31")))
    claims = evidence.claims[evidence.claims["set"] == PUBLIC_RECORD]
    near = claims[(claims["date_end"] - claims["date_start"]).dt.days < KNOWN_DAYS]
    return pd.DatetimeIndex(pd.concat([published, near["date_start"], near["date_end"]]).dropna().unique())


def _basis(row) -> str:
    words = f"a source on {row.days_with_source} of {row.days} days; {row.attacks} attacks itemised"
    return words + (f", about {row.official:.0f} counted by the {OFFICIAL}" if row.official >= 1 else "")


def coverage_file(dataset: Dataset) -> dict[Path, str]:
    """The text of coverage.csv with the rows of the counter `itemised` graded again."""
    others = dataset.coverage[dataset.coverage["counter"] != COUNTER]
    before = others.index < dataset.coverage.index[dataset.coverage["counter"] == COUNTER].min()
    table = pd.concat([others[before], itemised_coverage(dataset), others[~before]])
    return {dataset.root / "data" / "coverage.csv": to_csv(table, schema.COVERAGE)}
