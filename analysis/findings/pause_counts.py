"""What was counted in the pause, and how much of the fall is reporting."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_percent, format_range, join_names, plural
from analysis.comparisons.onset import posterior_set
from analysis.comparisons.period_rates import observed_in_period
from analysis.findings.finding import Finding
from analysis.findings.study import PauseDays, Study
from analysis.measures.completeness import completeness
from analysis.measures.coverage import DAY
from analysis.measures.gaps import gaps
from analysis.measures.rate_ratios import compare
from analysis.measures.total_intervals import zero_intervals

SHADED = 14  # days of a gap that `charts.gap_strip` shades


@dataclass(frozen=True, kw_only=True)
class PauseGaps(Finding):
    """Itemised attacks inside the days of a pause, and its longest gap, over the definitions of incidents."""

    start: pd.Timestamp
    end: pd.Timestamp
    fewest_inside: int
    most_inside: int
    shortest_gap: int
    longest_gap: int
    definitions: int

    def sentence(self) -> str:
        """The attacks inside, then the gap."""
        if not self.definitions:
            return f"This evidence itemises no {self.words.singular} that could bound a gap."
        inside = _between(self.fewest_inside, self.most_inside)
        gap = _between(self.shortest_gap, self.longest_gap)
        depending = ", depending on what counts" if self.definitions > 1 else ""
        return (
            f"The table has {inside} {self.words.plural} {format_range(self.start, self.end)}{depending}; "
            f"the gap that holds most of these days has {gap} days."
        )

    def title(self) -> str:
        """The gap as the title of a chart."""
        return f"The longest gap of the pause has {_between(self.shortest_gap, self.longest_gap)} days, as counted."


def _between(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def gap_finding(study: Study, pauses: pd.DataFrame, pause: PauseDays) -> PauseGaps:
    """The gaps of `sensitivity.pause_by_definition`, of definitions of incidents that are not thinly searched; of all
    where every one is."""
    rows = pauses[pauses["definition"].isin(study.itemised)]
    dense = rows[~rows["is_thinly_covered"].astype(bool)]
    rows = (dense if len(dense) else rows).dropna(subset=["gap_days", "attacks_inside"])
    numbers: dict = {"fewest_inside": rows["attacks_inside"].min(), "most_inside": rows["attacks_inside"].max(),
               "shortest_gap": rows["gap_days"].min(), "longest_gap": rows["gap_days"].max()}  # fmt: skip
    counts: dict = {name: int(number) if len(rows) else 0 for name, number in numbers.items()}
    return PauseGaps(
        **study.about_finding(next(iter(study.itemised))), start=pause.start, end=pause.end, definitions=len(rows),
        **counts,
    )  # fmt: skip


SHOWN = 50  # incidents that a table of the pause lists at most


def inside_caption(study: Study, inside: pd.DataFrame) -> str:
    """The caption of the table of the incidents in the days of the pause, in Markdown."""
    return f"**{listed(study, inside)} in the days of the pause.**{disputed_mark(study)}"


def listed(study: Study, incidents: pd.DataFrame) -> str:
    """How many incidents a table lists, and of how many: words for a caption."""
    about = study.dataset.about
    number = f"{len(incidents):,} {about.singular if len(incidents) == 1 else about.plural}"
    return number if len(incidents) <= SHOWN else f"The first {SHOWN} of {number}"


def disputed_mark(study: Study) -> str:
    """What the star of a table of incidents means; nothing where no source can dispute."""
    return "" if study.dataset.evidence is None else " * = the sources dispute the day."


def strip_series(study: Study) -> dict[str, pd.DataFrame]:
    """The incidents of each definition that is not thinly searched, for `charts.gap_strip`; of all where each is."""
    dense = {label: each.incidents for label, each in study.itemised.items() if not each.is_thinly_covered}
    return dense or {label: each.incidents for label, each in study.itemised.items()}


def longest_gaps(study: Study, strips: dict[str, pd.DataFrame]) -> dict[str, pd.Series | None]:
    """The longest gap of each strip, None where it has none: what `charts.gap_strip_alt` takes."""
    found = {label: gaps(each, study.window, coverage=study.coverage) for label, each in strips.items()}
    return {label: None if each.empty else each.iloc[0] for label, each in found.items()}


def strip_definition(study: Study, longest: dict[str, pd.Series | None]) -> str:
    """What a tick is and, where one is drawn, a band; `longest` as `longest_gaps` returns it."""
    tick = f"a tick is a day with {study.dataset.about.plural}"
    shaded = any(gap is not None and gap["gap_days"] >= SHADED for gap in longest.values())
    return f"{tick}, a band a gap of {SHADED} days or more" if shaded else tick


@dataclass(frozen=True, kw_only=True)
class RateDrop(Finding):
    """The rate in a pause beside the rate before it."""

    count_before: int
    days_before: int
    count_during: int
    days_during: int
    ratio: float
    ratio_low: float
    ratio_high: float

    def sentence(self) -> str:
        """The counts of both periods, and the ratio of their rates."""
        if self.ratio != self.ratio:
            return f"{self.by} too few days were searched closely to compare the pause with the time before it."
        return (
            f"{self.by} there were {self.counted(self.count_before)} in {plural(self.days_before, 'day')} before "
            f"the pause and {self.count_during} in {self.days_during} days of it: {format_percent(self.ratio)} of the "
            f"former rate (95 % interval {format_percent(self.ratio_low)} to {format_percent(self.ratio_high)}, "
            "allowing for clustering)."
        )


def drop_finding(study: Study, label: str, pause: PauseDays) -> RateDrop:
    """The rate in a pause over the rate before it, under one definition. The periods are chosen after looking."""
    series = study.definitions[label]
    before = observed_in_period(series, (study.window[0], pause.eve))
    during = observed_in_period(series, (pause.start, pause.end))
    ratio = low = high = float("nan")
    days = before["covered_days"], during["covered_days"]
    if before["count"] and all(days) and not series.is_thinly_covered:
        phi = max(study.posterior(label).phi, 1.0)
        found = compare(before["count"], before["covered_days"], during["count"], during["covered_days"], phi=phi)
        ratio, (low, high) = found.estimate, found.interval()
    return RateDrop(
        **study.about_finding(label), count_before=before["count"], days_before=before["covered_days"],
        count_during=during["count"], days_during=during["covered_days"], ratio=ratio, ratio_low=low, ratio_high=high,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ReportingShares(Finding):
    """Which share of an official total officials' incidents make in parts of the window."""

    parts: tuple[tuple[pd.Timestamp, pd.Timestamp, int, int], ...]

    def sentence(self) -> str:
        """The share in each part, and what its change means."""
        if not self.parts:
            return ""
        told = [f"{format_percent(n / total)} {format_range(a, b)} ({n} of {total})" for a, b, n, total in self.parts]
        return (
            f"Incidents that officials confirm make {join_names(told)} of what the official total rose by: where that "
            "share falls, the rate of confirmed incidents falls with it."
        )


def reporting_finding(study: Study, pause: PauseDays, near_days: int = 30) -> ReportingShares:
    """The share of the official total that confirmed incidents make: before the pause, in its last `near_days` days
    before it, and after it."""
    about = study.about_finding(study.primary)
    label = next((name for name in study.itemised if name == "U.S. officials"), None)
    if study.official is None or label is None:
        return ReportingShares(**about, parts=())
    beside = completeness(study.itemised[label].incidents, study.official.rows)
    chosen = (
        beside["end"] <= pause.eve,
        beside["start"].gt(pause.eve - near_days * DAY) & beside["end"].le(pause.eve),
        beside["start"] > pause.end,
    )
    parts = [beside[part] for part in chosen if beside[part]["count"].sum() > 0]
    told = [(each["start"].min(), each["end"].max(), each["itemised"].sum(), each["count"].sum()) for each in parts]
    return ReportingShares(**about, parts=tuple((a, b, int(n), int(total)) for a, b, n, total in told))


def pause_sets(study: Study, label: str, middle, until_too: bool = False) -> pd.DataFrame | None:
    """The 95 % set of the day on which the rate of `middle` began, and with `until_too` of the day on which it ended,
    as `charts.rates_and_posterior` takes it; None where the definition does not hold the day."""
    found = study.posterior(label)
    if not found.holds(middle):
        return None
    sets = [posterior_set(found.overdispersed.since(middle).iloc[1:], 1)]
    if until_too and found.overdispersed.until(middle).sum():
        sets.append(posterior_set(found.overdispersed.until(middle), 2))
    return pd.concat(sets)


@dataclass(frozen=True, kw_only=True)
class ZeroInterval(Finding):
    """The longest run of statements of a total without a rise."""

    start: pd.Timestamp
    end: pd.Timestamp
    days: int

    def title(self) -> str:
        """The run as the title of a chart."""
        if self.days <= 3:
            return f"{self.by} no interval of more than three days is without {self.words.plural}."
        return f"{self.by} there was none from {format_date(self.start)} to {format_date(self.end)}."

    def sentence(self) -> str:
        """The same as its title."""
        return self.title()


def zero_finding(study: Study, label: str) -> ZeroInterval:
    """The longest run without a rise of one total."""
    runs = zero_intervals(study.definitions[label].rows)
    about = study.about_finding(label)
    if runs.empty:
        return ZeroInterval(**about, start=pd.NaT, end=pd.NaT, days=0)
    return ZeroInterval(**about, start=runs["start"].iloc[0], end=runs["end"].iloc[0], days=int(runs["days"].iloc[0]))
