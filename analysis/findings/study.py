"""A dataset seen through a view in a window: what every finding starts from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.charts.vocabulary import use_vocabulary
from analysis.comparisons.count_series import CountSeries, count_series
from analysis.comparisons.onset import middle_day
from analysis.comparisons.sensitivity import changes_by_definition
from analysis.evidence.arguments import read_day, require_type
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.views import View, select, view_coverage
from analysis.measures.changepoints.changes import Changes
from analysis.measures.coverage import DAY, observed_window
from analysis.measures.gaps import gaps
from analysis.measures.totals import DEFINITION, format_counter, tallies_of_sets, tallies_of_voices

MONTHS_AFTER = 2  # whole months after a pause that the question of its start looks at


@dataclass(frozen=True)
class PauseDays:
    """The days of a pause, inclusive.

    Parameters
    ----------
    start, end : Timestamp
        First and last day.
    is_given : bool
        Whether somebody states it; else it is the longest gap, found by looking.

    Examples
    --------
    >>> PauseDays(pd.Timestamp("2024-02-05"), pd.Timestamp("2024-04-20")).days
    76
    """

    start: pd.Timestamp
    end: pd.Timestamp
    is_given: bool = True

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    @property
    def day(self) -> pd.Timedelta:
        """One day, to step from its ends."""
        return DAY

    @property
    def eve(self) -> pd.Timestamp:
        """The day before the first."""
        return self.start - DAY

    def marks(self) -> dict[pd.Timestamp, str]:
        """The last day before it and the first after it, as charts mark them."""
        return {day: f"{day.day} {day:%B}" for day in (self.eve, self.end + DAY)}

    @property
    def middle(self) -> pd.Timestamp:
        """The day in the middle."""
        return middle_day(self.start, self.end)


@dataclass(frozen=True, eq=False)
class Study:
    """A dataset seen through a view in a window. What is slow is computed when it is asked for first.

    Parameters
    ----------
    dataset : Dataset
        From `open_folder`.
    view : View
        Which evidence counts.
    window : tuple of two Timestamps
        First and last day, inclusive.

    See Also
    --------
    open_study : Makes one.

    Examples
    --------
    >>> study = open_study(start="2023-10-17", end="2024-06-30")
    >>> study.primary, study.official.n
    ('Pentagon totals', 172)
    """

    dataset: Dataset
    view: View
    window: tuple[pd.Timestamp, pd.Timestamp]
    _posteriors: dict[str, Changes] = field(default_factory=dict, repr=False)

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """The incidents that the view counts."""
        return select(self.dataset, self.view)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Rows of coverage.csv that say when somebody looked for them."""
        return view_coverage(self.dataset, self.view)

    @cached_property
    def definitions(self) -> dict[str, CountSeries]:
        """One count series for each definition inside the view; totals first."""
        return count_series(self.dataset, self.view, self.window)

    @property
    def totals(self) -> dict[str, CountSeries]:
        """The definitions that are running totals."""
        return {label: each for label, each in self.definitions.items() if each.incidents is None}

    @property
    def itemised(self) -> dict[str, CountSeries]:
        """The definitions that count incidents."""
        return {label: each for label, each in self.definitions.items() if each.incidents is not None}

    @property
    def official(self) -> CountSeries | None:
        """The running total of all countries that is stated most often; None where nobody states one."""
        return next((each for each in self.totals.values() if each.scope == "all"), None)

    @property
    def primary(self) -> str:
        """Label of the definition that answers first: the official total, else another total, else the view's own."""
        first = self.official or next(iter(self.definitions.values()))
        return first.label

    @property
    def tallies(self) -> pd.DataFrame:
        """The statements of totals of the view's evidence sets and voices."""
        return tallies_of_voices(tallies_of_sets(self.dataset.tallies, self.view.sets), self.view.confirmation)

    @property
    def is_thin(self) -> bool:
        """Whether somebody declares when the table was searched, and no period was searched day by day."""
        return len(self.coverage) > 0 and not self.coverage["density"].eq("days").any()

    @property
    def noun(self) -> str:
        """What one incident is called, as about.yml says."""
        return self.dataset.about.singular

    @cached_property
    def pause(self) -> PauseDays | None:
        """The pause that about.yml states, else the longest gap of the view; None where there is no gap."""
        stated = self.dataset.about.pause
        if stated:
            return PauseDays(pd.Timestamp(stated.start), pd.Timestamp(stated.end))
        found = gaps(self.incidents, self.window, coverage=self.coverage)
        found = found[~found["is_censored"]]
        return None if found.empty else PauseDays(found["start"].iloc[0], found["end"].iloc[0], is_given=False)

    def define(self, label: str) -> str:
        """What a definition counts, in a phrase."""
        series = self.definitions[label]
        if series.incidents is not None:
            return f"itemised {self.dataset.about.plural}: {label}"
        said = DEFINITION | self.dataset.about.counters
        return said.get(series.counter, f"{self.dataset.about.plural} by its own count")

    def by(self, label: str) -> str:
        """Whose count a definition is, as the beginning of a sentence."""
        series = self.definitions[label]
        if series.incidents is not None:
            return f"By this table ({label})"
        place = label.partition("totals, ")[2]
        return f"By the {format_counter(series.counter)}'s count" + (f" for {place}" if place else "")

    def about_finding(self, label: str) -> dict:
        """What every finding by one definition says about itself."""
        return {"definition": label, "by": self.by(label), "view": self.view.words(), "as_of": self.window[1]}

    def caption(self) -> dict:
        """What `format_caption` must say of a figure of the view's incidents, but its finding and its definition."""
        return {"counter": f"itemised {self.dataset.about.plural}", "n": len(self.incidents), "as_of": self.window[1]}

    def posterior(self, label: str) -> Changes:
        """The posterior of the changes of the rate under one definition."""
        if label not in self._posteriors:
            self._posteriors.update(changes_by_definition({label: self.definitions[label]}))
        return self._posteriors[label]

    @property
    def posteriors(self) -> dict[str, Changes]:
        """The posterior under every definition."""
        return {label: self.posterior(label) for label in self.definitions}

    def days_around(self, day: object, margin: int) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The days of the window that lie at most `margin` days from a day."""
        middle = pd.Timestamp(read_day(day, "day"))
        return max(self.window[0], middle - margin * DAY), min(self.window[1], middle + margin * DAY)

    def stated_pause(self, last_before, none_until=None, resumed=None) -> PauseDays:
        """The pause from the day after `last_before` to `none_until`, or to the day before `resumed`. Raises InputError
        for days that do not lie in this order inside the window."""
        last = {"none_until": none_until} if resumed is None else {"resumed": resumed}
        self.require_inside(last_before=last_before, **last)
        end = pd.Timestamp(none_until) if resumed is None else pd.Timestamp(resumed) - DAY
        return PauseDays(pd.Timestamp(last_before) + DAY, end)

    def until(self, end: pd.Timestamp) -> Study:
        """The same study up to a day, or to its own last day if that is earlier."""
        end = min(end, self.window[1])
        view = replace(self.view, end=end.date()) if end < self.window[1] else self.view
        return Study(self.dataset, view, (self.window[0], end))

    def near_pause(self) -> Study:
        """The same study up to the end of the second whole month after the pause: the window of its start."""
        return self._near_pause

    @cached_property
    def _near_pause(self) -> Study:
        if self.pause is None:
            return self
        return self.until(self.pause.end + pd.offsets.MonthEnd(1 + MONTHS_AFTER))

    def require_inside(self, **days: object) -> None:
        """Raise InputError unless the days, by the name of their parameter, lie in this order inside the window."""
        first, last = self.window
        asked = {name: pd.Timestamp(read_day(day, name)) for name, day in days.items()}
        order = [first, *asked.values(), last]
        if any(a >= b for a, b in zip(order, order[1:], strict=False)):
            given = " and ".join(f"{name} ({day:%Y-%m-%d})" for name, day in asked.items())
            raise InputError(f"{given} must lie in this order inside the window ({first:%Y-%m-%d} to {last:%Y-%m-%d})")


def open_study(
    folder: str | Path = "",
    *,
    sets: str | Iterable[str] = (),
    confirmation: str | Iterable[str] = (),
    countries: str | Iterable[str] = (),
    start: str | date | None = None,
    end: str | date | None = None,
) -> Study:
    """Open a folder and look at it through a view.

    Parameters
    ----------
    folder : str or Path, optional
        The folder; this repository by default.
    sets, confirmation, countries : str or iterable of str, optional
        As for `View`.
    start, end : day, optional
        First and last day, inclusive. Where not given: the window of about.yml, else as far as somebody looked.

    Returns
    -------
    Study
        What the functions of `findings` take.

    Raises
    ------
    InputError
        As `open_folder`, `View` and `select` do.

    See Also
    --------
    open_folder : The dataset alone.
    View : More ways to say which evidence counts.

    Examples
    --------
    >>> import analysis as a
    >>> study = a.open_study(confirmation="us_official", end="2024-06-30")
    >>> len(study.incidents)
    100
    """
    dataset = open_folder(folder)
    use_vocabulary(dataset.about)
    return study_of(dataset, View(sets=sets, confirmation=confirmation, countries=countries, start=start, end=end))


def study_of(dataset: Dataset, view: View) -> Study:
    """The study of a dataset through a view, in the view's window; where the view has none, in that of about.yml, else
    as far as somebody looked."""
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    require_type(view, View, "view", "a View, such as View(countries='Syria')")
    about = dataset.about.window
    asked = view.start or about.start, view.end or about.end
    return Study(dataset, view, observed_window(select(dataset, view), asked, view_coverage(dataset, view)))
