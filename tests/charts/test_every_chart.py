"""Every chart describes itself: range and finding, from its data, whatever the data are."""

from importlib import import_module
from inspect import isfunction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analysis.charts
from analysis.charts import text_format
from analysis.charts.alt_text import cumulative_alt, frequency_alt, gap_strip_alt, step_rates_alt
from analysis.charts.base_map import map_alt
from analysis.charts.calendar import calendar_alt
from analysis.charts.change_posterior import change_posterior_alt
from analysis.charts.onset_dots import onset_alt
from analysis.charts.origins_per_incident import origins_per_incident_alt
from analysis.charts.pause_charts import pause_timeline_alt
from analysis.charts.rates_and_posterior import rates_and_posterior_alt
from analysis.charts.small_multiples import small_multiples_alt
from analysis.measures.frequency import count, cumulative
from analysis.measures.gaps import gaps
from analysis.measures.place_counts import by_place
from analysis.measures.rates import rate_interval

WINDOW = (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-31"))


def incidents(number: int, seed: int) -> pd.DataFrame:
    """Incidents of a made-up window, other ones for another seed."""
    draw = np.random.default_rng(seed)
    days = pd.to_datetime("2024-01-01") + pd.to_timedelta(np.sort(draw.integers(0, 60, number)), unit="D")
    place = draw.choice(["alpha", "bravo", "charlie"], number)
    frame = pd.DataFrame({"date": days, "date_start": days, "date_end": days, "place_id": place, "place": place})
    return frame.assign(incident_id=[f"i{each}" for each in range(number)], country="Iraq", confirmation="monitor",
                        latitude=33.0 + draw.integers(0, 3, number), longitude=44.0,
                        n_origins=pd.array(draw.integers(1, 9, number), dtype="Int64"))  # fmt: skip


def intervals(frame: pd.DataFrame) -> pd.DataFrame:
    weeks = count(frame, "week", window=WINDOW)[["start", "end", "days", "count"]]
    rate, low, high = rate_interval(weeks["count"], weeks["days"])
    return weeks.assign(rate_per_day=rate, rate_per_day_low=low, rate_per_day_high=high)


def posterior(frame: pd.DataFrame) -> pd.DataFrame:
    days = count(frame, "day", window=WINDOW)
    return pd.DataFrame({"day": days["start"], "probability": days["count"].astype(float) / max(len(frame), 1)})


def onsets(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"definition": "all", "day": frame["date"].iloc[:1], "day_low": frame["date"].iloc[:1],
                         "day_high": frame["date"].iloc[-1:].to_numpy()[:1], "is_announced": True})  # fmt: skip


def longest(frame: pd.DataFrame) -> dict:
    return {"all": gaps(frame, WINDOW).iloc[0] if len(frame) else None}


# Chart module -> its words for some incidents, and whether they name a range of days.
SAID = {
    "rates_and_posterior": lambda frame: rates_and_posterior_alt(intervals(frame), "Pentagon", posterior(frame)),
    "base_map": lambda frame: map_alt(by_place(frame)),
    "calendar": lambda frame: calendar_alt(count(frame, "day", window=WINDOW)),
    "year_months": lambda frame: calendar_alt(count(frame, "day", window=WINDOW)),  # the calendar of decades
    "change_posterior": lambda frame: change_posterior_alt(posterior(frame)),
    "cumulative": lambda frame: cumulative_alt({"ours": cumulative(frame, WINDOW)}, WINDOW),
    "frequency_bars": lambda frame: frequency_alt(count(frame, "week", by=["confirmation"], window=WINDOW)),
    "gap_strip": lambda frame: gap_strip_alt(longest(frame), WINDOW),
    "rates_between_totals": lambda frame: step_rates_alt(intervals(frame), "Pentagon"),
    "small_multiples": lambda frame: small_multiples_alt(count(frame, "week", by="place", window=WINDOW), "place"),
    "onset_dots": lambda frame: onset_alt(onsets(frame)),
    "origins_per_incident": lambda frame: origins_per_incident_alt(frame),
    "pause_charts": lambda frame: pause_timeline_alt(pauses(frame), ["Kenya"]),
}
OVER_TIME = sorted(set(SAID) - {"base_map", "origins_per_incident", "pause_charts"})


def pauses(frame):
    """The longest gap of a frame as a pause."""
    if frame.empty:
        return pd.DataFrame(columns=["onset", "ending"])
    days = frame["date"].iloc[[0, -1]].to_numpy()
    names = ("onset", "onset_low", "onset_high", "ending", "ending_low", "ending_high")
    return pd.DataFrame([dict(zip(names, days.repeat(3), strict=True)) | {"probability": 0.9}])


def draws(name: str) -> bool:
    """Whether a module has a chart: a public function from a frame, not from axes, to axes or a figure."""
    module = import_module(f"analysis.charts.{name}")
    own = [each for key, each in vars(module).items() if not key.startswith("_") and isfunction(each)]
    drawn = [each.__annotations__ for each in own if each.__module__ == module.__name__]
    return any(a.get("return") in ("Axes", "Figure") and next(iter(a.values())) != "Axes" for a in drawn)


def test_every_chart_has_its_words():
    modules = {path.stem for path in Path(analysis.charts.__file__).parent.glob("*.py")} - {"__init__", "style"}
    assert {name for name in modules if draws(name)} == set(SAID)


@pytest.mark.parametrize("chart", OVER_TIME)
def test_the_words_name_the_first_and_the_last_day(chart):
    frame = incidents(30, seed=1)
    said = SAID[chart](frame)
    ends = [frame["date"].iloc[[0, -1]], WINDOW]
    assert any(all(text_format.format_date(day) in said for day in pair) for pair in ends)


@pytest.mark.slow
@pytest.mark.parametrize("chart", SAID)
def test_other_incidents_give_other_words(chart):
    one, other, again = (SAID[chart](incidents(number, seed)) for number, seed in ((30, 1), (41, 2), (30, 1)))
    assert one == again != other


@pytest.mark.slow
@pytest.mark.parametrize("chart", SAID)
@pytest.mark.parametrize("number", [0, 1])
def test_none_and_one_are_told_in_whole_sentences(chart, number):
    said = SAID[chart](incidents(number, seed=1))
    assert said.endswith(".")
    assert "nan" not in said.lower() and "NaT" not in said and "<NA>" not in said


@pytest.mark.parametrize(("chart", "finding"), [
    ("base_map", "The most at bravo 2 and alpha 1: 100 percent of 3 attacks."),
    ("calendar", "the most, 2, on 9 January 2024. The longest run without: 82 days"),
    ("cumulative", "ours reaches 3 on 9 January 2024"),
    ("frequency_bars", "the most, 2, from 8 January 2024 to 14 January 2024"),
    ("gap_strip", "The longest of all, 82 days: all."),
    ("rates_between_totals", "highest 0.3 per day from 8 January 2024"),
    ("small_multiples", "None has more than bravo, 67 percent of 3; the fullest week, with 2, is from 8 January 2024"),
    ("origins_per_incident", "33 percent (1) rest on one, 1 on 6 or more."),
])  # fmt: skip
def test_the_finding_is_computed(chart, finding):
    frame = incidents(3, seed=1)
    days = pd.to_datetime(["2024-01-02", "2024-01-09", "2024-01-09"])
    frame = frame.assign(date=days, date_start=days, date_end=days, n_origins=pd.array([1, 2, 6], dtype="Int64"),
                         place_id=["alpha", "bravo", "bravo"], place=["alpha", "bravo", "bravo"])  # fmt: skip
    assert finding in SAID[chart](frame)
