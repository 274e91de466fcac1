"""How far definitions move a level, and how far they move the date of a change, beside the error within one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, plural
from analysis.comparisons.period_rates import period_rates
from analysis.findings.finding import Finding
from analysis.findings.pause_onset import PauseOnset
from analysis.findings.study import Study
from analysis.measures.coverage import DAY
from analysis.measures.rates import rate


@dataclass(frozen=True, kw_only=True)
class LevelSpread(Finding):
    """The rate before the pause by the lowest and the highest definition, beside the widest interval of one."""

    definitions: int
    lowest: float
    highest: float
    lowest_definition: str
    highest_definition: str
    widest_factor: float

    @property
    def factor(self) -> float:
        """Highest over lowest rate."""
        return self.highest / self.lowest if self.lowest else float("nan")

    def sentence(self) -> str:
        """The factor between definitions, and the factor of an interval."""
        if not self.definitions:
            return "No definition was searched closely enough to compare levels."
        if self.definitions == 1:
            return "There is one definition only: nothing says how far another one would move the rate."
        return (
            f"The rate up to {format_date(self.as_of)} runs from {self.lowest:.2f} a day ({self.lowest_definition}) to "
            f"{self.highest:.2f} ({self.highest_definition}), a factor of {self.factor:.1f}; the 95 % interval of one "
            f"definition, allowing for clustering, spans a factor of {self.widest_factor:.1f} at most."
        )


def level_spread(study: Study) -> LevelSpread:
    """How far the definitions of a study lie apart in the rate before the pause; thinly searched ones are left out."""
    eve = study.pause.eve if study.pause else study.window[1]
    dense = {label: each for label, each in study.definitions.items() if not each.is_thinly_covered}
    rates = period_rates(dense, {"before": (study.window[0], eve)})
    rates = rates[rates["count"] > 0]
    about = study.about_finding(study.primary) | {"as_of": eve}
    if rates.empty:
        nan = float("nan")
        return LevelSpread(**about, definitions=0, lowest=nan, highest=nan, lowest_definition="",
                           highest_definition="", widest_factor=nan)  # fmt: skip
    low, high = rates.loc[rates["rate_per_day"].idxmin()], rates.loc[rates["rate_per_day"].idxmax()]
    factors = []
    for row in rates.itertuples():
        phi = max(study.posterior(row.definition).phi, 1.0)
        limits = rate(int(row.count), int(row.covered_days), phi=phi).interval()
        factors.append(limits.high / limits.low if limits.low else float("inf"))
    return LevelSpread(
        **about, definitions=len(rates), lowest=float(low["rate_per_day"]), highest=float(high["rate_per_day"]),
        lowest_definition=low["definition"], highest_definition=high["definition"], widest_factor=max(factors),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OnsetSpread(Finding):
    """The dates at which definitions put the start of the pause, beside the 95 % sets of single ones."""

    definitions: int
    announced: int
    earliest: pd.Timestamp
    latest: pd.Timestamp
    shortest_set: int
    longest_set: int

    @property
    def days(self) -> int:
        """Days from the earliest to the latest date, both included; 0 where none is announced."""
        return (self.latest - self.earliest) // DAY + 1 if self.announced else 0

    def sentence(self) -> str:
        """How many announce a fall, the span of their dates, the span of a set."""
        if not self.announced:
            one = "The one definition does not announce a fall."
            return one if self.definitions == 1 else f"None of {self.definitions:,} definitions announces a fall."
        if self.announced == 1:
            one = "The one definition" if self.definitions == 1 else f"One of {self.definitions:,} definitions"
            return (
                f"{one} announces a fall, on {format_date(self.earliest)}; "
                f"its 95 % set has {plural(self.shortest_set, 'day')}."
            )
        return (
            f"{self.announced} of {plural(self.definitions, 'definition')} announce a fall and date it from "
            f"{format_date(self.earliest)} to {format_date(self.latest)}, within {plural(self.days, 'day')}; the 95 % "
            f"set of one definition has {self.shortest_set} to {self.longest_set} days."
        )

    def verdict(self) -> str:
        """Whether the definitions or the error within one of them moves the date more."""
        if self.announced < 2:
            return ""
        if self.shortest_set >= self.days:
            return "For the date, the uncertainty within one definition is larger than the difference between them."
        if self.longest_set > self.days:
            return "For the date, the uncertainty within some definitions is larger than the difference between them."
        return "For the date, the difference between definitions is larger than the uncertainty within one of them."

    def title(self) -> str:
        """The same as the title of a chart."""
        verb = "announces" if self.announced == 1 else "announce"
        return f"{self.announced} of {plural(self.definitions, 'definition')} {verb} a fall."


def onset_spread(study: Study, onsets: Sequence[PauseOnset]) -> OnsetSpread:
    """How far the announced falls of several definitions lie apart; `onsets` from `pause_finding`."""
    falls = [each for each in onsets if each.is_fall]
    return OnsetSpread(
        **study.about_finding(study.primary), definitions=len(onsets), announced=len(falls),
        earliest=min((each.day for each in falls), default=pd.NaT),
        latest=max((each.day for each in falls), default=pd.NaT),
        shortest_set=min((each.set_days for each in falls), default=0),
        longest_set=max((each.set_days for each in falls), default=0),
    )  # fmt: skip
