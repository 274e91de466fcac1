import pandas as pd
import pytest

from analysis.incidents.incident_ids import assign_ids, retire_ids

NONE = pd.Series(dtype=str)


def groups(*rows) -> pd.DataFrame:
    """Groups of (claims, day, where); a group is named after its smallest claim."""
    return pd.DataFrame(
        {
            "group": [min(claims.split()) for claims, _, _ in rows],
            "date": pd.to_datetime([day for _, day, _ in rows]),
            "where": [where for _, _, where in rows],
            "claims": [claims.split() for claims, _, _ in rows],
        }
    )


def test_an_id_is_read_as_day_and_place():
    assert assign_ids(groups(("c1", "2024-01-28", "tower-22")), NONE, NONE) == {"c1": "I20240128-tower-22"}


def test_more_on_one_day_and_place_are_told_apart_by_letters():
    named = assign_ids(groups(*[(f"c{i:02}", "2024-01-05", "x") for i in range(28)]), NONE, NONE)
    assert [named[f"c{i:02}"] for i in (0, 1, 2, 25, 26, 27)] == [
        f"I20240105-x{suffix}" for suffix in ("", "-b", "-c", "-z", "-aa", "-ab")
    ]


def test_ids_do_not_depend_on_the_order_of_the_groups():
    some = groups(("c3", "2024-01-05", "x"), ("c1", "2024-01-05", "x"), ("c2", "2024-01-04", "x"))
    assert assign_ids(some, NONE, NONE) == assign_ids(some.iloc[::-1], NONE, NONE)


def test_a_decided_id_is_kept_whatever_the_day():
    decided = pd.Series({"c2": "I20240104-x"})
    assert assign_ids(groups(("c1 c2", "2024-01-05", "x")), decided, NONE) == {"c1": "I20240104-x"}


def test_a_decided_id_wins_over_the_one_the_table_gave():
    decided, before = pd.Series({"c2": "I-decided"}), pd.Series({"c1": "I-old", "c2": "I-old"})
    assert assign_ids(groups(("c1 c2", "2024-01-05", "x")), decided, before) == {"c1": "I-decided"}


def test_a_group_keeps_its_id_when_a_later_claim_moves_its_day():
    before = pd.Series({"c1": "I20240105-x"})
    assert assign_ids(groups(("c1 c2", "2024-01-04", "x")), NONE, before) == {"c1": "I20240105-x"}


def test_a_new_claim_with_a_smaller_id_does_not_take_the_id_of_an_older_incident():
    before = pd.Series({"c5": "I20240105-x"})
    some = groups(("c5", "2024-01-05", "x"), ("c1", "2024-01-05", "x"))
    assert assign_ids(some, NONE, before) == {"c5": "I20240105-x", "c1": "I20240105-x-b"}


def test_an_id_stays_with_the_group_that_holds_most_of_its_claims():
    before = pd.Series({name: "I20240105-x" for name in ("c1", "c2", "c3")})
    some = groups(("c1", "2024-01-05", "x"), ("c2 c3", "2024-01-05", "x"))
    assert assign_ids(some, NONE, before) == {"c2": "I20240105-x", "c1": "I20240105-x-b"}


def test_an_id_that_is_decided_elsewhere_is_not_kept():
    decided, before = pd.Series({"c2": "I-x"}), pd.Series({"c1": "I-x"})
    some = groups(("c1", "2024-01-05", "y"), ("c2", "2024-01-05", "y"))
    assert assign_ids(some, decided, before) == {"c2": "I-x", "c1": "I20240105-y"}


def test_an_id_is_not_given_to_other_claims_while_its_own_stand_under_another():
    before = pd.Series({"c1": "I20240105-x", "c2": "I20240106-x", "c3": "I20240106-x"})
    some = groups(("c1 c2 c3", "2024-01-05", "x"), ("c9", "2024-01-05", "x"))
    assert assign_ids(some, NONE, before) == {"c1": "I20240106-x", "c9": "I20240105-x-b"}


def test_a_retired_id_is_never_given_again():
    some = groups(("c1", "2024-01-05", "x"))
    assert assign_ids(some, NONE, NONE, ["I20240105-x"]) == {"c1": "I20240105-x-b"}


def test_a_claim_far_away_changes_no_other_id():
    some = [("c2", "2024-01-05", "x"), ("c3", "2024-01-05", "x"), ("c4", "2024-01-06", "y")]
    before = assign_ids(groups(*some), NONE, NONE)
    after = assign_ids(groups(*some, ("c1", "2024-03-01", "x")), NONE, NONE)
    assert after == before | {"c1": "I20240301-x"}


def retired(previous=(), former=(), current=()) -> dict:
    frame = retire_ids(
        pd.DataFrame(list(previous), columns=["incident_id", "claims"], dtype="str"),
        pd.DataFrame(list(former), columns=["incident_id", "now"], dtype="str"),
        pd.Series(dict(current), dtype="str"),
    )
    assert list(frame.columns) == ["incident_id", "now"]
    return {row.incident_id: None if pd.isna(row.now) else row.now for row in frame.itertuples()}


def test_an_id_no_longer_used_points_at_the_incidents_that_hold_its_claims():
    previous = [("I-a", "c1|c2"), ("I-b", "c3")]
    current = {"c1": "I-b", "c2": "I-c", "c3": "I-b"}
    assert retired(previous, (), current) == {"I-a": "I-b|I-c"}


def test_an_id_whose_claims_are_gone_points_nowhere():
    assert retired([("I-a", "c1")]) == {"I-a": None}


def test_retired_ids_stay_listed_and_follow_their_heirs():
    former = [("I-1", "I-2"), ("I-3", ""), ("I-4", "I-5")]
    former = [(name, now or None) for name, now in former]
    current = {"c2": "I-9", "c5": "I-5"}
    assert retired([("I-2", "c2"), ("I-5", "c5")], former, current) == {
        "I-1": "I-9",
        "I-2": "I-9",
        "I-3": None,
        "I-4": "I-5",
    }


@pytest.mark.parametrize("former", [(), [("I-a", "I-b")]])
def test_an_id_in_use_is_not_retired(former):
    assert retired([("I-a", "c1")], former, {"c1": "I-a"}) == {}
