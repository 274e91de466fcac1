"""Totals that other statements contradict."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_range, plural
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.coverage import DAY
from analysis.measures.totals import format_counter, running_total, usable_totals

COLUMNS = ["counter", "as_of", "total", "is_used", "total_low", "total_high", "note"]
NOTES = ("falls", "parts exceed the total")


def contradicting_totals(study: Study, first, last) -> pd.DataFrame:
    """The totals stated from one day to another that a later statement contradicts, that fall, or that differ on one
    day.

    Returns counter, as_of (day), total, is_used (whether counts are taken from it), total_low, total_high (lowest and
    highest total stated for that day), note; one row for each.
    """
    found = []
    for series in study.totals.values():
        stated = running_total(study.tallies, series.counter, series.scope)
        used = usable_totals(stated)[["as_of", "tally_ids"]].apply(tuple, axis=1)
        is_used = stated[["as_of", "tally_ids"]].apply(tuple, axis=1).isin(set(used))
        found.append(stated.assign(counter=format_counter(series.counter), is_used=is_used))
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(found, ignore_index=True)
    odd = table["note"].str.startswith("contradicted") | table["note"].isin(NOTES)
    odd |= table["total_low"].ne(table["total_high"])
    near = table["as_of"].between(pd.Timestamp(first), pd.Timestamp(last))
    return table.loc[odd & near, COLUMNS].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class Contradictions(Finding):
    """How many stated totals are contradicted, and how many of them are left out."""

    start: pd.Timestamp
    end: pd.Timestamp
    totals: int
    left_out: int

    def sentence(self) -> str:
        """How many, and what is done with them."""
        days = format_range(self.start, self.end)
        if not self.totals:
            return f"No two statements of totals contradict each other {days}."
        return (
            f"{plural(self.totals, 'total')} stated {days} differ from another statement; {self.left_out} of them "
            "are listed but not used in the series."
        )


def contradiction_finding(study: Study, first, last) -> Contradictions:
    """The contradictions among the totals stated from one day to another."""
    table = contradicting_totals(study, first, last)
    return Contradictions(
        **study.about_finding(study.primary), start=pd.Timestamp(first), end=pd.Timestamp(last), totals=len(table),
        left_out=int((~table["is_used"].astype(bool)).sum()),
    )  # fmt: skip


def totals_since(study: Study, start) -> pd.DataFrame:
    """The totals that count from a pause on, from five days before its first day to a month after: who says so, in
    which document, since, to (days), total, Iraq, Syria."""
    tallies, start = study.tallies, pd.Timestamp(start)
    near = tallies["since"].between(start - 6 * DAY, start + 30 * DAY) & tallies["total"].notna()
    stated = tallies[near].sort_values(["as_of", "tally_id"])
    outlets = {} if study.dataset.evidence is None else study.dataset.evidence.sources.set_index("source_id")["outlet"]
    heads = {"stated_by": "stated by", "document": "document", "since": "since", "as_of": "to", "total": "total",
             "iraq": "Iraq", "syria": "Syria"}  # fmt: skip
    return stated.assign(document=stated["source_id"].map(outlets))[list(heads)].rename(columns=heads)


@dataclass(frozen=True, kw_only=True)
class OtherTotal(Finding):
    """A stated total that belongs to no series."""

    stated_by: str
    bound: str
    total: int
    since: pd.Timestamp
    scope: str

    def sentence(self) -> str:
        """Who states how many, and from when to when."""
        days = format_range(self.since, self.as_of) if pd.notna(self.since) else f"to {format_date(self.as_of)}"
        where = "" if self.scope == "all" else f" in {self.scope}"
        bound = "" if self.bound == "exact" else f"{self.bound.replace('_', ' ')} "
        who = f"{self.stated_by[:1].upper()}{self.stated_by[1:]}"
        return f"{who} states {bound}{self.counted(self.total)}{where} {days}."


def other_totals(study: Study, since) -> list[OtherTotal]:
    """The totals stated after a day by counters that have no series, earliest first."""
    tallies = study.tallies
    used = {each.counter for each in study.totals.values()}
    later = tallies[(tallies["as_of"] > pd.Timestamp(since)) & (tallies["total"] > 0) & ~tallies["counter"].isin(used)]
    return [
        OtherTotal(
            definition=row.counter, by=f"By {row.counter}", view=study.view_words(), as_of=row.as_of,
            words=study.dataset.about,
            stated_by=str(row.stated_by) if pd.notna(row.stated_by) else row.counter, bound=str(row.bound),
            total=int(row.total), since=row.since, scope=row.scope,
        )
        for row in later.sort_values(["as_of", "tally_id"]).itertuples()
    ]  # fmt: skip
