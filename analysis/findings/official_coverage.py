"""How much of an official total is itemised, where more is itemised than it counts, and what nobody wrote about."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.charts.text_format import format_date, format_percent, format_range, join_names
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.views import select
from analysis.measures.capture_recapture import capture_estimates
from analysis.measures.completeness import completeness, completeness_by_country, find_largest_excess
from analysis.measures.coverage import DAY
from analysis.measures.dispersion import dispersion
from analysis.measures.totals import country_shares, format_counter, running_total

DENSE_DAYS = 31  # an interval between two statements that is longer hides too much to speak of its rate


def confirmed_incidents(study: Study) -> pd.DataFrame:
    """The incidents of the study that officials report or confirm; none where the table does not say."""
    return select(study.dataset, replace(study.view, confirmation=("us_official",)), empty_ok=True)


def monthly_coverage(study: Study) -> pd.DataFrame:
    """Itemised incidents beside the official total at its last statement of each month.

    Returns to (day), total, itemised, confirmed (incidents to that day), and share_confirmed: of what the total rose
    by since the row above, the share that officials' incidents make. Empty without an official total.
    """
    columns = ["to", "total", "itemised", "confirmed", "share_confirmed"]
    if study.official is None:
        return pd.DataFrame(columns=columns)
    stated = study.official.rows.dropna(subset="total")
    last = stated.groupby(stated["end"].dt.to_period("M")).tail(1)
    confirmed = confirmed_incidents(study)["date"]
    out = pd.DataFrame({"to": last["end"].to_numpy(), "total": last["total"].astype(int).to_numpy()})
    for name, days in (("itemised", study.incidents["date"]), ("confirmed", confirmed)):
        out[name] = [int((days <= day).sum()) for day in out["to"]]
    steps = out[["total", "confirmed"]].diff().fillna(out[["total", "confirmed"]])
    out["share_confirmed"] = (steps["confirmed"] / steps["total"].where(steps["total"] > 0)).astype(float)
    return out[columns]


@dataclass(frozen=True, kw_only=True)
class OfficialCoverage(Finding):
    """What share of an official total is itemised by incidents that officials confirm."""

    counter: str
    total: int
    confirmed: int
    lowest_share: float
    lowest_start: pd.Timestamp
    lowest_end: pd.Timestamp

    def sentence(self) -> str:
        """The share over all, then where it is lowest."""
        if not self.total:
            return "Nobody states a total beside which the table could be judged."
        lowest = ""
        if self.lowest_share == self.lowest_share:
            lowest = f", and {format_percent(self.lowest_share)} {format_range(self.lowest_start, self.lowest_end)}"
        return (
            f"Incidents that officials confirm make {format_percent(self.confirmed / self.total)} of the "
            f"{self.counter}'s total to {format_date(self.as_of)}{lowest}: where the share is low, short bars do not "
            f"mean few {self.words.plural}."
        )

    def title(self) -> str:
        """The same as the title of a table."""
        return f"Confirmed incidents make {format_percent(self.confirmed / self.total)} of the {self.counter}'s total."


def coverage_finding(study: Study) -> OfficialCoverage:
    """The share of the official total that is itemised, over all and where it is lowest."""
    table = monthly_coverage(study)
    nothing = {"lowest_share": float("nan"), "lowest_start": pd.NaT, "lowest_end": pd.NaT}
    about = study.about_finding(study.primary)
    if table.empty or study.official is None:
        return OfficialCoverage(**about, counter="", total=0, confirmed=0, **nothing)
    last = table.iloc[-1]
    if table["share_confirmed"].notna().any():
        low = table["share_confirmed"].idxmin()
        before = table["to"].shift(fill_value=study.official.rows["start"].min() - DAY)
        nothing = {"lowest_share": float(table.loc[low, "share_confirmed"]), "lowest_start": before[low] + DAY,
                   "lowest_end": table.loc[low, "to"]}  # fmt: skip
    return OfficialCoverage(
        **(about | {"as_of": last["to"]}), counter=format_counter(study.official.counter), total=int(last["total"]),
        confirmed=int(last["confirmed"]), **nothing,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ExcessIntervals(Finding):
    """In how many intervals between two totals more is itemised than the total rose by."""

    excess: int
    intervals: int
    itemised: int
    total: int
    largest_start: pd.Timestamp
    largest_end: pd.Timestamp
    largest_itemised: int
    largest_count: int
    confirmed: int

    def sentence(self) -> str:
        """How often, and the largest excess with the part that officials speak of."""
        if not self.intervals:
            return f"{self.by} no interval can be compared."
        largest = ""
        if self.excess:
            largest = (
                f" The largest excess is {self.largest_itemised} against {self.largest_count} "
                f"{format_range(self.largest_start, self.largest_end)}; officials speak of {self.confirmed} of these."
            )
        return (
            f"{self.by} there are {self.counted(self.total)} to {format_date(self.as_of)}, and this table has "
            f"{self.itemised}; in {self.excess} of {self.intervals} intervals it has more than the total rose by."
            f"{largest}"
        )


def excess_finding(study: Study, label: str) -> ExcessIntervals:
    """Where the view holds more incidents than a total rose by; the total counts one country where it says so."""
    series = study.definitions[label]
    there = study.incidents
    if series.scope != "all":
        there = there[there["country"] == series.scope]
    compared = completeness(there, series.rows)
    last = series.rows.dropna(subset="total").iloc[-1]
    worst = find_largest_excess(compared, there.assign(claims=there["claims"].fillna("")), set(), 1)
    row = worst.iloc[0] if len(worst) else None
    return ExcessIntervals(
        **(study.about_finding(label) | {"as_of": last["end"]}),
        excess=int(compared["has_excess"].sum()), intervals=int(compared["has_excess"].count()),
        itemised=int(there["date"].le(last["end"]).sum()), total=int(last["total"]),
        largest_start=pd.NaT if row is None else row["start"], largest_end=pd.NaT if row is None else row["end"],
        largest_itemised=0 if row is None else int(row["itemised"]),
        largest_count=0 if row is None else int(row["count"]),
        confirmed=0 if row is None else int(row["us_official"]),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TotalRates(Finding):
    """The range of the rates between statements of a total, and how much the counts vary."""

    intervals: int
    lowest: float
    highest: float
    phi: float

    def sentence(self) -> str:
        """Lowest and highest rate of the short intervals."""
        return (
            f"{self.by} the rate ran from {self.lowest:.2f} to {self.highest:.1f} {self.words.plural} a day in "
            f"{self.intervals} intervals of at most {DENSE_DAYS} days; the counts vary {self.phi:.1f} times "
            "as much as those of one steady rate."
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"{self.by} the rate ran from {self.lowest:.2f} to {self.highest:.1f} {self.words.plural} a day."


def total_rates_finding(study: Study, label: str) -> TotalRates:
    """The rates of a total in its short intervals."""
    rows = study.definitions[label].rows
    dense = rows[(rows["days"] <= DENSE_DAYS) & rows["count"].notna()]
    return TotalRates(
        **study.about_finding(label), intervals=len(dense), lowest=float(dense["rate_per_day"].min()),
        highest=float(dense["rate_per_day"].max()), phi=dispersion(dense.assign(covered_days=dense["days"])),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CountryCoverage(Finding):
    """What is itemised and what was counted in each country, at the last total that is split."""

    to: pd.Timestamp
    countries: tuple[tuple[str, int, int, int, int], ...]

    def sentence(self) -> str:
        """Itemised against counted for each country."""
        if not self.countries:
            return "No total that is split by country reaches into this view."
        pairs = [f"{country} {itemised} against {total}" for country, itemised, total, _, _ in self.countries]
        return f"To {format_date(self.to)}, itemised against counted: {join_names(pairs)}."

    def excess(self) -> str:
        """In how many intervals of each country more is itemised than counted."""
        pairs = [f"{excess} of {intervals} in {country}" for country, _, _, excess, intervals in self.countries]
        if not pairs:
            return ""
        return f"The intervals in which more is itemised than the country's part rose by: {join_names(pairs)}."


def country_finding(study: Study) -> CountryCoverage:
    """Itemised and counted attacks by country."""
    about = study.about_finding(study.primary)
    running = _split_total(study)
    parts = country_shares(running) if len(running) else pd.DataFrame(columns=["as_of"])
    parts = parts[parts["as_of"] <= study.window[1]]
    if parts.empty:
        return CountryCoverage(**about, to=pd.NaT, countries=())
    to = parts["as_of"].max()
    clash = completeness_by_country(study.incidents, running, until=study.window[1]).groupby("country")["has_excess"]
    excess, known = clash.sum(), clash.count()
    there = study.incidents.loc[study.incidents["date"].le(to), "country"].value_counts()
    counted = [
        (name, int(there.get(name, 0)), int(row.total), int(excess.get(name, 0)), int(known.get(name, 0)))
        for row in parts[parts["as_of"] == to].itertuples()
        for name in [row.country.capitalize()]
    ]
    return CountryCoverage(**about, to=to, countries=tuple(counted))


def monthly_country_shares(study: Study) -> pd.DataFrame:
    """Share of each country in the official total and among the itemised incidents, at the last split total of each
    month: to (day), and two columns for each country. Empty where no total is split."""
    running = _split_total(study)
    parts = country_shares(running) if len(running) else pd.DataFrame(columns=["as_of"])
    parts = parts[parts["as_of"] <= study.window[1]]
    if parts.empty:
        return pd.DataFrame(columns=["to"])
    ends = parts.groupby(parts["as_of"].dt.to_period("M"))["as_of"].max()
    wide = parts[parts["as_of"].isin(ends)].pivot(index="as_of", columns="country", values="share")
    days, country = study.incidents["date"], study.incidents["country"]
    ours = pd.DataFrame(
        {name: [int((country.eq(name.capitalize()) & days.le(day)).sum()) for day in wide.index] for name in wide},
        index=wide.index,
    )
    ours = ours.div(ours.sum(axis=1), axis=0)
    out = pd.DataFrame({"to": wide.index})
    for name in wide:
        out[f"{name.capitalize()}, counted"] = wide[name].map(format_percent).to_numpy()
        out[f"{name.capitalize()}, itemised"] = ours[name].map(format_percent).to_numpy()
    return out


def _split_total(study: Study) -> pd.DataFrame:
    if study.official is None:
        return pd.DataFrame()
    return running_total(study.tallies, study.official.counter, study.official.scope)


@dataclass(frozen=True, kw_only=True)
class UnreportedAttacks(Finding):
    """How many attacks the reports suggest beyond those that are itemised, by capture and recapture."""

    start: pd.Timestamp
    end: pd.Timestamp
    itemised: int
    estimates: pd.DataFrame

    def sentence(self) -> str:
        """The range of the estimates beside what is itemised."""
        if self.estimates.empty:
            return f"This evidence does not allow an estimate of how many {self.words.plural} nobody wrote about."
        low, high = self.estimates["estimate"].min(), self.estimates["estimate"].max()
        return (
            f"The table has {self.counted(self.itemised)} {format_range(self.start, self.end)}, on days searched at "
            f"least by week; estimates from the overlap of reports lie between {low:.0f} and {high:.0f}."
        )


def capture_finding(study: Study) -> UnreportedAttacks:
    """Estimates of the number of attacks on the days that were searched at least by week."""
    about = study.about_finding(next(iter(study.itemised)))
    dense = study.coverage[study.coverage["density"].isin(["days", "weeks"])]
    if study.dataset.evidence is None or dense.empty:
        return UnreportedAttacks(**about, start=pd.NaT, end=pd.NaT, itemised=0, estimates=pd.DataFrame())
    start, end = max(study.window[0], dense["start"].min()), min(study.window[1], dense["end"].max())
    searched = study.incidents[study.incidents["date"].between(start, end)]
    estimates = capture_estimates(searched, claims_of_incidents(study.dataset, searched))
    return UnreportedAttacks(**about, start=start, end=end, itemised=len(searched), estimates=estimates)
