"""How many were killed and injured, and who says so?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import format_date, join_names, plural
from analysis.evidence.arguments import require_type
from analysis.evidence.schema import CONFIRMATION
from analysis.findings.finding import Finding
from analysis.findings.study import Study
from analysis.incidents.trace_text import VOICE_NAMES
from analysis.incidents.views import select_values
from analysis.measures.totals import format_counter

KILLED, INJURED = "us_killed", "us_injured"


@dataclass(frozen=True, kw_only=True)
class StatedToll:
    """Casualties as one counter stated them last.

    Parameters
    ----------
    stated_by : str
        Who says so: text of a source.
    killed, injured : int or None
        Running totals; None where not stated.
    as_of : Timestamp
        Day to which the statement counts.
    note : str
        What the coder noted: text.

    Examples
    --------
    >>> StatedToll(stated_by="Pentagon", killed=3, injured=None, as_of=pd.Timestamp("2024-01-28"), note="").killed
    3
    """

    stated_by: str
    killed: int | None
    injured: int | None
    as_of: pd.Timestamp
    note: str

    def sentence(self) -> str:
        """The statement in one sentence."""
        return f"{self.stated_by}: {_toll(self.killed, self.injured)}, to {format_date(self.as_of)}."


@dataclass(frozen=True, kw_only=True)
class ItemisedToll:
    """Casualties of the incidents whose best voice on them is one of a kind.

    Parameters
    ----------
    voice : str
        Who says so, as readers know the kind.
    killed, injured : int
        Sums of the chosen figures.
    injured_low, injured_high : int
        Sums of the lowest and of the highest figures that anybody states for these incidents.
    incidents : int
        Incidents for which a figure is stated, those of 0 included.

    Examples
    --------
    >>> ItemisedToll(voice="monitors", killed=0, injured=1, injured_low=0, injured_high=2, incidents=3).injured
    1
    """

    voice: str
    killed: int
    injured: int
    injured_low: int
    injured_high: int
    incidents: int


@dataclass(frozen=True, kw_only=True)
class StatedDeaths:
    """People killed on all sides, as the rows of a table state them.

    Parameters
    ----------
    deaths, low, high : int
        Sums of the best, lowest and highest figures; where a row has one of them only, that one stands for all.
    incidents : int
        Incidents with a figure, those of 0 included.

    Examples
    --------
    >>> rows = pd.DataFrame({"deaths": [2, None], "deaths_low": [1, None], "deaths_high": [5, None]})
    >>> sum_deaths(rows)
    StatedDeaths(deaths=2, low=1, high=5, incidents=1)
    """

    deaths: int
    low: int
    high: int
    incidents: int


DEATHS = ("deaths", "deaths_low", "deaths_high")


def sum_deaths(incidents: pd.DataFrame) -> StatedDeaths | None:
    """The deaths that incidents state; None where no row has a figure."""
    given = [name for name in DEATHS if name in incidents]
    told = incidents.reindex(columns=list(DEATHS)).apply(pd.to_numeric, errors="coerce")
    told = told[told.notna().any(axis=1)]
    if not given or told.empty:
        return None
    best = told["deaths"].fillna(told["deaths_low"]).fillna(told["deaths_high"])
    low, high = told["deaths_low"].fillna(best), told["deaths_high"].fillna(best)
    return StatedDeaths(deaths=int(best.sum()), low=int(low.sum()), high=int(high.sum()), incidents=len(told))


@dataclass(frozen=True, kw_only=True)
class CasualtyCount(Finding):
    """The dead and injured, by who says so.

    Parameters
    ----------
    stated : tuple of StatedToll
        The last statement of each counter that states casualties, the official counter first; empty where none does.
    itemised : tuple of ItemisedToll
        By the voice of the figures, strongest first; empty where the table has none.
    silent : int
        Incidents for which nobody states a figure: unknown, not none.
    incidents : int
        Incidents of the view.
    plural : str
        What incidents are called.
    people : str
        Who is counted in the figures.
    deaths : StatedDeaths or None
        Killed on all sides, where the rows of the table say so.

    See Also
    --------
    casualties_finding : Makes one.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> casualties_finding(open_study(sets="seeds")).killed
    3
    """

    stated: tuple[StatedToll, ...]
    itemised: tuple[ItemisedToll, ...]
    silent: int
    incidents: int
    plural: str
    people: str
    deaths: StatedDeaths | None = None

    @property
    def killed(self) -> int:
        """Killed in the itemised incidents."""
        return sum(each.killed for each in self.itemised)

    @property
    def injured(self) -> int:
        """Injured in them, by the chosen figures."""
        return sum(each.injured for each in self.itemised)

    def sentence(self) -> str:
        """The itemised sums, and for how many incidents nobody says."""
        if not self.itemised and self.deaths:
            return self._deaths_sentence(self.deaths)
        if not self.itemised:
            return "This table has no figures of people killed or injured: that does not mean none."
        low, high = (sum(getattr(each, name) for each in self.itemised) for name in ("injured_low", "injured_high"))
        return (
            f"The itemised {self.plural} have {self.killed} {self.people} killed and {self.injured} injured "
            f"(lowest figures {low}, highest {high}); for {self.silent:,} of "
            f"{self.incidents:,} nobody gives a figure."
        )

    def _deaths_sentence(self, told: StatedDeaths) -> str:
        span = f" (lowest figures {told.low:,}, highest {told.high:,})" if told.low < told.high else ""
        silent = self.incidents - told.incidents
        rest = f"; for {silent:,} no figure stands" if silent else ""
        return f"{self.counted(told.incidents)} state {told.deaths:,} people killed on all sides{span}{rest}."

    def statements(self) -> str:
        """What the counters stated, each with its day."""
        return " ".join(each.sentence() for each in self.stated)

    def table(self) -> pd.DataFrame:
        """One row for each who says so: who says so, killed, injured, to (day), what it covers."""
        told = [
            {"who says so": each.stated_by, "killed": each.killed, "injured": each.injured, "to": each.as_of,
             "what it covers": "running total"}
            for each in self.stated
        ]  # fmt: skip
        summed = [
            {"who says so": f"{each.voice}, in this table", "killed": each.killed, "injured": each.injured,
             "to": self.as_of, "what it covers": f"{plural(each.incidents, 'incident')} with a figure"}
            for each in self.itemised
        ]  # fmt: skip
        table = pd.DataFrame(told + summed, columns=["who says so", "killed", "injured", "to", "what it covers"])
        return table.astype({"killed": "Int64", "injured": "Int64"})


def casualties_finding(study: Study) -> CasualtyCount:
    """The dead and injured in a study, by who says so.

    Parameters
    ----------
    study : Study
        From `open_study`.

    Returns
    -------
    CasualtyCount
        Stated totals and itemised figures, never added to each other.

    Notes
    -----
    A figure that nobody states is unknown. Statements differ in whom they count; a later one may be lower.

    Examples
    --------
    >>> from analysis.findings.study import open_study
    >>> found = casualties_finding(open_study(sets="seeds"))
    >>> found.killed, found.silent, found.incidents
    (3, 8, 11)
    """
    require_type(study, Study, "study", "what open_study returns")
    incidents = study.incidents
    told = incidents[incidents[[KILLED, INJURED]].notna().any(axis=1)]
    return CasualtyCount(
        definition="killed and injured",
        by="By this table",
        view=study.view_words(),
        as_of=study.window[1],
        stated=_stated(study),
        itemised=tuple(_itemised(_with_voice(study, told), study.dataset.about.officials)),
        silent=len(incidents) - len(told),
        incidents=len(incidents),
        plural=study.dataset.about.plural,
        people=study.dataset.about.people,
        words=study.dataset.about,
        deaths=sum_deaths(incidents),
    )


def _stated(study: Study) -> tuple[StatedToll, ...]:
    """The last statement of each counter in the window, the official counter first; of one day the one that says
    most."""
    tallies = study.tallies
    if tallies.empty:
        return ()
    said = tallies[tallies[[KILLED, INJURED]].notna().any(axis=1) & tallies["as_of"].between(*study.window)]
    said = said.assign(known=said[[KILLED, INJURED]].notna().sum(axis=1), most=said[INJURED].fillna(0))
    last = said.sort_values(["as_of", "known", "most", "tally_id"]).groupby("counter").tail(1)
    first = study.official.counter if study.official else ""
    last = last.sort_values("as_of").sort_values("counter", key=lambda name: name != first, kind="stable")
    return tuple(
        StatedToll(
            stated_by=_name(study, row),
            killed=None if pd.isna(row.us_killed) else int(row.us_killed),
            injured=None if pd.isna(row.us_injured) else int(row.us_injured),
            as_of=row.as_of,
            note="" if pd.isna(row.note) else row.note,
        )
        for row in last.itertuples()
    )


def _name(study: Study, row) -> str:
    """Who states it: of what the press says in its own voice, the outlet."""
    if row.counter == "press" and study.dataset.evidence is not None:
        return study.dataset.evidence.sources.set_index("source_id")["outlet"].get(row.source_id, "press")
    return row.stated_by if pd.notna(row.stated_by) else format_counter(row.counter)


def _with_voice(study: Study, told: pd.DataFrame) -> pd.DataFrame:
    """The incidents with the strongest voice of their figures: of a table without claims, that of the incident."""
    if study.dataset.evidence is None:
        return told.assign(voice=told["confirmation"])
    values = select_values(study.dataset, study.view)
    figures = values[values["field"].isin([KILLED, INJURED])]
    strongest = figures.assign(rank=figures["voice"].map(CONFIRMATION.index)).groupby("incident_id")["rank"].min()
    return told.assign(voice=told["incident_id"].map(strongest).map(dict(enumerate(CONFIRMATION))))


def _itemised(told: pd.DataFrame, officials: str) -> Iterator[ItemisedToll]:
    for level in CONFIRMATION:
        there = told[told["voice"] == level]
        if len(there):
            low, high = there["us_injured_low"].fillna(there[INJURED]), there["us_injured_high"].fillna(there[INJURED])
            yield ItemisedToll(
                voice=officials if level == "us_official" else VOICE_NAMES.get(level, level),
                killed=int(there[KILLED].sum()),
                injured=int(there[INJURED].sum()),
                injured_low=int(low.sum()),
                injured_high=int(high.sum()),
                incidents=len(there),
            )


def _toll(killed: int | None, injured: int | None) -> str:
    parts = [f"{number} {word}" for number, word in ((killed, "killed"), (injured, "injured")) if number is not None]
    return join_names(parts)
