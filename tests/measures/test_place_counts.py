"""Incidents per place; what is known only vaguely stays vague."""

import pandas as pd

from analysis.incidents.dataset import open_folder
from analysis.measures.place_counts import by_place

GAZETTEER = pd.DataFrame({"place_id": ["a", "b"], "coord_precision": ["exact", "town"]})


def incidents(attacks, *rows) -> pd.DataFrame:
    """Incidents from (place_id, place, country, latitude, longitude)."""
    columns = ["place_id", "place", "country", "latitude", "longitude"]
    return attacks(*["2024-01-02"] * len(rows), **pd.DataFrame(rows, columns=columns).to_dict("series"))


A, B = ("a", "Alpha", "Iraq", 33.0, 44.0), ("b", "Bravo", "Syria", 35.0, 40.0)


def test_places_are_counted_the_fullest_first(attacks):
    found = by_place(incidents(attacks, A, B, B), GAZETTEER)
    assert found["place"].to_list() == ["Bravo", "Alpha"]
    assert found["count"].to_list() == [2, 1]
    assert found["precision"].to_list() == ["town", "exact"]


def test_what_is_known_only_to_a_country_has_a_row_and_no_point(attacks):
    unnamed = (None, "Syria, place not named", "Syria", None, None)
    found = by_place(incidents(attacks, A, unnamed, unnamed), GAZETTEER)
    assert found.iloc[0][["place", "count"]].to_list() == ["Syria, place not named", 2]
    assert found.iloc[0][["latitude", "longitude", "precision"]].isna().all()


def test_without_a_gazetteer_no_point_is_said_to_be_exact(attacks):
    assert by_place(incidents(attacks, A))["precision"].isna().all()


def test_every_incident_of_the_table_is_counted_once(dataset):
    found = by_place(dataset.incidents, dataset.evidence.places)
    assert found["count"].sum() == len(dataset.incidents)
    assert not found.duplicated(["place_id", "place", "country"]).any()
    assert (found["precision"].notna() == found["latitude"].notna()).all()


def test_a_table_of_ones_own_needs_no_coordinates(other_conflict):
    incidents = open_folder(other_conflict).incidents
    assert by_place(incidents)["count"].sum() == len(incidents)


def test_no_incident_gives_no_place(attacks):
    assert by_place(incidents(attacks), GAZETTEER).empty


def test_a_place_is_as_vague_as_most_of_its_incidents_and_not_as_the_first(attacks):
    here = (None, "Alpha", "Iraq", 33.0, 44.0)
    for grades, usual in (
        (["town", "exact", "exact"], "exact"),
        (["exact", "region"], "region"),
        ([None, None, "town"], "town"),
    ):
        rows = incidents(attacks, *[here] * len(grades)).assign(coord_precision=grades)
        assert by_place(rows)["precision"].to_list() == [usual]
