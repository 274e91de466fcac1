"""How much rests on one voice: documents, origins, confirmation and disputes behind the incidents."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_codes, format_percent, format_range, plural
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.incidents import cross_validation
from analysis.incidents.dataset import evidence_of
from analysis.incidents.evaluation import evaluate_grouping
from analysis.incidents.trace import claims_of_incidents

GRADES = list("ABCDEF")
WEAK = list("DEF")  # rewriters, outlets close to a party, and what cannot be judged


@dataclass(frozen=True, kw_only=True)
class EvidenceSize(Finding):
    """How many documents, claims and incidents a view has, and how good the documents are."""

    documents: int
    claims: int
    incidents: int
    weak: int
    undated: int

    def sentence(self) -> str:
        """The three numbers, then the weak and the undated documents."""
        return (
            f"{plural(self.documents, 'document')} make {plural(self.claims, 'claim')} of "
            f"{plural(self.incidents, 'incident')}; {self.weak:,} of the documents are graded D, E or F, and "
            f"{self.undated:,} show no day of publication."
        )


def why_no_sources(study: Study) -> str:
    """Why nothing can be said of the sources of a study, in one sentence; empty where there are claims."""
    if study.dataset.evidence is not None:
        return ""
    told = study.incidents["source"].dropna() if "source" in study.incidents else pd.Series(dtype=str)
    named = f"; its column source names {plural(told.nunique(), 'source')}, as text" if len(told) else ""
    return (
        f"This table has one row for each {study.noun} and no claims, so that nobody can trace here who said what or "
        f"how much rests on one voice{named}."
    )


def used_sources(study: Study) -> pd.DataFrame:
    """The rows of sources.csv behind the incidents of a study. Raises InputError where there are no claims."""
    evidence = evidence_of(study.dataset)
    claims = claims_of_incidents(study.dataset, study.incidents)
    return evidence.sources[evidence.sources["source_id"].isin(claims["source_id"])]


def evidence_finding(study: Study) -> EvidenceSize:
    """How many documents and claims stand behind the incidents of a study."""
    used = used_sources(study)
    return EvidenceSize(
        **study.about_finding(next(iter(study.itemised))), documents=len(used),
        claims=len(claims_of_incidents(study.dataset, study.incidents)), incidents=len(study.incidents),
        weak=int(used["reliability"].isin(WEAK).sum()), undated=int(used["published"].isna().sum()),
    )  # fmt: skip


def sources_by_kind(study: Study) -> pd.DataFrame:
    """Documents by kind of source and grade: kind of source, documents, A to F (documents of each grade)."""
    used = used_sources(study)
    table = pd.crosstab(used["kind"], used["reliability"]).reindex(columns=GRADES, fill_value=0)
    table.insert(0, "documents", table.sum(axis=1))
    table = table.sort_values("documents", ascending=False).rename_axis("kind of source").reset_index()
    return table.rename_axis(columns=None).replace({"kind of source": "_"}, " ", regex=True)


def origins_named(study: Study, most: int = 10) -> pd.DataFrame:
    """The origins that speak most often: origin, documents, claims, incidents, claims per incident. An origin that a
    document names together with others is listed with each."""
    claims = claims_of_incidents(study.dataset, study.incidents)
    each = claims.assign(origin=claims["origin"].str.split("|")).explode("origin").groupby("origin")
    sums = {"documents": ("source_id", "nunique"), "claims": ("claim_id", "size"),
            "incidents": ("incident_id", "nunique")}  # fmt: skip
    table = each.agg(**sums).reset_index()
    table["claims per incident"] = table["claims"] / table["incidents"]
    return table.sort_values(["claims", "documents"], ascending=False, ignore_index=True).head(most)


@dataclass(frozen=True, kw_only=True)
class SingleVoices(Finding):
    """How many incidents rest on one origin, on the attackers alone, on officials."""

    incidents: int
    one_origin: int
    attackers_alone: int
    confirmed: int

    def sentence(self) -> str:
        """The incidents with one origin, those of the attackers alone, those of officials."""
        share = format_percent(self.one_origin / self.incidents)
        return (
            f"{self.one_origin:,} of {plural(self.incidents, 'incident')} ({share}) rest on a single origin; "
            f"{self.attackers_alone:,} are known only from the attackers; {self.words.officials} report or "
            f"confirm {self.confirmed:,}."
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"{format_percent(self.one_origin / self.incidents)} of the incidents rest on one origin."


def support_finding(study: Study) -> SingleVoices:
    """How much of a study rests on one voice."""
    incidents = study.incidents
    return SingleVoices(
        **study.about_finding(next(iter(study.itemised))), incidents=len(incidents),
        one_origin=int((incidents["n_origins"] == 1).sum()),
        attackers_alone=int((incidents["confirmation"] == "claim_only").sum()),
        confirmed=int((incidents["confirmation"] == "us_official").sum()),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DisputedIncidents(Finding):
    """How many incidents the claims dispute, and on what most often."""

    incidents: int
    disputed: int
    fields: int
    most_often: str

    def sentence(self) -> str:
        """The disputed incidents, and the field that differs most often."""
        if not self.disputed:
            return "The claims of no incident of this view contradict each other."
        return (
            f"Over all claims, whatever the view, {self.disputed:,} of these {plural(self.incidents, 'incident')} are "
            f"disputed on at least one field; most often the claims differ on the {self.most_often}."
        )


def disputes_by_field(study: Study) -> pd.DataFrame:
    """Disputed fields: field, incidents (number), decided most often by (rule); most frequent first."""
    disputes = study.dataset.disputes
    disputes = disputes[disputes["incident_id"].isin(study.incidents["incident_id"])]
    if disputes.empty:
        return pd.DataFrame(columns=["field", "incidents", "decided most often by"])
    rules = disputes.assign(rule=disputes["rule"].str.split(":").str[0], field=disputes["field"].map(format_codes))
    table = rules.groupby("field").agg(
        incidents=("incident_id", "nunique"), rule=("rule", lambda rule: rule.value_counts().index[0])
    )
    table = table.rename(columns={"rule": "decided most often by"}).reset_index()
    return table.sort_values(["incidents", "field"], ascending=[False, True], ignore_index=True)


def dispute_finding(study: Study) -> DisputedIncidents:
    """How many incidents of a study are disputed."""
    table = disputes_by_field(study)
    disputes = study.dataset.disputes
    disputed = disputes[disputes["incident_id"].isin(study.incidents["incident_id"])]["incident_id"].nunique()
    return DisputedIncidents(
        **study.about_finding(next(iter(study.itemised))), incidents=len(study.incidents), disputed=int(disputed),
        fields=int(table["incidents"].sum()), most_often=table["field"].iloc[0] if len(table) else "",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class GroupingQuality(Finding):
    """How well the rule groups claims without a reviewer's decisions, beside the simplest rule."""

    reviewed: int
    f1: float
    f1_low: float
    f1_high: float
    count_bias: float
    simple_f1: float
    simple_count_bias: float
    unreviewed: int
    unreviewed_first: pd.Timestamp
    unreviewed_last: pd.Timestamp
    scores: pd.DataFrame

    def sentence(self) -> str:
        """Agreement and bias of the rule, and of the simple rule."""
        if not self.reviewed:
            return "No claim of this folder was reviewed: how good the grouping is cannot be said."
        return (
            f"On {plural(self.reviewed, 'reviewed claim')} the rule alone agrees with the reviewer with F1 "
            f"{self.f1:.2f} (95 % interval {self.f1_low:.2f} to {self.f1_high:.2f}) and the number of its incidents "
            f"differs by {self.count_bias:+.1%}; the simple rule has F1 {self.simple_f1:.2f} and differs by "
            f"{self.simple_count_bias:+.1%}."
        )

    def gap(self) -> str:
        """The incidents that hold no reviewed claim."""
        if not self.unreviewed:
            return ""
        return (
            f"{plural(self.unreviewed, 'incident')} of this view {'holds' if self.unreviewed == 1 else 'hold'} no "
            f"reviewed claim, dated {format_range(self.unreviewed_first, self.unreviewed_last)}: the figures do not "
            "speak of them."
        )


def grouping_by_period(study: Study) -> pd.DataFrame:
    """The grouping judged in each period by points chosen without it, as `leave_one_period_out` gives it; empty where
    no trials are kept."""
    if not cross_validation.trials_path(study.dataset.root).is_file():
        return pd.DataFrame()
    trials = cross_validation.load_trials(study.dataset.root)
    return cross_validation.leave_one_period_out(evidence_of(study.dataset), trials)


def grouping_finding(study: Study, draws: int = 500) -> GroupingQuality:
    """How well claims are grouped into incidents; intervals from `draws` bootstrap samples of incidents."""
    about = study.about_finding(next(iter(study.itemised)))
    reviewed = evidence_of(study.dataset).reviewed
    if reviewed.empty:
        nan = float("nan")
        return GroupingQuality(**about, reviewed=0, f1=nan, f1_low=nan, f1_high=nan, count_bias=nan, simple_f1=nan,
                               simple_count_bias=nan, unreviewed=0, unreviewed_first=pd.NaT, unreviewed_last=pd.NaT,
                               scores=pd.DataFrame())  # fmt: skip
    scores = evaluate_grouping(evidence_of(study.dataset), draws=draws)
    by = scores.set_index("measure")
    known = set(reviewed["claim_id"])
    bare = study.incidents[study.incidents["claims"].map(lambda claims: not known & set(claims.split("|")))]
    return GroupingQuality(
        **about, reviewed=len(reviewed), f1=float(by.loc["F1", "algorithm"]), f1_low=float(by.loc["F1", "low"]),
        f1_high=float(by.loc["F1", "high"]), count_bias=float(by.loc["count bias", "algorithm"]),
        simple_f1=float(by.loc["F1", "trivial"]), simple_count_bias=float(by.loc["count bias", "trivial"]),
        unreviewed=len(bare), unreviewed_first=bare["date"].min(), unreviewed_last=bare["date"].max(), scores=scores,
    )  # fmt: skip
