"""Itemised incidents beside official counts."""

import pandas as pd
import pytest

from analysis.measures.completeness import completeness


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
    assert found["clash"].tolist() == [False, True, True, False]
    assert found.loc[1, "share"] == 2


def test_as_many_items_as_counted_are_no_clash(attacks, official):
    found = completeness(attacks("2024-01-12"), official)
    assert not found["clash"].any()
    assert found.loc[1, "share"] == 1


def test_the_official_columns_stay_as_they_are(attacks, official):
    found = completeness(attacks(), official)
    pd.testing.assert_frame_equal(found[["start", "end", "count"]], official)
    assert found["itemised"].sum() == 0


def test_a_share_is_items_of_the_interval_over_its_rise_on_the_real_record(dossier):
    from analysis.measures import totals

    intervals = totals.intervals(totals.series(dossier.tallies, "Pentagon"))
    found = completeness(dossier.incidents, intervals)
    first, last = intervals["start"].min(), intervals["end"].max()
    assert found["itemised"].sum() == dossier.incidents["date"].between(first, last).sum()
    assert (found["clash"] == (found["itemised"] > found["count"])).all()
