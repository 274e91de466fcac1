"""Did the attacks come back after the pause, and would the counts have shown a return?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_percent, plural
from analysis.comparisons.onset import pause_ending
from analysis.comparisons.period_rates import observed_in_period
from analysis.evidence.arguments import require_type
from analysis.findings.finding import Finding
from analysis.findings.study import PauseDays, Study
from analysis.measures.changepoints.power import power
from analysis.measures.coverage import DAY
from analysis.measures.frequency import count
from analysis.measures.rate_ratios import compare

FEWEST_DAYS = 14  # covered days of a period, below which no rate is compared


@dataclass(frozen=True, kw_only=True)
class PeriodCount:
    """What one definition counted in one period.

    Parameters
    ----------
    count, days : int
        Attacks, and the days on which they were counted.
    thin_days : int
        Of these days those that were searched by week or sparsely.
    start, end : Timestamp or NaT
        First and last day.

    Examples
    --------
    >>> PeriodCount(count=0, days=76, thin_days=0, start=pd.NaT, end=pd.NaT).days
    76
    """

    count: int
    days: int
    thin_days: int
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True, kw_only=True)
class AttackReturn(Finding):
    """What was counted in the pause and after it, and what a change-point model makes of it.

    Parameters
    ----------
    before, during, after : PeriodCount
        Up to the pause, in it, and after it.
    ratio, ratio_low, ratio_high : float
        Rate after over rate before, 95 % interval allowing for clustering; NaN where a period has too few days.
    probability_of_rise : float
        That the rate of the pause ended with a rise inside the window, allowing for clustering.
    probability, probability_overdispersed : float
        That it ended with any change, under a steady rate and allowing for clustering.
    is_announced : bool
        Whether a change is announced.
    day, day_low, day_high : Timestamp or NaT
        Most probable day of that change and its 95 % set, given that there was one.
    chance_seen : float
        Share of simulated series in which a return to the former rate would have been announced; NaN if not asked.
    worlds : int
        Number of these series.
    again : Timestamp or NaT
        First day after the pause.
    is_thin : bool
        Whether no period was searched day by day.
    noun : str
        What one incident is called.

    See Also
    --------
    return_finding : Makes one.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> found = return_finding(open_study())
    >>> found.during.count, found.during.days, found.after.count, found.after.days
    (0, 76, 36, 215)
    """

    before: PeriodCount
    during: PeriodCount
    after: PeriodCount
    ratio: float
    ratio_low: float
    ratio_high: float
    probability_of_rise: float
    probability: float
    probability_overdispersed: float
    is_announced: bool
    day: pd.Timestamp
    day_low: pd.Timestamp
    day_high: pd.Timestamp
    chance_seen: float
    worlds: int
    again: pd.Timestamp
    is_thin: bool
    noun: str

    def sentence(self) -> str:
        """What was counted in the pause and after it, beside the former rate."""
        if pd.isna(self.again):
            return f"There is no pause after which {self.words.plural} could come back."
        if not self.during.days or not self.after.days:
            return f"{self.by} too few days were searched after the pause to say whether the rate came back."
        counted = (
            f"{self.by} there {'was' if self.during.count == 1 else 'were'} "
            f"{self.counted(self.during.count)} in {plural(self.during.days, 'day')} of the pause and "
            f"{self.after.count} in {plural(self.after.days, 'day')} after it"
        )
        if self.is_thin or self.ratio != self.ratio:
            why = "these days were searched too thinly" if self.is_thin else "a period has too few days"
            return f"{counted}; {why} to compare rates."
        return (
            f"{counted}: {self.ratio * 100:.0f} % of the former rate (95 % interval {self.ratio_low * 100:.0f} % to "
            f"{self.ratio_high * 100:.0f} %, allowing for clustering)."
        )

    def inference(self) -> str:
        """The probability that the rate rose for good, and whether that is announced."""
        if pd.isna(self.again):
            return ""
        if self.probability != self.probability:
            return f"{self.by} nothing was observed in the middle of the pause."
        if self.is_thin:
            return f"{self.by} no probability of a rise can be given: no period was searched day by day."
        verdict = "a lasting change is announced" if self.is_announced else "no lasting change is announced"
        return (
            f"{self.by} {verdict}: a rise of the rate by {format_date(self.as_of)} has the probability "
            f"{format_percent(self.probability_of_rise)}, allowing for clustering; any change has "
            f"{format_percent(self.probability_overdispersed)}, and {format_percent(self.probability)} if "
            f"{self.words.plural} came independently."
        )

    def sight(self) -> str:
        """With what chance a return to the former rate would have been announced."""
        if self.chance_seen != self.chance_seen:
            return ""
        seen = round(self.chance_seen * self.worlds)
        weight = "says little" if self.chance_seen < 0.5 else "speaks against a return"
        verdict = "" if self.is_announced else f" That none is announced {weight}."
        return (
            f"Had the former rate come back on {format_date(self.again)} and stayed, a change would have been "
            f"announced in {seen} of {self.worlds} simulated series that cluster and are counted like this one."
            f"{verdict}"
        )


def return_finding(study: Study, label: str = "", *, eve=None, again=None, worlds: int = 0) -> AttackReturn:
    """What came after the pause of a study.

    Parameters
    ----------
    study : Study
        From `open_study`.
    label : str, optional
        The definition; the primary one by default.
    eve, again : day, optional
        The last day before the pause and the first day after it; by default those of `study.pause`.
    worlds : int
        Simulated series behind `chance_seen`; 0 for none.

    Returns
    -------
    AttackReturn
        The counts, their ratio, and the probabilities.

    Raises
    ------
    InputError
        For days that do not lie in order inside the window.

    Notes
    -----
    The periods are chosen after looking: their ratio describes them and tests nothing.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> print(return_finding(open_study()).sentence()[:90])
    By the Pentagon's count there were 0 attacks in 76 days of the pause and 36 in 215 days af
    """
    require_type(study, Study, "study", "what open_study returns")
    label = label or study.primary
    pause = study.stated_pause()
    if eve is None and pause is not None:
        eve, again = pause.eve, pause.again
    if eve is None:
        return _no_pause(study, label)
    study.require_inside(eve=eve, again=again)
    eve, again = pd.Timestamp(eve), pd.Timestamp(again)
    series = study.definitions[label]
    windows = (study.window[0], eve), (eve + DAY, again - DAY), (again, study.window[1])
    before, during, after = (_count(observed_in_period(series, window)) for window in windows)
    found = study.posterior(label)
    middle = eve + DAY + (again - eve - 2 * DAY) // (2 * DAY) * DAY
    ended = pause_ending(found, middle)
    return AttackReturn(
        **study.about_finding(label),
        before=before,
        during=during,
        after=after,
        **_ratio(before, after, found.phi),
        probability_of_rise=ended["probability_of_direction"],
        probability=ended["probability"],
        probability_overdispersed=ended["probability_overdispersed"],
        is_announced=bool(ended["is_announced"]),
        day=ended["day"],
        day_low=ended["day_low"],
        day_high=ended["day_high"],
        chance_seen=_chance_seen(found, before, again, 0 if series.is_thinly_covered else worlds),
        worlds=worlds,
        again=again,
        is_thin=series.is_thinly_covered,
        noun=study.noun,
    )


def _count(held: dict) -> PeriodCount:
    return PeriodCount(
        count=held["count"], days=held["covered_days"], thin_days=held["thin_days"], start=held["start"],
        end=held["end"],
    )  # fmt: skip


def _ratio(before: PeriodCount, after: PeriodCount, phi: float) -> dict:
    if min(before.days, after.days) < FEWEST_DAYS or not before.count:
        return dict.fromkeys(("ratio", "ratio_low", "ratio_high"), float("nan"))
    found = compare(before.count, before.days, after.count, after.days, phi=phi)
    low, high = found.interval()
    return {"ratio": found.estimate, "ratio_low": low, "ratio_high": high}


def _chance_seen(found, before: PeriodCount, again: pd.Timestamp, worlds: int) -> float:
    if not worlds or not before.count or not before.days or not found.holds(again):
        return float("nan")
    return power(found, before.count / before.days, again, worlds=worlds)


def _no_pause(study: Study, label: str) -> AttackReturn:
    nothing = PeriodCount(count=0, days=0, thin_days=0, start=pd.NaT, end=pd.NaT)
    nan = float("nan")
    return AttackReturn(
        **study.about_finding(label), before=nothing, during=nothing,
        after=nothing, ratio=nan, ratio_low=nan, ratio_high=nan, probability_of_rise=nan, probability=nan,
        probability_overdispersed=nan, is_announced=False, day=pd.NaT, day_low=pd.NaT, day_high=pd.NaT,
        chance_seen=nan, worlds=0, again=pd.NaT, is_thin=study.is_thin, noun=study.noun,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LaterWeeks(Finding):
    """The fullest week after a pause beside the fullest one before it."""

    first: pd.Timestamp
    most_after: int
    most_before: int
    shown: int
    noun: str
    has_voices: bool

    def sentence(self) -> str:
        """Both weeks."""
        return (
            f"From {format_date(self.first)} on, no week has more than {self.counted(self.most_after)}; before "
            f"the pause the fullest week has {self.most_before}."
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"At most {self.counted(self.most_after)} in a week after the pause; {self.most_before} before it."

    def shades(self) -> str:
        """What the shades of the bars mean, or, where nobody says who confirms, what a bar is."""
        return f"a shade is the best voice behind one {self.noun}" if self.has_voices else "a bar is one week"

    def caption(self) -> dict:
        """What `format_caption` must say of the chart of these weeks."""
        return {"counter": f"itemised {self.words.plural}", "n": self.shown, "as_of": self.as_of}


def later_weeks(study: Study, shown: tuple[pd.Timestamp, pd.Timestamp], pause: PauseDays) -> LaterWeeks:
    """The weeks after a pause beside those before it; `shown` are the days of the chart."""

    def most(first: pd.Timestamp, last: pd.Timestamp) -> int:
        weeks = count(study.incidents, "week", window=(first, last), coverage=study.coverage)["count"]
        return int(weeks.fillna(0).max())

    first = pause.end + DAY
    return LaterWeeks(
        **study.about_finding(next(iter(study.itemised))), first=first, most_after=most(first, study.window[1]),
        most_before=most(study.window[0], pause.eve), shown=int(study.incidents["date"].between(*shown).sum()),
        noun=study.noun, has_voices=set(study.incidents["confirmation"]) != {"unknown"},
    )  # fmt: skip
