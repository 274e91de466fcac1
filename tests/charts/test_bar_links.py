"""Which incidents stand behind each bar, and how a bar leads to them."""

import re

import pandas as pd
import pytest

import analysis as a
from analysis.charts.bar_links import incidents_per_bar, link_bars, show_incidents_per_bar
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


def test_a_period_names_its_row_as_the_table_shows_it(incidents, displayed):
    periods = count(incidents, "week", window=WINDOW)
    show_incidents_per_bar(incidents, periods, "**All.**", "behind")
    (bundle, about), *_ = displayed
    assert about["label"] == "behind"
    assert "<td" in bundle["text/html"] and ">2024-01-22<" in bundle["text/html"]
    drawing = to_svg(
        link_bars(
            a.charts.frequency_bars(count(incidents, "week", by=["confirmation"], window=WINDOW)), periods, "behind"
        )
    )
    assert re.findall(r'xlink:href="(#behind-[^"]*)"', drawing) == [f"#behind-2024-01-{d:02}" for d in (1, 8, 15, 22)]
