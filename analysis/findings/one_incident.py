"""One incident taken apart: its claims, whose word each value is, what is disputed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_codes, format_date, plural
from analysis.evidence.errors import InputError, suggest_name
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.incidents.trace import trace_incident


@dataclass(frozen=True, kw_only=True)
class TracedIncident(Finding):
    """One incident with its claims. Figures are None where nobody states them."""

    incident_id: str
    place: str
    date: pd.Timestamp
    origins: int
    killed: int | None
    injured: int | None
    injured_low: int | None
    injured_high: int | None
    claims: pd.DataFrame
    voices: pd.DataFrame
    disputes: pd.DataFrame

    def sentence(self) -> str:
        """Where and when, how many claims, and the casualties."""
        told = [f"{number} {word}" for number, word in ((self.killed, "killed"), (self.injured, "injured"))
                if number is not None]  # fmt: skip
        span = ""
        if self.injured_low != self.injured_high:
            span = f" (said: {self.injured_low} to {self.injured_high})"
        casualties = f"{', '.join(told)}{span}" if told else "nobody states how many were killed or injured"
        return (
            f"{self.incident_id}: {self.place}, {format_date(self.date)}; {plural(len(self.claims), 'claim')} from "
            f"{plural(self.origins, 'origin')}; {casualties}."
        )


def incident_finding(study: Study, incident_id: str = "") -> TracedIncident:
    """One incident of the dataset, by default that of about.yml; where the view leaves it out or nobody names one, the
    one of the view with most claims.

    Raises InputError for an id that the dataset does not have.
    """
    known = study.dataset.incidents["incident_id"]
    incident_id = incident_id or study.dataset.about.example
    if incident_id and incident_id not in set(known):
        raise InputError(f"example is {incident_id!r}: there is no such incident{suggest_name(incident_id, known)}")
    if incident_id not in set(study.incidents["incident_id"]):
        incident_id = study.incidents.sort_values(["n_claims", "incident_id"])["incident_id"].iloc[-1]
    row, claims, disputes, voices = trace_incident(study.dataset, incident_id)
    if study.view.sets:
        claims = claims[claims["set"].isin(study.view.sets)]
    figures: dict = {name: None if pd.isna(row[column]) else int(row[column]) for name, column in (
        ("killed", "us_killed"), ("injured", "us_injured"), ("injured_low", "us_injured_low"),
        ("injured_high", "us_injured_high"),
    )}  # fmt: skip
    return TracedIncident(
        **study.about_finding(next(iter(study.itemised))), incident_id=incident_id, place=str(row["place"]),
        date=row["date"], origins=claims["origin"].nunique(), claims=claims, **figures,
        voices=_voices(voices), disputes=_disputes(disputes),
    )  # fmt: skip


def _voices(values: pd.DataFrame) -> pd.DataFrame:
    counted = values.assign(claims=values["claims"].str.split("|").str.len()).drop(columns="incident_id")
    return _in_words(counted).rename(columns={"claims": "claims that say it"})


def _disputes(disputes: pd.DataFrame) -> pd.DataFrame:
    told = _in_words(disputes[["field", "chosen", "rule", "dissent"]])
    return told.replace(r"\|", "; ", regex=True).rename(columns={"dissent": "what else is said"})


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the codes in its texts as words."""
    return table.map(lambda value: format_codes(value) if isinstance(value, str) else value)
