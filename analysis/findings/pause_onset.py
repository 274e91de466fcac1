"""When did the pause begin, by whose count, and how sure is that?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_date_set, format_percent
from analysis.comparisons.onset import UNKNOWN, pause_onset
from analysis.evidence.arguments import require_type
from analysis.findings.finding import Finding
from analysis.findings.study import Study


@dataclass(frozen=True, kw_only=True)
class PauseOnset(Finding):
    """When the rate of a pause began, under one definition.

    Parameters
    ----------
    day : Timestamp or NaT
        Most probable day on which the rate of the pause began.
    day_low, day_high : Timestamp or NaT
        First and last day of its 95 % set.
    set_days : int
        Number of days in that set.
    probability, probability_overdispersed : float
        Of a change before the middle of the pause, under a steady rate and allowing for clustering. NaN where the
        definition observed nothing there.
    probability_of_fall : float
        That the rate of the pause began with a fall, allowing for clustering.
    rate_before_per_day, rate_per_day : float
        Before the set and in the middle of the pause, allowing for clustering.
    is_announced : bool
        Whether a change is announced, see `changes.is_announced`.
    is_thin : bool
        Whether no period was searched day by day.
    middle : Timestamp or NaT
        The day in the middle of the pause.

    See Also
    --------
    pause_finding : Makes one.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> found = pause_finding(open_study(end="2024-06-30"))
    >>> found.definition, found.is_announced, found.is_fall
    ('Pentagon totals', True, True)
    """

    day: pd.Timestamp
    day_low: pd.Timestamp
    day_high: pd.Timestamp
    set_days: int
    probability: float
    probability_overdispersed: float
    probability_of_fall: float
    rate_before_per_day: float
    rate_per_day: float
    is_announced: bool
    is_thin: bool
    middle: pd.Timestamp

    @property
    def is_fall(self) -> bool:
        """Whether a change to a lower rate is announced."""
        return self.is_announced and self.rate_per_day < self.rate_before_per_day

    def sentence(self) -> str:
        """The most probable day, its 95 % set and the probability of a fall; or what cannot be said."""
        if pd.isna(self.middle):
            return "The table has no gap between two incidents, so that there is no pause to date."
        if self.probability != self.probability:
            return f"{self.by} nothing was observed around {format_date(self.middle)}."
        if self.is_thin:
            return f"{self.by} the start cannot be dated: no period was searched day by day."
        if not self.is_fall:
            change = "a rise" if self.is_announced else "no change"
            return (
                f"{self.by} {change} is announced before {format_date(self.middle)}; a fall has the "
                f"probability {format_percent(self.probability_of_fall)}."
            )
        return (
            f"{self.by} the lower rate most probably began on {format_date(self.day)} "
            f"(95 % set {format_date_set(self.day_low, self.day_high, self.set_days)}); a fall has the probability "
            f"{format_percent(self.probability_of_fall)}."
        )


def pause_finding(study: Study, label: str = "", middle=None) -> PauseOnset:
    """When the pause of a study began.

    Parameters
    ----------
    study : Study
        From `open_study`; `study.near_pause()` gives the window of the report.
    label : str, optional
        The definition; the primary one by default.
    middle : day, optional
        A day in the middle of the pause; by default that of `study.pause`.

    Returns
    -------
    PauseOnset
        All dates and rates allow for clustering.

    Notes
    -----
    The dates are given that there was a change. A change before the middle of the pause need not be a fall.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> pause_finding(open_study(sets="seeds")).is_thin
    True
    """
    require_type(study, Study, "study", "what open_study returns")
    label = label or study.primary
    series = study.definitions[label]
    if middle is None:
        middle = study.pause.middle if study.pause else pd.NaT
    found = UNKNOWN if pd.isna(middle) else pause_onset(study.posterior(label), middle)
    return PauseOnset(
        **study.about_finding(label),
        day=found["day"],
        day_low=found["day_low"],
        day_high=found["day_high"],
        set_days=int(found["set_days"]),
        probability=found["probability"],
        probability_overdispersed=found["probability_overdispersed"],
        probability_of_fall=found["probability_of_direction"],
        rate_before_per_day=found["rate_per_day_other_side"],
        rate_per_day=found["rate_per_day"],
        is_announced=bool(found["is_announced"]),
        is_thin=series.is_thinly_covered,
        middle=middle,
    )
