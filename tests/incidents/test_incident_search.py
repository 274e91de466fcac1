"""Incidents are found by days, place, values and words; a bad day or value is refused; text stays text in each form."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

import analysis as a
from analysis.cli import main
from analysis.evidence.errors import InputError
from analysis.incidents.export import incidents_as_text


@pytest.fixture
def other(other_conflict):
    return a.open_folder(other_conflict)


def test_each_restriction_finds_what_the_table_holds(other):
    table = other.incidents
    month = a.find_incidents(other, month="2031-02")["incident_id"].tolist()
    assert month == table[table["date"].dt.strftime("%Y-%m") == "2031-02"]["incident_id"].tolist() != []
    assert a.find_incidents(other, start="2031-02-01", end="2031-02-28")["incident_id"].tolist() == month
    some = a.find_incidents(other, countries="Exampleland", weapons=("rocket", "mortar"))
    assert set(some["country"]) == {"Exampleland"} and set(some["weapon"]) == {"rocket", "mortar"}
    assert set(a.find_incidents(other, text="fort EXAMPLE")["place"]) == {"Fort Example"}
    assert a.find_incidents(other, day="1999-01-01").empty


@pytest.mark.slow
def test_the_best_voice_is_that_of_the_incident():
    found = a.find_incidents(a.open_folder(), month="2024-01", confirmation="monitor")
    assert set(found["confirmation"]) == {"monitor"}


@pytest.mark.parametrize(("wrong", "said"), [
    ({"day": "2024-01"}, "date is '2024-01'; allowed: a day"), ({"month": "2024-13"}, "month is '2024-13'"),
    ({"month": "2024-1"}, "allowed: a month, YYYY-MM"), ({"start": "1.2.2024"}, "start is '1.2.2024'"),
    ({"day": "2024-01-01", "month": "2024-01"}, "given together; allowed: one"), ({"countries": "X"}, "countries: 'X'"),
    ({"confirmation": "X"}, "confirmation: 'X' does not occur"), ({"place": "X"}, "place 'X' is not known"),
])  # fmt: skip
def test_what_is_none_is_refused(other, wrong, said):
    with pytest.raises(InputError, match=said):
        a.find_incidents(other, **wrong)


def test_a_row_is_one_line_of_the_table_and_safe_in_a_spreadsheet(other):
    frame = other.incidents.head(2).assign(place=["=1+1\nx\x1b[31m", "b"], weapon=None)
    text = incidents_as_text(frame)
    assert len(text.splitlines()) == 2 and "\x1b" not in text
    assert "\"'=1+1" in incidents_as_text(frame, "csv")
    rows = json.loads(incidents_as_text(frame, "json"))
    assert rows[0]["place"] == frame["place"].iloc[0] and rows[0]["weapon"] is None
    assert rows[0]["date"] == frame["date"].dt.strftime("%Y-%m-%d").iloc[0]
    assert incidents_as_text(frame.head(0)) == ""


def test_the_command_prints_a_table_csv_or_json(other_conflict):
    def said(*more: str) -> str:
        done = CliRunner().invoke(main, ["find", "--folder", str(other_conflict), "--month", "2031-02", *more])
        assert done.exit_code == 0, done.output
        return done.stdout

    ids = [line.split()[0] for line in said().splitlines()]
    assert [row["incident_id"] for row in json.loads(said("--format", "json"))] == ids
    assert pd.read_csv(pd.io.common.StringIO(said("--format", "csv")))["incident_id"].tolist() == ids
    assert said("--weapon", "rocket", "--weapon", "mortar").count("\n") < len(ids)
