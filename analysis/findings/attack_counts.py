"""How many attacks, by whose count?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_range, join_names
from analysis.comparisons.period_rates import observed_in_period
from analysis.evidence.arguments import require_type
from analysis.evidence.schema import CONFIRMATION
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.dispersion import dispersion
from analysis.measures.frequency import count, cumulative
from analysis.measures.rates import rate
from analysis.measures.totals import format_counter

ITEMISED = "itemised in this view"  # the line of the incidents among those of the totals


@dataclass(frozen=True)
class StatedTotal:
    """A running total at its last statement.

    Parameters
    ----------
    counter : str
        Who counts, as readers know the name.
    total : int
        Attacks from `since` to `as_of`.
    since, as_of : Timestamp
        First and last day of the count, inclusive.
    definition : str
        What the counter counts.

    Examples
    --------
    >>> day = pd.Timestamp("2024-11-21")
    >>> StatedTotal("Pentagon", 206, day, day, "attacks").total
    206
    """

    counter: str
    total: int
    since: pd.Timestamp
    as_of: pd.Timestamp
    definition: str


@dataclass(frozen=True, kw_only=True)
class AttackCount(Finding):
    """How many attacks, by the count of each counter and by the table.

    Parameters
    ----------
    itemised : int
        Incidents of the view.
    first, last : Timestamp
        Window of the view, inclusive.
    by_voice : dict of str to int
        Incidents by the best voice behind each, strongest first.
    totals : tuple of StatedTotal
        What each counter stated last; empty where nobody states a total.
    rate_per_day, rate_per_day_low, rate_per_day_high : float
        By the primary definition; 95 % interval, allowing for clustering. NaN where the view is searched too thinly for
        a rate.
    rate_start, rate_end : Timestamp or NaT
        Days of that rate: to the day before a pause that somebody states, else the whole window.
    is_thin : bool
        Whether no period was searched day by day.
    has_voices : bool
        Whether the table says who confirms an incident.
    plural, officials : str
        The words of about.yml.

    See Also
    --------
    frequency_finding : Makes one.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> frequency_finding(open_study()).totals[0].total
    206
    """

    itemised: int
    first: pd.Timestamp
    last: pd.Timestamp
    by_voice: dict[str, int]
    totals: tuple[StatedTotal, ...]
    rate_per_day: float
    rate_per_day_low: float
    rate_per_day_high: float
    rate_start: pd.Timestamp
    rate_end: pd.Timestamp
    is_thin: bool
    has_voices: bool
    plural: str
    officials: str

    def sentence(self) -> str:
        """Each counter's total, then what the table itemises."""
        said = [f"the {each.counter} counted {each.total:,} to {format_date(each.as_of)}" for each in self.totals]
        said.append(f"this table itemises {self.itemised:,} to {format_date(self.last)}")
        text = "; ".join(said)
        return f"{text[0].upper()}{text[1:]}."

    def shades(self, every: str) -> str:
        """What the shades of the bars mean, or, where nobody says who confirms, what a bar is."""
        if not self.has_voices:
            return f"a bar is the number of one {every}" if every.isalpha() else f"a bar is the number of {every}"
        return f"a shade is the best voice behind one {self.words.singular}"

    def title(self) -> str:
        """The totals as the title of a chart."""
        ends = [f"{each.counter} {each.total:,}" for each in self.totals]
        return f"The totals end at {join_names([*ends, f'this table {self.itemised:,}'])}."

    def definitions(self) -> str:
        """What each counter counts."""
        told = "; ".join(f"{each.counter}: {each.definition}" for each in self.totals)
        return f"What each counts: {told}." if told else ""

    def voices(self) -> str:
        """How many incidents officials confirm, and how many rest on the attackers alone."""
        if not self.has_voices:
            return "The table does not say who confirms an incident."
        confirmed, alone = self.by_voice.get("us_official", 0), self.by_voice.get("claim_only", 0)
        return (
            f"{self.officials} reported or confirmed {confirmed:,} of the {self.itemised:,} itemised {self.plural}; "
            f"{alone:,} are known only from the attackers."
        )

    def rate(self) -> str:
        """The rate per day with its interval, or that there is none."""
        if self.rate_per_day != self.rate_per_day:
            too_few = "There are too few days before the pause for a rate."
            return "The searches were too thin for a rate." if self.is_thin else too_few
        return (
            f"There were {self.rate_per_day:.2f} {self.plural} per day {format_range(self.rate_start, self.rate_end)} "
            f"(95 % interval {self.rate_per_day_low:.2f} to {self.rate_per_day_high:.2f}, allowing for clustering), "
            f"{self.by[0].lower()}{self.by[1:]}."
        )


def frequency_finding(study: Study) -> AttackCount:
    """How many attacks there were in a study, by whose count.

    Parameters
    ----------
    study : Study
        From `open_study`.

    Returns
    -------
    AttackCount
        The totals, the itemised incidents, and the rate before a stated pause.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> print(frequency_finding(open_study(sets="seeds")))
    This table itemises 11 to 24 April 2024.
    """
    require_type(study, Study, "study", "what open_study returns")
    voices = study.incidents["confirmation"].value_counts()
    return AttackCount(
        **study.about_finding(study.primary),
        itemised=len(study.incidents),
        first=study.window[0],
        last=study.window[1],
        by_voice={level: int(voices[level]) for level in CONFIRMATION if level in voices},
        has_voices=set(voices.index) != {"unknown"},
        totals=tuple(_stated(study, label) for label in study.totals),
        is_thin=study.is_thin,
        plural=study.dataset.about.plural,
        officials=study.dataset.about.officials,
        **_rate(study),
    )


def running_totals(study: Study) -> dict[str, pd.DataFrame]:
    """Day and total of every counter, and of the incidents of the view: what `charts.cumulative_steps` takes."""
    lines = {each.counter: each.rows.rename(columns={"end": "day"})[["day", "total"]].dropna()
             for each in study.totals.values()}  # fmt: skip
    return lines | {ITEMISED: cumulative(study.incidents, study.window)}


def _stated(study: Study, label: str) -> StatedTotal:
    series = study.definitions[label]
    rows = series.rows.dropna(subset="total")
    last = rows.iloc[-1]
    return StatedTotal(
        format_counter(series.counter), int(last["total"]), series.rows["start"].min(), last["end"], study.define(label)
    )


def _rate(study: Study) -> dict:
    """The rate before a stated pause. The days before a gap that was found by looking are no period of their own."""
    series = study.definitions[study.primary]
    stated = study.pause if study.pause and study.pause.is_given else None
    end = min(stated.eve, study.window[1]) if stated else study.window[1]
    nothing = {"rate_start": pd.NaT, "rate_end": pd.NaT}
    if study.is_thin or end <= study.window[0]:
        nan = float("nan")
        return {"rate_per_day": nan, "rate_per_day_low": nan, "rate_per_day_high": nan, **nothing}
    held = observed_in_period(series, (study.window[0], end))
    found = rate(held["count"], held["covered_days"], phi=max(_clustering(study), 1.0))
    low, high = found.interval()
    return {"rate_per_day": found.estimate, "rate_per_day_low": low, "rate_per_day_high": high,
            "rate_start": held["start"], "rate_end": held["end"]}  # fmt: skip


def _clustering(study: Study) -> float:
    """How much more the counts vary than those of one steady rate: within segments, or of a long window by month."""
    if not study.is_long:
        return study.near_pause().posterior(study.primary).phi
    months = count(study.incidents, "month", window=study.window, coverage=study.coverage)
    return dispersion(months[months["is_complete"] & (months["covered_days"] > 0)])
