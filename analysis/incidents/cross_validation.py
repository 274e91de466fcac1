"""Points of the grouping tried on a grid, and judged in each period by what was chosen without it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table, to_csv
from analysis.evidence.errors import InputError, InvalidTables, format_path
from analysis.evidence.evidence_base import Evidence
from analysis.incidents.evaluation import MEASURES, cluster_scores, labelled_clusters, pair_contributions
from analysis.incidents.incident_table import LINKAGE_RULES
from analysis.incidents.record_linkage import LinkageRules

GRID = {
    "off_by_a_day": (-1.0, -1.5, -2.0),
    "cannot_link": (-1.0, -2.0, -3.0),
    "small_cluster_bonus": (1.5, 2.0, 2.5),
    "threshold": (2.0, 2.25, 2.5),
}
PERIODS = (
    (pd.Timestamp("2023-10-17"), pd.Timestamp("2023-11-23")),  # to the truce in Gaza
    (pd.Timestamp("2023-11-24"), pd.Timestamp("2024-01-15")),
    (pd.Timestamp("2024-01-16"), pd.Timestamp("2024-04-30")),
    (pd.Timestamp("2024-05-01"), pd.Timestamp("2024-12-31")),
)
Points = dict[str, Any]  # a value, a float, for each name of GRID
GOALS = {"f1": 0.90, "b3_f1": 0.93, "count_bias": 0.05}  # at least, at least, at most on either side
SHORT = {"F1": "f1", "B3 F1": "b3_f1", "count bias": "count_bias"}


def trial_points() -> list[Points]:
    """Every combination of the values of `GRID`."""
    return [dict(zip(GRID, values, strict=True)) for values in product(*GRID.values())]


def period_scores(evidence: Evidence, rules: LinkageRules = LINKAGE_RULES, label: str = "algorithm") -> pd.DataFrame:
    """Scores of a grouping without decisions in each of `PERIODS`: start, end, incidents, f1, b3_f1, count_bias.

    `label` is `algorithm` or `trivial` (same first day, same place). An incident belongs to the period of the
    median of its claims' first days. Periods without a reviewed incident are left out.
    """
    clusters = labelled_clusters(evidence, rules)
    parts = pair_contributions(clusters[label], clusters["incident_id"])
    first = clusters.index.map(evidence.claims.set_index("claim_id")["date_start"])
    day = pd.Series(first, clusters["incident_id"].to_numpy()).groupby(level=0).median()
    rows = []
    for start, end in PERIODS:
        inside = parts[day.reindex(parts.index).between(start, end)]
        if len(inside):
            scores = dict(zip(MEASURES, cluster_scores(inside.sum()), strict=True))
            rows.append((start, end, len(inside), *(round(float(scores[name]), 4) for name in SHORT)))
    return pd.DataFrame(rows, columns=["start", "end", "incidents", *SHORT.values()])


def try_points(evidence: Evidence, points: list[Points] | None = None) -> pd.DataFrame:
    """Scores in each period with each of the points, all of the grid by default: the columns of
    linkage_trials.csv."""
    tried = points or trial_points()
    trials = [period_scores(evidence, replace(LINKAGE_RULES, **chosen)).assign(**chosen) for chosen in tried]
    return pd.concat(trials, ignore_index=True)[schema.LINKAGE_TRIALS.names]


def goal_margin(scores: pd.DataFrame) -> pd.Series:
    """How far the worst of the three scores lies above its goal; negative where one is missed."""
    margins = {
        "f1": scores["f1"] - GOALS["f1"],
        "b3_f1": scores["b3_f1"] - GOALS["b3_f1"],
        "count_bias": GOALS["count_bias"] - scores["count_bias"].abs(),
    }
    return pd.DataFrame(margins).min(axis=1)


def choose_points(trials: pd.DataFrame, without: pd.Timestamp | None = None) -> Points:
    """The points that stay furthest from missing a goal; `without` = the first day of a period that has no say.

    A point counts as its worst period, and as the worst of the points one step of the grid away, so that
    none is chosen that good luck alone lifts above its neighbours. Of equals the first in order of the grid.
    """
    heard = trials[trials["start"] != without]
    worst = goal_margin(heard).groupby([heard[name] for name in GRID]).min().to_dict()
    points = [tuple(point.values()) for point in trial_points()]
    safe = {point: min(worst[near] for near in points if _steps(point, near) <= 1) for point in points}
    best: tuple[float, ...] = max(points, key=lambda point: round(safe[point], 9))
    return dict(zip(GRID, best, strict=True))


def _steps(one: tuple[float, ...], other: tuple[float, ...]) -> int:
    """How many steps of the grid lie between two points."""
    values = zip(GRID.values(), one, other, strict=True)
    return sum(abs(steps.index(a) - steps.index(b)) for steps, a, b in values)


def leave_one_period_out(evidence: Evidence, trials: pd.DataFrame) -> pd.DataFrame:
    """Each period judged with the points chosen without it: start, end, incidents, f1, b3_f1, count_bias, the
    same of the trivial rule (trivial_f1, ...) and the points."""
    rows = []
    for start in trials["start"].unique():
        chosen = choose_points(trials, without=start)
        scores = period_scores(evidence, replace(LINKAGE_RULES, **chosen))
        rows.append(scores[scores["start"] == start].assign(**chosen))
    trivial = period_scores(evidence, label="trivial").drop(columns=["end", "incidents"])
    trivial = trivial.rename(columns={name: f"trivial_{name}" for name in SHORT.values()})
    return pd.concat(rows, ignore_index=True).merge(trivial, on="start")


def trials_path(root: Path) -> Path:
    """Where the trials below `root` are kept."""
    return root / "data" / "linkage_trials.csv"


def load_trials(root: Path) -> pd.DataFrame:
    """The trials kept below `root`. Raises InputError where there are none, InvalidTables for a broken table."""
    path = trials_path(root)
    if not path.is_file():
        raise InputError(f"{format_path(path)} is missing: 'incidents evaluate --trials' writes it")
    trials, problems = read_table(path, schema.LINKAGE_TRIALS)
    if problems:
        raise InvalidTables(problems)
    return trials


def trials_file(root: Path, trials: pd.DataFrame) -> dict[Path, str]:
    """The text of linkage_trials.csv."""
    return {trials_path(root): to_csv(trials, schema.LINKAGE_TRIALS)}
