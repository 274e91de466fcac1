"""A column as a few groups: the commonest, other, and not stated."""

import pytest

from analysis.evidence.errors import InputError
from analysis.measures.categories import lump_categories
from analysis.measures.frequency import count


def grouped(attacks, values, by="weapon", **options) -> list[str]:
    return lump_categories(attacks(*["2024-01-02"] * len(values), **{by: values}), by, **options)[by].to_list()


def test_the_commonest_stay_and_the_rest_is_other(attacks):
    assert grouped(attacks, ["a", "a", "b", "c", "d"], max_categories=2) == ["a", "a", "b", "other", "other"]


def test_other_is_never_a_single_value(attacks):
    assert grouped(attacks, ["a", "a", "b", "c"], max_categories=2) == ["a", "a", "b", "c"]


def test_missing_and_unknown_are_not_stated_and_not_zero(attacks):
    assert grouped(attacks, ["a", None, "unknown"]) == ["a", "not stated", "not stated"]


def test_a_place_that_nobody_named_is_not_stated(attacks):
    places = ["Alpha", "Syria, place not named", None]
    assert grouped(attacks, places, by="place") == ["Alpha", "not stated", "not stated"]


def test_groups_are_in_order_the_largest_first_ties_by_name_other_and_not_stated_last(attacks):
    found = lump_categories(
        attacks(*["2024-01-02"] * 8, weapon=[None, None, None, "d", "c", "b", "b", "a"]), "weapon", max_categories=2
    )
    assert list(found["weapon"].cat.categories) == ["b", "a", "other", "not stated"]
    counted = count(found, "week", by="weapon")
    assert counted["weapon"].to_list() == ["b", "a", "other", "not stated"]
    assert counted["count"].sum() == 8


def test_no_incident_gives_no_group(attacks):
    assert grouped(attacks, []) == []


def test_a_column_that_is_not_there_and_no_group_at_all_are_refused(attacks):
    with pytest.raises(InputError, match="by is 'nonsense' .allowed: incident_id"):
        lump_categories(attacks("2024-01-02"), "nonsense")
    with pytest.raises(InputError, match="max_categories must be 1 or more, given 0"):
        lump_categories(attacks("2024-01-02"), "confirmation", max_categories=0)


def test_the_incidents_themselves_stay_as_they_were(attacks):
    frame = attacks("2024-01-02", weapon=["a"])
    lump_categories(frame, "weapon")
    assert frame["weapon"].dtype != "category"
