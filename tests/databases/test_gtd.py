import pytest

from analysis.databases.refusals import RefusedRows
from analysis.databases.table_import import import_database


def imported(path, **options):
    return import_database("gtd", [path], path.parent / "to", **options)


def first(path):
    return imported(path).incidents.iloc[0]


@pytest.mark.parametrize(
    ("parts", "start", "end"),
    [
        ({}, "2024-01-17", "2024-01-17"),
        ({"iday": "0"}, "2024-01-01", "2024-01-31"),  # the day is not known
        ({"iday": "0", "imonth": "0"}, "2024-01-01", "2024-12-31"),  # nor is the month
        ({"iday": "0", "approxdate": "January 10 - January 12, 2024"}, "2024-01-01", "2024-01-31"),
        ({"iday": "0", "approxdate": "January 10, 2024 - January 12, 2024"}, "2024-01-10", "2024-01-12"),
    ],
)
def test_what_is_not_known_of_a_day_becomes_a_range(gtd_file, parts, start, end):
    row = first(gtd_file(parts))
    assert (f"{row['date_start']:%Y-%m-%d}", f"{row['date_end']:%Y-%m-%d}") == (start, end)


def test_a_day_that_the_calendar_does_not_have_is_refused(gtd_file):
    with pytest.raises(RefusedRows, match="a day that the calendar has.*'2024-2-30'"):
        imported(gtd_file({"imonth": "2", "iday": "30"}))


def test_deaths_that_are_empty_or_unknown_stay_missing_and_zero_stays_zero(gtd_file):
    made = imported(
        gtd_file({"nkill": ""}, {"eventid": "2", "nkill": "0"}, {"eventid": "3", "nkill": "-99"}, {"eventid": "4"})
    )
    deaths = made.incidents.set_index("record_id")["deaths"]
    assert deaths.isna().to_dict() == {"202401170001": True, "2": False, "3": True, "4": False}
    assert deaths["2"] == 0


def test_a_fraction_of_a_total_becomes_a_range(gtd_file):
    row = first(gtd_file({"nkill": "1.5"}))
    assert (row["deaths_low"], row["deaths_high"]) == (1, 2)
    assert row.isna()["deaths"]


def test_an_unknown_city_or_group_is_none(gtd_file):
    row = first(gtd_file({"city": "Unknown", "gname": "Unknown"}, {"eventid": "9", "iday": "18"}))
    assert row.isna()[["place", "side_a", "actor"]].all()


def test_linked_incidents_stay_rows_of_their_own_with_their_links(gtd_file):
    made = imported(gtd_file({"multiple": "1", "related": "202401170001, 202401170002"}, {"eventid": "202401170002"}))
    assert len(made.incidents) == 2
    assert made.incidents["related"].iloc[0] == "202401170001, 202401170002"


@pytest.mark.parametrize(("code", "kind"), [("0", "event"), ("1", "episode")])
def test_an_incident_of_more_than_a_day_is_an_episode(gtd_file, code, kind):
    assert first(gtd_file({"extended": code}))["event_kind"] == kind


@pytest.mark.parametrize(("code", "words"), [("1", "yes"), ("0", "no"), ("-9", "not coded")])
def test_doubt_that_it_is_terrorism_is_kept(gtd_file, code, words):
    assert first(gtd_file({"doubtterr": code}))["doubtterr"] == words


def test_sources_are_joined(gtd_file):
    assert first(gtd_file({}))["source"] == "A paper; Another"


def test_the_table_comes_as_a_spreadsheet_too(tmp_path, gtd_file):
    import pandas as pd

    frame = pd.read_csv(gtd_file({"nkill": "3"}))
    frame.to_excel(tmp_path / "gtd.xlsx", index=False)
    row = first(tmp_path / "gtd.xlsx")
    assert (row["incident_id"], row["deaths"]) == ("GTD-202401170001", 3)
