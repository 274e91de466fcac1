"""How the attacks lie in time and place: the fullest period, the spread of the counts, the days, the places."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, format_percent, format_range, format_value, plural
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.measures.changepoints.changes import changes
from analysis.measures.dispersion import add_overdispersed_intervals, dispersion, is_overdispersed

SILENT = ("other", "not stated")
# Columns by which the counts are drawn once more, with the number of values that get a panel of their own.
SPLITS = {"country": 7, "weapon": 3, "event_type": 5, "side_a": 5, "side_b": 5}


MOST_BARS = 400  # of a chart; more are thinner than a line
PANEL_BARS = 160  # of one of several panels
TABLE_ROWS = 132  # of a table: three pages
PERIOD_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91}


def readable_period(study: Study, every: str, most: int = MOST_BARS) -> str:
    """The period asked for, or the next longer one of which the window has no more than `most`.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> readable_period(open_study(), "week"), readable_period(open_study(), "day")
    ('week', 'week')
    """
    days = (study.window[1] - study.window[0]).days + 1
    length = PERIOD_DAYS[every] if every in PERIOD_DAYS else int(every.split()[0])
    if days <= most * length:
        return every
    return next((name for name, each in PERIOD_DAYS.items() if each > length and days <= most * each), "quarter")


@dataclass(frozen=True, kw_only=True)
class FullestPeriod(Finding):
    """The period with most attacks, and how many have none."""

    every: str
    start: pd.Timestamp
    end: pd.Timestamp
    count: int
    periods: int
    empty: int
    thin_empty: int
    noun: str

    def sentence(self) -> str:
        """The fullest period, then the empty ones."""
        thin = f", {self.thin_empty} of them searched only by week or more rarely" if self.thin_empty else ""
        return (
            f"The most {self.noun} in one {self.every} are {self.count}, {format_range(self.start, self.end)}; "
            f"{self.empty} of {self.periods} periods have none{thin}."
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"At most {self.counted(self.count)} in a {self.every}; none in {self.empty} of {self.periods}."


def period_finding(study: Study, counts: pd.DataFrame, every: str) -> FullestPeriod:
    """The fullest period of what `count` returns without `by`."""
    number = counts["count"].astype("Float64").fillna(-1).astype(float)
    top = counts.loc[number.idxmax()]
    empty = counts["count"].eq(0).fillna(False)
    thin = empty & (counts["sparse_days"] + counts["weekly_days"] > 0)
    return FullestPeriod(
        **study.about_finding(next(iter(study.itemised))), every=every, start=top["start"], end=top["end"],
        count=int(top["count"]), periods=len(counts), empty=int(empty.sum()), thin_empty=int(thin.sum()),
        noun=study.dataset.about.plural,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CountSpread(Finding):
    """How much more counts vary than those of a steady Poisson rate: over the whole window, and within segments."""

    every: str
    phi: float
    phi_within: float
    within: str
    is_more: bool

    def sentence(self) -> str:
        """Both ratios, and what the first one says."""
        if self.phi != self.phi:
            return f"Too few whole periods were searched closely to say how the counts per {self.every} vary."
        verdict = "one rate does not describe them" if self.is_more else "one steady rate can do that by chance"
        return (
            f"The counts per {self.every} vary {self.phi:.1f} times as much as those of one steady rate: {verdict}. "
            f"{self.within} still vary {self.phi_within:.1f} times as much."
        )


def months_allowing_for_clustering(months: pd.DataFrame, spread: CountSpread) -> pd.DataFrame:
    """What `count` returns by month, with intervals for counts that vary as much as the spread says."""
    return add_overdispersed_intervals(months, max(spread.phi_within, 1.0))


def spread_finding(study: Study, counts: pd.DataFrame, every: str) -> CountSpread:
    """The spread of what `count` returns without `by`; only whole periods that somebody searched count."""
    whole = counts[counts["is_complete"] & (counts["covered_days"] > 0)]
    phi = float("nan") if study.is_thin else dispersion(whole)
    return CountSpread(
        **study.about_finding(next(iter(study.itemised))), every=every, phi=phi, is_more=is_overdispersed(whole),
        **_variation_within(study, counts, whole),
    )  # fmt: skip


def _variation_within(study: Study, counts: pd.DataFrame, whole: pd.DataFrame) -> dict:
    """How counts vary where the rate is more or less one: between its changes or, in a long window, within years."""
    if study.is_long:
        years = [each for _, each in whole.groupby(whole["start"].dt.year) if len(each) > 1 and each["count"].sum()]
        ratios = pd.Series([dispersion(each) for each in years], dtype=float)
        freedom = pd.Series([len(each) - 1 for each in years], dtype=float)
        pooled = float((ratios * freedom).sum() / freedom.sum()) if len(years) else float("nan")
        return {"phi_within": pooled, "within": "Within calendar years they"}
    found = changes(counts.assign(exposure=counts["covered_days"]), max_changes=4, inside_rows=False)
    return {"phi_within": found.phi, "within": "Between changes of the rate, counts of two weeks"}


@dataclass(frozen=True, kw_only=True)
class AttackDays(Finding):
    """On how many days attacks are known, and what the other days say."""

    days: int
    with_attacks: int
    most: int
    most_on: pd.Timestamp
    most_certain: int
    empty: int
    thin_empty: int
    unsearched: int
    noun: str

    def sentence(self) -> str:
        """Days with attacks, the fullest day, and the empty days that were searched thinly."""
        ranges = self.most_certain < self.most
        certain = f"; {self.most_certain} of them are certain to that day" if ranges else ""
        said = (
            f"{self.noun.capitalize()} are known on {self.with_attacks:,} of {self.days:,} days, at most {self.most} "
            f"on one ({format_date(self.most_on)}{certain})"
        )
        if self.thin_empty:
            said += f"; of {plural(self.empty, 'day')} without any, {self.thin_empty:,} were searched thinly"
        if self.unsearched:
            said += f"; on {plural(self.unsearched, 'day')} nobody searched"
        return f"{said}."

    def title(self) -> str:
        """The same as the title of a chart."""
        return f"{self.noun.capitalize()} on {self.with_attacks:,} of {self.days:,} days, at most {self.most} on one."


def day_finding(study: Study, days: pd.DataFrame) -> AttackDays:
    """The days of what `count` returns by day."""
    none = days["count"].eq(0).fillna(False)
    top = days.loc[days["count"].astype("Float64").fillna(-1).astype(float).idxmax()]
    return AttackDays(
        **study.about_finding(next(iter(study.itemised))), days=len(days),
        with_attacks=int(days["count"].gt(0).fillna(False).sum()), most=int(top["count"]), most_on=top["start"],
        most_certain=int(top["count_low"]),
        empty=int(none.sum()), thin_empty=int((none & (days["sparse_days"] + days["weekly_days"] > 0)).sum()),
        unsearched=int(days["count"].isna().sum()), noun=study.dataset.about.plural,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlaceShares(Finding):
    """How concentrated the attacks are on few places."""

    places: int
    top: tuple[str, ...]
    in_top: int
    nowhere: int
    incidents: int
    noun: str
    cells: int = 0  # of a grid, where there are too many places for a map; 0: each place stands for itself

    def sentence(self) -> str:
        """The share of the places named most often, and what cannot be placed."""
        if not self.places:
            return "No incident of this table has a known point, so that there is no map."
        nowhere = f" For {self.nowhere:,} no point is known." if self.nowhere else ""
        if self.cells:
            return (
                f"{self.places:,} places with a known point are too many for a map, which shows {self.cells:,} cells "
                f"of a grid; the {len(self.top)} fullest cells have {self.in_top:,} of {self.incidents:,} {self.noun} "
                f"({format_percent(self.in_top / self.incidents)}).{nowhere}"
            )
        return (
            f"{plural(self.places, 'place')} with a known point {'is' if self.places == 1 else 'are'} named; the "
            f"{len(self.top)} named most often have {self.in_top:,} of {self.incidents:,} {self.noun} "
            f"({format_percent(self.in_top / self.incidents)}).{nowhere}"
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        if len(self.top) < 3:
            return f"The {self.noun} lie at {plural(self.places, 'place')}."
        kind = "cells of a grid" if self.cells else "places"
        return f"Three {kind} have {format_percent(self.in_top / self.incidents)} of the {self.noun}."


def place_finding(study: Study, places: pd.DataFrame) -> PlaceShares:
    """The places of what `by_place` returns."""
    known = places[places["latitude"].notna()]
    top, places_known = known.nlargest(3, "count"), int(known["places"].sum())
    return PlaceShares(
        **study.about_finding(next(iter(study.itemised))), places=places_known,
        cells=len(known) if places_known > len(known) else 0, top=tuple(map(str, top["place"])),
        in_top=int(top["count"].sum()), nowhere=len(study.incidents) - int(known["count"].sum()),
        incidents=len(study.incidents), noun=study.dataset.about.plural,
    )  # fmt: skip


def _column_words(column: str) -> str:
    return {"side_a": "side A", "side_b": "side B"}.get(column, column.replace("_", " "))


@dataclass(frozen=True, kw_only=True)
class NamedGroup(Finding):
    """Which value of a column is named most often."""

    by_column: str
    name: str
    count: int
    silent: int
    incidents: int
    groups: int
    noun: str

    def sentence(self) -> str:
        """The value named most often, and how many incidents name none."""
        silent = f"; {self.silent:,} name none" if self.silent else ""
        return (
            f"The {_column_words(self.by_column)} named most often is {self.name}, in "
            f"{self.count:,} of {self.incidents:,} {self.noun} ({format_percent(self.count / self.incidents)}){silent}."
        )

    def title(self) -> str:
        """The same as the title of a chart."""
        share = format_percent(self.count / self.incidents)
        return f"The most frequent {_column_words(self.by_column)} is {self.name}, in {share} of the {self.noun}."


def group_finding(study: Study, groups: pd.DataFrame, column: str) -> NamedGroup:
    """The value of a column that incidents name most often; `groups` as `lump_categories` returns them."""
    sizes = groups[column].value_counts()
    named = sizes.drop(list(SILENT), errors="ignore")
    return NamedGroup(
        **study.about_finding(next(iter(study.itemised))), by_column=column,
        name=format_value(named.idxmax()) if len(named) else "none", count=int(named.max()) if len(named) else 0,
        silent=int(sizes.get("not stated", 0)), incidents=len(groups), groups=len(sizes),
        noun=study.dataset.about.plural,
    )  # fmt: skip


def columns_to_split(study: Study) -> dict[str, int]:
    """The columns of SPLITS that name at least two values in the incidents of a study."""
    named = {name: most for name, most in SPLITS.items() if name in study.incidents}
    return {name: most for name, most in named.items() if study.incidents[name].nunique() > 1}


def places_named(study: Study, most: int = 15) -> pd.DataFrame:
    """The places named most often: country, place, number (under the plural of about.yml), first, last (days),
    confirmed by officials (where the table has claims). `most` rows at most."""
    named = study.incidents.assign(
        place=study.incidents["place"].fillna("not named"),
        country=study.incidents["country"].fillna("not said"),
        official=study.incidents["confirmation"] == "us_official",
    )
    noun = study.dataset.about.plural
    sums = {noun: ("incident_id", "size"), "first": ("date", "min"), "last": ("date", "max")}
    if study.dataset.evidence is not None:
        sums["confirmed by officials"] = ("official", "sum")
    table = named.groupby(["country", "place"]).agg(**sums).reset_index()
    return table.sort_values([noun, "place"], ascending=[False, True], ignore_index=True).head(most)
