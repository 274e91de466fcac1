"""What the answer of the change-point model depends on: priors, thin days, its power, and whether it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_percent, join_names
from analysis.comparisons.count_series import CountSeries
from analysis.comparisons.exposure import exposure_sensitivity
from analysis.comparisons.onset import pause_ending, pause_onset
from analysis.comparisons.period_rates import observed_in_period
from analysis.comparisons.sensitivity import prior_sensitivity_by_definition
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.changepoints.changes import ANNOUNCED_ABOVE, ANNOUNCED_ABOVE_OVERDISPERSED
from analysis.measures.changepoints.power import power, predictive_check
from analysis.measures.daily_counts import exposure_by_day

QUESTIONS: dict[str, Callable[..., dict]] = {"start": pause_onset, "end": pause_ending}


def announcement_rule() -> str:
    """When a change is announced, in one sentence."""
    return (
        f"A change is announced where its probability is above {ANNOUNCED_ABOVE:.2f} if incidents came independently "
        f"and above {ANNOUNCED_ABOVE_OVERDISPERSED:.2f} allowing for clustering: clustered counts say less about "
        "a rate."
    )


def prior_sentence(study: Study) -> str:
    """The prior of the posteriors of a study, in one sentence."""
    prior = study.posterior(study.primary).prior
    return (
        f"Prior: at most {len(prior.log_number) - 1} changes, {prior.expected_changes:.2g} expected, every day "
        "equally probable as the date of a change; the rate between two changes has a gamma prior worth "
        f"{prior.shape:.2g} {study.dataset.about.plural}, centred on the mean."
    )


@dataclass(frozen=True, kw_only=True)
class PriorRange(Finding):
    """The range of an answer over other priors."""

    question: str
    priors: int
    announced: int
    probability_low: float
    probability_high: float
    days: tuple[pd.Timestamp, ...]

    def sentence(self) -> str:
        """The range of the probability, the dates, and under how many priors a change is announced."""
        days = join_names(format_date(day) for day in self.days)
        return (
            f"{self.by} the probability of a change at the {self.question} of the pause runs from "
            f"{format_percent(self.probability_low)} to {format_percent(self.probability_high)} over {self.priors} "
            f"priors; a change is announced under {self.announced or 'none'} of them, most probably on {days}."
        )


def prior_table(study: Study, middle, question: str, labels: Sequence[str] = ()) -> pd.DataFrame:
    """The answer under other priors, as `prior_sensitivity_by_definition` gives it, for the totals of a study or else
    its first definition. `question` is start or end."""
    asked = labels or list(study.totals) or list(study.definitions)[:1]
    posteriors = {label: study.posterior(label) for label in asked}
    return prior_sensitivity_by_definition(posteriors, middle, QUESTIONS[question])


def prior_ranges(study: Study, table: pd.DataFrame, question: str) -> list[PriorRange]:
    """One finding for each definition of `prior_table`."""
    return [
        PriorRange(
            **study.about_finding(label), question=question, priors=len(each),
            announced=int(each["is_announced"].sum()),
            probability_low=float(each["probability_overdispersed"].min()),
            probability_high=float(each["probability_overdispersed"].max()),
            days=tuple(sorted(each["day"].dropna().unique())),
        )
        for label, each in table.groupby("definition", sort=False)
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FallSeen(Finding):
    """With what chance a fall to a tenth of the former rate would have been announced."""

    start: pd.Timestamp
    rate_before: float
    chance: float
    worlds: int

    def sentence(self) -> str:
        """The share of simulated series in which the fall is announced."""
        if self.chance != self.chance:
            return ""
        return (
            f"{self.by} a fall on {format_date(self.start)} to a tenth of the former {self.rate_before:.2f} a day "
            f"would have been announced in {round(self.chance * self.worlds)} of {self.worlds} simulated series."
        )


def fall_seen(study: Study, label: str, eve, worlds: int = 20) -> FallSeen:
    """The power of the counts of one definition to show the start of a pause after `eve`."""
    eve = pd.Timestamp(eve)
    start = eve + pd.Timedelta(days=1)
    held = observed_in_period(study.definitions[label], (study.window[0], eve))
    former = held["count"] / held["covered_days"] if held["covered_days"] else 0.0
    found = study.posterior(label)
    known = former and found.holds(start) and not study.definitions[label].is_thinly_covered
    chance = power(found, former / 10, start, worlds=worlds) if known else float("nan")
    return FallSeen(**study.about_finding(label), start=start, rate_before=former, chance=chance, worlds=worlds)


@dataclass(frozen=True, kw_only=True)
class ModelFit(Finding):
    """Whether simulated counts look like the observed ones."""

    checks: pd.DataFrame

    def sentence(self) -> str:
        """The statistics that lie outside what the model predicts, or that none does."""
        odd = self.checks[~self.checks["observed"].between(self.checks["predicted_low"], self.checks["predicted_high"])]
        if odd.empty:
            gap = self.checks.iloc[0]
            return (
                f"{self.by} the model predicts counts like those observed: the longest gap of {gap['observed']:.0f} "
                f"days lies inside the predicted {gap['predicted_low']:.0f} to {gap['predicted_high']:.0f}."
            )
        return f"{self.by} the model does not reproduce the {join_names(odd['statistic'])}: its dates are doubtful."


def fit_finding(study: Study, label: str, worlds: int = 100) -> ModelFit:
    """The posterior predictive check of one definition."""
    return ModelFit(**study.about_finding(label), checks=predictive_check(study.posterior(label), worlds=worlds))


@dataclass(frozen=True, kw_only=True)
class ExposureRange(Finding):
    """Whether an announcement stands if only a part of the incidents of thin days was seen."""

    shares: tuple[float, ...]
    stand: tuple[str, ...]
    depend: tuple[str, ...]

    def sentence(self) -> str:
        """The definitions whose announcement depends on the share."""
        shares = " or ".join(format_percent(share) for share in self.shares)
        if not self.shares:
            return ""
        if not self.depend:
            return f"No announcement changes if {shares} of the incidents of sparsely searched days were seen."
        return (
            f"The announcement by {join_names(self.depend)} is not the same if {shares} of the incidents of sparsely "
            "searched days were seen."
        )


def exposure_finding(study: Study, middle, labels: Sequence[str]) -> ExposureRange:
    """What thinly searched days do to the announcement of the start of a pause."""
    chosen = {label: study.definitions[label] for label in labels if label in study.itemised}
    chosen = {label: series for label, series in chosen.items() if _has_sparse_days(series)}
    table = exposure_sensitivity(chosen, middle, pause_onset, max_changes=4)
    by = table.groupby("definition")["depends_on_exposure"].first() if len(table) else pd.Series(dtype=bool)
    return ExposureRange(
        **study.about_finding(study.primary),
        shares=tuple(table["share"].drop_duplicates()) if len(table) else (),
        stand=tuple(by.index[~by.astype(bool)]), depend=tuple(by.index[by.astype(bool)]),
    )  # fmt: skip


def _has_sparse_days(series: CountSeries) -> bool:
    days = pd.DatetimeIndex(series.rows["start"])
    return bool((exposure_by_day(days, series.coverage, {"sparse": 0.5}) < 1).any())


@dataclass(frozen=True, kw_only=True)
class TwoModes(Finding):
    """The most probable day of an onset, and the most probable one far from it."""

    day: pd.Timestamp
    probability: float
    other_day: pd.Timestamp
    other_probability: float

    def sentence(self) -> str:
        """Both days with their probabilities."""
        if pd.isna(self.other_day):
            return ""
        return (
            f"{self.by} the single most probable day is {format_date(self.day)} ({format_percent(self.probability)}); "
            f"the most probable one more than a week away is {format_date(self.other_day)} "
            f"({format_percent(self.other_probability)})."
        )


def modes_finding(study: Study, label: str, middle, apart: int = 7) -> TwoModes:
    """The two modes of the date on which the rate of `middle` began, more than `apart` days from each other."""
    about = study.about_finding(label)
    nothing = {"day": pd.NaT, "probability": float("nan"), "other_day": pd.NaT, "other_probability": float("nan")}
    found = study.posterior(label)
    if not found.holds(middle):
        return TwoModes(**about, **nothing)
    dates = found.overdispersed.since(middle).iloc[1:]
    if not dates.sum():
        return TwoModes(**about, **nothing)
    dates = dates / dates.sum()
    day = dates.idxmax()
    far = dates[abs(dates.index - day) > pd.Timedelta(days=apart)]
    if far.empty or not far.max():
        return TwoModes(**about, **(nothing | {"day": day, "probability": float(dates.max())}))
    return TwoModes(**about, day=day, probability=float(dates.max()), other_day=far.idxmax(),
                    other_probability=float(far.max()))  # fmt: skip
