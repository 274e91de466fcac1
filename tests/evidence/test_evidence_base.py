import pytest

from analysis.evidence import schema
from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.evidence_base import load_evidence
from analysis.evidence.folders import find_evidence_root, list_evidence_sets


def told(folder) -> list[str]:
    """What is wrong with the evidence of a folder, without the folder."""
    with pytest.raises(InvalidTables) as error:
        load_evidence(folder)
    return [str(problem).replace(f"{folder}/", "") for problem in error.value.problems]


@pytest.mark.slow
def test_a_folder_is_an_evidence_set_and_gives_its_name_to_its_rows(tiny):
    tiny([{"claim_id": "mine"}], folder="data/third")
    evidence = load_evidence(tiny([{"claim_id": "seed", "source_id": "s2"}]))
    assert evidence.sets == ["seeds", "third"]
    assert dict(evidence.claims[["claim_id", "set"]].itertuples(index=False)) == {
        "seed": "seeds",
        "mine": "third",
    }


def test_tables_that_are_not_there_are_empty_with_their_columns(tiny):
    evidence = load_evidence(tiny())
    for table in (schema.TALLIES, schema.MILESTONES, schema.COVERAGE, schema.REVIEWED):
        frame = getattr(evidence, table.name)
        assert frame.empty and set(table.names) <= set(frame.columns)


def test_a_folder_without_evidence_says_what_is_needed(tmp_path):
    with pytest.raises(InputError, match=r"holds no evidence: need sources.csv and claims.csv"):
        load_evidence(tmp_path)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="'/no/such/folder' does not exist"):
        find_evidence_root("/no/such/folder")


def test_claims_without_their_sources_are_no_set_to_be_passed_over(tiny):
    folder = tiny()
    (folder / "seeds" / "sources.csv").unlink()
    assert [path.name for path in list_evidence_sets(folder)] == ["seeds"]
    assert told(folder) == ["seeds/sources.csv: 'missing' - this file is needed"]


def test_an_unknown_place_is_named_with_the_one_meant(tiny):
    assert told(tiny([{}, {"place_id": "alpa"}])) == [
        "seeds/claims.csv, row 3, column place_id: 'alpa' - not found in places.csv; did you mean 'alpha'?"
    ]


def test_an_unknown_source_is_named_with_the_one_meant(tiny, edit):
    folder = tiny([{"source_id": "reuters-2024-01-10"}])
    edit(folder / "seeds" / "sources.csv", "\nreuters-2024-01-10,", "\nreuters-2024-01-11,")
    assert told(folder) == [
        "seeds/claims.csv, row 2, column source_id: 'reuters-2024-01-10' - "
        "not found in sources.csv; did you mean 'reuters-2024-01-11'?"
    ]


@pytest.mark.slow
def test_a_decision_on_an_unknown_claim_is_named(tiny):
    folder = tiny([{"claim_id": "A1-001"}], reviewed=[{"claim_id": "A1-01", "incident_id": "I1"}])
    assert told(folder) == [
        "data/reviewed.csv, row 2, column claim_id: 'A1-01' - not found in claims.csv; did you mean 'A1-001'?"
    ]


@pytest.mark.slow
def test_an_id_is_unique_over_all_sets(tiny):
    tiny([{}, {"claim_id": "x9"}], folder="data/third")
    folder = tiny([{"claim_id": "x9", "source_id": "s2"}])
    assert told(folder) == [
        "data/third/claims.csv, row 3, column claim_id: 'x9' - "
        "must be unique over all sets; also in seeds/claims.csv, row 2"
    ]


@pytest.mark.slow
def test_a_source_that_stands_in_two_sets_is_told_too(tiny):
    tiny([{"claim_id": "x1"}], folder="data/third")
    assert told(tiny([{"claim_id": "x2"}])) == [
        "data/third/sources.csv, row 2, column source_id: 's1' - "
        "must be unique over all sets; also in seeds/sources.csv, row 2"
    ]


@pytest.mark.slow
def test_a_total_needs_its_bound(tiny):
    tally = {"tally_id": "t1", "source_id": "s1", "counter": "SOHR", "scope": "Syria",
             "as_of": "2024-01-31"}  # fmt: skip
    folder = tiny(tallies=[tally | {"total": 5}, tally | {"tally_id": "t2"}])
    assert told(folder) == [
        "seeds/tallies.csv, row 2, column bound: '' - needed where a total is stated: exact, at_least, more_than, about"
    ]


def test_failures_of_several_tables_are_told_at_once(tiny, edit):
    folder = tiny(
        [{"place_id": "alpa"}, {"date_start": "2024-02-30", "date_end": "2024-03-01"}],
        sources=[{"source_id": "s1", "reliability": "G"}],
        reviewed=[{"claim_id": "c9", "incident_id": "I1"}],
    )
    edit(folder / "data" / "places.csv", "admin1", "admin")
    assert [problem.split(":")[0] for problem in told(folder)] == [
        "data/places.csv, row 1, column admin",
        "data/places.csv, row 1, column admin1",
        "data/reviewed.csv, row 2, column claim_id",
        "seeds/claims.csv, row 2, column place_id",
        "seeds/claims.csv, row 3, column date_start",
        "seeds/sources.csv, row 2, column reliability",
    ]


def test_a_table_that_cannot_be_read_does_not_hide_the_failures_of_others(tiny, edit):
    folder = tiny([{"weapon": "roket"}], sources=[{"source_id": "s1", "kind": "pres"}])
    places = folder / "data" / "places.csv"
    places.write_text(places.read_text() + "one field\n")
    assert [problem.split(":")[0] for problem in told(folder)] == [
        "data/places.csv, row 4",
        "seeds/claims.csv, row 2, column weapon",
        "seeds/sources.csv, row 2, column kind",
    ]


@pytest.mark.parametrize("harm", ["misspelt", "missing", "ragged", "no text"])
def test_ids_that_cannot_be_read_are_told_once_and_not_for_every_row_that_names_them(tiny, harm):
    folder = tiny([{}] * 5)
    sources = folder / "seeds" / "sources.csv"
    text = sources.read_text()
    if harm == "missing":
        sources.unlink()
    elif harm == "misspelt":
        sources.write_text(text.replace("source_id", "sorce_id"))
    elif harm == "ragged":
        sources.write_text(text + "x\n")
    else:
        sources.write_bytes(b"\0" * 100)
    assert {problem.split(":")[0].split(",")[0] for problem in told(folder)} == {"seeds/sources.csv"}


def test_places_that_are_not_there_are_asked_for_only_where_one_is_named(tiny):
    folder = tiny([{}])
    (folder / "data" / "places.csv").unlink()
    assert load_evidence(folder).places.empty


@pytest.mark.slow
def test_the_repositorys_own_evidence_is_whole(evidence):
    assert evidence.sets == ["public_record", "seeds"]
    for table in (*schema.EVIDENCE, *schema.SHARED):
        frame = getattr(evidence, table.name)
        assert len(frame), table.name
        assert not {"file_", "row_"} & set(frame.columns)


# What a claim says of voices and bounds, and the table of actors.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "column", "allowed"),
    [
        ({"time_of_day": "25:00"}, "time_of_day", "a clock time, HH:MM, or one of dawn"),
        ({"time_of_day": "noon"}, "time_of_day", "a clock time, HH:MM, or one of dawn"),
        ({"ordinal": "0"}, "ordinal", "from 1 to 99"),
        ({"field_voices": "result=someone"}, "field_voices", "field=voice"),
        ({"field_voices": "date=monitor"}, "field_voices", "field=voice"),
        ({"at_least": "weapon"}, "at_least", "weapon_count, us_killed"),
        ({"confirmation": "monitor", "field_voices": "result=us_official"}, "field_voices", "no better voice"),
    ],
)
def test_a_time_an_ordinal_a_voice_or_a_bound_that_is_none_is_named(tiny, claim, column, allowed):
    with pytest.raises(InvalidTables) as error:
        load_evidence(tiny([claim]))
    (problem,) = error.value.problems
    assert problem.column == column and allowed in problem.allowed


def test_times_ordinals_voices_and_bounds_are_read_as_they_are_said(tiny):
    said = {"time_of_day": "19:10", "ordinal": "2", "field_voices": "result=unknown", "at_least": "weapon_count"}
    (claim,) = load_evidence(tiny([said])).claims.itertuples()
    assert (claim.time_of_day, claim.ordinal) == ("19:10", 2)
    assert (claim.field_voices, claim.at_least) == ("result=unknown", "weapon_count")


def test_an_actor_above_itself_or_below_nobody_known_is_named(tiny):
    circle = [{"actor": "a", "parent": "b"}, {"actor": "b", "parent": "a"}, {"actor": "c", "parent": "d"}]
    with pytest.raises(InvalidTables) as error:
        load_evidence(tiny(actors=circle))
    allowed = [problem.allowed for problem in error.value.problems]
    assert sum("wider name of itself" in words for words in allowed) == 2
    assert sum("not found in actors.csv" in words for words in allowed) == 1
