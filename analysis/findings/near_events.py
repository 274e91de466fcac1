"""Which dated events lie near the start of a pause, and inside the 95 % set of its date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_codes, format_range, plural
from analysis.findings.finding import Finding
from analysis.findings.pause_onset import PauseOnset
from analysis.findings.study import Study

LEFT_OUT = ("attack", "background")  # what the counts hold already, and what has no day of its own


def dated_events(study: Study, first, last) -> pd.DataFrame:
    """The events that begin from one day to another, one row each: date (day), until (day, missing where no
    source states a later end), kind, event (text of a source), sources (number). Of several dates of one event the
    narrowest stands."""
    told = study.dataset.milestones
    told = told[~told["kind"].isin(LEFT_OUT)]
    if study.view.sets and "set" in told:
        told = told[told["set"].isin(study.view.sets)]
    near = told[told["date_start"].between(pd.Timestamp(first), pd.Timestamp(last))]
    width = (near["date_end"].fillna(near["date_start"]) - near["date_start"]).dt.days
    near = near.assign(width=width).sort_values(["width", "date_start", "source_id"])
    events = near.groupby("milestone_id", sort=False).agg(
        date=("date_start", "first"), until=("date_end", "first"), kind=("kind", "first"), event=("title", "first"),
        sources=("source_id", "nunique"),
    )  # fmt: skip
    events["kind"] = events["kind"].map(format_codes)
    events["until"] = events["until"].where(events["until"] > events["date"])
    return events.sort_values(["date", "event"]).reset_index(drop=True)


def events_in_set(events: pd.DataFrame, first, last) -> pd.Series:
    """Whether each event lies in the days from `first` to `last`: "yes", "partly" or "", by row."""
    ends = events["until"].fillna(events["date"])
    whole = events["date"].ge(first) & ends.le(last)
    partly = events["date"].le(last) & ends.ge(first) & ~whole
    return whole.map({True: "yes", False: ""}).mask(partly, "partly").astype(object)


def events_beside_sets(study: Study, onsets: Sequence[PauseOnset], margin_days: int = 8) -> pd.DataFrame:
    """The events of the days from the first to the last of all 95 % sets, `dated_events` with a column for each
    definition: whether the event lies in its set."""
    dated = [each for each in onsets if pd.notna(each.day_low)]
    if not dated:
        return dated_events(study, pd.Timestamp.max, pd.Timestamp.max)
    first, last = min(each.day_low for each in dated), max(each.day_high for each in dated)
    if study.pause is not None:
        first = min(first, study.pause.eve - pd.Timedelta(days=margin_days))
    events = dated_events(study, first, last)
    return events.assign(**{each.definition: events_in_set(events, each.day_low, each.day_high) for each in dated})


@dataclass(frozen=True, kw_only=True)
class EventsInSet(Finding):
    """How many dated events lie in the 95 % set of a date."""

    first: pd.Timestamp
    last: pd.Timestamp
    inside: int
    partly: int

    def sentence(self) -> str:
        """The number, and what many of them mean for the date."""
        if pd.isna(self.first):
            return f"{self.by} the start of the pause has no 95 % set."
        more = f", {self.partly} more reaching into it" if self.partly else ""
        many = " A set that holds several events does not point to one of them." if self.inside > 1 else ""
        return (
            f"{self.by} {plural(self.inside, 'dated event')} lie{'s' if self.inside == 1 else ''} in the 95 % set "
            f"{format_range(self.first, self.last)}{more}.{many}"
        )


def events_finding(study: Study, onset: PauseOnset) -> EventsInSet:
    """How many dated events lie in the 95 % set of one onset."""
    about = study.about_finding(onset.definition)
    if pd.isna(onset.day_low) or onset.is_thin:
        return EventsInSet(**about, first=pd.NaT, last=pd.NaT, inside=0, partly=0)
    events = dated_events(study, onset.day_low - pd.Timedelta(days=366), onset.day_high)
    inside = events_in_set(events, onset.day_low, onset.day_high)
    return EventsInSet(
        **about, first=onset.day_low, last=onset.day_high, inside=int((inside == "yes").sum()),
        partly=int((inside == "partly").sum()),
    )  # fmt: skip
