"""Which attack was the first after a pause? It depends on what counts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_range, join_names, plural
from analysis.findings.finding import Finding
from analysis.findings.pause_counts import disputed_mark, listed
from analysis.findings.study import Study


@dataclass(frozen=True, kw_only=True)
class FirstAttacks(Finding):
    """How many different days come out as the first attack after a pause."""

    since: pd.Timestamp
    definitions: int
    days: tuple[pd.Timestamp, ...]
    totals: tuple[tuple[str, pd.Timestamp, pd.Timestamp], ...]

    def sentence(self) -> str:
        """The days under the definitions of incidents, then the answer of each total."""
        if not self.days and not self.totals:
            return f"No {self.words.singular} from {format_date(self.since)} on is known."
        said = []
        if self.days:
            listed = join_names(format_date(day, year=False) for day in self.days)
            days = f"{len(self.days)} different days: " if len(self.days) > 1 else ""
            said.append(
                f"Under {plural(self.definitions, 'definition')} of incidents the first {self.words.singular} from "
                f"{format_date(self.since)} on falls on {days}{listed}"
            )
        said += [f"the {name} next rose {format_range(low, high)}" for name, low, high in self.totals]
        text = "; ".join(said)
        return f"{text[0].upper()}{text[1:]}."


def candidates_caption(study: Study, candidates: pd.DataFrame) -> str:
    """The caption of the table of the candidates, in Markdown."""
    return f"**The candidates: {listed(study, candidates)}.**{disputed_mark(study)}"


def first_attacks_finding(study: Study, firsts: pd.DataFrame, since) -> FirstAttacks:
    """The days that `first_attacks` gives."""
    of_totals = firsts["definition"].isin(study.totals)
    days = firsts.loc[~of_totals, "first_low"].dropna().sort_values().unique()
    totals = firsts[of_totals].dropna(subset="first_low")
    return FirstAttacks(
        **study.about_finding(study.primary), since=pd.Timestamp(since), definitions=int((~of_totals).sum()),
        days=tuple(map(pd.Timestamp, days)),
        totals=tuple(totals[["definition", "first_low", "first_high"]].itertuples(index=False, name=None)),
    )  # fmt: skip
