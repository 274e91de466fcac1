"""A dataset seen through a view in a window: what every finding starts from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.charts.text_format import format_range
from analysis.charts.vocabulary import use_vocabulary
from analysis.comparisons.count_series import WHOLE_TABLE, CountSeries, count_series
from analysis.comparisons.onset import middle_day
from analysis.comparisons.sensitivity import changes_by_definition
from analysis.evidence.about import Window
from analysis.evidence.arguments import read_day, require_type
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.views import View, describe_view, select, view_coverage
from analysis.measures.changepoints.changes import Changes
from analysis.measures.coverage import DAY, observed_window
from analysis.measures.gaps import gaps
from analysis.measures.totals import DEFINITION, format_counter, tallies_of_sets, tallies_of_voices

LONG_DAYS = 1500  # of a window, beyond which the dates of changes are asked for near the pause alone
MARGIN_DAYS = 730  # of such a window on each side of the pause
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

    @property
    def again(self) -> pd.Timestamp:
        """The day after the last."""
        return self.end + DAY

    def marks(self) -> dict[pd.Timestamp, str]:
        """The last day before it and the first after it, as charts mark them."""
        return {day: f"{day.day} {day:%B}" for day in (self.eve, self.again)}

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
    def voice_columns(self) -> list[str]:
        """By which column bars are shaded: who confirms, where the table says so of any incident."""
        silent = self.incidents["confirmation"].fillna("unknown").eq("unknown").all()
        return [] if silent else ["confirmation"]

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
        if label == WHOLE_TABLE:
            return "By this table"
        if series.incidents is not None:
            return f"By this table ({label})"
        place = label.partition("totals, ")[2]
        return f"By the {format_counter(series.counter)}'s count" + (f" for {place}" if place else "")

    def view_words(self) -> str:
        """The view in a phrase; a table without claims has rows and no voices."""
        return describe_view(self.dataset, self.view)

    def about_finding(self, label: str) -> dict:
        """What every finding by one definition says about itself."""
        return {"definition": label, "by": self.by(label), "view": self.view_words(), "as_of": self.window[1],
                "words": self.dataset.about}  # fmt: skip

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

    def days_around(self, day: object, margin: int, shown: Iterable = ()) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The days at most `margin` days from a day, and those of `shown` with room beside them, inside the window."""
        middle = pd.Timestamp(read_day(day, "day"))
        room = margin // 4 * DAY
        first = min([middle - margin * DAY, *(each - room for each in shown)])
        last = max([middle + margin * DAY, *(each + room for each in shown)])
        return max(self.window[0], first), min(self.window[1], last)

    def stated_pause(self, last_before: object = "", none_until: object = "", resumed: object = "") -> PauseDays | None:
        """The pause from the day after `last_before` to `none_until`, or to the day before `resumed`.

        What is not given is taken from `pause`; None where that has no days before and after it in the window. Raises
        InputError for given days that do not lie in this order inside the window.
        """
        own = self.pause
        if not (last_before or none_until or resumed):
            return own if own and self.window[0] < own.eve and own.end + DAY < self.window[1] else None
        if own is not None:
            last_before, resumed = last_before or own.eve, resumed or (own.end + DAY if not none_until else "")
        last = {"resumed": resumed} if resumed else {"none_until": none_until}
        self.require_inside(last_before=last_before, **last)
        end = pd.Timestamp(resumed) - DAY if resumed else pd.Timestamp(none_until)
        return PauseDays(pd.Timestamp(last_before) + DAY, end)

    def why_no_pause(self) -> str:
        """Why `stated_pause` has no pause to examine, in one sentence."""
        if self.pause is None:
            return (
                f"This table has no day without {self.dataset.about.plural} between two days with some, so that there "
                "is no pause to examine."
            )
        found = "pause of about.yml" if self.pause.is_given else "longest gap"
        return (
            f"The {found} ({format_range(self.pause.start, self.pause.end)}) does not have two days of the window on "
            f"each side of it, and the window runs {format_range(*self.window)}: no rate can be compared with its own."
        )

    def until(self, end: pd.Timestamp) -> Study:
        """The same study up to a day, or to its own last day if that is earlier."""
        end = min(end, self.window[1])
        view = replace(self.view, end=end.date()) if end < self.window[1] else self.view
        return Study(self.dataset, view, (self.window[0], end))

    def days_to_look(self, pause: PauseDays, look_from: object = "", look_to: object = "") -> tuple[str, str]:
        """The days among which the first incident after a pause is looked for, as ISO days: those given, else from the
        month before that of the last day of the pause to the end of its month."""
        month = pause.end + pd.offsets.MonthEnd(0)
        first = max(pause.start, pause.end - pd.offsets.MonthBegin(2) if pause.end.day > 1 else pause.start)
        first = max(first, self.window[0]) if not look_from else pd.Timestamp(read_day(look_from, "look_from"))
        last = min(max(month, pause.again), self.window[1])
        last = last if not look_to else pd.Timestamp(read_day(look_to, "look_to"))
        return f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"

    def around_pause(self, soon_after: bool = False) -> Study:
        """The same study in the days from which about.yml judges the pause; with `soon_after` as `near_pause`. Days
        that the view itself gives stay; a long window is cut as `cut_to_pause` does."""
        days = self.dataset.about.pause.window if self.dataset.about.pause else Window()
        view = replace(self.view, start=self.view.start or days.start, end=self.view.end or days.end)
        study = self if view == self.view else study_of(self.dataset, view)
        study = study if self.view.start or self.view.end else study.cut_to_pause()
        return study.near_pause() if soon_after and not self.view.end else study

    @property
    def is_long(self) -> bool:
        """Whether the window has too many days for the exact posterior of the changes in it."""
        return (self.window[1] - self.window[0]).days >= LONG_DAYS

    def cut_to_pause(self) -> Study:
        """The same study; of a long window two years on each side of the pause."""
        return self._cut_to_pause

    @cached_property
    def _cut_to_pause(self) -> Study:
        if not self.is_long or self.pause is None:
            return self
        margin = MARGIN_DAYS * DAY
        start, end = max(self.window[0], self.pause.start - margin), min(self.window[1], self.pause.end + margin)
        return Study(self.dataset, replace(self.view, start=start.date(), end=end.date()), (start, end))

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
