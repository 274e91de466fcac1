"""The review loop: what a reviewer should look at, and how the decisions come back."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.columns import MEANING, PATTERNS
from analysis.evidence.csv_tables import HEADER_ROWS, read_raw_rows, to_csv
from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path, suggest_name
from analysis.evidence.evidence_base import Evidence
from analysis.evidence.spreadsheet import from_spreadsheet
from analysis.incidents.cannot_link import cannot_link_days
from analysis.incidents.dataset import Dataset, evidence_of
from analysis.incidents.incident_table import LINKAGE_RULES, claims_as_reports, incident_by_claim
from analysis.incidents.record_linkage import candidate_pairs, weight_parts
from analysis.incidents.trace import claims_of_incidents

MARGIN = 1.0  # points around the threshold that count as grey
COLUMNS = ["question", "reason", "points", "claim_id", "incident_id", "days", "place", "weapon", "result",
           "outlet", "grade", "note", "decision"]  # fmt: skip


def doubtful_claims(dataset: Dataset, margin: float = MARGIN) -> pd.DataFrame:
    """The claims a reviewer should look at: one row per claim and question, with an empty `decision`.

    Questions: two incidents whose mean points lie within `margin` of the threshold (are they one?);
    an incident whose own claims hold together only by so much (is it one?); an incident whose
    claims disagree on the day or the place. Incidents a reviewer has decided whole are left out.

    Raises InputError if the dataset holds no claims.
    """
    evidence = evidence_of(dataset, "review")
    questions = [*_near_pairs(dataset, margin), *_disagreeing(dataset)]
    decided = set(evidence.reviewed["claim_id"])
    claims = claims_of_incidents(dataset, dataset.incidents).set_index("incident_id", drop=False)
    rows: list[tuple] = []
    number = 0
    for incidents, reason, points in questions:
        asked = claims[claims.index.isin(incidents)]
        if not set(asked["claim_id"]) <= decided:
            number += 1
            rows += [_row(number, reason, points, claim) for claim in asked.itertuples()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(number: int, reason: str, points: float | None, claim) -> tuple:
    days = f"{claim.date_start:%Y-%m-%d}"
    if claim.date_end > claim.date_start:
        days += f" to {claim.date_end:%Y-%m-%d}"
    return (number, reason, points, claim.claim_id, claim.incident_id, days, claim.place_as_reported, claim.weapon,
            claim.result, claim.outlet, claim.reliability, claim.note, "")  # fmt: skip


def _near_pairs(dataset: Dataset, margin: float) -> list[tuple[set[str], str, float]]:
    """Pairs of incidents, or single incidents, whose mean points lie near the threshold."""
    links = points_between_incidents(dataset)
    near = links[(links["points"] - LINKAGE_RULES.threshold).abs() <= margin]
    out = []
    for row in near.sort_values(["points", "a", "b"], ascending=[False, True, True]).itertuples():
        if row.a == row.b:
            out.append(({row.a}, f"{row.a}: its claims hold together by little", row.points))
        else:
            out.append(({row.a, row.b}, f"{row.a} and {row.b}: are they one?", row.points))
    return out


def points_between_incidents(dataset: Dataset) -> pd.DataFrame:
    """Mean points between every two incidents that share candidate pairs, and within each incident:
    a, b (ids, a <= b), points (each kind of evidence averaged over the pairs of claims that speak of it, as
    `reconcile` counts it, without the points for few witnesses)."""
    claims = claims_as_reports(evidence_of(dataset)).sort_values("report_id", ignore_index=True)
    of = claims["report_id"].map(incident_by_claim(dataset.incidents))
    pairs = candidate_pairs(claims, LINKAGE_RULES)
    ends = pd.DataFrame({"a": of.to_numpy()[pairs[:, 0]], "b": of.to_numpy()[pairs[:, 1]]}).dropna()
    parts = pd.DataFrame(weight_parts(claims, pairs, LINKAGE_RULES, cannot_link_days(claims)))
    ends = ends.join(parts)
    swap = ends["a"] > ends["b"]
    ends.loc[swap, ["a", "b"]] = ends.loc[swap, ["b", "a"]].to_numpy()
    between = ends.groupby(["a", "b"])
    others = between[list(parts.columns[1:])].mean().sum(axis=1).reset_index(drop=True)
    links = between[0].agg(["sum", "size"]).reset_index()
    size = of.value_counts()
    n_a, n_b = links["a"].map(size), links["b"].map(size)
    every = (n_a * n_b).where(links["a"] != links["b"], n_a * (n_a - 1) / 2)
    where_and_when = (links["sum"] + 2 * LINKAGE_RULES.off_by_a_day * (every - links["size"])) / every
    links["points"] = (where_and_when + others).round(2)
    return links[["a", "b", "points"]]


def _disagreeing(dataset: Dataset) -> list[tuple[set[str], str, None]]:
    said = dataset.disputes[dataset.disputes["field"].isin(["date", "place_id"])]
    return [
        ({row.incident_id}, f"{row.incident_id}: claims disagree on the {row.field.removesuffix('_id')}", None)
        for row in said.itertuples()
    ]


def apply_decisions(evidence: Evidence, file: Path) -> tuple[dict[Path, str], int]:
    """The text of reviewed.csv with the decisions of a review file merged in, and their number.

    A decision is an incident id typed in the column `decision`. With it the other claims of the
    file that stand in that incident are written down too, unless the file decides them otherwise:
    a decision to join something needs something to join.

    Raises InvalidTables, with all failures, for an unknown claim, an id that is none, or two
    decisions on one claim; nothing is written then.
    """
    rows = from_spreadsheet(read_raw_rows(file))
    missing = {"claim_id", "incident_id", "decision"} - set(rows.columns)
    if missing:
        raise InputError(f"{format_path(file)} lacks the column {', '.join(sorted(missing))}")
    typed = rows[rows["decision"].str.strip() != ""]
    problems = _problems(typed, set(evidence.claims["claim_id"]), format_path(file))
    if problems:
        raise InvalidTables(problems)
    decisions = dict(zip(typed["claim_id"], typed["decision"].str.strip(), strict=True))
    beside = rows[rows["incident_id"].isin(decisions.values()) & ~rows["claim_id"].isin(decisions)]
    known = evidence.reviewed.set_index("claim_id")["incident_id"]
    anchors = {r.claim_id: r.incident_id for r in beside.itertuples() if r.claim_id not in known.index}
    merged = {**known.to_dict(), **anchors, **decisions}
    table = pd.DataFrame(merged.items(), columns=schema.REVIEWED.names)
    path = evidence.root / "data" / "reviewed.csv"
    return {path: to_csv(table, schema.REVIEWED)}, len(decisions)


def _problems(typed: pd.DataFrame, known: set[str], file: str) -> list[Problem]:
    problems = []
    first: dict[str, tuple[int, str]] = {}
    for index, row in typed.iterrows():
        line, claim, decision = index + HEADER_ROWS, row["claim_id"], row["decision"].strip()
        if claim not in known:
            problems.append(Problem(file, line, "claim_id", claim, f"no such claim{suggest_name(claim, known)}"))
        if not re.fullmatch(PATTERNS["id"], decision):
            problems.append(Problem(file, line, "decision", decision, MEANING["id"]))
        if first.setdefault(claim, (line, decision))[1] != decision:
            problems.append(Problem(file, line, "decision", decision,
                                    f"row {first[claim][0]} decides {first[claim][1]} for {claim}"))  # fmt: skip
    return problems
