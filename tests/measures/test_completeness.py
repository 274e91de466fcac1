"""Itemised incidents beside official counts."""

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.measures.capture_recapture import capture_estimates, two_origin_captures
from analysis.measures.completeness import completeness, completeness_by_country, find_largest_excess
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import running_total


@pytest.fixture
def official():
    return pd.DataFrame({
        "start": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-21", "2024-01-25"]),
        "end": pd.to_datetime(["2024-01-10", "2024-01-20", "2024-01-24", "2024-01-31"]),
        "count": pd.array([4, 1, 0, pd.NA], dtype="Int64"),
    })  # fmt: skip


def test_items_are_counted_on_the_first_and_last_day_of_an_interval_too(attacks, official):
    found = completeness(attacks("2024-01-01", "2024-01-10", "2024-01-11", "2023-12-31"), official)
    assert found["itemised"].tolist() == [2, 1, 0, 0]


def test_the_share_is_itemised_over_official_and_missing_without_an_official_count(attacks, official):
    found = completeness(attacks("2024-01-05", "2024-01-06", "2024-01-26"), official)
    assert found["share"].iloc[:2].tolist() == [0.5, 0]
    assert found["share"].isna().tolist() == [False, False, True, True]


def test_more_items_than_the_official_count_are_a_clash_and_never_missing_ones(attacks, official):
    incidents = attacks("2024-01-12", "2024-01-13", "2024-01-22", "2024-01-26", "2024-01-27")
    found = completeness(incidents, official)
    assert found["has_excess"].iloc[:3].tolist() == [False, True, True]
    assert pd.isna(found["has_excess"].iloc[3]), "where nothing official is known nothing clashes, and nothing agrees"
    assert found.loc[1, "share"] == 2


def test_as_many_items_as_counted_are_no_clash(attacks, official):
    found = completeness(attacks("2024-01-12"), official)
    assert not found["has_excess"].any()
    assert found.loc[1, "share"] == 1


def test_the_official_columns_stay_as_they_are(attacks, official):
    found = completeness(attacks(), official)
    pd.testing.assert_frame_equal(found[["start", "end", "count"]], official)
    assert found["itemised"].sum() == 0


def test_a_share_is_items_of_the_interval_over_its_rise_on_the_real_record(dataset):

    intervals = total_intervals(running_total(dataset.tallies, "Pentagon"))
    found = completeness(dataset.incidents, intervals)
    first, last = intervals["start"].min(), intervals["end"].max()
    assert found["itemised"].sum() == dataset.incidents["date"].between(first, last).sum()
    assert (found["has_excess"] == (found["itemised"] > found["count"])).all()


def test_each_countrys_part_is_compared_with_the_incidents_there(attacks):
    running = pd.DataFrame({
        "as_of": pd.to_datetime(["2024-01-10", "2024-01-20"]), "total": [5, 9], "iraq": pd.array([3, 4], "Int64"),
        "syria": pd.array([2, 5], "Int64"), "note": "", "tally_ids": "t", "since": pd.Timestamp("2024-01-01"),
    })  # fmt: skip
    days = "2024-01-02", "2024-01-12", "2024-01-13", "2024-01-14"
    incidents = attacks(*days, country=["Iraq", "Iraq", "Iraq", "Syria"])
    found = completeness_by_country(incidents, running).set_index(["country", "end"])
    assert found.loc["Iraq", "itemised"].tolist() == [1, 2]
    assert found.loc["Iraq", "has_excess"].tolist() == [False, True]
    assert found.loc["Syria", "count"].tolist() == [2, 3]


def test_a_total_that_is_never_split_has_no_countries(dataset, attacks):
    observatory = running_total(dataset.tallies, "SOHR", "Syria").drop(columns=["iraq", "syria", "jordan"])
    assert completeness_by_country(attacks("2024-01-01"), observatory).empty


def said(**origins) -> pd.DataFrame:
    return pd.DataFrame([(incident, origin) for origin, seen in origins.items() for incident in seen.split()],
                        columns=["incident_id", "origin"])  # fmt: skip


def test_the_two_origins_that_report_most_are_compared_and_relayed_reports_count_for_each():
    claims = said(A="1 2 3", B="3 4", C="5")
    claims = pd.concat([claims, said(**{"A|B": "6"})])
    found = two_origin_captures(claims)
    assert found.tolist() == ["A", "B", 4, 3, 2]


def test_one_origin_cannot_be_compared():
    with pytest.raises(InputError, match="two are needed"):
        two_origin_captures(said(A="1 2"))


def test_estimates_below_what_is_itemised_are_flagged(attacks):
    claims = said(A="1 2 3 4", B="1 2 3 4", **{f"x{i}": str(i) for i in range(5, 40)})
    incidents = attacks(*["2024-01-01"] * 39, n_origins=[2] * 4 + [1] * 35)
    found = capture_estimates(incidents, claims).set_index("method")
    assert found.loc["Chapman", "is_contradicted"]
    assert not found.loc["Chao", "is_contradicted"]
    assert found.loc["Chapman", "observed"] == 4
    assert len(capture_estimates(incidents, claims[claims["origin"] == "A"])) == 1
    assert capture_estimates(incidents.head(0), claims).empty


def test_the_largest_excess_says_whose_attacks_it_is(attacks, official):
    days = "2024-01-12", "2024-01-13", "2024-01-13", "2024-01-22", "2024-01-27"
    incidents = attacks(*days, country=["Iraq", "Syria", "Syria", "Iraq", "Iraq"], claims=["a|b", "c", "d", "e", "f"],
                        confirmation=["us_official", "monitor", "monitor", "monitor", "monitor"])  # fmt: skip
    found = completeness(incidents, official)
    first, *_ = find_largest_excess(found, incidents, {"b", "f"}).itertuples(name="Excess")
    assert (first.itemised - first.count, first.countries) == (2, {"Syria": 2, "Iraq": 1})
    assert (first.us_official, first.reviewed) == (1, 1)
    assert len(find_largest_excess(found, incidents, set(), max_rows=1)) == 1
    assert find_largest_excess(completeness(attacks(claims=[], country=[]), official), incidents, set()).empty
