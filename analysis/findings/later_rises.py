"""What came later: the rises of a total after a day, the steepest of them, and the intervals without any."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_range, join_names, plural
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.total_intervals import zero_intervals

LONG_DAYS = 14  # an interval without a rise that is worth naming


def later_rises(study: Study, label: str, since) -> pd.DataFrame:
    """The intervals that end on `since` or later and in which a total rose: start, end (days), days, count,
    rate_per_day, rate_per_day_low, rate_per_day_high (95 % Garwood)."""
    rows = study.definitions[label].rows
    risen = rows[(rows["count"] > 0) & (rows["end"] >= pd.Timestamp(since))]
    columns = ["start", "end", "days", "count", "rate_per_day", "rate_per_day_low", "rate_per_day_high"]
    return risen[columns].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class LaterRises(Finding):
    """The rises of a total after a day."""

    since: pd.Timestamp
    total: int
    rises: int
    attacks: int
    steepest_start: pd.Timestamp
    steepest_end: pd.Timestamp
    steepest: float
    steepest_low: float
    steepest_high: float
    still: tuple[tuple[pd.Timestamp, pd.Timestamp, int], ...]

    def sentence(self) -> str:
        """The last total, the number of rises, and the steepest one."""
        if not self.rises:
            return f"{self.by} the total did not rise from {format_date(self.since)} on."
        steep = (
            f" The steepest, {format_range(self.steepest_start, self.steepest_end)}, has {self.steepest:.2f} "
            f"{self.words.plural} a day (95 % interval {self.steepest_low:.2f} to {self.steepest_high:.2f}); it was "
            "picked after looking."
            if self.rises > 1
            else ""
        )
        return (
            f"{self.by} the total stands at {self.total} on {format_date(self.as_of)}; from {format_date(self.since)} "
            f"on it rose by {self.attacks} in {plural(self.rises, 'interval')}.{steep}"
        )

    def lulls(self) -> str:
        """The long intervals without a rise."""
        if not self.still:
            return ""
        told = join_names(f"{format_range(start, end)} ({days} days)" for start, end, days in self.still)
        return f"It did not rise {told}."

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"{self.counted(self.attacks)} in {plural(self.rises, 'interval')} from {format_date(self.since)} on."


def later_rises_finding(study: Study, label: str, since) -> LaterRises:
    """What a total rose by from a day on."""
    rows = study.definitions[label].rows
    since = pd.Timestamp(since)
    risen = later_rises(study, label, since)
    last = rows.dropna(subset="total").iloc[-1]
    still = zero_intervals(rows[rows["start"] > since])
    still = still[still["days"] >= LONG_DAYS]
    top = risen.loc[risen["rate_per_day"].idxmax()] if len(risen) else None
    nan = float("nan")
    return LaterRises(
        **(study.about_finding(label) | {"as_of": last["end"]}), since=since, total=int(last["total"]),
        rises=len(risen), attacks=int(risen["count"].sum()),
        steepest_start=pd.NaT if top is None else top["start"], steepest_end=pd.NaT if top is None else top["end"],
        steepest=nan if top is None else float(top["rate_per_day"]),
        steepest_low=nan if top is None else float(top["rate_per_day_low"]),
        steepest_high=nan if top is None else float(top["rate_per_day_high"]),
        still=tuple(still[["start", "end", "days"]].itertuples(index=False, name=None)),
    )  # fmt: skip
