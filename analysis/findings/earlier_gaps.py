"""Was the pause the first? Earlier runs of days without an attack, and what totals rose by during them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_range, join_names, plural
from analysis.comparisons.period_rates import observed_in_period
from analysis.evidence.errors import InputError
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.coverage import DAY
from analysis.measures.gap_probability import longest_gap_probability
from analysis.measures.gaps import gaps
from analysis.measures.totals import format_counter


def earlier_gaps(study: Study, label: str, eve, shortest: int = 3) -> pd.DataFrame:
    """The gaps of `shortest` days or more between two incidents up to `eve` under one definition, longest first.

    Raises InputError for a `shortest` below 1, or a definition of totals.
    """
    if shortest < 1:
        raise InputError(f"shortest_gap is {shortest}; it must be 1 or more")
    series = study.definitions[label]
    if series.incidents is None:
        raise InputError(f"{label!r} counts totals; allowed: {', '.join(study.itemised)}")
    found = gaps(series.incidents, (study.window[0], pd.Timestamp(eve)), shortest, series.coverage)
    return found[~found["is_censored"]].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class EarlierGap(Finding):
    """The longest earlier gap under one definition.

    `rises` are the attacks that each total counted in its days, at the least; `probability` is that of a gap of this
    length or more if the attacks had come at one constant rate.
    """

    gaps: int
    shortest: int
    days: int
    start: pd.Timestamp
    end: pd.Timestamp
    rises: tuple[tuple[str, int], ...]
    probability: float

    def sentence(self) -> str:
        """The longest gap, and what totals rose by in it."""
        if not self.gaps:
            return f"{self.by} there is no earlier gap of {self.shortest} days or more."
        risen = join_names(f"{n} or more ({counter})" for counter, n in self.rises)
        be = "there is" if self.gaps == 1 else "there are"
        said = f"; in these days totals rose by {risen}" if risen else ""
        return (
            f"{self.by} {be} {plural(self.gaps, 'earlier gap')} of {self.shortest} days or more; the longest has "
            f"{plural(self.days, 'day')}, {format_range(self.start, self.end)}{said}."
        )

    def expected(self) -> str:
        """How probable such a gap is under one constant rate."""
        if self.probability != self.probability:
            return ""
        return (
            f"At one constant rate, a gap of {plural(self.days, 'day')} or more would have the probability "
            f"{self.probability:.2g}; the gap was found by looking, so that this is no test."
        )


def earlier_gap_finding(study: Study, eve, shortest: int = 3, label: str = "") -> EarlierGap:
    """The longest gap up to `eve` under one definition: by default the first that counts incidents."""
    label = label or next(iter(study.itemised))
    eve = pd.Timestamp(eve)
    found = earlier_gaps(study, label, eve, shortest)
    about = study.about_finding(label) | {"as_of": eve}
    if found.empty:
        return EarlierGap(**about, gaps=0, shortest=shortest, days=0, start=pd.NaT, end=pd.NaT, rises=(),
                          probability=float("nan"))  # fmt: skip
    longest = found.iloc[0]
    held = [(format_counter(each.counter), observed_in_period(each, (longest["start"], longest["end"]))["count"])
            for each in study.totals.values()]  # fmt: skip
    series = study.definitions[label]
    first = max(study.window[0], series.coverage["start"].min()) if len(series.coverage) else study.window[0]
    days = (eve - first).days + 1
    events = observed_in_period(series, (first, eve))["count"]
    return EarlierGap(
        **about, gaps=len(found), shortest=shortest, days=int(longest["gap_days"]), start=longest["start"],
        end=longest["end"], rises=tuple((name, n) for name, n in held if n),
        probability=longest_gap_probability(events, days, int(longest["gap_days"])),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StatedLull(Finding):
    """Days before the pause for which a counter stated no attack."""

    stated_by: str
    start: pd.Timestamp
    end: pd.Timestamp
    truce: str
    incidents: tuple[str, ...]

    def sentence(self) -> str:
        """Who said none, the truce these days lie in, and what this table dates to them."""
        inside = f", during {self.truce}" if self.truce else ""
        dated = self.counted(len(self.incidents)) if self.incidents else f"no {self.words.singular}"
        return (
            f"{self.stated_by} stated no {self.words.singular} {format_range(self.start, self.end)}{inside}; this "
            f"table dates {dated} to those days and the two after them."
        )


def stated_lulls(study: Study, eve) -> list[StatedLull]:
    """The lulls before the pause that statements of none bound, earliest first."""
    tallies, eve = study.tallies, pd.Timestamp(eve)
    truces = study.dataset.milestones.query("kind == 'truce'").dropna(subset="date_end")
    found = []
    for row in tallies[(tallies["total"] == 0) & (tallies["as_of"] < eve)].sort_values("as_of").itertuples():
        during = truces[(truces["date_start"] <= row.since) & (truces["date_end"] >= row.as_of)]
        near = study.incidents[study.incidents["date"].between(row.since, row.as_of + 2 * DAY)]
        truce = ""
        if len(during):
            one = during.iloc[0]
            truce = f"{one['title']}, {format_date(one['date_start'])} to {format_date(one['date_end'])}"
        found.append(StatedLull(
            **(study.about_finding(study.primary) | {"as_of": eve}), stated_by=str(row.stated_by), start=row.since,
            end=row.as_of, truce=truce, incidents=tuple(near["incident_id"]),
        ))  # fmt: skip
    return found
