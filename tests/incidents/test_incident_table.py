import pandas as pd
import pytest

from analysis.evidence.csv_tables import write_files
from analysis.evidence.evidence_base import load_evidence
from analysis.incidents import incident_table
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import build_incidents, incident_files, load_saved_ids, source_origins


def built(folder):
    return build_incidents(load_evidence(folder), load_saved_ids(folder))


def saved(folder):
    """Build the table of a folder and save it, as `incidents build` does."""
    evidence = load_evidence(folder)
    made = build_incidents(evidence, load_saved_ids(evidence.root))
    write_files(incident_files(evidence, made))
    return made


def ids(made) -> dict[str, str]:
    """The incident id of every claim."""
    rows = made.incidents.itertuples()
    return {claim: row.incident_id for row in rows for claim in row.claims.split("|")}


def test_the_origin_of_a_source_is_its_own_outlet_where_it_relays_nobody(tiny):
    sources = [{"source_id": "s1", "origin": "AFP"}, {"source_id": "s2", "outlet": "Rudaw"}]
    evidence = load_evidence(tiny([{}, {"source_id": "s2"}], sources=sources))
    assert source_origins(evidence.sources).to_dict() == {"s1": "AFP", "s2": "Rudaw"}


@pytest.mark.slow
def test_ten_copies_of_one_report_are_one_incident_with_one_origin(tiny):
    sources = [{"source_id": f"s{i}", "origin": "AFP"} for i in range(10)]
    claims = [{"source_id": f"s{i}", "place_id": "alpha"} for i in range(10)]
    incidents = built(tiny(claims, sources=sources)).incidents
    assert len(incidents) == 1
    assert incidents[["n_claims", "n_origins"]].iloc[0].to_list() == [10, 1]


@pytest.mark.slow
def test_an_incident_takes_name_kind_point_and_country_from_the_gazetteer(tiny):
    place = {"place_id": "alpha", "name": "Alpha Base", "kind": "partner_base", "country": "Jordan",
             "latitude": "33.5", "longitude": "38.25"}  # fmt: skip
    row = built(tiny([{"place_id": "alpha", "country": "Syria"}], places=[place])).incidents.iloc[0]
    assert row[["place", "place_kind", "country", "latitude", "longitude"]].to_list() == [
        "Alpha Base", "partner_base", "Jordan", 33.5, 38.25,
    ]  # fmt: skip


@pytest.mark.slow
def test_where_no_claim_names_a_place_the_country_stands_for_it(tiny):
    row = built(tiny([{"country": "Syria"}])).incidents.iloc[0]
    assert row["incident_id"] == "I20240110-unnamed-syria"
    assert row["place"] == "Syria, place not named"
    assert pd.isna(row["place_id"]) and pd.isna(row["latitude"])


@pytest.mark.slow
def test_a_claim_without_place_or_country_is_listed_and_not_dropped(tiny):
    made = built(tiny([{"place_id": "alpha"}, {"claim_id": "lost", "country": "", "source_id": "s2"}]))
    assert len(made.incidents) == 1
    assert made.unplaced.to_dict("records") == [{"claim_id": "lost", "reason": "names neither a place nor a country"}]


@pytest.mark.slow
def test_every_claim_is_in_one_incident_or_listed_as_unplaced(dataset, evidence):
    made = build_incidents(evidence, load_saved_ids(evidence.root))
    listed = [claim for claims in made.incidents["claims"] for claim in claims.split("|")]
    assert sorted([*listed, *made.unplaced["claim_id"]]) == sorted(evidence.claims["claim_id"])


@pytest.mark.slow
def test_a_decision_names_the_incident(tiny):
    claims = [{"place_id": "alpha"}, {"place_id": "alpha", "source_id": "s2"}]
    decisions = [{"claim_id": f"c{i}", "incident_id": f"I20240110-alpha{x}"} for i, x in ((1, "-b"), (2, ""))]
    assert ids(built(tiny(claims, reviewed=decisions))) == {
        "c1": "I20240110-alpha-b",
        "c2": "I20240110-alpha",
    }


@pytest.mark.slow
def test_an_incident_keeps_its_saved_id_when_a_better_claim_moves_its_day(tiny):
    first = {"place_id": "alpha", "date_basis": "inferred", "weapon_count": 2}
    saved(tiny([first]))
    moved = {"place_id": "alpha", "source_id": "s2", "date_start": "2024-01-11", "weapon_count": 2}
    made = built(tiny([first, moved]))
    assert made.incidents["incident_id"].to_list() == ["I20240110-alpha"]
    assert made.incidents["date"].to_list() == [pd.Timestamp("2024-01-11")]
    assert made.retired.empty


@pytest.mark.slow
def test_an_id_whose_incident_is_joined_to_another_is_retired_with_its_heir(tiny):
    claims = [{"place_id": "alpha"}, {"place_id": "alpha", "source_id": "s2", "date_start": "2024-01-20"}]
    saved(tiny(claims))
    decisions = [{"claim_id": name, "incident_id": "I20240110-alpha"} for name in ("c1", "c2")]
    folder = tiny(claims, reviewed=decisions)
    assert saved(folder).retired.to_dict("records") == [{"incident_id": "I20240120-alpha", "now": "I20240110-alpha"}]
    newcomer = {"place_id": "alpha", "source_id": "s2", "date_start": "2024-01-20"}  # told apart by s2
    made = built(tiny([*claims, newcomer], reviewed=decisions))
    assert ids(made)["c3"] == "I20240120-alpha-b"
    assert made.retired["incident_id"].to_list() == ["I20240120-alpha"]


@pytest.mark.slow
def test_a_claim_far_away_changes_no_other_row(tiny):
    claims = [{"place_id": "alpha"}, {"place_id": "bravo", "country": "Syria", "source_id": "s2"}]
    before = built(tiny(claims)).incidents
    after = built(tiny([*claims, {"source_id": "s3", "date_start": "2024-06-01"}])).incidents
    pd.testing.assert_frame_equal(after.iloc[:2], before)
    assert len(after) == 3


@pytest.mark.slow
def test_the_same_evidence_gives_the_same_bytes_also_a_second_time(tiny, bytes_of):
    folder = tiny([{"place_id": "alpha"}, {"place_id": "alpha", "weapon": "mortar", "source_id": "s2"}])
    saved(folder)
    before = bytes_of(folder)
    saved(folder)
    assert bytes_of(folder) == before


@pytest.mark.slow
def test_what_is_saved_is_what_is_opened(tiny):
    folder = tiny([{"place_id": "alpha", "us_injured": 0}, {"country": "Syria", "source_id": "s2"}])
    made = saved(folder)
    pd.testing.assert_frame_equal(open_folder(folder).incidents, made.incidents)


HOSTILE = ("=1+1", 'a "quoted", comma', "@SUM(A1)", "-2+3", "<b>bold</b>", "عين الأسد")


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_goes_through_the_table_unchanged(tiny, text):
    folder = tiny([{"place_id": "alpha", "actor": text, "attribution": text}])
    saved(folder)
    row = open_folder(folder).incidents.iloc[0]
    assert (row["actor"], row["attribution"]) == (text, text)


@pytest.mark.slow
def test_evidence_without_claims_makes_an_empty_table(tiny):
    made = built(tiny([], sources=[{"source_id": "s1"}]))
    assert made.incidents.empty and made.disputes.empty and made.unplaced.empty


def test_disputes_name_values_of_the_table(dataset):
    rows = dataset.incidents.set_index("incident_id")
    for dispute in dataset.disputes.itertuples():
        disputed = rows.at[dispute.incident_id, "disputed"].split("|")
        assert dispute.field in disputed
        claims = rows.at[dispute.incident_id, "claims"].split("|")
        named = {name for part in dispute.dissent.split("|") for name in part[part.rindex("(") + 1 : -1].split(", ")}
        assert named <= set(claims)


def test_the_rules_name_columns_of_the_reports(evidence):
    columns = set(incident_table.claims_as_reports(evidence).columns)
    assert set(incident_table.LINKAGE_RULES.figures) <= columns
    assert {level for category in incident_table.LINKAGE_RULES.categories for level in category.levels} <= columns
