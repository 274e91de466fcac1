import pytest

from analysis.evidence.errors import InputError
from analysis.incidents.dataset import open_folder
from analysis.incidents.trace import claims_of_incidents, dissenting_claims, trace_incident
from analysis.incidents.trace_text import format_trace


def test_an_incident_leads_to_every_one_of_its_claims_with_its_source(dataset):
    row, claims, disputes, values = trace_incident(dataset, "I20240128-tower-22")
    assert row["place"] == "Tower 22"
    assert sorted(claims["claim_id"]) == sorted(row["claims"].split("|"))
    for column in ("origin", "reliability", "outlet", "reliability_reason"):
        assert claims[column].notna().all(), column
    assert sorted(disputes["field"]) == sorted(row["disputed"].split("|"))


@pytest.mark.slow
def test_a_claim_of_the_seeds_leads_to_its_line_and_words(dataset):
    seeds = claims_of_incidents(dataset, dataset.incidents)
    seeds = seeds[seeds["set"] == "seeds"]
    assert len(seeds) == 14
    assert seeds["line"].notna().all() and seeds["words"].notna().all()


def test_every_claim_of_the_table_is_found_again_once(dataset):
    claims = claims_of_incidents(dataset, dataset.incidents)
    listed = dataset.incidents["claims"].str.split("|").explode()
    assert sorted(claims["claim_id"]) == sorted(listed)


def test_a_claim_that_denies_is_shown_with_the_incident_it_denies(dataset):
    denied = dataset.disputes.loc[dataset.disputes["field"] == "incident", "incident_id"]
    assert len(denied)
    for name in denied:
        assert "denies" in set(trace_incident(dataset, name)[1]["stance"])


def test_an_incident_without_dispute_has_none(dataset):
    calm = dataset.incidents.loc[dataset.incidents["disputed"].isna(), "incident_id"].iloc[0]
    assert trace_incident(dataset, calm)[2].empty


def test_the_id_of_a_claim_leads_to_its_incident(dataset):
    assert trace_incident(dataset, "A3-001")[0]["incident_id"] == "I20240128-tower-22"


def test_an_unknown_incident_is_named_with_the_one_meant(dataset):
    with pytest.raises(InputError) as error:
        trace_incident(dataset, "I20240128-tower22")
    assert str(error.value) == "no incident 'I20240128-tower22'; did you mean 'I20240128-tower-22'?"


def test_a_table_without_claims_cannot_be_traced(other_conflict):
    dataset = open_folder(other_conflict)
    with pytest.raises(InputError, match="holds incidents but no claims: there is nothing to trace"):
        trace_incident(dataset, "X001")


def test_every_value_that_was_not_chosen_leads_to_the_source_that_said_it(dataset):
    told = dissenting_claims(dataset)
    assert told["source_id"].notna().all()
    listed = dataset.incidents.set_index("incident_id")["claims"].str.split("|")
    assert all(row.claim_id in listed[row.incident_id] for row in told.itertuples())
    tower = told[(told["incident_id"] == "I20240128-tower-22") & (told["field"] == "date")]
    assert (tower.set_index("claim_id").at["S4-01", "said"]) == "2024-01-07"


def test_a_trace_speaks_in_words_and_not_in_codes(dataset):
    row, *rest = trace_incident(dataset, "I20240128-tower-22")
    told = format_trace(row, *(each.itertuples() for each in rest))
    assert "\none way drone, impact; best voice: U.S. officials; " in told
    assert "\n  U.S. injured 40, chosen by: latest publication of the best voice (" in told
    assert not [code for code in ("us_official", "one_way_drone", "us injured", "place id") if code in told]
