"""Which incidents stand behind each bar, and how a bar leads to them."""

import re

import pandas as pd
import pytest

import analysis as a
from analysis.charts.bar_incidents import incidents_per_bar
from analysis.charts.notebook_output import to_svg
from analysis.measures.frequency import count

WINDOW = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-28")


@pytest.fixture
def incidents(attacks):
    return attacks("2024-01-01", "2024-01-07", ("2024-01-07", "2024-01-09"), "2024-01-22")


def test_every_incident_stands_behind_the_bar_of_its_day(incidents):
    found = incidents_per_bar(incidents, count(incidents, "week", window=WINDOW))
    assert found["start"].dt.day.tolist() == [1, 22]
    assert found["incidents"].tolist() == ["i1, i2, i3", "i4"]


@pytest.mark.parametrize("every", ["week", "month", "3 days"])
def test_the_register_counts_what_the_bars_count(dataset, every):
    incidents = a.select(dataset, a.View(start="2023-11-01", end="2024-02-29"))
    bars = count(incidents, every, by=["confirmation"])
    counted = bars.groupby("start")["count"].sum()
    found = incidents_per_bar(incidents, bars).set_index("start")
    assert found["attacks"].to_dict() == counted[counted > 0].astype(int).to_dict()
    assert sorted(", ".join(found["incidents"]).split(", ")) == sorted(incidents["incident_id"])


def test_without_incidents_the_register_is_empty(incidents):
    assert incidents_per_bar(incidents.iloc[:0], count(incidents, "week", window=WINDOW)).empty


def links(ax):
    return re.findall(r'xlink:href="(#incidents-[^"]*)"', to_svg(ax))


@pytest.mark.slow
def test_every_bar_leads_to_the_incidents_of_its_days(incidents):
    bars = count(incidents, "week", by=["confirmation"], window=WINDOW)
    whole = ["#incidents-2024-01-01-2024-01-07", "#incidents-2024-01-22-2024-01-28"]
    assert links(a.charts.frequency_bars(bars)) == whole
    assert (
        links(a.charts.small_multiples(count(incidents, "week", by=["confirmation"], window=WINDOW), "confirmation"))
        == whole
    )


def test_a_square_of_a_calendar_and_a_stroke_of_a_strip_lead_to_their_day(incidents):
    days = [f"#incidents-2024-01-{day:02}-2024-01-{day:02}" for day in (1, 7, 22)]
    assert links(a.charts.calendar(count(incidents, "day", window=WINDOW))) == days
    assert links(a.charts.gap_strip({"all": incidents}, WINDOW)) == days


@pytest.mark.slow
def test_a_circle_and_a_bar_of_origins_lead_to_what_the_incidents_share(dataset):
    incidents = a.select(dataset, a.View(countries="Jordan"))
    circles = links(a.charts.base_map(a.by_place(incidents, dataset.evidence.places)))
    assert set(circles) == {f"#incidents-with-place_id-{place}" for place in incidents["place_id"].dropna().unique()}
    bars = links(a.charts.origins_per_incident(incidents))
    assert set(bars) == {f"#incidents-with-n_origins-{number}" for number in incidents["n_origins"].clip(upper=6)}
