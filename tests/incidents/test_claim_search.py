"""Search finds claims by any part of their words, notes, outlets and names, however they are spelt."""

import pytest

from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError
from analysis.incidents.claim_search import fold, search_claims
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import build_incidents, incident_files
from analysis.incidents.trace import claims_of_incidents


@pytest.fixture
def searched(tiny):
    """Claims that differ in one text each, opened as a dataset."""
    from analysis.evidence.evidence_base import load_evidence

    claims = [
        {"note": "A Lucky drone, they said", "place_id": "alpha"},
        {"words": "luck ran out", "line": 1, "place_id": "bravo", "country": "Syria", "date_start": "2024-01-20"},
        {"source_id": "s2", "place_as_reported": "Camp Al-Q\u00e1\u02bfim", "date_start": "2024-01-30"},
        {"source_id": "s3", "note": "denied by all", "stance": "denies", "date_start": "2024-03-30"},
    ]
    sources = [{"source_id": "s2", "outlet": "L\u2019Orient"}, {"source_id": "s3", "outlet": "Stra\u00dfe"}]
    folder = tiny(claims, sources=sources)
    evidence = load_evidence(folder)
    write_files(incident_files(evidence, build_incidents(evidence)))
    return open_folder(folder)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "claims"), [
    ("lucky", ["c1"]),
    ("LUCK", ["c1", "c2"]),
    ("ran luck", ["c2"]),
    ("drone  lucky", ["c1"]),
    ("l'orient", ["c3"]),
    ("al-qa'im orient", ["c3"]),
    ("STRASSE", ["c4"]),
    ("outlet", ["c1", "c2"]),
    (".*", []),
    ("c1", []),
])  # fmt: skip
def test_every_word_must_occur_somewhere_in_the_claim(searched, text, claims):
    assert sorted(search_claims(searched, text)["claim_id"]) == claims


@pytest.mark.slow
def test_it_says_in_which_columns_the_words_stand(searched):
    found = search_claims(searched, "al-qa'im orient")
    assert found["found_in"].tolist() == ["outlet|origin|place_as_reported"]


@pytest.mark.slow
def test_a_claim_without_incident_is_found_too(searched):
    found = search_claims(searched, "denied by all").iloc[0]
    assert found["claim_id"] == "c4"
    assert found.isna()["incident_id"]


def test_the_claims_are_those_behind_their_incidents(dataset):
    found = search_claims(dataset, "a")
    behind = claims_of_incidents(dataset, dataset.incidents)
    assert len(found) > 500
    assert list(found.columns) == [*behind.columns, "found_in"]
    placed = found.dropna(subset="incident_id").drop(columns="found_in")
    wanted = behind[behind["claim_id"].isin(placed["claim_id"])]
    assert placed.reset_index(drop=True).equals(wanted.reset_index(drop=True))


@pytest.mark.parametrize("text", ["", "  ", None, 5], ids=repr)
def test_a_search_for_nothing_is_refused(dataset, text):
    with pytest.raises(InputError, match="text is .*; allowed: "):
        search_claims(dataset, text)


def test_a_table_without_claims_cannot_be_searched(other_conflict):
    with pytest.raises(InputError, match="holds incidents but no claims"):
        search_claims(open_folder(other_conflict), "drone")


def test_letters_are_compared_without_case_and_accents():
    assert fold("\u00c9rbil \u0130ncirlik \u02bfAyn") == fold("erbil i\u0307ncirlik 'ayn")
