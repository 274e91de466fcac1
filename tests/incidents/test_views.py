import shutil
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError
from analysis.evidence.evidence_base import load_evidence
from analysis.evidence.schema import CONFIRMATION, RELIABILITY
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import build_incidents, incident_files, load_saved_ids
from analysis.incidents.views import DEFINITIONS, View, select, select_by_definition, view_coverage


@pytest.fixture
def opened(tiny):
    """The dataset of a small folder, its table built."""

    def build_and_open(*args, **options):
        folder = tiny(*args, **options)
        evidence = load_evidence(folder)
        write_files(incident_files(evidence, build_incidents(evidence, load_saved_ids(evidence.root))))
        return open_folder(folder)

    return build_and_open


@pytest.fixture
def elsewhere(other_conflict):
    return open_folder(other_conflict)


def test_a_view_without_restriction_is_the_whole_table(dataset):
    pd.testing.assert_frame_equal(select(dataset, View()), dataset.incidents)


@pytest.mark.slow
def test_a_view_resolves_again_from_the_claims_it_admits(opened):
    dataset = opened(
        [
            {"place_id": "alpha", "us_injured": 4},
            {"place_id": "alpha", "us_injured": 9, "confirmation": "claim_only", "source_id": "s2"},
            {"date_start": "2024-03-01", "confirmation": "claim_only", "source_id": "s2"},
        ]
    )
    whole, boast = select(dataset, View()), select(dataset, View(confirmation="claim_only"))
    assert whole["us_injured"].to_list()[0] == 4
    assert boast["us_injured"].to_list()[0] == 9
    assert boast["incident_id"].to_list() == whole["incident_id"].to_list()
    official = select(dataset, View(confirmation=("us_official",)))
    assert official[["n_claims", "us_injured_high"]].values.tolist() == [[1, 4]]


@pytest.mark.slow
def test_a_denial_is_kept_in_sight_whatever_voices_may_support(opened):
    dataset = opened(
        [
            {"place_id": "alpha", "confirmation": "claim_only"},
            {"place_id": "alpha", "stance": "denies", "source_id": "s2"},
        ]
    )
    row = select(dataset, View(confirmation="claim_only")).iloc[0]
    assert row["disputed"] == "incident"
    with pytest.raises(InputError, match="the view selects no incident: only U.S. officials"):
        select(dataset, View(confirmation="us_official"))
    with pytest.raises(InputError, match="selects no incident"):
        select(dataset, View(denied="drop"))


views = st.builds(
    View,
    sets=st.sampled_from([(), ("seeds",), ("public_record",)]),
    confirmation=st.lists(st.sampled_from(CONFIRMATION), unique=True, max_size=3).map(tuple),
    reliability=st.lists(st.sampled_from(RELIABILITY), unique=True, max_size=3).map(tuple),
    countries=st.sampled_from([(), ("Iraq",), ("Syria", "Jordan")]),
    denied=st.sampled_from(["keep", "drop"]),
    start=st.none() | st.dates(date(2023, 10, 1), date(2024, 1, 31)),
    end=st.none() | st.dates(date(2024, 2, 1), date(2024, 12, 31)),
)


@pytest.mark.slow
@given(view=views)
def test_no_view_makes_an_incident_or_finds_a_voice_that_it_does_not_admit(dataset, view):
    chosen = select(dataset, view, empty_ok=True)
    assert list(chosen.columns) == list(dataset.incidents.columns)
    assert set(chosen["incident_id"]) <= set(dataset.incidents["incident_id"])
    assert chosen["incident_id"].is_unique
    assert chosen["date"].is_monotonic_increasing
    for name, column in (("confirmation", "confirmation"), ("reliability", "reliability"),
                         ("countries", "country")):  # fmt: skip
        if getattr(view, name):
            assert set(chosen[column]) <= set(getattr(view, name))
    if view.sets:
        assert all(set(sets.split("|")) <= set(view.sets) for sets in chosen["sets"])
    assert view.words()


@pytest.mark.slow
def test_an_incident_known_as_a_range_stays_if_any_day_lies_in_the_window(opened):
    dataset = opened([{"date_start": "2024-01-10", "date_end": "2024-01-14"}])
    for window in ({"start": "2024-01-14"}, {"end": "2024-01-10"}, {"start": "2024-01-12", "end": "2024-01-12"}):
        assert len(select(dataset, View(**window))) == 1
    for window in ({"start": "2024-01-15"}, {"end": "2024-01-09"}):
        assert select(dataset, View(**window), empty_ok=True).empty


def test_a_view_says_itself_in_words():
    view = View(
        confirmation=("monitor", "us_official"), sets="public_record", countries=("Iraq", "Syria"),
        reliability=("A", "B"), denied="drop", start="2024-02-01", end=date(2024, 4, 30),
    )  # fmt: skip
    assert view.words() == (
        "only U.S. officials and monitors; evidence set public record; sources graded A, B; "
        "in Iraq, Syria; 2024-02-01 to 2024-04-30; without incidents that some claim denies"
    )
    assert View().words() == "all claims, whoever makes them"
    assert View(confirmation=CONFIRMATION).words() == "all claims, whoever makes them"
    assert View(start="2024-02-01").words().endswith("; from 2024-02-01")


def test_a_window_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match=r"end \(2024-01-31\) is before start \(2024-02-01\)"):
        View(start="2024-02-01", end="2024-01-31")
    assert View(start="2024-02-01", end="2024-02-01").end == date(2024, 2, 1)


@pytest.mark.parametrize("day", ["2024-02-30", "soon", "2024-13-01"])
def test_a_day_that_cannot_be_is_refused(day):
    with pytest.raises(InputError, match=f"start is '{day}'; allowed: a day, YYYY-MM-DD, or empty"):
        View(start=day)


def test_what_to_do_with_denied_incidents_is_keep_or_drop():
    with pytest.raises(InputError, match="denied is 'hide'; allowed: keep, drop"):
        View(denied="hide")


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ({"countries": "Irak"},
         "countries: 'Irak' does not occur; did you mean 'Iraq'? (allowed: Iraq, Jordan, Syria)"),
        ({"places": ("al-asad", "al-assad")}, "places: 'al-assad' does not occur; did you mean 'al-asad'?"),
        ({"weapons": "drone"}, "weapons: 'drone' does not occur"),
        ({"confirmation": "us_offical"}, "confirmation: 'us_offical' does not occur; did you mean 'us_official'?"),
        ({"reliability": "G"}, "reliability: 'G' does not occur (allowed: A, B, C, D, E, F)"),
        ({"sets": "seed"}, "sets: 'seed' does not occur; did you mean 'seeds'? (allowed: public_record, seeds)"),
        ({"origins": "AFPP"}, "origins: 'AFPP' does not occur; did you mean 'AFP'?"),
        ({"actors": "nobody at all"}, "actors: 'nobody at all' does not occur"),
        ({"place_kinds": "us_bases"}, "place_kinds: 'us_bases' does not occur; did you mean 'us_base'?"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_occur_is_named_with_those_that_do(dataset, view, message):
    with pytest.raises(InputError) as error:
        select(dataset, View(**view))
    assert str(error.value).startswith(message)


def test_an_empty_selection_is_told_unless_it_may_be_empty(dataset):
    view = View(start="2030-01-01")
    with pytest.raises(InputError, match="the view selects no incident: all claims.*from 2030-01-01"):
        select(dataset, view)
    empty = select(dataset, view, empty_ok=True)
    assert empty.empty and list(empty.columns) == list(dataset.incidents.columns)


@pytest.mark.slow
def test_every_definition_gives_a_table_and_none_gives_more_than_all_claims(dataset):
    found = select_by_definition(dataset, View(countries="Iraq"))
    assert list(found) == list(DEFINITIONS)
    everything = set(found["all claims"]["incident_id"])
    assert all(set(table["incident_id"]) <= everything for table in found.values())
    assert set(found["U.S. officials"]["confirmation"]) == {"us_official"}


def test_a_table_of_another_conflict_is_viewed_by_its_own_columns(elsewhere):
    assert len(select(elsewhere, View())) == 60
    chosen = select(elsewhere, View(countries="Samplestan", weapons=("ied", "rocket")))
    assert set(chosen["country"]) == {"Samplestan"}
    assert set(chosen["weapon"]) <= {"ied", "rocket"}
    first_half = select(elsewhere, View(end="2031-06-30"))
    assert 0 < len(first_half) < 60
    assert first_half["date"].max() <= pd.Timestamp("2031-06-30")


def test_a_table_without_claims_has_no_voice_but_unknown(elsewhere):
    assert len(select(elsewhere, View(confirmation="unknown"))) == 60
    assert select(elsewhere, View(confirmation="us_official"), empty_ok=True).empty
    assert [len(table) for table in select_by_definition(elsewhere, View()).values()] == [60, 60, 0, 0, 0]


def test_the_built_table_alone_is_filtered_by_its_own_voices(dataset, tmp_path):
    """Its column of claims says what stood behind it, but the claims are not there to choose from."""
    shutil.copy(dataset.root / "data" / "incidents.csv", tmp_path)
    alone = open_folder(tmp_path)
    chosen = select(alone, View(confirmation="us_official"))
    expected = dataset.incidents[dataset.incidents["confirmation"] == "us_official"]
    assert list(chosen["incident_id"]) == list(expected["incident_id"])


def test_a_view_is_searched_by_the_counter_of_its_only_set_or_by_the_itemised_record(dataset):
    everything = view_coverage(dataset, View())
    assert set(everything["counter"]) == {"itemised"}
    assert set(view_coverage(dataset, View(countries="Iraq"))["scope"]) <= {"all", "Iraq"}
    only_seeds = view_coverage(dataset, View(sets="seeds"))
    assert set(only_seeds["counter"]) <= {"seeds", "itemised"}


def test_a_table_without_coverage_is_not_said_to_be_searched(elsewhere):
    assert view_coverage(elsewhere, View()).empty


def test_an_actor_stands_for_its_narrower_names_whoever_confirms_the_attack(dataset):
    wide = select(dataset, View(actors=("Iran-backed militias",)))
    narrow = select(dataset, View(actors=("Kataib Hezbollah",)))
    assert set(narrow["incident_id"]) < set(wide["incident_id"])
    officials = select(dataset, View(actors=("Islamic Resistance in Iraq",), confirmation=("us_official",)))
    assert len(officials) > 20
    assert officials["actor"].isna().all()  # the value is the attackers' word; the filter asks the whole table


def test_a_view_filters_by_any_column_of_ones_own(tmp_path):
    (tmp_path / "incidents.csv").write_text(
        "incident_id,date,event_type,level\na,2024-01-01,Battles,1\nb,2024-01-02,Riots,2\nc,2024-01-03,Protests,2\n"
    )
    own = open_folder(tmp_path)
    assert select(own, View(where="event_type=Riots"))["incident_id"].tolist() == ["b"]
    several = View(where=["event_type=Riots", "event_type=Protests", "level=2"])
    assert select(own, several)["incident_id"].tolist() == ["b", "c"]
    assert View(where="event_type=Riots").words().endswith("where event type=Riots")
    for wrong, said in (("event_typ=Riots", "did you mean 'event_type'"), ("event_type=Riot", "did you mean 'Riots'"),
                        ("Riots", "column=value")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            select(own, View(where=wrong))
