"""Which document errs most: the claims of one evidence set beside the incidents they were joined with."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import plural
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.incidents.trace import claims_of_incidents, dissenting_claims

SEEDS = "seeds"


def joined_claims(study: Study, evidence_set: str = SEEDS) -> pd.DataFrame:
    """Every claim of an evidence set beside its incident: claim_id, source_id, outlet, reliability, date_start,
    date_end, place_as_reported, words, incident_id, date (chosen day), n_claims. Empty where the folder has no such
    set."""
    if study.dataset.evidence is None:
        return pd.DataFrame(columns=["claim_id", "outlet"])
    claims = claims_of_incidents(study.dataset, study.dataset.incidents)
    claims = claims[claims["set"] == evidence_set]
    return claims.merge(study.dataset.incidents[["incident_id", "date", "n_claims"]], on="incident_id")


def contradicted_claims(study: Study, evidence_set: str = SEEDS) -> pd.DataFrame:
    """The values of an evidence set that the chosen ones contradict, one row each, as `dissenting_claims` gives."""
    contradicted = dissenting_claims(study.dataset)
    return contradicted[contradicted["set"] == evidence_set].reset_index(drop=True)


def errors_by_document(study: Study, evidence_set: str = SEEDS) -> pd.DataFrame:
    """How often each document of an evidence set is contradicted: outlet, reliability, claims, contradicted (claims),
    values (contradicted values), share (contradicted claims of all); most first."""
    claims, contradicted = joined_claims(study, evidence_set), contradicted_claims(study, evidence_set)
    table = claims.groupby(["source_id", "outlet", "reliability"]).agg(claims=("claim_id", "size")).reset_index()
    wrong = contradicted.groupby("source_id")["claim_id"].agg(["nunique", "size"])
    for name, column in (("contradicted", "nunique"), ("values", "size")):
        table[name] = table["source_id"].map(wrong[column]).fillna(0).astype(int)
    table["share"] = table["contradicted"] / table["claims"]
    table = table.sort_values(["share", "values", "outlet"], ascending=[False, False, True], ignore_index=True)
    return table.drop(columns="source_id")


@dataclass(frozen=True, kw_only=True)
class DocumentErrors(Finding):
    """How many claims of an evidence set are contradicted, and in which document most."""

    documents: int
    claims: int
    incidents: int
    contradicted: int
    excluded_days: int
    worst: tuple[str, ...]
    worst_contradicted: int
    worst_claims: int

    def sentence(self) -> str:
        """The claims, the contradicted ones, and the document that has most of them."""
        if not self.claims:
            return "This folder holds no documents that were coded line by line."
        worst = ""
        if self.contradicted:
            worst = (
                f"; most in {' and '.join(self.worst)}, {self.worst_contradicted} of "
                f"{plural(self.worst_claims, 'claim')}"
            )
        return (
            f"{plural(self.documents, 'document')} make {plural(self.claims, 'claim')} of "
            f"{self.counted(self.incidents)}; {self.contradicted} are contradicted on some value{worst}."
        )


def document_error_finding(study: Study, evidence_set: str = SEEDS) -> DocumentErrors:
    """Which document of an evidence set errs most: the highest share of contradicted claims."""
    claims = joined_claims(study, evidence_set)
    about = study.about_finding(next(iter(study.itemised)))
    if claims.empty:
        return DocumentErrors(**about, documents=0, claims=0, incidents=0, contradicted=0, excluded_days=0, worst=(),
                              worst_contradicted=0, worst_claims=0)  # fmt: skip
    table = errors_by_document(study, evidence_set)
    top = table[(table["share"] == table["share"].max()) & (table["contradicted"] > 0)]
    off = (claims["date_start"] > claims["date"]) | (claims["date_end"] < claims["date"])
    return DocumentErrors(
        **about, documents=len(table), claims=len(claims), incidents=claims["incident_id"].nunique(),
        contradicted=int(table["contradicted"].sum()), excluded_days=int(off.sum()),
        worst=tuple(top["outlet"].astype(str)), worst_contradicted=int(top["contradicted"].sum()),
        worst_claims=int(top["claims"].sum()),
    )  # fmt: skip
